"""Asymmetric tours and paths as closed tours over a matrix of arcs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve.problems import Tour

if TYPE_CHECKING:
    import numpy.typing as npt

    from cosolve.problems import TSP

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int32]


class ClosedArcs:
    """The closed tours of a matrix that stand for the tours or paths of a problem, at equal cost.

    No arc has to be forced or forbidden for that:

    - A path with both ends given is a tour in which the two ends are one node, left as the first
      end and entered as the last.
    - With one end given, entering the first end, or leaving the last, costs nothing, wherever the
      tour comes from, or goes to.
    - With no end given there is one more node, with arcs of length 0 from and to all others.

    Parameters
    ----------
    problem
        A problem with a matrix; its fixed edges are ignored.

    Attributes
    ----------
    matrix
        Arc lengths, shape (m, m); the diagonal means nothing.
    free_head, free_tail
        Node that all arcs into, or from, cost nothing; None if there is none.
    """

    def __init__(self, problem: TSP) -> None:
        assert problem.matrix is not None
        n = problem.size
        first, last = problem.ends if problem.path else (None, None)
        self._path = problem.path
        self._first, self._last = first, last
        # Nodes of the problem, by their number in the matrix.
        self._nodes: IntArray = np.arange(n, dtype=np.int32)
        self.free_head: int | None = None
        self.free_tail: int | None = None
        matrix: FloatArray = problem.matrix
        if problem.path and n > 1:
            if first is not None and last is not None:
                # Entered like the last end, left like the first.
                matrix = matrix.copy()
                matrix[:, first] = matrix[:, last]
                self._nodes = np.delete(self._nodes, last)
                matrix = np.ascontiguousarray(matrix[np.ix_(self._nodes, self._nodes)])
            elif first is not None:
                matrix = matrix.copy()
                matrix[:, first] = 0.0
                self.free_head = first
            elif last is not None:
                matrix = matrix.copy()
                matrix[last] = 0.0
                self.free_tail = last
            else:
                matrix = np.pad(matrix, (0, 1))
                self.free_head = self.free_tail = n
        self.matrix = matrix

    @property
    def size(self) -> int:
        """Number of nodes of the closed tours."""
        return len(self.matrix)

    def encode(self, tour: Tour) -> IntArray:
        """Order of the nodes of the matrix in the closed tour that stands for a feasible one."""
        nodes = tour.nodes
        if not self._path:
            return nodes
        if self._first is not None and self._last is not None:
            position = np.full(len(nodes), -1, np.int32)
            position[self._nodes] = np.arange(len(self._nodes), dtype=np.int32)
            nodes = position[nodes[:-1]]
        elif self._first is None and self._last is None:
            nodes = np.append(nodes, np.int32(len(nodes)))
        return nodes

    def decode(self, order: IntArray) -> Tour:
        """Tour or path that a closed tour stands for."""
        if not self._path:
            return Tour(order)
        if self._first is not None:
            nodes = self._nodes[order]
            nodes = np.roll(nodes, -int(np.flatnonzero(nodes == self._first)[0]))
            return Tour(nodes if self._last is None else np.append(nodes, self._last))
        # The path ends before the hub, or at its last end.
        hub = self.size - 1 if self._last is None else self._last
        nodes = np.roll(order, -1 - int(np.flatnonzero(order == hub)[0]))
        return Tour(nodes[:-1] if self._last is None else nodes)

    def translate(
        self, tail: npt.NDArray[np.integer], head: npt.NDArray[np.integer]
    ) -> tuple[npt.NDArray[np.bool_], IntArray, IntArray]:
        """Translate arcs of the problem.

        Parameters
        ----------
        tail, head
            Nodes of the problem, shape (a,).

        Returns
        -------
        kept, tail, head
            Which arcs a closed tour can contain, shape (a,), and these in the matrix's nodes.
        """
        kept = np.ones(len(tail), np.bool_)
        number = np.arange(self.size, dtype=np.int32)
        if self._first is not None:
            kept &= head != self._first
        if self._last is not None:
            kept &= tail != self._last
        if self._first is not None and self._last is not None:
            number = np.empty(self.size + 1, np.int32)
            number[self._nodes] = np.arange(self.size, dtype=np.int32)
            number[self._last] = number[self._first]
            kept &= (tail != self._first) | (head != self._last)
        return kept, number[tail[kept]], number[head[kept]]
