"""Job shops: lines of machines and durations, and the layout of Taillard's files.

Both begin with the numbers of jobs and of machines. In the former each line is a job: machine and
duration of its operations in turn, machines from 0. In the latter the durations of all jobs come
first and then their machines, from 1; the words "Times" and "Machines" may stand before them.

References
----------
.. [1] E. Taillard, "Benchmarks for basic scheduling problems", European Journal of Operational
   Research 64 (1993).
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.fjs import beyond_shops, parses_as_job, read_fjs, require_jobs, shop
from cosolve.io.ragged import Ragged, read_ragged, without_comments
from cosolve.problems import Scheduling
from cosolve.problems.scheduling_features import FLEXIBLE

_WORDS = re.compile(rb"^[ \t]*(times|machines)[ \t]*:?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_TITLE = re.compile(rb"\A\s*(nb of jobs|number of jobs)[^\n]*\n", re.IGNORECASE)


def is_taillard_shop(text: bytes) -> bool:
    """Whether a text begins as a file of Taillard's job shops does, with words."""
    return bool(_TITLE.match(text) or _WORDS.search(text))


def read_shop(path: str | Path, data: bytes) -> Scheduling:
    """Read a job shop or a flexible one, in whichever format the numbers are.

    Parameters
    ----------
    path
        The file; its suffix ``.fjs`` or ``.jsp`` decides where numbers could be either.
    data
        Its content.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    text = without_comments(path, data)
    if is_taillard_shop(text):
        return _read_taillard(path, text)
    table = read_ragged(path, text)
    suffix = stem_and_suffix(path)[1]
    if suffix == ".fjs" or (suffix != ".jsp" and _is_flexible(table)):
        return read_fjs(table)
    if _is_bare_taillard(table):
        return _by_blocks(table)
    return _read_lines(table)


def _is_flexible(table: Ragged) -> bool:
    """Whether lines are those of the FJS format rather than pairs of machine and duration."""
    if len(table.head) == 3:
        return True
    as_jobs = sum(parses_as_job(words) for words in table.rows)
    if as_jobs < len(table.rows):
        return 2 * as_jobs > len(table.rows)
    every = list(range(len(table.rows[0]) // 2)) if table.rows else []
    # Lines that are both: pairs if they name every machine once.
    return (
        not all(len(words) % 2 == 0 and sorted(words[::2]) == every for words in table.rows)
        or not table.rows
    )


def _is_bare_taillard(table: Ragged) -> bool:
    """Whether the rows are two blocks of as many numbers as there are machines."""
    jobs, machines = table.head_number(0, "jobs"), table.head_number(1, "machines")
    blocks = len(table.rows) == 2 * jobs > 0
    return blocks and all(len(words) == machines for words in table.rows)


def _read_lines(table: Ragged) -> Scheduling:
    jobs = table.head_number(0, "jobs")
    machines = table.head_number(1, "machines")
    if len(table.head) > 2:
        raise table.error(-1, f"expected 2 numbers, found {len(table.head)}")
    require_jobs(table, jobs)
    pairs: list[int] = []
    for row, words in enumerate(table.rows):
        if len(words) % 2:
            raise table.error(
                row,
                f"job {row}: expected pairs of machine and duration, found {len(words)} numbers",
            )
        pairs += words
    return _job_shop(table, [len(words) // 2 for words in table.rows], pairs, machines)


def _job_shop(table: Ragged, lengths: list[int], pairs: list[int], machines: int) -> Scheduling:
    jobs = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    named = pairs[::2]
    base = 1 if 0 not in named and machines in named else 0
    return shop(table, jobs, [1] * len(jobs), pairs, machines, base, len(lengths))


def _read_taillard(path: str | Path, text: bytes) -> Scheduling:
    title = _TITLE.match(text)
    # Blanked, not removed: messages count lines.
    if title is not None:
        blank = b"\n" * title[0].count(b"\n")
        text = blank + text[title.end() :]
    words = [match[1].lower() for match in _WORDS.finditer(text)]
    if words != [b"times", b"machines"]:
        found = ", ".join(word.decode() for word in words[:4]) or "none of them"
        raise FormatError(path, f"expected the words times and machines once each, found {found}")
    return _by_blocks(read_ragged(path, _WORDS.sub(b"", text)))


def _by_blocks(table: Ragged) -> Scheduling:
    """Read durations of all jobs and then machines of all jobs."""
    jobs = table.head_number(0, "jobs")
    machines = table.head_number(1, "machines")
    if len(table.rows) != 2 * jobs:
        raise table.error(
            len(table.rows) - 1,
            f"expected {jobs} lines of durations and {jobs} of machines, found {len(table.rows)}",
        )
    pairs: list[int] = []
    for job in range(jobs):
        durations, where = table.rows[job], table.rows[jobs + job]
        if len(durations) != len(where):
            raise table.error(
                jobs + job,
                f"job {job}: expected {len(durations)} machines, one for each duration, found "
                f"{len(where)}",
            )
        for machine, duration in zip(where, durations, strict=True):
            pairs += (machine, duration)
    return _job_shop(table, [len(row) for row in table.rows[:jobs]], pairs, machines)


def jsp_text(problem: Scheduling, path: str | Path) -> str:
    """Write a job shop as lines of machine and duration, with machines from 0.

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
    if problem.flexible:
        lost.append(FLEXIBLE)
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
    if min(np.diff(begin), default=1) == 0:
        lost.append("jobs without operations")
    if lost:
        raise ValueError(
            f"{path}: lines of machine and duration cannot hold the {', '.join(lost)} of the "
            "problem; write .fjs or .json"
        )
    pairs = np.column_stack([problem.machine, problem.duration])
    lines = [f"{problem.job_count} {problem.machines}"]
    lines += [" ".join(map(str, pairs[a:b].ravel().tolist())) for a, b in itertools.pairwise(begin)]
    return "\n".join(lines) + "\n"
