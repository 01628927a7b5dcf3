"""The promises every solver keeps, as one function that tests them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import signal
import threading
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from cosolve.core import Limit, Outcome, Problem, Progress, Run, Solver, Stop
from cosolve.core.sense import Sense
from cosolve.guidance import EdgeGuidance
from cosolve.guidance.base import node_count
from cosolve.problems import TSP, VRP
from cosolve.solve import solve
from cosolve.testing.mip_samples import mip_samples
from cosolve.testing.samples import tsp_samples, vrp_samples
from cosolve.testing.scheduling_samples import scheduling_samples
from cosolve.testing.solutions import bad_start, wrong_visits

_ROUNDING = 1e-9  # relative
_FORGIVEN = 1e-6  # relative; what solvers of mixed-integer programs forgive a row
_LONG_S = 20.0  # a time limit that no run of the suite may reach
_ATTEMPTS = 3  # a busy machine may spoil one timing, hardly three
_ITERATIONS = 20
_SLACK_S = 1.0  # how late a solver may notice what is not a time limit
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def check_solver(
    solver: str | Solver,
    problems: Iterable[Problem[Any]] | None = None,
    *,
    seconds: float = 0.5,
) -> None:
    """Check that a solver keeps the promises users rely on.

    On every problem the solver supports: solutions are feasible by an independent check, reported
    costs are the recomputed ones, bounds are not above costs, a start is never worsened, inputs
    stay as they are. On the first supported problem of each kind, which should be the largest,
    also: same seed and iterations give the same solution; limits on time, iterations and stall,
    targets and interruption are obeyed; two threads work. Any guidance of a TSP is accepted.

    Parameters
    ----------
    solver
        A name from the registry, or a solver.
    problems
        Problems to use; ``tsp_samples()``, ``vrp_samples()``, ``scheduling_samples()`` and
        ``mip_samples()`` if None.
        Those the solver says it does not support are left out.
    seconds
        Time limit of the runs that test how limits are kept; the others take a fraction of it.

    Raises
    ------
    AssertionError
        If a promise is broken; the message names the solver, the problem and the promise.
    """
    if isinstance(solver, str):
        from cosolve.solvers import registry

        solver = registry.get(solver)
    samples: list[Problem[Any]] = (
        [*tsp_samples(), *vrp_samples(), *scheduling_samples(), *mip_samples()]
        if problems is None
        else list(problems)
    )
    supported = [p for p in samples if solver.supports(p) is None]
    _expect(bool(supported), solver, None, "supports none of the problems")
    for problem in supported:
        _check_basics(solver, problem, seconds / 5)
    for kind in dict.fromkeys(problem.kind for problem in supported):
        first = next(problem for problem in supported if problem.kind == kind)
        _check_reproducible(solver, first)
        _check_time_limit(solver, first, seconds)
        _check_zero_limits(solver, first)
        _check_target(solver, first)
        _check_stall(solver, first, seconds)
        _check_progress(solver, first, seconds / 5)
        _check_threads(solver, first, seconds / 5)
        _check_interruption(solver, first, seconds / 5)
    for problem in supported:
        if isinstance(problem, TSP | VRP):
            _check_guidance(solver, problem, seconds / 10)


def _expect(condition: bool, solver: Solver, problem: Problem[Any] | None, promise: str) -> None:
    # Not an assert statement: the suite must work under ``python -O`` too.
    if not condition:
        where = "" if problem is None else f" on {problem.name}"
        raise AssertionError(f"{solver.name}{where}: {promise}")


def _arrays(problem: object) -> dict[str, bytes]:
    """Return the bytes of every array of a problem."""
    names = [f.name for f in dataclasses.fields(problem)]  # type: ignore[arg-type]
    values = {name: getattr(problem, name) for name in names}
    return {k: v.tobytes() for k, v in values.items() if isinstance(v, np.ndarray)}


def _check_basics(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    before = _arrays(problem)
    run = Run(Stop(time_limit=seconds), seed=7)
    outcome = solver.run(problem, run)
    cost = _check_outcome(solver, problem, run, outcome)
    _check_start(solver, problem, outcome.solution, cost)
    _expect(_arrays(problem) == before, solver, problem, "the arrays of the problem were changed")


def _check_outcome(solver: Solver, problem: Problem[Any], run: Run, outcome: Outcome[Any]) -> float:
    """Check what a solver returned against what it reported; return its cost, minimized."""
    _check_feasible(solver, problem, outcome.solution)
    cost = Sense.of(problem).flip(problem.cost(outcome.solution))
    _expect(run.cost is not None, solver, problem, "run.report was never told a cost")
    _expect(_close(run.cost, cost), solver, problem, f"reported a cost of {run.cost}, not {cost}")
    slack = _FORGIVEN if problem.kind == "mip" else _ROUNDING
    for bound in (outcome.bound, run.bound):
        _expect(
            bound is None or bound <= cost + slack * max(1e-3, abs(cost)),
            solver, problem, f"the bound {bound} is above the cost {cost}",
        )  # fmt: skip
    return cost


def _close(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=1e-12)


def _check_feasible(solver: Solver, problem: Problem[Any], solution: Any) -> None:
    _expect(solution is not None, solver, problem, "returned no solution")
    # Without the checker of the problem, which the solver may have used.
    wrong = wrong_visits(problem, solution)
    _expect(wrong is None, solver, problem, str(wrong))
    violations = problem.check(solution)
    _expect(not violations, solver, problem, f"the solution is wrong: {violations[:1]}")


def _check_start(solver: Solver, problem: Problem[Any], start: Any, start_cost: float) -> None:
    """Start from what it found itself, and from a bad solution."""
    starts = [(start, start_cost)]
    bad = bad_start(problem)
    if bad is not None:
        starts.append((bad, Sense.of(problem).flip(problem.cost(bad))))
    for given, given_cost in starts:
        run = Run(Stop(iterations=1, time_limit=_LONG_S), seed=8)
        outcome = solver.run(problem, run, start=given)
        cost = _check_outcome(solver, problem, run, outcome)
        _expect(run.iterations <= 1, solver, problem, f"did {run.iterations} iterations, not 1")
        _expect(
            cost <= given_cost + _ROUNDING * abs(given_cost),
            solver, problem, f"worsened a start of cost {given_cost} to {cost}",
        )  # fmt: skip


def _check_reproducible(solver: Solver, problem: Problem[Any]) -> None:
    # No other limit: a method may plan with a time limit, and then depends on the clock.
    one, two = (
        solve(problem, solver, stop=Stop(iterations=_ITERATIONS), seed=2**40 + 1) for _ in range(2)
    )
    for result in (one, two):
        _expect(
            result.iterations <= _ITERATIONS,
            solver,
            problem,
            f"did {result.iterations} iterations of {_ITERATIONS} allowed",
        )
    same = one.solution == two.solution and one.cost == two.cost
    _expect(same, solver, problem, f"the same seed gave the costs {one.cost} and {two.cost}")


def _check_time_limit(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    allowed = seconds + max(0.2, 0.02 * seconds)
    took = []
    for _ in range(_ATTEMPTS):
        began = time.perf_counter()
        result = solve(problem, solver, stop=seconds)
        took.append(time.perf_counter() - began)
        if took[-1] <= allowed:
            break
    _expect(
        min(took) <= allowed, solver, problem, f"took {min(took):.2f} s of {seconds:g} s allowed"
    )
    _expect(
        result.limit in (None, Limit.TIME),
        solver, problem, f"a time limit only, but the limit met was {result.limit}",
    )  # fmt: skip
    _expect(
        result.limit is not None or result.runtime < seconds,
        solver, problem, "ran to the time limit, but the limit is not TIME",
    )  # fmt: skip


def _check_zero_limits(solver: Solver, problem: Problem[Any]) -> None:
    for stop in (Stop(time_limit=0), Stop(iterations=0, time_limit=_LONG_S)):
        result = solve(problem, solver, stop=stop)
        if problem.kind != "mip" or result.solution is not None:
            # To find any solution of a mixed-integer program may be as hard as to find the best.
            _check_feasible(solver, problem, result.solution)
        _expect(result.runtime < 2.0, solver, problem, f"took {result.runtime:.1f} s for {stop}")


def _check_target(solver: Solver, problem: Problem[Any]) -> None:
    # What it reaches by itself in a few iterations it reaches again with the same seed.
    few = solve(problem, solver, stop=Stop(iterations=2, time_limit=_LONG_S))
    target = few.cost
    _expect(target is not None, solver, problem, "found nothing in two iterations")
    result = solve(problem, solver, stop=Stop(target_cost=target, time_limit=_LONG_S))
    _expect(
        result.limit is Limit.TARGET and result.runtime < 2 * few.runtime + _SLACK_S,
        solver,
        problem,
        f"reached {target} in {few.runtime:.2f} s, but with that for a target it stopped after "
        f"{result.runtime:.2f} s; limit {result.limit}",
    )


def _check_stall(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    result = solve(problem, solver, stop=Stop(stall=seconds / 5, time_limit=_LONG_S))
    improved = [b.seconds for a, b in zip(result.trace, result.trace[1:], strict=False)
                if a.cost != b.cost]  # fmt: skip
    quiet = result.runtime - max(improved, default=0.0)
    _expect(
        result.limit in (None, Limit.STALL) and quiet < seconds / 5 + _SLACK_S,
        solver, problem, f"went on {quiet:.2f} s without an improvement; limit {result.limit}",
    )  # fmt: skip


def _check_progress(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    seen: list[Progress] = []
    result = solve(problem, solver, stop=seconds, on_progress=seen.append)
    _expect(bool(seen), solver, problem, "on_progress was never called")
    sense = Sense.of(problem)
    for a, b in itertools.pairwise(seen):
        forward = a.seconds <= b.seconds and a.iterations <= b.iterations
        old, new = sense.flip(a.cost), sense.flip(b.cost)
        better = old is None or (new is not None and new <= old)
        _expect(forward and better, solver, problem, f"progress went back: {a} then {b}")
    times = [p.seconds for p in result.trace]
    _expect(times == sorted(times), solver, problem, "the times of the trace are not in order")


def _check_threads(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    run = Run(Stop(time_limit=seconds), seed=9, threads=2)
    _check_outcome(solver, problem, run, solver.run(problem, run))


def _check_interruption(solver: Solver, problem: Problem[Any], seconds: float) -> None:
    """Interrupt a search, by the flag and by signals: it ends with the incumbent."""
    run = Run(Stop(time_limit=_LONG_S), seed=10)
    timer = threading.Timer(seconds, run.interrupted.set)
    timer.start()
    outcome = solver.run(problem, run)
    timer.cancel()
    _check_outcome(solver, problem, run, outcome)
    _expect(run.elapsed < seconds + _SLACK_S, solver, problem, f"went on for {run.elapsed:.1f} s")
    if threading.current_thread() is not threading.main_thread():
        return
    handlers = _handlers()
    for signum in _SIGNALS:
        _check_signal(solver, problem, signum)
    _expect(_handlers() == handlers, solver, problem, "the signal handlers were not put back")


def _handlers() -> list[object]:
    return [signal.getsignal(signum) for signum in _SIGNALS]


def _check_signal(solver: Solver, problem: Problem[Any], signum: signal.Signals) -> None:
    raised: list[float] = []

    def interrupt(progress: Progress) -> None:
        if progress.cost is not None and not raised:
            raised.append(progress.seconds)
            signal.raise_signal(signum)

    result = solve(problem, solver, stop=_LONG_S, on_progress=interrupt)
    _check_feasible(solver, problem, result.solution)
    _expect(bool(raised), solver, problem, "on_progress was never told a cost")
    _expect(
        result.limit is Limit.INTERRUPTED and result.runtime < raised[0] + _SLACK_S,
        solver,
        problem,
        f"{signum.name} at {raised[0]:.2f} s: limit {result.limit} at {result.runtime:.2f} s",
    )


def _check_guidance(solver: Solver, problem: TSP | VRP, seconds: float) -> None:
    """Guidance of any shape may cost quality, never feasibility."""
    n = node_count(problem)
    rng = np.random.default_rng(11)
    sparse = [np.delete(np.arange(n), i)[rng.permutation(n - 1)[: i % 4]] for i in range(n)]
    for rows in (sparse, [row[:0] for row in sparse]):
        indices = np.concatenate(rows).astype(np.int32)
        guidance = EdgeGuidance(
            indptr=np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32),
            indices=indices,
            weight=rng.random(indices.size, dtype=np.float32),
        )
        run = Run(Stop(time_limit=seconds, iterations=_ITERATIONS), seed=12)
        _check_outcome(solver, problem, run, solver.run(problem, run, guide=guidance))
