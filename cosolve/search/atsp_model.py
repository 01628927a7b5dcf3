"""The kernels' view of an asymmetric TSP: every node split in two, one to arrive, one to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.problems import TSP, Tour
from cosolve.search.kernel_model import KernelModel, require_size, rows_to_csr

if TYPE_CHECKING:
    from cosolve.guidance import EdgeGuidance
    from cosolve.search.kernel_model import IntArray

_NEAREST = 8


class AtspModel(KernelModel):
    """An asymmetric problem as a symmetric one on twice as many nodes [1]_.

    Kernel node i is where a tour leaves node i, kernel node N + i where it arrives; the two are
    tied by a fixed edge. A path has one more node, the hub, with arcs of length 0 from and to all
    others; an end that is given is tied to it by a fixed edge.

    Parameters
    ----------
    problem
        A problem of at least 3 nodes without fixed edges.
    guidance
        Candidate arcs and their order; by default the shortest from and to every node.

    References
    ----------
    .. [1] R. Jonker and T. Volgenant, "Transforming asymmetric into symmetric traveling salesman
       problems", Operations Research Letters 2 (1983).
    """

    def __init__(self, problem: TSP, guidance: EdgeGuidance | None = None) -> None:
        require_size(guidance, problem)
        assert problem.matrix is not None
        n = problem.size
        self._hub = n if problem.path else None
        arcs = problem.matrix
        if self._hub is not None:
            arcs = np.pad(arcs, ((0, 1), (0, 1)))
        self._count = len(arcs)
        tied = np.stack([np.arange(self._count), np.arange(self._count) + self._count], axis=1)
        first, last = problem.ends
        ends = []
        if first is not None:
            ends.append((n, self._count + first))
        if last is not None:
            ends.append((last, self._count + n))
        super().__init__(
            problem,
            _kernels.Metric.two_copies(np.ascontiguousarray(arcs)),
            *self._candidates(arcs, guidance),
            np.concatenate([tied, np.array(ends, np.int64).reshape(-1, 2)]).astype(np.int32),
        )

    def _candidates(
        self, arcs: np.ndarray, guidance: EdgeGuidance | None
    ) -> tuple[IntArray, IntArray]:
        count = self._count
        if guidance is None:
            lengths = arcs + np.diag(np.full(count, np.inf))
            k = min(_NEAREST, count - 1)
            leaving = list(np.argsort(lengths, axis=1, kind="stable")[:, :k])
            arriving = list(np.argsort(lengths.T, axis=1, kind="stable")[:, :k])
        else:
            leaving = np.split(guidance.indices, guidance.indptr[1:-1])
            tail = np.repeat(np.arange(guidance.size), np.diff(guidance.indptr))
            order = np.lexsort((-guidance.weight, guidance.indices))
            heads = guidance.indices[order]
            arriving = np.split(tail[order], np.searchsorted(heads, np.arange(1, guidance.size)))
            if self._hub is not None:
                leaving = [np.append(row, self._hub) for row in leaving] + [arriving[0][:0]]
                arriving = [np.append(row, self._hub) for row in arriving] + [arriving[0][:0]]
        return rows_to_csr([row + count for row in leaving] + arriving)

    def encode(self, tour: Tour) -> IntArray:
        """Kernel nodes of a feasible tour or path."""
        nodes = tour.nodes if self._hub is None else np.append(tour.nodes, self._hub)
        return np.stack([nodes + self._count, nodes], axis=1).ravel().astype(np.int32)

    def decode(self, nodes: IntArray) -> Tour:
        """Tour or path of the problem, from kernel nodes."""
        at = int(np.flatnonzero(nodes == self._count)[0])
        if nodes[(at + 1) % len(nodes)] != 0:  # backwards: it leaves node 0 before arriving there
            nodes = nodes[::-1]
        order = nodes[nodes >= self._count] - self._count
        if self._hub is not None:
            at = int(np.flatnonzero(order == self._hub)[0])
            order = np.concatenate([order[at + 1 :], order[:at]])
        return Tour(order)
