"""What a call of ``solve`` reports: checked and recomputed, whatever the method said."""

from __future__ import annotations

import math
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cosolve.bounds.base import proves, rounded_up
from cosolve.core import (
    KernelError,
    Limit,
    Outcome,
    Result,
    Run,
    Solver,
    Status,
    TracePoint,
    Violation,
)
from cosolve.core.sense import Sense

if TYPE_CHECKING:
    from cosolve.bounds import LowerBound
    from cosolve.core import Problem

_ROUNDING = 1e-9  # relative; sums of the same legs in another order differ by far less


@dataclass(frozen=True, slots=True)
class Best:
    """What a solver returned, or the start if that is better: checked, and its cost recomputed.

    The cost is minimized, as in the outcome.
    """

    outcome: Outcome[Any]
    solution: Any | None
    cost: float | None
    attempt: Any | None = None
    violations: tuple[Violation, ...] = ()


def checked(
    problem: Problem[Any], solver: Solver, outcome: Outcome[Any], start: Any | None
) -> Best:
    """Check and evaluate what a solver returned, trusting nothing it said.

    Parameters
    ----------
    problem
        The problem.
    solver
        Which is named if something is wrong.
    outcome
        What it returned.
    start
        What the solution must not be worse than, or None.

    Raises
    ------
    KernelError
        If the solution is not feasible.
    """
    sense = Sense.of(problem)
    solution, cost = outcome.solution, None
    if solution is not None:
        violations = problem.check(solution)
        if violations:
            raise KernelError(f"{solver.name} returned a wrong solution: {violations[0].message}")
        cost = sense.flip(problem.cost(solution))
    if start is not None:
        start_cost = sense.flip(problem.cost(start))
        if cost is None or start_cost < cost:
            solution, cost = start, start_cost
    if solution is None and outcome.attempt is not None:
        missed = tuple(problem.check(outcome.attempt))
        if missed:
            return Best(outcome, None, None, outcome.attempt, missed)
        # The checker forgives a little more than solvers do.
        solution, cost = outcome.attempt, sense.flip(problem.cost(outcome.attempt))
    return Best(outcome, solution, cost)


def result_of(
    problem: Problem[Any],
    solver: Solver,
    run: Run,
    best: Best,
    proven: LowerBound | None,
    limit: Limit | None,
) -> Result[Any]:
    """Return the result of a call.

    Parameters
    ----------
    problem, solver, run
        Of the call.
    best
        What `checked` returned.
    proven
        The bound that was computed beside the search, or None.
    limit
        What ended the search, or None if it ended by itself.

    Raises
    ------
    KernelError
        If a bound is above the cost.
    """
    outcome, cost = best.outcome, best.cost
    sense = Sense.of(problem)
    bound = cost if outcome.optimal else _best_bound(problem, solver, best, proven)
    if outcome.optimal and limit in (Limit.TIME, Limit.ITERATIONS, Limit.STALL):
        limit = None  # the proof ended the search, whatever the clock says now
    return Result(
        solution=best.solution,
        cost=sense.flip(cost),
        bound=sense.flip(bound),
        status=_status(problem, outcome, cost, bound),
        limit=limit,
        trace=sense.trace(_trace(run, cost, bound)),
        solver=solver.name,
        seed=run.seed,
        threads=run.threads,
        runtime=run.elapsed,
        iterations=run.iterations,
        versions=_versions(),
        notes=outcome.notes,
        attempt=best.attempt,
        violations=best.violations,
        maximize=sense.maximize,
    )


def _best_bound(
    problem: Problem[Any], solver: Solver, best: Best, proven: LowerBound | None
) -> float | None:
    if best.outcome.unbounded:
        return None
    claims = [(solver.name, best.outcome.bound)]
    if proven is not None:
        claims.append((proven.method, proven.value))
    bounds = [_checked_bound(problem, source, bound, best.cost) for source, bound in claims]
    return max((bound for bound in bounds if bound is not None), default=None)


def _checked_bound(
    problem: Problem[Any], source: str, bound: float | None, cost: float | None
) -> float | None:
    if bound is None or not math.isfinite(bound):
        return None
    bound = rounded_up(problem, bound)
    if cost is not None and bound > cost:
        # A solution that violates a row by what is forgiven may cost less than any that does not.
        slack = getattr(problem, "cost_tolerance", _ROUNDING)
        if bound - cost > slack * max(1.0, abs(bound)):
            raise KernelError(f"{source} claims a bound of {bound} above the cost {cost}")
        bound = cost
    return bound


def _status(
    problem: Problem[Any], outcome: Outcome[Any], cost: float | None, bound: float | None
) -> Status:
    if outcome.unbounded:
        return Status.UNBOUNDED
    if cost is None:
        return Status.INFEASIBLE if outcome.infeasible else Status.UNKNOWN
    if outcome.optimal:
        return Status.OPTIMAL
    proven = bound is not None and proves(problem, bound, cost)
    return Status.OPTIMAL if proven else Status.FEASIBLE


def _trace(run: Run, cost: float | None, bound: float | None) -> tuple[TracePoint, ...]:
    """Trace of the run, ending at what is returned even if the solver did not report it."""
    last = run.trace[-1] if run.trace else TracePoint(0.0, None, None)
    if _differ(last.cost, cost) or _differ(last.bound, bound):
        return (*run.trace, TracePoint(run.elapsed, cost, bound))
    return tuple(run.trace)


def _differ(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is not b
    return abs(a - b) > _ROUNDING * max(1.0, abs(b))


def _versions() -> dict[str, str]:
    from importlib.metadata import version  # it takes a while, which no search should wait for

    return {name: version(name) for name in ("cosolve", "numpy")} | {
        "python": platform.python_version()
    }
