"""What ``auto`` does with scheduling problems: a search, and a proof beside it or in between."""

from __future__ import annotations

import importlib.util
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cosolve.bounds.scheduling import scheduling_bound
from cosolve.core import Outcome, Run, Stop
from cosolve.core.errors import BackendError, BackendMissing
from cosolve.exact.glop import PACKAGE
from cosolve.exact.scheduling_cp import Found, Task, solve_in_worker
from cosolve.solvers import registry

if TYPE_CHECKING:
    from cosolve.core import Progress, Solver
    from cosolve.problems.scheduling import Schedule, Scheduling

_SEARCHES = ("tabu", "cpsat", "dispatch")  # the first that handles the problem
# Window by window is better where jobs of a flexible shop have so many operations on average (ahead
# from 30 on, behind at 20 and less), and where problems are so large.
_LONG, _LARGE = 25, 20_000
_PROVABLE = 5_000  # alternatives; a constraint program of more proves nothing in a minute
_STALLED = 0.1  # share of the time without a better schedule, before one thread looks for a proof
_PROOF_SHARE = 0.3  # of the time left
_LEAST_S = 3.0  # less is not enough for a proof
_SLICE_S = 10.0  # of the first constraint program; each of the next takes twice as long


def solve_scheduling(
    problem: Scheduling, run: Run, start: Schedule | None = None
) -> Outcome[Schedule]:
    """Search, and prove.

    With several threads one of them raises the bound while the others search, and both end when
    they meet. A single thread interrupts a search that has stalled for an attempt at a proof.

    Parameters
    ----------
    problem
        Any scheduling problem.
    run
        Clock, limits, seed and threads.
    start
        A schedule to start from.
    """
    search = choose_scheduling(problem)
    provable = problem.machine.size <= _PROVABLE and run.stop.iterations is None
    installed = importlib.util.find_spec(PACKAGE) is not None
    if search.name == "cpsat" or not (provable and installed) or run.remaining < _LEAST_S:
        return search.run(problem, run, start=start)
    proof = _Proof(problem, run)
    stop, threads, told = run.stop, run.threads, run.on_progress
    run.stop = stop | Stop(target_gap=0.0)
    beside = threading.Thread(target=proof.beside, daemon=True)

    def hear(progress: Progress) -> None:
        if told is not None:
            told(progress)
        proof.look()

    run.on_progress = hear
    try:
        if threads > 1:
            run.threads = threads - 1
            beside.start()
        outcome = search.run(problem, run, start=start)
    finally:
        proof.end()
        if threads > 1:
            beside.join()
        run.stop, run.threads, run.on_progress = stop, threads, told
    return proof.better(outcome)


def choose_scheduling(problem: Scheduling) -> Solver:
    """Return the solver that searches.

    Parameters
    ----------
    problem
        What it asks for counts.
    """
    installed = importlib.util.find_spec(PACKAGE) is not None
    names = (name for name in _SEARCHES if installed or name != "cpsat")
    solvers = (registry.get(name) for name in names)
    first = next(solver for solver in solvers if solver.supports(problem) is None)
    long = problem.flexible and problem.operations >= _LONG * problem.job_count
    windows = registry.get("rho")
    if (long and first.name == "tabu") or problem.operations >= _LARGE:
        return windows if windows.supports(problem) is None else first
    return first


class _Proof:
    """Raises the bound of a run, and keeps schedules that are found on the way."""

    def __init__(self, problem: Scheduling, run: Run) -> None:
        self._problem = problem
        self._run = run
        self._alone = run.threads == 1
        self._lock = threading.Lock()
        self._bound: float | None = None
        self._cost: float | None = None
        self._schedule: Schedule | None = None
        self._ended = threading.Event()
        self._looking = False
        self._tried = False

    def end(self) -> None:
        """Let the thread beside the search end."""
        self._ended.set()

    def better(self, outcome: Outcome[Schedule]) -> Outcome[Schedule]:
        """Return the outcome of the search, or what was found here if that is better."""
        best = outcome.solution
        if self._schedule is not None and self._cost is not None:
            cost = None if best is None else self._problem.cost(best)
            if cost is None or self._cost < cost:
                best = self._schedule
        bounds = [bound for bound in (outcome.bound, self._bound) if bound is not None]
        return Outcome(best, max(bounds, default=None), outcome.optimal)

    def look(self) -> None:
        """Tell the run what is known by now; in the thread of the search, after its reports."""
        if self._looking:
            return
        self._looking = True
        if self._alone and not self._tried and self._stalled():
            self._tried = True
            self._prove(self._limited(_PROOF_SHARE * self._run.remaining))
        with self._lock:
            cost, bound = self._cost, self._bound
        run = self._run
        news = cost is not None and (run.cost is None or cost < run.cost)
        if news or (bound is not None and (run.bound is None or bound > run.bound)):
            run.report(cost if news else None, bound=bound, phase="proof")
        self._looking = False

    def beside(self) -> None:
        """Prove until the search ends; in a thread of its own."""
        self._prove(self._limited(self._run.remaining))

    def _stalled(self) -> bool:
        run = self._run
        since = run.trace[-1].seconds if run.trace else 0.0
        limit = run.stop.time_limit
        whole_s = run.elapsed + run.remaining if limit is not None else 60.0
        idle_s = run.elapsed - since
        return idle_s >= _STALLED * whole_s and _PROOF_SHARE * run.remaining >= _LEAST_S

    def _limited(self, seconds: float) -> Run:
        own = Run(Stop(time_limit=seconds) if seconds < 1e9 else Stop(), self._run.seed)
        # The run of the search may be interrupted, too: then it ends, and so does this.
        own.interrupted = self._run.interrupted if self._alone else self._ended
        return own

    def _prove(self, run: Run) -> None:
        with suppress(BackendMissing, BackendError):
            found = scheduling_bound(self._problem, run, upper=self._run.cost, model=False)
            if found is not None:
                self._raise(found.value)
            slice_s = _SLICE_S
            while run.limit() is None and not self._met():
                self._search(run, min(slice_s, run.remaining))
                slice_s *= 2

    def _search(self, run: Run, seconds: float) -> None:
        """Look for a better schedule, or the proof that there is none."""
        own = Run(Stop(time_limit=seconds), run.seed)
        own.interrupted = run.interrupted
        upper = self._upper()
        task = Task(
            self._problem,
            upper,
            self._bound or 0.0,
            strict=upper is not None,
            until=time.time() + seconds,
            seed=run.seed,
        )
        answer = solve_in_worker(task, own, self._hear)
        if answer is not None and answer.infeasible and upper is not None:
            self._raise(upper)
        elif answer is not None and answer.optimal and self._cost is not None:
            self._raise(self._cost)

    def _hear(self, found: Found) -> None:
        with self._lock:
            if found.schedule is not None:
                cost = self._problem.cost(found.schedule)
                if self._cost is None or cost < self._cost:
                    self._schedule, self._cost = found.schedule, cost
        if found.bound is not None:
            # It holds for schedules better than the cutoff; others cost at least as much.
            upper = self._upper()
            self._raise(found.bound if upper is None else min(found.bound, upper))

    def _raise(self, bound: float) -> None:
        with self._lock:
            if self._bound is None or bound > self._bound:
                self._bound = bound

    def _upper(self) -> float | None:
        costs = [cost for cost in (self._cost, self._run.cost) if cost is not None]
        return min(costs, default=None)

    def _met(self) -> bool:
        upper = self._upper()
        return upper is not None and self._bound is not None and self._bound >= upper - 1e-9
