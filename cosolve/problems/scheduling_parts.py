"""Parts of scheduling problems: what is left to do when some operations have their times already.

A part is a problem of its own. What surrounds it becomes releases and availability, and where that
does not say it, *stand-ins*: operations beside those of the part that take the place of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve.problems.arrays import frozen
from cosolve.problems.scheduling import IntArray, Objective, Schedule, Scheduling, TimeArray
from cosolve.problems.scheduling_begun import Begun

_OWN = -1  # a machine of its own


class Tails(NamedTuple):
    """How long what follows a part takes at least, for parts in the middle of a schedule.

    Parameters
    ----------
    job
        After the last operation of each job in the part, shape (jobs,).
    machine
        After the last operation of the part on each machine, shape (machines,).
    family
        Family of the operation that follows on each machine, shape (machines,).
    """

    job: TimeArray
    machine: TimeArray
    family: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a scheduling problem, and how it relates to the whole.

    Parameters
    ----------
    problem
        The part.
    origin
        Number in the whole of each operation of the part, -1 for stand-ins; shape (k,).
    place
        -1 for stand-ins that come before everything else, 1 for those after it, else 0; shape (k,).
    offset
        What the cost of the whole is above the cost of the part.
    """

    problem: Scheduling
    origin: IntArray
    place: IntArray
    offset: float = 0.0

    @property
    def own(self) -> IntArray:
        """Operations of the part that are no stand-ins."""
        return np.flatnonzero(self.origin >= 0).astype(np.int32)

    def merged(self, whole: Schedule, found: Schedule) -> Schedule:
        """Put a schedule of the part into one of the whole.

        Parameters
        ----------
        whole
            A schedule of the whole problem; what it says of the part does not matter.
        found
            A schedule of the part.
        """
        machine, start = whole.machine.copy(), whole.start.copy()
        own = self.own
        machine[self.origin[own]] = found.machine[own]
        start[self.origin[own]] = found.start[own]
        return Schedule(machine, start)

    def rank(self, key: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Order the operations of the part by a key of those of the whole.

        Parameters
        ----------
        key
            Such as the starts in a schedule, shape (n,).

        Returns
        -------
        numpy.ndarray
            A different number for each operation of the part, shape (k,); equal keys in the order
            of their numbers.
        """
        keys = np.where(self.origin >= 0, key[self.origin], 0)
        order = np.lexsort((keys, self.place))
        rank = np.empty(order.size, np.int64)
        rank[order] = np.arange(order.size)
        return rank

    def machines_of(self, machine: IntArray) -> IntArray:
        """Return the machines of the part's operations in a schedule of the whole.

        Parameters
        ----------
        machine
            Machines of all operations, shape (n,).

        Returns
        -------
        numpy.ndarray
            Shape (k,); -1 for stand-ins and where the machine is none of the operation's.
        """
        chosen: IntArray = np.where(self.origin >= 0, machine[self.origin], -1).astype(np.int32)
        chosen[self.problem.durations_on(chosen) < 0] = -1
        return chosen


class _Cut:
    """A part while it is put together."""

    def __init__(
        self, problem: Scheduling, operations: IntArray, begun: Begun, not_before: int
    ) -> None:
        self.whole, self.begun = problem, begun
        self.chosen = np.sort(operations)
        names, job = np.unique(problem.jobs[self.chosen], return_inverse=True)
        self.names, self.jobs = names, job.tolist()
        self.release: list[int] = np.maximum(begun.job_ready[names], not_before).tolist()
        self.available = np.maximum(begun.machine_ready, not_before)
        self.setups, self.extra_family = problem.setups, 0
        # Stand-ins: machine, duration, family and place of each; jobs go on in `jobs`.
        self.extra: list[tuple[int, int, int, int]] = []
        self.arcs: list[tuple[int, int]] = []
        self._number = np.full(problem.operations, -1, np.int64)
        self._number[self.chosen] = np.arange(self.chosen.size)
        starts = np.flatnonzero(np.diff(job, prepend=-1))
        self._first_of_job = np.zeros(self.chosen.size, np.bool_)
        self._first_of_job[starts] = True

    def add(self, job: int, machine: int, duration: int, family: int, place: int) -> int:
        """Add a stand-in; returns its number."""
        self.jobs.append(job)
        self.extra.append((machine, duration, family, place))
        return len(self.jobs) - 1

    def new_job(self, release: int) -> int:
        self.release.append(release)
        return len(self.release) - 1

    def ghost(self, operation: int) -> int:
        """Add an operation that has its times already, on a machine of its own."""
        begun = self.begun
        length = int(begun.end[operation] - begun.start[operation])
        return self.add(self.new_job(int(begun.start[operation])), _OWN, length, 0, -1)

    def carry_precedence(self) -> None:
        """Keep the arcs within the part and from what has times."""
        arcs = self.whole.precedence
        if not arcs.size:
            return
        number, begun = self._number[arcs], self.begun
        self.arcs += [(a, b) for a, b in number[(number >= 0).all(axis=1)].tolist()]
        entering = begun.done[arcs[:, 0]] & (number[:, 1] >= 0)
        ghosts: dict[int, int] = {}
        for (a, _), (_, b) in zip(arcs[entering].tolist(), number[entering].tolist(), strict=True):
            job, end = self.jobs[b], int(begun.end[a])
            if end <= self.release[job]:
                continue
            if self.whole.ordered and self._first_of_job[b]:
                self.release[job] = end
                continue
            if a not in ghosts:
                ghosts[a] = self.ghost(a)
            self.arcs.append((ghosts[a], b))

    def carry_families(self) -> None:
        """Let setups go on from the operation that each machine did last.

        An operation without length, of a family of its own, goes before all others of the machine;
        the setup after it ends when the one after the last operation would.
        """
        whole, begun = self.whole, self.begun
        if whole.setups is None or whole.families is None or not self.chosen.size:
            return
        families = whole.families
        own = whole.setups.shape[1]
        table = np.zeros((whole.machines, own + 1, own + 1), np.int64)
        table[:, :own, :own] = whole.setups
        # Before everything else, so that what has no length is not taken to be done first.
        origin = max(0, min(self.release) - 1)
        for m in np.flatnonzero(begun.last >= 0).tolist():
            row = whole.setups[m, families[begun.last[m]]]
            if not row.any():
                continue
            ready = max(int(begun.machine_ready[m]), 0)
            table[m, own, :own] = np.maximum(ready + row - origin, 0)
            self.available[m] = origin
            anchor = self.add(self.new_job(origin), m, 0, own, -1)
            self.arcs += [(anchor, b) for b in self._first_on(m)]
        self.setups = table

    def _first_on(self, machine: int) -> list[int]:
        """Operations that may be a job's first on a machine."""
        whole = self.whole
        counts = np.diff(whole.first)[self.chosen]
        taken = _slices(whole.first[self.chosen], counts)
        owner = np.repeat(np.arange(counts.size), counts)
        found = owner[whole.machine[taken] == machine]
        if whole.ordered and found.size:
            jobs = whole.jobs[self.chosen[found]]
            found = found[np.flatnonzero(np.diff(jobs, prepend=-1))]
        return [int(b) for b in found]

    def carry_tails(self, tails: Tails) -> None:
        """Let what follows the part count for the makespan."""
        whole = self.whole
        if whole.objective is not Objective.MAKESPAN:
            return
        if whole.ordered:
            for job, name in enumerate(self.names.tolist()):
                if tails.job[name] > 0:
                    self.add(job, _OWN, int(tails.job[name]), 0, 1)
        # Where a machine is down later, one long operation does not tell what follows.
        follow = tails.machine > 0
        follow[whole.downtime[:, 0]] = False
        earliest = min(self.release, default=0)
        for m in np.flatnonzero(follow).tolist():
            family = int(tails.family[m])
            self.add(self.new_job(earliest), m, int(tails.machine[m]), family, 1)

    def part(self, only: IntArray | None, tails: Tails | None, offset: float) -> Part:
        """Build the part."""
        whole, k = self.whole, self.chosen.size
        jobs = np.array(self.jobs, np.int32)
        order = np.argsort(jobs, kind="stable")
        first, machine, duration = self._alternatives(order, only)
        names = ("machine", "duration", "family", "place")
        extra = {n: [e[i] for e in self.extra] for i, n in enumerate(names)}
        number = np.empty(order.size, np.int32)
        number[order] = np.arange(order.size)
        arcs: IntArray = number[np.array(self.arcs, np.int64).reshape(-1, 2)]
        count = len(self.release)
        weights = np.zeros(count)
        weights[: self.names.size] = whole.weights[self.names]
        own_machines = extra["machine"].count(_OWN)
        families = None
        if whole.families is not None:
            families = np.concatenate([whole.families[self.chosen], _ints(extra["family"])])[order]
        preferred = None
        if whole.preferred is not None:
            nowhere = np.full(len(self.extra), -1, np.int32)
            preferred = np.concatenate([whole.preferred[self.chosen], nowhere])[order]
        problem = Scheduling(
            jobs=jobs[order],
            first=first,
            machine=machine,
            duration=duration,
            machines=whole.machines + own_machines,
            job_count=count,
            ordered=whole.ordered,
            precedence=arcs,
            release=np.array(self.release, np.int64),
            due=self._due(tails),
            weights=weights,
            available=np.concatenate([self.available, np.zeros(own_machines, np.int64)]),
            downtime=whole.downtime,
            families=families,
            setups=_padded(self.setups, own_machines),
            objective=whole.objective,
            preferred=preferred,
            change_cost=whole.change_cost,
            name=f"a part of {whole.name}",
        )
        origin = np.concatenate([self.chosen, np.full(len(self.extra), -1)])[order]
        place = np.concatenate([np.zeros(k, np.int32), _ints(extra["place"])])[order]
        return Part(problem, frozen(origin.astype(np.int32)), frozen(place), offset)

    def _alternatives(
        self, order: npt.NDArray[np.intp], only: IntArray | None
    ) -> tuple[IntArray, IntArray, TimeArray]:
        whole = self.whole
        counts = np.diff(whole.first)[self.chosen]
        taken = _slices(whole.first[self.chosen], counts)
        machine, duration = whole.machine[taken], whole.duration[taken]
        if only is not None:
            wanted = np.repeat(only[self.chosen], counts)
            kept = (wanted < 0) | (machine == wanted)
            owner = np.repeat(np.arange(counts.size), counts)
            machine, duration = machine[kept], duration[kept]
            counts = np.bincount(owner[kept], minlength=counts.size)
        own = whole.machines
        extra_machine = []
        for m, *_ in self.extra:
            extra_machine.append(own if m == _OWN else m)
            own += m == _OWN
        machine = np.concatenate([machine, _ints(extra_machine)])
        duration = np.concatenate([duration, np.array([e[1] for e in self.extra], np.int64)])
        counts = np.concatenate([counts, np.ones(len(self.extra), np.int64)])
        begins = np.cumsum(counts) - counts
        first = np.concatenate([[0], np.cumsum(counts[order])]).astype(np.int32)
        taken = _slices(begins[order], counts[order])
        return first, machine[taken], duration[taken]

    def _due(self, tails: Tails | None) -> TimeArray | None:
        whole = self.whole
        if whole.objective is not Objective.TARDINESS or whole.due is None:
            return None
        due = np.zeros(len(self.release), np.int64)
        due[: self.names.size] = whole.due[self.names]
        if tails is not None:
            due[: self.names.size] -= tails.job[self.names]
        return due


def part_of(
    problem: Scheduling,
    operations: npt.ArrayLike,
    begun: Begun,
    *,
    not_before: int = 0,
    tails: Tails | None = None,
    only: IntArray | None = None,
    floor: int | None = None,
    offset: float = 0.0,
) -> Part:
    """Make a problem of some operations that come after what has its times already.

    Parameters
    ----------
    problem
        The whole problem.
    operations
        Those of the part, none of them begun, all that precede them begun or among them.
    begun
        What has times.
    not_before
        Time before which none of the operations begins.
    tails
        What follows the part; nothing unless given. For the makespan it becomes operations; due
        dates are moved by it.
    only
        The one machine that each operation may have, -1 for all of its machines; shape (n,).
    floor
        An operation that has its times already, to whose end the makespan of the part is never
        below.
    offset
        See `Part`.

    Returns
    -------
    Part
        Schedules of it fit what has begun: machines go on when they are free for good, so that
        gaps before stay gaps.
    """
    cut = _Cut(problem, np.asarray(operations, np.int32), begun, not_before)
    cut.carry_precedence()
    if floor is not None:
        cut.ghost(floor)
    cut.carry_families()
    if tails is not None:
        cut.carry_tails(tails)
    return cut.part(only, tails, offset)


def _ints(values: Sequence[int]) -> IntArray:
    return np.array(values, np.int32)


def _slices(begins: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]) -> TimeArray:
    """Numbers of all elements of slices, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    shift = np.repeat(begins - (ends - counts), counts)
    taken: TimeArray = np.arange(total, dtype=np.int64) + shift
    return taken


def _padded(setups: TimeArray | None, machines: int) -> TimeArray | None:
    if setups is None or not machines:
        return setups
    return np.concatenate([setups, np.zeros((machines, *setups.shape[1:]), np.int64)])
