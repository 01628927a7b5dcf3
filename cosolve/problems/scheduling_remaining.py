"""What is left of a schedule at some time: the problem of going on from there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import Objective, Schedule, Scheduling
from cosolve.problems.scheduling_begun import Begun
from cosolve.problems.scheduling_parts import Part, part_of
from cosolve.problems.scheduling_validate import operation_text


def remaining(problem: Scheduling, schedule: Schedule, time: int) -> Part:
    """Return the problem of what has not begun by a time.

    What has begun keeps its machine and its begin, with durations as `problem` says now: a delay is
    a longer duration. An operation that a downtime of its machine interrupts counts as not begun
    and is done anew: a breakdown is a row of `downtime`. What is left need not fit `problem`.

    Parameters
    ----------
    problem
        The problem as it is known now.
    schedule
        What was planned, and until `time` also done.
    time
        Operations that begin before it stay.

    Returns
    -------
    Part
        Costs of its schedules, plus its offset, are those of the merged ones. All features are
        carried over, some by operations that stand in for begun ones: that needs precedence where
        there are setups or precedence.

    Raises
    ------
    ValueError
        If `schedule` is one of another number of operations, or what has begun contradicts the
        problem.

    Examples
    --------
    Machine 0 breaks down from 4 to 9, while it does the second operation of the first job:

    >>> from dataclasses import replace
    >>> problem = Scheduling.from_jobs([[{0: 3}, {0: 2, 1: 4}], [{1: 2}, {1: 1}]])
    >>> planned = Schedule([0, 0, 1, 1], [0, 3, 0, 2])
    >>> part = remaining(replace(problem, downtime=[(0, 4, 9)]), planned, 4)
    >>> part.problem.operations, part.problem.release
    (1, array([4]))
    """
    if isinstance(time, bool) or not isinstance(time, int | np.integer):
        raise TypeError(f"frozen_until must be a whole number, got {time!r:.60}")
    if len(schedule) != problem.operations:
        raise ValueError(
            f"the schedule has {len(schedule)} operations, {problem.operations} are to do"
        )
    kept = (schedule.start < time) & ~_interrupted(problem, schedule)
    _require_possible(problem, schedule, kept, int(time))
    begun = Begun.of(problem, schedule, kept)
    ends = np.where(kept, begun.end, -1)
    floor = None
    # Only what is under way can end after everything that is left.
    makespan = problem.objective is Objective.MAKESPAN
    if makespan and ends.max(initial=-1) > time and not kept.all():
        floor = int(ends.argmax())
    part = part_of(problem, np.flatnonzero(~kept), begun, not_before=int(time), floor=floor)
    return Part(part.problem, part.origin, part.place, _offset(problem, begun, part))


def preferring(problem: Scheduling, schedule: Schedule, change_cost: float) -> Scheduling:
    """Let operations prefer the machines they have, at a cost for each that gets another one.

    Parameters
    ----------
    problem
        The problem.
    schedule
        Whose machines to keep.
    change_cost
        Added to the objective for each operation with another machine.

    Returns
    -------
    Scheduling
        The same problem but for `preferred` and `change_cost`.

    Examples
    --------
    A machine breaks down. Moving an operation must be worth 3 units of time:

    >>> from dataclasses import replace
    >>> from cosolve import solve
    >>> problem = Scheduling.from_jobs([[{0: 4, 1: 6}], [{0: 4, 1: 6}], [{1: 9}]])
    >>> planned = Schedule([0, 0, 1], [0, 4, 0])
    >>> broken = replace(problem, downtime=[(0, 5, 7)])
    >>> priced = preferring(broken, planned, change_cost=3)
    >>> result = solve(priced, "rho", start=planned, frozen_until=5, stop=1.0)  # doctest: +SKIP
    """
    return replace(problem, preferred=schedule.machine, change_cost=change_cost)


def _interrupted(problem: Scheduling, schedule: Schedule) -> npt.NDArray[np.bool_]:
    """Operations that are under way when their machine goes down, shape (n,)."""
    ends = problem.ends(schedule)
    hit = np.zeros(problem.operations, np.bool_)
    for machine, begin, end in problem.downtime.tolist():
        across = (schedule.start < end) & (ends > begin) & (ends > schedule.start)
        hit |= (schedule.machine == machine) & across
    return hit


def _require_possible(
    problem: Scheduling, schedule: Schedule, kept: npt.NDArray[np.bool_], time: int
) -> None:
    arcs = problem.arcs
    wrong = np.flatnonzero(kept[arcs[:, 1]] & ~kept[arcs[:, 0]])
    if wrong.size:
        a, b = (operation_text(problem.jobs, int(i)) for i in arcs[wrong[0]])
        raise ValueError(
            f"{b} has begun before time {time}, but {a}, which comes before it, has not, or was "
            "interrupted"
        )
    chosen = np.flatnonzero(kept)
    past = part_of(problem, chosen, Begun(problem)).problem
    violations = past.check(Schedule(schedule.machine[chosen], schedule.start[chosen]))
    if violations:
        raise ValueError(f"what has begun before time {time} is wrong: {violations[0].message}")


def _offset(problem: Scheduling, begun: Begun, part: Part) -> float:
    """Return what the cost of the whole is above that of the part."""
    changed = 0
    if problem.preferred is not None:
        wanted = problem.preferred[begun.done]
        changed = int(((wanted >= 0) & (wanted != begun.machine[begun.done])).sum())
    offset = problem.change_cost * changed
    own = part.own
    left = np.unique(problem.jobs[part.origin[own]])
    if problem.objective is Objective.MAKESPAN:
        # Of nothing the makespan is 0.
        return offset + (0.0 if left.size else float(begun.end.max(initial=0)))
    empty = np.bincount(problem.jobs, minlength=problem.job_count) == 0
    reached = np.array(begun.job_ready)
    if problem.objective is Objective.FLOW_TIME:
        # What is left counts from its own releases, which are later.
        reached[left] = part.problem.release[: left.size]
        late = reached - problem.release
    else:
        assert problem.due is not None
        late = np.maximum(reached - problem.due, 0)
        late[left] = 0
    late[empty] = 0
    return offset + float(problem.weights @ late)
