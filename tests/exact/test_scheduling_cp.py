"""Constraint programs of scheduling problems: optima of tiny ones, bounds, limits."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scheduling_brute_force import KINDS, optimum, tiny

from cosolve.bounds.scheduling import quick_bound
from cosolve.core import Run, Stop
from cosolve.exact.scheduling_cp import Found, Task, prove, work
from cosolve.exact.scheduling_cp_model import horizon, scaled
from cosolve.problems import Scheduling
from cosolve.search.dispatch import dispatch

pytest.importorskip("ortools")


class Ears:
    """Stands for the channel of a worker."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.heard: list[Found] = []

    def send(self, message: Found) -> None:
        """Remember it."""
        self.heard.append(message)

    @property
    def schedules(self) -> list[object]:
        """All schedules, the best last."""
        return [found.schedule for found in self.heard if found.schedule is not None]

    @property
    def bound(self) -> float:
        """The best bound."""
        return max(found.bound for found in self.heard if found.bound is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_tiny_optima(kind: str) -> None:
    """The best schedule sent is feasible and optimal, and bounds are below it."""
    for seed in range(8):
        problem = tiny(kind, seed)
        best = optimum(problem)
        ears = Ears()
        answer = work(Task(problem, None, 0.0), ears)  # type: ignore[arg-type]
        found = ears.schedules[-1]
        assert problem.check(found) == []
        assert problem.cost(found) == pytest.approx(best)
        assert answer.optimal
        assert ears.bound == pytest.approx(best)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_better_than_the_optimum(kind: str) -> None:
    """With what is known and a limit at the optimum it is found; below, nothing is."""
    for seed in range(5):
        problem = tiny(kind, seed)
        best = optimum(problem)
        ears = Ears()
        known = dispatch(problem)
        task = Task(problem, problem.cost(known), quick_bound(problem), hint=known)
        assert work(task, ears).optimal  # type: ignore[arg-type]
        assert problem.cost(ears.schedules[-1]) == pytest.approx(best)
        below = Task(problem, best, quick_bound(problem), strict=True)
        answer = work(below, Ears())  # type: ignore[arg-type]
        assert answer.infeasible
        assert not answer.optimal


def test_prove_closes_the_gap() -> None:
    """A known optimum is proven in a worker."""
    problem = tiny("everything", 3)
    best = optimum(problem)
    bounds: list[float] = []
    run = Run(Stop(time_limit=60))
    assert prove(problem, run, upper=best, lower=0.0, on_bound=bounds.append)
    assert max(bounds) == pytest.approx(best)
    assert max(bounds) <= best + 1e-9


def test_prove_without_a_schedule() -> None:
    """Without a known cost the bound is that of the best schedule there is."""
    problem = tiny("flexible", 1)
    bounds: list[float] = []
    run = Run(Stop(time_limit=60))
    assert prove(problem, run, upper=None, lower=0.0, on_bound=bounds.append)
    assert max(bounds) == optimum(problem)


def test_time_limit_ends_the_worker() -> None:
    """Proving something hard ends in time."""
    rng = np.random.default_rng(1)
    jobs = [[{int(m): int(rng.integers(1, 99))} for m in rng.permutation(15)] for _ in range(20)]
    problem = Scheduling.from_jobs(jobs)
    run = Run(Stop(time_limit=1.5))
    cost = problem.cost(dispatch(problem))
    bounds: list[float] = []
    assert not prove(problem, run, upper=cost, lower=quick_bound(problem), on_bound=bounds.append)
    assert run.elapsed < 2.0
    assert all(bound < cost for bound in bounds)


def test_scaled_coefficients() -> None:
    """Decimal weights become whole; others are rounded down."""
    assert scaled(np.array([1.0, 2.0]), 100.0) == ([1, 2], 1.0, True)
    assert scaled(np.array([0.1, 0.25]), 100.0) == ([10, 25], 100.0, True)
    whole, scale, exact = scaled(np.array([1 / 3]), 100.0)
    assert not exact
    assert 0 <= 1 / 3 - whole[0] / scale < 1e-9


def test_horizon_holds_dispatched_schedules() -> None:
    """No schedule of the rules ends later than the horizon."""
    for kind in KINDS:
        problem = tiny(kind, 1, operations=10)
        assert problem.ends(dispatch(problem)).max() <= horizon(problem)
