"""Ruin and recreate for vehicle routing problems of every kind."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vrp_features import feature_sets, random_problem

from cosolve.core import Run, Stop
from cosolve.problems.vrp import VRP, Route, Routes
from cosolve.problems.vrp_parts import VehicleType
from cosolve.search.cooling import Annealing
from cosolve.search.rich_vrp import RichModel, ruin_and_recreate


def sequences(clients: tuple[int, ...]) -> Iterator[list[list[int]]]:
    """All sets of routes that visit the clients."""
    if not clients:
        yield []
        return
    first, rest = clients[0], clients[1:]
    for partial in sequences(rest):
        yield [*partial, [first]]
        for r, route in enumerate(partial):
            for i in range(len(route) + 1):
                yield [*partial[:r], [*route[:i], first, *route[i:]], *partial[r + 1 :]]


def cheapest(problem: VRP) -> float:
    """Cost of the best feasible solution, by trying them all; infinite if there is none."""
    clients = range(problem.depots, problem.locations)
    needed = {c for c in clients if problem.required[c]}
    best = math.inf
    for size in range(len(needed), len(clients) + 1):
        for chosen in itertools.combinations(clients, size):
            if not needed <= set(chosen):
                continue
            for rows in sequences(chosen):
                for kinds in itertools.product(range(len(problem.vehicles)), repeat=len(rows)):
                    routes = tuple(
                        Route(np.array(row), kind) for row, kind in zip(rows, kinds, strict=True)
                    )
                    solution = Routes(routes)
                    cost = problem.cost(solution)
                    if cost < best and not problem.check(solution):
                        best = cost
    return best


def iterations(count: int, seed: int = 0) -> Run:
    return Run(Stop(iterations=count), seed=seed)


# Always the same examples: one in a thousand is missed, as may happen to a heuristic.
@settings(deadline=None, max_examples=80, derandomize=True)
@given(seed=st.integers(0, 10**6), features=feature_sets, clients=st.integers(2, 4))
def test_finds_the_best_of_tiny_problems(seed: int, features: set[str], clients: int) -> None:
    """Tiny problems with any mixture of features are solved to optimality."""
    problem = random_problem(seed, features, clients)
    best = cheapest(problem)
    solution = ruin_and_recreate(problem, iterations(3000)).solution
    assert solution is not None
    if math.isinf(best):
        kinds = {violation.kind for violation in problem.check(solution)}
        assert kinds <= {"missing-client", "group"}
        assert kinds
    else:
        assert problem.check(solution) == []
        assert problem.cost(solution) == pytest.approx(best)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), features=feature_sets, clients=st.integers(5, 40))
def test_kept_data_agree_with_the_visits(seed: int, features: set[str], clients: int) -> None:
    """After any steps, undone or not, everything kept for routes is as if computed anew."""
    problem = random_problem(seed, features, clients)
    model = RichModel(problem)
    engine = model.engine(seed, Annealing(neighbors=8))
    engine.construct()
    assert engine.consistent()
    for temperature in (100.0, 1.0):
        for _ in range(10):
            engine.anneal(math.inf, 7, temperature)
            engine.repair(math.inf, 3, temperature)
            assert engine.consistent()


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), features=feature_sets, clients=st.integers(5, 40))
def test_solutions_keep_every_limit(seed: int, features: set[str], clients: int) -> None:
    """The checker finds nothing but unserved clients, as many as the notes say."""
    problem = random_problem(seed, features, clients)
    outcome = ruin_and_recreate(problem, iterations(300))
    assert outcome.solution is not None
    kinds = {violation.kind for violation in problem.check(outcome.solution)}
    assert kinds <= {"missing-client", "group"}
    assert bool(kinds) == bool(outcome.notes)


@pytest.mark.parametrize("features", [set(), {"windows"}, {"fleet", "pairs", "release"}])
def test_same_seed_same_solution(features: set[str]) -> None:
    """Runs with one seed and a limit on the iterations are alike."""
    problem = random_problem(3, features, 40)
    first, second = (ruin_and_recreate(problem, iterations(500, seed=5)) for _ in range(2))
    assert first.solution is not None
    assert second.solution is not None
    rows = [
        [(route.vehicle, route.visits.tolist()) for route in outcome.routes]
        for outcome in (first.solution, second.solution)
    ]
    assert rows[0] == rows[1]


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), features=feature_sets)
def test_never_worse_than_the_start(seed: int, features: set[str]) -> None:
    """A search from a feasible solution ends with one that costs no more."""
    problem = random_problem(seed, features, 20)
    start = ruin_and_recreate(problem, iterations(200)).solution
    assert start is not None
    if problem.check(start):
        return
    for count in (0, 50):
        solution = ruin_and_recreate(problem, iterations(count), start=start).solution
        assert solution is not None
        assert problem.check(solution) == []
        assert problem.cost(solution) <= problem.cost(start) * (1 + 1e-9)


def test_reports_its_cost_to_the_run() -> None:
    """What the run is told is what the checker computes."""
    problem = random_problem(1, {"windows", "optional"}, 30)
    run = iterations(400)
    solution = ruin_and_recreate(problem, run).solution
    assert solution is not None
    assert run.iterations == 400
    assert run.cost == pytest.approx(problem.cost(solution))


def test_too_small_a_fleet_leaves_the_fewest_clients_unserved() -> None:
    """Two vehicles for two clients each leave one of five clients unserved."""
    coords = np.array([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0]], dtype=float)
    trucks = (VehicleType(capacity=2.0, number=2),)
    problem = VRP(coords=coords, vehicles=trucks, demands=np.array([0.0, 1, 1, 1, 1, 1]))
    outcome = ruin_and_recreate(problem, iterations(300))
    assert outcome.solution is not None
    assert sum(route.visits.size for route in outcome.solution.routes) == 4
    assert [violation.kind for violation in problem.check(outcome.solution)] == ["missing-client"]
    assert "1 required" in outcome.notes[0]


def test_dear_vehicles_are_saved() -> None:
    """With a large fixed cost as few vehicles are used as the demands allow."""
    rng = np.random.default_rng(2)
    demands = np.concatenate(([0.0], np.full(60, 1.0)))
    trucks = (VehicleType(capacity=6.0, fixed_cost=10_000.0),)
    problem = VRP(coords=rng.random((61, 2)) * 100, vehicles=trucks, demands=demands)
    solution = ruin_and_recreate(problem, iterations(4000)).solution
    assert solution is not None
    assert problem.check(solution) == []
    assert len(solution.routes) == 10
