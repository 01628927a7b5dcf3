"""Checks the arguments of a scheduling problem; messages name the operation, job or machine."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.arrays import as_float

IntArray = npt.NDArray[np.int32]
TimeArray = npt.NDArray[np.int64]

MAX_TIME = 2**40
"""Largest time in an argument; sums of millions of them stay exact."""


def whole(array: Any, what: str, dtype: type[np.signedinteger[Any]]) -> npt.NDArray[Any]:
    """Copy whole numbers of any type.

    Parameters
    ----------
    array
        Anything that NumPy makes an array of.
    what
        What it is called in messages.
    dtype
        Type of the result.

    Raises
    ------
    ValueError
        If something is no number, no whole number or out of range.
    """
    numbers = as_float(array, what)
    wrong = ~(np.isfinite(numbers) & (numbers == np.floor(numbers)))
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = " ".join(map(str, where))
        raise ValueError(f"{what} {place} must be a whole number, got {numbers[where]}".rstrip())
    largest = min(MAX_TIME, np.iinfo(dtype).max)
    if numbers.size and np.abs(numbers).max() > largest:
        raise ValueError(f"{what}: numbers beyond {largest} are not supported")
    return np.array(numbers, dtype=dtype, order="C")


def count(given: Any, what: str, least: int) -> int:
    """Check a number of things of which some are named; None for as many as are named."""
    if given is None:
        return least
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise ValueError(f"{what} must be a whole number, got {given!r:.60}")
    if given < least:
        raise ValueError(f"{what} is {given}, but number {least - 1} is named")
    return int(given)


def operations(jobs: Any, first: Any) -> tuple[IntArray, IntArray]:
    """Check the jobs of the operations and where their alternatives begin."""
    jobs = whole(jobs, "job of operation", np.int32)
    first = whole(first, "first", np.int32)
    if jobs.ndim != 1 or first.shape != (jobs.size + 1,):
        raise ValueError(
            f"for n operations jobs must have shape (n,) and first (n + 1,), got {jobs.shape} and "
            f"{first.shape}"
        )
    if jobs.size and (jobs[0] < 0 or (np.diff(jobs) < 0).any()):
        raise ValueError("jobs must be numbers from 0 that do not decrease")
    if first[0] != 0 or (np.diff(first) < 0).any():
        raise ValueError("first must begin with 0 and not decrease")
    empty = np.flatnonzero(np.diff(first) == 0)
    if empty.size:
        raise ValueError(f"{operation_text(jobs, int(empty[0]))} has no machine")
    return jobs, first


def operation_text(jobs: IntArray, operation: int) -> str:
    """Name an operation by its job and its place there, both from 0, as its users do."""
    job = int(jobs[operation])
    place = operation - int(np.searchsorted(jobs, job))
    return f"operation {place} of job {job}"


def alternatives(
    first: IntArray, machine: Any, duration: Any, machines: Any
) -> tuple[IntArray, TimeArray, int]:
    """Check machines and durations of the alternatives; returns the number of machines, too."""
    machine = whole(machine, "machine of alternative", np.int32)
    duration = whole(duration, "duration of alternative", np.int64)
    k = int(first[-1])
    if machine.shape != (k,) or duration.shape != (k,):
        raise ValueError(
            f"machine and duration must have shape ({k},), got {machine.shape} and {duration.shape}"
        )
    owner = np.repeat(np.arange(first.size - 1), np.diff(first))
    for numbers, what in ((machine, "machine"), (duration, "duration")):
        negative = np.flatnonzero(numbers < 0)
        if negative.size:
            i = int(negative[0])
            raise ValueError(f"operation {owner[i]} has the negative {what} {numbers[i]}")
    total = count(machines, "machines", int(machine.max(initial=-1)) + 1)
    pairs = np.sort(owner.astype(np.int64) * max(total, 1) + machine)
    twice = np.flatnonzero(np.diff(pairs) == 0)
    if twice.size:
        o, m = divmod(int(pairs[twice[0]]), total)
        raise ValueError(f"operation {o} names machine {m} twice")
    return machine, duration, total


def precedence(given: Any, jobs: IntArray, ordered: bool) -> IntArray:
    """Check pairs of operations; together with the order of jobs they must have no cycle."""
    if given is None:
        return np.empty((0, 2), np.int32)
    arcs: IntArray = whole(given, "precedence", np.int32)
    if arcs.size == 0:
        return np.empty((0, 2), np.int32)
    if arcs.ndim != 2 or arcs.shape[1] != 2:
        raise ValueError(f"precedence must have shape (m, 2), got {arcs.shape}")
    if arcs.min() < 0 or arcs.max() >= jobs.size:
        raise ValueError(f"precedence names an operation that is not one of 0 to {jobs.size - 1}")
    cycle = _on_cycle(arcs, jobs, ordered)
    if cycle is not None:
        raise ValueError(f"{operation_text(jobs, cycle)} would have to end before it begins")
    return arcs


def _on_cycle(arcs: IntArray, jobs: IntArray, ordered: bool) -> int | None:
    """Return an operation that cannot be ordered, None if there is none."""
    following: list[list[int]] = [[] for _ in range(jobs.size)]
    waiting = np.zeros(jobs.size, np.int64)
    chained = np.flatnonzero(np.diff(jobs) == 0) if ordered else np.empty(0, np.int64)
    for a, b in [*arcs.tolist(), *((int(i), int(i) + 1) for i in chained)]:
        following[a].append(b)
        waiting[b] += 1
    ready = np.flatnonzero(waiting == 0).tolist()
    left = jobs.size
    while ready:
        left -= 1
        for b in following[ready.pop()]:
            waiting[b] -= 1
            if waiting[b] == 0:
                ready.append(b)
    return int(np.flatnonzero(waiting > 0)[0]) if left else None


def times(given: Any, what: str, size: int, of: str) -> TimeArray:
    """Check times, one for each of some things; 0 for all of them if None."""
    if given is None:
        return np.zeros(size, np.int64)
    array: TimeArray = whole(given, what, np.int64)
    if array.shape != (size,):
        raise ValueError(
            f"{what} must have shape ({size},), one for each of the {of}, got {array.shape}"
        )
    negative = np.flatnonzero(array < 0)
    if negative.size and what != "due":
        raise ValueError(f"{what} {negative[0]} is negative: {array[negative[0]]}")
    return array


def weights(given: Any, jobs: int) -> npt.NDArray[np.float64]:
    """Check the weights of jobs; 1 for each if None."""
    if given is None:
        return np.ones(jobs)
    array = as_float(given, "weights")
    if array.shape != (jobs,):
        raise ValueError(f"weights must have shape ({jobs},), got {array.shape}")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if wrong.size:
        raise ValueError(f"the weight of job {wrong[0]} must be at least 0, got {array[wrong[0]]}")
    return array


def downtime(given: Any, machines: int) -> TimeArray:
    """Check rows (machine, from, to); sorted by machine and time, without empty ones."""
    if given is None:
        return np.empty((0, 3), np.int64)
    rows: TimeArray = whole(given, "downtime", np.int64)
    if rows.size == 0:
        return np.empty((0, 3), np.int64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"downtime must have shape (d, 3), got {rows.shape}")
    for machine, begin, end in rows.tolist():
        if not 0 <= machine < machines:
            raise ValueError(f"downtime names machine {machine}, but there are {machines}")
        if not 0 <= begin <= end:
            raise ValueError(f"machine {machine} cannot be down from {begin} to {end}")
    rows = rows[rows[:, 1] < rows[:, 2]]
    return np.ascontiguousarray(rows[np.lexsort((rows[:, 1], rows[:, 0]))])


def setups(
    families: Any, given: Any, n: int, machines: int
) -> tuple[IntArray | None, TimeArray | None]:
    """Check families of operations and times between them."""
    if (families is None) != (given is None):
        raise ValueError("families and setups go together, only one of them is given")
    if families is None:
        return None, None
    families = whole(families, "family of operation", np.int32)
    table: TimeArray = whole(given, "setups", np.int64)
    if families.shape != (n,):
        raise ValueError(f"families must have shape ({n},), got {families.shape}")
    if table.ndim == 2:
        table = np.ascontiguousarray(np.broadcast_to(table, (machines, *table.shape)))
    if table.ndim != 3 or table.shape[0] != machines or table.shape[1] != table.shape[2]:
        raise ValueError(
            f"setups must have shape ({machines}, families, families), got {table.shape}"
        )
    if n and (families.min() < 0 or families.max() >= table.shape[1]):
        raise ValueError(f"families must be from 0 to {table.shape[1] - 1}, as setups say")
    if (table < 0).any():
        raise ValueError("a setup time is negative")
    return families, table


def preferred(given: Any, n: int, machines: int) -> IntArray | None:
    """Check the machines that operations should have."""
    if given is None:
        return None
    array: IntArray = whole(given, "preferred", np.int32)
    if array.shape != (n,):
        raise ValueError(f"preferred must have shape ({n},), got {array.shape}")
    if n and (array.min() < -1 or array.max() >= machines):
        raise ValueError(f"preferred machines must be from -1 to {machines - 1}")
    return array


def cost(given: Any) -> float:
    """Check the cost of a change."""
    if isinstance(given, bool) or not isinstance(given, int | float | np.number):
        raise ValueError(f"change_cost must be a number, got {given!r:.60}")
    if not 0 <= given < math.inf:
        raise ValueError(f"change_cost must be at least 0 and finite, got {given}")
    return float(given)
