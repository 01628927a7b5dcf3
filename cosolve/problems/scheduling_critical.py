"""A critical path of a schedule: why it does not end earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from cosolve.problems.scheduling import Schedule, Scheduling

Operations = npt.NDArray[np.int64]


def critical_path(problem: Scheduling, schedule: Schedule) -> Operations:
    """Return operations of which each begins as soon as the one before lets it.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A feasible schedule of it.

    Returns
    -------
    numpy.ndarray
        Operations in the order of time. The last one ends last of all; the first one begins when it
        does for another reason, such as that its job is released then or its machine is down
        before, or for none. Empty if there are no operations.
    """
    if problem.operations == 0:
        return np.empty(0, np.int64)
    ends = problem.ends(schedule)
    before = _predecessors(problem, schedule, ends)
    path = [int(np.lexsort((schedule.start, ends))[-1])]
    seen = set(path)
    while True:
        now = path[-1]
        # With operations that take no time, two may wait for each other.
        tight = [a for a, gap in before.get(now, ())
                 if ends[a] + gap == schedule.start[now] and a not in seen]  # fmt: skip
        if not tight:
            return np.array(path[::-1], np.int64)
        path.append(tight[0])
        seen.add(tight[0])


def on_machines(schedule: Schedule, ends: npt.NDArray[np.int64]) -> tuple[Operations, Operations]:
    """Pairs of operations that a machine does one right after the other."""
    order = np.lexsort((ends, schedule.start, schedule.machine))
    a, b = order[:-1], order[1:]
    same = schedule.machine[a] == schedule.machine[b]
    return a[same], b[same]


def setups_between(
    problem: Scheduling, machine: Operations, a: Operations, b: Operations
) -> Operations:
    """Time that machines need between operations a and b."""
    if problem.setups is None or problem.families is None:
        return np.zeros(len(a), np.int64)
    needed: Operations = problem.setups[machine, problem.families[a], problem.families[b]]
    return needed


def _predecessors(
    problem: Scheduling, schedule: Schedule, ends: npt.NDArray[np.int64]
) -> dict[int, list[tuple[int, int]]]:
    """Operations that each has to wait for, and how long behind their end."""
    a, b = on_machines(schedule, ends)
    gaps = setups_between(problem, schedule.machine[a].astype(np.int64), a, b)
    found: dict[int, list[tuple[int, int]]] = {}
    if problem.ordered:
        chained = np.flatnonzero(np.diff(problem.jobs) == 0)
        one, two = chained, chained + 1
    else:
        order = np.lexsort((ends, schedule.start, problem.jobs))
        same = problem.jobs[order[:-1]] == problem.jobs[order[1:]]
        one, two = order[:-1][same], order[1:][same]
    arcs = problem.precedence.astype(np.int64)
    for x, y, gap in (
        (one, two, np.zeros(len(one), np.int64)),
        (arcs[:, 0], arcs[:, 1], np.zeros(len(arcs), np.int64)),
        (a, b, gaps),
    ):
        for i, j, g in zip(x.tolist(), y.tolist(), gap.tolist(), strict=True):
            found.setdefault(j, []).append((i, g))
    return found
