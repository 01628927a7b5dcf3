"""Random vehicle routing problems: reproducible, feasible, and of the distributions they name."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve import Metric
from cosolve.problems.random_vrp import DEMANDS, KINDS, random_vrp

_RANGES = {
    "unit": (1, 1), "1-10": (1, 10), "5-10": (5, 10), "1-100": (1, 100), "50-100": (50, 100),
    "quadrant": (1, 100), "small-large": (1, 100),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides(kind: str) -> None:
    """The same seed gives the same instance, another seed another one."""
    one, two, other = (random_vrp(50, seed, kind) for seed in (3, 3, 4))
    assert np.array_equal(one.coords, two.coords)
    assert np.array_equal(one.demands, two.demands)
    assert one.vehicles == two.vehicles
    assert not np.array_equal(one.coords, other.coords)


@pytest.mark.parametrize("clients", ["random", "clustered", "random-clustered"])
@pytest.mark.parametrize("n", [1, 2, 7, 300])
def test_locations_are_whole_and_different(n: int, clients: str) -> None:
    """All lie on the grid from 0 to 1000, and no two at the same place."""
    problem = random_vrp(n, 1, clients=clients)
    coords = problem.coords
    assert problem.size == n
    assert problem.metric is Metric.EUC
    assert problem.integral
    assert np.array_equal(coords, np.rint(coords))
    assert coords.min() >= 0
    assert coords.max() <= 1000
    assert len(np.unique(coords, axis=0)) == n + 1


@pytest.mark.parametrize(("depot", "where"), [("central", [500, 500]), ("eccentric", [0, 0])])
def test_depot_positions(depot: str, where: list[int]) -> None:
    """The depot lies in the middle or in a corner."""
    assert random_vrp(20, 1, depot=depot).coords[0].tolist() == where


@pytest.mark.parametrize("demand", DEMANDS)
def test_demands_are_in_their_range(demand: str) -> None:
    """No demand is outside of what its name says, and both ends are met where there are many."""
    problem = random_vrp(3000, 1, demand=demand)
    demands = problem.demands[1:, 0]
    assert (demands.min(), demands.max()) == _RANGES[demand]
    assert problem.demands[0] == 0
    assert problem.vehicles[0].capacities[0] >= demands.max()


def test_quadrants_have_their_demands() -> None:
    """Large demands lie in two opposite quadrants, small ones in the others."""
    problem = random_vrp(500, 1, demand="quadrant")
    x, y = problem.coords[1:].T
    same = (x >= 500) == (y >= 500)
    large = problem.demands[1:, 0] > 50
    assert np.array_equal(same, large)


def test_clusters_are_denser_than_chance() -> None:
    """The nearest neighbor of a clustered client is much nearer on average."""

    def nearest(clients: str) -> float:
        coords = random_vrp(300, 1, clients=clients).coords[1:]
        away = np.linalg.norm(coords[:, None] - coords[None, :], axis=2)
        np.fill_diagonal(away, np.inf)
        return float(away.min(axis=1).mean())

    spread, half, dense = map(nearest, ("random", "random-clustered", "clustered"))
    assert dense < 0.6 * spread
    assert dense < half < spread


def test_capacity_follows_from_the_size_of_routes() -> None:
    """A vehicle serves about as many clients as asked for."""
    problem = random_vrp(1000, 1, route_size=8, demand="1-100")
    served = problem.vehicles[0].capacities[0] / problem.demands[1:].mean()
    assert served == pytest.approx(8, rel=0.01)
    assert random_vrp(10, 1, capacity=5000).vehicles[0].capacities == (5000.0,)


def test_uniform_instances_are_those_of_neural_solvers() -> None:
    """Points of the unit square, demands from 1 to 9, the usual capacities, exact distances."""
    problem = random_vrp(1000, 2, "uniform")
    assert np.array_equal(problem.coords, np.random.default_rng(2).random((1001, 2)))
    assert problem.metric is Metric.EUCLIDEAN
    assert set(np.unique(problem.demands[1:])) == set(range(1, 10))
    capacities = [random_vrp(n, 2, "uniform").vehicles[0].capacities[0] for n in (50, 100, 1000)]
    assert capacities == [40.0, 50.0, 200.0]
    assert random_vrp(2000, 2, "uniform").vehicles[0].capacities == (300.0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be between 1 and"),
        ({"n": 5, "seed": -1}, "seed must not be negative"),
        ({"n": 5, "kind": "y"}, "kind must be one of x, uniform"),
        ({"n": 5, "depot": "north"}, "depot must be one of central"),
        ({"n": 5, "clients": "rings"}, "clients must be one of random"),
        ({"n": 5, "demand": "9"}, "demand must be one of unit"),
        ({"n": 5, "route_size": 0.5}, "route_size must be at least 1"),
        ({"n": 50, "capacity": 3}, "the capacity 3 is below the largest demand"),
        ({"n": 50, "kind": "uniform", "capacity": 3}, "the capacity 3 is below"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], message: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(ValueError, match=message):
        random_vrp(**arguments)
