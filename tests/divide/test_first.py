"""First solutions by the weights of a guide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosolve.divide.first import GUIDED, guided, no_guided, walk
from cosolve.guidance import EdgeGuidance, GtPriorGuide, KnnGuide
from cosolve.problems import TSP, VRP, VehicleType
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp


def one_way(problem: TSP, order: np.ndarray) -> EdgeGuidance:
    """Guide from every node to the next of an order, and a little to any other."""
    n = problem.size
    weight = np.full((n, n), 0.01, np.float32)
    weight[order, np.roll(order, -1)] = 1.0
    rows, columns = np.nonzero(~np.eye(n, dtype=bool))
    indptr = np.arange(n + 1, dtype=np.int32) * np.int32(n - 1)
    assert np.array_equal(rows, np.repeat(np.arange(n), n - 1))
    return EdgeGuidance(indptr, columns.astype(np.int32), weight[rows, columns])


@pytest.mark.parametrize("way", GUIDED)
@pytest.mark.parametrize(
    "problem",
    [
        random_tsp(60, seed=1),
        TSP(coords=random_tsp(40).coords, path=True),
        TSP(coords=random_tsp(40).coords, path=True, ends=(3, None)),
        TSP(coords=random_tsp(40).coords, path=True, ends=(None, 7)),
        TSP(coords=random_tsp(40).coords, path=True, ends=(3, 7)),
        TSP(matrix=np.random.default_rng(1).random((30, 30))),
    ],
)
def test_tours_are_feasible(way: str, problem: TSP) -> None:
    """Every node is visited once, and given ends are where they belong."""
    for seed in range(3):
        tour = guided(way, problem, GtPriorGuide()(problem), np.random.default_rng(seed))
        assert problem.check(tour) == []


@pytest.mark.parametrize("way", ["argmax", "heaviest"])
def test_a_certain_guide_is_followed(way: str) -> None:
    """Where the guide knows the tour, the tour is made."""
    problem = random_tsp(30, seed=2)
    order = np.random.default_rng(3).permutation(30)
    tour = guided(way, problem, one_way(problem, order), np.random.default_rng(0))
    after = dict(zip(tour.nodes, np.roll(tour.nodes, -1), strict=True))
    before = {b: a for a, b in after.items()}
    expected = dict(zip(order, np.roll(order, -1), strict=True))
    assert expected in (after, before)


def test_draws_follow_the_weights() -> None:
    """An edge of nearly all the weight is nearly always drawn, but others are too."""
    problem = random_tsp(30, seed=2)
    guide = one_way(problem, np.arange(30))
    kept = 0
    for seed in range(40):
        nodes = walk(problem, guide, np.random.default_rng(seed), draw=True).nodes
        kept += np.count_nonzero((nodes[1:] - nodes[:-1]) % 30 == 1)
    # One edge of weight 1 against at most 28 of 0.01, until the walk has jumped ahead of it.
    assert 0.5 < kept / (40 * 29) < 0.95


def test_a_guide_without_edges_leaves_a_curve() -> None:
    """The walk goes on along the space-filling curve, which is not far from a tour."""
    problem = random_tsp(500, seed=5)
    empty = EdgeGuidance(np.zeros(501, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
    tour = walk(problem, empty, np.random.default_rng(0), draw=False)
    assert problem.check(tour) == []
    assert problem.cost(tour) < 1.5 * 0.7124 * np.sqrt(500)


@pytest.mark.parametrize("open_", [False, True])
@pytest.mark.parametrize("way", ["argmax", "sample"])
def test_routes_are_feasible(way: str, open_: bool) -> None:
    """No vehicle carries more than it can, and every client is visited."""
    problem = random_vrp(80, 2, "uniform")
    problem = replace(problem, vehicles=(replace(problem.vehicles[0], open=open_),))
    assert no_guided(problem, way) is None
    for seed in range(3):
        routes = guided(way, problem, KnnGuide()(problem), np.random.default_rng(seed))  # type: ignore[arg-type]
        assert problem.check(routes) == []
        assert len(routes.routes) < 40


def test_what_no_guide_leads_to_says_why() -> None:
    """Fixed edges, fleets and limits of routes are for other dividers."""
    fixed = TSP(coords=np.eye(9)[:, :2], fixed_edges=np.array([[1, 2]]))
    few = VRP(coords=np.eye(9)[:, :2], vehicles=(VehicleType(capacity=9, number=3),))
    assert no_guided(fixed, "heaviest") is None
    assert "fixed edges" in str(no_guided(fixed, "argmax"))
    assert "number" in str(no_guided(few, "sample"))
    assert "tours" in str(no_guided(few, "heaviest"))
