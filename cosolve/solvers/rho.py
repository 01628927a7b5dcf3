"""Rolling horizon: long schedules window by window."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run, Solver
from cosolve.exact.glop import PACKAGE
from cosolve.problems import Schedule, Scheduling
from cosolve.search.rolling import RollingHorizon, WindowOptions, count_windows
from cosolve.search.rolling_fixers import Fixer, make_fixer
from cosolve.solvers import registry
from cosolve.solvers.space import Choice, Domain, FloatRange, IntRange

_SUBSOLVERS = ("auto", "tabu", "cpsat", "both", "dispatch")
_SLOW_TO_START, _LEAST_S = "cpsat", 5.0  # a process for every window
# Operations of a window: of 80 to 600, 200 were best on generated shops with 20 jobs, 10 machines
# and 600 to 2000 operations, and 1000 better than 250 where there were 1000 jobs.
_LEAST, _MOST = 200, 2000
_PER_MACHINE = 20
_PARTS = 3  # of the problem, that are windows at least
# Time for each operation of a window; more when a sweep has not improved this share of the cost.
_SECONDS_PER_OPERATION = 0.001
_SLIGHT = 0.001
_MUCH = 0.6  # of the remaining time: a sweep that would take as much takes all


@dataclass(frozen=True, slots=True)
class Rho:
    """Rolling horizon optimization [1]_ [2]_, again and again while there is time.

    The first sweep solves windows of operations one after the other; in each, those that begin
    first get their times for good, and the others are in the next window again. Later sweeps
    improve what was found, window by window, and count what follows each window.

    Parameters
    ----------
    subsolver
        Method for windows: ``tabu``, ``cpsat``, ``dispatch``, ``both`` (tabu, then cpsat), or
        ``auto``, the first of tabu, cpsat and dispatch that handles the problem, cpsat only if it
        is installed, there are several seconds for each window and iterations are not limited;
        or a solver.
    window
        Operations of a window. None: 20 for each machine or one for each job, whichever is more, at
        least 200, at most 2000 or a third of all.
    step
        Operations of a window that get their times. None: half of the window.
    seconds
        Time for a window at most; less where the time limit does not allow it. None: as the time
        limit allows.
    stall
        Seconds without improvement after which a window is left. None for no such rule.
    fixer
        Operations that keep the machines that the window before gave them: ``none``, ``all``,
        ``first:SHARE``, ``random:SHARE``, or a function of an `Overlap`, such as a trained model.
    backfill
        Whether operations may begin in gaps that earlier windows left. Not with setups.
    sweeps
        How often to go over the horizon. None: until the run ends.
    window_iterations
        Iterations for a window where there is no time limit.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a window. Windows begin with a greedy schedule, so that none comes back empty.

    References
    ----------
    .. [1] S. Li, W. Ouyang, Y. Ma, C. Wu, "Learning-guided rolling horizon optimization for
       long-horizon flexible job-shop scheduling", ICLR 2025.
    .. [2] "Graph-RHO: critical-path-aware heterogeneous graph network for long-horizon flexible
       job-shop scheduling", arXiv:2604.10073 (2026).
    """

    name: ClassVar[str] = "rho"
    summary: ClassVar[str] = "rolling horizon for long schedules, window by window"

    presets: ClassVar[Mapping[str, Callable[[int], Mapping[str, object]]]] = MappingProxyType(
        {
            "published": lambda size: {  # noqa: ARG005 - the same for all sizes
                "subsolver": "cpsat",
                "window": 80,
                "step": 30,
                "seconds": 60.0,
                "stall": 3.0,
                "backfill": False,
                "sweeps": 1,
            }
        }
    )
    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "window": IntRange(40, 2000, log=True),
            "stall": FloatRange(0.05, 5.0, log=True),
            "fixer": Choice(("none", "first:0.3", "random:0.3")),
        }
    )

    subsolver: str | Solver = "auto"
    window: int | None = None
    step: int | None = None
    seconds: float | None = None
    stall: float | None = None
    fixer: str | Fixer = "none"
    backfill: bool = True
    sweeps: int | None = None
    window_iterations: int = 1000

    def __post_init__(self) -> None:
        """Validate the parameters."""
        named = isinstance(self.subsolver, str) or not hasattr(self.subsolver, "run")
        if named and self.subsolver not in _SUBSOLVERS:
            raise ValueError(
                f"subsolver must be one of {', '.join(_SUBSOLVERS)}, got {self.subsolver!r:.60}"
            )
        for name in ("window", "step", "sweeps", "window_iterations"):
            value = getattr(self, name)
            if value is not None and not 1 <= value < 2**31:
                raise ValueError(f"{name} must be at least 1, got {value}")
        for name in ("seconds", "stall"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} must be positive, got {value}")
        if self.window is not None and self.step is not None and self.step > self.window:
            raise ValueError(f"step must be at most window, {self.window}, got {self.step}")
        make_fixer(self.fixer)

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the method for windows handles the problem, else why not."""
        if not isinstance(problem, Scheduling):
            return f"it schedules operations, and this is a {problem.kind} problem"
        if self.subsolver == "auto":
            if not _first_able(problem, math.inf):
                return "no method for its windows handles it"
            return None
        for solver in _named(self.subsolver):
            reason = solver.supports(problem)
            if reason is not None:
                return f"method {solver.name} for its windows: {reason}"
        return None

    def options(self, problem: Scheduling) -> WindowOptions:
        """Return what windows of a problem are like."""
        window = self.window
        if window is None:
            wanted = max(_PER_MACHINE * problem.machines, problem.job_count)
            window = max(_LEAST, min(wanted, _MOST, problem.operations // _PARTS), self.step or 0)
        step = (window + 1) // 2 if self.step is None else self.step
        fixer = None if self.fixer == "none" else make_fixer(self.fixer)
        return WindowOptions(
            window, step, fixer, self.backfill, self.seconds, self.stall, self.window_iterations
        )

    def run(
        self,
        problem: Scheduling,
        run: Run,
        *,
        start: Schedule | None = None,
        guide: Any | None = None,
    ) -> Outcome[Schedule]:
        """Sweep over the horizon until `run` says stop; `start` is improved."""
        del guide  # the fixer guides
        options = self.options(problem)
        windows = count_windows(problem.operations, options)
        if self.subsolver == "auto":
            counted = run.stop.iterations is not None
            solvers = _first_able(problem, 0.0 if counted else run.remaining / windows)
        else:
            solvers = _named(self.subsolver)
        horizon = RollingHorizon(problem, solvers, options, run.seed)
        best = horizon.greedy(run)
        if start is not None and problem.cost(start) <= problem.cost(best):
            best = start
        cost = problem.cost(best)
        run.report(cost, phase="rho")
        improving = start is not None
        slow = any(solver.name == _SLOW_TO_START for solver in solvers)
        seconds = _LEAST_S if slow else _SECONDS_PER_OPERATION * options.window
        done = 0
        while problem.operations and run.limit() is None and done != self.sweeps:
            share = seconds * windows / max(run.remaining, 1e-9)
            if share > _MUCH or done + 1 == self.sweeps or self.seconds is not None:
                share = 1.0
            race = not improving and self.sweeps is None
            found = horizon.sweep(run, best if improving else None, share, race=race)
            found_cost = math.inf if found is None else problem.cost(found)
            if found_cost > (1 - _SLIGHT) * cost:
                seconds *= 2
            if found is not None and found_cost <= cost:
                best, cost = found, found_cost
            run.report(cost, phase="rho")
            improving = True
            done += found is not None
            if horizon.optimal:
                break
        return Outcome(best, optimal=horizon.optimal or not problem.operations)


def _first_able(problem: Scheduling, seconds: float) -> list[Solver]:
    """Return the best method for windows in so many seconds each; empty if there is none."""
    installed = importlib.util.find_spec(PACKAGE) is not None
    for name in ("tabu", "cpsat", "dispatch"):
        absent = name == _SLOW_TO_START and (not installed or seconds < _LEAST_S)
        if name in registry.names() and not absent:
            solver = registry.get(name)
            if solver.supports(problem) is None:
                return [solver]
    return []


def _named(subsolver: str | Solver) -> list[Solver]:
    if not isinstance(subsolver, str):
        return [subsolver]
    names = ("tabu", "cpsat") if subsolver == "both" else (subsolver,)
    return [registry.get(name) for name in names]
