"""Constraint programming, for scheduling and for integer programs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.bounds.base import proves, rounded_up
from cosolve.bounds.scheduling import quick_bound
from cosolve.core import Outcome, Problem, Run
from cosolve.core.errors import BackendError
from cosolve.core.run import SLICE_S
from cosolve.exact.mip_backend import backend
from cosolve.exact.scheduling_cp import Found, Task, search_parameters, solve_in_worker
from cosolve.problems.mip import MIP
from cosolve.problems.scheduling import Schedule, Scheduling
from cosolve.search.dispatch import Dispatcher, policies
from cosolve.solvers.mip_exact import solve_exactly

_DISPATCH_SHARE = 0.05  # of the time, for the schedule to begin with
_DISPATCHED = 1_000_000  # operations, at most, once every rule was tried
_MOST_FOLLOWERS = 400_000  # pairs of operations that may follow each other, with setups


@dataclass(frozen=True, slots=True)
class CpSat:
    """Solves a constraint program with CP-SAT, from a solution if there is one; proves optima.

    Schedules begin with a dispatched one. Of mixed-integer programs it handles those whose columns
    are all whole numbers between bounds; none of the parameters concerns them.

    Parameters
    ----------
    cutoff
        Look only for schedules that are better than the one to begin with, which is then no hint:
        faster where a proof is wanted, slower where better schedules are.
    linearization
        How much of the model is relaxed to linear programs, 0 to 2. None: 0 for the makespan, of
        which the loads of machines say as much at once, else 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a hundredth of the solver's unit of deterministic time, about 0.1 s. It runs in
    a process of its own, which takes about a second to begin with.
    """

    name: ClassVar[str] = "cpsat"
    summary: ClassVar[str] = (
        "constraint programming for schedules and pure integer programs, with proofs"
    )

    cutoff: bool = False
    linearization: int | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.linearization is not None and not 0 <= self.linearization <= 2:
            raise ValueError(f"linearization must be from 0 to 2, got {self.linearization}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for what it handles, else the reason why not."""
        if isinstance(problem, MIP):
            return backend(self.name).refuses(problem)
        if not isinstance(problem, Scheduling):
            return f"it schedules operations, and this is a {problem.kind} problem"
        if problem.setups is not None and _followers(problem) > _MOST_FOLLOWERS:
            return (
                f"it handles setups between at most {_MOST_FOLLOWERS} pairs of operations that may "
                "follow each other on a machine"
            )
        return None

    def run(
        self,
        problem: Any,
        run: Run,
        *,
        start: Any | None = None,
        guide: Any | None = None,
    ) -> Outcome[Any]:
        """Improve `start`, and of schedules a dispatched one, until `run` says stop."""
        del guide
        if isinstance(problem, MIP):
            return solve_exactly(self.name, problem, run, start=start)
        return self._schedule(problem, run, start)

    def _schedule(self, problem: Scheduling, run: Run, start: Schedule | None) -> Outcome[Schedule]:
        incumbent = _Incumbent(problem, run, start)
        bound = quick_bound(problem)
        run.report(incumbent.cost, bound=bound, phase="dispatch")
        if proves(problem, bound, incumbent.cost) or run.limit() is not None:
            return Outcome(incumbent.schedule, bound)
        task = Task(
            problem,
            incumbent.cost,
            bound,
            strict=self.cutoff,
            hint=None if self.cutoff else incumbent.schedule,
            until=time.time() + run.remaining,
            iterations=run.remaining_iterations,
            threads=run.threads,
            seed=run.seed,
            parameters=search_parameters(problem, self.linearization),
        )
        answer = solve_in_worker(task, run, incumbent.hear)
        if answer is None:
            return Outcome(incumbent.schedule, run.bound)
        if answer.infeasible and not self.cutoff:
            raise BackendError("CP-SAT finds no schedule although one is known")
        return Outcome(incumbent.schedule, run.bound, optimal=answer.optimal or answer.infeasible)


def _followers(problem: Scheduling) -> int:
    """Pairs of operations that may follow each other on a machine with setups."""
    assert problem.setups is not None
    count = [0] * problem.machines
    for m in problem.machine.tolist():
        count[m] += 1
    return sum(k * k for m, k in enumerate(count) if problem.setups[m].any())


class _Incumbent:
    """The best schedule so far."""

    def __init__(self, problem: Scheduling, run: Run, start: Schedule | None) -> None:
        self._problem = problem
        self._run = run
        self.schedule = _dispatched(problem, run)
        self.cost = problem.cost(self.schedule)
        if start is not None and problem.cost(start) <= self.cost:
            self.schedule, self.cost = start, problem.cost(start)

    def hear(self, found: Found) -> None:
        """Take news from the worker."""
        if found.schedule is not None:
            cost = self._problem.cost(found.schedule)
            if cost < self.cost:
                self.schedule, self.cost = found.schedule, cost
        bound = None
        if found.bound is not None:
            bound = min(rounded_up(self._problem, found.bound), self.cost)
        self._run.report(self.cost, bound=bound, iterations=found.iterations, phase="cp-sat")


def _dispatched(problem: Scheduling, run: Run) -> Schedule:
    """Best schedule by all rules and some chance, or by as much as a share of the time allows."""
    ways = policies(problem)
    engine = Dispatcher(problem, ways, run.seed)
    until_s = run.elapsed + _DISPATCH_SHARE * run.remaining
    left = max(len(ways), _DISPATCHED // max(1, problem.size))
    while engine.cost is None:
        engine.run(SLICE_S, 1)
    while left > 0 and run.elapsed < until_s and run.limit() is None:
        left -= engine.run(min(SLICE_S, run.remaining), left)
    return engine.best()
