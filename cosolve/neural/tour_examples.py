"""Labelled examples for the guidance of tours: features of an instance, edges of a good tour."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.neural.edge_training import HELD_OUT, Example
from cosolve.neural.labels import good_tour
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cosolve.problems import TSP
    from cosolve.search.kernel_model import IntArray


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
    """

    sizes: tuple[int, int]
    kinds: Mapping[str, float]
    neighbors: int = 10
    ascent: int = 30
    population: int = 30
    seed: int = 0

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
        return self.describe(problem, tour, self.neighbors, self.ascent)

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

    @staticmethod
    def describe(problem: TSP, tour: IntArray, neighbors: int, ascent: int) -> Example:
        """Describe a problem whose best tour is known."""
        return tour_example(problem, tour, neighbors, ascent)


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


def tour_example(problem: TSP, tour: IntArray, neighbors: int, ascent: int) -> Example:
    """Describe a problem whose best tour is known.

    Parameters
    ----------
    problem
        A symmetric problem without fixed edges.
    tour
        Nodes, shape (n,).
    neighbors, ascent
        See :class:`TourExamples`.
    """
    rows, nodes, edges = _kernels.tour_features(
        kernel_metric(problem), neighbors, np.empty((0, 2), np.int32), ascent
    )
    following = np.empty(problem.size, np.int32)
    following[tour] = np.roll(tour, -1)
    before = np.empty(problem.size, np.int32)
    before[tour] = np.roll(tour, 1)
    label = (rows == following[:, None]) | (rows == before[:, None])
    return Example(rows, nodes, edges, {"edge": label}, 2 * problem.size)
