"""The one façade: a problem and the name of a method become a checked ``Result``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cosolve.certify import DEFAULT_BOUND_SHARE, Certifier
from cosolve.core import Outcome, Progress, Result, Run, Solver, Stop
from cosolve.core.interrupts import interrupts_set
from cosolve.core.sense import Sense
from cosolve.verdict import Best, checked, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cosolve.core import Problem
    from cosolve.guidance import EdgeGuidance, EdgeGuide

DEFAULT_TIME_LIMIT = 10.0
"""Seconds ``solve`` searches unless told otherwise."""

DEFAULT_STOP = Stop(time_limit=DEFAULT_TIME_LIMIT)
"""Limit of ``solve`` unless told otherwise; a method may have a default of its own."""

# Seconds per node that checking and evaluating the solution take: 0.35 s for a million nodes,
# measured, and half as much again.
_RESERVE_PER_NODE = 5e-7
_GUIDE_GIVEN_UP = "the guide was not finished in time: the search went on without it"


def solve(
    problem: Problem[Any],
    method: str | Solver = "auto",
    *,
    stop: Stop | float | None = DEFAULT_STOP,
    seed: int = 0,
    threads: int = 1,
    start: Any | None = None,
    frozen_until: int | None = None,
    guide: str | EdgeGuidance | EdgeGuide | None = None,
    params: Mapping[str, object] | str | None = None,
    bound_share: float = DEFAULT_BOUND_SHARE,
    on_progress: Callable[[Progress], None] | None = None,
) -> Result[Any]:
    """Solve a problem and check the solution independently of the solver.

    In the main thread, the first Ctrl-C or SIGTERM ends the search, and the result has what was
    found until then; a second one raises ``KeyboardInterrupt``.

    Parameters
    ----------
    problem
        What ``cosolve.read`` returns, or a problem made from arrays.
    method
        Name of a method (see ``cosolve methods``), or a solver.
    stop
        Limits and targets. A number is a time limit: wall seconds of this whole call, kept within
        max(0.2 s, 2 %). None means no limit at all: most methods then run until interrupted. By
        default the method's own limit, if it has one, else 10 s.
    seed
        Seed of every random choice, not negative. With one thread and a limit on the iterations
        only, the same seed gives the same result.
    threads
        Number of threads to use, at least 1.
    start
        A feasible solution to start from. The result is never worse.
    frozen_until
        Of schedules only: `start` is carried out until this time, and what it begins before stays
        as it is. The rest of `start` need not be feasible any more, and is never worsened if it
        is. Operations that a downtime interrupts begin anew. To have few operations change their
        machines, see `cosolve.problems.preferring`.
    guide
        Prior over the decisions: a name such as ``"knn:10"``, an ``EdgeGuidance``, or a function
        of the problem that returns one. None leaves the choice to the method.
    params
        Parameters of the method that differ from their defaults, or the name of a preset or of a
        file of ``cosolve tune``; only with the name of a method.
    bound_share
        Share of the time limit to spend on a lower bound at most, from 0 (none) to 1. It comes
        after the search, takes no longer than that did (or 0.1 s), and is left out where it would
        not be worth much in that time; with a target gap it comes first. Without a time limit it
        is computed until it converges.
    on_progress
        Called with a ``Progress`` after every slice of work (about ten times a second).

    Returns
    -------
    Result
        The best solution, its recomputed cost, a valid bound if there is one, and what ended the
        search. Where it is proven that there is none, the status is INFEASIBLE and a note says why;
        where none was found, `Result.attempt` may hold what came closest and
        `Result.violations` what is wrong with it.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong, or the method does not handle the problem.
    KernelError
        If the solver returned something infeasible: a bug in cosolve.
    """
    _require_whole("seed", seed, 0)
    _require_whole("threads", threads, 1)
    _require_problem(problem)
    sense = Sense.of(problem)
    run = Run(sense.stop(_as_stop(stop)), seed, threads, sense.listener(on_progress))
    run.reserve = _RESERVE_PER_NODE * problem.size
    solver = _as_solver(method, params, problem.size)
    if frozen_until is not None:
        return _go_on(
            problem, solver, start, frozen_until, stop, run, guide=guide, bound_share=bound_share
        )
    if stop is DEFAULT_STOP:
        run.stop = default_stop(solver, problem)
    reason = solver.supports(problem)
    if reason is not None:
        raise ValueError(f"method {solver.name} cannot solve {problem.name}: {reason}")
    certifies = getattr(solver, "certifies", None)
    own_bound = certifies is not None and certifies(problem, run)
    certifier = Certifier(problem, run, bound_share, own_bound)
    if start is not None:
        _require_feasible(problem, start)
    else:
        impossible = _proven_infeasible(problem)
        if impossible is not None:
            run.reserve = 0.0
            best = Best(Outcome(None, infeasible=True, notes=(impossible,)), None, None)
            return result_of(problem, solver, run, best, None, None)
    with interrupts_set(run.interrupted):
        guidance = _as_guidance(guide, problem, run)
        proven = certifier.before_search()
        kept_s = certifier.reserve_s()
        run.reserve += kept_s
        outcome = solver.run(problem, run, start=start, guide=guidance)
        if guide is not None and guidance is None:
            outcome = replace(outcome, notes=(*outcome.notes, _GUIDE_GIVEN_UP))
        limit = run.limit()
        run.reserve -= kept_s
        best = checked(problem, solver, outcome, start)
        bounded = outcome.bound is not None
        if best.cost is not None and not outcome.optimal and not (own_bound and bounded):
            proven = certifier.after_search(best.cost, bounded=bounded) or proven
    return result_of(problem, solver, run, best, proven, limit)


def _go_on(
    problem: Problem[Any],
    solver: Solver,
    start: Any,
    time: int,
    stop: Stop | float | None,
    run: Run,
    **others: Any,
) -> Result[Any]:
    """Solve what has not begun by a time."""
    from cosolve.search.rescheduling import Rest

    rest = Rest(problem, start, time)
    if rest.empty:
        return rest.result(None, run, solver.name)
    found = solve(
        rest.problem,
        solver,
        # A method may have a default of its own.
        stop=DEFAULT_STOP if stop is DEFAULT_STOP else rest.stop(run.stop, run.elapsed),
        seed=run.seed,
        threads=run.threads,
        start=rest.start,
        on_progress=rest.listener(run.on_progress),
        **others,
    )
    return rest.result(found, run, solver.name)


def _as_stop(stop: Stop | float | None) -> Stop:
    if isinstance(stop, Stop):
        return stop
    return Stop() if stop is None else Stop(time_limit=stop)


def _require_whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if not least <= value < 2**63:
        raise ValueError(f"{name} must be at least {least} and below 2**63, got {value}")


def _require_problem(problem: object) -> None:
    if not (hasattr(problem, "check") and hasattr(problem, "cost") and hasattr(problem, "size")):
        raise TypeError(
            f"solve needs a problem, such as cosolve.read(path) returns, not {problem!r:.60}"
        )


def _require_feasible(problem: Problem[Any], start: object) -> None:
    try:
        violations = problem.check(start)
    except AttributeError:
        raise TypeError(
            f"start is not a solution of a {problem.kind} problem: {type(start).__name__}"
        ) from None
    if violations:
        raise ValueError(f"the start solution is not feasible: {violations[0].message}")


def _proven_infeasible(problem: Problem[Any]) -> str | None:
    """Why there is no solution, where the problem can tell without a search."""
    prove = getattr(problem, "proven_infeasible", None)
    reason: str | None = None if prove is None else prove()
    return reason


def default_stop(solver: Solver, problem: Problem[Any]) -> Stop:
    """Return the limit of a search for which none is given.

    Parameters
    ----------
    solver
        Its own default counts, if it has one.
    problem
        What it is to solve.
    """
    from cosolve.solvers.presets import default_time_limit

    seconds = default_time_limit(solver, problem)
    return DEFAULT_STOP if seconds is None else Stop(time_limit=seconds)


def _as_solver(
    method: str | Solver, params: Mapping[str, object] | str | None, size: int
) -> Solver:
    # Here, because the registry reads the entry points of all installed packages.
    from cosolve.solvers import presets, registry

    if isinstance(method, str):
        if isinstance(params, str):
            params = presets.preset(method, params, size)
        return registry.get(method, params)
    if params:
        raise ValueError("params go with the name of a method; a solver has its own already")
    if not callable(getattr(method, "run", None)):
        raise TypeError(f"method must be a name or a solver, got {method!r:.60}")
    return method


def _as_guidance(
    guide: str | EdgeGuidance | EdgeGuide | None, problem: Any, run: Run
) -> EdgeGuidance | None:
    """Make guidance; None if none is asked for or the limits leave too little time."""
    if guide is None:
        return None
    from cosolve import guidance

    found: EdgeGuidance | None
    if isinstance(guide, guidance.EdgeGuidance):
        found = guide
    elif isinstance(guide, str) and problem.kind not in guidance.KINDS:
        raise ValueError(
            f"guides are for tours and vehicle routing, this is a {problem.kind} problem"
        )
    else:
        make = guidance.make_guide(guide) if isinstance(guide, str) else guide
        if not callable(make):
            raise TypeError(f"guide must be a name, guidance or a function, got {guide!r:.60}")
        found = guidance.guidance_within(run, make, problem)
    if found is not None:
        found.require_for(problem)
    return found
