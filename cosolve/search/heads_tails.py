"""How early operations can begin, and how much has to follow them, whatever machines do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import IntArray, Scheduling, TimeArray
from cosolve.search.calendars import merged_downtime


@dataclass(frozen=True, slots=True)
class HeadsTails:
    """Times that hold in every schedule; arrays of shape (n,).

    Parameters
    ----------
    head
        Earliest begin of each operation.
    end
        Its earliest end.
    tail
        Least time from its end to the end of all that must follow it.
    shortest
        Its least duration.
    """

    head: TimeArray
    end: TimeArray
    tail: TimeArray
    shortest: TimeArray

    @property
    def longest(self) -> int:
        """Least makespan by these times."""
        return int((self.end + self.tail).max(initial=0))


def heads_and_tails(problem: Scheduling) -> HeadsTails:
    """Follow precedence forward from releases, and backward from the end.

    Parameters
    ----------
    problem
        Any scheduling problem. Availability and downtime of machines count in heads only, setups
        not at all.
    """
    n = problem.operations
    order = _Order(problem)
    shortest = np.minimum.reduceat(problem.duration, problem.first[:-1]) if n else np.zeros(0, int)
    tail = np.zeros(n, np.int64)
    for a, b in reversed(order.arcs):
        np.maximum.at(tail, a, tail[b] + shortest[b])
    head, end = np.zeros((2, n), np.int64)
    ready = problem.release[problem.jobs]
    machines = _Machines(problem)
    for members, (a, b) in zip(order.operations, order.arcs, strict=True):
        head[members], end[members] = machines.earliest(members, ready[members])
        np.maximum.at(ready, b, end[a])
    return HeadsTails(head, end, tail, np.asarray(shortest, np.int64))


def latest_ends(problem: Scheduling, times: HeadsTails, limits: TimeArray) -> TimeArray:
    """Latest ends of operations, so that all that must follow can end in time.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    limits
        Latest end of each operation, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    latest = np.array(limits, np.int64)
    for a, b in reversed(_Order(problem).arcs):
        np.minimum.at(latest, a, latest[b] - times.shortest[b])
    return latest


class _Order:
    """Operations by the largest number of arcs on a path to each, and the arcs that leave them."""

    def __init__(self, problem: Scheduling) -> None:
        arcs = problem.arcs
        level = _levels(problem, arcs)
        count = int(level.max(initial=-1)) + 1
        by_level = np.argsort(level, kind="stable")
        cuts = np.searchsorted(level[by_level], np.arange(1, count))
        self.operations = np.split(by_level, cuts) if count else []
        arcs = arcs[np.argsort(level[arcs[:, 0]], kind="stable")]
        cuts = np.searchsorted(level[arcs[:, 0]], np.arange(1, count))
        self.arcs = [(part[:, 0], part[:, 1]) for part in np.split(arcs, cuts)] if count else []


def _levels(problem: Scheduling, arcs: IntArray) -> npt.NDArray[np.int64]:
    """Largest number of arcs on a path to each operation."""
    n = problem.operations
    if not problem.precedence.size:
        if not problem.ordered:
            return np.zeros(n, np.int64)
        return np.arange(n) - np.searchsorted(problem.jobs, problem.jobs)
    level = [0] * n
    following: list[list[int]] = [[] for _ in range(n)]
    waiting = [0] * n
    for a, b in arcs.tolist():
        following[a].append(b)
        waiting[b] += 1
    ready = [i for i in range(n) if waiting[i] == 0]
    while ready:
        a = ready.pop()
        for b in following[a]:
            level[b] = max(level[b], level[a] + 1)
            waiting[b] -= 1
            if waiting[b] == 0:
                ready.append(b)
    return np.array(level)


class _Machines:
    """When machines can do operations, were there no others."""

    def __init__(self, problem: Scheduling) -> None:
        self._problem = problem
        self._down: dict[int, list[tuple[int, int]]] = {}
        for machine, begin, end in merged_downtime(problem).tolist():
            self._down.setdefault(machine, []).append((begin, end))

    def earliest(self, members: npt.NDArray[np.int64], ready: TimeArray) -> tuple[TimeArray, ...]:
        """Earliest begins and ends of operations that are ready at some times."""
        problem = self._problem
        sizes = problem.first[members + 1] - problem.first[members]
        begins = np.cumsum(sizes) - sizes
        k = np.arange(int(sizes.sum())) + np.repeat(problem.first[members] - begins, sizes)
        machine, duration = problem.machine[k], problem.duration[k]
        start = np.maximum(np.repeat(ready, sizes), problem.available[machine])
        for place in np.flatnonzero(np.isin(machine, list(self._down)) & (duration > 0)).tolist():
            for begin, end in self._down[int(machine[place])]:
                if start[place] < end and begin < start[place] + duration[place]:
                    start[place] = end
        return np.minimum.reduceat(start, begins), np.minimum.reduceat(start + duration, begins)
