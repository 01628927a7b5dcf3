"""Guidance from a trained graph network."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cosolve import _kernels
from cosolve.guidance.arc_features import arc_features, copies_tied
from cosolve.guidance.base import EdgeGuidance, guide_is_late
from cosolve.guidance.clients import clients_alone, for_locations
from cosolve.guidance.models import load_model
from cosolve.guidance.neighbors import require_count
from cosolve.guidance.numbering import by_distance, in_order, numbering
from cosolve.guidance.route_features import route_features
from cosolve.guidance.tour_features import TourFeatures, tour_features
from cosolve.problems import TSP, VRP
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from cosolve.guidance.models import FloatArray, IntArray, Model

_FEW = 12  # nodes; of fewer, distances say all there is to know


class Width(NamedTuple):
    """How many edges a node chooses."""

    fewest: int
    most: int


WIDTHS: Mapping[str, Width] = MappingProxyType(
    {"tsp": Width(3, 8), "atsp": Width(4, 9), "cvrp": Width(6, 14)}
)
"""By kind of problem, as many as did best."""


@dataclass(frozen=True, slots=True)
class GnnGuide:
    """The edges of every node that a trained graph network finds probable [1]_.

    The network is run by a kernel: nothing but the default installation is needed. Both ends of an
    edge get it if one of them chose it; rows are ordered by probability, fixed edges come first.
    Weights are probabilities that an edge is in an optimal solution, 1 for fixed edges only.
    Instances of fewer than 12 nodes get all edges, by distance. In vehicle routing, edges are those
    between clients, and only loads may be limited.

    Parameters
    ----------
    model
        Name or folder of a model, see `cosolve.guidance.find_model`. None: the one that comes with
        cosolve for problems of this kind.
    k
        Edges every node chooses at most. None: as many as did best, see `WIDTHS`.
    probability
        Edges that are less probable are left out: where the network is sure, searches have fewer to
        look at.
    fewest
        Edges every node chooses at least. None: see `WIDTHS`.
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
    k: int | None = None
    probability: float = 0.01
    fewest: int | None = None
    threads: int = 1

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("k", "fewest"):
            if getattr(self, name) is not None:
                require_count(name, getattr(self, name), at_least=1)
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
        if kind not in WIDTHS:
            raise ValueError(
                f"there is no trained guidance for {kind} yet, only for traveling salesman "
                "problems and for vehicle routing with symmetric distances and limits on loads"
            )
        model = load_model(kind if self.model is None else self.model)
        model.require(kind)
        most = WIDTHS[kind].most if self.k is None else self.k
        fewest = min(WIDTHS[kind].fewest if self.fewest is None else self.fewest, most)
        if problem.size < _FEW or _only_one_tour(problem):
            return by_distance(problem, most)
        scores = scores_of(model, problem, self.threads)
        start, to, probability = _kernels.choose_edges(
            scores.neighbors,
            scores.of("edge"),
            fewest,
            most,
            self.probability,
            scores.fixed_edges,
        )
        if kind == "atsp":
            return _arcs(problem.size, start, to, probability)
        guidance = in_order(scores.order, start, to, probability)
        return guidance if isinstance(problem, TSP) else for_locations(problem, guidance)


def scores_of(model: Model, problem: TSP | VRP, threads: int = 1) -> Scores:
    """Run a network on a problem it is for.

    Parameters
    ----------
    model
        A model for problems of this kind.
    problem
        The instance.
    threads
        Threads that run the network; the result does not depend on it.

    Raises
    ------
    ValueError
        If the model is for other problems, or the instance is too small.
    """
    if isinstance(problem, VRP):
        return score_route_edges(model, problem, threads)
    if problem.symmetric:
        return score_tour_edges(model, problem, threads)
    return score_arcs(model, problem, threads)


def _arcs(
    n: int, start: IntArray, to: IntArray, probability: npt.NDArray[np.float32]
) -> EdgeGuidance:
    """Return the arcs that rows of the symmetric form stand for."""
    end = start[n]  # of the rows of where tours leave
    tail = np.repeat(np.arange(n, dtype=np.int32), np.diff(start[: n + 1]))
    head = to[:end] - np.int32(n)
    kept = head != tail  # not its other copy
    counts = np.bincount(tail[kept], minlength=n)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return EdgeGuidance(indptr, head[kept], probability[:end][kept])


def _only_one_tour(problem: TSP | VRP) -> bool:
    return isinstance(problem, TSP) and len(problem.fixed_edges) > problem.size - 2


def network_kind(problem: object) -> str:
    """Kind of a problem as networks distinguish them, or what keeps them from handling it.

    Parameters
    ----------
    problem
        Any problem.

    Returns
    -------
    str
        A key of `WIDTHS`, or words for a message.
    """
    if isinstance(problem, TSP):
        return "tsp" if problem.symmetric else "atsp"
    if not isinstance(problem, VRP):
        return f"problems of kind {getattr(problem, 'kind', type(problem).__name__)!r}"
    if not problem.symmetric:
        return "asymmetric distances"
    return "time windows and service times" if problem.timed else "cvrp"


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a network says of the n nodes or clients of an instance, by places along a curve.

    Parameters
    ----------
    order
        Node at every place, int32, shape (n,); of clients the first is 0.
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


def score_tour_edges(model: Model, problem: TSP, threads: int = 1) -> Scores:
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
    Scores
        Its predictions.

    Raises
    ------
    ValueError
        If the model is for other problems, or the instance is too small.
    """
    return score_tour(model, problem, threads)[1]


def score_tour(model: Model, problem: TSP, threads: int = 1) -> tuple[TourFeatures, Scores]:
    """Like `score_tour_edges`, with what the network was told, by places, too."""
    model.require(network_kind(problem))
    order, rank = numbering(problem)
    metric = kernel_metric(problem, order, hub=problem.path)
    fixed = np.ascontiguousarray(rank[problem.fixed_edges])
    told = tour_features(metric, model.config.neighbors, fixed, model.config.ascent, guide_is_late)
    heads = model.run(told.neighbors, told.nodes, told.edges, threads)
    return told, Scores(order, told.neighbors, fixed, heads)


def score_route_edges(model: Model, problem: VRP, threads: int = 1) -> Scores:
    """Run a network on a vehicle routing problem.

    Parameters
    ----------
    model
        A model for such problems.
    problem
        At least two clients, symmetric distances.
    threads
        Threads that run the network; the result does not depend on it.

    Returns
    -------
    Scores
        Its predictions about the clients.

    Raises
    ------
    ValueError
        If the model is for other problems, or the instance is too small.
    """
    model.require(network_kind(problem))
    order, _ = numbering(clients_alone(problem))
    clients = (order + problem.depots).astype(np.int32)
    neighbors, nodes, edges = route_features(problem, model.config.neighbors, clients)
    nothing = np.empty((0, 2), np.int32)
    return Scores(order, neighbors, nothing, model.run(neighbors, nodes, edges, threads))


def score_arcs(model: Model, problem: TSP, threads: int = 1) -> Scores:
    """Run a network on an asymmetric traveling salesman problem.

    Parameters
    ----------
    model
        A model for such problems.
    problem
        At least three nodes. That a path is open does not count: it changes little but at its ends.
    threads
        Threads that run the network; the result does not depend on it.

    Returns
    -------
    Scores
        Its predictions about the symmetric form, see `cosolve.guidance.arc_features.arc_features`.

    Raises
    ------
    ValueError
        If the model is for other problems, or the instance is too small.
    """
    model.require(network_kind(problem))
    assert problem.matrix is not None
    config = model.config
    neighbors, nodes, edges = arc_features(problem.matrix, config.neighbors, config.ascent)
    order = np.arange(2 * problem.size, dtype=np.int32)
    heads = model.run(neighbors, nodes, edges, threads)
    return Scores(order, neighbors, copies_tied(problem.size), heads)
