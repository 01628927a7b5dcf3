"""Rolling horizon: a schedule window by window, each a problem for another method."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.core import Progress, Run, Solver, Stop
from cosolve.problems.scheduling import IntArray, Schedule, Scheduling, TimeArray
from cosolve.problems.scheduling_begun import Begun
from cosolve.problems.scheduling_parts import Part, part_of
from cosolve.search.list_schedule import (
    Rank,
    Timetable,
    list_schedule,
    precedence_order,
    ranks,
    start_ranks,
)
from cosolve.search.rolling_fixers import Fixer, fixed_machines
from cosolve.search.rolling_start import Pace, Starter
from cosolve.search.rolling_tails import Following

_SEEDS = 2**63
_LONG = {"cpsat": 100}  # methods whose iterations are so many times longer than others'
_MARGIN = 2.0  # on the time that the end of a sweep is expected to take
_AFTER = 0.5  # of the time of a list schedule, for what comes after a sweep
_RULES_SHARE = 0.05  # of the time of the run, for priority rules
_START_SHARE = 0.1  # of the time of a window, for the schedule it begins with
_RECENT = 0.1  # weight of a window in what is known of the time around its search


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What windows are like.

    Parameters
    ----------
    window
        Operations of a window.
    step
        So many of them get their times for good, those that begin first.
    fixer
        Which operations keep the machines that the window before gave them; None for none.
    backfill
        Whether operations may begin in gaps that earlier windows left.
    seconds
        Time for a window at most; None for as much as there is.
    stall_s
        Seconds without an improvement after which a window is left; None for no such rule.
    iterations
        Iterations of the method for a window where there is no time limit.
    """

    window: int
    step: int
    fixer: Fixer | None = None
    backfill: bool = True
    seconds: float | None = None
    stall_s: float | None = None
    iterations: int = 1000


def count_windows(operations: int, options: WindowOptions) -> int:
    """Count the windows for so many operations.

    Parameters
    ----------
    operations
        Those without times.
    options
        What windows are like.
    """
    return 1 + max(0, -(-(operations - options.window) // options.step))


class RollingHorizon:
    """Sweeps over the horizon, window by window.

    Parameters
    ----------
    problem
        Any scheduling problem whose parts the methods handle.
    solvers
        Methods for windows; each goes on from what the one before found.
    options
        See `WindowOptions`.
    seed
        Seed of every random choice.
    """

    def __init__(
        self, problem: Scheduling, solvers: Sequence[Solver], options: WindowOptions, seed: int
    ) -> None:
        self.problem, self.options = problem, options
        self.optimal = False
        """Whether a window that was the whole problem was solved to optimality."""
        self._solvers, self._seed = solvers, seed
        self.rng = np.random.default_rng(seed)
        self.starter = Starter(problem, seed)
        self._seconds_per_operation = 0.0
        self._pace: Pace | None = None

    def order(self) -> Rank:
        """Operations as windows take them: by their place in the job as a share of its length [1]_.

        Returns
        -------
        numpy.ndarray
            Numbers of operations, each after all that precede it; shape (n,).

        References
        ----------
        .. [1] S. Li, W. Ouyang, Y. Ma, C. Wu, "Learning-guided rolling horizon optimization for
           long-horizon flexible job-shop scheduling", ICLR 2025.
        """
        jobs = self.problem.jobs
        lengths = np.bincount(jobs, minlength=self.problem.job_count)
        place = np.arange(jobs.size) - np.searchsorted(jobs, jobs)
        by_share = np.lexsort((self.rng.random(jobs.size), place, place / lengths[jobs]))
        return precedence_order(self.problem, ranks(by_share))

    def greedy(self, run: Run) -> Schedule:
        """Schedule everything without windows.

        Parameters
        ----------
        run
            The run; a small share of its time is used.

        Returns
        -------
        Schedule
            The best by priority rules, or by the order in which windows take operations.
        """
        began_s = time.perf_counter()
        found = list_schedule(self.problem, ranks(self.order()))
        taken_s = time.perf_counter() - began_s
        self._seconds_per_operation = taken_s / max(1, self.problem.operations)
        if not self.problem.operations:
            return found
        timed = run.stop.time_limit is not None
        ruled = self.starter.whole(_RULES_SHARE * run.remaining if timed else None)
        best = min((ruled, found), key=self.problem.cost)
        self._pace = Pace(self.problem, best)
        return best

    def sweep(
        self, run: Run, incumbent: Schedule | None, share: float, *, race: bool = False
    ) -> Schedule | None:
        """Go once over the horizon.

        Parameters
        ----------
        run
            Told after every window, which is an iteration; when it says stop, the rest is scheduled
            greedily, or as it was.
        incumbent
            A schedule to improve: windows then take operations in the order of their starts, and
            count what follows them. None to begin from nothing.
        share
            Share of the remaining time to use.
        race
            Whether to give up a sweep from nothing that falls behind the greedy schedule.

        Returns
        -------
        Schedule or None
            A feasible one; None if it was given up.
        """
        timed = math.isfinite(run.remaining)
        kept_s = (1.0 - share) * run.remaining if timed else 0.0
        sweep = _Sweep(self, incumbent)
        around_s = 0.0  # what a window takes besides its search
        while sweep.fill():
            left = sweep.left
            if race and self._pace is not None and sweep.behind(self._pace):
                return None
            finish_s = self._seconds_per_operation * (_MARGIN * left + _AFTER * sweep.size)
            if run.limit() is not None or run.remaining <= finish_s:
                sweep.finish()
                break
            seconds = (run.remaining - kept_s - finish_s) / count_windows(left, self.options)
            began_s = time.perf_counter()
            searched_s = sweep.solve(run, max(0.0, seconds - around_s))
            rest_s = time.perf_counter() - began_s - searched_s
            around_s += (rest_s - around_s) * (_RECENT if around_s else 1.0)
            run.report(iterations=1, phase="rho")
        return sweep.schedule()

    def improve(self, part: Part, start: Schedule, run: Run, seconds: float) -> Schedule:
        """Solve a window.

        Parameters
        ----------
        part
            The window.
        start
            A schedule of it.
        run
            The run it is a part of.
        seconds
            Time for it, where the run has a time limit.

        Returns
        -------
        Schedule
            Never worse than `start`.
        """
        problem = part.problem
        best, cost = start, problem.cost(start)
        whole = part.own.size == self.problem.operations
        for solver in self._solvers:
            if solver.supports(problem) is not None:  # such as times that are too long
                continue
            iterations = max(1, self.options.iterations // _LONG.get(solver.name, 1))
            own = self._own_run(run, seconds / len(self._solvers), iterations, whole)
            outcome = solver.run(problem, own, start=best)
            if outcome.solution is not None:
                found = _settled(part, outcome.solution)
                found_cost = problem.cost(found)
                if found_cost <= cost:
                    best, cost = found, found_cost
            if outcome.optimal:
                self.optimal = whole
                break
        return best

    def _own_run(self, run: Run, seconds: float, iterations: int, whole: bool) -> Run:
        """Return the run of a window; of a window that is the whole problem the targets count."""
        options = self.options
        limits = (seconds, options.seconds, run.remaining, run.stop.stall)
        finite = [limit for limit in limits if limit is not None and math.isfinite(limit)]
        counted = run.stop.iterations is not None
        if counted and run.stop.time_limit is None:
            stop = Stop(iterations=iterations)
        else:
            endless = not finite and options.stall_s is None
            stop = Stop(
                time_limit=max(0.0, min(finite)) if finite else None,
                iterations=iterations if counted or endless else None,
                stall=options.stall_s,
            )
        if whole:
            targets = run.stop.target_cost, run.stop.target_gap
            stop = replace(stop, target_cost=targets[0], target_gap=targets[1])

        def pass_on(progress: Progress) -> None:
            if whole:
                run.report(progress.cost, bound=progress.bound, phase="rho")
            else:
                run.report(phase="rho")

        self._seed = (self._seed + 1) % _SEEDS
        own = Run(stop, self._seed, run.threads, pass_on)
        own.interrupted = run.interrupted
        return own

    def first_size(self, improving: bool) -> int:
        """Size of the first window; varied where the same borders were seen before."""
        options = self.options
        if not improving or options.window >= self.problem.operations:
            return options.window
        return int(self.rng.integers(options.step, options.window + 1))


class _Sweep:
    """One sweep while it goes on."""

    def __init__(self, horizon: RollingHorizon, incumbent: Schedule | None) -> None:
        self._horizon, self._problem = horizon, horizon.problem
        problem = self._problem
        n = problem.operations
        self._improving = incumbent is not None
        self._order = (
            horizon.order()
            if incumbent is None
            else precedence_order(problem, start_ranks(problem, incumbent))
        )
        self._next = 0  # in the order
        self._size = horizon.first_size(self._improving)
        self._begun = Begun(problem)
        self._overlap: Rank = np.empty(0, np.int64)
        # What comes first in a window: by the window before, then by the order of this sweep.
        self._key = ranks(self._order)
        self._place = ranks(self._order)
        self._machine = np.full(n, -1, np.int32)
        self._start = np.zeros(n, np.int64)
        self._following: Following | None = None
        if incumbent is not None:
            self._machine[:] = incumbent.machine
            self._following = Following(problem, incumbent, self._order)
        gaps = horizon.options.backfill and problem.setups is None
        self._timetable = Timetable(problem) if gaps else None
        self._before: dict[int, list[int]] = {}
        for a, b in problem.precedence.tolist():
            self._before.setdefault(b, []).append(a)

    @property
    def left(self) -> int:
        """Operations without times."""
        return int(self._problem.operations - self._begun.done.sum())

    @property
    def size(self) -> int:
        """Operations of the problem."""
        return self._problem.operations

    def behind(self, pace: Pace) -> bool:
        """Whether a greedy schedule had done as much by now."""
        return pace.ahead(self._begun)

    def fill(self) -> bool:
        """Take operations into the window; returns whether there are any."""
        count = max(0, self._size - self._overlap.size)
        fresh = self._order[self._next : self._next + count]
        self._next += fresh.size
        self._size = self._horizon.options.window
        self._window = np.concatenate([self._overlap, fresh])
        if self._following is not None:
            self._following.take(fresh)
        return bool(self._window.size)

    def solve(self, run: Run, seconds: float) -> float:
        """Solve the window and let what begins first have its times.

        Returns the seconds of `seconds` that were used, and nothing for what took longer.
        """
        horizon = self._horizon
        part = self._part(None)
        only = fixed_machines(
            horizon.options.fixer, part, self._overlap, self._machine, self._start, horizon.rng
        )
        if only is not None:
            part = self._part(only)
        timed = math.isfinite(seconds)
        began_s = time.perf_counter()
        first = self._first(part, _START_SHARE * seconds if timed else None)
        starting_s = time.perf_counter() - began_s
        found = horizon.improve(part, first, run, max(0.0, seconds - starting_s))
        searched_s = min(seconds, time.perf_counter() - began_s)
        own = part.own
        ends = part.problem.ends(found)[own]
        origin = part.origin[own]
        own = own[np.lexsort((self._place[origin], ends, found.start[own]))]
        origin = part.origin[own]
        self._machine[origin] = found.machine[own]
        self._start[origin] = found.start[own]
        last = self._next >= self._order.size
        step = own.size if last else min(horizon.options.step, own.size)
        self._begin(origin[:step])
        rest = origin[step:]
        self._key[rest] = np.arange(rest.size) - self._order.size
        self._overlap = rest[np.argsort(self._place[rest])].astype(np.int64)
        return searched_s

    def finish(self) -> None:
        """Schedule what has no times yet without windows."""
        rest = np.flatnonzero(~self._begun.done)
        part = part_of(self._problem, rest, self._begun)
        found = list_schedule(part.problem, part.rank(self._key), part.machines_of(self._machine))
        own = part.own
        origin = part.origin[own]
        ends = part.problem.ends(found)[own]
        self._begun.add(origin, found.machine[own], found.start[own], ends)

    def schedule(self) -> Schedule:
        """Return the schedule when all operations have times."""
        return Schedule(self._begun.machine, self._begun.start)

    def _part(self, only: IntArray | None) -> Part:
        tails = None
        if self._following is not None:
            jobs = self._problem.jobs[self._window]
            last = np.zeros(self._problem.job_count, np.int64)
            np.maximum.at(last, jobs, self._window)
            names = np.unique(jobs)
            tails = self._following.tails(names, last[names])
        return part_of(self._problem, self._window, self._begun, tails=tails, only=only)

    def _first(self, part: Part, seconds: float | None) -> Schedule:
        """Schedule a window without a search."""
        wanted = part.machines_of(self._machine)
        known = list_schedule(part.problem, part.rank(self._key), wanted)
        if self._improving:
            return known
        ruled = self._horizon.starter.part(part.problem, seconds)
        return min((known, ruled), key=part.problem.cost)

    def _begin(self, operations: npt.NDArray[Any]) -> None:
        """Let operations, in the order of their starts, have their times for good."""
        problem, begun = self._problem, self._begun
        machine, start = self._machine[operations], self._start[operations]
        lasts = problem.durations_on(self._machine)[operations]
        if self._timetable is not None:
            start = self._into_gaps(operations.tolist(), machine.tolist(), lasts.tolist())
        begun.add(operations, machine, start, start + lasts)

    def _into_gaps(self, operations: list[int], machines: list[int], lasts: list[int]) -> TimeArray:
        """Begin operations as early as they fit; without setups that is never later."""
        assert self._timetable is not None
        begun, jobs = self._begun, self._problem.jobs
        ready: dict[int, int] = {}
        ends: dict[int, int] = {}
        starts = []
        for i, m, duration in zip(operations, machines, lasts, strict=True):
            job = int(jobs[i])
            earliest = ready.get(job, int(begun.job_ready[job]))
            for a in self._before.get(i, ()):
                earliest = max(earliest, ends.get(a, int(begun.end[a])))
            starts.append(self._timetable.insert(m, earliest, duration))
            ready[job] = ends[i] = starts[-1] + duration
        return np.array(starts, np.int64)


def _settled(part: Part, found: Schedule) -> Schedule:
    """Let everything begin as early as it can, and what follows the part come last."""
    order = np.lexsort((part.problem.ends(found), found.start, part.place))
    return list_schedule(part.problem, ranks(order), found.machine)
