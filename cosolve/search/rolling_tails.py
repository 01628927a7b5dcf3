"""What follows the windows of a rolling horizon in the schedule they are to improve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import IntArray, Schedule, Scheduling, TimeArray
from cosolve.problems.scheduling_parts import Tails

Rank = npt.NDArray[np.int64]


class Following:
    """How long it takes, in a schedule, from the end of an operation to the end of everything.

    Operations leave it in the order of the schedule, as windows take them; the order of those that
    stay does not change, and so nor does what follows them.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A schedule of it.
    order
        Its operations by their starts, each after all that precede it, shape (n,).
    """

    def __init__(self, problem: Scheduling, schedule: Schedule, order: Rank) -> None:
        self._problem = problem
        self._lasts = np.maximum(problem.durations_on(schedule.machine), 0)
        self._rows, after = _machine_rows(schedule.machine, order, problem.machines)
        self._left = [0] * problem.machines
        self._taken = np.zeros(problem.operations, np.bool_)
        self._tail = self._tails(schedule.machine, order, after)

    def take(self, operations: npt.ArrayLike) -> None:
        """Let operations leave, because a window takes them."""
        self._taken[np.asarray(operations)] = True

    def tails(self, jobs: npt.ArrayLike, last: npt.ArrayLike) -> Tails:
        """Return what follows a window that holds all operations that left and are not begun.

        Parameters
        ----------
        jobs
            Jobs that have operations in the window, shape (k,).
        last
            The last operation of each of them in the window, shape (k,).
        """
        problem = self._problem
        total = np.where(self._taken, 0, self._lasts + self._tail)
        job = np.zeros(problem.job_count, np.int64)
        if problem.ordered:
            names, ends = np.asarray(jobs), np.asarray(last)
            following = np.minimum(ends + 1, problem.operations - 1)
            more = (ends + 1 < problem.operations) & (problem.jobs[following] == names)
            job[names] = np.where(more, total[following], 0)
        machine = np.zeros(problem.machines, np.int64)
        family = np.zeros(problem.machines, np.int32)
        for m, row in enumerate(self._rows):
            while self._left[m] < len(row) and self._taken[row[self._left[m]]]:
                self._left[m] += 1
            if self._left[m] < len(row):
                operation = row[self._left[m]]
                machine[m] = total[operation]
                if problem.families is not None:
                    family[m] = problem.families[operation]
        return Tails(job, machine, family)

    def _tails(self, machine: IntArray, order: Rank, after: list[int]) -> TimeArray:
        """Longest way from the end of each operation to the end of the schedule, without waits."""
        problem = self._problem
        lasts, tail = self._lasts.tolist(), [0] * problem.operations
        machines, jobs = machine.tolist(), problem.jobs.tolist()
        families = None if problem.families is None else problem.families.tolist()
        following: dict[int, list[int]] = {}
        for a, b in problem.precedence.tolist():
            following.setdefault(a, []).append(b)
        for i in reversed(order.tolist()):
            longest = 0
            b = i + 1
            if problem.ordered and b < len(jobs) and jobs[b] == jobs[i]:
                longest = lasts[b] + tail[b]
            b = after[i]
            if b >= 0:
                way = lasts[b] + tail[b]
                if problem.setups is not None and families is not None:
                    way += int(problem.setups[machines[i], families[i], families[b]])
                longest = max(longest, way)
            for b in following.get(i, ()):
                longest = max(longest, lasts[b] + tail[b])
            tail[i] = longest
        return np.array(tail, np.int64)


def _machine_rows(
    machine: IntArray, order: Rank, machines: int
) -> tuple[list[list[int]], list[int]]:
    """Operations of each machine in order; after each its machine's next one, -1 for none."""
    rows: list[list[int]] = [[] for _ in range(machines)]
    after = [-1] * order.size
    chosen = machine.tolist()
    for i in order.tolist():
        row = rows[chosen[i]]
        if row:
            after[row[-1]] = i
        row.append(i)
    return rows, after
