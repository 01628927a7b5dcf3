"""Going on with a schedule that has begun: what is left is solved, and put into the whole again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cosolve.core import KernelError, Progress, Result, Status, Stop, TracePoint
from cosolve.core.run import Run
from cosolve.problems.scheduling import Schedule, Scheduling
from cosolve.problems.scheduling_remaining import remaining
from cosolve.search.list_schedule import list_schedule, start_ranks


class Rest:
    """What a schedule leaves to do at some time.

    Parameters
    ----------
    problem
        The problem as it is known now.
    planned
        The schedule that is carried out. What has not begun need not fit the problem any more.
    time
        Operations that begin before it stay.

    Raises
    ------
    ValueError
        If this is no scheduling problem, or what has begun contradicts it.
    TypeError
        If the time is no whole number.
    """

    def __init__(self, problem: Any, planned: Any, time: int) -> None:
        if not isinstance(problem, Scheduling):
            raise ValueError(
                f"frozen_until goes with schedules, and this is a {problem.kind} problem"
            )
        if not isinstance(planned, Schedule):
            raise ValueError("frozen_until needs a start: the schedule that has begun")
        self._whole, self._planned = problem, planned
        self._part = remaining(problem, planned, time)
        again = planned.start[self._part.origin[self._part.own]] < time
        self._again = int(again.sum())
        self.problem = self._part.problem
        """The problem of what is left."""
        self.start = self._first()
        """What is left as it was planned, later where it has to be."""

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return not self._part.own.size

    def stop(self, stop: Stop, elapsed_s: float) -> Stop:
        """Return the limits of solving what is left.

        Parameters
        ----------
        stop
            Those of the whole call.
        elapsed_s
            Seconds of it that have passed.
        """
        limit, target = stop.time_limit, stop.target_cost
        return replace(
            stop,
            time_limit=None if limit is None else max(0.0, limit - elapsed_s),
            target_cost=None if target is None else target - self._part.offset,
        )

    def listener(
        self, listener: Callable[[Progress], None] | None
    ) -> Callable[[Progress], None] | None:
        """Let a listener hear of costs and bounds of the whole."""
        if listener is None:
            return None
        told = listener

        def tell(progress: Progress) -> None:
            cost, bound = self._of_whole(progress.cost), self._of_whole(progress.bound)
            told(progress._replace(cost=cost, bound=bound))

        return tell

    def result(self, found: Result[Schedule] | None, run: Run, solver: str) -> Result[Schedule]:
        """Return the result for the whole.

        Parameters
        ----------
        found
            Result for what is left; None if that is nothing.
        run
            Of the whole call.
        solver
            Name of the method.
        """
        whole = self._planned
        if found is not None and found.solution is not None:
            whole = self._part.merged(self._planned, found.solution)
        violations = self._whole.check(whole)
        if violations:
            raise KernelError(f"{solver} returned a wrong solution: {violations[0].message}")
        cost = self._whole.cost(whole)
        if found is None:
            trace = (TracePoint(run.elapsed, cost, cost),)
            return Result(
                whole, cost, cost, Status.OPTIMAL, None, trace, solver, run.seed, run.threads,
                run.elapsed, 0, notes=("no operation is left to schedule",),
            )  # fmt: skip
        return replace(
            found,
            solution=whole,
            cost=cost,
            bound=self._of_whole(found.bound),
            trace=tuple(
                TracePoint(point.seconds, self._of_whole(point.cost), self._of_whole(point.bound))
                for point in found.trace
            ),
            runtime=run.elapsed,
            notes=(*found.notes, *self._notes(whole)),
        )

    def _of_whole(self, value: float | None) -> float | None:
        return None if value is None else value + self._part.offset

    def _first(self) -> Schedule:
        """Schedule what is left in the order of its planned starts, on its planned machines."""
        part = self._part
        rank = part.rank(start_ranks(self._whole, self._planned))
        return list_schedule(part.problem, rank, part.machines_of(self._planned.machine))

    def _notes(self, whole: Schedule) -> list[str]:
        left = self._part.origin[self._part.own]
        moved = int((whole.machine[left] != self._planned.machine[left]).sum())
        notes = [f"{moved} of the {left.size} operations that were left have another machine"]
        if self._again:
            notes.append(f"interrupted by downtime and begun anew: {self._again}")
        return notes
