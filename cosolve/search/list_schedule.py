"""Schedules operations one after the other, each as early as what comes before it allows."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import IntArray, Schedule, Scheduling

Rank = npt.NDArray[np.int64]


def list_schedule(problem: Scheduling, rank: Rank, machine: IntArray | None = None) -> Schedule:
    """Schedule operations in the order of their ranks.

    An operation begins when all before it have ended, and after all that its machine was given
    already. A schedule whose operations are scheduled again in the order of their starts becomes no
    longer.

    Parameters
    ----------
    problem
        Any scheduling problem.
    rank
        A different number for each operation, shape (n,); those that come before others are
        waited for.
    machine
        Machine of each operation, shape (n,). -1, or None for all, takes the one where it ends
        first, the faster one of equals.

    Returns
    -------
    Schedule
        Feasible.
    """
    state = _State(problem)
    wanted = [-1] * problem.operations if machine is None else machine.tolist()
    for operation in precedence_order(problem, rank).tolist():
        state.place(operation, wanted[operation])
    return Schedule(np.array(state.machine, np.int32), np.array(state.start, np.int64))


def precedence_order(problem: Scheduling, rank: Rank) -> Rank:
    """Order operations by rank, each after all that precede it.

    Parameters
    ----------
    problem
        Any scheduling problem.
    rank
        A different number for each operation, shape (n,).

    Returns
    -------
    numpy.ndarray
        Numbers of operations, shape (n,).
    """
    same = np.diff(problem.jobs) == 0
    backward = problem.ordered and bool((same & (np.diff(rank) < 0)).any())
    arcs = problem.precedence
    if not backward and not (rank[arcs[:, 0]] > rank[arcs[:, 1]]).any():
        return np.argsort(rank).astype(np.int64)
    return _topological(problem, rank)


def _topological(problem: Scheduling, rank: Rank) -> Rank:
    following: list[list[int]] = [[] for _ in range(problem.operations)]
    waiting = [0] * problem.operations
    for a, b in problem.arcs.tolist():
        following[a].append(b)
        waiting[b] += 1
    ranks = rank.tolist()
    ready = [(ranks[i], i) for i, count in enumerate(waiting) if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        _, a = heapq.heappop(ready)
        order.append(a)
        for b in following[a]:
            waiting[b] -= 1
            if not waiting[b]:
                heapq.heappush(ready, (ranks[b], b))
    return np.array(order, np.int64)


class Downtime:
    """Times at which machines are down.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: Scheduling) -> None:
        self._rows: dict[int, list[tuple[int, int]]] = {}
        for machine, begin, end in problem.downtime.tolist():
            if end > begin:
                self._rows.setdefault(machine, []).append((begin, end))

    def earliest(self, machine: int, time: int, duration: int) -> int:
        """Return when an operation can begin.

        Parameters
        ----------
        machine
            Its machine.
        time
            The earliest otherwise.
        duration
            How long it takes; if nothing, it never waits.
        """
        rows = self._rows.get(machine)
        if rows is None or not duration:
            return time
        for begin, end in rows:
            if begin >= time + duration:
                break
            time = max(time, end)
        return time


class _State:
    """Machines, jobs and operations while a schedule grows."""

    def __init__(self, problem: Scheduling) -> None:
        n = problem.operations
        self.machine, self.start = [-1] * n, [0] * n
        self._jobs: list[int] = problem.jobs.tolist()
        self._first: list[int] = problem.first.tolist()
        self._able: list[int] = problem.machine.tolist()
        self._lasts: list[int] = problem.duration.tolist()
        self._free: list[int] = problem.available.tolist()
        self._job_free: list[int] = problem.release.tolist()
        self._following: dict[int, list[int]] = {}
        for a, b in problem.precedence.tolist():
            self._following.setdefault(a, []).append(b)
        self._earliest: dict[int, int] = {}
        self._calendar = Downtime(problem)
        self._down = bool(problem.downtime.size)
        self._families = None if problem.families is None else problem.families.tolist()
        self._setups = problem.setups
        self._last = [-1] * problem.machines  # operation

    def place(self, i: int, wanted: int) -> None:
        """Schedule an operation, on the machine that is wanted unless that is -1."""
        ready = self._job_free[self._jobs[i]]
        if self._following:
            ready = max(ready, self._earliest.get(i, 0))
        best = None
        for k in range(self._first[i], self._first[i + 1]):
            m = self._able[k]
            if wanted not in (-1, m):
                continue
            lasts = self._lasts[k]
            begin = self._begin(i, m, ready, lasts)
            if best is None or (begin + lasts, lasts) < (best[0], best[1]):
                best = (begin + lasts, lasts, m)
        assert best is not None, "the machine is none of the operation's"
        end, lasts, m = best
        self.machine[i], self.start[i] = m, end - lasts
        self._free[m] = self._job_free[self._jobs[i]] = end
        self._last[m] = i
        for b in self._following.get(i, ()):
            self._earliest[b] = max(self._earliest.get(b, 0), end)

    def _begin(self, i: int, m: int, ready: int, lasts: int) -> int:
        free, last = self._free[m], self._last[m]
        if self._setups is not None and self._families is not None and last >= 0:
            free += int(self._setups[m, self._families[last], self._families[i]])
            # A schedule does not tell in which order two operations without length are done at
            # one time: the checker takes the order of their numbers.
            alike = not lasts and self.start[last] == self._free[m]
            if alike and last > i and max(ready, free) == self._free[m]:
                free += 1
        begin = max(ready, free)
        return self._calendar.earliest(m, begin, lasts) if self._down else begin


class Timetable:
    """What machines do when, with a look for gaps; without setups.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: Scheduling) -> None:
        self._starts: list[list[int]] = [[] for _ in range(problem.machines)]
        self._ends: list[list[int]] = [[] for _ in range(problem.machines)]
        self._available = problem.available.tolist()
        self._calendar = Downtime(problem)

    def insert(self, machine: int, ready: int, duration: int) -> int:
        """Add an operation where it fits first.

        Parameters
        ----------
        machine
            Its machine.
        ready
            When it may begin.
        duration
            How long it takes.

        Returns
        -------
        int
            When it begins.
        """
        starts, ends = self._starts[machine], self._ends[machine]
        begin = self._calendar.earliest(machine, max(ready, self._available[machine]), duration)
        i = bisect_left(ends, begin)
        while i < len(starts) and starts[i] < begin + duration:
            begin = self._calendar.earliest(machine, max(begin, ends[i]), duration)
            i += 1
        starts.insert(i, begin)
        ends.insert(i, begin + duration)
        return begin


def left_shifted(problem: Scheduling, schedule: Schedule) -> Schedule:
    """Let every operation of a schedule begin as early as its order allows.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A schedule of it; where it is not feasible, it is made so.

    Returns
    -------
    Schedule
        Its operations in the order of their starts, on their machines; where the machine is wrong,
        another one. No operation of a feasible schedule begins later than it did.
    """
    known = problem.durations_on(schedule.machine) >= 0
    machine = np.where(known, schedule.machine, -1).astype(np.int32)
    return list_schedule(problem, start_ranks(problem, schedule), machine)


def start_ranks(problem: Scheduling, schedule: Schedule) -> Rank:
    """Rank operations by their starts, those of equal starts by their ends.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A schedule of it.

    Returns
    -------
    numpy.ndarray
        A different number for each operation, shape (n,).
    """
    return ranks(np.lexsort((problem.ends(schedule), schedule.start)))


def ranks(order: npt.NDArray[Any]) -> Rank:
    """Return the place of each operation in an order.

    Parameters
    ----------
    order
        Numbers of operations, shape (n,).
    """
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    return rank
