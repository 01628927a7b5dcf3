"""Scheduling of operations on machines: one immutable class for job shops and their relatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from cosolve.problems import scheduling_validate as validate
from cosolve.problems.arrays import frozen
from cosolve.problems.metrics import FloatArray

if TYPE_CHECKING:
    from cosolve.core import Violation

IntArray = npt.NDArray[np.int32]
TimeArray = npt.NDArray[np.int64]


@unique
class Objective(StrEnum):
    """What is minimized."""

    MAKESPAN = "makespan"
    """When the last operation ends."""
    TARDINESS = "tardiness"
    """How much later than due the jobs end, weighted and summed."""
    FLOW_TIME = "flow-time"
    """How long after their release the jobs end, weighted and summed."""


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Where and when each operation is done.

    Parameters
    ----------
    machine
        Machine of each operation, shape (n,).
    start
        When it begins, shape (n,).

    Raises
    ------
    ValueError
        If they are not arrays of whole numbers of one length.
    """

    machine: IntArray
    start: TimeArray

    def __post_init__(self) -> None:
        """Validate and freeze the arrays."""
        machine = validate.whole(self.machine, "machine of an operation", np.int32)
        start = validate.whole(self.start, "start of an operation", np.int64)
        if machine.ndim != 1 or machine.shape != start.shape:
            raise ValueError(
                "a schedule has one machine and one start for each operation, got arrays of shape "
                f"{machine.shape} and {start.shape}"
            )
        object.__setattr__(self, "machine", frozen(machine))
        object.__setattr__(self, "start", frozen(start))

    def __len__(self) -> int:
        """Return the number of operations."""
        return int(self.start.size)

    def __eq__(self, other: object) -> bool:
        """Two schedules are equal if they agree on every operation."""
        return (
            isinstance(other, Schedule)
            and np.array_equal(self.machine, other.machine)
            and np.array_equal(self.start, other.start)
        )

    def __hash__(self) -> int:
        """Hash of the arrays."""
        return hash((self.machine.tobytes(), self.start.tobytes()))


@dataclass(frozen=True, slots=True, eq=False)
class Scheduling:
    """A scheduling problem: jobs are operations, each done by one of its machines without a break.

    Operations, jobs and machines are numbered from 0. A machine does one operation at a time, and
    so does a job. Times are whole numbers. Arrays are copied and made read-only; whatever may be
    left out is filled in, but for `due`, `setups` and `preferred`, which stay None.

    Parameters
    ----------
    jobs
        Job of each operation, shape (n,), not decreasing: the operations of a job are adjacent.
    first
        Alternatives of operation i are the entries ``first[i]`` to ``first[i + 1] - 1`` of the
        next two arrays; shape (n + 1,).
    machine, duration
        Machine of each alternative, and how long the operation takes there; shape (k,).
    machines
        How many there are; as many as `machine` names if None.
    job_count
        How many jobs there are; those without operations count, too. As many as `jobs` names if
        None.
    ordered
        Whether a job does its operations in the order of their numbers. If not it is one of an open
        shop: they may come in any order, one at a time.
    precedence
        Rows (a, b): operation b begins when a has ended, or later; shape (m, 2). Besides the order
        within jobs.
    release
        Earliest begin of each job, shape (jobs,).
    due
        When each job should be done, shape (jobs,); only for tardiness.
    weights
        Weight of each job, shape (jobs,), not negative; 1 unless given. Not for makespan.
    available
        Time from which each machine is free, shape (machines,).
    downtime
        Rows (machine, from, to): no operation is under way between these times; shape (d, 3).
    families
        Family of each operation, shape (n,); given with `setups`.
    setups
        Time a machine needs after an operation of family f before one of family g follows it,
        shape (machines, families, families), or without the first axis if all machines are alike.
    objective
        What is minimized.
    preferred
        Machine that each operation should have, -1 for none; shape (n,). For changing an existing
        schedule as little as possible.
    change_cost
        Added to the objective for each operation that has another machine than it should.
    name, comment
        As in the file.

    Raises
    ------
    ValueError
        If an argument is malformed; the message says what and where.

    Examples
    --------
    >>> problem = Scheduling.from_jobs([[{0: 3}, {1: 2}], [{1: 2, 0: 5}, {0: 1}]])
    >>> problem.operations, problem.machines
    (4, 2)
    >>> schedule = Schedule([0, 1, 1, 0], [0, 3, 0, 3])
    >>> problem.check(schedule), problem.cost(schedule)
    ([], 5.0)
    """

    kind: ClassVar[str] = "scheduling"
    maximize: ClassVar[bool] = False

    jobs: IntArray
    first: IntArray
    machine: IntArray
    duration: TimeArray
    machines: int = None  # type: ignore[assignment]  # filled in by __post_init__
    job_count: int = None  # type: ignore[assignment]
    ordered: bool = True
    precedence: IntArray = None  # type: ignore[assignment]
    release: TimeArray = None  # type: ignore[assignment]
    due: TimeArray | None = None
    weights: FloatArray = None  # type: ignore[assignment]
    available: TimeArray = None  # type: ignore[assignment]
    downtime: TimeArray = None  # type: ignore[assignment]
    families: IntArray | None = None
    setups: TimeArray | None = None
    objective: Objective = Objective.MAKESPAN
    preferred: IntArray | None = None
    change_cost: float = 0.0
    name: str = "unnamed"
    comment: str = ""

    def __post_init__(self) -> None:
        """Validate every argument and freeze the arrays."""
        jobs, first = validate.operations(self.jobs, self.first)
        machine, duration, machines = validate.alternatives(
            first, self.machine, self.duration, self.machines
        )
        count = validate.count(self.job_count, "job_count", int(jobs.max(initial=-1)) + 1)
        n = jobs.size
        self._set("machines", machines)
        self._set("job_count", count)
        self._set("objective", Objective(self.objective))
        if not isinstance(self.ordered, bool | np.bool_):
            raise ValueError(f"ordered must be True or False, got {self.ordered!r:.60}")
        self._set("ordered", bool(self.ordered))
        if self.objective is Objective.TARDINESS and self.due is None:
            raise ValueError("to minimize tardiness, jobs need due dates")
        families, setups = validate.setups(self.families, self.setups, n, machines)
        arrays: dict[str, npt.NDArray[Any] | None] = {
            "jobs": jobs,
            "first": first,
            "machine": machine,
            "duration": duration,
            "precedence": validate.precedence(self.precedence, jobs, self.ordered),
            "release": validate.times(self.release, "release", count, "jobs"),
            "due": None if self.due is None else validate.times(self.due, "due", count, "jobs"),
            "weights": validate.weights(self.weights, count),
            "available": validate.times(self.available, "available", machines, "machines"),
            "downtime": validate.downtime(self.downtime, machines),
            "families": families,
            "setups": setups,
            "preferred": validate.preferred(self.preferred, n, machines),
        }
        for name, array in arrays.items():
            self._set(name, None if array is None else frozen(array))
        self._set("change_cost", validate.cost(self.change_cost))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @classmethod
    def from_jobs(cls, jobs: Iterable[Sequence[Mapping[int, int]]], **others: Any) -> Scheduling:
        """Make a problem from its jobs.

        Parameters
        ----------
        jobs
            The operations of each job; an operation is its durations by machine.
        **others
            What else the constructor takes.
        """
        listed = [list(job) for job in jobs]
        operations = [operation for job in listed for operation in job]
        first = np.zeros(len(operations) + 1, np.int32)
        np.cumsum([len(operation) for operation in operations], out=first[1:])
        others.setdefault("job_count", len(listed))
        return cls(
            jobs=np.repeat(np.arange(len(listed)), [len(job) for job in listed]),
            first=first,
            machine=np.array([m for o in operations for m in o], dtype=np.int64),
            duration=np.array([d for o in operations for d in o.values()], dtype=np.int64),
            **others,
        )

    @property
    def operations(self) -> int:
        """Number of operations."""
        return int(self.jobs.size)

    @property
    def size(self) -> int:
        """Number of operations."""
        return self.operations

    @property
    def arcs(self) -> IntArray:
        """Pairs of operations of which the second waits for the first, shape (m, 2).

        Those of `precedence`, then those that the order within jobs makes.
        """
        if not self.ordered:
            return self.precedence
        chained = np.flatnonzero(np.diff(self.jobs) == 0).astype(np.int32)
        return np.concatenate([self.precedence, np.column_stack([chained, chained + 1])])

    @property
    def flexible(self) -> bool:
        """Whether some operation has several machines."""
        return bool((np.diff(self.first) > 1).any())

    @property
    def integral(self) -> bool:
        """Whether every feasible cost is an integer."""
        weighted = self.objective is not Objective.MAKESPAN
        whole = not weighted or bool((self.weights == np.floor(self.weights)).all())
        return whole and (self.preferred is None or float(self.change_cost).is_integer())

    def durations_on(self, machine: npt.ArrayLike) -> TimeArray:
        """How long operations take on machines.

        Parameters
        ----------
        machine
            A machine for each operation, shape (n,).

        Returns
        -------
        numpy.ndarray
            Shape (n,); -1 where the machine is none of the operation's.
        """
        chosen = np.repeat(np.asarray(machine), np.diff(self.first)) == self.machine
        result = np.full(self.operations, -1, np.int64)
        owner = np.repeat(np.arange(self.operations), np.diff(self.first))
        result[owner[chosen]] = self.duration[chosen]
        return result

    def ends(self, schedule: Schedule) -> TimeArray:
        """When operations end, shape (n,)."""
        return schedule.start + np.maximum(self.durations_on(schedule.machine), 0)

    def completions(self, schedule: Schedule) -> TimeArray:
        """When jobs are done, shape (jobs,); those without operations at their release."""
        done = np.array(self.release)
        np.maximum.at(done, self.jobs, self.ends(schedule))
        return done

    def cost(self, schedule: Schedule) -> float:
        """Objective value of a schedule."""
        if self.objective is Objective.MAKESPAN:
            value = float(self.ends(schedule).max(initial=0))
        else:
            reference = self.release if self.objective is Objective.FLOW_TIME else self.due
            assert reference is not None
            late = np.maximum(self.completions(schedule) - reference, 0)
            late[np.bincount(self.jobs, minlength=self.job_count) == 0] = 0
            value = float(self.weights @ late)
        return value + self.change_cost * self.changes(schedule)

    def changes(self, schedule: Schedule) -> int:
        """Count the operations that have another machine than they should."""
        if self.preferred is None:
            return 0
        wrong = (self.preferred >= 0) & (self.preferred != schedule.machine)
        return int(wrong.sum())

    def check(self, schedule: Schedule) -> list[Violation]:
        """All violations of a schedule; empty if it is feasible."""
        from cosolve.problems.scheduling_check import violations

        return violations(self, schedule)
