"""Writer of LP files that read back as the same program."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cosolve.io.lp import is_header
from cosolve.io.lp_tokens import NAMED
from cosolve.io.numbers import shortest
from cosolve.io.text import quote
from cosolve.io.write_mps import require_numbers

if TYPE_CHECKING:
    from cosolve.problems.mip import MIP

_WIDTH = 200  # readers take 255 characters or 560 at least
# Words that mean something, or do so together with a name behind them.
_WORDS = frozenset({"inf", "infinity", "free", "st", "s.t.", "subject", "such", "lazy", "user"})


def lp_text(problem: MIP, path: str | Path) -> str:
    """Write a program as LP.

    Parameters
    ----------
    problem
        The program.
    path
        The file, for messages.

    Raises
    ------
    ValueError
        If the format cannot hold it exactly: a name has characters that LP has not, a number is
        1e20 or more, or there are rows but no columns.
    """
    _require_names(problem, path)
    require_numbers(problem, path)
    if problem.row_count and not problem.size:
        raise ValueError(f"{path}: LP has no rows without columns")
    lines = ["maximize" if problem.maximize else "minimize"]
    lines += _wrapped(" obj:", _goal(problem))
    lines.append("subject to")
    lines += _rows(problem)
    lines += ["bounds", *_bounds(problem)]
    binary = problem.integer & (problem.lower == 0) & (problem.upper == 1)
    for title, chosen in (("general", problem.integer & ~binary), ("binary", binary)):
        names = [problem.columns[k] for k in np.flatnonzero(chosen).tolist()]
        if names:
            lines += [title, *_wrapped("", names)]
    return "\n".join([*lines, "end"]) + "\n"


def _require_names(problem: MIP, path: str | Path) -> None:
    for what, names in (("column", problem.columns), ("row", problem.rows)):
        for name in names:
            usable = NAMED.fullmatch(name) and name.lower() not in _WORDS and not is_header(name)
            if not usable:
                raise ValueError(f"{path}: LP has no {what} name such as {quote(name)}")


def _goal(problem: MIP) -> Iterator[str]:
    objective = problem.objective.tolist()
    # Readers number the columns as they come: where the rows would mix them up, all of them
    # stand in the objective.
    seen = np.concatenate([np.flatnonzero(problem.objective), problem.indices])
    _, first = np.unique(seen, return_index=True)
    ordered = len(first) == problem.size and bool((np.diff(first) > 0).all())
    for k, name in enumerate(problem.columns):
        if objective[k] or not ordered:
            yield _term(objective[k], name)
    if problem.offset:
        yield f"{'-' if problem.offset < 0 else '+'} {shortest(abs(problem.offset))}"


def _term(value: float, name: str) -> str:
    sign = "-" if math.copysign(1.0, value) < 0 else "+"
    return f"{sign} {name}" if abs(value) == 1 else f"{sign} {shortest(abs(value))} {name}"


def _rows(problem: MIP) -> Iterator[str]:
    places, values = problem.indices.tolist(), problem.coefficients.tolist()
    limits = zip(problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)
    for name, (begin, end), (low, high) in zip(
        problem.rows, pairwise(problem.indptr.tolist()), limits, strict=True
    ):
        terms = [_term(values[k], problem.columns[places[k]]) for k in range(begin, end)]
        terms = terms or [f"+ 0 {problem.columns[0]}"]
        head = f" {name}:"
        if low == high:
            terms.append(f"= {shortest(low)}")
        elif math.isinf(low) and not math.isinf(high):
            terms.append(f"<= {shortest(high)}")
        elif math.isinf(high):
            terms.append(">= -inf" if math.isinf(low) else f">= {shortest(low)}")
        else:
            head += f" {shortest(low)} <="
            terms.append(f"<= {shortest(high)}")
        yield from _wrapped(head, terms)


def _wrapped(head: str, words: Iterable[str]) -> Iterator[str]:
    """Lines that begin with blanks, so that no word is taken for a header."""
    line = head
    for word in words:
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "  "
        line += f" {word}"
    yield line


def _bounds(problem: MIP) -> Iterator[str]:
    limits = zip(problem.lower.tolist(), problem.upper.tolist(), strict=True)
    for name, (low, high), integer in zip(
        problem.columns, limits, problem.integer.tolist(), strict=True
    ):
        if (low, high) in ((0.0, math.inf), (0.0, 1.0)) and (integer or high > 1):
            continue
        if low == high:
            yield f" {name} = {shortest(low)}"
        elif math.isinf(low) and math.isinf(high):
            yield f" {name} free"
        else:
            left = "-inf <= " if math.isinf(low) else f"{shortest(low)} <= "
            right = "" if math.isinf(high) else f" <= {shortest(high)}"
            yield f" {left}{name}{right}"
