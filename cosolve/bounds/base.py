"""What a lower bound is."""

from __future__ import annotations

from dataclasses import dataclass


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
