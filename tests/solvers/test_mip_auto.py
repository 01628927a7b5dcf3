"""The portfolio for mixed-integer programs: an exact back-end and a search, one or two threads."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from mip_toys import enumerated, knapsack, mixed, program

import cosolve
from cosolve.core import Limit, Progress, Run, Status, Stop
from cosolve.problems.mip import MIP, Values
from cosolve.solvers.mip_auto import solve_mip
from cosolve.testing import check_solver, mip_samples

SLOW_S = 120.0  # to start workers and solve a toy, on a busy machine


def hard(seed: int = 0) -> MIP:
    """Market split: small, easy to satisfy with slack, and out of reach for branch and bound."""
    rng = np.random.default_rng(seed)
    rows, n = 5, 40
    weights = rng.integers(0, 100, (rows, n)).astype(float)
    slack = np.hstack([np.eye(rows), -np.eye(rows)])
    half = [float(w // 2) for w in weights.sum(axis=1)]
    return program(
        [0.0] * n + [1.0] * (2 * rows),
        np.hstack([weights, slack]),  # type: ignore[arg-type]
        [(h, h) for h in half],
        upper=[1.0] * n + [np.inf] * (2 * rows),
        integer=[True] * n + [False] * (2 * rows),
    )


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("maximize", [True, False])
def test_optima_are_proven(threads: int, maximize: bool) -> None:
    """Cost, bound and status agree with enumeration."""
    problem = knapsack(9, seed=6, maximize=maximize)
    best, _ = enumerated(problem)
    result = cosolve.solve(problem, stop=SLOW_S, threads=threads)
    assert best is not None
    assert result.cost == result.bound == (-best if maximize else best)
    assert result.status is Status.OPTIMAL


def test_conformance() -> None:
    """The promises every method keeps; time limits leave room to start two processes."""
    samples = [p for p in mip_samples() if p.name in ("cover", "linear-tiny", "empty-tiny")]
    check_solver("auto", samples, seconds=40.0)


def test_mixed_programs_are_solved() -> None:
    """Continuous columns and all."""
    result = cosolve.solve(mixed(), stop=SLOW_S)
    assert result.status is Status.OPTIMAL
    assert result.cost == pytest.approx(19.5)


@pytest.mark.parametrize("threads", [1, 2])
def test_infeasible_and_unbounded_end_at_once(threads: int) -> None:
    """With their status."""
    nothing = program([1, 1], [[2, 2]], [(3, 3)], upper=[9, 9])
    assert cosolve.solve(nothing, stop=SLOW_S, threads=threads).status is Status.INFEASIBLE
    endless = program([-1, -1], [[1, -1]], [(-9, 0)])
    assert cosolve.solve(endless, stop=SLOW_S, threads=threads).status is Status.UNBOUNDED


def test_linear_programs_leave_nothing_to_search() -> None:
    """The exact back-end solves them."""
    problem = program([1.0, 2.0], [[1.0, 1.0]], [(1.5, 3)], integer=[False, False])
    result = cosolve.solve(problem, stop=SLOW_S)
    assert (result.status, result.cost) == (Status.OPTIMAL, pytest.approx(1.5))


@pytest.mark.parametrize("threads", [1, 2])
def test_both_sides_report(threads: int) -> None:
    """A bound from one, iterations from the other."""
    phases: set[str] = set()

    def hear(progress: Progress) -> None:
        phases.add(progress.phase)
        if {"exact", "alns"} <= phases and progress.iterations > 0:
            run.interrupted.set()

    problem = hard()
    # Not longer, since each side has a share of it for a beginning.
    run = Run(Stop(time_limit=20.0), threads=threads, on_progress=hear)
    outcome = solve_mip(problem, run)
    assert outcome.solution is not None
    assert problem.check(outcome.solution) == []
    assert outcome.bound is not None
    assert outcome.bound <= problem.cost(outcome.solution)
    assert {"exact", "alns"} <= phases
    assert run.iterations > 0


@pytest.mark.timing
@pytest.mark.parametrize("threads", [1, 2])
def test_the_time_limit_is_kept(threads: int) -> None:
    """Even while a process is stopped."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        result = cosolve.solve(hard(1), stop=4.0, threads=threads)
        took.append(time.perf_counter() - began)
        if took[-1] <= 4.2:
            break
    assert min(took) <= 4.2
    assert result.limit is Limit.TIME


def test_a_start_is_used_and_never_worsened() -> None:
    """It is there from the beginning."""
    problem = hard(2)
    start = Values(np.concatenate([np.zeros(40), problem.row_lower, np.zeros(5)]))
    run = Run(Stop(time_limit=3.0))
    outcome = solve_mip(problem, run, start)
    assert outcome.solution is not None
    assert problem.cost(outcome.solution) <= problem.cost(start)
    assert run.trace[0].cost == problem.cost(start)


def test_interruption_returns_the_incumbent() -> None:
    """From whatever is being done."""
    run = Run(Stop(time_limit=SLOW_S))
    timer = threading.Timer(4.0, run.interrupted.set)
    timer.start()
    start = Values(np.concatenate([np.zeros(40), hard(3).row_lower, np.zeros(5)]))
    outcome = solve_mip(hard(3), run, start)
    timer.cancel()
    assert outcome.solution is not None
    assert run.elapsed < 20.0


def test_a_limit_on_iterations_is_reproducible() -> None:
    """Then the search works alone."""
    one, two = (cosolve.solve(hard(4), stop=Stop(iterations=4), seed=1) for _ in range(2))
    assert one.solution == two.solution
    assert one.iterations <= 4
