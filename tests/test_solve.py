"""The façade: what it accepts, checks, and makes of what a solver returns."""

from __future__ import annotations

import json
import math
import signal
import threading
import time

import numpy as np
import pytest
from fakes import Scripted, Swapper, identity, wait_for_limit

from cosolve import (
    TSP,
    EdgeGuidance,
    KernelError,
    Limit,
    Metric,
    Outcome,
    Progress,
    Run,
    Status,
    Stop,
    Tour,
    solve,
)


@pytest.fixture
def problem() -> TSP:
    """Twenty nodes with exact distances."""
    return TSP(coords=np.random.default_rng(3).random((20, 2)), name="twenty")


@pytest.fixture
def square() -> TSP:
    """Four nodes whose best tour has the integral cost 40."""
    corners = np.array([[0, 0], [10, 10], [10, 0], [0, 10]])
    return TSP(coords=corners, metric=Metric.EUC)


def returns(tour: Tour | None, **fields: object) -> Scripted:
    """Solver that returns an outcome at once and reports nothing."""
    return Scripted(lambda problem, run, **_: Outcome(tour, **fields))  # type: ignore[arg-type]


def test_cost_is_recomputed(problem: TSP) -> None:
    """A solver that reports a wrong cost does not get it into the result."""

    def boast(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
        run.report(0.5)
        return Outcome(identity(problem))

    result = solve(problem, Scripted(boast))
    assert result.cost == problem.cost(identity(problem))
    assert result.trace[-1].cost == result.cost


def test_infeasible_solution_is_a_kernel_error(problem: TSP) -> None:
    """A wrong tour is never returned."""
    with pytest.raises(KernelError, match="not visited"):
        solve(problem, returns(Tour(np.zeros(20, np.int32))))


def test_bound_above_cost_is_a_kernel_error(problem: TSP) -> None:
    """A bound that is no bound is never returned."""
    with pytest.raises(KernelError, match="above the cost"):
        solve(problem, returns(identity(problem), bound=1e6))


def test_bound_of_integral_problem_is_rounded_up(square: TSP) -> None:
    """With integral costs a bound of 39.2 proves a cost of 40."""
    best = Tour(np.array([0, 2, 1, 3], np.int32))
    result = solve(square, returns(best, bound=39.2))
    assert (result.bound, result.gap, result.status) == (40.0, 0.0, Status.OPTIMAL)


def test_bound_of_float_problem_is_not_rounded(problem: TSP) -> None:
    """With exact distances a bound stays what it is."""
    result = solve(problem, returns(identity(problem), bound=1.25), bound_share=0)
    assert (result.bound, result.status) == (1.25, Status.FEASIBLE)


def test_bound_that_meets_the_cost_is_a_proof(problem: TSP) -> None:
    """A bound equal to the cost, up to rounding, makes the solution optimal."""
    cost = problem.cost(identity(problem))
    result = solve(problem, returns(identity(problem), bound=cost * (1 + 1e-13)))
    assert result.status is Status.OPTIMAL
    assert result.bound == cost


@pytest.mark.parametrize("bound", [math.nan, -math.inf])
def test_bound_that_is_no_number_is_unknown(problem: TSP, bound: float) -> None:
    """NaN and infinity never leave the façade."""
    result = solve(problem, returns(identity(problem), bound=bound), bound_share=0)
    assert result.bound is None


def test_optimal_outcome_sets_the_bound(problem: TSP) -> None:
    """What a solver proved by other means has its own cost for a bound, and no limit."""
    result = solve(problem, returns(identity(problem), optimal=True), stop=0)
    assert result.status is Status.OPTIMAL
    assert result.bound == result.cost
    assert result.limit is None


@pytest.mark.parametrize(
    ("infeasible", "status"), [(False, Status.UNKNOWN), (True, Status.INFEASIBLE)]
)
def test_no_solution(problem: TSP, infeasible: bool, status: Status) -> None:
    """Nothing found and nothing possible are told apart."""
    result = solve(problem, returns(None, infeasible=infeasible))
    assert (result.solution, result.cost, result.gap, result.status) == (None, None, None, status)


def test_result_is_never_worse_than_the_start(square: TSP) -> None:
    """A solver that worsens the start, or loses it, cannot worsen the result."""
    best = Tour(np.array([0, 2, 1, 3], np.int32))
    for solver in (returns(identity(square)), returns(None)):
        result = solve(square, solver, start=best)
        assert (result.solution, result.cost) == (best, 40.0)


def test_wrong_start_is_rejected(problem: TSP) -> None:
    """A start that is not feasible is an error before the search."""
    with pytest.raises(ValueError, match=r"start.*not feasible.*not visited"):
        solve(problem, Swapper(), start=Tour(np.arange(19)))
    with pytest.raises(TypeError, match="start is not a solution"):
        solve(problem, Swapper(), start=[1, 2, 3])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"stop": -1.0}, "time_limit must not be negative"),
        ({"stop": math.nan}, "time_limit must be a number"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"threads": 0}, "threads must be at least 1"),
        ({"params": {"depth": 3}}, "params go with the name"),
        ({"guide": "no-such-guide"}, "no-such-guide"),
    ],
    ids=str,
)
def test_bad_values(problem: TSP, arguments: dict[str, object], error: str) -> None:
    """Values out of range are errors that name the argument."""
    with pytest.raises(ValueError, match=error):
        solve(problem, Swapper(), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments", [{"seed": 1.5}, {"threads": True}, {"guide": 3}, {"method": 3}], ids=str
)
def test_bad_types(problem: TSP, arguments: dict[str, object]) -> None:
    """Arguments of a wrong type are type errors."""
    with pytest.raises(TypeError):
        solve(problem, **{"method": Swapper(), "stop": 0.0, **arguments})  # type: ignore[arg-type]


def test_path_is_not_a_problem() -> None:
    """A file name in the place of a problem is explained."""
    with pytest.raises(TypeError, match=r"cosolve\.read"):
        solve("berlin52.tsp")  # type: ignore[arg-type]


def test_unsupported_problem_is_an_error() -> None:
    """The reason the solver gives is passed on."""
    path = TSP(coords=np.eye(3), path=True, name="walk")
    with pytest.raises(ValueError, match="swapper cannot solve walk: it swaps"):
        solve(path, Swapper())


def test_guide_function_gets_the_problem(problem: TSP) -> None:
    """A guide is called once and the solver gets what it returned."""
    empty = EdgeGuidance(np.zeros(21, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    seen = []

    def script(problem: TSP, run: Run, *, guide: object, **_: object) -> Outcome[Tour]:
        seen.append(guide)
        return Outcome(identity(problem))

    solve(problem, Scripted(script), guide=lambda p: empty if p is problem else None)
    assert seen == [empty]


def test_guidance_for_another_size_is_rejected(problem: TSP) -> None:
    """Guidance with too few rows is an error."""
    small = EdgeGuidance(np.zeros(3, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    with pytest.raises(ValueError, match="for 2 nodes"):
        solve(problem, Swapper(), guide=small)


@pytest.mark.parametrize(
    ("stop", "limit"),
    [
        (0.1, Limit.TIME),
        (Stop(iterations=3), Limit.ITERATIONS),
        (Stop(stall=0.05, time_limit=10), Limit.STALL),
        (Stop(target_cost=1e9, time_limit=10), Limit.TARGET),
    ],
    ids=lambda value: str(value),
)
def test_limit_that_ended_the_search(problem: TSP, stop: Stop | float, limit: Limit) -> None:
    """The result says which limit was met."""
    assert solve(problem, Scripted(wait_for_limit), stop=stop).limit is limit


def test_limit_is_none_if_the_solver_ends_by_itself(problem: TSP) -> None:
    """A solver with nothing left to try was not stopped by anything."""
    assert solve(problem, returns(identity(problem))).limit is None


@pytest.mark.timing
def test_time_limit_covers_the_whole_call() -> None:
    """On a large problem, time is kept back for checking and evaluating the tour."""
    problem = TSP(coords=np.random.default_rng(0).random((1_000_000, 2)))
    tour = identity(problem)

    def wait(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
        while run.limit() is None:
            time.sleep(0.005)
        return Outcome(tour)

    took = []
    for _attempt in range(3):  # other programs may spoil one, hardly three
        began = time.perf_counter()
        result = solve(problem, Scripted(wait), stop=1.0)
        took.append(time.perf_counter() - began)
        assert result.runtime == pytest.approx(took[-1], abs=0.1)
        if took[-1] < 1.2:
            break
    assert 0.5 < min(took) < 1.2


def test_progress_is_passed_on(problem: TSP) -> None:
    """The listener hears every report."""
    seen: list[Progress] = []
    result = solve(
        problem, Swapper(), stop=Stop(iterations=100), bound_share=0, on_progress=seen.append
    )
    assert [p.iterations for p in seen] == [0, 50, 100]
    assert seen[-1].cost == pytest.approx(result.cost)


def test_result_names_its_versions(problem: TSP) -> None:
    """The versions are plain text, ready for JSON."""
    versions = solve(problem, returns(identity(problem))).versions
    assert set(versions) == {"cosolve", "numpy", "python"}
    assert json.loads(json.dumps(versions)) == versions


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_search(problem: TSP, signum: signal.Signals) -> None:
    """The first signal returns the incumbent, and the handlers are put back."""
    before = signal.getsignal(signum)
    timer = threading.Timer(0.1, signal.raise_signal, [signum])
    timer.start()
    result = solve(problem, Scripted(wait_for_limit), stop=20.0)
    timer.join()
    assert result.limit is Limit.INTERRUPTED
    assert result.runtime < 5
    assert signal.getsignal(signum) is before


def test_second_signal_aborts(problem: TSP) -> None:
    """The second signal raises, even in a solver that ignores the first."""
    before = signal.getsignal(signal.SIGINT)

    def deaf(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
        for _count in range(2):
            signal.raise_signal(signal.SIGINT)
        raise AssertionError("the second signal was not heard")

    with pytest.raises(KeyboardInterrupt):
        solve(problem, Scripted(deaf))
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_may_solve(problem: TSP) -> None:
    """Outside the main thread no handler is touched, and solving works."""
    before = signal.getsignal(signal.SIGINT)
    found = []

    def script(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
        found.append(signal.getsignal(signal.SIGINT))
        return Outcome(identity(problem))

    thread = threading.Thread(target=solve, args=(problem, Scripted(script)))
    thread.start()
    thread.join()
    assert found == [before]
