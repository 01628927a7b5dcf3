"""What the search kernels work on, whatever the problem looks like to its user."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosolve.guidance import EdgeGuidance
    from cosolve.problems import TSP, Tour

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]


class KernelGraph:
    """What a search kernel takes: closed tours over the nodes of a metric, along candidate edges.

    Parameters
    ----------
    metric
        Distances between kernel nodes.
    indptr, indices
        Candidate edges of every kernel node, most promising first.
    fixed_edges
        Edges between kernel nodes that every tour must keep, shape (m, 2).
    closing
        Length of fixed edges that are in the kernel's tours but not in what they stand for.
    """

    def __init__(
        self,
        metric: _kernels.Metric,
        indptr: IntArray,
        indices: IntArray,
        fixed_edges: IntArray,
        closing: float = 0.0,
    ) -> None:
        self.metric = metric
        self.indptr = indptr
        self.indices = indices
        self.fixed_edges = fixed_edges
        self._closing = closing

    @property
    def size(self) -> int:
        """Number of kernel nodes."""
        return self.metric.size

    def cost(self, kernel_cost: float) -> float:
        """Cost of the tour or path that a closed tour of the kernel stands for."""
        return kernel_cost - self._closing

    def length(self, nodes: IntArray) -> float:
        """Cost of the tour or path that kernel nodes stand for."""
        return self.cost(_kernels.tour_cost(self.metric, nodes))

    def greedy(self, seed: int = 0, randomization: float = 0.0) -> IntArray:
        """Greedy-edge tour over kernel nodes.

        Parameters
        ----------
        seed
            Seed of the perturbation.
        randomization
            Every length is multiplied by ``1 + randomization * u``, u uniform in [0, 1).
        """
        return _kernels.greedy_tour(
            self.metric, self.indptr, self.indices, self.fixed_edges, seed, randomization
        )


class KernelModel(KernelGraph, ABC):
    """A whole problem as the kernels see it.

    Parameters
    ----------
    problem
        What the user sees.
    metric, indptr, indices, fixed_edges, closing
        See :class:`KernelGraph`.
    """

    def __init__(
        self,
        problem: TSP,
        metric: _kernels.Metric,
        indptr: IntArray,
        indices: IntArray,
        fixed_edges: IntArray,
        closing: float = 0.0,
    ) -> None:
        super().__init__(metric, indptr, indices, fixed_edges, closing)
        self.problem = problem

    def weights(self, guidance: EdgeGuidance) -> FloatArray:  # noqa: ARG002
        """Weights of the candidate edges, aligned with ``indices``.

        Parameters
        ----------
        guidance
            What the model was made with.

        Returns
        -------
        ndarray
            float64, shape (indices.size,). A model whose candidates are not simply those of the
            guidance weighs them by their order in each row.
        """
        rank = np.arange(self.indices.size) - np.repeat(self.indptr[:-1], np.diff(self.indptr))
        weight: FloatArray = np.reciprocal(1.0 + rank.astype(np.float64))
        return weight

    @abstractmethod
    def encode(self, tour: Tour) -> IntArray:
        """Kernel nodes of a feasible tour or path."""

    @abstractmethod
    def decode(self, nodes: IntArray) -> Tour:
        """Tour or path of the problem, from kernel nodes."""


def require_size(guidance: EdgeGuidance | None, problem: TSP) -> None:
    """Raise ``ValueError`` if guidance is for another number of nodes."""
    if guidance is not None and guidance.size != problem.size:
        raise ValueError(
            f"the guidance is for {guidance.size} nodes, the problem has {problem.size}"
        )


def rows_to_csr(rows: Sequence[npt.NDArray[np.integer]]) -> tuple[IntArray, IntArray]:
    """Concatenate rows of neighbors; return offsets and indices."""
    indptr = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    return indptr, np.concatenate(rows).astype(np.int32)
