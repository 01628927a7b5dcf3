"""Endless stream of optimal sub-paths to learn from, made by the search kernels as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cosolve.core import Run, Stop
from cosolve.neural.subpath_state import FloatArray, Fragments, IntArray, commit
from cosolve.problems import TSP
from cosolve.search.eax import build_population, evolve
from cosolve.search.models import model_of

POPULATION = 20
CHILDREN = 30
_SPREADS = (0.2, 1.0, 4.0)  # of the logarithm of what decides which edges are chosen early


def best_path(coords: FloatArray, seed: int, population: int = POPULATION) -> IntArray:
    """Near-optimal path from the first to the last of some points, by the genetic algorithm.

    Parameters
    ----------
    coords
        Coordinates, shape (n, 2), n at least 6.
    seed
        Seed of the search.
    population
        Tours of its population.

    Returns
    -------
    ndarray
        Nodes in the order of the path, shape (n,).
    """
    return _best(TSP(coords=coords, path=True, ends=(0, len(coords) - 1)), seed, population)


def best_tour(coords: FloatArray, seed: int, population: int = POPULATION) -> IntArray:
    """Near-optimal closed tour of some points; see :func:`best_path`."""
    return _best(TSP(coords=coords), seed, population)


def _best(problem: TSP, seed: int, population: int) -> IntArray:
    model = model_of(problem)
    run = Run(Stop(), seed=seed)
    tours = build_population(model, run, seed=seed, size=population)
    nodes, _ = evolve(model, tours, run, seed=seed, children=CHILDREN, share=0.25)
    return model.decode(nodes).nodes.astype(np.int64)


def points(rng: np.random.Generator, n: int) -> FloatArray:
    """Random points: uniform, in clusters, on a disturbed grid, or squeezed; shape (n, 2).

    Parameters
    ----------
    rng
        Source of randomness.
    n
        Number of points.
    """
    kind = rng.random()
    at = rng.random((n, 2))
    if kind < 0.2:
        centers = rng.random((int(rng.integers(2, 12)), 2))
        spread = rng.uniform(0.01, 0.12)
        at = centers[rng.integers(len(centers), size=n)] + rng.normal(0, spread, (n, 2))
    elif kind < 0.3:
        side = int(np.ceil(np.sqrt(n)))
        grid = np.stack(np.divmod(rng.permutation(side * side)[:n], side), axis=1) / side
        at = grid + rng.normal(0, rng.uniform(0.01, 0.3) / side, (n, 2))
    elif kind < 0.4:
        at = at * np.array([1.0, rng.uniform(0.05, 0.6)])
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    result: FloatArray = at @ turn
    return result


@dataclass(frozen=True, slots=True)
class SubpathStream:
    """Optimal paths between two given ends, all of the same number of nodes within a batch.

    Half are stretches of near-optimal tours, what a tour looks like late in a search; half are
    stretches of greedy tours, what it looks like early, solved anew.

    Parameters
    ----------
    seed
        Seed of everything; no two batches of a seed share an instance.
    smallest, largest
        Nodes of a path. Half of the batches are of the largest.
    cities
        Nodes of the tours that stretches are cut from, from and to.
    per_tour
        Stretches cut from a tour.
    """

    seed: int = 0
    smallest: int = 20
    largest: int = 100
    cities: tuple[int, int] = (150, 400)
    per_tour: int = 4

    def batch(self, number: int, size: int) -> tuple[FloatArray, IntArray]:
        """Make one batch.

        Parameters
        ----------
        number
            Which.
        size
            Paths of it.

        Returns
        -------
        coords, orders
            Coordinates of shape (size, n, 2) in no order but for the ends, which are the first and
            the last, and the paths' nodes, shape (size, n).
        """
        rng = np.random.default_rng([self.seed, number])
        n = self.largest
        if rng.random() < 0.5:
            n = int(rng.integers(self.smallest, self.largest + 1))
        pieces: list[tuple[FloatArray, IntArray]] = []
        while len(pieces) < size:
            make = self._of_good_tour if rng.random() < 0.5 else self._of_greedy_tour
            pieces.extend(make(rng, n))
        coords, orders = zip(*pieces[:size], strict=True)
        return np.stack(coords), np.stack(orders)

    def _of_good_tour(
        self, rng: np.random.Generator, n: int
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        cities = max(n, int(rng.integers(self.cities[0], self.cities[1] + 1)))
        coords = points(rng, cities)
        tour = best_tour(coords, int(rng.integers(2**31)))
        for begin in rng.integers(cities, size=self.per_tour):
            nodes = np.roll(tour, -int(begin))[:n]
            inner = 1 + rng.permutation(n - 2)
            place = np.concatenate([[0], inner, [n - 1]])  # of the nodes, in the order of the path
            shuffled = np.empty((n, 2))
            shuffled[place] = coords[nodes]
            yield shuffled, place

    def _of_greedy_tour(
        self, rng: np.random.Generator, n: int
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        cities = max(2 * n, int(rng.integers(self.cities[0], self.cities[1] + 1)))
        coords = points(rng, cities)
        model = model_of(TSP(coords=coords))
        kernel_tour = model.greedy(int(rng.integers(2**31)), float(rng.choice([0.0, 0.5, 2.0])))
        tour = model.decode(kernel_tour).nodes
        begin = int(rng.integers(cities))
        for piece in range(min(2, cities // n)):
            nodes = np.roll(tour, -begin - piece * n)[:n]
            nodes[1:-1] = rng.permutation(nodes[1:-1])
            yield coords[nodes], best_path(coords[nodes], int(rng.integers(2**31)))


def under_construction(
    rng: np.random.Generator, coords: FloatArray, orders: IntArray
) -> Fragments:
    """Choose a random number of the edges of optimal paths, short ones rather than long ones.

    Parameters
    ----------
    rng
        Source of randomness.
    coords
        Coordinates, shape (batch, n, 2).
    orders
        Nodes in the order of the paths, shape (batch, n).
    """
    batch, n = orders.shape
    fragments = Fragments.paths(coords)
    at = np.take_along_axis(coords, orders[..., None], axis=1)
    length = np.hypot(*np.moveaxis(np.diff(at, axis=1), -1, 0))
    spread = rng.choice(_SPREADS, size=(batch, 1))
    keys = np.log(length + 1e-12) + spread * rng.normal(size=length.shape)
    share = np.maximum(0.0, rng.uniform(-0.5, 0.95, size=batch))
    commit(fragments, orders, (share * (n - 1)).astype(np.int64), keys)
    return fragments


def targets(orders: IntArray) -> IntArray:
    """The two neighbors of every node in given paths, -1 beyond an end; shape (batch, n, 2)."""
    batch, n = orders.shape
    rows = np.arange(batch)[:, None]
    result = np.full((batch, n, 2), -1, np.int64)
    result[rows, orders[:, 1:], 0] = orders[:, :-1]
    result[rows, orders[:, :-1], 1] = orders[:, 1:]
    return result
