"""Long edges of a tour, joined in a better order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve import TSP, Run, Stop, Tour, solve
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.parts import Region, WholeTour
from cosolve.search.reconnect import descended, reconnect
from cosolve.search.tsp_model import TspModel


def clusters(number: int, each: int, seed: int = 0) -> np.ndarray:
    """Points in small clusters far from each other."""
    rng = np.random.default_rng(seed)
    centers = rng.random((number, 1, 2))
    return (centers + 0.002 * rng.random((number, each, 2))).reshape(-1, 2)


def shuffled(problem: TSP, each: int, seed: int = 1) -> Tour:
    """Visit clusters in random order, the nodes of each one after the other."""
    order = np.random.default_rng(seed).permutation(problem.size // each)
    return Tour((order[:, None] * each + np.arange(each)).ravel())


@pytest.mark.parametrize("time_limit", [None, 60.0])
def test_clusters_are_visited_in_the_best_order(time_limit: float | None) -> None:
    """Between 40 clusters, the tour becomes as short as the shortest one through their centers."""
    problem = TSP(coords=clusters(40, 30))
    model = TspModel(problem)
    tour = WholeTour(Region.whole(model), model.encode(shuffled(problem, 30)))
    before = model.length(tour.order)
    saved = reconnect(tour, Run(Stop(time_limit=time_limit)), seed=1)
    assert before - saved == pytest.approx(model.length(tour.order))
    centers = TSP(coords=problem.coords.reshape(40, 30, 2).mean(axis=1))
    best = solve(centers, "eax", stop=5.0).cost
    inside = before - centers.cost(Tour(shuffled(problem, 30).nodes[::30] // 30))
    assert model.length(tour.order) < best + inside + 40 * 0.006
    assert problem.check(model.decode(tour.order)) == []


@pytest.mark.parametrize(
    "ends", [None, (None, None), (5, None), (5, 400)], ids=["tour", "path", "from", "from-to"]
)
@given(seed=st.integers(0, 99))
@settings(max_examples=10)
def test_stays_feasible(ends: tuple[int | None, int | None] | None, seed: int) -> None:
    """Fixed edges and the ends of paths are kept, and what is said to be saved is."""
    points = clusters(25, 20, seed)
    fixed = np.array([[0, 499], [20, 300], [21, 22]], np.int32)
    problem = (
        TSP(coords=points, fixed_edges=fixed)
        if ends is None
        else TSP(coords=points, fixed_edges=fixed, path=True, ends=ends)
    )
    model = TspModel(problem)
    tour = WholeTour(Region.whole(model), model.greedy(seed, 3.0))
    before = model.length(tour.order)
    saved = reconnect(tour, Run(Stop()), seed=seed)
    assert saved >= 0
    assert before - saved == pytest.approx(model.length(tour.order))
    assert problem.check(model.decode(tour.order)) == []


def test_nothing_is_done_where_no_edge_is_long() -> None:
    """A good tour of uniform points is left alone, and so is a tour of equal points."""
    problem = random_tsp(1000, 1)
    model = TspModel(problem)
    good = solve(problem, "lk", stop=1.0).solution
    for nodes, own in (
        (model.encode(good), model),
        (np.arange(600, dtype=np.int32), TspModel(TSP(coords=np.zeros((600, 2))))),
    ):
        tour = WholeTour(Region.whole(own), nodes)
        assert reconnect(tour, Run(Stop()), seed=1) == 0
        assert tour.order.tolist() == nodes.tolist()


def test_edges_across_the_instance_go_away() -> None:
    """Where the last fragments of a greedy tour were joined, edges are as long as the square."""
    model = TspModel(random_tsp(2000, seed=1))
    points = Region.whole(model).points()

    def longest(tour: np.ndarray) -> float:
        return float(np.linalg.norm(points[tour] - points[np.roll(tour, -1)], axis=1).max())

    engine = descended(
        lambda nodes: model.local_search(nodes), model.greedy(), model, Run(Stop()), "lk"
    )
    assert engine.settled
    assert longest(model.greedy()) > 10 / 2000**0.5
    assert longest(engine.tour()) < 8 / 2000**0.5


@pytest.mark.parametrize(("method", "iterations"), [("lk", 1), ("mcts", 1), ("popmusic", 3)])
def test_methods_reconnect(method: str, iterations: int) -> None:
    """From a tour through clusters in random order they come near the best one at once."""
    problem = TSP(coords=clusters(60, 30))
    start = shuffled(problem, 30)
    best = solve(problem, "eax", stop=4.0).cost
    found = solve(problem, method, start=start, stop=Stop(iterations=iterations, time_limit=60.0))
    assert found.cost < 1.06 * best < problem.cost(start)


def test_matrices_are_left_alone() -> None:
    """Without coordinates nothing says what is near, and the search goes on as it would."""
    points = clusters(30, 20)
    away = points[:, None] - points
    problem = TSP(matrix=np.hypot(away[..., 0], away[..., 1]))
    found = solve(problem, "lk", stop=Stop(iterations=5))
    assert problem.check(found.solution) == []
