"""Simulated annealing within limits: its parameters, how far a run is, and its temperature.

References
----------
.. [1] J. Christiaens, G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
   Problems", Transportation Science 54 (2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cosolve.core import Run
from cosolve.core.run import SLICE_S

_SLICES = 200  # least number of slices of a run: the temperature falls from slice to slice
_CYCLE_S = 30.0  # first cycle of a run without an end; each of the next is twice as long


@dataclass(frozen=True, slots=True)
class Annealing:
    """Parameters of ruin and recreate; the names in parentheses are those of [1]_.

    Parameters
    ----------
    hot, cold
        First and last temperature, in mean costs of an arc of the first solution.
    removed
        Mean number of clients taken out in an iteration (c).
    string
        Longest string taken from a route (L max).
    split_rate, split_depth
        How often a part of a string stays, and how often that part is longer (alpha, beta).
    blink_rate
        How often a place is overlooked (gamma).
    neighbors
        How many clients nearby are looked at for places beside them.
    """

    hot: float = 2.0
    cold: float = 0.01
    removed: float = 10.0
    string: int = 10
    split_rate: float = 0.5
    split_depth: float = 0.01
    blink_rate: float = 0.01
    neighbors: int = 40


class Cooling:
    """Temperatures that fall exponentially while the limits of a run are used up.

    Without a limit on time or iterations there is no end to cool down for: then the temperature
    falls in cycles, each twice as long as the one before.

    Parameters
    ----------
    run
        Its clock and limits; the share of it counts from now on.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._first_s = run.elapsed
        self._first_iteration = run.iterations

    @property
    def share(self) -> float:
        """How much of the run has passed, from 0 to 1."""
        run = self.run
        shares = []
        if run.stop.time_limit is not None:
            used = run.elapsed - self._first_s
            shares.append(used / max(used + run.remaining, 1e-9))
        if (left := run.remaining_iterations) is not None:
            done = run.iterations - self._first_iteration
            shares.append(done / max(done + left, 1))
        if not shares:
            passed = (run.elapsed - self._first_s) / _CYCLE_S + 1.0
            cycle = 2.0 ** math.floor(math.log2(passed))
            return passed / cycle - 1.0
        return min(1.0, max(shares))

    def slice(self) -> tuple[float, int]:
        """Seconds and iterations of the next stretch of work; negative iterations: unlimited."""
        run = self.run
        seconds = SLICE_S
        if run.stop.time_limit is not None:
            total = run.elapsed - self._first_s + run.remaining
            seconds = min(seconds, run.remaining, max(total / _SLICES, 1e-3))
        left = run.remaining_iterations
        if left is None:
            return seconds, -1
        # Without a limit on time the slices must not depend on the clock.
        if run.stop.time_limit is None:
            seconds = math.inf
        total_iterations = run.iterations - self._first_iteration + left
        return seconds, min(left, max(1, total_iterations // _SLICES))

    def temperature(self, hot: float, cold: float) -> float:
        """Return the temperature at this point of the run.

        Parameters
        ----------
        hot, cold
            Temperatures at its beginning and its end.
        """
        return hot * float((cold / hot) ** self.share) if hot > 0 else 0.0
