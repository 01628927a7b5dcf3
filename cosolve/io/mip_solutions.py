"""Values of the columns of a mixed-integer program, as SCIP, MIPLIB, Gurobi and HiGHS write them.

A line has the name of a column and its value; columns that are not named are 0. Read besides:

- the line ``solution status: ...`` and ``objective value: ...`` of SCIP, its ``(obj:...)``
  behind a value, and ``no solution available``;
- ``=obj=`` of MIPLIB, with ``=infeas=`` and ``=unbd=``;
- comments that begin with ``#``, as Gurobi writes them;
- of HiGHS the columns below ``# Columns``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.io.mps_fields import number
from cosolve.io.numbers import one_line, shortest
from cosolve.io.text import clean, quote
from cosolve.problems.mip import MIP, Values

_HEAD = re.compile(r"\s*(solution status|objective value|=obj=)\s*:?(?=\s|$)", re.IGNORECASE)
_NONE = re.compile(r"\s*(no solution( available)?|=infeas=|=unbd=)\s*", re.IGNORECASE)
_SHARE = re.compile(r"\s*\(obj:.*\)\s*$")
_HIGHS = re.compile(r"# Columns (\d+)\s*")


def read_values(path: str | Path, data: bytes, problem: MIP) -> Values:
    """Read values from the bytes of a file.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its content.
    problem
        The program they are meant for.

    Raises
    ------
    FormatError
        If a name is unknown or there twice, a value is not finite, or the file says that there is
        no solution.
    """
    text = clean(path, data)
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = text.decode("latin-1").split("\n")
    places = {name: k for k, name in enumerate(problem.columns)}
    values = np.zeros(problem.size)
    given = np.zeros(problem.size, dtype=np.bool_)
    begin, end = _part(path, lines)
    for k in range(begin, end):
        line = lines[k]
        found = _named(path, line, k, places)
        if found is None:
            continue
        place, value = found
        if given[place]:
            raise FormatError(path, f"two values of column {quote(problem.columns[place])}", k + 1)
        given[place], values[place] = True, value
    return Values(values)


def _part(path: str | Path, lines: list[str]) -> tuple[int, int]:
    """Return where the values are: between two lines of HiGHS, or anywhere."""
    for k, line in enumerate(lines):
        match = _HIGHS.fullmatch(line)
        if match:
            count = int(match[1])
            if k + 1 + count > len(lines):
                raise FormatError(path, f"expected {count} columns, the file is cut off", k + 1)
            return k + 1, k + 1 + count
        if line.strip() == "# Primal solution values" and lines[k + 1 : k + 2] == ["None"]:
            raise FormatError(path, "the file says that there is no solution", k + 2)
    return 0, len(lines)


def _named(path: str | Path, line: str, k: int, places: dict[str, int]) -> tuple[int, float] | None:
    """Column and value of a line; None if it says nothing of the kind."""
    words = line.split()
    if len(words) > 2 and words[-1].startswith("(obj:"):
        line = _SHARE.sub("", line)
        words = line.split()
    # The most likely first: a name and a value, even if they look like something else.
    if len(words) == 2 and words[0] in places:
        name, word = words
    elif not words or line[0] == "#" or _HEAD.match(line):
        return None
    elif _NONE.fullmatch(line):
        raise FormatError(path, "the file says that there is no solution", k + 1)
    elif len(words) == 1:
        raise FormatError(path, f"expected a column and a value, found {quote(words[0])}", k + 1)
    else:
        name, word = line.strip().rsplit(None, 1)  # names may have blanks
        name = name.rstrip()
    place, value = places.get(name), number(word)
    if place is None:
        raise FormatError(path, f"there is no column {quote(name)}", k + 1)
    if value is None or not np.isfinite(value):
        raise FormatError(path, f"expected a finite number, found {quote(word)}", k + 1)
    return place, value


def values_text(problem: MIP, solution: Values) -> str:
    """Write the values that are not 0, with the objective first, as MIPLIB has it.

    Parameters
    ----------
    problem
        The program.
    solution
        Values of its columns.

    Raises
    ------
    ValueError
        If a name cannot stand at the beginning of a line.
    """
    lines = [f"# solution of {one_line(problem.name)}", f"=obj= {shortest(problem.cost(solution))}"]
    for k in np.flatnonzero(solution.values).tolist():
        name = problem.columns[k]
        if name != name.strip() or not name or "\n" in name:
            raise ValueError(f"solution files have no column name such as {quote(name)}")
        lines.append(f"{name} {shortest(float(solution.values[k]))}")
    return "\n".join(lines) + "\n"
