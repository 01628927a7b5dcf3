"""Ruin and recreate for vehicle routing problems of every kind."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Outcome, Run
from cosolve.guidance.clients import between_clients
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.vrp import VRP, Route, Routes
from cosolve.search.cooling import Annealing, Cooling
from cosolve.search.parallel_annealing import anneal_parts, threads_of_use
from cosolve.search.rich_parts import RichParts
from cosolve.search.route_pool import RoutePool

if TYPE_CHECKING:
    from cosolve.guidance import EdgeGuidance

_SINGLE, _PAIR, _GROUP = range(3)  # TaskType of cosolve/cpp/vrp/rich/instance.h
_REPAIR_SHARE = 0.3  # of a run, at most, in which only unserved clients count
_FLEET_SHARE = 0.25  # of a run, at most, in which only the number of vehicles counts
_FLEET_ARCS = 5.0  # a vehicle that costs as much as so many arcs is worth a search of its own


RouteArrays = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""Routes in the kernel's form: kinds, begins (one more), visits."""


class Found(Protocol):
    """What a search has found."""

    @property
    def unserved(self) -> int:
        """Number of required tasks the best solution leaves out."""

    @property
    def cost(self) -> float:
        """Cost of the best solution, with the prizes it forgoes."""

    def best(self) -> RouteArrays:
        """Return the best routes."""


class RichModel:
    """The kernel view of a vehicle routing problem, with its locations in another order.

    Parameters
    ----------
    problem
        Any vehicle routing problem.
    guidance
        Clients are put beside those they share an edge with, and with a client the routes of those
        are ruined first that its row has first. None: near clients for both.

    Raises
    ------
    ValueError
        If the guidance is for another number of locations.
    """

    def __init__(self, problem: VRP, guidance: EdgeGuidance | None = None) -> None:
        self.problem = problem
        self.order = _order(problem)
        self.number = np.empty_like(self.order)
        self.number[self.order] = np.arange(self.order.size, dtype=np.int32)
        self.distance = kernel_metric(problem, self.order)
        self.duration: _kernels.Metric | None = None
        if problem.durations is not None:
            durations = problem.durations[np.ix_(self.order, self.order)]
            self.duration = _kernels.Metric(np.ascontiguousarray(durations))
        self.kinds, self.limits = _vehicles(problem)
        self.tasks, members, self.pair_loads = _tasks(problem)
        self.members = self.number[members]
        sizes = self.tasks[:, 2]
        self.first_of = self.members[np.cumsum(sizes) - sizes]
        """First client of each task."""
        self.task_of = np.full(self.order.size, -1, np.int32)
        """Task of each location, in the kernel's numbering; -1 for depots."""
        self.task_of[self.members] = np.repeat(np.arange(sizes.size, dtype=np.int32), sizes)
        self.guidance = None
        if guidance is not None:
            self.guidance = between_clients(problem, guidance).among(self.order)

    def engine(self, seed: int, annealing: Annealing) -> _kernels.RuinRecreate:
        """Make a search with no client served yet."""
        problem = self.problem
        clients = (*problem.windows.T, problem.service, problem.release, problem.prizes)
        capacities = [vehicle.capacities for vehicle in problem.vehicles]
        return _kernels.RuinRecreate(
            self.distance,
            self.duration,
            problem.symmetric,
            problem.depots,
            self.kinds,
            self.limits,
            np.array(capacities, dtype=np.float64),
            problem.demands[self.order],
            problem.pickups[self.order],
            np.column_stack(clients)[self.order],
            self.tasks,
            self.members,
            self.pair_loads,
            problem.backhauls,
            None if self.guidance is None else self.guidance.indptr,
            None if self.guidance is None else self.guidance.indices,
            seed,
            granularity=annealing.neighbors,
            mean_removed=annealing.removed,
            longest_string=annealing.string,
            split_rate=annealing.split_rate,
            split_depth=annealing.split_depth,
            blink_rate=annealing.blink_rate,
        )

    def set_start(self, engine: _kernels.RuinRecreate, start: Routes) -> None:
        """Let a search start from routes."""
        kinds = [route.vehicle for route in start.routes]
        begins = np.zeros(len(kinds) + 1, np.int32)
        np.cumsum([route.visits.size for route in start.routes], out=begins[1:])
        visits = [route.visits for route in start.routes]
        flat = np.concatenate(visits) if visits else np.empty(0, np.int32)
        engine.start(np.array(kinds, dtype=np.int32), begins, self.number[flat])

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """Where the locations are, in the kernel's numbering, shape (n, 2 or 3)."""
        where = self.problem.places
        if where is None:
            raise ValueError(f"{self.problem.name} has no coordinates")
        points: npt.NDArray[np.float64] = where[self.order]
        return points

    def routes(self, found: Found) -> Routes:
        """Read the best solution of a search."""
        kinds, begins, visits = found.best()
        parts = np.split(self.order[visits], begins[1:-1])
        return Routes(tuple(Route(part, int(k)) for part, k in zip(parts, kinds, strict=False)))

    @property
    def fewest_vehicles(self) -> int:
        """A number of vehicles that the demands need in any case, if there is one type only."""
        problem = self.problem
        must = problem.required[:, np.newaxis]
        capacity = np.array(problem.vehicles[0].capacities)
        loads = np.stack([problem.demands * must, problem.pickups * must]).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(loads > 0, loads / capacity, 0.0)
        most = float(needed.max(initial=0.0))
        return max(1, math.ceil(most - 1e-6)) if math.isfinite(most) else problem.size


def _order(problem: VRP) -> npt.NDArray[np.int32]:
    """Return an order of the locations, depots first, in which near ones are near in memory."""
    order = np.arange(problem.locations, dtype=np.int32)
    if problem.coords is not None:
        hilbert = _kernels.hilbert_order(problem.coords)
        order[problem.depots :] = hilbert[hilbert >= problem.depots]
    return order


def _vehicles(
    problem: VRP,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    kinds, limits = [], []
    for vehicle in problem.vehicles:
        number = problem.size if vehicle.number is None else vehicle.number
        back = -1 if vehicle.back is None else vehicle.back
        kinds.append((min(number, problem.size), vehicle.start, back))
        opens, closes = problem.windows[vehicle.start]
        back_opens, back_closes = (
            (-math.inf, math.inf) if vehicle.back is None else problem.windows[vehicle.back]
        )
        limits.append(
            (
                vehicle.fixed_cost,
                vehicle.distance_cost,
                vehicle.time_cost,
                max(vehicle.shift[0], opens),
                min(vehicle.shift[1], closes),
                back_opens,
                min(vehicle.shift[1], back_closes),
                vehicle.max_distance,
                vehicle.max_duration,
            )
        )
    return np.array(kinds, dtype=np.int32), np.array(limits, dtype=np.float64)


def _tasks(
    problem: VRP,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Tasks (type, required, number of clients), their clients, and the loads of pairs."""
    alone = np.ones(problem.locations, bool)
    alone[: problem.depots] = False
    alone[problem.pairs] = False
    members: list[int] = []
    tasks: list[tuple[int, bool, int]] = []
    for group in problem.groups:
        alone[list(group.clients)] = False
        tasks.append((_GROUP, group.required, len(group.clients)))
        members += group.clients
    for first, second in problem.pairs.tolist():
        tasks.append((_PAIR, bool(problem.required[first]), 2))
        members += (first, second)
    singles = np.flatnonzero(alone).tolist()
    tasks += [(_SINGLE, bool(problem.required[c]), 1) for c in singles]
    members += singles
    loads = np.zeros((len(tasks), problem.dimensions))
    if len(problem.pairs):
        first_pair = len(problem.groups)
        loads[first_pair : first_pair + len(problem.pairs)] = problem.pair_loads
    shaped = np.array(tasks, dtype=np.int32).reshape(-1, 3)
    return shaped, np.array(members, dtype=np.int32), loads


class _Search:
    """One run of ruin and recreate: phases and temperatures."""

    def __init__(
        self, model: RichModel, run: Run, annealing: Annealing, pool: RoutePool | None
    ) -> None:
        self.model = model
        self.run = run
        self.annealing = annealing
        self.pool = pool
        self.pooled = math.inf
        self.engine = model.engine(run.seed, annealing)
        self.found: Found = self.engine
        self.cooling = Cooling(run)

    def report(self, iterations: int, phase: str) -> None:
        """Tell the run how far the search is."""
        cost = self.found.cost if self.found.unserved == 0 else None
        self.run.report(cost, iterations=iterations, phase=phase)
        if self.pool is not None and cost is not None and cost < self.pooled:
            self.pooled = cost
            self.pool.add([route.visits for route in self.model.routes(self.found).routes])

    def serve_all(self, arc: float) -> None:
        """Look for a solution that serves every required client."""
        end = self.cooling.share + _REPAIR_SHARE
        while self.engine.unserved and self.cooling.share < end and self.run.limit() is None:
            seconds, iterations = self.cooling.slice()
            done = self.engine.repair(seconds, iterations, self.annealing.cold * arc)
            self.report(done, "repair")

    def save_vehicles(self, arc: float) -> None:
        """Serve the clients with few vehicles, if vehicles are dear and alike."""
        vehicles = self.model.problem.vehicles
        if len(vehicles) > 1 or vehicles[0].fixed_cost < _FLEET_ARCS * arc:
            return
        fewest = self.model.fewest_vehicles
        end = self.cooling.share + _FLEET_SHARE
        while self.cooling.share < end and self.run.limit() is None and not self.engine.unserved:
            if self.engine.vehicles <= fewest:
                break
            seconds, iterations = self.cooling.slice()
            cold = self.annealing.cold * arc
            done = self.engine.reduce_fleet(seconds, iterations, cold, fewest)
            self.report(done, "fleet")
        self.engine.to_best()

    def anneal(self, arc: float) -> None:
        """Search until the run says stop."""
        run = self.run
        hot, cold = self.annealing.hot * arc, self.annealing.cold * arc
        threads = threads_of_use(self.model.problem, run.threads)
        if threads > 1:
            seeds = range(run.seed + 1, run.seed + threads)
            with ThreadPoolExecutor(threads) as pool:
                more = list(pool.map(lambda seed: self.model.engine(seed, self.annealing), seeds))
            self.found = parts = RichParts(self.model, [self.engine, *more])
            anneal_parts(parts, threads, run, hot, cold, lambda done: self.report(done, "ruin"))
            return
        while run.limit() is None:
            seconds, iterations = self.cooling.slice()
            done = self.engine.anneal(seconds, iterations, self.cooling.temperature(hot, cold))
            self.report(done, "ruin")


def construct(problem: VRP, seed: int = 0) -> Routes:
    """Insert one client after the other where it costs least.

    Parameters
    ----------
    problem
        Any vehicle routing problem with at least one client.
    seed
        Of the order of clients that are alike.

    Returns
    -------
    Routes
        They keep every limit; clients for which there is no room are left out.
    """
    model = RichModel(problem)
    engine = model.engine(seed, Annealing())
    engine.construct()
    return model.routes(engine)


def ruin_and_recreate(
    problem: VRP,
    run: Run,
    *,
    start: Routes | None = None,
    annealing: Annealing | None = None,
    pool: RoutePool | None = None,
    guidance: EdgeGuidance | None = None,
) -> Outcome[Routes]:
    """Search by ruin and recreate until `run` says stop.

    Parameters
    ----------
    problem
        Any vehicle routing problem.
    run
        Clock, limits and seed.
    start
        Routes to start from. They may leave clients unserved; routes that break a limit are taken
        apart.
    annealing
        Parameters; the default ones if None.
    pool
        Given the routes of better and better solutions.
    guidance
        See :class:`RichModel`.

    Returns
    -------
    Outcome of Routes
        The best solution: with the fewest required clients unserved, then the cheapest. It keeps
        every limit on routes. Never worse than `start`.
    """
    if not problem.size:
        return Outcome(Routes(()))
    model = RichModel(problem, guidance)
    search = _Search(model, run, annealing or Annealing(), pool)
    engine = search.engine
    if start is not None:
        model.set_start(engine, start)
    if start is None or engine.unserved:
        engine.construct()
    search.report(0, "construct")
    arc = engine.mean_arc()
    search.serve_all(arc)
    search.save_vehicles(arc)
    search.anneal(arc)
    notes: tuple[str, ...] = ()
    if search.found.unserved:
        notes = (f"{search.found.unserved} required clients, pairs or groups are not served",)
    return Outcome(model.routes(search.found), notes=notes)
