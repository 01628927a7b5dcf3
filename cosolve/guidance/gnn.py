"""Guidance from a trained graph network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.models import load_model
from cosolve.guidance.neighbors import require_count
from cosolve.guidance.numbering import by_distance, in_order, numbering
from cosolve.problems import VRP
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve.guidance.models import FloatArray, IntArray, Model
    from cosolve.problems import TSP

_FEW = 12  # nodes; of fewer, distances say all there is to know


@dataclass(frozen=True, slots=True)
class GnnGuide:
    """The edges of every node that a trained graph network finds probable [1]_.

    The network is run by a kernel: nothing but the default installation is needed. Both ends of an
    edge get it if one of them chose it; rows are ordered by probability, fixed edges come first.
    Weights are probabilities that an edge is in an optimal tour, 1 for fixed edges only. Instances
    of fewer than 12 nodes get all edges, by distance.

    Parameters
    ----------
    model
        Name or folder of a model, see `cosolve.guidance.find_model`. None: the one that comes with
        cosolve for problems of this kind.
    k
        Edges every node chooses at most.
    probability
        Edges that are less probable are left out: where the network is sure, searches have fewer to
        look at. Chosen such that about one edge of a hundred good ones is lost.
    fewest
        Edges every node chooses at least.
    threads
        Threads that run the network; the result does not depend on it.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] X. Bresson and T. Laurent, "Residual gated graph ConvNets", arXiv 1711.07553;
       C. K. Joshi et al., "An efficient graph convolutional network technique for the travelling
       salesman problem", arXiv 1906.01227.
    """

    model: str | Path | None = None
    k: int = 8
    probability: float = 0.01
    fewest: int = 3
    threads: int = 1

    def __post_init__(self) -> None:
        """Validate."""
        require_count("fewest", self.fewest, at_least=1)
        require_count("k", self.k, at_least=self.fewest)
        if not 0 <= self.probability < 1:
            raise ValueError(
                f"probability must be at least 0 and below 1, got {self.probability!r}"
            )
        require_count("threads", self.threads, at_least=1)

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`.

        Raises
        ------
        ValueError
            If there is no such model, or it is for other problems.
        FormatError
            If a file of the model was changed or does not hold what it should.
        OSError
            If one cannot be read.
        """
        kind = network_kind(problem)
        if kind != "tsp" or isinstance(problem, VRP):
            raise ValueError(
                f"there is no trained guidance for problems of kind {kind!r} yet, only for 'tsp' "
                "with symmetric distances; `cosolve models list` shows what there is"
            )
        model = load_model(kind if self.model is None else self.model)
        model.require(kind)
        if problem.size < _FEW or len(problem.fixed_edges) > problem.size - 2:
            return by_distance(problem, self.k)
        scores = score_tour_edges(model, problem, self.threads)
        start, to, probability = _kernels.choose_edges(
            scores.neighbors,
            scores.of("edge"),
            self.fewest,
            self.k,
            self.probability,
            scores.fixed_edges,
        )
        return in_order(scores.order, start, to, probability)


def network_kind(problem: object) -> str:
    """Kind of a problem as networks distinguish them: ``tsp``, ``atsp``, or that of other problems.

    Parameters
    ----------
    problem
        Any problem.
    """
    kind = str(getattr(problem, "kind", type(problem).__name__))
    return "atsp" if kind == "tsp" and not getattr(problem, "symmetric", True) else kind


@dataclass(frozen=True, slots=True, eq=False)
class TourScores:
    """What a network says of a symmetric instance of n nodes, by places along a curve.

    Parameters
    ----------
    order
        Node of the problem at every place, int32, shape (n,).
    neighbors
        Places of the k neighbors the network looks at, int32, shape (n, k).
    fixed_edges
        Pairs of places, int32, shape (m, 2).
    heads
        Predictions by head, see `cosolve.guidance.Model.run`.
    """

    order: IntArray
    neighbors: IntArray
    fixed_edges: IntArray
    heads: dict[str, FloatArray]

    def of(self, head: str) -> FloatArray:
        """Return the prediction of a head.

        Raises
        ------
        ValueError
            If the network does not have it.
        """
        if head not in self.heads:
            raise ValueError(
                f"the model predicts {', '.join(self.heads)}, but {head!r} is asked for"
            )
        return self.heads[head]


def score_tour_edges(model: Model, problem: TSP, threads: int = 1) -> TourScores:
    """Run a network on a symmetric traveling salesman problem.

    Parameters
    ----------
    model
        A model for such problems.
    problem
        At least three nodes, of which the fixed edges leave more than one tour.
    threads
        Threads that run the network; the result does not depend on it.

    Returns
    -------
    TourScores
        Its predictions.

    Raises
    ------
    ValueError
        If the model is for other problems, or the instance is too small.
    """
    model.require(network_kind(problem))
    order, rank = numbering(problem)
    metric = kernel_metric(problem, order, hub=problem.path)
    fixed = np.ascontiguousarray(rank[problem.fixed_edges])
    neighbors, nodes, edges = _kernels.tour_features(
        metric, model.config.neighbors, fixed, model.config.ascent
    )
    return TourScores(order, neighbors, fixed, model.run(neighbors, nodes, edges, threads))
