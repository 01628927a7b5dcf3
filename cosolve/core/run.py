"""One call of ``solve`` while it runs: its clock, its limits and its incumbent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from cosolve.core.result import Limit, TracePoint, relative_gap
from cosolve.core.stop import Stop

S = TypeVar("S")

SLICE_S = 0.1
"""Longest stretch of kernel work, in seconds, between two looks at the limits."""


class Progress(NamedTuple):
    """What ``on_progress`` is told."""

    seconds: float
    """Wall seconds since the call began."""
    iterations: int
    cost: float | None
    bound: float | None
    phase: str
    maximize: bool = False
    """Whether the problem is maximized, and `bound` an upper one."""

    @property
    def gap(self) -> float | None:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound, self.maximize)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[S]):
    """What a solver hands back to ``solve``, which checks it and makes a ``Result`` of it.

    Here and in a `Run`, costs are minimized: those of a problem that is maximized are opposites.

    Parameters
    ----------
    solution
        The best solution found, or None.
    bound
        A valid lower bound, or None.
    optimal
        Whether the solver proved the solution to be optimal by other means than the bound.
    infeasible
        Whether the solver proved that there is no solution.
    unbounded
        Whether the solver proved that solutions are as good as one wishes.
    notes
        Remarks for the user.
    attempt
        Where no solution was found, what comes closest: its violations are the user's to see.
    """

    solution: S | None
    bound: float | None = None
    optimal: bool = False
    infeasible: bool = False
    notes: tuple[str, ...] = ()
    attempt: S | None = None
    unbounded: bool = False


@dataclass
class Run:
    """Clock, limits, seed and trace of one call; solvers report to it and ask it when to stop.

    Costs are minimized: a solver of a problem that is maximized reports the opposite.

    Parameters
    ----------
    stop
        The limits.
    seed
        Seed of every random choice.
    threads
        Number of threads the solver may use.
    on_progress
        Called after every report, in the thread that runs the solver.
    reserve
        Seconds of the time limit kept back for checking and writing the solution.
    """

    stop: Stop
    seed: int = 0
    threads: int = 1
    on_progress: Callable[[Progress], None] | None = None
    reserve: float = 0.0
    started: float = field(default_factory=time.perf_counter)
    iterations: int = 0
    cost: float | None = None
    bound: float | None = None
    trace: list[TracePoint] = field(default_factory=list)
    interrupted: threading.Event = field(default_factory=threading.Event)
    _last_improvement: float = 0.0

    @property
    def elapsed(self) -> float:
        """Wall seconds since the call began."""
        return time.perf_counter() - self.started

    @property
    def remaining(self) -> float:
        """Seconds the solver may still use; infinite without a time limit."""
        if self.stop.time_limit is None:
            return float("inf")
        return max(0.0, self.stop.time_limit - self.reserve - self.elapsed)

    @property
    def remaining_iterations(self) -> int | None:
        """Iterations the solver may still do, or None without such a limit."""
        if self.stop.iterations is None:
            return None
        return max(0, self.stop.iterations - self.iterations)

    def report(
        self,
        cost: float | None = None,
        *,
        bound: float | None = None,
        iterations: int = 0,
        phase: str = "",
    ) -> None:
        """Tell how far the solver is; call it after every slice of work.

        Parameters
        ----------
        cost
            Cost of the best solution the solver holds.
        bound
            A valid lower bound.
        iterations
            Iterations done since the last report.
        phase
            What the solver is doing, in one or two words.
        """
        self.iterations += iterations
        better = cost is not None and (self.cost is None or cost < self.cost)
        tighter = bound is not None and (self.bound is None or bound > self.bound)
        if better:
            self.cost = cost
            self._last_improvement = self.elapsed
        if tighter:
            self.bound = bound
        if better or tighter:
            self.trace.append(TracePoint(self.elapsed, self.cost, self.bound))
        if self.on_progress is not None:
            self.on_progress(Progress(self.elapsed, self.iterations, self.cost, self.bound, phase))

    def limit(self) -> Limit | None:
        """Return the limit that is met, or None if the search may go on."""
        stop = self.stop
        if self.interrupted.is_set():
            return Limit.INTERRUPTED
        if stop.target_cost is not None and self.cost is not None and self.cost <= stop.target_cost:
            return Limit.TARGET
        gap = relative_gap(self.cost, self.bound)
        if stop.target_gap is not None and gap is not None and gap <= stop.target_gap:
            return Limit.GAP
        if stop.iterations is not None and self.iterations >= stop.iterations:
            return Limit.ITERATIONS
        if self.remaining <= 0:
            return Limit.TIME
        if stop.stall is not None and self.elapsed - self._last_improvement >= stop.stall:
            return Limit.STALL
        return None


class Part(Run):
    """A part of a run: its clock, limits, seed, threads and interruption; it may end earlier.

    What is reported to the part is not reported to the whole.

    Parameters
    ----------
    run
        The whole.
    over
        Whether the part is to end now.
    seconds
        Wall seconds it may take at most.
    """

    def __init__(
        self, run: Run, over: Callable[[], bool] | None = None, seconds: float = float("inf")
    ) -> None:
        super().__init__(run.stop, run.seed, run.threads, reserve=run.reserve, started=run.started)
        self.interrupted = run.interrupted
        self._run = run
        self._over = over
        self._until_s = run.elapsed + seconds

    @property
    def remaining(self) -> float:
        """Seconds the part may still use."""
        if self._over is not None and self._over():
            return 0.0
        return max(0.0, min(self._run.remaining, self._until_s - self.elapsed))
