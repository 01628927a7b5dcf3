"""The one place where costs of problems that are maximized become costs to minimize, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import overload

from cosolve.core.result import TracePoint
from cosolve.core.run import Progress
from cosolve.core.stop import Stop


@dataclass(frozen=True, slots=True)
class Sense:
    """Whether a problem is minimized, as all solvers do, or maximized.

    Parameters
    ----------
    maximize
        If so, the opposite of its cost is what solvers minimize, and a lower bound on that is an
        upper bound on the cost.
    """

    maximize: bool

    @classmethod
    def of(cls, problem: object) -> Sense:
        """Return the sense of a problem; those that do not say are minimized."""
        return cls(bool(getattr(problem, "maximize", False)))

    @overload
    def flip(self, value: float) -> float: ...
    @overload
    def flip(self, value: None) -> None: ...
    @overload
    def flip(self, value: float | None) -> float | None: ...

    def flip(self, value: float | None) -> float | None:
        """Return a cost or bound in the other language: the problem's, or that of solvers."""
        if value is None or not self.maximize:
            return value
        return 0.0 - value  # the opposite, without a negative zero

    def stop(self, stop: Stop) -> Stop:
        """Return the limits with the target cost as solvers need it."""
        if not self.maximize:
            return stop
        return replace(stop, target_cost=self.flip(stop.target_cost))

    def trace(self, points: Iterable[TracePoint]) -> tuple[TracePoint, ...]:
        """Return the trace of a run with the problem's own costs and bounds."""
        return tuple(TracePoint(p.seconds, self.flip(p.cost), self.flip(p.bound)) for p in points)

    def listener(
        self, on_progress: Callable[[Progress], None] | None
    ) -> Callable[[Progress], None] | None:
        """Return a listener to a run that tells another one the problem's own costs and bounds."""
        if on_progress is None or not self.maximize:
            return on_progress
        tell = on_progress

        def told(progress: Progress) -> None:
            tell(
                progress._replace(
                    cost=self.flip(progress.cost), bound=self.flip(progress.bound), maximize=True
                )
            )

        return told
