"""Proofs for vehicle routing: a genetic search finds, a worker process proves."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from cosolve.bounds.vrp_edge_proof import has_edges
from cosolve.bounds.vrp_model import LARGEST, RouteModel, route_model
from cosolve.bounds.vrp_proof import Step, Task, Verdict, common_unit, cutoff_below
from cosolve.bounds.vrp_worker import prices_routes
from cosolve.core import BackendError, Outcome, Part, Problem, Run
from cosolve.exact import glop, run_in_worker
from cosolve.exact.vrp_scip import PACKAGE
from cosolve.exact.worker import require_package
from cosolve.problems import VRP, Routes
from cosolve.problems.vrp import Route
from cosolve.search.hgs import GeneticSearch, HgsOptions, model_of

_SEARCH_SHARE = 0.1  # of the time, at most, for a good solution to begin with
_INDIVIDUALS = 40  # made for it, for every client
_SLICE_S = 0.1
_COLUMNS, _EDGES = "cosolve.bounds.vrp_proof", "cosolve.bounds.vrp_edge_proof"
_FIRST_SHARE = 0.8  # of the time, for the more promising way
_LONG_ROUTE = 12.0  # mean number of clients, beyond which edges are more promising
_GRACE_S = 0.2


def supports_routes(problem: Problem[Any]) -> str | None:
    """Return None if optimal routes can be proven for a problem, else why not.

    Parameters
    ----------
    problem
        Any problem.
    """
    if not isinstance(problem, VRP):
        return f"it routes vehicles, and this is a {problem.kind} problem"
    if not problem.plain_but_for_time:
        return (
            "it proves routes of one depot and one vehicle type that costs per distance, with one "
            "load, where every client must be visited"
        )
    if problem.release.any():
        return "it has release times"
    if problem.size > LARGEST:
        return f"it has {problem.size} clients, at most {LARGEST} are handled"
    vehicle = problem.vehicles[0]
    limits = [math.isfinite(v) for v in (vehicle.max_duration, vehicle.max_distance)]
    if sum(limits) + problem.timed > 1:
        return "it limits times, durations or distances in more than one way"
    loaded = math.isfinite(vehicle.capacities[0]) and bool(problem.demands.any())
    if not (loaded or problem.timed or any(limits)):
        return "nothing limits its routes"
    return None


def prove_routes(problem: VRP, run: Run, start: Routes | None = None) -> Outcome[Routes]:
    """Find the best routes and prove that they are, as far as the limits allow.

    Parameters
    ----------
    problem
        Which `supports_routes`.
    run
        Limits; told every better cost and bound. Iterations are individuals of the search that
        comes first: the proof begins if any are left.
    start
        A feasible solution to begin with.

    Returns
    -------
    Outcome
        The best solution and bound, optimal if it was proven; a note if a worker died.

    Raises
    ------
    ValueError
        If the problem is not supported.
    BackendMissing
        If PySCIPOpt or OR-tools is not installed.
    """
    reason = supports_routes(problem)
    if reason is not None:
        raise ValueError(f"routes of {problem.name} cannot be proven: {reason}")
    for package in (glop.PACKAGE, PACKAGE):
        require_package(package)
    return _Driver(problem, run, start).prove()


class _Driver:
    def __init__(self, problem: VRP, run: Run, start: Routes | None) -> None:
        self._problem = problem
        self._run = run
        self._best = start
        self._bound: float | None = None
        self._doubt = False
        if start is not None:
            self._run.report(float(problem.cost(start)), phase="start")

    @property
    def _upper(self) -> float:
        return math.inf if self._best is None else float(self._problem.cost(self._best))

    def prove(self) -> Outcome[Routes]:
        problem = self._problem
        self._search()
        model = route_model(problem)
        notes: tuple[str, ...] = ()
        proven = False
        ways = [] if model is None else _ways(model)
        for k, way in enumerate(ways):
            if model is None or proven or self._run.limit() is not None:
                break
            try:
                verdict = self._work(way, model, 1.0 if k == len(ways) - 1 else _FIRST_SHARE)
            except BackendError as error:  # the solution is not lost with the worker
                notes = (*notes, f"the proof broke off: {error}")
                continue
            if verdict is not None:
                proven = verdict.proven and self._best is not None and not self._doubt
                notes = (*notes, verdict.words)
        if proven and model is not None:
            unit = common_unit(model.cost, problem.integral)
            # Without a unit, what is only a little better was not looked for.
            self._tell_bound(
                cutoff_below(self._upper, unit) if unit is None else self._upper, "proof"
            )
        return Outcome(self._best, bound=self._bound, optimal=proven, notes=notes)

    def _search(self) -> None:
        """Search for a while; few clients need no more."""
        problem, run = self._problem, self._run
        engine = GeneticSearch(model_of(problem), run.seed, HgsOptions())
        if self._best is not None:
            engine.inject(self._best)
        until_s = run.elapsed + _SEARCH_SHARE * run.remaining
        while run.limit() is None and (
            engine.iterations < _INDIVIDUALS * problem.size or not engine.feasible
        ):
            if engine.feasible and run.elapsed >= until_s:
                break
            done = engine.run(min(_SLICE_S, run.remaining), run.remaining_iterations)
            cost = engine.cost if engine.feasible else None
            run.report(cost, iterations=done, phase="hgs")
        engine.settle()
        if engine.feasible:
            self._offer(engine.routes(), "hgs")

    def _offer(self, routes: Routes, phase: str) -> bool:
        """Keep a solution if it is better than the best; return whether it is feasible at all."""
        if self._problem.check(routes):
            return False
        cost = float(self._problem.cost(routes))
        if cost < self._upper:
            self._best = routes
            self._run.report(cost, phase=phase)
        return True

    def _tell_bound(self, bound: float, phase: str) -> None:
        bound = min(bound, self._upper)
        if math.isfinite(bound) and (self._bound is None or bound > self._bound):
            self._bound = bound
        self._run.report(bound=self._bound, phase=phase)

    def _hear(self, step: Step) -> None:
        if step.routes is not None:
            found = tuple(Route(np.array(clients, np.int32), 0) for clients in step.routes)
            if not self._offer(Routes(found), step.phase):
                # By rounding errors, say: what it hides has not been looked for.
                self._doubt = True
        if step.bound is not None:
            self._tell_bound(step.bound, step.phase)
        else:
            self._run.report(phase=step.phase)

    def _work(self, way: str, model: RouteModel, share: float) -> Verdict | None:
        """Try one way to prove for a share of the time left."""
        run = self._run
        seconds = run.remaining if share >= 1 else share * run.remaining
        # Every limit of the whole ends it, a gap that is met, say.
        part = Part(run, lambda: run.limit() is not None, seconds)
        unit = common_unit(model.cost, self._problem.integral)
        task = Task(model, self._upper, unit, time.time() + min(seconds, 1e9))
        result = run_in_worker(
            f"{way}:prove", task, part, on_message=self._hear, package=PACKAGE, grace_s=_GRACE_S
        )
        return result if isinstance(result, Verdict) else None


def _ways(model: RouteModel) -> list[str]:
    """Return the modules that can prove, the more promising one first."""
    ways = [_COLUMNS] if prices_routes(model) else []
    if has_edges(model):
        long = model.nodes - 1 > _LONG_ROUTE * max(1, model.fewest)
        ways.insert(0 if long else len(ways), _EDGES)
    return ways
