"""The kernels' view of a TSP: renumbered nodes, candidate edges, closed tours only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import KernelError
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.problems.kernel import kernel_metric
from cosolve.search.kernel_model import FloatArray, IntArray, KernelModel

# Measured (benchmarks/SETTINGS.md): on uniform points 5 nearest and 2 per quadrant are as good as 6
# to 10 nearest, on clustered ones better. A matrix has no quadrants.
_NEAREST = 8
QUADRANT = (2, 5)
"""Candidates of points: so many in each quadrant, and so many nearest in all."""
_HUB_CANDIDATES = 10


class TspModel(KernelModel):
    """A symmetric problem, renumbered for the kernels.

    Nodes are renumbered along a Hilbert curve, so that neighbors lie close in memory. A path with
    both ends given is a tour through the fixed edge that joins them; otherwise it is a tour through
    one more node, the hub, at distance 0 from all, tied by a fixed edge to the end that is given.

    Parameters
    ----------
    problem
        A symmetric problem of at least 5 nodes.
    guidance
        Candidate edges and their order; by default the nearest neighbors in every quadrant.
    """

    def __init__(self, problem: TSP, guidance: EdgeGuidance | None = None) -> None:
        if guidance is not None:
            guidance.require_for(problem)
        n = problem.size
        self._order: IntArray = (
            np.arange(n, dtype=np.int32)
            if problem.coords is None
            else _kernels.hilbert_order(problem.coords)
        )
        self._rank = np.empty(n, np.int32)
        self._rank[self._order] = np.arange(n, dtype=np.int32)
        first, last = problem.ends
        both_ends = first is not None and last is not None
        self._hub = n if problem.path and not both_ends else None
        metric = kernel_metric(
            problem,
            None if problem.coords is None else self._order,
            hub=self._hub is not None,
        )
        closing = 0.0
        tied: list[tuple[int, int]] = []
        if both_ends:
            assert first is not None
            assert last is not None
            tied = [(int(self._rank[first]), int(self._rank[last]))]
            closing = float(problem.distance(first, last))
        elif self._hub is not None:
            tied = [(self._hub, int(self._rank[e])) for e in problem.ends if e is not None]
        fixed_edges = np.concatenate(
            [self._rank[problem.fixed_edges], np.array(tied, np.int32).reshape(-1, 2)]
        )
        if guidance is not None:
            indptr, indices = self._renumber(guidance)
        elif problem.coords is None:
            near = _kernels.k_nearest(metric, _NEAREST)
            indptr = np.arange(n + 1, dtype=np.int32) * np.int32(near.shape[1])
            indices = near.ravel()
        else:
            indptr, indices = _kernels.quadrant_neighbors(metric, *QUADRANT)
        super().__init__(problem, metric, *self._with_hub(indptr, indices), fixed_edges, closing)
        if guidance is not None and not guidance.order_only:
            self.probabilities = self.weights(guidance)

    def metric_of(self, nodes: IntArray) -> _kernels.Metric:
        """Distances between some kernel nodes only.

        Parameters
        ----------
        nodes
            Kernel nodes, rising. The hub, if there is one and it is named, comes last.
        """
        hub = self._hub is not None and nodes.size > 0 and int(nodes[-1]) == self._hub
        return kernel_metric(self.problem, self._order[nodes[:-1] if hub else nodes], hub)

    def points(self, nodes: IntArray) -> npt.NDArray[np.float64]:
        """Coordinates of kernel nodes other than the hub, shape (len(nodes), dimensions)."""
        assert self.problem.coords is not None
        return self.problem.coords[self._order[nodes]]

    def of_nodes(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Numbers of the problem's nodes, by kernel nodes; there must be no hub."""
        return np.ascontiguousarray(values[self._order])

    @property
    def hub(self) -> int | None:
        """The kernel node that closes an open path, if there is one."""
        return self._hub

    def _renumber(self, guidance: EdgeGuidance) -> tuple[IntArray, IntArray]:
        indptr, source = guidance.entries(self._order)
        return indptr.astype(np.int32), self._rank[guidance.indices[source]]

    def weights(self, guidance: EdgeGuidance) -> FloatArray:
        """Weights of the candidate edges; those of a hub are average.

        Parameters
        ----------
        guidance
            What the model was made with.
        """
        indptr, source = guidance.entries(self._order)
        weight = guidance.weight[source].astype(np.float64)
        if self._hub is None:
            return weight
        mean = float(weight.mean()) if weight.size else 1.0
        with_hub = np.insert(weight, indptr[:-1], mean)
        return np.append(with_hub, np.full(self.indices.size - with_hub.size, mean))

    def _with_hub(self, indptr: IntArray, indices: IntArray) -> tuple[IntArray, IntArray]:
        if self._hub is None:
            return indptr, indices
        n = self._hub
        # The hub is everyone's nearest neighbor; its own row is a sample along the curve.
        indices = np.insert(indices, indptr[:-1], n).astype(np.int32)
        some = np.linspace(0, n - 1, min(n, _HUB_CANDIDATES), dtype=np.int32)
        indptr = np.append(indptr + np.arange(n + 1, dtype=np.int32), np.int32(0))
        indptr[-1] = indptr[-2] + some.size
        return indptr.astype(np.int32), np.concatenate([indices, some])

    def encode(self, tour: Tour) -> IntArray:
        """Kernel nodes of a feasible tour or path."""
        nodes = self._rank[tour.nodes]
        return nodes if self._hub is None else np.append(nodes, np.int32(self._hub))

    def decode(self, nodes: IntArray) -> Tour:
        """Tour or path of the problem, from kernel nodes."""
        if self._hub is not None:
            at = int(np.flatnonzero(nodes == self._hub)[0])
            nodes = np.concatenate([nodes[at + 1 :], nodes[:at]])
        result = self._order[nodes]
        if self.problem.path:
            result = self._turn(result)
        return Tour(result)

    def _turn(self, nodes: IntArray) -> IntArray:
        """Rotate and reverse so that the path runs from its first end to its last."""
        first, last = self.problem.ends
        if first is not None and last is not None:
            nodes = np.roll(nodes, -int(np.flatnonzero(nodes == first)[0]))
            if nodes[-1] != last:
                nodes = np.roll(nodes[::-1], 1)
            if nodes[-1] != last:
                raise KernelError("the kernel's tour lost the edge that joins the ends")
            return nodes
        if (first is not None and nodes[0] != first) or (last is not None and nodes[-1] != last):
            return nodes[::-1]
        return nodes
