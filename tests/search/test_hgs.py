"""The kernel of the genetic search and its face."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from cosolve.problems import VRP, ClientGroup, Route, Routes, VehicleType
from cosolve.search.hgs import (
    GeneticSearch,
    HgsModel,
    HgsOptions,
    model_of,
    unsupported,
)

SMALL = HgsOptions(min_population=8, generation_size=8, first=20)


def random_problem(seed: int, clients: int, **kinds: bool) -> VRP:
    """Make a problem with limits of the kinds asked for."""
    rng = np.random.default_rng(seed)
    depots = 3 if kinds.get("depots") else 1
    n = clients + depots
    coords = rng.integers(0, 100, (n, 2)).astype(float)
    arguments: dict[str, Any] = {"coords": coords, "depots": depots}
    if kinds.get("asymmetric"):
        matrix = rng.integers(1, 100, (n, n)).astype(float)
        np.fill_diagonal(matrix, 0)
        arguments |= {"matrix": matrix, "coords": None}
    if kinds.get("windows"):
        begin = rng.integers(0, 200, n)
        windows = np.column_stack([begin, begin + rng.integers(20, 120, n)]).astype(float)
        windows[:depots] = 0, 500
        arguments |= {"windows": windows, "service": rng.integers(0, 15, n).astype(float)}
    vehicles = _vehicles(rng, clients, depots, kinds)
    demands = rng.integers(1, 9, n).astype(float)
    return VRP(vehicles=vehicles, demands=demands, **arguments)


def _vehicles(
    rng: np.random.Generator, clients: int, depots: int, kinds: dict[str, bool]
) -> tuple[VehicleType, ...]:
    """One vehicle type, or one for every depot, or three kinds of vehicles at every depot."""
    limit = 350.0 if kinds.get("duration") else math.inf
    number = max(1, clients // 4) if kinds.get("fleet") else None
    types = 3 if kinds.get("types") else 1
    made = []
    for depot in range(depots):
        for k in range(types):
            costs = {"fixed_cost": 25.0 * k, "distance_cost": 1.0 + 0.25 * k}
            away = {"end": int(rng.integers(depots))} if kinds.get("away") else {}
            is_open = {"open": True} if kinds.get("open") else {}
            of_type = costs if types > 1 else {}
            made.append(
                VehicleType(
                    capacity=20 + 10 * k,
                    max_duration=limit + 50 * k,
                    number=number,
                    start=depot,
                    **away,
                    **is_open,
                    **of_type,
                )
            )
    return tuple(made)


KINDS = [
    {},
    {"asymmetric": True},
    {"fleet": True},
    {"duration": True},
    {"windows": True},
    {"windows": True, "fleet": True},
    {"windows": True, "asymmetric": True, "duration": True},
    {"windows": True, "open": True},
    {"types": True},
    {"types": True, "fleet": True},
    {"types": True, "asymmetric": True, "depots": True, "fleet": True},
    {"types": True, "windows": True, "duration": True},
    {"depots": True},
    {"depots": True, "fleet": True, "open": True},
    {"depots": True, "away": True, "asymmetric": True},
    {"depots": True, "away": True, "windows": True, "types": True, "fleet": True},
]


def penalized(problem: VRP, model: HgsModel, routes: Routes, prices: tuple[float, ...]) -> float:
    """Penalized cost of routes, stop by stop, each left at the best of all times to leave."""
    total = problem.cost(routes)
    for route in routes.routes:
        vehicle = model.vehicles[route.vehicle]
        load = model.demand[route.visits].sum()
        total += prices[0] * max(load - vehicle.capacity, 0)
        if model.duration is None:
            continue
        warp, duration = timing(model, route)
        total += prices[1] * warp + prices[2] * max(duration - vehicle.max_duration, 0)
    return total


def timing(model: HgsModel, route: Route) -> tuple[float, float]:
    """Least time warp of a route and then least duration, by trying all times of leaving."""
    assert model.duration is not None
    vehicle = model.vehicles[route.vehicle]
    windows = np.array([(0.0, math.inf)] * len(model.demand))
    if model.windows is not None:
        windows = model.windows
    service = np.zeros(len(windows)) if model.service is None else model.service
    visits = route.visits.tolist()
    stops = [(v, float(windows[v, 0]), float(windows[v, 1]), float(service[v])) for v in visits]
    stops.append((-1 if vehicle.end is None else vehicle.end, *vehicle.back, 0.0))

    def drive(leave: float) -> tuple[float, float, list[float]]:
        assert model.duration is not None
        time, warp, last, slips = leave, 0.0, vehicle.start, [0.0]
        for stop, opens, closes, serve in stops:
            time += 0.0 if stop < 0 else model.duration[last, stop]
            slips += [opens - time, closes - time]
            time = max(time, opens)
            warp += max(0.0, time - closes)
            time = min(time, closes) + serve
            last = stop
        return warp, time - leave + warp, slips

    first, latest = vehicle.leave
    times = {first}
    for _ in range(2):  # the best time makes some stop neither early nor late
        times |= {t + s for t in list(times) for s in drive(t)[2] if math.isfinite(s)}
    feasible = [t for t in times if first <= t <= latest]
    warp, duration, _ = min(drive(t) for t in feasible)
    return warp, duration - warp


def random_routes(problem: VRP, rng: np.random.Generator) -> Routes:
    """Return a solution that keeps no limit but the number of vehicles."""
    order = rng.permutation(np.arange(problem.depots, problem.locations))
    many = [5 if v.number is None else v.number for v in problem.vehicles]
    types = rng.permutation(np.repeat(np.arange(len(many)), many))[: int(rng.integers(3, 9))]
    cuts = np.sort(rng.integers(0, len(order) + 1, len(types) - 1))
    return Routes(tuple(map(Route, np.split(order, cuts), types.tolist())))


def visited(routes: Routes) -> list[int]:
    return [client for route in routes.routes for client in route.visits.tolist()]


@pytest.mark.parametrize("kinds", KINDS, ids=str)
def test_moves_change_the_cost_by_what_was_reckoned(kinds: dict[str, bool]) -> None:
    """The costs of all moves of a descent add up to the difference of the costs."""
    rng = np.random.default_rng(7)
    for seed in range(15):
        problem = random_problem(seed, 30, **kinds)
        search = GeneticSearch(model_of(problem), seed)
        _, before, gained, after = search.descend(random_routes(problem, rng), seed)
        assert gained < 0
        assert before + gained == pytest.approx(after, abs=1e-6)


@pytest.mark.parametrize("kinds", KINDS, ids=str)
def test_penalized_costs_are_those_of_the_routes(kinds: dict[str, bool]) -> None:
    """Penalized costs before and after a descent agree with those computed stop by stop."""
    rng = np.random.default_rng(8)
    for seed in range(5):
        problem = random_problem(seed, 12, **kinds)
        model = model_of(problem)
        search = GeneticSearch(model, seed)
        start = random_routes(problem, rng)
        routes, before, _, after = search.descend(start, seed)
        prices = search.penalties
        assert before == pytest.approx(penalized(problem, model, start, prices), abs=1e-6)
        assert after == pytest.approx(penalized(problem, model, routes, prices), abs=1e-6)


@pytest.mark.parametrize("kinds", KINDS, ids=str)
def test_descents_keep_every_client(kinds: dict[str, bool]) -> None:
    """A local optimum visits every client once, with vehicles that there are."""
    rng = np.random.default_rng(9)
    problem = random_problem(3, 40, **kinds)
    search = GeneticSearch(model_of(problem), 0)
    routes, *_ = search.descend(random_routes(problem, rng), 1)
    assert sorted(visited(routes)) == list(range(problem.depots, problem.locations))
    for kind, vehicle in enumerate(problem.vehicles):
        used = sum(route.vehicle == kind for route in routes.routes)
        assert vehicle.number is None or used <= vehicle.number


def best_split(
    model: HgsModel, problem: VRP, tour: list[int], prices: tuple[float, ...], fleet: int
) -> float:
    """Least penalized cost of cutting a tour into at most so many routes."""
    n = len(tour)
    best = np.full((fleet + 1, n + 1), np.inf)
    best[0, 0] = 0
    for i, j in itertools.combinations(range(n + 1), 2):
        route = np.array(tour[i:j], np.int32)
        biggest = max(vehicle.capacity for vehicle in model.vehicles)
        # No split makes routes with more than one and a half loads, if it can do without.
        if j > i + 1 and model.demand[route].sum() > 1.5 * biggest:
            continue
        cost = min(
            penalized(problem, model, Routes((Route(route, kind),)), prices)
            for kind in range(len(model.vehicles))
        )
        best[1:, j] = np.minimum(best[1:, j], best[:-1, i] + cost)
    return float(best[:, n].min())


@pytest.mark.parametrize(
    "kinds",
    [
        {},
        {"asymmetric": True},
        {"fleet": True},
        {"duration": True},
        {"types": True},
        {"types": True, "depots": True, "away": True},
        {"types": True, "windows": True},
    ],
    ids=str,
)
def test_split_is_optimal(kinds: dict[str, bool]) -> None:
    """Cutting a giant tour costs what the best of all ways to cut it costs."""
    for seed in range(6):
        problem = random_problem(seed, 14, **kinds)
        if kinds.get("fleet"):
            total = float(problem.demands.sum())
            vehicle = VehicleType(capacity=20, number=math.ceil(total / 20))
            problem = VRP(coords=problem.coords, vehicles=(vehicle,), demands=problem.demands)
        model = model_of(problem)
        search = GeneticSearch(model, seed)
        clients = np.arange(problem.depots, problem.locations)
        tour = np.random.default_rng(seed).permutation(clients).tolist()
        routes = search.split(tour)
        prices = search.penalties
        fleet = problem.fleet_size or 14
        expected = best_split(model, problem, tour, prices, fleet)
        assert len(routes) <= fleet
        assert sorted(visited(routes)) == sorted(tour)
        assert penalized(problem, model, routes, prices) == pytest.approx(expected, abs=1e-6)


def test_split_keeps_to_a_fleet_that_is_too_small() -> None:
    """Where one vehicle has to take all, the tour is one route."""
    problem = random_problem(0, 20)
    vehicle = VehicleType(capacity=20, number=1)
    problem = VRP(coords=problem.coords, vehicles=(vehicle,), demands=problem.demands)
    search = GeneticSearch(model_of(problem), 0)
    assert len(search.split(range(1, 21))) == 1


def test_same_seed_and_iterations_give_the_same_result() -> None:
    """Slices of time do not change what an iteration does."""
    problem = random_problem(5, 60, windows=True)
    once, sliced = (GeneticSearch(model_of(problem), 3, SMALL) for _ in range(2))
    once.run(60.0, 150)
    while sliced.iterations < 150:
        sliced.run(1e-4, 150 - sliced.iterations)
    assert once.cost == sliced.cost
    assert once.routes() == sliced.routes()


def test_injected_solution_is_never_lost() -> None:
    """A good solution injected late is the best from then on."""
    problem = random_problem(6, 80)
    strong, weak = (GeneticSearch(model_of(problem), seed, SMALL) for seed in (1, 2))
    strong.run(60.0, 600)
    weak.run(60.0, 5)
    assert weak.cost > strong.cost
    weak.inject(strong.routes())
    assert weak.cost == pytest.approx(strong.cost)
    weak.run(60.0, 50)
    assert weak.cost <= strong.cost * (1 + 1e-12)


def test_settling_yields_a_solution_at_once() -> None:
    """Without time to search there are routes all the same."""
    problem = random_problem(2, 50)
    search = GeneticSearch(model_of(problem), 0)
    search.settle()
    assert sorted(visited(search.routes())) == list(range(1, 51))


@pytest.mark.parametrize(
    "routes", [[[1, 2]], [[1, 2, 2]], [[1, 2, 4]], [[0, 1, 2]], [[1], [2], [3]]], ids=str
)
def test_wrong_routes_are_rejected(routes: list[list[int]]) -> None:
    """Only routes that visit every client once, and are not too many, can be injected."""
    vehicle = VehicleType(capacity=9, number=2)
    problem = VRP(coords=np.eye(4, 2), vehicles=(vehicle,), demands=np.ones(4))
    with pytest.raises(ValueError, match=r"visit every client once|more routes than vehicles"):
        GeneticSearch(model_of(problem)).inject(Routes(tuple(Route(r) for r in routes)))


REFUSED = {
    "nothing with some": {"vehicles": (VehicleType(), VehicleType(distance_cost=0))},
    "2 dimensions": {"demands": np.ones((5, 2))},
    "need not be visited": {"required": np.array([True, True, True, True, False])},
    "be visited": {"groups": (ClientGroup((1, 2)),)},
    "delivery pairs": {"pairs": [[1, 2]], "pair_loads": [1.0]},
    "both demands and pickups": {"demands": np.ones(5), "pickups": np.ones(5)},
    "release times": {"release": np.arange(5.0)},
    "time has a cost": {"vehicles": (VehicleType(time_cost=1),)},
    "both time and distance": {"vehicles": (VehicleType(max_distance=9, max_duration=9),)},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_other_variants_are_refused(reason: str) -> None:
    """What the kernel does not know is refused, and the reason is said."""
    problem = VRP(coords=np.arange(10.0).reshape(5, 2), **REFUSED[reason])
    assert reason in (unsupported(problem) or "")
    with pytest.raises(ValueError, match=reason):
        model_of(problem)


def test_large_problems_are_refused() -> None:
    """Distances between too many clients are not kept."""
    assert "5001 clients" in (unsupported(VRP(coords=np.zeros((5002, 2)))) or "")


def test_solutions_have_the_cost_of_the_kernel() -> None:
    """Fixed costs, costs of distance and open routes are part of what is minimized."""
    vehicle = VehicleType(capacity=20, fixed_cost=30.0, distance_cost=2.0, open=True)
    base = random_problem(1, 25)
    problem = VRP(coords=base.coords, vehicles=(vehicle,), demands=base.demands)
    search = GeneticSearch(model_of(problem), 0, SMALL)
    search.run(60.0, 80)
    solution = search.routes()
    assert problem.check(solution) == []
    assert problem.cost(solution) == pytest.approx(search.cost)


@pytest.mark.parametrize("kinds", [k for k in KINDS if k.get("types") or k.get("depots")], ids=str)
def test_fleets_that_differ_are_used_as_they_are(kinds: dict[str, bool]) -> None:
    """What is found keeps all limits, and its cost is that of the problem."""
    problem = random_problem(2, 25, **kinds)
    search = GeneticSearch(model_of(problem), 0, SMALL)
    search.run(60.0, 150)
    assert search.feasible == (not problem.check(search.routes()))
    assert problem.cost(search.routes()) == pytest.approx(search.cost)


def test_a_small_vehicle_is_taken_where_it_is_cheaper() -> None:
    """Which types are used follows from what they cost: two vans here, one truck there."""
    coords = np.array([[0, 0], [3, 4], [4, 3]], float)
    van = VehicleType(capacity=1, fixed_cost=1.0)
    for price, expected in ((0.0, [1]), (10.0, [0, 0])):
        truck = VehicleType(capacity=2, fixed_cost=2.0 + price)
        problem = VRP(coords=coords, vehicles=(van, truck), demands=np.array([0.0, 1, 1]))
        search = GeneticSearch(model_of(problem), 0, SMALL)
        search.run(60.0, 50)
        assert [route.vehicle for route in search.routes().routes] == expected


def test_routes_exchange_vehicles_that_are_all_in_use() -> None:
    """Where each type has one vehicle, the large one takes the clients with large demands."""
    coords = np.array([[0, 0], [10, 0], [-10, 0]], float)
    vehicles = (VehicleType(capacity=5, number=1), VehicleType(capacity=9, number=1))
    problem = VRP(coords=coords, vehicles=vehicles, demands=np.array([0.0, 9, 5]))
    wrong = Routes((Route(np.array([1]), 0), Route(np.array([2]), 1)))
    found, *_ = GeneticSearch(model_of(problem)).descend(wrong)
    assert {route.vehicle: route.visits.tolist() for route in found.routes} == {1: [1], 0: [2]}


def test_routes_move_to_the_nearest_depot() -> None:
    """A route as a whole changes its depot."""
    coords = np.array([[0, 0], [100, 0], [90, 0], [95, 5]], float)
    vehicles = (VehicleType(start=0), VehicleType(start=1))
    problem = VRP(coords=coords, depots=2, vehicles=vehicles)
    found, *_ = GeneticSearch(model_of(problem)).descend(Routes((Route(np.array([2, 3]), 0),)))
    assert [route.vehicle for route in found.routes] == [1]


def test_more_routes_of_a_type_than_vehicles_are_refused() -> None:
    """The number counts by type."""
    vehicles = (VehicleType(number=1), VehicleType(capacity=2, number=5))
    problem = VRP(coords=np.eye(4, 2), vehicles=vehicles, demands=np.ones(4))
    routes = Routes(([1], [2, 3]))
    with pytest.raises(ValueError, match="more routes than vehicles"):
        GeneticSearch(model_of(problem)).inject(routes)
