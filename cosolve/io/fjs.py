"""Flexible job shops in the FJS format, read and written.

The first line has the numbers of jobs and of machines, perhaps also how many machines an operation
has on average. Each line behind it is a job: the number of its operations, and for each of them the
number of its machines and then machine and duration, again and again. Some authors number machines
from 0, most from 1: a file that names machine 0 is one of the former.

References
----------
.. [1] P. Brandimarte, "Routing and scheduling in a flexible job shop by tabu search", Annals of
   Operations Research 41 (1993), whose instances are the first in this format.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.ragged import Ragged
from cosolve.io.text import is_number, quote
from cosolve.problems import Objective, Scheduling
from cosolve.problems.scheduling_features import FLEXIBLE, features


def parses_as_job(words: list[int]) -> bool:
    """Whether the numbers of a line are those of a job, neither more nor fewer."""
    if not words or words[0] < 0:
        return False
    at = 1
    for _ in range(min(words[0], len(words))):
        if at >= len(words) or words[at] < 1:
            return False
        at += 1 + 2 * words[at]
    return at == len(words)


def read_fjs(table: Ragged) -> Scheduling:
    """Read a flexible job shop.

    Parameters
    ----------
    table
        The file.

    Raises
    ------
    FormatError
        If it does not describe such a problem; the message names line and operation.
    """
    jobs = table.head_number(0, "jobs")
    machines = table.head_number(1, "machines")
    if len(table.head) > 3:
        raise table.error(-1, f"expected 2 or 3 numbers, found {len(table.head)}")
    if not all(is_number(word) for word in table.head):
        raise table.error(-1, f"expected a number, found {quote(table.head[-1])}")
    require_jobs(table, jobs)
    job: list[int] = []
    counts: list[int] = []
    pairs: list[int] = []
    for row, words in enumerate(table.rows):
        at = 1
        for place in range(words[0]):
            if at >= len(words):
                raise table.error(
                    row, f"job {row}: expected {words[0]} operations, found {place} in the line"
                )
            count = words[at]
            if count < 1:
                raise table.error(
                    row,
                    f"operation {place} of job {row}: expected one machine or more, found {count}",
                )
            part = words[at + 1 : at + 1 + 2 * count]
            if len(part) < 2 * count:
                raise table.error(
                    row,
                    f"operation {place} of job {row}: expected machine and duration {count} times, "
                    f"found {len(part)} numbers",
                )
            job.append(row)
            counts.append(count)
            pairs += part
            at += 1 + 2 * count
        if at < len(words) or words[0] < 0:
            raise table.error(
                row,
                f"job {row}: expected {words[0]} operations and nothing else, found "
                f"{len(words) - at} more numbers",
            )
    base = 0 if 0 in pairs[::2] else 1
    return shop(table, np.array(job, np.int32), counts, pairs, machines, base, jobs)


def require_jobs(table: Ragged, jobs: int) -> None:
    """Raise if there are not as many lines as the first line says there are jobs."""
    if len(table.rows) != jobs:
        raise table.error(
            min(jobs, len(table.rows) - 1),
            f"expected {jobs} lines, one for each job, found {len(table.rows)}",
        )


def shop(
    table: Ragged,
    jobs: np.ndarray[tuple[int], np.dtype[np.int32]],
    counts: list[int],
    pairs: list[int],
    machines: int,
    base: int,
    job_count: int,
) -> Scheduling:
    """Make a problem of the operations of a file, whose rows are the jobs.

    Parameters
    ----------
    table
        The file, for messages and the name.
    jobs
        Job of each operation.
    counts
        How many machines each has.
    pairs
        Machine and duration of each alternative, one after the other.
    machines
        How many machines there are, as the first line says.
    base
        Number of the first machine.
    job_count
        How many jobs there are: that many rows at the end of the file name the machines.

    Raises
    ------
    FormatError
        If a machine does not exist or is named twice, or a duration is negative.
    """
    numbers = np.array(pairs, np.int64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=first[1:])

    def fail(entry: int, message: str, above: int = 0) -> FormatError:
        operation = int(owner[entry])
        job = int(jobs[operation])
        place = operation - int(np.searchsorted(jobs, job))
        return table.error(job + above, f"operation {place} of job {job}: {message}")

    above = len(table.rows) - job_count  # durations that stand apart, before the machines
    machine, duration = numbers[:, 0], numbers[:, 1]
    wrong = (machine < base) | (machine >= machines + base)
    if wrong.any():
        entry = int(wrong.argmax())
        raise fail(
            entry,
            f"expected a machine from {base} to {machines + base - 1}, found {machine[entry]}",
            above,
        )  # fmt: skip
    if (duration < 0).any():
        entry = int((duration < 0).argmax())
        raise fail(entry, f"expected a duration of 0 or more, found {duration[entry]}")
    order = np.lexsort((machine, owner))
    again = (np.diff(owner[order]) == 0) & (np.diff(machine[order]) == 0)
    if again.any():
        entry = int(order[1:][again].min())
        raise fail(entry, f"machine {machine[entry]} is named twice", above)
    try:
        return Scheduling(
            jobs=jobs,
            first=first,
            machine=(machine - base).astype(np.int32),
            duration=duration,
            machines=machines,
            job_count=job_count,
            name=stem_and_suffix(table.path)[0],
        )
    except ValueError as error:
        raise FormatError(table.path, str(error)) from None


def beyond_shops(problem: Scheduling) -> list[str]:
    """Name what a problem has that no file of a (flexible) job shop can hold."""
    lost = [name for name in features(problem) if name != FLEXIBLE]
    if problem.objective is not Objective.MAKESPAN:
        lost.append(f"objective {problem.objective}")
    return lost


def fjs_text(problem: Scheduling, path: str | Path) -> str:
    """Write a flexible job shop, with machines from 1.

    Parameters
    ----------
    problem
        The problem.
    path
        Where to, for messages.

    Raises
    ------
    ValueError
        If it has what the format cannot hold.
    """
    lost = beyond_shops(problem)
    if lost:
        raise ValueError(
            f"{path}: the FJS format cannot hold the {', '.join(lost)} of the problem; write .json"
        )
    pairs = np.column_stack([problem.machine + 1, problem.duration])
    first = problem.first.tolist()
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
    lines = [f"{problem.job_count} {problem.machines}"]
    for a, b in itertools.pairwise(begin):
        words = [b - a]
        for operation in range(a, b):
            part = pairs[first[operation] : first[operation + 1]]
            words += [len(part), *part.ravel().tolist()]
        lines.append(" ".join(map(str, words)))
    return "\n".join(lines) + "\n"
