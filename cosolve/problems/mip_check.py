"""The independent checker of mixed-integer programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.core import Violation

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP, Values

_NEARLY = 0.999
_SHOWN = 10  # violations of each kind that are told one by one


def violations(
    problem: MIP, solution: Values, feasibility: float, integrality: float, exact: bool
) -> list[Violation]:
    """See ``MIP.check``."""
    for name, value in (("feasibility", feasibility), ("integrality", integrality)):
        if not value >= 0:
            raise ValueError(f"{name} must not be negative, got {value}")
    if len(solution) != problem.size:
        message = f"expected {problem.size} values, got {len(solution)}"
        return [Violation("length", message)]
    activity = _exact_activities(problem, solution) if exact else problem.activities(solution)
    rows = _outside(activity, problem.row_lower, problem.row_upper, feasibility)
    bounds = _outside(solution.values, problem.lower, problem.upper, feasibility)
    return [
        *_told("bound", "column", bounds, problem.columns),
        *_told(
            "integrality", "column", _fractional(problem, solution, integrality), problem.columns
        ),
        *_told("row", "row", rows, problem.rows),
    ]


def _exact_activities(problem: MIP, solution: Values) -> list[Fraction]:
    values = [Fraction(v) for v in solution.values.tolist()]
    factors = [Fraction(a) for a in problem.coefficients.tolist()]
    places, ends = problem.indices.tolist(), problem.indptr.tolist()
    return [
        sum((factors[k] * values[places[k]] for k in range(begin, end)), Fraction(0))
        for begin, end in pairwise(ends)
    ]


def _outside(
    found: FloatArray | Sequence[Fraction], lower: FloatArray, upper: FloatArray, forgiven: float
) -> Iterator[tuple[int, str]]:
    """Where something lies outside its limits, and by how much."""
    if isinstance(found, np.ndarray):
        least = forgiven * _NEARLY  # rounding must not hide what is decided exactly below
        low = found < lower - least * np.maximum(1.0, np.abs(_finite(lower)))
        high = found > upper + least * np.maximum(1.0, np.abs(_finite(upper)))
        suspects: Iterable[int] = np.flatnonzero(low | high).tolist()
    else:
        suspects = range(len(found))
    for i in suspects:
        value: Any = found[i]
        for limit, below in ((float(lower[i]), True), (float(upper[i]), False)):
            if not np.isfinite(limit):
                continue
            exact = Fraction(limit)
            by = exact - Fraction(value) if below else Fraction(value) - exact
            if by > Fraction(forgiven) * max(Fraction(1), abs(exact)):
                word = "below" if below else "above"
                yield i, f"is {float(value):.15g}, {float(by):.6g} {word} {limit:.15g}"


def _finite(limits: FloatArray) -> FloatArray:
    return np.where(np.isfinite(limits), limits, 0.0)


def _fractional(problem: MIP, solution: Values, forgiven: float) -> Iterator[tuple[int, str]]:
    distance = np.abs(solution.values - np.round(solution.values))
    for i in np.flatnonzero(problem.integer & (distance > forgiven)).tolist():
        yield i, f"is {solution.values[i]:.15g}, {distance[i]:.6g} from a whole number"


def _told(
    kind: str, what: str, found: Iterable[tuple[int, str]], names: Sequence[str]
) -> list[Violation]:
    each = list(found)
    told = [Violation(kind, f"{what} {names[i]} {text}") for i, text in each[:_SHOWN]]
    if len(each) > _SHOWN:
        told.append(Violation(kind, f"{len(each) - _SHOWN} more {what}s like that"))
    return told
