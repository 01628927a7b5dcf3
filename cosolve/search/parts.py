"""Parts of a large tour as problems of their own.

A part is a set of nodes. What a tour does between leaving the part and coming back to it is
contracted to a fixed edge, so that every tour of the part that keeps the fixed edges is a tour of
the whole, and the difference in length is the same (Karp's partitioning with the tour as its frame;
K. Helsgaun, "General k-opt submoves for the Lin-Kernighan TSP heuristic", Mathematical Programming
Computation 1, 2009, section 5). Work on a part costs nothing that depends on the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from cosolve.core import KernelError
from cosolve.search.kernel_model import FloatArray, IntArray, KernelGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cosolve import _kernels
    from cosolve.search.tsp_model import TspModel

SMALLEST = 8
"""Fewest nodes of a part: below, there is nothing to gain."""


class Frame(Protocol):
    """Nodes that parts can be made of: of a kernel's model, or of a problem."""

    def restrict(self, nodes: IntArray, fixed_edges: IntArray) -> Self:
        """Return the frame of some nodes, rising, with further fixed edges in its numbers."""


F = TypeVar("F", bound=Frame)


class Points(Protocol):
    """Nodes in a plane or in space."""

    @property
    def hub(self) -> int | None:
        """The node without a place, if there is one."""

    def points(self) -> npt.NDArray[np.float64]:
        """Coordinates of all nodes but the hub, shape (nodes, dimensions)."""


class Region(KernelGraph):
    """Some nodes of a model, numbered 0, 1, ... in the order of their numbers there.

    Parameters
    ----------
    model
        The whole, whose nodes have coordinates.
    nodes
        Kernel nodes of the model, rising.
    metric
        Distances between them.
    indptr, indices, fixed_edges, probabilities
        As for :class:`KernelGraph`, in the numbers of the region.
    """

    def __init__(
        self,
        model: TspModel,
        nodes: IntArray,
        metric: _kernels.Metric,
        indptr: IntArray,
        indices: IntArray,
        fixed_edges: IntArray,
        probabilities: FloatArray | None,
    ) -> None:
        super().__init__(metric, indptr, indices, fixed_edges, probabilities=probabilities)
        self._model = model
        self._nodes = nodes

    @classmethod
    def whole(cls, model: TspModel) -> Region:
        """All nodes of a model."""
        return cls(
            model,
            np.arange(model.size, dtype=np.int32),
            model.metric,
            model.indptr,
            model.indices,
            model.fixed_edges,
            model.probabilities,
        )

    @property
    def hub(self) -> int | None:
        """The node that closes an open path, if it is in the region; then it is the last one."""
        has_hub = self._model.hub is not None and int(self._nodes[-1]) == self._model.hub
        return self.size - 1 if has_hub else None

    def points(self) -> npt.NDArray[np.float64]:
        """Coordinates of all nodes but the hub, shape (nodes, dimensions)."""
        return self._model.points(self._nodes if self.hub is None else self._nodes[:-1])

    def restrict(self, nodes: IntArray, fixed_edges: IntArray) -> Region:
        """Make the region of some of the nodes.

        Parameters
        ----------
        nodes
            Nodes of this region, rising.
        fixed_edges
            Further fixed edges in the numbers of the new region, shape (m, 2).
        """
        number = np.full(self.size, -1, np.int32)
        number[nodes] = np.arange(nodes.size, dtype=np.int32)
        counts = (self.indptr[1:] - self.indptr[:-1])[nodes]
        ends = np.cumsum(counts)
        entries = np.arange(ends[-1]) + np.repeat(self.indptr[nodes] - (ends - counts), counts)
        to = number[self.indices[entries]]
        kept = np.concatenate([[0], np.cumsum(to >= 0)]).astype(np.int32)
        own = number[self.fixed_edges]
        own = own[(own >= 0).all(axis=1)]
        base = self._nodes[nodes]
        return Region(
            self._model,
            base,
            self._model.metric_of(base),
            np.concatenate([[0], kept[ends]]).astype(np.int32),
            to[to >= 0],
            np.concatenate([own, fixed_edges]).astype(np.int32),
            None if self.probabilities is None else self.probabilities[entries[to >= 0]],
        )


class WholeTour(Generic[F]):
    """A tour that parts are cut out of and put back into.

    Parameters
    ----------
    region
        The nodes.
    order
        The tour, shape (region.size,).
    """

    def __init__(self, region: F, order: IntArray) -> None:
        self.region = region
        self._renew(order)

    def _renew(self, order: IntArray) -> None:
        self.order = order
        self.position = np.empty(order.size, np.int32)
        self.position[order] = np.arange(order.size, dtype=np.int32)

    def cut_out(self, nodes: IntArray) -> Part[F] | None:
        """Make a part of some nodes; None if the tour runs through too few of them in a row.

        Parameters
        ----------
        nodes
            Nodes of the region, without repetition.
        """
        n = self.order.size
        position = np.sort(self.position[nodes])
        goes_on = np.diff(position, append=position[:1] + n) == 1
        # A node alone between two stretches outside has nothing to exchange: it belongs to them.
        position = position[goes_on | np.roll(goes_on, 1)]
        if position.size < SMALLEST:
            return None
        leaves = np.diff(position, append=position[:1] + n) != 1
        order = self.order[position]
        inside = np.sort(order)
        tour = np.searchsorted(inside, order).astype(np.int32)
        detours = np.stack([tour[leaves], np.roll(tour, -1)[leaves]], axis=1)
        return Part(self.region.restrict(inside, detours), inside, tour, detours)

    def put_back(self, part: Part[F], tour: IntArray) -> None:
        """Replace what the tour does inside a part.

        Parameters
        ----------
        part
            Cut out of this tour. Since then, other parts may have been put back only if no two of
            the same stretch of the tour were cut out at a time.
        tour
            A tour of the part that keeps its fixed edges.
        """
        nodes = part.nodes[tour]
        if part.detours.size == 0:
            self._renew(nodes.astype(np.int32))
            return
        begin = self.position[part.nodes[part.detours[:, 0]]] + 1
        end = self.position[part.nodes[part.detours[:, 1]]]
        longest = int(np.argmax((end - begin) % self.order.size))
        detour_of = {}
        for i, (a, b) in enumerate(part.detours.tolist()):
            detour_of[a, b] = i, False
            detour_of[b, a] = i, True
        following = np.roll(tour, -1)
        pieces = []
        at = 0
        turned = False
        for k in np.flatnonzero(part.is_end[tour] & part.is_end[following]).tolist():
            found = detour_of.get((int(tour[k]), int(following[k])))
            if found is None:
                continue
            i, backward = found
            turned |= i == longest and backward
            pieces.append(nodes[at : k + 1])
            stretch = self._stretch(int(begin[i]), int(end[i]))
            pieces.append(stretch[::-1] if backward else stretch)
            at = k + 1
        pieces.append(nodes[at:])
        order = np.concatenate(pieces)
        if order.size != self.order.size:
            raise KernelError("the tour of a part lost an edge that stands for a stretch outside")
        # Stretches far from the part keep their direction, so that further parts still fit.
        self._renew(np.ascontiguousarray(order[::-1]) if turned else order)

    def _stretch(self, begin: int, end: int) -> IntArray:
        if begin <= end:
            return self.order[begin:end]
        return np.concatenate([self.order[begin:], self.order[:end]])


class Part(Generic[F]):
    """A part of a tour; see :meth:`WholeTour.cut_out`.

    Parameters
    ----------
    region
        The nodes of the part, with one fixed edge for every detour of the tour outside it.
    nodes
        Their numbers in the whole.
    tour
        The tour of the part that the whole tour is now, in numbers of the part.
    detours
        The fixed edges that stand for stretches outside: (left at, back at), in the direction of
        the tour, shape (m, 2).
    """

    def __init__(self, region: F, nodes: IntArray, tour: IntArray, detours: IntArray) -> None:
        self.region = region
        self.nodes = nodes
        self.tour = tour
        self.detours = detours
        self.is_end = np.zeros(nodes.size, bool)
        self.is_end[detours.ravel()] = True


def split(region: Points, largest: int, rng: np.random.Generator | None) -> Iterator[IntArray]:
    """Cut a region into compact parts by a k-d tree, in the order of the tree.

    Parameters
    ----------
    region
        The nodes. A hub is in every part.
    largest
        Most nodes of a part, without the hub.
    rng
        Where to cut: anywhere between 30 % and 70 % of the nodes, so that every call has other
        borders. None: as evenly as can be.

    Yields
    ------
    ndarray
        Nodes of a part, rising.
    """
    points = region.points()
    hub = np.array([] if region.hub is None else [region.hub], np.int32)

    def cut(nodes: IntArray) -> Iterator[IntArray]:
        if nodes.size <= largest:
            yield np.concatenate([np.sort(nodes), hub])
            return
        at = points[nodes]
        axis = int(np.argmax(np.ptp(at, axis=0)))
        if rng is None:
            pieces = -(-nodes.size // largest)
            left = nodes.size * (pieces // 2) // pieces
        else:
            left = int(nodes.size * rng.uniform(0.3, 0.7))
        order = np.argpartition(at[:, axis], left)
        yield from cut(nodes[order[:left]])
        yield from cut(nodes[order[left:]])

    yield from cut(np.arange(len(points), dtype=np.int32))


def stretches(order: IntArray, count: int, first: int) -> list[IntArray]:
    """Cut a tour into stretches of equal length.

    Parameters
    ----------
    order
        The tour.
    count
        Number of stretches.
    first
        Position at which the first one begins.
    """
    rolled = np.roll(order, -first)
    return [np.sort(piece) for piece in np.array_split(rolled, count)]
