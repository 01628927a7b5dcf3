"""What a lower bound is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cosolve.core import Problem

_ROUNDING = 1e-9  # relative; sums of the same legs in another order differ by far less


@dataclass(frozen=True, slots=True)
class LowerBound:
    """A proven lower bound on the cost of every solution.

    Parameters
    ----------
    value
        The bound, in the unit of the problem's cost. Valid as it stands: rounding errors are
        subtracted already, and it is not rounded up.
    method
        What proved it, such as ``"held-karp"``.
    iterations
        Iterations of the ascent that led to it.
    converged
        Whether more time would not have raised it noticeably.
    """

    value: float
    method: str
    iterations: int
    converged: bool


def rounded_up(problem: Problem[Any], bound: float) -> float:
    """Return a bound rounded up to a whole number, if all costs of the problem are.

    Parameters
    ----------
    problem
        Whose ``integral`` says so, and whose ``bound_tolerance``, if it has one, what is forgiven.
    bound
        A valid lower bound.
    """
    if not problem.integral:
        return bound
    below = math.floor(bound)
    slack = getattr(problem, "bound_tolerance", _ROUNDING) * max(1.0, abs(bound))
    return float(below if bound - below <= slack else below + 1)


def proves(problem: Problem[Any], bound: float, cost: float | None) -> bool:
    """Return whether a bound proves that no solution is better than one of a cost.

    Parameters
    ----------
    problem
        The problem.
    bound
        A valid lower bound.
    cost
        Cost of a feasible solution, or None without one.
    """
    if cost is None:
        return False
    # Bounds of integral problems are rounded up, so there equality is exact.
    slack = 0.0 if problem.integral else 1e-3 * _ROUNDING * max(1.0, abs(cost))
    return cost - rounded_up(problem, bound) <= slack
