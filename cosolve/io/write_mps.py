"""Writer of free MPS files that read back as the same program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cosolve.io.mps_bounds import INFINITY
from cosolve.io.numbers import one_line, shortest
from cosolve.io.text import quote

if TYPE_CHECKING:
    from cosolve.problems.mip import MIP

_INFINITE = "1e30"
_OBJECTIVE = "obj"


def mps_text(problem: MIP, path: str | Path) -> str:
    """Write a program as free MPS.

    Parameters
    ----------
    problem
        The program.
    path
        The file, for messages.

    Raises
    ------
    ValueError
        If the format cannot hold it exactly: a name has white space, a number is 1e20 or more, or a
        row has a lower side above the upper one.
    """
    _require_names(problem, path)
    require_numbers(problem, path)
    goal = _OBJECTIVE
    while goal in problem.rows:
        goal += "_"
    letters, sides, ranges = _rows(problem, path)
    lines = [f"NAME {one_line(problem.name)}"]
    if problem.maximize:
        lines += ["OBJSENSE", "    MAX"]
    lines += ["ROWS", f" N {goal}"]
    lines += [f" {letter} {name}" for letter, name in zip(letters, problem.rows, strict=True)]
    lines += ["COLUMNS", *_columns(problem, goal), "RHS"]
    if problem.offset:
        lines.append(f"    rhs {goal} {shortest(-problem.offset)}")
    lines += [f"    rhs {problem.rows[k]} {side}" for k, side in sides.items()]
    if ranges:
        lines.append("RANGES")
        lines += [f"    rng {problem.rows[k]} {shortest(width)}" for k, width in ranges.items()]
    lines += ["BOUNDS", *_bounds(problem), "ENDATA"]
    return "\n".join(lines) + "\n"


def _require_names(problem: MIP, path: str | Path) -> None:
    for what, names in (("column", problem.columns), ("row", problem.rows)):
        for name in names:
            if len(name.split()) != 1 or name != name.strip() or "\0" in name:
                raise ValueError(f"{path}: free MPS has no {what} name such as {quote(name)}")
            if name == "'MARKER'" and what == "row":
                raise ValueError(f"{path}: MPS has no row name such as {quote(name)}")


def require_numbers(problem: MIP, path: str | Path) -> None:
    """Refuse finite numbers that readers take for infinite.

    Raises
    ------
    ValueError
        If there is one.
    """
    for what, values in (
        ("coefficient", problem.coefficients),
        ("coefficient", problem.objective),
        ("constant", np.array([problem.offset])),
        ("side", problem.row_lower),
        ("side", problem.row_upper),
        ("bound", problem.lower),
        ("bound", problem.upper),
    ):
        huge = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= INFINITY))
        if huge.size:
            raise ValueError(
                f"{path}: a {what} is {values[huge[0]]:g}, which stands for infinity in such files"
            )


def _rows(problem: MIP, path: str | Path) -> tuple[list[str], dict[int, str], dict[int, float]]:
    """Letters of the rows, right-hand sides that are not 0, and ranges."""
    letters: list[str] = []
    sides: dict[int, str] = {}
    ranges: dict[int, float] = {}
    limits = zip(problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)
    for k, (low, high) in enumerate(limits):
        letter, side = "G", low
        if low == high:
            letter = "E"
        elif math.isinf(low):
            # A free row: rows of type N would be left out by readers.
            letter, side = ("G", low) if math.isinf(high) else ("L", high)
        elif not math.isinf(high):
            letter, side, ranges[k] = _range(low, high, problem.rows[k], path)
        letters.append(letter)
        if math.isinf(side):
            sides[k] = "-" + _INFINITE
        elif side:
            sides[k] = shortest(side)
    return letters, sides, ranges


def _range(low: float, high: float, name: str, path: str | Path) -> tuple[str, float, float]:
    """Letter, right-hand side and width from which both sides come out exactly."""
    if low > high:
        raise ValueError(f"{path}: MPS has no row whose sides exclude each other, such as {name}")
    width = high - low
    for candidate in (width, math.nextafter(width, 0.0), math.nextafter(width, math.inf)):
        if low + candidate == high:
            return "G", low, candidate
        if high - candidate == low:
            return "L", high, candidate
    raise ValueError(f"{path}: the sides of row {name} have no exact difference; write .lp instead")


def _columns(problem: MIP, goal: str) -> Iterator[str]:
    order = np.argsort(problem.indices, kind="stable")
    row = np.repeat(np.arange(problem.row_count), np.diff(problem.indptr))[order].tolist()
    values = problem.coefficients[order].tolist()
    ends = np.cumsum(np.bincount(problem.indices, minlength=problem.size)).tolist()
    objective, integer = problem.objective.tolist(), problem.integer.tolist()
    begin, within, markers = 0, False, 0
    for k, name in enumerate(problem.columns):
        if integer[k] != within:
            within = integer[k]
            yield f"    M{markers} 'MARKER' '{'INTORG' if within else 'INTEND'}'"
            markers += 1
        if objective[k] or begin == ends[k]:
            yield f"    {name} {goal} {shortest(objective[k])}"
        for place in range(begin, ends[k]):
            yield f"    {name} {problem.rows[row[place]]} {shortest(values[place])}"
        begin = ends[k]
    if within:
        yield f"    M{markers} 'MARKER' 'INTEND'"


def _bounds(problem: MIP) -> Iterator[str]:
    limits = zip(problem.lower.tolist(), problem.upper.tolist(), strict=True)
    for name, (low, high), integer in zip(
        problem.columns, limits, problem.integer.tolist(), strict=True
    ):
        if low == high:
            yield f" FX bnd {name} {shortest(low)}"
            continue
        if math.isinf(low) and math.isinf(high):
            yield f" FR bnd {name}"
            continue
        if math.isinf(low):
            yield f" MI bnd {name}"
        elif low or high < 0:
            yield f" LO bnd {name} {shortest(low)}"
        if not math.isinf(high):
            yield f" UP bnd {name} {shortest(high)}"
        elif integer:
            yield f" PL bnd {name}"  # otherwise an integer without bounds would be binary
