"""How much of a call of ``solve`` goes into a lower bound, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cosolve.core import Progress, Run, Stop

if TYPE_CHECKING:
    from cosolve.bounds import LowerBound
    from cosolve.core import Problem

DEFAULT_BOUND_SHARE = 0.15
"""Share of the time limit that ``solve`` spends on a lower bound, at most."""

# After a search that ended by itself, a bound may take as long as the search, or this.
_LEAST_S = 0.1
_WIDE = 0.01  # gaps of tours from here on need no bound that takes long
# Without a time limit: so many iterations times nodes, about ten seconds, and so many iterations
# for the largest problems.
_UNTIMED_WORK = 30_000_000
_UNTIMED_LEAST = 30


@dataclass(frozen=True, slots=True)
class Certifier:
    """Computes a lower bound beside a search, within its share of the time.

    The bound comes after the search, because it is easier to find when the cost of a solution is
    known, and ends when it meets that cost. Only where a gap is to end the search it comes before.

    Parameters
    ----------
    problem
        What is solved.
    run
        The run of the search; its ``reserve`` must already hold what is kept for other purposes.
    share
        Share of the time limit to spend at most, from 0 (no bound) to 1.
    own_bound
        Whether the method finds a good bound itself: nothing is kept for one then.

    Raises
    ------
    ValueError
        If `share` is not between 0 and 1.
    """

    problem: Problem[Any]
    run: Run
    share: float
    own_bound: bool = False

    def __post_init__(self) -> None:
        """Validate."""
        if isinstance(self.share, bool) or not isinstance(self.share, int | float):
            raise TypeError(f"bound_share must be a number, got {self.share!r}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"bound_share must be between 0 and 1, got {self.share}")

    @property
    def comes_first(self) -> bool:
        """Whether the bound has to be known during the search."""
        return self.run.stop.target_gap is not None

    def reserve_s(self) -> float:
        """Seconds of the time limit to keep for a bound after the search."""
        if self.comes_first or self.own_bound or not self._worthwhile(self._allowed_s):
            return 0.0
        needed = self._needed()
        assert needed is not None
        return min(self._allowed_s, needed[1])

    def before_search(self) -> LowerBound | None:
        """Compute the bound if the search needs it."""
        if not self.comes_first:
            return None
        wide = self.problem.kind == "tsp" and (self.run.stop.target_gap or 0.0) >= _WIDE
        quick = wide or self.own_bound
        return self._compute(min(self._allowed_s, self.run.remaining), None, quick=quick)

    def after_search(self, cost: float, *, bounded: bool = False) -> LowerBound | None:
        """Compute the bound unless the search needed it, or was interrupted.

        Parameters
        ----------
        cost
            Of the best solution.
        bounded
            Whether the search brought a bound.
        """
        run = self.run
        if self.comes_first or run.interrupted.is_set():
            return None
        seconds = min(self._allowed_s, max(_LEAST_S, run.elapsed))
        if run.stop.time_limit is not None:
            seconds = min(seconds, run.stop.time_limit - run.elapsed)
        return self._compute(seconds, cost, quick=bounded)

    @property
    def _allowed_s(self) -> float:
        limit = self.run.stop.time_limit
        return float("inf") if limit is None else self.share * limit

    def _needed(self) -> tuple[float, float] | None:
        from cosolve.bounds import seconds_needed

        return seconds_needed(self.problem, self._allowed_s)

    def _worthwhile(self, seconds: float) -> bool:
        if self.share == 0:
            return False
        needed = self._needed()
        return needed is not None and seconds >= needed[0]

    def _compute(self, seconds: float, cost: float | None, *, quick: bool) -> LowerBound | None:
        if not self._worthwhile(seconds):
            return None
        from cosolve.bounds import lower_bound

        if self.run.stop.time_limit is None:
            iterations = max(_UNTIMED_LEAST, _UNTIMED_WORK // max(1, self.problem.size))
            own = Run(Stop(iterations=iterations), on_progress=self._pass_on)
        else:
            own = Run(Stop(time_limit=seconds), on_progress=self._pass_on)
        own.interrupted = self.run.interrupted
        problem: Any = self.problem
        return lower_bound(problem, own, upper=cost, quick=quick)

    def _pass_on(self, progress: Progress) -> None:
        self.run.report(bound=progress.bound, phase=progress.phase)
