"""The method ``lk``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from references import optimal_cost

from cosolve import solve
from cosolve.core import Limit, Stop
from cosolve.guidance import EdgeGuidance, GtPriorGuide, KnnGuide
from cosolve.problems import TSP, Metric, Tour
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.lin_kernighan import lin_kernighan
from cosolve.search.tsp_model import TspModel
from cosolve.solvers import registry
from cosolve.solvers.lk import Lk

CHAIN = np.array([[3, 7], [7, 1], [8, 9]], np.int32)


def whole_coords(n: int, seed: int) -> Any:
    """Coordinates with rounded distances."""
    return np.random.default_rng(seed).integers(0, 1000, (n, 2))


@pytest.mark.parametrize(
    "parameters",
    [
        {"depth": 1},
        {"depth": 17},
        {"breadth": ()},
        {"breadth": (5, 0)},
        {"breadth": (33,)},
        {"kick_segment": 0},
        {"kick_segment": 2**31},
    ],
)
def test_parameters_are_validated(parameters: dict[str, Any]) -> None:
    """A parameter out of range is an error when the solver is made, whatever it is to solve."""
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Lk(**parameters)


def test_extreme_parameters_work() -> None:
    """The ends of every range are accepted by the kernel too."""
    problem = random_tsp(100, seed=1)
    for solver in (Lk(2, (1,), 1), Lk(16, (32, 32, 1), 2**31 - 1)):
        result: Any = solve(problem, solver, stop=Stop(iterations=20))
        assert problem.check(result.solution) == []


def test_parameters_come_from_text() -> None:
    """As the command line gives them."""
    expected = Lk(depth=6, breadth=(8, 2), kick_segment=30)
    text = {"depth": "6", "breadth": "8,2", "kick_segment": "30"}
    assert registry.get("lk", text) == expected


def test_parameters_reach_the_kernel() -> None:
    """A search of depth 2 is another search than the default one."""
    problem = random_tsp(300, seed=1)
    stop = Stop(iterations=0)
    shallow: Any = solve(problem, "lk", stop=stop, params={"depth": 2, "breadth": (1,)})
    assert shallow.cost > solve(problem, "lk", stop=stop).cost


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fixed_edges": CHAIN},
        {"path": True},
        {"path": True, "ends": (4, None)},
        {"path": True, "ends": (None, 4)},
        {"path": True, "ends": (4, 0)},
        {"path": True, "ends": (3, 5), "fixed_edges": CHAIN},
    ],
    ids=["closed", "fixed", "path", "from", "to", "from-to", "from-to-fixed"],
)
def test_small_problems_are_solved_to_optimality(fields: dict[str, Any], seed: int) -> None:
    """Eleven nodes with every kind of constraint, against dynamic programming."""
    problem = TSP(coords=whole_coords(11, seed), metric=Metric.EUC, **fields)
    result: Any = solve(problem, "lk", stop=Stop(iterations=400), guide="knn:10")
    assert result.cost == optimal_cost(problem)


def test_start_is_used_and_never_worsened() -> None:
    """From a very good tour no iteration at all leads back to a worse one."""
    problem = random_tsp(300, seed=2)
    good: Any = solve(problem, "lk", stop=Stop(iterations=2000))
    again: Any = solve(problem, "lk", stop=Stop(iterations=0), start=good.solution)
    scratch: Any = solve(problem, "lk", stop=Stop(iterations=0))
    assert again.cost <= good.cost < scratch.cost


def test_no_iterations_mean_a_local_optimum() -> None:
    """Twenty thousand nodes take longer than a slice, and are descended to the end all the same."""
    problem = random_tsp(20_000, seed=3)
    descents = [solve(problem, "lk", stop=Stop(iterations=0)) for _ in range(2)]
    assert descents[0].solution == descents[1].solution
    assert descents[0].limit is Limit.ITERATIONS
    assert descents[0].cost < 0.7124 * np.sqrt(20_000) * 1.06


def test_guide_is_used() -> None:
    """With the edges of one tour for candidates, the search can hardly leave them."""
    problem = random_tsp(200, seed=4)
    stop = Stop(iterations=0)
    sparse: Any = solve(problem, "lk", stop=stop, guide="knn:2")
    assert sparse.cost > solve(problem, "lk", stop=stop, guide="knn:8").cost


def test_trace_tells_the_true_costs() -> None:
    """The last point of the trace is the cost of the tour, and forbidden edges do not blur it."""
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((60, 60)) < 0.7, 1e12, rng.random((60, 60)))
    upper = np.triu(matrix, 1)
    problem = TSP(matrix=upper + upper.T)
    start = Tour(np.arange(60, dtype=np.int32))
    result: Any = solve(problem, "lk", stop=Stop(iterations=500), start=start)
    assert result.cost < 60
    assert result.trace[-1].cost == pytest.approx(result.cost, rel=1e-9)


def test_asymmetric_problem_whose_assignment_is_a_tour_is_proven() -> None:
    """Where patching meets the assignment bound, nothing is left to do, and the status says so."""
    n = 60
    matrix = np.random.default_rng(0).integers(50, 100, (n, n)).astype(float)
    order = np.random.default_rng(1).permutation(n)
    matrix[order, np.roll(order, -1)] = 1.0
    for method in ("lk", "eax"):
        result: Any = solve(TSP(matrix=matrix), method, stop=30.0)
        assert (result.cost, result.bound, result.status) == (n, n, "OPTIMAL")
        assert result.limit is None
        assert result.runtime < 10


def test_random_asymmetric_problems_end_near_the_assignment_bound() -> None:
    """Two thousand kicks lead within a percent of the bound, from any start."""
    matrix = np.random.default_rng(4).integers(1, 1000, (200, 200)).astype(float)
    problem = TSP(matrix=matrix)
    start = Tour(np.arange(200, dtype=np.int32))
    for begin in (None, start):
        result: Any = solve(problem, "lk", stop=Stop(iterations=2000), start=begin)
        assert result.bound <= result.cost <= 1.015 * result.bound


def guidance_of(tour: Tour, other: EdgeGuidance) -> EdgeGuidance:
    """Guidance of the edges of a tour, and those of other guidance with next to no weight."""
    n = len(tour)
    beside = np.empty((n, 2), np.int32)
    beside[tour.nodes] = np.column_stack([np.roll(tour.nodes, 1), np.roll(tour.nodes, -1)])
    rows = [
        [*beside[i], *np.setdiff1d(row, beside[i])]
        for i, row in enumerate(np.split(other.indices, other.indptr[1:-1]))
    ]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    weight = np.concatenate([[1.0, 1.0, *(1e-3 for _ in row[2:])] for row in rows])
    return EdgeGuidance(indptr, np.concatenate(rows), weight)


@pytest.mark.parametrize("method", ["lk", "eax", "popmusic"])
def test_the_first_tour_follows_the_weights_if_asked_to(method: str) -> None:
    """If the guide knows a very good tour, the search begins with it; else with a greedy one."""
    problem = random_tsp(300, seed=2)
    good: Any = solve(problem, "eax", stop=Stop(iterations=30), bound_share=0.0)
    guide = guidance_of(good.solution, KnnGuide(6)(problem))
    begins = [
        solve(problem, method, stop=Stop(iterations=1), guide=guide, params=params).trace[0].cost
        for params in ({"weighted_start": True}, {"weighted_start": False})
    ]
    assert begins[0] == pytest.approx(good.cost)
    assert begins[1] > 1.005 * good.cost


def test_lk_begins_by_weight_if_the_weights_say_something() -> None:
    """A guide that says no more than the order of its rows leaves the first tour as it is."""
    problem = random_tsp(200, seed=6)
    stop = Stop(iterations=0)
    for guide, counts in (("knn:6", False), ("alpha", True)):
        usual, weighted, shortest = (
            solve(problem, "lk", stop=stop, guide=guide, params=params).solution
            for params in ({}, {"weighted_start": True}, {"weighted_start": False})
        )
        assert weighted != shortest
        assert usual == (weighted if counts else shortest)


def test_chances_of_kicks_fall_with_the_weight() -> None:
    """The likeliest edge of a row is kicked least, but sometimes; one without weight always."""
    problem = random_tsp(50, seed=1)
    guide = GtPriorGuide(4)(problem)
    model = TspModel(problem, guide)
    chances = model.kick_chances(guide).reshape(-1, 4)
    likely = guide.weight[:4] / guide.weight[0]
    np.testing.assert_allclose(chances, np.tile(np.maximum(1 - likely, 0.05), (50, 1)), rtol=1e-5)


def test_kicks_go_where_the_guide_disagrees() -> None:
    """If only edges on the left have a chance, few of those on the right change."""
    problem = random_tsp(1000, seed=8)
    guide = KnnGuide(10)(problem)
    assert problem.coords is not None
    model = TspModel(problem, guide)
    place = problem.coords[model.decode(np.arange(1000, dtype=np.int32)).nodes, 0]
    left = np.repeat(place < 0.3, np.diff(model.indptr)).astype(np.float32)
    on_the_right = np.flatnonzero(problem.coords[:, 0] > 0.5)

    def changed(chances: npt.NDArray[np.float32] | None) -> int:
        engine = lin_kernighan(model, model.greedy(), kick_segment=5, kick_chances=chances)
        engine.run(60.0, 0)
        before, after = neighbors(engine.tour()), (engine.run(60.0, 400), engine.tour())[1]
        return sum(before[i] != neighbors(after)[i] for i in on_the_right)

    def neighbors(nodes: npt.NDArray[np.int32]) -> list[set[int]]:
        tour = model.decode(nodes).nodes
        found: list[set[int]] = [set() for _ in tour]
        for a, b in zip(tour.tolist(), np.roll(tour, 1).tolist(), strict=True):
            found[a].add(b)
            found[b].add(a)
        return found

    everywhere = changed(None)
    assert everywhere > 50
    assert changed(left) < everywhere / 4


def test_guided_kicks_can_be_repeated() -> None:
    """The same seed gives the same tour, which is another one than without the guide's kicks."""
    problem = random_tsp(300, seed=2)
    guided, again, plain = (
        solve(problem, "lk", stop=Stop(iterations=200), seed=3, guide="gt-prior:6", params=params)
        for params in ({"guided_kicks": True}, {"guided_kicks": True}, {})
    )
    assert guided.solution == again.solution
    assert guided.solution != plain.solution


@pytest.mark.parametrize("bad", [[0.5], [-0.1], [1.5], [np.nan]])
def test_chances_must_be_chances(bad: list[float]) -> None:
    """One for every candidate edge, from 0 to 1."""
    model = TspModel(random_tsp(20, seed=1))
    chances = np.resize(np.array(bad, np.float32), model.indices.size)
    if bad == [0.5]:
        chances = chances[1:]
    with pytest.raises(ValueError, match=r"one chance per candidate edge|between 0 and 1"):
        lin_kernighan(model, model.greedy(), kick_chances=chances)


def test_asymmetric_problems_take_the_parameters_of_guides() -> None:
    """Where they mean nothing, they do no harm."""
    matrix = np.random.default_rng(1).integers(1, 100, (30, 30)).astype(float)
    params = {"guided_kicks": True, "weighted_start": True}
    stop = Stop(iterations=50)
    guided: Any = solve(TSP(matrix=matrix), "lk", stop=stop, guide="knn:8", params=params)
    plain: Any = solve(TSP(matrix=matrix), "lk", stop=stop, guide="knn:8")
    assert guided.solution == plain.solution
