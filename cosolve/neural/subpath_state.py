"""Paths under construction: batches of point sets whose nodes are joined edge by edge.

What is built of a path is a set of fragments. Only their ends matter for what comes: a node inside
a fragment can take no further edge, and joining two ends of one fragment would close a cycle. The
ends of a path that are given count as the two ends of one fragment, the outside; then a path is
a cycle through the outside, no direction is preferred, and a path with some edges chosen is a
smaller problem of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass
class Fragments:
    """A batch of paths under construction, all over the same number of nodes.

    Parameters
    ----------
    coords
        Coordinates, shape (batch, n, 2).
    other
        The other end of the fragment that a node is an end of, shape (batch, n); a node without
        edges is its own other end. Meaningless for nodes inside fragments.
    degree
        Edges of every node, shape (batch, n): 0, 1 or 2. That to the outside counts.
    links
        The nodes that every node is joined to, shape (batch, n, 2), -1 where there is none. The
        outside is no node.
    missing
        Edges still to be chosen, shape (batch,).
    """

    coords: FloatArray
    other: IntArray
    degree: IntArray
    links: IntArray
    missing: IntArray

    @classmethod
    def paths(cls, coords: FloatArray) -> Fragments:
        """Nothing chosen yet, of paths from node 0 to node n - 1.

        Parameters
        ----------
        coords
            Coordinates, shape (batch, n, 2), n at least 2.
        """
        n = coords.shape[1]
        if n < 2:
            raise ValueError(f"a path with two ends needs two nodes, got {n}")
        fragments = cls.cycles(coords)
        fragments.degree[:, [0, -1]] = 1
        fragments.other[:, 0], fragments.other[:, -1] = n - 1, 0
        fragments.missing[:] = n - 1
        return fragments

    @classmethod
    def cycles(cls, coords: FloatArray) -> Fragments:
        """Nothing chosen yet, of closed tours.

        Parameters
        ----------
        coords
            Coordinates, shape (batch, n, 2), n at least 3 unless made into paths.
        """
        batch, n, _ = coords.shape
        return cls(
            np.asarray(coords, np.float64),
            np.tile(np.arange(n), (batch, 1)),
            np.zeros((batch, n), np.int64),
            np.full((batch, n, 2), -1, np.int64),
            np.full(batch, n, np.int64),
        )

    def keep(self, orders: IntArray, kept: BoolArray) -> None:
        """Choose edges of finished paths or tours, but for those that are chosen already.

        Parameters
        ----------
        orders
            Nodes in order, shape (batch, n).
        kept
            Whether the edge from a place of the order to the next is chosen, shape (batch, n - 1).
        """
        for at in range(orders.shape[1] - 1):
            (rows,) = np.nonzero(kept[:, at])
            rows = rows[self.may_join(rows, orders[rows, at], orders[rows, at + 1])]
            self.join(rows, orders[rows, at], orders[rows, at + 1])

    @property
    def open(self) -> BoolArray:
        """Nodes that take further edges where there is a choice, shape (batch, n).

        The last edge of all is none: it joins the two ends of what is then one fragment.
        """
        return (self.degree < 2) & (self.missing > 1)[:, None]

    def repeat(self, times: int) -> Fragments:
        """Copy every path `times` times, copies of one path next to each other."""
        return self.select(np.repeat(np.arange(self.missing.size), times))

    def select(self, rows: IntArray) -> Fragments:
        """Copy some paths of the batch, perhaps more than once."""
        return Fragments(
            self.coords[rows],
            self.other[rows],
            self.degree[rows],
            self.links[rows],
            self.missing[rows],
        )

    def replace(self, rows: IntArray, part: Fragments) -> None:
        """Put paths selected before back where they were."""
        for name in ("other", "degree", "links", "missing"):
            getattr(self, name)[rows] = getattr(part, name)

    def may_join(self, rows: IntArray, i: IntArray, j: IntArray) -> BoolArray:
        """Return where an edge may be added.

        Parameters
        ----------
        rows
            Paths of the batch.
        i, j
            Two nodes of each.
        """
        free = (self.degree[rows, i] < 2) & (self.degree[rows, j] < 2)
        last = self.missing[rows] == 1
        result: BoolArray = free & ((self.other[rows, i] != j) | last) & (i != j)
        return result

    def join(self, rows: IntArray, i: IntArray, j: IntArray) -> None:
        """Add one edge to each of some paths.

        Parameters
        ----------
        rows
            Paths of the batch, each at most once.
        i, j
            Two nodes of each, which may be joined.
        """
        end_i, end_j = self.other[rows, i], self.other[rows, j]
        for a, b in ((i, j), (j, i)):
            slot = np.where(self.links[rows, a, 0] < 0, 0, 1)
            self.links[rows, a, slot] = b
            self.degree[rows, a] += 1
        self.other[rows, end_i] = end_j
        self.other[rows, end_j] = end_i
        self.missing[rows] -= 1

    def close(self) -> None:
        """Add the last edge wherever it is the only one missing."""
        (rows,) = np.nonzero(self.missing == 1)
        if rows.size:
            i = np.argmax(self.degree[rows] < 2, axis=1)
            self.join(rows, i, self.other[rows, i])

    def orders(self, begin: int = 0) -> IntArray:
        """Return the finished paths or tours, shape (batch, n), all from node `begin` on.

        Raises
        ------
        ValueError
            If one of them is not finished.
        """
        if self.missing.any():
            raise ValueError("a path is not finished")
        batch, n = self.degree.shape
        rows = np.arange(batch)
        order = np.empty((batch, n), np.int64)
        order[:, 0] = begin
        previous, here = np.full(batch, -1), np.full(batch, begin)
        for step in range(1, n):
            first, second = self.links[rows, here, 0], self.links[rows, here, 1]
            following = np.where((first >= 0) & (first != previous), first, second)
            order[:, step] = following
            previous, here = here, following
        return order


def lengths(coords: FloatArray, orders: IntArray) -> FloatArray:
    """Lengths of paths, shape (batch,).

    Parameters
    ----------
    coords
        Coordinates, shape (batch, n, 2).
    orders
        Nodes in the order of the path, shape (batch, n).
    """
    at = np.take_along_axis(coords, orders[..., None], axis=1)
    result: FloatArray = np.hypot(*np.moveaxis(np.diff(at, axis=1), -1, 0)).sum(axis=1)
    return result
