"""Lower bounds of vehicle routing problems: a ladder, of which the best valid value counts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.bounds.base import LowerBound, proves
from cosolve.bounds.vrp_model import LARGEST, RouteModel, route_model
from cosolve.bounds.vrp_worker import Found, Task, prices_routes
from cosolve.core import Run
from cosolve.core.errors import BackendMissing
from cosolve.exact import run_in_worker
from cosolve.exact.glop import PACKAGE
from cosolve.problems.metrics import Metric
from cosolve.problems.vrp import VRP

FloatArray = npt.NDArray[np.float64]

_WORKER_S = 1.5  # less time is not worth a process
_SLICE_S = 0.1
_PROVE_SHARE = 0.15  # of the time of the ascent, kept for the exact evaluation of its prices
_MOST_WORK = 1.5e9  # clients squared times capacity, beyond which loads are scaled
_ITERATIONS = 400  # of the ascent without a time limit
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

    In turn: what nearest neighbors and loads say at once; edge variables with rounded capacity cuts;
    and column generation over ng-routes with those cuts, where routes are not too long. The linear
    programs run in a worker process and need OR-tools; without it, or in very short runs, the bound
    is that of q-routes, by subgradient ascent.

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
        self._own = Run(run.stop)  # interrupted also when the bound is good enough
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
        programs = prices_routes(model) or model.all_required
        if programs and self._run.remaining >= _WORKER_S:
            try:
                self._work(model)
                return
            except BackendMissing:
                pass  # the ascent needs nothing
        self._ascend(model)

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
        limited = _Limited(self._run)
        seconds = self._run.remaining

        def hear(found: Found) -> None:
            self._tell(found.value, found.method, found.programs)
            if self._enough():
                limited.enough = True

        task = Task(model, seconds, self._run.remaining_iterations)
        converged = run_in_worker(
            "cosolve.bounds.vrp_worker:climb", task, limited, on_message=hear, package=PACKAGE
        )
        self.converged = self.converged or bool(converged)

    def _ascend(self, model: RouteModel) -> None:
        ascent = q_route_ascent(model)
        if ascent is None:
            return
        run = self._run
        limit = run.remaining_iterations
        count = 0
        limit = _ITERATIONS if limit is None and run.stop.time_limit is None else limit
        end_s = (1 - _PROVE_SHARE) * run.remaining if run.stop.time_limit is not None else math.inf
        started_s = run.elapsed
        while run.elapsed - started_s < end_s and not run.interrupted.is_set():
            if limit is not None and count >= limit:
                break
            value = max(ascent.value, self.value or 0.0)
            target = self._upper if self._upper is not None else _TARGET * value
            left = 1_000_000 if limit is None else limit - count
            before = ascent.step
            done = ascent.run(left, target, min(_SLICE_S, end_s))
            count += done
            self._run.report(iterations=done, phase="bound")
            if done == 0 and before <= ascent.step < 2e-3:
                self.converged = True
                break
        if count == 0:
            return
        while not ascent.prove(_SLICE_S):
            if run.remaining <= 0:
                return
        self.iterations = count
        self._tell(ascent.bound, "q-routes", count)


class _Limited(Run):
    """The run of a worker: ends also when its bound is good enough."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.stop, reserve=run.reserve, started=run.started)
        self.interrupted = run.interrupted
        self.enough = False

    @property
    def remaining(self) -> float:
        return 0.0 if self.enough else super().remaining


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
    capacity = max(float(t.capacity[0]) if t.capacity else math.inf for t in problem.vehicles)  # type: ignore[index]
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


def q_route_ascent(model: RouteModel) -> _kernels.QRouteAscent | None:
    """Return the ascent over q-routes of a model; None where loads say nothing.

    Loads that are large or no whole numbers are scaled and rounded down, together with the capacity.

    Parameters
    ----------
    model
        The relaxation; every client must be required.
    """
    if not model.all_required or model.nodes < 2:
        return None
    load, capacity = model.load.copy(), model.capacity
    if not math.isfinite(capacity):
        load[1:], capacity = 1.0, float(model.nodes - 1)
    whole = bool(np.all(load == np.round(load)))
    clients = model.nodes - 1
    most = max(50.0, min(2000.0, _MOST_WORK / clients**2))
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
