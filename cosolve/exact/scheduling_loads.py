"""Bounds of the makespan by how much work machines must share.

A row says that a machine does, after some time and before another, all of its operations that can
neither begin before nor end after those: the makespan is at least the sum of what comes before,
their durations there, and what comes after. Any nonnegative weights of rows that sum to 1 bound it,
too: each operation takes the machine where its weighted duration is least. The best weights are the
dual solution of a linear program.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve.exact.glop import LinearProgram
from cosolve.exact.worker import Channel
from cosolve.problems.scheduling import IntArray, Scheduling
from cosolve.search.calendars import Calendar, merged_downtime
from cosolve.search.heads_tails import HeadsTails

FloatArray = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_STEP, _SHRINK, _LEAST_STEP = 0.3, 0.93, 1e-5  # of the ascent
_ROUNDS = 60  # of cuts
_THRESHOLDS = 300  # tails of a machine that are tried for a cut
_GAIN = 1e-4  # relative, which a cut must promise
_ROUNDING = 1e-9  # relative


@dataclass(frozen=True, slots=True)
class Loads:
    """The alternatives of all operations.

    Parameters
    ----------
    first
        Where those of each operation begin, one more at the end; shape (n + 1,).
    machine, duration
        Of each alternative, shape (k,).
    head, tail
        When it can begin, and how long it takes to the end after it; shape (k,).
    machines
        How many there are.
    floor
        A bound of the makespan that is known.
    calendars
        Of the machines that are down at times.
    """

    first: IntArray
    machine: IntArray
    duration: FloatArray
    head: FloatArray
    tail: FloatArray
    machines: int
    floor: float
    calendars: Mapping[int, Calendar]

    def around(self, machine: int, head: FloatArray, tail: FloatArray) -> FloatArray:
        """Return what a machine cannot use of the makespan: before, after and while it is down.

        Parameters
        ----------
        machine
            The machine.
        head, tail
            When its operations begin at the earliest, and how much follows them at least; shape
            (k,).

        Returns
        -------
        numpy.ndarray
            Shape (k,); no more than `floor`, so that the makespan is no less even if the machine
            does nothing.
        """
        lost = np.zeros(head.size)
        calendar = self.calendars.get(machine)
        if calendar is not None:
            last = np.maximum(self.floor - tail, head)
            lost = last - head - (calendar.worked(last) - calendar.worked(head))
        return np.minimum(head + tail + lost, self.floor)


class Row(NamedTuple):
    """A part of the horizon of a machine: what can neither begin before nor end after it.

    Parameters
    ----------
    machine
        The machine.
    head, tail
        When it begins, and how much is left of the makespan when it ends.
    around
        How much of the makespan does not count: see `Loads.around`.
    """

    machine: int
    head: float
    tail: float
    around: float


class Task(NamedTuple):
    """What a worker is to do.

    Parameters
    ----------
    loads
        The alternatives.
    until
        Unix time at which it must have returned.
    """

    loads: Loads
    until: float


def loads_of(problem: Scheduling, times: HeadsTails) -> Loads:
    """Return the alternatives of a problem.

    Parameters
    ----------
    problem
        Any scheduling problem.
    times
        Its heads and tails.
    """
    sizes = np.diff(problem.first)
    head = np.maximum(np.repeat(times.head, sizes), problem.available[problem.machine])
    down = merged_downtime(problem)
    return Loads(
        problem.first,
        problem.machine,
        problem.duration.astype(np.float64),
        head.astype(np.float64),
        np.repeat(times.tail, sizes).astype(np.float64),
        problem.machines,
        float(times.longest),
        {
            machine: Calendar(down[down[:, 0] == machine, 1:])
            for machine in np.unique(down[:, 0]).tolist()
        },
    )


def whole_rows(loads: Loads) -> list[Row]:
    """Rows of everything that each machine may do.

    Parameters
    ----------
    loads
        The alternatives.
    """
    head = np.full(loads.machines, np.inf)
    tail = np.full(loads.machines, np.inf)
    np.minimum.at(head, loads.machine, loads.head)
    np.minimum.at(tail, loads.machine, loads.tail)
    used = np.flatnonzero(np.isfinite(head)).tolist()
    around = {m: loads.around(m, head[m : m + 1], tail[m : m + 1]) for m in used}
    return [Row(m, float(head[m]), float(tail[m]), float(around[m][0])) for m in used]


def members(loads: Loads, row: Row) -> Indices:
    """Alternatives that count in a row.

    Parameters
    ----------
    loads
        The alternatives.
    row
        The row.
    """
    inside = (loads.head >= row.head) & (loads.tail >= row.tail)
    return np.flatnonzero(inside & (loads.machine == row.machine))


def weighted_bound(loads: Loads, rows: list[Row], weights: FloatArray) -> float:
    """Return what weights of rows prove, whatever they are; rounding errors are subtracted.

    Parameters
    ----------
    loads
        The alternatives.
    rows
        Parts of horizons.
    weights
        One for each row, not negative.
    """
    total = float(weights.sum())
    if not total > 0:
        return 0.0
    price = np.zeros(loads.machine.size)
    fixed = 0.0
    for row, weight in zip(rows, (weights / total).tolist(), strict=True):
        if weight > 0:
            price[members(loads, row)] += weight
            fixed += weight * row.around
    work = np.minimum.reduceat(price * loads.duration, loads.first[:-1]).sum()
    value = fixed + float(work)
    return value - _ROUNDING * (1.0 + abs(value))


def load_ascent(loads: Loads, steps: int) -> Iterator[float]:
    """Better and better bounds, by an ascent over the weights of machines.

    Parameters
    ----------
    loads
        The alternatives.
    steps
        How many values there are at most.

    Yields
    ------
    float
        A valid bound after each step.
    """
    rows = whole_rows(loads)
    place = np.zeros(loads.machines, np.int64)
    place[[row.machine for row in rows]] = np.arange(len(rows))
    of = place[loads.machine]
    ends = np.array([row.around for row in rows])
    owner = np.repeat(np.arange(loads.first.size - 1), np.diff(loads.first))
    weights = best_weights = np.full(len(rows), 1.0 / len(rows))
    best, step = -np.inf, _STEP
    for _ in range(steps):
        cost = weights[of] * loads.duration
        least = np.minimum.reduceat(cost, loads.first[:-1])
        value = float(weights @ ends + least.sum())
        if value > best:
            best, best_weights = value, weights
        else:
            step *= _SHRINK
            if step < _LEAST_STEP:
                return
        yield best - _ROUNDING * (1.0 + abs(best))
        # Those that are least share an operation.
        taken = cost <= least[owner] * (1 + 1e-12)
        share = taken / np.bincount(owner, weights=taken)[owner]
        load = ends + np.bincount(of, weights=share * loads.duration, minlength=len(rows))
        slope = load / max(best, 1e-9) - 1.0
        weights = best_weights * np.exp(step * np.clip(slope, -1.0, 1.0))
        weights = weights / weights.sum()


def climb(task: Task, channel: Channel) -> bool:
    """Send better and better bounds of linear programs with more and more rows; in a worker.

    Parameters
    ----------
    task
        What to bound.
    channel
        Sent every bound.

    Returns
    -------
    bool
        Whether no row would raise the bound further.
    """
    return load_program(task.loads, task.until, channel.send, channel.interrupted.is_set)[1]


def load_program(
    loads: Loads,
    until: float,
    tell: Callable[[float], object],
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[list[Row], bool]:
    """Add rows to a linear program until none would raise the bound; for worker processes.

    Parameters
    ----------
    loads
        The alternatives.
    until
        Unix time at which to return.
    tell
        Told every better bound.
    stopped
        Whether to return earlier.

    Returns
    -------
    list of Row
        All rows.
    bool
        Whether no other would raise the bound further.
    """
    best = 0.0
    rows = whole_rows(loads)
    program = _program(loads, rows)
    for _ in range(_ROUNDS):
        left_s = until - time.time()
        if left_s <= 0 or stopped() or not program.solve(left_s):
            return rows, False
        duals = np.maximum(program.duals()[loads.first.size - 1 :], 0.0)
        value = weighted_bound(loads, rows, duals)
        if value > best:
            best = value
            tell(value)
        found = _violated(loads, program.values()[1:], program.value)
        if not found:
            return rows, True
        for row in found:
            _add_row(program, loads, row)
        rows += found
    return rows, False


def _program(loads: Loads, rows: list[Row]) -> LinearProgram:
    """Shares of alternatives after the makespan; operations are done, rows hold."""
    program = LinearProgram()
    operations = loads.first.size - 1
    for _ in range(operations):
        program.add_row(1.0, 1.0)
    program.add_column(1.0)
    owner = np.repeat(np.arange(operations), np.diff(loads.first))
    for i in owner.tolist():
        program.add_column(0.0, [i], [1.0])
    for row in rows:
        _add_row(program, loads, row)
    return program


def _add_row(program: LinearProgram, loads: Loads, row: Row) -> None:
    inside = members(loads, row)
    columns = [0, *(inside + 1).tolist()]
    coefficients = [1.0, *(-loads.duration[inside]).tolist()]
    program.add_row(row.around, float("inf"), columns, coefficients)


def _violated(loads: Loads, share: FloatArray, value: float) -> list[Row]:
    """Rows that shares break most, at most one of each machine."""
    found = []
    work = share * loads.duration
    order = np.argsort(loads.machine, kind="stable")
    cuts = np.searchsorted(loads.machine[order], np.arange(loads.machines + 1)).tolist()
    for m in range(loads.machines):
        inside = order[cuts[m] : cuts[m + 1]]
        inside = inside[work[inside] > 1e-9]
        if inside.size < 2:
            continue
        row, needed = _worst(loads, m, inside, work[inside])
        if needed > value * (1 + _GAIN):
            found.append(row)
    return found


def _worst(loads: Loads, machine: int, inside: Indices, work: FloatArray) -> tuple[Row, float]:
    """Part of the horizon of a machine that asks for the largest makespan, and that."""
    order = np.argsort(-loads.head[inside], kind="stable")
    head, tail, work = loads.head[inside][order], loads.tail[inside][order], work[order]
    thresholds = np.unique(tail)
    if thresholds.size > _THRESHOLDS:
        picked = np.linspace(0, thresholds.size - 1, _THRESHOLDS).astype(np.int64)
        thresholds = thresholds[picked]
    best, needed = Row(machine, 0.0, 0.0, 0.0), -np.inf
    for threshold in thresholds.tolist():
        around = loads.around(machine, head, np.full(head.size, threshold))
        total = np.where(tail >= threshold, work, 0.0).cumsum() + around
        k = int(total.argmax())
        if total[k] > needed:
            best = Row(machine, float(head[k]), threshold, float(around[k]))
            needed = float(total[k])
    return best, needed
