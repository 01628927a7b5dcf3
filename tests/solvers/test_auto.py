"""The method ``auto``."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import Limit, Run, Stop
from cosolve.problems import TSP, VRP
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp
from cosolve.solvers.auto import Auto, _guide_table, _table, choose, worth_guiding
from cosolve.solvers.eax import Eax
from cosolve.solvers.ils import Ils
from cosolve.solvers.lk import Lk

TABLE = ((100, 1.0, "eax"), (100, 10.0, "greedy"), (10_000, 1.0, "lk"), (10_000, 10.0, "eax"))


@pytest.mark.parametrize(
    ("size", "seconds", "method"),
    [
        (100, 1.0, "eax"),
        (300, 3.0, "eax"),
        (300, 4.0, "greedy"),
        (900, 4.0, "greedy"),
        (1100, 3.0, "lk"),
        (1100, 4.0, "eax"),
        (10, 0.0, "eax"),
        (10_000, 0.0, "lk"),
        (10_000, float("inf"), "eax"),
        (1_000_000, 200.0, "lk"),
        (1_000_000, 500.0, "eax"),
        (1_000_000, float("inf"), "eax"),
    ],
)
def test_nearest_row_is_chosen(
    size: int, seconds: float, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest number of nodes counts first, then the nearest time, both as ratios.

    Beyond the largest number of nodes it is the time per node that counts.
    """
    monkeypatch.setattr("cosolve.solvers.auto._table", lambda: TABLE)
    assert choose(random_tsp(size, seed=1), seconds).name == method


def test_every_row_chooses_its_own_method() -> None:
    """What was measured is what is chosen, and only methods that ``auto`` may choose are."""
    for size, seconds, method in _table():
        assert method in {"eax", "lk", "popmusic"}
        assert choose(random_tsp(size, seed=1), seconds).name == method


def test_a_method_that_declines_the_problem_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A matrix goes to the nearest method that handles matrices."""
    rows = ((50, 1.0, "popmusic"), (100, 1.0, "lk"))
    monkeypatch.setattr("cosolve.solvers.auto._table", lambda: rows)
    problem = TSP(matrix=np.ones((50, 50)) - np.eye(50))
    assert choose(problem, 1.0) == Lk()


@pytest.mark.parametrize("size", [10, 100, 300, 1000, 3000, 10_000])
@pytest.mark.parametrize("seconds", [10.0, 60.0, float("inf")])
def test_genetic_algorithm_is_chosen_given_time(size: int, seconds: float) -> None:
    """In ten seconds it converges on up to 10,000 nodes, far below what ``lk`` reaches."""
    assert choose(random_tsp(size, seed=1), seconds) == Eax()


@pytest.mark.parametrize(("seconds", "solver"), [(0.9, Lk), (600.0, Eax)])
def test_auto_does_what_its_choice_does(
    seconds: float, solver: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tour is that of the chosen method, not that of the other."""
    monkeypatch.setattr("cosolve.solvers.auto._table", lambda: TABLE[2:])
    monkeypatch.setattr("cosolve.solvers.auto.worth_guiding", lambda *_: False)
    problem = random_tsp(5000, seed=1)
    start = solve(problem, "greedy").solution
    # Of no iterations: the number of first tours of `eax` depends on the time.
    stop = Stop(iterations=0, time_limit=seconds)
    result = solve(problem, "auto", stop=stop, seed=3, start=start)
    expected = solve(problem, solver(), stop=stop, seed=3, start=start)
    assert result.solver == "auto"
    assert result.solution == expected.solution
    other = solve(problem, (Eax if solver is Lk else Lk)(), stop=stop, seed=3, start=start)
    assert result.solution != other.solution


GUIDED = ((1000, 1.0, True), (1000, 9.0, False), (4000, 4.0, True))


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [
        (1000, 1.0, True),
        (1000, 4.0, False),
        (999, 1.0, False),
        (1000, 0.01, False),
        (1900, 8.0, False),
        (2100, 8.0, True),
        (4_000_000, 4000.0, True),
    ],
)
def test_the_nearest_row_says_whether_to_guide(
    size: int, seconds: float, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer nodes than were measured are never guided."""
    monkeypatch.setattr(
        "cosolve.solvers.auto._guide_table", lambda kind: GUIDED if kind == "tsp" else ()
    )
    assert worth_guiding(random_tsp(size, seed=1), seconds) is expected
    assert not worth_guiding(random_vrp(min(size, 10_000), seed=1), seconds)


def test_only_nodes_in_the_plane_are_guided() -> None:
    """The network was trained for them."""
    size, seconds, _ = next(row for row in _guide_table("tsp") if row[2] and row[1] == 1.0)
    rng = np.random.default_rng(1)
    assert worth_guiding(TSP(coords=rng.random((size, 2))), seconds)
    assert not worth_guiding(TSP(coords=rng.random((size, 3))), seconds)
    assert not worth_guiding(TSP(matrix=rng.random((50, 50))), seconds)


def test_auto_guides_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does what its choice does with that guide; a guide that is given comes first."""
    monkeypatch.setattr("cosolve.solvers.auto.worth_guiding", lambda *_: True)
    monkeypatch.setattr("cosolve.solvers.auto._table", lambda: ((1000, 1.0, "lk"),))
    problem, stop = random_tsp(1000, seed=1), Stop(iterations=0, time_limit=9.0)
    tours = {
        (method, guide): solve(problem, method, guide=guide, stop=stop, seed=3).solution
        for method in ("auto", "lk")
        for guide in (None, "gnn", "knn:6")
    }
    assert tours["auto", None] == tours["auto", "gnn"] == tours["lk", "gnn"] != tours["lk", None]
    assert tours["auto", "knn:6"] == tours["lk", "knn:6"]
    assert any("guided by gnn" in note for note in solve(problem, "auto", stop=stop).notes)


def test_only_capacitated_routes_in_the_plane_are_guided(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network knows neither windows nor fleets nor matrices."""
    rows = ((300, 9.0, True),)
    monkeypatch.setattr(
        "cosolve.solvers.auto._guide_table", lambda kind: rows if kind == "cvrp" else ()
    )
    problem = random_vrp(400, seed=1)
    assert worth_guiding(problem, 9.0)
    assert not worth_guiding(random_vrp(299, seed=1), 9.0)
    windows = np.tile([0.0, 1e6], (problem.locations, 1))
    assert not worth_guiding(dataclasses.replace(problem, windows=windows), 9.0)
    assert not worth_guiding(dataclasses.replace(problem, vehicles=2 * problem.vehicles), 9.0)
    assert problem.coords is not None
    away = problem.coords[:, None] - problem.coords
    matrix = np.hypot(away[..., 0], away[..., 1])
    assert not worth_guiding(VRP(matrix=matrix, demands=problem.demands), 9.0)


def test_auto_guides_routes_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes are those of the chosen method with that guide."""
    monkeypatch.setattr("cosolve.solvers.auto.worth_guiding", lambda *_: True)
    monkeypatch.setattr("cosolve.solvers.auto.choose_routing", lambda _: Ils())
    problem, stop = random_vrp(400, seed=1), Stop(iterations=300, time_limit=60.0)
    routes = {
        (method, guide): solve(problem, method, guide=guide, stop=stop, seed=3).solution
        for method, guide in (("auto", None), ("ils", "gnn"), ("ils", None))
    }
    assert routes["auto", None] == routes["ils", "gnn"] != routes["ils", None]


@pytest.mark.parametrize("stop", [Stop(), Stop(time_limit=float("inf"))], ids=["none", "infinite"])
def test_no_time_limit(stop: Stop) -> None:
    """Without a time limit, or with an infinite one, a small problem ends by agreement."""
    result = solve(random_tsp(30, seed=1), "auto", stop=stop)
    assert result.limit is None


def test_tiny_problems_are_solved_exactly() -> None:
    """Up to twelve nodes the answer comes with its proof."""
    result = solve(random_tsp(12, seed=1), "auto")
    assert (result.status, result.limit) == ("OPTIMAL", None)
    assert result.bound == result.cost


@pytest.mark.parametrize("problem", [random_tsp(70, seed=3), random_vrp(15, seed=3)], ids=str)
def test_what_is_within_reach_is_proven(problem: TSP | VRP) -> None:
    """Nobody has to ask for a proof."""
    result = solve(problem, "auto", stop=30.0)
    assert (result.solver, result.status) == ("auto", "OPTIMAL")
    assert result.limit is None


def test_a_search_that_ends_by_itself_goes_on_to_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing better to do with the time; without one the search was all."""
    monkeypatch.setattr("cosolve.solvers.exact.within_reach", lambda *_: False)
    monkeypatch.setattr("cosolve.solvers.auto.choose", lambda *_: Eax(population=20, agreement=1))
    problem = random_tsp(150, seed=3)
    assert solve(problem, "auto", stop=30.0).status == "OPTIMAL"
    assert solve(problem, "auto", stop=None).status == "FEASIBLE"


def test_a_limit_on_the_iterations_is_for_a_search() -> None:
    """It does not count the nodes of a tree."""
    problem, stop = random_tsp(70, seed=3), Stop(iterations=3)
    result = solve(problem, "auto", stop=stop, seed=1)
    assert result.cost == solve(problem, "eax", stop=stop, seed=1).cost


@pytest.mark.timing
@pytest.mark.parametrize("seconds", [1.0, None], ids=["lk", "eax"])
def test_interruption(seconds: float | None) -> None:
    """Whichever method was chosen ends soon after it is told to."""
    problem = random_tsp(20_000, seed=1)
    run = Run(Stop(time_limit=seconds))
    timer = threading.Timer(0.2, run.interrupted.set)
    timer.start()
    outcome = Auto().run(problem, run)
    timer.cancel()
    assert outcome.solution is not None
    assert problem.check(outcome.solution) == []
    assert run.limit() is Limit.INTERRUPTED
    assert run.elapsed < 1.2
