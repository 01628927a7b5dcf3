"""Schedules: text with a line for each operation, or JSON; read and written.

A line of text has the job, the place of the operation in it, the machine, begin and end; all
numbers are from 0. What follows a ``#`` is a remark. Operations may come in any order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.json_text import load
from cosolve.io.numbers import one_line
from cosolve.io.ragged import without_comments
from cosolve.io.text import Block, read_rows
from cosolve.problems import Schedule, Scheduling
from cosolve.problems.scheduling_validate import MAX_TIME, operation_text

SCHEDULE_LINE = re.compile(r"#\s*schedule\b", re.IGNORECASE)
"""How the first line of a schedule as text begins."""

JSON_FORMAT = "cosolve-schedule"
"""What a schedule as JSON says it is."""

COLUMNS = ("job", "operation", "machine", "start", "end")
"""Numbers of an operation, in their order."""

UNKNOWN = -1
"""Machine of operations that a file leaves out, where that is left to the checker."""

Table = npt.NDArray[np.float64]
Fail = Callable[[int, str], FormatError]


def read_schedule(
    path: str | Path, data: bytes, problem: Scheduling, *, complete: bool = True
) -> Schedule:
    """Read a schedule.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its content.
    problem
        The problem the schedule is meant for.
    complete
        Whether to insist that every operation is there, on a machine that can do it. If not, that
        is left to ``check``; operations that are left out get the machine -1.

    Raises
    ------
    FormatError
        If it holds no schedule of this problem, an operation twice, or one that ends when it does
        not.
    """
    if data.lstrip().startswith(b"{") or data.startswith(b"\xef\xbb\xbf{"):
        table, fail = _from_json(path, data)
    else:
        text = without_comments(path, data)
        block = Block(path, text, 0, len(text), "schedule")
        table, fail = read_rows(block, len(COLUMNS)), block.row_error
    if len(table) == 0 and problem.operations:
        raise FormatError(path, f"expected the {problem.operations} operations, found none")
    return _assembled(path, table, fail, problem, complete)


def _from_json(path: str | Path, data: bytes) -> tuple[Table, Fail]:
    root = load(path, data, JSON_FORMAT)
    root.only(("format", "version", "problem", "cost", "operations"))
    rows = []
    for operation in root.required("operations").items():
        if not isinstance(operation.value, dict) or len(operation.value) != len(COLUMNS):
            operation.only(COLUMNS)
        rows.append([operation.required(name).whole(-MAX_TIME) for name in COLUMNS])

    def fail(row: int, message: str) -> FormatError:
        return FormatError(path, f"operations[{row}]: {message}")

    return np.array(rows, np.float64).reshape(-1, len(COLUMNS)), fail


def _assembled(
    path: str | Path, table: Table, fail: Fail, problem: Scheduling, complete: bool
) -> Schedule:
    _require(table == np.floor(table), fail, "expected whole numbers")
    _require(np.abs(table) <= MAX_TIME, fail, f"expected numbers of at most {MAX_TIME} in size")
    numbers = table.astype(np.int64)
    job, place, machine, start, end = numbers.T
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1))
    _require(
        (job >= 0) & (job < problem.job_count),
        fail, lambda row: f"there is no job {job[row]}: expected 0 to {problem.job_count - 1}",
    )  # fmt: skip
    length = np.diff(begin)[job] if job.size else job
    _require(
        (place >= 0) & (place < length),
        fail,
        lambda row: f"job {job[row]} has no operation {place[row]}: it has {length[row]}, from 0",
    )
    operation = begin[job] + place
    row_of = np.full(problem.operations, -1, np.int64)
    row_of[operation[::-1]] = np.arange(len(numbers))[::-1]
    _require(
        row_of[operation] == np.arange(len(numbers)),
        fail,
        lambda row: f"{operation_text(problem.jobs, int(operation[row]))} is scheduled twice",
    )
    found = row_of >= 0
    if complete and not found.all():
        missing = np.flatnonzero(~found)
        raise FormatError(
            path,
            f"{len(missing)} of {problem.operations} operations are not scheduled, the first is "
            f"{operation_text(problem.jobs, int(missing[0]))}",
        )
    _require(
        (machine >= 0) & (machine < problem.machines),
        fail,
        lambda row: f"there is no machine {machine[row]}: expected 0 to {problem.machines - 1}",
    )
    machines = np.where(found, machine[row_of] if len(numbers) else UNKNOWN, UNKNOWN)
    starts = np.where(found, start[row_of] if len(numbers) else 0, 0)
    duration = problem.durations_on(machines)[operation]
    if complete:
        _require(
            duration >= 0,
            fail,
            lambda row: (
                f"{operation_text(problem.jobs, int(operation[row]))} cannot be done by "
                f"machine {machine[row]}"
            ),
        )
    _require(
        (duration < 0) | (start + duration == end),
        fail,
        lambda row: (
            f"{operation_text(problem.jobs, int(operation[row]))} ends at {end[row]}, but "
            f"it begins at {start[row]} and takes {duration[row]} on machine {machine[row]}"
        ),
    )
    return Schedule(machines, starts)


def _require(right: npt.NDArray[np.bool_], fail: Fail, message: str | Callable[[int], str]) -> None:
    """Raise about the first row in which not everything is right."""
    rows = right.all(axis=1) if right.ndim > 1 else right
    if not rows.all():
        row = int(np.argmin(rows))
        raise fail(row, message if isinstance(message, str) else message(row))


def schedule_rows(problem: Scheduling, schedule: Schedule) -> list[list[int]]:
    """Numbers of each operation, in the order of ``COLUMNS``."""
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1))
    place = np.arange(problem.operations) - begin[problem.jobs]
    ends = problem.ends(schedule)
    columns = (problem.jobs, place, schedule.machine, schedule.start, ends)
    rows: list[list[int]] = np.column_stack(columns).astype(np.int64).tolist()
    return rows


def schedule_text(problem: Scheduling, schedule: Schedule, cost: str) -> str:
    """Write a schedule as text.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A feasible schedule.
    cost
        Its cost as it is to be written.
    """
    lines = [
        f"# schedule of {one_line(problem.name)}, {problem.objective} {cost}",
        f"# {' '.join(COLUMNS)}",
        *(" ".join(map(str, row)) for row in schedule_rows(problem, schedule)),
    ]
    return "\n".join(lines) + "\n"


def schedule_json(problem: Scheduling, schedule: Schedule) -> str:
    """Write a schedule as JSON, an operation a line.

    Parameters
    ----------
    problem
        The problem.
    schedule
        A feasible schedule.
    """
    operations = schedule_objects(problem, schedule)
    head: dict[str, Any] = {
        "format": JSON_FORMAT,
        "version": 1,
        "problem": problem.name,
        "cost": problem.cost(schedule),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = ",\n".join(json.dumps(operation) for operation in operations)
    return "\n".join(["{", *lines, '"operations": [', rows, "]", "}"]) + "\n"


def schedule_objects(problem: Scheduling, schedule: Schedule) -> list[dict[str, int]]:
    """Operations of a schedule as objects, ready for JSON."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in schedule_rows(problem, schedule)]
