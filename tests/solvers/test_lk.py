"""The method ``lk``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from references import optimal_cost

from cosolve import solve
from cosolve.core import Limit, Stop
from cosolve.problems import TSP, Metric, Tour
from cosolve.problems.random_tsp import random_tsp
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
