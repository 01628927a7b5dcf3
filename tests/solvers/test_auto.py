"""The method ``auto``."""

from __future__ import annotations

import threading

import pytest

from cosolve import solve
from cosolve.core import Limit, Run, Stop
from cosolve.problems.random_tsp import random_tsp
from cosolve.solvers.auto import Auto, choose
from cosolve.solvers.eax import Eax
from cosolve.solvers.lk import Lk


@pytest.mark.parametrize(
    ("size", "seconds", "solver"),
    [
        (10, 10.0, Eax),
        (1000, 10.0, Eax),
        (1000, 0.25, Eax),
        (1000, 0.15, Lk),
        (10_000, 3.0, Eax),
        (10_000, 1.0, Lk),
        (1_000_000, 10.0, Lk),
        (1_000_000, 3600.0, Eax),
        (1000, 0.0, Lk),
        (1000, float("inf"), Eax),
        (1_000_000, float("inf"), Eax),
    ],
)
def test_choice(size: int, seconds: float, solver: type) -> None:
    """Two ten-thousandths of a second per node are what the genetic algorithm needs."""
    assert choose(size, seconds) == solver()


@pytest.mark.parametrize(("seconds", "solver"), [(0.9, Lk), (600.0, Eax)])
def test_auto_does_what_its_choice_does(seconds: float, solver: type) -> None:
    """The tour is that of the chosen method, not that of the other."""
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


@pytest.mark.parametrize("stop", [Stop(), Stop(time_limit=float("inf"))], ids=["none", "infinite"])
def test_no_time_limit(stop: Stop) -> None:
    """Without a time limit, or with an infinite one, a small problem ends by agreement."""
    result = solve(random_tsp(30, seed=1), "auto", stop=stop)
    assert result.limit is None


def test_tiny_problems_are_solved_exactly() -> None:
    """Up to nine nodes the answer comes with its proof."""
    result = solve(random_tsp(9, seed=1), "auto")
    assert (result.status, result.limit) == ("OPTIMAL", None)
    assert result.bound == result.cost


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
