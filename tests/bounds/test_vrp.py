"""Bounds of vehicle routing problems: below every optimum, and near it where they should be."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import itertools
import math
import threading
import time

import numpy as np
import pytest

from cosolve import VRP, Run, Stop, VehicleType, _kernels
from cosolve.bounds import lower_bound, vrp
from cosolve.bounds.vrp import half_degrees, q_route_ascent, radial_bound
from cosolve.bounds.vrp_columns import make_pricing
from cosolve.bounds.vrp_edges import CutSet, edge_bound
from cosolve.bounds.vrp_model import RouteModel, route_model
from cosolve.bounds.vrp_subset_rows import column_bound
from cosolve.certify import Certifier
from cosolve.core.errors import BackendMissing
from cosolve.problems import ClientGroup, Metric, Route, Routes

needs_ortools = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-tools is not installed"
)
FAR_S = 1e6
INCOMPLETE = {"missing-client", "group"}  # kinds of violations


def best_cost(problem: VRP) -> float:
    """Cheapest feasible solution, over all ways to cut all orders of all subsets into routes."""
    n, kinds = problem.size, range(len(problem.vehicles))
    clients = range(problem.depots, problem.depots + n)
    costs: dict[frozenset[int], float] = {}
    nothing = problem.cost(Routes(()))
    for size in range(1, n + 1):
        for order in itertools.permutations(clients, size):
            for kind in kinds:
                routes = Routes((Route(np.array(order), kind),))
                key = frozenset(order)
                cost = problem.cost(routes) - nothing
                if cost >= costs.get(key, math.inf):
                    continue
                if not {v.kind for v in problem.check(routes)} - INCOMPLETE:
                    costs[key] = cost
    best = {frozenset[int](): nothing}
    for size in range(1, n + 1):
        for subset in map(frozenset, itertools.combinations(clients, size)):
            first = min(subset)
            options = [
                costs[part] + best.get(subset - part, math.inf)
                for part in costs
                if first in part and part <= subset
            ]
            best[subset] = min(options, default=math.inf)
    feasible = []
    for subset, cost in best.items():
        left = set(clients) - subset
        if any(problem.required[i] for i in left):
            continue
        counts = [len(set(g.clients) & subset) for g in problem.groups]
        if all(
            c <= 1 and (c == 1 or not g.required)
            for c, g in zip(counts, problem.groups, strict=True)
        ):
            feasible.append(cost)
    return min(feasible)


def random_problem(seed: int, **changes: object) -> VRP:
    """Six clients on an integer grid; vehicles hold about three."""
    rng = np.random.default_rng(seed)
    depots = int(changes.get("depots", 1))  # type: ignore[call-overload]
    n = 6 + depots
    given: dict[str, object] = {
        "coords": rng.integers(0, 100, (n, 2)).astype(float),
        "metric": Metric.EUC,
        "demands": np.concatenate([np.zeros(depots), rng.integers(1, 10, 6)]).astype(float),
        "vehicles": (VehicleType(capacity=15),),
    }
    return VRP(**(given | changes))  # type: ignore[arg-type]


def windows_of(seed: int) -> np.ndarray:
    """Windows that a few routes can keep."""
    begin = np.random.default_rng(seed + 50).integers(0, 200, 7).astype(float)
    windows = np.column_stack([begin, begin + 150])
    windows[0] = 0, 1000
    return windows


def variant(name: str, seed: int) -> VRP:
    """Return a small problem of some kind."""
    rng = np.random.default_rng(seed + 9)
    service = np.array([0.0, 5, 5, 5, 5, 5, 5])
    match name:
        case "capacitated":
            return random_problem(seed)
        case "windows":
            return random_problem(seed, windows=windows_of(seed), service=service)
        case "open":
            return random_problem(seed, vehicles=(VehicleType(capacity=15, open=True),))
        case "fleet":
            small = VehicleType(capacity=10, fixed_cost=20, distance_cost=1)
            large = VehicleType(capacity=20, fixed_cost=50, distance_cost=1.2)
            return random_problem(seed, vehicles=(small, large))
        case "depots":
            types = VehicleType(capacity=15, start=0), VehicleType(capacity=15, start=1)
            return random_problem(seed, depots=2, vehicles=types)
        case "prizes":
            required = np.array([False, True, True, False, False, True, False])
            prizes = np.concatenate([[0.0], rng.integers(0, 80, 6)])
            return random_problem(seed, required=required, prizes=prizes)
        case "groups":
            groups = ClientGroup((1, 2)), ClientGroup((3, 4), required=False)
            return random_problem(seed, groups=groups)
        case "duration":
            return random_problem(
                seed, service=service, vehicles=(VehicleType(capacity=15, max_duration=300),)
            )
        case "distance":
            return random_problem(seed, vehicles=(VehicleType(max_distance=320),))
        case "time cost":
            vehicles = (VehicleType(capacity=15, time_cost=0.5, fixed_cost=7),)
            return random_problem(seed, windows=windows_of(seed), vehicles=vehicles)
        case "pairs":
            return random_problem(
                seed,
                demands=None,
                pairs=np.array([[1, 2], [3, 4], [5, 6]]),
                pair_loads=np.array([4.0, 5.0, 9.0]),
            )
        case "backhauls":
            halves = np.array([0, 1, 1, 1, 0, 0, 0.0])
            return random_problem(
                seed,
                demands=halves * 5,
                pickups=(1 - halves) * [0, 1, 1, 1, 5, 5, 5],
                backhauls=True,
            )
        case "matrix":
            return random_problem(
                seed,
                coords=None,
                metric=Metric.EXPLICIT,
                matrix=rng.integers(1, 100, (7, 7)).astype(float),
            )
        case "few vehicles":
            return random_problem(seed, vehicles=(VehicleType(capacity=15, number=4),))
    raise AssertionError(name)


@functools.cache
def optimum_of(name: str, seed: int) -> float:
    """Return what brute force finds."""
    return best_cost(variant(name, seed))


VARIANTS = [
    "capacitated", "windows", "open", "fleet", "depots", "prizes", "groups", "duration",
    "distance", "time cost", "pairs", "backhauls", "matrix", "few vehicles",
]  # fmt: skip


def all_bounds(model: RouteModel) -> dict[str, float]:
    """Every bound of the ladder."""
    found = {"neighbors": half_degrees(model)}
    ascent = q_route_ascent(model)
    if ascent is not None:
        ascent.run(100, 1.05 * max(1.0, found["neighbors"]), FAR_S)
        assert ascent.prove(FAR_S)
        found["q-routes"] = ascent.bound
    if importlib.util.find_spec("ortools") is None:
        return found
    deadline_s = time.perf_counter() + FAR_S
    cuts, center, values = CutSet(model.nodes), None, []
    if model.all_required:
        converged, center = edge_bound(model, cuts, lambda v, _: values.append(v), deadline_s)
        assert converged
        found["edges"] = max(values)
    if vrp.prices_routes(model):
        values = []
        assert column_bound(model, cuts, lambda v, _: values.append(v), deadline_s, center)
        found["columns"] = max(values)
    return found


@pytest.mark.parametrize("name", VARIANTS)
def test_every_bound_is_below_the_optimum(name: str) -> None:
    """Brute force finds no solution below any bound, and columns come near."""
    for seed in range(2 if name in {"capacitated", "windows"} else 1):
        problem = variant(name, seed)
        optimum = optimum_of(name, seed)
        model = route_model(problem)
        assert model is not None
        for method, value in all_bounds(model).items():
            assert value <= optimum * (1 + 1e-9), method
        found = lower_bound(problem, Run(Stop(iterations=50)))
        assert found is not None
        assert 0 < found.value <= optimum


@needs_ortools
def test_elementary_routes_are_the_best_that_columns_can_prove() -> None:
    """With all clients in every neighborhood and the optimum unique, the bound is nearly it."""
    gaps = []
    for seed in range(3):
        model = route_model(variant("capacitated", seed))
        assert model is not None
        optimum = optimum_of("capacitated", seed)
        gaps.append(1 - all_bounds(model)["columns"] / optimum)
    assert max(gaps) < 0.1
    assert np.mean(gaps) < 0.02


def cheapest_route(model: RouteModel, cost: np.ndarray) -> float:
    """Least cost of an elementary route within capacity, by enumeration."""
    n = model.nodes
    best = 0.0
    for size in range(1, n):
        for order in itertools.permutations(range(1, n), size):
            if model.load[list(order)].sum() > model.capacity:
                continue
            time_s, late = 0.0, False
            for a, b in itertools.pairwise((0, *order, 0)):
                if model.consumption is not None and model.windows is not None:
                    time_s = max(time_s + model.consumption[a, b], model.windows[b, 0])
                    late |= time_s > model.windows[b, 1]
            if not late:
                best = min(best, cost[[0, *order], [*order, 0]].sum())
    return best


@pytest.mark.parametrize("name", ["capacitated", "windows", "matrix", "duration"])
def test_pricing_finds_the_cheapest_elementary_route(name: str) -> None:
    """With full neighborhoods, labels from both ends find what enumeration finds."""
    for seed in range(5):
        model = route_model(variant(name, seed))
        assert model is not None
        prices = np.random.default_rng(seed).random(model.nodes) * 120
        prices[0] = 0
        cost = model.cost - (prices[:, None] + prices) / 2
        pricing = make_pricing(model, neighbors=5)
        assert pricing.run(np.ascontiguousarray(cost), False, 100, 1e7, FAR_S)
        assert pricing.least == pytest.approx(cheapest_route(model, cost), abs=1e-9)
        for route in pricing.routes():
            assert cost[[0, *route], [*route, 0]].sum() < 0
            assert model.load[route].sum() <= model.capacity


def test_heuristic_pricing_finds_no_cheaper_route_than_exact() -> None:
    """A heuristic finds routes that exist."""
    model = route_model(variant("windows", 1))
    assert model is not None
    cost = np.ascontiguousarray(model.cost - 40.0)
    pricing = make_pricing(model)
    assert pricing.run(cost, True, 10, 1e7, FAR_S)
    heuristic = pricing.least
    assert pricing.run(cost, False, 10, 1e7, FAR_S)
    assert pricing.least <= heuristic < 0


def test_pricing_says_when_it_was_cut_short() -> None:
    """Without time there is no minimum."""
    rng = np.random.default_rng(1)
    n = 60
    problem = VRP(
        coords=rng.random((n, 2)), demands=np.append(0.0, np.ones(n - 1)),
        vehicles=(VehicleType(capacity=20),),
    )  # fmt: skip
    model = route_model(problem)
    assert model is not None
    cost = np.ascontiguousarray(model.cost - 1.0)
    assert not make_pricing(model).run(cost, False, 10, 1e7, 0.0)


def test_cuts_are_violated_as_they_say() -> None:
    """For every set found, its edges leave it too rarely, and it needs that many vehicles."""
    rng = np.random.default_rng(3)
    load = np.append(0.0, rng.integers(1, 10, 30))
    finder = _kernels.CapacityCuts(load, 20.0)
    # A tour of all clients: far too few edges at the depot.
    order = np.append(rng.permutation(30) + 1, 0)
    ends = np.column_stack([order, np.roll(order, 1)]).astype(np.int32)
    values = np.ones(len(ends)) * 0.9
    found = finder.find(ends, values, 0.1, 100)
    assert found
    for clients, vehicles in found:
        assert vehicles == math.ceil(load[clients].sum() / 20 - 1e-9)
        inside = np.isin(ends, clients)
        leaving = values[inside.sum(axis=1) == 1].sum()
        assert leaving <= 2 * vehicles - 0.1


def dense_q_routes(model: RouteModel, prices: np.ndarray) -> float:
    """Bound of penalties by walks without 2-cycles, as plain recursion."""
    n, capacity = model.nodes, int(model.capacity)
    load = model.load.astype(int)
    cost = model.undirected() - (prices[:, None] + prices) / 2
    walks: dict[tuple[int, int, int], float] = {}  # load, client, predecessor
    for total in range(1, capacity + 1):
        for j in range(1, n):
            rest = total - load[j]
            if rest == 0:
                walks[total, j, 0] = cost[0, j]
            for i in range(1, n):
                before = [v for (q, k, p), v in walks.items() if q == rest and k == i and p != j]
                if before and i != j:
                    walks[total, j, i] = min(before) + cost[i, j]
    value = prices.sum()
    for j in range(1, n):
        ends = [(q, p, v) for (q, k, p), v in walks.items() if k == j]
        value += load[j] * min(
            (v + w) / (q + r - load[j])
            for q, p, v in ends
            for r, s, w in ends
            if q + r - load[j] <= capacity and (p != s or q == r == load[j])
        )
    return value


def test_q_routes_are_those_of_a_plain_recursion() -> None:
    """At the first penalties, zero, the value is that of the reference; later ones are better."""
    for seed in range(3):
        model = route_model(variant("capacitated", seed))
        assert model is not None
        ascent = q_route_ascent(model)
        assert ascent is not None
        assert ascent.run(1, 300.0, FAR_S) == 1
        assert ascent.value == pytest.approx(dense_q_routes(model, np.zeros(7)), rel=1e-5)
        first = ascent.value
        ascent.run(100, 1.05 * first, FAR_S)
        assert ascent.prove(FAR_S)
        assert ascent.bound == pytest.approx(ascent.value, rel=1e-5)
        assert ascent.bound > first


def test_ascent_in_slices_is_that_in_one_go() -> None:
    """The clock decides when, not what."""
    rng = np.random.default_rng(8)
    problem = VRP(
        coords=rng.integers(0, 1000, (80, 2)).astype(float), metric=Metric.EUC,
        demands=np.append(0.0, rng.integers(1, 50, 79)), vehicles=(VehicleType(capacity=200),),
    )  # fmt: skip
    model = route_model(problem)
    assert model is not None
    one, two = q_route_ascent(model), q_route_ascent(model)
    assert one is not None
    assert two is not None
    one.run(5, 1e4, FAR_S)
    done = 0
    while done < 5:
        done += two.run(5 - done, 1e4, 0.001)
    assert one.value == two.value


def test_loads_are_scaled_downwards() -> None:
    """Capacities too large for a table still give a valid bound, below that of the true loads."""
    for seed in range(3):
        problem = variant("capacitated", seed)
        model = route_model(problem)
        assert model is not None
        fractional = dataclasses.replace(
            model, load=model.load * 1000.0 + 0.25 * (model.load > 0), capacity=15001.5
        )
        coarse = q_route_ascent(fractional)
        assert coarse is not None
        coarse.run(60, 400.0, FAR_S)
        assert coarse.prove(FAR_S)
        assert 0 < coarse.bound <= optimum_of("capacitated", seed)


def test_radial_bound_needs_no_matrix() -> None:
    """It is below the optimum, and above half of it where the depot is far away."""
    problem = variant("capacitated", 0)
    value = radial_bound(problem)
    assert value is not None
    assert value <= optimum_of("capacitated", 0)
    assert problem.coords is not None
    away = problem.coords.copy()
    away[0] = 2000, 2000
    remote = random_problem(0, coords=away, metric=Metric.EUCLIDEAN)
    value = radial_bound(remote)
    assert value is not None
    assert 0.5 * best_cost(remote) < value <= best_cost(remote)


def hundred(seed: int = 5) -> VRP:
    """Return a hundred clients, ten to a route."""
    rng = np.random.default_rng(seed)
    return VRP(
        coords=rng.integers(0, 1000, (101, 2)).astype(float), metric=Metric.EUC,
        demands=np.append(0.0, np.ones(100)), vehicles=(VehicleType(capacity=10),),
    )  # fmt: skip


def test_iteration_limit_makes_bounds_reproducible() -> None:
    """Nothing depends on the clock then."""
    one, two = (lower_bound(hundred(), Run(Stop(iterations=20))) for _ in range(2))
    assert one is not None
    assert one == two
    assert one.method == "q-routes"
    assert one.iterations == 20


@needs_ortools
@pytest.mark.timing
def test_time_limit_is_kept_and_bounds_rise() -> None:
    """Every report is at least as high as the one before, and the end is in time."""
    run = Run(Stop(time_limit=4.0))
    found = lower_bound(hundred(), run)
    assert found is not None
    assert run.elapsed < 4.5
    bounds = [point.bound for point in run.trace]
    assert bounds == sorted(bounds)
    assert found.value == bounds[-1]


def test_bound_beside_a_search_takes_its_share() -> None:
    """A certifier keeps time for the bound, and computes it after the search."""
    problem = hundred()
    certifier = Certifier(problem, Run(Stop(time_limit=4.0)), 0.15)
    assert certifier.reserve_s() == pytest.approx(0.6)
    found = certifier.after_search(1e6)
    assert found is not None
    assert found.value > 0
    assert Certifier(problem, Run(Stop(time_limit=4.0)), 0.0).reserve_s() == 0.0


def test_interruption_ends_the_bound() -> None:
    """What is proven until then is returned."""
    run = Run(Stop())
    threading.Timer(1.0, run.interrupted.set).start()
    found = lower_bound(hundred(), run)
    assert found is not None
    assert not found.converged
    assert found.value > 0


def test_without_the_package_q_routes_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ladder falls back to what needs nothing."""

    def missing(*_: object, **__: object) -> None:
        raise BackendMissing("no")

    monkeypatch.setattr(vrp, "run_in_worker", missing)
    found = lower_bound(variant("capacitated", 1), Run(Stop(time_limit=4.0)))
    assert found is not None
    assert found.method in {"q-routes", "neighbors"}
    assert found.value <= optimum_of("capacitated", 1)


@needs_ortools
def test_known_optimum_ends_the_bound() -> None:
    """Once a cost is proven there is nothing left to do."""
    optimum = optimum_of("capacitated", 0)
    found = lower_bound(variant("capacitated", 0), Run(Stop()), upper=optimum)
    assert found is not None
    assert found.value <= optimum
