"""Ruin and recreate for vehicle routing problems of every kind."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.core import Run, Stop
from cosolve.problems.metrics import Metric
from cosolve.problems.vrp import VRP, Route, Routes
from cosolve.problems.vrp_parts import ClientGroup, VehicleType
from cosolve.search.cooling import Annealing
from cosolve.search.rich_vrp import RichModel, ruin_and_recreate

FEATURES = (
    "windows",
    "pickups",
    "backhauls",
    "depots",
    "fleet",
    "open",
    "limits",
    "time-cost",
    "release",
    "optional",
    "groups",
    "pairs",
    "asymmetric",
    "dimensions",
)


def vehicles_of(rng: np.random.Generator, features: set[str], depots: int) -> list[VehicleType]:
    """One vehicle type, or several."""
    vehicles = []
    for k in range(2 if "fleet" in features else 1):
        capacity = tuple(float(rng.integers(6, 15)) for _ in range(1 + ("dimensions" in features)))
        is_open = "open" in features and bool(rng.integers(2))
        vehicles.append(
            VehicleType(
                capacity=capacity,
                number=int(rng.integers(1, 3)) if "fleet" in features else None,
                start=int(rng.integers(depots)),
                end=None if is_open else int(rng.integers(depots)),
                open=is_open,
                fixed_cost=float(rng.integers(20)) if "fleet" in features else 0.0,
                distance_cost=float(1 + k),
                time_cost=float(rng.integers(3)) if "time-cost" in features else 0.0,
                shift=(float(rng.integers(5)), 300.0) if "windows" in features else (0.0, math.inf),
                max_distance=float(rng.integers(60, 160)) if "limits" in features else math.inf,
                max_duration=float(rng.integers(60, 160)) if "limits" in features else math.inf,
            )
        )
    return vehicles


def random_problem(seed: int, features: set[str], clients: int) -> VRP:
    """Make a problem that has the features."""
    rng = np.random.default_rng(seed)
    depots = 2 if "depots" in features else 1
    n = depots + clients
    arrays: dict[str, object] = {}
    size = (n, 2) if "dimensions" in features else (n, 1)
    demands = rng.integers(0, 6, size).astype(float)
    pickups = np.zeros(size)
    if "pickups" in features or "backhauls" in features:
        picks = rng.random(n) < 0.5
        pickups[picks] = rng.integers(1, 6, (int(picks.sum()), size[1]))
        if "backhauls" in features:
            demands[picks] = 0.0
    required = np.ones(n, bool)
    prizes = np.zeros(n)
    if "optional" in features:
        required[depots:] = rng.random(clients) < 0.5
        prizes = rng.integers(0, 60, n).astype(float)
    if "pairs" in features:
        pair = np.array([[depots, depots + 1]], dtype=np.int32)
        demands[pair] = pickups[pair] = 0.0
        required[depots + 1] = required[depots]
        arrays["pairs"] = pair
        arrays["pair_loads"] = rng.integers(1, 8, (1, size[1])).astype(float)
    if "groups" in features:
        group = ClientGroup((n - 1, n - 2), required=bool(rng.integers(2)))
        arrays["groups"] = (group,)
    if "windows" in features:
        early = rng.integers(0, 100, n).astype(float)
        windows = np.column_stack((early, early + rng.integers(20, 120, n)))
        windows[:depots] = (0.0, 400.0)
        arrays["windows"] = windows
    demands[:depots] = pickups[:depots] = prizes[:depots] = 0.0
    if "asymmetric" in features:
        # Detours are never shorter: else a client may fit a route only together with another.
        matrix = rng.integers(1, 60, (n, n)).astype(float)
        for k in range(n):
            matrix = np.minimum(matrix, matrix[:, [k]] + matrix[[k]])
        arrays["matrix"] = matrix
    else:
        arrays["coords"] = rng.integers(0, 50, (n, 2)).astype(float)
        arrays["metric"] = Metric.EUC
    if "release" in features:
        arrays["release"] = np.where(np.arange(n) < depots, 0.0, rng.integers(0, 60, n))
    return VRP(
        depots=depots,
        vehicles=tuple(vehicles_of(rng, features, depots)),
        demands=demands,
        pickups=pickups,
        service=np.where(np.arange(n) < depots, 0.0, rng.integers(0, 10, n)),
        prizes=prizes,
        required=required,
        backhauls="backhauls" in features,
        **arrays,  # type: ignore[arg-type]
    )


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


feature_sets = st.sets(st.sampled_from(FEATURES), max_size=5).filter(
    lambda f: not ({"pairs", "groups"} <= f)
)


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
