"""Choosing routes of a pool: the program, and the solution made of it."""

from __future__ import annotations

import importlib.util
import itertools
import threading
import time

import numpy as np
import pytest

from cosolve.core import Run, Stop
from cosolve.exact import set_partitioning
from cosolve.exact.route_selection import recombine
from cosolve.exact.set_partitioning import Selection, select
from cosolve.problems import VRP, Route, Routes, VehicleType
from cosolve.search.route_pool import Columns, RoutePool

SOON_S = 20.0  # a loaded machine may take that long to start an interpreter

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-Tools is not installed"
)


class Silent:
    """A channel to nowhere."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.heard: list[np.ndarray] = []

    def send(self, message: np.ndarray) -> None:
        """Remember it."""
        self.heard.append(message)


def columns_of(sets: list[tuple[int, ...]], costs: list[float]) -> Columns:
    first = np.r_[0, np.cumsum([len(s) for s in sets])]
    return Columns(np.array([c for s in sets for c in s], np.int32), first, np.array(costs))


def random_task(seed: int, clients: int, fleet: int | None, integral: bool) -> Selection:
    """Singles, which are the incumbent or nearly, and random sets that cost less or more."""
    rng = np.random.default_rng(seed)
    sets = {(c,) for c in range(1, clients + 1)}
    sets |= {(c, c + 1) for c in range(1, clients, 2)}
    incumbent = {(c, c + 1) for c in range(1, clients, 2)}
    while len(sets) < 5 * clients:
        size = int(rng.integers(2, 4))
        sets.add(tuple(sorted(rng.choice(np.arange(1, clients + 1), size, False).tolist())))
    ordered = sorted(sets)
    costs = [
        float(rng.integers(5, 20)) + (0.0 if integral else float(rng.random())) for _ in ordered
    ]
    places = np.array([k for k, s in enumerate(ordered) if s in incumbent])
    until = time.time() + SOON_S
    return Selection(columns_of(ordered, costs), places, fleet, until, integral, seed)


def least(task: Selection, clients: int) -> float:
    """Cost of the best choice, by dynamic programming over sets of clients."""
    routes = [frozenset(task.columns.route(k).tolist()) for k in range(len(task.columns))]
    most = clients if task.fleet is None else task.fleet
    best: dict[tuple[frozenset[int], int], float] = {(frozenset(), 0): 0.0}
    for client in range(1, clients + 1):
        for (served, used), cost in list(best.items()):
            if client in served or used == most or not all(c in served for c in range(1, client)):
                continue
            for route, price in zip(routes, task.columns.costs.tolist(), strict=True):
                if client in route and not route & served:
                    key = (served | route, used + 1)
                    best[key] = min(best.get(key, np.inf), cost + price)
    everyone = frozenset(range(1, clients + 1))
    return min(cost for (served, _), cost in best.items() if served == everyone)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("fleet", "integral"), [(None, True), (None, False), (5, True)])
def test_choice_is_the_best_one(seed: int, fleet: int | None, integral: bool) -> None:
    """As brute force says, every client once and not with more routes than vehicles."""
    task = random_task(seed, 10, fleet, integral)
    chosen = select(task, Silent())  # type: ignore[arg-type]
    visits = np.concatenate([task.columns.route(k) for k in chosen.tolist()])
    assert sorted(visits.tolist()) == list(range(1, 11))
    assert fleet is None or len(chosen) <= fleet
    assert float(task.columns.costs[chosen].sum()) == pytest.approx(least(task, 10), rel=1e-9)


def test_every_better_choice_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Part by part, each costs less than the one before, and the last one is returned."""
    monkeypatch.setattr(set_partitioning, "_SMALL", 3)
    task, channel = random_task(1, 24, None, True), Silent()
    chosen = select(task, channel)  # type: ignore[arg-type]
    costs = [float(task.columns.costs[m].sum()) for m in (task.incumbent, *channel.heard)]
    assert len(costs) > 1
    assert all(b < a for a, b in itertools.pairwise(costs))
    assert np.array_equal(channel.heard[-1], chosen)


def test_incumbent_is_returned_when_time_is_up_or_it_is_interrupted() -> None:
    """Without a program of its own."""
    task, channel = random_task(1, 24, None, True), Silent()
    channel.interrupted.set()
    assert np.array_equal(select(task, channel), task.incumbent)  # type: ignore[arg-type]
    late = Selection(task.columns, task.incumbent, until=time.time() - 1)
    assert np.array_equal(select(late, Silent()), task.incumbent)  # type: ignore[arg-type]


def line(number: int | None = None) -> VRP:
    """Six clients in two places far from each other, three of them at each."""
    coords = np.array([[0, 0], [10, 0], [-10, 0], [10, 1], [-10, 1], [10, 2], [-10, 2]], float)
    vehicles = (VehicleType(capacity=3, number=number),)
    return VRP(coords=coords, demands=np.r_[0.0, np.ones(6)], vehicles=vehicles)


def solution(*rows: list[int]) -> Routes:
    return Routes(tuple(Route(np.array(row)) for row in rows))


def test_routes_of_two_bad_solutions_make_a_good_one() -> None:
    """In a worker process."""
    problem = line()
    pool = RoutePool(problem)
    pool.add([np.array(row, np.int32) for row in ([1, 3, 5], [2, 1, 4], [6])])
    pool.add([np.array(row, np.int32) for row in ([2, 4, 6], [1, 3, 2], [5])])
    start = solution([1, 2], [3, 4], [5, 6])
    found = recombine(problem, pool, start, Run(Stop(time_limit=SOON_S)), SOON_S)
    assert found is not None
    assert problem.cost(found) == problem.cost(solution([1, 3, 5], [2, 4, 6]))


def test_nothing_better_is_none() -> None:
    """A pool of the solution alone."""
    problem, start = line(), solution([1, 3, 5], [2, 4, 6])
    run = Run(Stop(time_limit=SOON_S))
    assert recombine(problem, RoutePool(problem), start, run, SOON_S) is None


def test_missing_back_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no error."""
    monkeypatch.setattr("cosolve.exact.route_selection.PACKAGE", "no_such_package_anywhere")
    problem = line()
    pool = RoutePool(problem)
    pool.add([np.array(row, np.int32) for row in ([1, 3, 5], [2, 4, 6])])
    start = solution([1, 2], [3, 4], [5, 6])
    run = Run(Stop(time_limit=SOON_S))
    assert recombine(problem, pool, start, run, SOON_S) is None
