"""Guidance over edges: which ones are likely to be in a good tour or on good routes."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.problems import TSP, VRP

if TYPE_CHECKING:
    from cosolve.core import Run

_SHARE = 0.6  # of the time that is left, for a guide at most
_LATE: ContextVar[Callable[[], bool] | None] = ContextVar("late", default=None)


@dataclass(frozen=True, slots=True, eq=False)
class EdgeGuidance:
    """A sparse prior over edges, in compressed rows.

    Parameters
    ----------
    indptr
        Row offsets, int32, shape (n + 1,).
    indices
        Neighbors, int32, shape (m,); row i is ``indices[indptr[i]:indptr[i + 1]]``.
    weight
        Preference for each edge, float32, shape (m,); larger is better. Rows need not sum to 1.
        Searches consider the edges of a row in order of decreasing weight.

    Raises
    ------
    ValueError
        If the arrays do not describe n rows of neighbors other than the node itself.
    """

    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        """Validate, sort every row by decreasing weight, and freeze the arrays."""
        indptr = np.asarray(self.indptr)
        indices = np.asarray(self.indices)
        weight = np.asarray(self.weight, dtype=np.float32)
        if indptr.ndim != 1 or indptr.size < 1 or indptr.dtype.kind not in "iu":
            raise ValueError("indptr must be a one-dimensional array of integers")
        n = indptr.size - 1
        if indptr[0] != 0 or indptr[-1] != indices.size or (np.diff(indptr) < 0).any():
            raise ValueError("indptr must rise from 0 to the number of indices")
        if indices.ndim != 1 or weight.shape != indices.shape:
            raise ValueError("indices and weight must be one-dimensional and of equal length")
        if indices.size and (indices.dtype.kind not in "iu" or indices.min() < 0):
            raise ValueError("indices must be node numbers")
        if indices.size and indices.max() >= n:
            raise ValueError(f"indices name node {indices.max()}, but there are only {n} rows")
        if not np.isfinite(weight).all():
            raise ValueError("weights must be finite")
        row = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
        if (indices == row).any():
            raise ValueError(f"row {int(row[indices == row][0])} names itself as a neighbor")
        if ((weight[1:] > weight[:-1]) & (row[1:] == row[:-1])).any():
            # lexsort is stable: equal weights keep the order they came in.
            order = np.lexsort((-weight, row))
            indices, weight = indices[order], weight[order]
        for name, array, dtype in (
            ("indptr", indptr, np.int32),
            ("indices", indices, np.int32),
            ("weight", weight, np.float32),
        ):
            frozen = np.array(array, dtype=dtype)
            frozen.setflags(write=False)
            object.__setattr__(self, name, frozen)

    @property
    def size(self) -> int:
        """Number of nodes."""
        return int(self.indptr.size - 1)

    @property
    def order_only(self) -> bool:
        """Whether weights say nothing but the order of the rows: all of a rank are the same."""
        rank = np.arange(self.weight.size) - np.repeat(self.indptr[:-1], np.diff(self.indptr))
        by_rank = np.zeros(int(np.diff(self.indptr).max(initial=0)), np.float32)
        by_rank[rank] = self.weight
        return bool((by_rank[rank] == self.weight).all())

    def require_for(self, problem: TSP | VRP) -> None:
        """Raise ``ValueError`` unless there is a row for every node, depots included."""
        nodes = node_count(problem)
        if self.size != nodes:
            raise ValueError(f"the guidance is for {self.size} nodes, the problem has {nodes}")

    def entries(self, nodes: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return where the rows of some nodes lie in `indices` and `weight`, one after the other.

        Parameters
        ----------
        nodes
            Node numbers, shape (m,).

        Returns
        -------
        indptr : ndarray
            Offsets of their rows in what follows, shape (m + 1,).
        entries : ndarray
            Positions, shape (indptr[-1],).
        """
        rows = np.asarray(nodes, np.int64)
        begin = self.indptr.astype(np.int64)
        counts = begin[rows + 1] - begin[rows]
        indptr = np.concatenate([[0], np.cumsum(counts)])
        return indptr, np.arange(indptr[-1]) + np.repeat(begin[rows] - indptr[:-1], counts)

    def among(self, nodes: npt.ArrayLike) -> EdgeGuidance:
        """Return guidance of the edges between some nodes.

        Parameters
        ----------
        nodes
            Distinct node numbers, shape (m,); node ``nodes[i]`` becomes node i.
        """
        rows = np.asarray(nodes, np.int64)
        number = np.full(self.size, -1, np.int32)
        number[rows] = np.arange(rows.size, dtype=np.int32)
        indptr, entries = self.entries(rows)
        to = number[self.indices[entries]]
        kept = to >= 0
        ends = np.concatenate([[0], np.cumsum(kept)])
        return EdgeGuidance(ends[indptr], to[kept], self.weight[entries[kept]])

    def strongest(self, k: int) -> EdgeGuidance:
        """Return guidance of the k edges of largest weight of every node, or all it has.

        Parameters
        ----------
        k
            Most edges of a node, at least 1.

        Raises
        ------
        ValueError
            If `k` is not positive.
        """
        if k < 1:
            raise ValueError(f"k must be positive, got {k}")
        counts = np.diff(self.indptr)
        if not counts.size or counts.max() <= k:
            return self
        rank = np.arange(self.indptr[-1]) - np.repeat(self.indptr[:-1], counts)
        kept = rank < k
        indptr = np.zeros_like(self.indptr)
        np.cumsum(np.minimum(counts, k), out=indptr[1:])
        return EdgeGuidance(indptr, self.indices[kept], self.weight[kept])


class EdgeGuide(Protocol):
    """Anything that turns a problem into edge guidance."""

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`, with a row for every node.

        The nodes of a vehicle routing problem are its locations; rows of depots may be empty.

        Raises
        ------
        ValueError
            If the guide is not defined for such problems.
        """


def node_count(problem: TSP | VRP) -> int:
    """Return the number of rows that guidance for a problem has: depots count, too."""
    return problem.locations if isinstance(problem, VRP) else problem.size


def guidance_within(run: Run, make: EdgeGuide, problem: TSP | VRP) -> EdgeGuidance | None:
    """Make guidance, unless the run is interrupted or most of its time is gone before it is done.

    Parameters
    ----------
    run
        Its time limit leaves a guide a part of the time only: a search needs some, too.
    make
        What makes the guidance. Guides that take long ask `guide_is_late` now and then.
    problem
        For this problem.

    Returns
    -------
    EdgeGuidance or None
        None if there was not enough time.
    """
    until_s = run.elapsed + _SHARE * run.remaining
    token = _LATE.set(lambda: run.interrupted.is_set() or run.elapsed > until_s)
    try:
        return make(problem)
    except _kernels.Stopped:
        return None
    finally:
        _LATE.reset(token)


def guide_is_late() -> bool:
    """Return whether the guide at work has used up its time; then it raises ``Stopped``."""
    late = _LATE.get()
    return late is not None and late()
