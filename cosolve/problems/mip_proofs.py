"""What the bounds of the columns alone prove about a mixed-integer program."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP, BoolArray

_TOLERANCE = 1e-6  # what the checker forgives is not called infeasible
_EPSILON = 2.0**-52
_EXACT = 2.0**53


def proven_infeasible(problem: MIP) -> str | None:
    """See ``MIP.proven_infeasible``."""
    return _bounds(problem) or _sides(problem) or _activities(problem)


def _bounds(problem: MIP) -> str | None:
    lower, upper = problem.lower, problem.upper
    crossed = np.flatnonzero(_above(lower, upper))
    if crossed.size:
        k = int(crossed[0])
        return (
            f"the bounds of column {problem.columns[k]} exclude each other: at least "
            f"{lower[k]:.15g}, at most {upper[k]:.15g}"
        )
    whole = problem.integer & (np.ceil(lower - _TOLERANCE) > np.floor(upper + _TOLERANCE))
    if whole.any():
        k = int(whole.argmax())
        return (
            f"column {problem.columns[k]} has no whole number from {lower[k]:.15g} to "
            f"{upper[k]:.15g}"
        )
    return None


def _sides(problem: MIP) -> str | None:
    crossed = np.flatnonzero(_above(problem.row_lower, problem.row_upper))
    if not crossed.size:
        return None
    k = int(crossed[0])
    return (
        f"the sides of row {problem.rows[k]} exclude each other: at least "
        f"{problem.row_lower[k]:.15g}, at most {problem.row_upper[k]:.15g}"
    )


def _above(low: FloatArray, high: FloatArray) -> BoolArray:
    """Where one limit is above another by more than is forgiven to either."""
    scale = np.maximum(1.0, np.maximum(_size(low), _size(high)))
    found: BoolArray = low > high + 2 * _TOLERANCE * scale
    return found


def _size(limits: FloatArray) -> FloatArray:
    return np.where(np.isfinite(limits), np.abs(limits), 0.0)


def _activities(problem: MIP) -> str | None:
    """Why a row cannot be met by any values within the bounds."""
    least, most = _reach(problem)
    for reached, side, low in ((least, problem.row_upper, False), (most, problem.row_lower, True)):
        with np.errstate(invalid="ignore"):
            excess = side - reached if low else reached - side
            suspects = np.flatnonzero(
                np.isfinite(reached) & (excess > _TOLERANCE * np.maximum(1.0, _size(side)))
            )
        for k in suspects.tolist():
            exact = _exact_reach(problem, k, most=low)
            by = Fraction(float(side[k])) - exact if low else exact - Fraction(float(side[k]))
            if by > Fraction(_TOLERANCE) * max(Fraction(1), abs(Fraction(float(side[k])))):
                word, needed = ("at most", "at least") if low else ("at least", "at most")
                return (
                    f"row {problem.rows[k]} is {word} {float(exact):.15g} within the bounds of its "
                    f"columns, and must be {needed} {side[k]:.15g}"
                )
    return None


def _reach(problem: MIP) -> tuple[FloatArray, FloatArray]:
    """Least and greatest activity of the rows within the bounds, in floating point."""
    a, places = problem.coefficients, problem.indices
    lower, upper = problem.lower[places], problem.upper[places]
    with np.errstate(over="ignore", invalid="ignore"):
        down, up = _products(a, lower, upper), _products(a, upper, lower)
        return _row_sums(problem, down), _row_sums(problem, up)


def _products(a: FloatArray, positive: FloatArray, negative: FloatArray) -> FloatArray:
    """Products with one bound where the coefficient is positive, the other where it is not."""
    limit = np.where(a > 0, positive, negative)
    return np.where(a == 0, 0.0, a * np.where(a == 0, 0.0, limit))


def _row_sums(problem: MIP, terms: FloatArray) -> FloatArray:
    sums = np.zeros(problem.row_count)
    filled = np.flatnonzero(np.diff(problem.indptr))
    if filled.size:
        sums[filled] = np.add.reduceat(terms, problem.indptr[filled])
    return sums


def _exact_reach(problem: MIP, row: int, most: bool) -> Fraction:
    total = Fraction(0)
    for k in range(int(problem.indptr[row]), int(problem.indptr[row + 1])):
        a, column = float(problem.coefficients[k]), int(problem.indices[k])
        if a:
            limit = problem.upper[column] if (a > 0) == most else problem.lower[column]
            total += Fraction(a) * Fraction(float(limit))
    return total


def trivial_bound(problem: MIP) -> float | None:
    """See ``MIP.trivial_bound``."""
    sign = -1.0 if problem.maximize else 1.0
    factor = sign * problem.objective
    used = np.flatnonzero(factor)
    lower = np.where(problem.integer, np.ceil(problem.lower), problem.lower)
    upper = np.where(problem.integer, np.floor(problem.upper), problem.upper)
    limit = np.where(factor > 0, lower, upper)[used]
    factor = factor[used]
    with np.errstate(over="ignore"):
        terms = factor * limit
    if not np.isfinite(terms).all():
        return None
    summands = [*terms.tolist(), sign * problem.offset]
    total = math.fsum(summands)
    size = math.fsum(map(abs, summands))
    whole = all(bool((v == np.round(v)).all()) for v in (factor, limit)) and size < _EXACT
    if not whole and size > 0:
        # Every product and the sum are off by half a unit in the last place at most.
        total = math.nextafter(total - _EPSILON * size, -math.inf)
    elif math.fsum([*summands, -total]) < 0:  # the products are exact, their sum is not
        total = math.nextafter(total, -math.inf)
    return sign * total + 0.0
