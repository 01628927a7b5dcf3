"""Lower bounds of vehicle routing problems: a ladder, of which the best valid value counts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.bounds.base import LowerBound, proves
from cosolve.bounds.vrp_edges import Prices
from cosolve.bounds.vrp_model import LARGEST, RouteModel, largest_load, route_model
from cosolve.bounds.vrp_worker import Found, Task, prices_routes
from cosolve.core import Part, Run
from cosolve.core.errors import BackendMissing
from cosolve.core.run import SLICE_S
from cosolve.exact import run_in_worker
from cosolve.exact.glop import PACKAGE
from cosolve.problems.metrics import Metric
from cosolve.problems.vrp import VRP

FloatArray = npt.NDArray[np.float64]

_WORKER_S = 3.0  # less time is not worth a process
_PROVE_SHARE = 0.15  # of its time, for the exact evaluation of its prices
# Clients squared times capacity, beyond which loads are scaled: of the first steps, and at all.
_COARSE_WORK, _MOST_WORK = (5e7, 4e8), 2e9
_LAST_STEP = 1e-3
# Share of the time for the ascent, if it takes that long: of few clients, whose routes can be
# priced in the rest, and of more.
_ASCENT_SHARE, _ASCENT_SHARE_OF_MANY, _MANY = 0.2, 0.7, 200
_ITERATIONS = 200  # of the ascent without a time limit
_TARGET = 1.05  # what the ascent aims at, in units of what it has, without a known solution
# How far below the exact distance a rounded one may be.
_ROUNDED_DOWN = {Metric.EUCLIDEAN: 0.0, Metric.CEIL: 0.0, Metric.EUC: 0.5, Metric.TRUNC1: 0.1}


def seconds_needed(problem: VRP) -> tuple[float, float]:
    """Return how long a bound worth having takes, and after how long more time would not help much.

    Parameters
    ----------
    problem
        The problem.
    """
    return 2e-7 * min(problem.size, LARGEST) ** 2, 0.5 + 0.05 * min(problem.size, LARGEST)


def vrp_bound(problem: VRP, run: Run, *, upper: float | None = None) -> LowerBound | None:
    """Bound the cost of every solution from below.

    In turn: what nearest neighbors say at once; q-routes; edge variables with rounded capacity
    cuts; and column generation over ng-routes with such cuts and subset rows, if routes are not too
    long. Linear programs run in a worker process and need OR-tools; without it, or in very short
    runs, the bound is that of q-routes, by subgradient ascent.

    Parameters
    ----------
    problem
        Any vehicle routing problem; what the methods cannot express is relaxed.
    run
        Limits; told every bound. Iterations are linear programs, or steps of the ascent.
    upper
        Cost of a known solution; the computation ends when that is proven to be optimal.

    Returns
    -------
    LowerBound or None
        None if nothing is known for such a problem.
    """
    ladder = _Ladder(problem, run, upper)
    ladder.climb()
    if ladder.value is None:
        return None
    return LowerBound(ladder.value, ladder.method, ladder.iterations, ladder.converged)


class _Ladder:
    def __init__(self, problem: VRP, run: Run, upper: float | None) -> None:
        self._problem = problem
        self._run = run
        self._upper = upper
        self._center: Prices | None = None
        self.value: float | None = None
        self.method = ""
        self.iterations = 0
        self.converged = False

    def climb(self) -> None:
        model = route_model(self._problem)
        if model is None:
            self._tell(radial_bound(self._problem), "radial", 0)
            return
        self._tell(half_degrees(model), "neighbors", 0)
        if self._enough():
            return
        # An iteration limit asks for what does not depend on the clock.
        programs = self._run.stop.iterations is None and self._run.remaining >= _WORKER_S
        programs = programs and (prices_routes(model) or model.all_required)
        if not programs:
            self._ascend(model, 1.0)
            return
        routes = prices_routes(model)
        # Loads say little where windows are tight.
        share = _ASCENT_SHARE_OF_MANY if self._problem.size > _MANY else _ASCENT_SHARE
        if routes and model.windows is not None and self._problem.size <= _MANY:
            share = 0.0
        if share > 0:
            self._ascend(model, share)
            self.converged = False
        if self._enough():
            return
        try:
            self._work(model)
        except BackendMissing:
            self._ascend(model, 1.0)

    def _enough(self) -> bool:
        if self.value is not None and proves(self._problem, self.value, self._upper):
            self.converged = True
        run = self._run
        return self.converged or run.interrupted.is_set() or run.remaining_iterations == 0

    def _tell(self, value: float | None, method: str, iterations: int) -> None:
        new = iterations - self.iterations
        self.iterations = iterations
        if (
            value is not None
            and math.isfinite(value)
            and (self.value is None or value > self.value)
        ):
            # What is negative says less than that no cost is.
            self.value, self.method = max(0.0, value), method
        self._run.report(bound=self.value, iterations=max(0, new), phase="bound")

    def _work(self, model: RouteModel) -> None:
        seconds, before = self._run.remaining, self.iterations

        def hear(found: Found) -> None:
            self._tell(found.value, found.method, before + found.programs)

        value = -math.inf if self.value is None else self.value
        task = Task(model, seconds, self._center, value)
        converged = run_in_worker(
            "cosolve.bounds.vrp_worker:climb",
            task,
            Part(self._run, self._enough),
            on_message=hear,
            package=PACKAGE,
        )
        self.converged = self.converged or bool(converged)

    def _ascend(self, model: RouteModel, share: float) -> None:
        """Spend a share of the time on q-routes: coarse loads first, if the true ones take long."""
        stages = [*(s for s in _COARSE_WORK if _is_large(model, 4 * s)), _MOST_WORK]
        ascent: _kernels.QRouteAscent | None = None
        run = self._run
        started, end_s = run.elapsed, share * run.remaining
        for k, work in enumerate(stages, 1):
            finer = q_route_ascent(model, work)
            if finer is None:
                return
            if ascent is not None:
                finer.follow(ascent)
            ascent = finer
            until_s = end_s * (1 - _PROVE_SHARE) * (k / len(stages))
            finished = self._iterate(ascent, started, until_s)
            self._prove(ascent, started, end_s)
            self.converged = finished and k == len(stages)
            if run.elapsed - started >= end_s:
                return

    def _iterate(self, ascent: _kernels.QRouteAscent, started: float, until_s: float) -> bool:
        """Do steps until a time; return whether more of them would not help."""
        run = self._run
        timed = run.stop.time_limit is not None
        while not run.interrupted.is_set():
            left_s = until_s - (run.elapsed - started) if timed else math.inf
            left = _ITERATIONS - self.iterations if not timed else 1_000_000
            if run.remaining_iterations is not None:
                left = min(left, run.remaining_iterations)
            if left_s <= 0 or left <= 0:
                return False
            value = max(ascent.value, self.value or 0.0)
            target = self._upper if self._upper is not None else _TARGET * value
            done = ascent.run(left, target, min(SLICE_S, left_s))
            self._tell(None, "q-routes", self.iterations + done)
            if ascent.step <= _LAST_STEP:
                return True
        return False

    def _prove(self, ascent: _kernels.QRouteAscent, started: float, end_s: float) -> None:
        if not math.isfinite(ascent.value):
            return
        run = self._run
        while not ascent.prove(SLICE_S):
            if run.remaining <= 0 or run.elapsed - started > 2 * end_s:
                return
        if self.value is None or ascent.bound > self.value:
            prices = ascent.prices()
            routes, prices[0] = float(prices[0]), 0.0
            self._center = Prices(prices, np.zeros(0), routes)
        self._tell(ascent.bound, "q-routes", self.iterations)


def half_degrees(model: RouteModel) -> float:
    """Return half the lengths of the two shortest edges at every client, and of those at the depot.

    Parameters
    ----------
    model
        The relaxation.
    """
    cost = model.undirected()
    # An edge to the depot may be driven twice.
    both = np.concatenate([cost[1:], cost[1:, :1]], axis=1)
    nearest = np.partition(both, 1, axis=1)[:, :2]
    share = nearest.sum(axis=1) / 2
    grouped = np.zeros(model.nodes, bool)
    for group in model.groups:
        grouped[list(group)] = True
    optional = ~model.required[1:]
    share[optional] = np.minimum(share[optional], model.prizes[1:][optional])
    total = float(share[~grouped[1:]].sum())
    for group in model.groups:
        total += float(share[np.array(group) - 1].min())
    least = float(cost[0].min())
    if not math.isfinite(total) or not math.isfinite(least):
        return 0.0  # there may be no solution at all
    most = model.nodes - 1 if model.most is None else min(model.most, model.nodes - 1)
    total += least * (model.fewest if least > 0 else most)
    return total - 1e-9 * (1 + abs(total))


def radial_bound(problem: VRP) -> float | None:
    """Return twice the distances to the depot, weighted by the share of a vehicle each load takes.

    Parameters
    ----------
    problem
        Where exact distances obey the triangle inequality; None for others.

    References
    ----------
    .. [1] M. Haimovich, A. H. G. Rinnooy Kan, "Bounds and heuristics for capacitated routing
       problems", Mathematics of Operations Research 10 (1985).
    """
    loss = _ROUNDED_DOWN.get(problem.metric)
    plain = not problem.groups and bool(np.all(problem.required[problem.depots :]))
    if loss is None or problem.coords is None or not plain or not problem.size:
        return None
    capacity = max(largest_load(t, 0) for t in problem.vehicles)
    if not math.isfinite(capacity) or capacity <= 0:
        return None
    load = problem.demands.reshape(problem.locations, -1)[problem.depots :, 0]
    points = problem.coords
    ends = sorted(
        {t.start for t in problem.vehicles}
        | {e for t in problem.vehicles for e in [t.end] if e is not None}
    )
    away = np.min(
        [np.linalg.norm(points[problem.depots :] - points[depot], axis=1) for depot in ends], axis=0
    )
    ways = 1.0 if any(t.open for t in problem.vehicles) else 2.0
    rate = min(t.distance_cost for t in problem.vehicles)
    fixed = min(t.fixed_cost for t in problem.vehicles)
    total = rate * (ways * float(load @ away) / capacity - loss * 2 * problem.size)
    total += fixed * math.ceil(float(load.sum()) / capacity - 1e-9)
    return total - 1e-9 * (1 + abs(total))


def _is_large(model: RouteModel, work: float) -> bool:
    """Return whether loads must be scaled for that much work."""
    whole = bool(np.all(model.load == np.round(model.load)))
    return math.isfinite(model.capacity) and (
        not whole or model.capacity * (model.nodes - 1) ** 2 > work
    )


def q_route_ascent(model: RouteModel, work: float = _MOST_WORK) -> _kernels.QRouteAscent | None:
    """Return the ascent over q-routes of a model; None where loads say nothing.

    Loads that are large or no whole numbers are scaled and rounded down, and so is the capacity.

    Parameters
    ----------
    model
        The relaxation; every client must be required.
    work
        Clients squared times capacity, at most.
    """
    if not model.all_required or model.nodes < 2:
        return None
    load, capacity = model.load.copy(), model.capacity
    if not math.isfinite(capacity):
        load[1:], capacity = 1.0, float(model.nodes - 1)
    whole = bool(np.all(load == np.round(load)))
    clients = model.nodes - 1
    most = max(50.0, min(4000.0, work / clients**2))
    scale = 1.0
    if whole:
        common = int(np.gcd.reduce(load[1:].astype(np.int64)))
        scale = 1.0 / max(1, common)
    if not whole or capacity * scale > most:
        scale = most / capacity
    small = np.floor(load[1:] * scale * (1 + 1e-12))
    room = math.floor(capacity * scale * (1 + 1e-9))
    # Every load must count: where one is rounded down to none, vehicles have room for them besides.
    none = small < 1
    small[none] = 1
    if none.any():
        fit = np.cumsum(np.sort(load[1:][none]))
        room += int(np.searchsorted(fit, capacity * (1 + 1e-9), side="right"))
    if small.max() > room:
        return None
    cost = model.undirected()
    if not np.isfinite(np.partition(cost[1:], 0, axis=1)[:, 0]).all():
        return None
    loads = np.zeros(model.nodes, np.int32)
    loads[1:] = small
    return _kernels.QRouteAscent(np.ascontiguousarray(cost), loads, int(room), model.fewest)
