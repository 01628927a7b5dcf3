"""When to stop: limits on time and work, and targets."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


def _tighter(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)


def _looser_target(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)


@dataclass(frozen=True, slots=True)
class Stop:
    """Limits of one call of ``solve``; whichever is met first ends it.

    Parameters
    ----------
    time_limit
        Wall seconds of the whole call, kept within max(0.2 s, 2 %).
    iterations
        Iterations of the solver, in its own unit (kicks, generations). Runs with one thread, the
        same seed and only this limit are reproducible.
    target_cost
        Stop when a solution of at most this cost is found, or of at least this where the problem is
        maximized.
    target_gap
        Stop when ``|cost - bound| / |cost|`` is at most this fraction.
    stall
        Stop after this many seconds without an improvement.

    Raises
    ------
    ValueError
        If a limit is negative or not a number.

    Examples
    --------
    >>> Stop(time_limit=60) | Stop(target_cost=7542, time_limit=90)
    Stop(time_limit=60, iterations=None, target_cost=7542, target_gap=None, stall=None)
    """

    time_limit: float | None = None
    iterations: int | None = None
    target_cost: float | None = None
    target_gap: float | None = None
    stall: float | None = None

    def __post_init__(self) -> None:
        """Reject limits that cannot be met."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise ValueError(f"{field.name} must be a number, not {value!r}")
            if field.name != "target_cost" and value < 0:
                raise ValueError(f"{field.name} must not be negative, got {value}")
        if self.iterations is not None and not isinstance(self.iterations, int):
            raise ValueError(f"iterations must be a whole number, got {self.iterations!r}")

    def __or__(self, other: Stop) -> Stop:
        """Combine two: the run ends as soon as either would end it."""
        iterations = _tighter(self.iterations, other.iterations)
        return Stop(
            time_limit=_tighter(self.time_limit, other.time_limit),
            iterations=None if iterations is None else int(iterations),
            target_cost=_looser_target(self.target_cost, other.target_cost),
            target_gap=_looser_target(self.target_gap, other.target_gap),
            stall=_tighter(self.stall, other.stall),
        )
