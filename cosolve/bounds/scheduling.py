"""Lower bounds of scheduling problems: a ladder, of which the best valid value counts."""

from __future__ import annotations

import math
import time
from contextlib import suppress

import numpy as np

from cosolve.bounds.base import LowerBound, proves, rounded_up
from cosolve.bounds.scheduling_machines import (
    flow_bound,
    job_bound,
    machine_bound,
    tardiness_bound,
)
from cosolve.core import Part, Run
from cosolve.core.errors import BackendError, BackendMissing
from cosolve.exact import run_in_worker
from cosolve.exact.glop import PACKAGE
from cosolve.exact.scheduling_loads import Loads, Task, load_ascent, loads_of
from cosolve.problems.scheduling import Objective, Scheduling
from cosolve.search.heads_tails import HeadsTails, heads_and_tails

_LARGEST_PROGRAM = 60_000  # alternatives; beyond there is only the ascent
_WORKER_S = 1.5  # less time is not worth a process
_ASCENT_SHARE = 0.3  # of the time, where a linear program follows
_STEPS = 400  # of the ascent, without a time limit
_MODEL_S = 5.0  # left for a constraint program to be worth it
_LARGEST_MODEL = 5_000  # alternatives


def seconds_needed(problem: Scheduling) -> tuple[float, float]:
    """Return how long a bound worth having takes, and after how long more time would not help much.

    Parameters
    ----------
    problem
        The problem.
    """
    least = 1e-2 + 5e-6 * problem.machine.size
    if problem.objective is not Objective.MAKESPAN or not problem.flexible:
        return least, 0.1 + 2 * least
    return least, 0.5 + 2 * least + 2e-4 * min(problem.machine.size, _LARGEST_PROGRAM)


def scheduling_bound(
    problem: Scheduling, run: Run, *, upper: float | None = None, model: bool = True
) -> LowerBound | None:
    """Bound the cost of every schedule from below.

    For the makespan, in turn: the longest chain of operations; for each machine the preemptive
    schedule of what only it can do, with heads and tails [1]_; the least load of the machines over
    all assignments, by an ascent and then as a linear program with cuts for parts of the horizon;
    and, if five seconds are left for it and the problem is small, a constraint program, which may
    close the gap. Weighted tardiness and flow time have simple bounds by chains and by single
    machines [2]_, then the constraint program. The programs need OR-tools and run in a process of
    their own.

    Parameters
    ----------
    problem
        Any scheduling problem.
    run
        Limits; told every bound. Iterations are steps of the ascent.
    upper
        Cost of a known schedule; the computation ends when that is proven to be optimal.
    model
        Whether a constraint program may follow.

    Returns
    -------
    LowerBound or None
        Never None for such problems.

    References
    ----------
    .. [1] J. Carlier, "The one-machine sequencing problem", European Journal of Operational
       Research 11 (1982).
    .. [2] C. Chu, "A branch-and-bound algorithm to minimize total tardiness with different release
       dates", Naval Research Logistics 39 (1992).
    """
    ladder = _Ladder(problem, run, upper)
    ladder.climb(model)
    return LowerBound(ladder.value, ladder.method, ladder.iterations, ladder.converged)


def quick_bound(problem: Scheduling) -> float:
    """Return the bound of chains and single machines, which takes milliseconds.

    Parameters
    ----------
    problem
        Any scheduling problem.
    """
    times = heads_and_tails(problem)
    return forced_changes(problem) + max(value for value, _ in _quick(problem, times))


def forced_changes(problem: Scheduling) -> float:
    """Cost of the operations that cannot have the machine they should.

    Parameters
    ----------
    problem
        Any scheduling problem.
    """
    if problem.preferred is None:
        return 0.0
    wanted = np.repeat(problem.preferred, np.diff(problem.first)) == problem.machine
    owner = np.repeat(np.arange(problem.operations), np.diff(problem.first))
    possible = np.bincount(owner, weights=wanted, minlength=problem.operations) > 0
    return problem.change_cost * int(((problem.preferred >= 0) & ~possible).sum())


def _quick(problem: Scheduling, times: HeadsTails) -> list[tuple[float, str]]:
    if problem.objective is Objective.TARDINESS:
        return [(tardiness_bound(problem, times), "chains")]
    if problem.objective is Objective.FLOW_TIME:
        return [(flow_bound(problem, times), "chains")]
    return [
        (float(times.longest), "longest-chain"),
        (job_bound(problem, times), "one-job"),
        (machine_bound(problem, times), "one-machine"),
    ]


class _Ladder:
    def __init__(self, problem: Scheduling, run: Run, upper: float | None) -> None:
        self._problem = problem
        self._run = run
        self._upper = upper
        self._changes = forced_changes(problem)
        self.value = 0.0
        self.method = "none"
        self.iterations = 0
        self.converged = False

    def climb(self, model: bool) -> None:
        problem = self._problem
        times = heads_and_tails(problem)
        for value, method in _quick(problem, times):
            self._tell(value, method, 0)
        if problem.objective is Objective.MAKESPAN and problem.flexible and not self._enough():
            self._balance(loads_of(problem, times))
        if model and not self._enough():
            self._model()
        if self._run.limit() is None:
            self.converged = True

    def _enough(self) -> bool:
        if proves(self._problem, self.value, self._upper):
            self.converged = True
        return self.converged or self._run.limit() is not None

    def _tell(self, value: float, method: str, iterations: int) -> None:
        value += self._changes
        if value > self.value or self.method == "none":
            self.value, self.method = max(0.0, value), method
        self.iterations += iterations
        # Only whole numbers are news where all costs are.
        known = rounded_up(self._problem, self.value)
        self._run.report(bound=known, iterations=iterations, phase="bound")

    def _balance(self, loads: Loads) -> None:
        """Distribute work over the machines."""
        run = self._run
        timed = run.stop.time_limit is not None
        program = timed and run.stop.iterations is None and run.remaining >= _WORKER_S
        program = program and loads.machine.size <= _LARGEST_PROGRAM
        left_s = run.remaining * (_ASCENT_SHARE if program else 1.0)
        until_s = run.elapsed + left_s
        steps = _STEPS if run.remaining_iterations is None else run.remaining_iterations
        for value in load_ascent(loads, min(steps, _STEPS)):
            self._tell(value, "load", 1)
            if self._enough() or run.elapsed >= until_s:
                break
        if not program or self._enough():
            return
        task = Task(loads, time.time() + run.remaining)
        with suppress(BackendMissing):
            run_in_worker(
                "cosolve.exact.scheduling_loads:climb",
                task,
                Part(run, self._enough),
                on_message=lambda value: self._tell(value, "load-program", 0),
                package=PACKAGE,
            )

    def _model(self) -> None:
        """Hand the rest to a constraint program."""
        run, problem = self._run, self._problem
        small = 0 < problem.machine.size <= _LARGEST_MODEL
        if not small or run.stop.iterations is not None or run.remaining < _MODEL_S:
            return
        if not math.isfinite(run.remaining):
            return
        from cosolve.exact import scheduling_cp

        with suppress(BackendMissing, BackendError):
            proof = scheduling_cp.prove(
                problem,
                Part(run, self._enough),
                upper=self._upper,
                lower=self.value,
                on_bound=lambda value: self._tell(value - self._changes, "cp-sat", 0),
            )
            self.converged = self.converged or proof
