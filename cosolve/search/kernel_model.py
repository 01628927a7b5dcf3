"""What the search kernels work on, whatever the problem looks like to its user."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.search.lin_kernighan import lin_kernighan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosolve.guidance import EdgeGuidance
    from cosolve.problems import TSP, Tour

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_ROUNDING = 1e-9  # relative; sums of the same legs in another order differ by far less

_DEPTH = 10
_BREADTH = (5, 3, 1)

# Tours of a population are to be diverse and cheap rather than good: a shallow search from very
# different greedy tours lets the crossover end lower in the same time than deep searches do
# (benchmarks/SETTINGS.md).
_SHALLOW_DEPTH = 3
_SHALLOW_BREADTH = (5, 3)
RANDOMIZATION = 3.0

# The same of the odds of edges, where a guide knows them.
_NOISE = 2.0

_LEAST_CHANCE = 0.05  # of a kick at an edge that could not be likelier

# On few nodes those tours are all alike, and what none of them has, crossover cannot find: there
# the edges are taken in random order.
FEW_NODES = 200
FEW_NODES_RANDOMIZATION = 1000.0


class Settling(Protocol):
    """A search that first brings a tour to a local optimum."""

    @property
    def cost(self) -> float:
        """Length of the tour, as the kernel counts it."""

    @property
    def settled(self) -> bool:
        """Whether the tour is a local optimum, which comes before the first kick."""

    def run(self, seconds: float, kicks: int = -1, /) -> int:
        """Search until the time or the kicks (negative: unlimited) are used up; return kicks."""

    def tour(self) -> IntArray:
        """Kernel nodes, shape (model.size,)."""


class LocalSearch(Settling, Protocol):
    """A search that improves one tour for as long as it is asked to."""

    @property
    def kicks(self) -> int:
        """Kicks tried."""


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
    probabilities
        Of the candidate edges, aligned with `indices`, where a guide knows them: tours of a
        population are drawn by them. None: by lengths.
    """

    def __init__(
        self,
        metric: _kernels.Metric,
        indptr: IntArray,
        indices: IntArray,
        fixed_edges: IntArray,
        closing: float = 0.0,
        probabilities: FloatArray | None = None,
    ) -> None:
        self.metric = metric
        self.indptr = indptr
        self.indices = indices
        self.fixed_edges = fixed_edges
        self.probabilities = probabilities
        self._closing = closing

    @property
    def size(self) -> int:
        """Number of kernel nodes."""
        return self.metric.size

    @property
    def bound(self) -> float | None:
        """Lower bound on the cost of every solution, where making the model gave one."""
        return None

    def is_optimal(self, cost: float) -> bool:  # noqa: ARG002
        """Return whether it is proven that nothing costs less."""
        return False

    def first_tour(self) -> IntArray:
        """Tour that a single search had best begin with."""
        return self.greedy()

    def varied_tour(self, seed: int) -> IntArray:
        """Tour that differs from seed to seed, for a population."""
        few = self.size <= FEW_NODES
        if self.probabilities is not None and not few:
            return _kernels.greedy_tour_by_weight(
                self.metric,
                self.indptr,
                self.indices,
                self.probabilities,
                self.fixed_edges,
                seed,
                _NOISE,
            )
        return self.greedy(seed, FEW_NODES_RANDOMIZATION if few else RANDOMIZATION)

    def local_search(
        self,
        tour: IntArray,
        *,
        seed: int = 0,
        depth: int | None = None,
        breadth: Sequence[int] | None = None,
        kick_segment: int = 50,
        shallow: bool = False,
        kick_chances: npt.NDArray[np.float32] | None = None,
    ) -> LocalSearch:
        """Make a local search that starts from a tour.

        Parameters
        ----------
        tour
            Kernel nodes, shape (model.size,).
        seed
            Seed of the kicks.
        depth, breadth, kick_segment
            See :class:`cosolve.solvers.lk.Lk`.
        shallow
            Whether the tour is for a population, to be made quickly. Sets depth and breadth unless
            these are given.
        kick_chances
            See :func:`cosolve.search.lin_kernighan.lin_kernighan`.

        Raises
        ------
        ValueError
            If a parameter is out of range or `tour` is not a tour.
        """
        usual = (_SHALLOW_DEPTH, _SHALLOW_BREADTH) if shallow else (_DEPTH, _BREADTH)
        return lin_kernighan(
            self,
            tour,
            seed=seed,
            depth=usual[0] if depth is None else depth,
            breadth=usual[1] if breadth is None else breadth,
            kick_segment=kick_segment,
            kick_chances=kick_chances,
        )

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

    def weighted_tour(self, guidance: EdgeGuidance) -> IntArray:
        """Tour to begin with that takes the edges of largest weight first, greedily.

        Parameters
        ----------
        guidance
            What the model was made with.

        Returns
        -------
        ndarray
            Kernel nodes, shape (size,). Of asymmetric problems, ``first_tour()``.
        """
        return _kernels.greedy_tour_by_weight(
            self.metric, self.indptr, self.indices, self.weights(guidance), self.fixed_edges
        )

    def kick_chances(self, guidance: EdgeGuidance) -> npt.NDArray[np.float32]:
        """How often a kick at a candidate edge of the tour is to take place, aligned with indices.

        That is 1 less the weight of the edge in proportion to the largest weight of its row, but at
        least 0.05: of two edges of a tour, the one that the guide would have replaced is kicked up
        to twenty times as often. Edges that are no candidates are always kicked.

        Parameters
        ----------
        guidance
            What the model was made with.

        Returns
        -------
        ndarray
            float32, shape (indices.size,), from 0.05 to 1.
        """
        weight = np.maximum(self.weights(guidance), 0.0)
        row = np.repeat(np.arange(self.indptr.size - 1), np.diff(self.indptr))
        largest = np.zeros(self.indptr.size - 1)
        np.maximum.at(largest, row, weight)
        likely = weight / np.maximum(largest[row], np.finfo(float).tiny)
        return np.clip(1.0 - likely, _LEAST_CHANCE, 1.0).astype(np.float32)

    def is_optimal(self, cost: float) -> bool:
        """Return whether the bound, if there is one, proves that nothing costs less."""
        if self.bound is None:
            return False
        if self.problem.integral:
            return cost <= math.ceil(self.bound - _ROUNDING * max(1.0, abs(self.bound)))
        return cost - self.bound <= 1e-3 * _ROUNDING * abs(cost)

    @abstractmethod
    def encode(self, tour: Tour) -> IntArray:
        """Kernel nodes of a feasible tour or path."""

    @abstractmethod
    def decode(self, nodes: IntArray) -> Tour:
        """Tour or path of the problem, from kernel nodes."""


def rows_to_csr(rows: Sequence[npt.NDArray[np.integer]]) -> tuple[IntArray, IntArray]:
    """Concatenate rows of neighbors; return offsets and indices."""
    indptr = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    return indptr, np.concatenate(rows).astype(np.int32)
