"""The kernel of the genetic search and its face."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from cosolve.problems import VRP, ClientGroup, Routes, VehicleType
from cosolve.search.hgs import (
    GeneticSearch,
    HgsModel,
    HgsOptions,
    model_of,
    to_solution,
    unsupported,
)

SMALL = HgsOptions(min_population=8, generation_size=8, first=20)


def random_problem(seed: int, clients: int, **kinds: bool) -> VRP:
    """Make a problem with limits of the kinds asked for."""
    rng = np.random.default_rng(seed)
    n = clients + 1
    coords = rng.integers(0, 100, (n, 2)).astype(float)
    arguments: dict[str, Any] = {"coords": coords}
    if kinds.get("asymmetric"):
        matrix = rng.integers(1, 100, (n, n)).astype(float)
        np.fill_diagonal(matrix, 0)
        arguments = {"matrix": matrix}
    if kinds.get("windows"):
        begin = rng.integers(0, 200, n)
        windows = np.column_stack([begin, begin + rng.integers(20, 120, n)]).astype(float)
        windows[0] = 0, 500
        arguments |= {"windows": windows, "service": rng.integers(0, 15, n).astype(float)}
    limit = 350.0 if kinds.get("duration") else math.inf
    number = max(1, clients // 4) if kinds.get("fleet") else None
    vehicle = VehicleType(capacity=20, max_duration=limit, number=number)
    demands = rng.integers(1, 9, n).astype(float)
    return VRP(vehicles=(vehicle,), demands=demands, **arguments)


KINDS = [
    {},
    {"asymmetric": True},
    {"fleet": True},
    {"duration": True},
    {"windows": True},
    {"windows": True, "fleet": True},
    {"windows": True, "asymmetric": True, "duration": True},
]


def penalized(problem: VRP, model: HgsModel, routes: Any, prices: tuple[float, ...]) -> float:
    """Penalized cost of routes, stop by stop, each left at the best of all times to leave."""
    total = problem.cost(to_solution(routes))
    for route in routes:
        load = model.demand[route].sum()
        total += prices[0] * max(load - model.capacity, 0)
        if model.duration is None:
            continue
        warp, duration = timing(model, route.tolist())
        total += prices[1] * warp + prices[2] * max(duration - model.max_duration, 0)
    return total


def timing(model: HgsModel, route: list[int]) -> tuple[float, float]:
    """Least time warp of a route and then least duration, by trying all times of leaving."""
    assert model.duration is not None
    windows = np.array([(0.0, math.inf)] * len(model.demand))
    if model.windows is not None:
        windows = model.windows
    service = np.zeros(len(windows)) if model.service is None else model.service

    def drive(leave: float) -> tuple[float, float, list[float]]:
        time, warp, last, slips = leave, 0.0, 0, [0.0]
        for stop in (*route, 0):
            assert model.duration is not None
            time += model.duration[last, stop] + (service[last] if last else 0.0)
            slips += [windows[stop, 0] - time, windows[stop, 1] - time]
            time = max(time, windows[stop, 0])
            warp += max(0.0, time - windows[stop, 1])
            time = min(time, windows[stop, 1])
            last = stop
        return warp, time - leave + warp, slips

    first = float(windows[0, 0])
    times = {first}
    for _ in range(2):  # the best time makes some stop neither early nor late
        times |= {t + s for t in list(times) for s in drive(t)[2] if math.isfinite(s)}
    feasible = [t for t in times if windows[0, 0] <= t <= windows[0, 1]]
    warp, duration, _ = min(drive(t) for t in feasible)
    return warp, duration - warp


def random_routes(problem: VRP, rng: np.random.Generator) -> list[Any]:
    order = rng.permutation(np.arange(1, problem.locations))
    count = problem.fleet_size or int(rng.integers(1, 6))
    cuts = np.sort(rng.integers(0, len(order) + 1, count - 1))
    return [part.astype(np.int32) for part in np.split(order, cuts)]


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
    """A local optimum visits every client once."""
    rng = np.random.default_rng(9)
    problem = random_problem(3, 40, **kinds)
    search = GeneticSearch(model_of(problem), 0)
    routes, *_ = search.descend(random_routes(problem, rng), 1)
    assert sorted(np.concatenate(routes).tolist()) == list(range(1, 41))


def best_split(
    model: HgsModel, problem: VRP, tour: list[int], prices: tuple[float, ...], fleet: int
) -> float:
    """Least penalized cost of cutting a tour into at most so many routes."""
    n = len(tour)
    best = np.full((fleet + 1, n + 1), np.inf)
    best[0, 0] = 0
    for i, j in itertools.combinations(range(n + 1), 2):
        route = np.array(tour[i:j], np.int32)
        # No split makes routes with more than one and a half loads, if it can do without.
        if j > i + 1 and model.demand[route].sum() > 1.5 * model.capacity:
            continue
        cost = penalized(problem, model, [route], prices)
        best[1:, j] = np.minimum(best[1:, j], best[:-1, i] + cost)
    return float(best[:, n].min())


@pytest.mark.parametrize(
    "kinds", [{}, {"asymmetric": True}, {"fleet": True}, {"duration": True}], ids=str
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
        tour = np.random.default_rng(seed).permutation(np.arange(1, 15)).tolist()
        routes = search.split(tour)
        prices = search.penalties
        fleet = problem.fleet_size or 14
        expected = best_split(model, problem, tour, prices, fleet)
        assert len(routes) <= fleet
        assert np.concatenate(routes).tolist() == tour
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
    assert [r.tolist() for r in once.routes()] == [r.tolist() for r in sliced.routes()]


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


def test_subset_is_a_problem_of_its_own() -> None:
    """The model of some clients has the routes of a problem with these clients only."""
    problem = random_problem(4, 30, windows=True)
    clients = np.arange(2, 31, 3)
    search = GeneticSearch(model_of(problem).subset(clients), 0, SMALL)
    search.run(60.0, 60)
    solution = to_solution([clients[route - 1].astype(np.int32) for route in search.routes()])
    assert problem.cost(solution) == pytest.approx(search.cost)
    assert sorted(c for r in solution.routes for c in r.visits.tolist()) == clients.tolist()


def test_settling_yields_a_solution_at_once() -> None:
    """Without time to search there are routes all the same."""
    problem = random_problem(2, 50)
    search = GeneticSearch(model_of(problem), 0)
    search.settle()
    assert sorted(np.concatenate(search.routes()).tolist()) == list(range(1, 51))


@pytest.mark.parametrize(
    "routes", [[[1, 2]], [[1, 2, 2]], [[1, 2, 4]], [[0, 1, 2]], [[1], [2], [3]]], ids=str
)
def test_wrong_routes_are_rejected(routes: list[list[int]]) -> None:
    """Only routes that visit every client once, and are not too many, can be injected."""
    vehicle = VehicleType(capacity=9, number=2)
    problem = VRP(coords=np.eye(4, 2), vehicles=(vehicle,), demands=np.ones(4))
    with pytest.raises(ValueError, match=r"visit every client once|more routes than vehicles"):
        GeneticSearch(model_of(problem)).inject(routes)


REFUSED = {
    "2 depots": {"depots": 2},
    "2 vehicle types": {"vehicles": (VehicleType(), VehicleType(capacity=2))},
    "2 dimensions": {"demands": np.ones((5, 2))},
    "need not be visited": {"required": np.array([True, True, True, True, False])},
    "be visited": {"groups": (ClientGroup((1, 2)),)},
    "delivery pairs": {"pairs": [[1, 2]], "pair_loads": [1.0]},
    "both demands and pickups": {"demands": np.ones(5), "pickups": np.ones(5)},
    "release times": {"release": np.arange(5.0)},
    "time has a cost": {"vehicles": (VehicleType(time_cost=1),)},
    "open": {"vehicles": (VehicleType(open=True),), "windows": [[0, 9]] * 5},
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
    solution: Routes = to_solution(search.routes())
    assert problem.check(solution) == []
    assert problem.cost(solution) == pytest.approx(search.cost)
