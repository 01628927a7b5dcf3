"""The method ``hgs``."""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import read, solve
from cosolve.core import Run, Stop
from cosolve.problems import VRP, Route, Routes, VehicleType
from cosolve.solvers import registry
from cosolve.solvers.hgs import Hgs


def small_problem(seed: int, clients: int, windows: bool = False, **vehicle: Any) -> VRP:
    rng = np.random.default_rng(seed)
    n = clients + 1
    arguments: dict[str, Any] = {}
    if windows:
        begin = rng.integers(0, 150, n)
        arguments["windows"] = np.column_stack([begin, begin + 80]).astype(float)
        arguments["windows"][0] = 0, 400
        arguments["service"] = np.full(n, 5.0)
    return VRP(
        coords=rng.integers(0, 60, (n, 2)).astype(float),
        vehicles=(VehicleType(capacity=15, **vehicle),),
        demands=rng.integers(1, 8, n).astype(float),
        **arguments,
    )


def optimal_cost(problem: VRP) -> float:
    """Least cost of all feasible solutions of at most seven clients."""
    clients = range(1, problem.locations)
    route_cost: dict[frozenset[int], float] = {}
    for k in range(1, problem.size + 1):
        for order in itertools.permutations(clients, k):
            one = Routes((Route(np.array(order)),))
            wrong = {v.kind for v in problem.check(one)} - {"missing-client"}
            if not wrong:
                key = frozenset(order)
                route_cost[key] = min(route_cost.get(key, math.inf), problem.cost(one))
    fleet = problem.fleet_size or problem.size
    best = {frozenset[int](): {0: 0.0}}

    def least(left: frozenset[int], vehicles: int) -> float:
        if not left:
            return 0.0
        if vehicles == 0:
            return math.inf
        known = best.setdefault(left, {})
        if vehicles not in known:
            first = min(left)
            known[vehicles] = min(
                (
                    cost + least(left - served, vehicles - 1)
                    for served, cost in route_cost.items()
                    if first in served and served <= left
                ),
                default=math.inf,
            )
        return known[vehicles]

    return least(frozenset(clients), fleet)


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("clients", [1, 2, 3, 6])
def test_small_problems_are_solved_to_optimality(clients: int, windows: bool) -> None:
    """The cost is the least of all solutions."""
    problem = small_problem(clients, clients, windows)
    result = solve(problem, "hgs", stop=Stop(iterations=200))
    assert result.cost == pytest.approx(optimal_cost(problem))


def test_start_is_never_worsened() -> None:
    """With a good start and next to no time the cost is that of the start or less."""
    problem = small_problem(1, 50)
    good = solve(problem, "hgs", stop=Stop(iterations=400))
    assert good.solution is not None
    again = solve(problem, "hgs", stop=Stop(iterations=1), start=good.solution, seed=9)
    assert again.cost is not None
    assert good.cost is not None
    assert again.cost <= good.cost


def test_without_a_feasible_solution_the_violations_are_told() -> None:
    """Where the clients' windows exclude each other, the attempt says what is wrong."""
    windows = np.array([[0, 100], [10, 11], [10, 11]], float)
    vehicle = VehicleType(capacity=9, number=1)
    coords = np.array([[0, 0], [5, 0], [-5, 0]], float)
    problem = VRP(coords=coords, vehicles=(vehicle,), demands=np.ones(3), windows=windows)
    result = solve(problem, "hgs", stop=Stop(iterations=20))
    assert result.solution is None
    assert result.attempt is not None
    assert result.violations
    assert sorted(result.attempt.routes[0].visits.tolist()) == [1, 2]


def test_same_seed_gives_the_same_routes() -> None:
    """A limit on the iterations makes the result reproducible."""
    problem = small_problem(2, 40, windows=True)
    a, b = (solve(problem, "hgs", stop=Stop(iterations=150), seed=4) for _ in range(2))
    assert a.solution is not None
    assert b.solution is not None
    assert [r.visits.tolist() for r in a.solution.routes] == [
        r.visits.tolist() for r in b.solution.routes
    ]


@pytest.mark.timing
def test_time_limit_is_kept() -> None:
    """A short limit on many clients is not overrun."""
    problem = small_problem(3, 1500)
    began = time.perf_counter()
    result = solve(problem, "hgs", stop=0.5)
    assert result.solution is not None or result.attempt is not None
    assert time.perf_counter() - began < 2.0


def test_limits_of_distance_are_kept() -> None:
    """Routes are no longer than a vehicle may drive."""
    problem = small_problem(4, 20, max_distance=170.0)
    result = solve(problem, "hgs", stop=Stop(iterations=200))
    assert result.solution is not None
    assert problem.check(result.solution) == []


def test_best_known_cost_of_a_benchmark(data: Path) -> None:
    """X-n101-k25 is solved to optimality within a few thousand iterations."""
    problem = read(data / "cvrplib" / "X" / "X-n101-k25.vrp")
    result = solve(problem, "hgs", stop=Stop(iterations=20_000, target_cost=27591))
    assert result.cost == 27591


def test_best_known_cost_with_windows(data: Path) -> None:
    """RC201 with distances cut to a decimal is solved to optimality."""
    found = [p for p in (data / "vrptw" / "solomon").iterdir() if p.name.lower() == "rc201.txt"]
    problem = read(found[0])
    result = solve(problem, "hgs", stop=Stop(iterations=5_000, target_cost=1261.8001), seed=1)
    assert result.cost == pytest.approx(1261.8)


@pytest.mark.parametrize(
    "params",
    [{"min_population": 1}, {"granular": 0}, {"repair": 1.5}, {"no_improvement": 0}],
    ids=str,
)
def test_wrong_parameters_are_rejected(params: dict[str, object]) -> None:
    """A parameter out of range is named."""
    with pytest.raises(ValueError, match=next(iter(params))):
        registry.get("hgs", params)


def test_populations_are_as_large_as_time_allows() -> None:
    """Many clients and little time make the population small, windows make neighbors many."""
    long, short = Run(Stop(time_limit=60)), Run(Stop(time_limit=10))
    sizes = [
        Hgs().options(clients, timed=False, run=run).min_population
        for clients, run in ((100, long), (500, long), (500, short), (5000, short))
    ]
    assert sizes == [25, 19, 8, 6]
    assert Hgs().options(100, timed=True, run=long).granular == 40
    assert Hgs(min_population=12).options(100, timed=True, run=long).min_population == 12
