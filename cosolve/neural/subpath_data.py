"""Optimal sub-paths to learn from, made by the search kernels as they are needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cosolve.neural.edge_training import HELD_OUT
from cosolve.neural.labels import good_tour
from cosolve.neural.subpath_state import FloatArray, IntArray
from cosolve.neural.tour_examples import drawn_kind
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.tsp_model import TspModel

_SQUEEZED = 0.2  # share of the instances of which one side is shortened
_GREEDY_NOISE = (0.0, 0.5, 2.0)  # how much the lengths a greedy tour goes by are disturbed


class Paths(NamedTuple):
    """Problems of one size and their best paths."""

    coords: FloatArray
    """Shape (batch, n, 2); a path leads from the first node to the last."""
    orders: IntArray
    """Nodes in the order of the best path, shape (batch, n)."""


@dataclass(frozen=True, slots=True)
class SubpathExamples:
    """Batches by number: the same number always gives the same batch, no two share an instance.

    Half of the paths are stretches of near-optimal tours, what a tour looks like late in a search;
    half are stretches of greedy tours, what it looks like early, solved anew.

    Parameters
    ----------
    paths
        Paths of a batch.
    largest
        Nodes of a path.
    smallest, smaller
        Share `smaller` of the batches have fewer nodes, down to `smallest`.
    cities
        Fewest and most nodes of the tours that stretches are cut from.
    kinds
        Share of each kind of :func:`cosolve.problems.random_tsp.random_tsp`.
    population
        Of the search that labels.
    seed
        Begins another stream.
    """

    paths: int = 8
    largest: int = 100
    smallest: int = 20
    smaller: float = 0.3
    cities: tuple[int, int] = (150, 400)
    kinds: Mapping[str, float] = field(
        default_factory=lambda: {
            "uniform": 0.5,
            "clustered": 0.2,
            "explosion": 0.1,
            "rotation": 0.1,
            "drilled": 0.1,
        }
    )
    population: int = 20
    seed: int = 0

    def __call__(self, number: int) -> Paths:
        """Make batch `number`."""
        rng = np.random.default_rng([self.seed, number])
        n = self.largest
        if rng.random() < self.smaller:
            n = int(rng.integers(self.smallest, self.largest + 1))
        pieces: list[tuple[FloatArray, IntArray]] = []
        while len(pieces) < self.paths:
            make = self._of_good_tour if rng.random() < 0.5 else self._of_greedy_tour
            pieces.extend(make(rng, n))
        coords, orders = zip(*pieces[: self.paths], strict=True)
        return Paths(np.stack(coords), np.stack(orders))

    def _points(self, rng: np.random.Generator, n: int) -> FloatArray:
        kind = drawn_kind(rng, self.kinds)
        coords = random_tsp(n, int(rng.integers(HELD_OUT)), kind).coords
        assert coords is not None
        squeeze = rng.uniform(0.05, 0.6) if rng.random() < _SQUEEZED else 1.0
        angle = rng.uniform(0.0, 2.0 * math.pi)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        result: FloatArray = (coords * [1.0, squeeze]) @ turn
        return result

    def _of_good_tour(
        self, rng: np.random.Generator, n: int
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        cities = max(n, int(rng.integers(self.cities[0], self.cities[1] + 1)))
        coords = self._points(rng, cities)
        tour = good_tour(
            TSP(coords=coords), seed=int(rng.integers(2**62)), population=self.population
        )
        begin = int(rng.integers(cities))
        for piece in range(max(1, cities // n)):
            nodes = np.roll(tour, -begin - piece * n)[:n]
            place = np.concatenate([[0], 1 + rng.permutation(n - 2), [n - 1]])
            shuffled = np.empty((n, 2))
            shuffled[place] = coords[nodes]
            yield shuffled, place

    def _of_greedy_tour(
        self, rng: np.random.Generator, n: int
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        cities = max(2 * n, int(rng.integers(self.cities[0], self.cities[1] + 1)))
        coords = self._points(rng, cities)
        model = TspModel(TSP(coords=coords))
        noise = float(rng.choice(_GREEDY_NOISE))
        tour = model.decode(model.greedy(int(rng.integers(2**62)), noise)).nodes
        begin = int(rng.integers(cities))
        for piece in range(2):
            nodes = np.roll(tour, -begin - piece * n)[:n]
            nodes[1:-1] = rng.permutation(nodes[1:-1])
            yield (
                coords[nodes],
                best_path(coords[nodes], int(rng.integers(2**62)), self.population),
            )


def best_path(coords: FloatArray, seed: int, population: int) -> IntArray:
    """Near-optimal path from the first to the last of some points.

    Parameters
    ----------
    coords
        Coordinates, shape (n, 2), n at least 13.
    seed, population
        See :func:`cosolve.neural.labels.good_tour`.

    Returns
    -------
    ndarray
        Nodes in the order of the path, shape (n,).
    """
    problem = TSP(coords=coords, path=True, ends=(0, len(coords) - 1))
    return good_tour(problem, seed=seed, population=population).astype(np.int64)


def held_out_paths(count: int, n: int, *, greedy: bool, seed: int = 0) -> Paths:
    """Stretches of tours of uniform points that are never learned from, with their best paths.

    Parameters
    ----------
    count
        How many.
    n
        Nodes of each.
    greedy
        Whether they are stretches of greedy tours, not of near-optimal ones.
    seed
        Begins another set.
    """
    found: list[tuple[FloatArray, IntArray]] = []
    rng = np.random.default_rng([HELD_OUT, seed])
    while len(found) < count:
        problem = random_tsp(10 * n, HELD_OUT + int(rng.integers(2**40)))
        assert problem.coords is not None
        model = TspModel(problem)
        if greedy:
            tour = model.decode(model.greedy()).nodes
        else:
            tour = good_tour(problem, seed=int(rng.integers(2**62)), population=20)
        for nodes in tour.reshape(-1, n)[: count - len(found)]:
            nodes = np.concatenate([nodes[:1], rng.permutation(nodes[1:-1]), nodes[-1:]])
            coords = problem.coords[nodes]
            found.append((coords, best_path(coords, int(rng.integers(2**62)), 50)))
    coords, orders = zip(*found, strict=True)
    return Paths(np.stack(coords), np.stack(orders))


def targets(orders: IntArray) -> IntArray:
    """Return the two neighbors of every node in given paths, -1 beyond an end.

    Its shape is (batch, n, 2).
    """
    batch, n = orders.shape
    rows = np.arange(batch)[:, None]
    result = np.full((batch, n, 2), -1, np.int64)
    result[rows, orders[:, 1:], 0] = orders[:, :-1]
    result[rows, orders[:, :-1], 1] = orders[:, 1:]
    return result
