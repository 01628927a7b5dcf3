"""Bounds that look at one machine, or one job, at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import Scheduling, TimeArray
from cosolve.search.calendars import Calendar, merged_downtime
from cosolve.search.heads_tails import HeadsTails

Indices = npt.NDArray[np.int64]


def _stretches(
    head: TimeArray, work: TimeArray, rank: npt.NDArray[np.float64] | None = None
) -> Iterator[tuple[int, int, int]]:
    """Work of one machine that interrupts what it does for whatever has a lower rank.

    Without ranks, what has least work left comes first. Yields what is done, from when, how long.
    """
    order = np.argsort(head, kind="stable").tolist()
    heads, left = head.tolist(), work.tolist()
    ranks = None if rank is None else rank.tolist()
    waiting: list[tuple[float, int]] = []
    now, k = min(heads, default=0), 0
    while k < len(order) or waiting:
        if not waiting:
            now = max(now, heads[order[k]])
        while k < len(order) and heads[order[k]] <= now:
            i = order[k]
            heapq.heappush(waiting, (left[i] if ranks is None else ranks[i], i))
            k += 1
        key, i = heapq.heappop(waiting)
        amount = left[i] if k == len(order) else min(left[i], heads[order[k]] - now)
        yield i, now, amount
        now += amount
        left[i] -= amount
        if left[i]:
            heapq.heappush(waiting, (left[i] if ranks is None else key, i))


def preemptive_completions(
    head: TimeArray, work: TimeArray, rank: npt.NDArray[np.float64] | None = None
) -> TimeArray:
    """Completions on one machine that interrupts what it does for whatever has a lower rank.

    Parameters
    ----------
    head, work
        When each may begin, and how long it takes; shape (k,).
    rank
        Its rank, shape (k,); None for the work that is left of it.

    Returns
    -------
    numpy.ndarray
        Shape (k,).
    """
    done = [0] * len(head)
    for i, begin, amount in _stretches(head, work, rank):
        done[i] = begin + amount
    return np.array(done, np.int64)


def one_machine(head: TimeArray, work: TimeArray, tail: TimeArray) -> int:
    """Least makespan of one machine with heads and tails, were interruptions allowed.

    Parameters
    ----------
    head, work, tail
        When each may begin, how long it takes, and how long it takes to be done after that;
        shape (k,), k > 0.
    """
    done = preemptive_completions(head, work, -tail.astype(np.float64))
    return int((done + tail).max())


class Station:
    """Operations that only one machine can do, and when it works.

    Parameters
    ----------
    problem
        The problem.
    machine
        The machine.
    members
        Its operations.
    downtime
        Rows (from, to) of the machine, sorted and disjoint.
    times
        Heads and tails.
    """

    def __init__(
        self,
        problem: Scheduling,
        machine: int,
        members: Indices,
        downtime: TimeArray,
        times: HeadsTails,
    ) -> None:
        self.members = members
        self.calendar = Calendar(downtime)
        self.head = np.maximum(times.head[members], problem.available[machine])
        self.work = times.shortest[members]
        self.tail = times.tail[members]
        if not downtime.size:
            # A machine is set up after one and before the next: never for two at once.
            setup = _least_setups(problem, machine, members)
            self.head, self.work = self.head - setup, self.work + setup
        self.head = self.calendar.worked(self.head)

    def makespan(self) -> int:
        """Least makespan, were interruptions allowed."""
        done = preemptive_completions(self.head, self.work, -self.tail.astype(np.float64))
        return int((self.calendar.real(done) + self.tail).max())


def _least_setups(problem: Scheduling, machine: int, members: Indices) -> TimeArray:
    """Least setup before each of the operations of a machine, if any comes before it."""
    if problem.setups is None or problem.families is None or members.size < 2:
        return np.zeros(members.size, np.int64)
    table = problem.setups[machine]
    family = problem.families[members]
    present, count = np.unique(family, return_counts=True)
    least = np.full(table.shape[0], np.iinfo(np.int64).max)
    for f, k in zip(present.tolist(), count.tolist(), strict=True):
        least[f] = table[present[(present != f) | (k > 1)], f].min()
    return np.asarray(least[family], np.int64)


def stations(problem: Scheduling, times: HeadsTails) -> Iterator[Station]:
    """Machines, each with the operations that only it can do.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    """
    single = np.flatnonzero(np.diff(problem.first) == 1)
    machine = problem.machine[problem.first[single]]
    order = np.argsort(machine, kind="stable")
    cuts = np.searchsorted(machine[order], np.arange(problem.machines + 1)).tolist()
    down = merged_downtime(problem)
    for m in range(problem.machines):
        members = single[order[cuts[m] : cuts[m + 1]]]
        if members.size:
            yield Station(problem, m, members, down[down[:, 0] == m, 1:], times)


def machine_bound(problem: Scheduling, times: HeadsTails) -> float:
    """Bound the makespan by the machine that needs most time for what only it can do.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    """
    return float(max((s.makespan() for s in stations(problem, times)), default=0))


def job_bound(problem: Scheduling, times: HeadsTails) -> float:
    """Bound the makespan by the job that needs most time, where jobs are not ordered.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    """
    if problem.ordered:
        return float(times.longest)
    cuts = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
    found = 0
    for j in range(problem.job_count):
        i = slice(cuts[j], cuts[j + 1])
        if cuts[j] < cuts[j + 1]:
            found = max(found, one_machine(times.head[i], times.shortest[i], times.tail[i]))
    return float(found)


def earliest_completions(problem: Scheduling, times: HeadsTails) -> TimeArray:
    """When jobs could be done, were each alone; shape (jobs,).

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    """
    done = np.array(problem.release)
    np.maximum.at(done, problem.jobs, times.end)
    if not problem.ordered:
        first = np.full(problem.job_count, np.iinfo(np.int64).max)
        np.minimum.at(first, problem.jobs, times.head)
        work = np.bincount(problem.jobs, weights=times.shortest, minlength=problem.job_count)
        there = np.bincount(problem.jobs, minlength=problem.job_count) > 0
        done[there] = np.maximum(done[there], first[there] + np.rint(work[there]).astype(np.int64))
    return done


def tardiness_bound(problem: Scheduling, times: HeadsTails) -> float:
    """Bound the weighted tardiness by jobs alone, and by the jobs of one machine.

    The completions of the preemptive schedule that always does what is shortest, in order, paired
    with the due dates in order, bound total tardiness on one machine [1]_; the least weight of its
    jobs makes it a bound of the weighted one.

    Parameters
    ----------
    problem
        A problem with due dates.
    times
        Its heads and tails.

    References
    ----------
    .. [1] C. Chu, "A branch-and-bound algorithm to minimize total tardiness with different release
       dates", Naval Research Logistics 39 (1992).
    """
    assert problem.due is not None
    alone = np.maximum(earliest_completions(problem, times) - problem.due, 0)
    alone[np.bincount(problem.jobs, minlength=problem.job_count) == 0] = 0
    best = total = float(problem.weights @ alone)
    for station in stations(problem, times):
        jobs, head, work, tail = _by_job(problem, station, times)
        due = np.sort(problem.due[jobs] - tail)
        done = np.sort(station.calendar.real(preemptive_completions(head, work)))
        late = float(problem.weights[jobs].min()) * float(np.maximum(done - due, 0).sum())
        others = total - float(problem.weights[jobs] @ alone[jobs])
        best = max(best, others + late)
    return _safe(problem, best)


def flow_bound(problem: Scheduling, times: HeadsTails) -> float:
    """Bound the weighted flow time by jobs alone, and by the jobs of one machine.

    On one machine, a weighted sum of completions is least where weights are equal and the shortest
    is done first, with interruptions; with any weights, completions are at least the mean busy
    times plus half the work, and those are least if weight by work decides [1]_.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.

    References
    ----------
    .. [1] M. X. Goemans, M. Queyranne, A. S. Schulz, M. Skutella, Y. Wang, "Single machine
       scheduling with release dates", SIAM Journal on Discrete Mathematics 15 (2002).
    """
    alone = earliest_completions(problem, times) - problem.release
    alone[np.bincount(problem.jobs, minlength=problem.job_count) == 0] = 0
    best = total = float(problem.weights @ alone)
    for station in stations(problem, times):
        jobs, head, work, tail = _by_job(problem, station, times)
        weights = problem.weights[jobs]
        done = station.calendar.real(preemptive_completions(head, work))
        flow = done + tail - problem.release[jobs]
        if (weights == weights[0]).all():
            found = float(weights[0]) * float(flow.sum())
        else:
            found = float(weights.min()) * float(flow.sum())
            found = max(found, _mean_busy(problem, jobs, head, work, tail))
        best = max(best, total - float(weights @ alone[jobs]) + found)
    return _safe(problem, best)


def _safe(problem: Scheduling, value: float) -> float:
    """Take off what rounding may have added, where weights are not whole."""
    return value if problem.integral else max(0.0, value - 1e-9 * (1.0 + abs(value)))


def _by_job(
    problem: Scheduling, station: Station, times: HeadsTails
) -> tuple[Indices, TimeArray, TimeArray, TimeArray]:
    """Jobs of a machine: number, first head, work, and tail of the job after its last end there."""
    jobs, index = np.unique(problem.jobs[station.members], return_inverse=True)
    head = np.full(jobs.size, np.iinfo(np.int64).max)
    np.minimum.at(head, index, station.head)
    work = np.zeros(jobs.size, np.int64)
    np.add.at(work, index, station.work)
    # The tail within the job is what follows in its order; tails of other jobs do not count.
    tail = np.full(jobs.size, np.iinfo(np.int64).max)
    np.minimum.at(tail, index, _job_tails(problem, times)[station.members])
    return jobs.astype(np.int64), head, work, tail


def _job_tails(problem: Scheduling, times: HeadsTails) -> TimeArray:
    """Least durations of what follows each operation within its job."""
    if not problem.ordered:
        return np.zeros(problem.operations, np.int64)
    total = np.cumsum(times.shortest)
    last = np.searchsorted(problem.jobs, problem.jobs, side="right") - 1
    return np.asarray(total[last] - total, np.int64)


def _mean_busy(
    problem: Scheduling, jobs: Indices, head: TimeArray, work: TimeArray, tail: TimeArray
) -> float:
    """Bound a weighted flow time by mean busy times."""
    weights = problem.weights[jobs]
    busy = work > 0
    density = np.where(busy, weights / np.maximum(work, 1), np.inf)
    mean = _mean_busy_times(head, work, -density)
    done = np.where(busy, mean + work / 2, head)
    return float(weights @ (done + tail - problem.release[jobs]))


def _mean_busy_times(
    head: TimeArray, work: TimeArray, rank: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Mean of the times at which a preemptive machine is busy with each."""
    area = [0.0] * len(head)
    for i, begin, amount in _stretches(head, work, rank):
        area[i] += amount * (begin + amount / 2)
    return np.array(area) / np.maximum(work, 1)
