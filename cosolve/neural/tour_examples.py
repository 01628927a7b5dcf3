"""Labelled examples for the guidance of tours: features of an instance, edges of a good tour."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.guidance.penalties import penalty_labels
from cosolve.guidance.tour_features import tour_features
from cosolve.neural.edge_training import HELD_OUT, Example
from cosolve.neural.labels import good_tour
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.tsp_model import QUADRANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cosolve.guidance.models import FloatArray
    from cosolve.guidance.tour_features import TourFeatures
    from cosolve.problems import TSP
    from cosolve.search.kernel_model import IntArray

_NOTHING = np.empty((0, 2), np.int32)
# Of the ascent that labels: 300 trees on from where the features end; as many again raise the
# bound by some 0.001 %.
_ASCENT = (300, 0.1, 0.002)
_SLICE_S = 1.0


@dataclass(frozen=True, slots=True)
class TourExamples:
    """Instances by number: the same number always gives the same example, no two give the same.

    Parameters
    ----------
    sizes
        Smallest and largest number of nodes; drawn log-uniformly.
    kinds
        Share of each kind of :func:`cosolve.problems.random_tsp.random_tsp`.
    neighbors
        Edges of every node.
    ascent
        Iterations of the subgradient ascent behind the features.
    population
        Of the search that labels.
    seed
        Begins another stream.
    penalties
        Whether to label nodes, too, with how far their multipliers are from those of the Held-Karp
        bound.
    """

    sizes: tuple[int, int]
    kinds: Mapping[str, float]
    neighbors: int = 10
    ascent: int = 30
    population: int = 30
    seed: int = 0
    penalties: bool = False

    def __call__(self, number: int) -> Example:
        """Make example `number`."""
        rng = np.random.default_rng([self.seed, number])
        low, high = self.sizes
        n = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
        kind = drawn_kind(rng, self.kinds)
        problem = self.random(n, int(rng.integers(HELD_OUT)), kind)
        return self.of(problem, seed=int(rng.integers(1 << 62)))

    def of(self, problem: TSP, *, seed: int) -> Example:
        """Label a problem."""
        tour = good_tour(problem, seed=seed, population=self.population)
        return self.describe(problem, tour)

    def held_out(self, kinds: Iterable[str], size: int, count: int) -> dict[str, list[Example]]:
        """Make held-out examples of every kind, labelled by a population twice as large."""
        maker = dataclasses.replace(self, population=2 * self.population)
        return {
            kind: [maker.of(self.random(size, HELD_OUT + i, kind), seed=i) for i in range(count)]
            for kind in kinds
        }

    @staticmethod
    def random(n: int, seed: int, kind: str) -> TSP:
        """Make an instance."""
        return random_tsp(n, seed, kind)

    def describe(self, problem: TSP, tour: IntArray) -> Example:
        """Describe a problem whose best tour is known."""
        return tour_example(problem, tour, self.neighbors, self.ascent, penalties=self.penalties)


def drawn_kind(rng: np.random.Generator, kinds: Mapping[str, float]) -> str:
    """Draw a kind of instance.

    Parameters
    ----------
    rng
        Where the choice comes from.
    kinds
        Share of each, of whatever sum.
    """
    names = list(kinds)
    share = np.array([kinds[name] for name in names], np.float64)
    return names[int(rng.choice(len(names), p=share / share.sum()))]


def tour_example(
    problem: TSP, tour: IntArray, neighbors: int, ascent: int, *, penalties: bool = False
) -> Example:
    """Describe a problem whose best tour is known.

    Parameters
    ----------
    problem
        A symmetric problem without fixed edges.
    tour
        Nodes, shape (n,).
    neighbors, ascent, penalties
        See :class:`TourExamples`.
    """
    metric = kernel_metric(problem)
    told = tour_features(metric, neighbors, _NOTHING, ascent)
    following = np.empty(problem.size, np.int32)
    following[tour] = np.roll(tour, -1)
    before = np.empty(problem.size, np.int32)
    before[tour] = np.roll(tour, 1)
    rows = told.neighbors
    labels = {"edge": (rows == following[:, None]) | (rows == before[:, None])}
    if penalties:
        labels["penalty"] = penalty_labels(told, _best_multipliers(metric, told))
    return Example(rows, told.nodes, told.edges, labels, 2 * problem.size)


def _best_multipliers(metric: _kernels.Metric, told: TourFeatures) -> FloatArray:
    """Go on with the ascent of the features until little is to be gained."""
    candidates = _kernels.quadrant_neighbors(metric, *QUADRANT)
    engine = _kernels.HeldKarp(metric, *candidates, _NOTHING)
    engine.offer(told.multipliers)
    engine.plan(*_ASCENT)
    while not engine.finished:
        engine.run(_SLICE_S)
    return engine.multipliers()
