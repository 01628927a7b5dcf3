"""Checks schedules, in plain NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.core import Violation
from cosolve.problems.scheduling_validate import operation_text

if TYPE_CHECKING:
    from cosolve.problems.scheduling import Schedule, Scheduling

_SHOWN = 20  # violations of a kind that are listed one by one

Times = npt.NDArray[np.int64]


def violations(problem: Scheduling, schedule: Schedule) -> list[Violation]:
    """All violations of a schedule.

    Parameters
    ----------
    problem
        The problem.
    schedule
        Machines and starts of its operations.

    Returns
    -------
    list of Violation
        Empty if it is feasible; of each kind at most 20 are listed, then their number.
    """
    if len(schedule) != problem.operations:
        message = f"the schedule has {len(schedule)} operations, {problem.operations} are to do"
        return [Violation("wrong-size", message)]
    found = _wrong_machines(problem, schedule)
    if found:
        return found
    ends = problem.ends(schedule)
    return [
        *_too_early(problem, schedule),
        *_out_of_order(problem, schedule, ends),
        *_at_once(problem, schedule, ends),
        *_down(problem, schedule, ends),
    ]


def _listed(kind: str, messages: list[str]) -> list[Violation]:
    shown = [Violation(kind, message) for message in messages[:_SHOWN]]
    more = len(messages) - _SHOWN
    return [*shown, Violation(kind, f"{more} more like these")] if more > 0 else shown


def _wrong_machines(problem: Scheduling, schedule: Schedule) -> list[Violation]:
    left = np.flatnonzero(schedule.machine == -1)
    messages = [f"{operation_text(problem.jobs, int(i))} is not scheduled" for i in left]
    found = _listed("missing-operation", messages)
    wrong = np.flatnonzero((problem.durations_on(schedule.machine) < 0) & (schedule.machine != -1))
    messages = [
        f"{operation_text(problem.jobs, int(i))} cannot be done by machine {schedule.machine[i]}"
        for i in wrong
    ]
    return [*found, *_listed("wrong-machine", messages)]


def _too_early(problem: Scheduling, schedule: Schedule) -> list[Violation]:
    limits = (
        ("release", problem.release[problem.jobs], "its job is released"),
        ("availability", problem.available[schedule.machine], "its machine is available"),
    )
    found: list[Violation] = []
    for kind, earliest, event in limits:
        messages = [
            f"{operation_text(problem.jobs, int(i))} begins at {schedule.start[i]}, "
            f"{earliest[i] - schedule.start[i]} before {event}"
            for i in np.flatnonzero(schedule.start < earliest)
        ]
        found += _listed(kind, messages)
    return found


def _out_of_order(problem: Scheduling, schedule: Schedule, ends: Times) -> list[Violation]:
    a, b = problem.arcs.T
    early = np.flatnonzero(schedule.start[b] < ends[a])
    messages = [
        f"{operation_text(problem.jobs, int(b[i]))} begins at {schedule.start[b[i]]}, "
        f"{ends[a[i]] - schedule.start[b[i]]} before {operation_text(problem.jobs, int(a[i]))} ends"
        for i in early
    ]
    return _listed("precedence", messages)


def _at_once(problem: Scheduling, schedule: Schedule, ends: Times) -> list[Violation]:
    found = _overlaps(problem, schedule, ends, schedule.machine, "machine", setups=True)
    if not problem.ordered:
        found += _overlaps(problem, schedule, ends, problem.jobs, "job", setups=False)
    return found


def _overlaps(
    problem: Scheduling,
    schedule: Schedule,
    ends: Times,
    resource: npt.NDArray[np.int32],
    name: str,
    setups: bool,
) -> list[Violation]:
    """Operations that a resource would do at once, or with too little time for setup between."""
    order = np.lexsort((ends, schedule.start, resource))
    a, b = order[:-1], order[1:]
    needed = np.zeros(a.size, np.int64)
    if setups and problem.setups is not None and problem.families is not None:
        needed = problem.setups[resource[a], problem.families[a], problem.families[b]]
    short = ends[a] + needed - schedule.start[b]
    messages = []
    for i in np.flatnonzero((resource[a] == resource[b]) & (short > 0)):
        setup = f" and its setup of {needed[i]}" if needed[i] else ""
        messages.append(
            f"{name} {resource[b[i]]} begins {operation_text(problem.jobs, int(b[i]))} at "
            f"{schedule.start[b[i]]}, {short[i]} before "
            f"{operation_text(problem.jobs, int(a[i]))}{setup} ends"
        )
    return _listed("overlap", messages)


def _down(problem: Scheduling, schedule: Schedule, ends: Times) -> list[Violation]:
    messages = []
    takes_time = ends > schedule.start
    for machine in np.unique(problem.downtime[:, 0]).tolist():
        begin, end = problem.downtime[problem.downtime[:, 0] == machine, 1:].T
        on = np.flatnonzero((schedule.machine == machine) & takes_time)
        # Of those that begin before an operation ends, the one that ends last.
        latest = np.maximum.accumulate(end)
        before = np.searchsorted(begin, ends[on], side="left") - 1
        hit = (before >= 0) & (latest[before] > schedule.start[on])
        for i, k in zip(on[hit].tolist(), before[hit].tolist(), strict=True):
            row = int(np.argmax(end[: k + 1]))
            messages.append(
                f"{operation_text(problem.jobs, i)} is under way while machine {machine} is down "
                f"from {begin[row]} to {end[row]}"
            )
    return _listed("downtime", messages)
