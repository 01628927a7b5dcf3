"""Hybrid genetic search for capacitated vehicle routing: the face of the kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Problem
from cosolve.guidance.clients import between_clients
from cosolve.problems import VRP, Route, Routes, VehicleType
from cosolve.problems.metrics import FloatArray
from cosolve.problems.vrp_schedule import due

if TYPE_CHECKING:
    from cosolve.guidance import EdgeGuidance

IntArray = npt.NDArray[np.int32]

LARGEST = 5000
"""Most clients; the distances between all of them are kept."""


@dataclass(frozen=True, slots=True)
class HgsOptions:
    """Parameters of the genetic search; those of :class:`cosolve.solvers.hgs.Hgs`.

    Parameters
    ----------
    min_population, generation_size, elite, close
        Of the population.
    first
        Individuals made before the first crossover.
    granular
        Neighbors of a client that moves look at, unless the model has some.
    target_feasible
        Share of local optima that penalties try to keep feasible.
    no_improvement
        Iterations without improvement until the population is made anew.
    route_exchange
        Share of offspring that come from exchanging routes.
    repair
        Share of infeasible offspring that are repaired.
    """

    min_population: int = 25
    generation_size: int = 40
    elite: int = 4
    close: int = 5
    first: int = 100
    granular: int = 20
    target_feasible: float = 0.2
    no_improvement: int = 20_000
    route_exchange: float = 0.8
    repair: float = 0.5


@dataclass(frozen=True, slots=True)
class HgsVehicle:
    """What the kernel is told of a vehicle type.

    Parameters
    ----------
    capacity
        Of every vehicle.
    number
        Of vehicles; None for as many as wanted.
    start, end
        Depots; the end is None for open routes.
    fixed_cost, distance_cost
        Of a vehicle that is used, and for a unit of distance.
    max_duration
        Limit of the time between leaving and being back.
    leave, back
        Earliest and latest time to leave and to be back.
    """

    capacity: float
    number: int | None = None
    start: int = 0
    end: int | None = 0
    fixed_cost: float = 0.0
    distance_cost: float = 1.0
    max_duration: float = math.inf
    leave: tuple[float, float] = (0.0, math.inf)
    back: tuple[float, float] = (0.0, math.inf)

    @property
    def kind(self) -> tuple[int, int, int]:
        """Its row of whole numbers, as the kernel wants it."""
        return self.number or 0, self.start, -1 if self.end is None else self.end

    @property
    def limits(self) -> tuple[float, ...]:
        """Its row of limits and costs, as the kernel wants it."""
        costs = self.fixed_cost, self.distance_cost
        return self.capacity, *costs, self.max_duration, *self.leave, *self.back


@dataclass(frozen=True, slots=True)
class HgsModel:
    """What the kernel is told of a problem; the numbers of locations are the same, n of them.

    Parameters
    ----------
    depots
        How many locations are depots, the first ones.
    distance
        Shape (n, n).
    coords
        Places in the plane, shape (n, 2), for angles only.
    demand
        Shape (n,).
    vehicles
        The vehicle types.
    duration
        Travel times, shape (n, n); None if time plays no part.
    service
        Service times, shape (n,), or None for none.
    windows
        Earliest and latest start of service, shape (n, 2), or None for no limits.
    near
        Offsets and indices of rows of clients, one for every location: moves of a client look at
        those in its row or with it in theirs. None: the nearest ones by proximity.
    """

    depots: int
    distance: FloatArray
    coords: FloatArray
    demand: FloatArray
    vehicles: tuple[HgsVehicle, ...]
    duration: FloatArray | None = None
    service: FloatArray | None = None
    windows: FloatArray | None = None
    near: tuple[IntArray, IntArray] | None = None


def unsupported(problem: Problem[Any]) -> str | None:
    """Return None if the kernel handles the problem, else why not."""
    reason = unsupported_part(problem)
    if reason is None and problem.size > LARGEST:
        reason = f"it has {problem.size} clients, at most {LARGEST} are handled"
    return reason


def unsupported_part(problem: Problem[Any]) -> str | None:
    """Return None if the kernel handles the problem, or its parts if it is too large, else why not.

    Parameters
    ----------
    problem
        Any problem.
    """
    if not isinstance(problem, VRP):
        return f"it solves vehicle routing problems, not {problem.kind} problems"
    return _unsupported_clients(problem) or _unsupported_vehicles(problem)


def _unsupported_clients(problem: VRP) -> str | None:
    if problem.dimensions > 1:
        return f"its load has {problem.dimensions} dimensions, one is handled"
    if not problem.required[problem.depots :].all():
        return "some of its clients need not be visited"
    if len(problem.pairs):
        return "it has pickup and delivery pairs"
    if problem.pickups.any() and problem.demands.any():
        return "it has both demands and pickups"
    if problem.release.any():
        return "it has release times"
    return None


def _unsupported_vehicles(problem: VRP) -> str | None:
    vehicles = problem.vehicles
    if any(vehicle.time_cost for vehicle in vehicles):
        return "time has a cost"
    rates = {vehicle.distance_cost for vehicle in vehicles}
    if len(rates) > 1 and 0.0 in rates:
        return "distance costs nothing with some vehicles only"
    if _limits_time(problem) and _limits_distance(problem):
        return "it limits both time and distance"
    return None


def _limits_time(problem: VRP) -> bool:
    return problem.timed or any(math.isfinite(v.max_duration) for v in problem.vehicles)


def _limits_distance(problem: VRP) -> bool:
    return any(math.isfinite(vehicle.max_distance) for vehicle in problem.vehicles)


def _plane(problem: VRP, distance: FloatArray) -> FloatArray:
    """Places in the plane; without coordinates, the distances to two locations far apart."""
    if problem.coords is not None:
        return np.ascontiguousarray(problem.coords[:, :2])
    if problem.display is not None:
        return np.ascontiguousarray(problem.display)
    a = int(distance[0].argmax())
    b = int(np.minimum(distance[0], distance[a]).argmax())
    return np.column_stack([distance[:, a], distance[:, b]])


def _matrix(problem: VRP, durations: bool) -> FloatArray:
    i = np.arange(problem.locations)
    measure = problem.duration if durations else problem.distance
    matrix = np.array(measure(i[:, None], i[None, :]), dtype=np.float64, order="C")
    np.fill_diagonal(matrix, 0.0)
    return matrix


def model_of(problem: VRP, guidance: EdgeGuidance | None = None) -> HgsModel:
    """Build the model of a problem that is supported.

    Parameters
    ----------
    problem
        The instance.
    guidance
        Its edges between clients, whatever their weights, are the neighbors that moves look at.

    Raises
    ------
    ValueError
        If it is not supported, or the guidance is for another number of locations.
    """
    reason = unsupported(problem)
    if reason is not None:
        raise ValueError(f"the genetic search cannot solve {problem.name}: {reason}")
    distance = _matrix(problem, durations=False)
    duration = service = windows = None
    by_distance = _limits_distance(problem)
    if by_distance:
        duration = distance
    elif _limits_time(problem):
        duration = _matrix(problem, durations=True)
        service = np.array(problem.service)
    if problem.timed:
        windows = np.array(problem.windows)
    return HgsModel(
        problem.depots,
        distance,
        _plane(problem, distance),
        np.ascontiguousarray((problem.demands + problem.pickups)[:, 0]),
        tuple(_vehicle(problem, vehicle, by_distance) for vehicle in problem.vehicles),
        duration,
        service,
        windows,
        None if guidance is None else _rows(between_clients(problem, guidance)),
    )


def _rows(guidance: EdgeGuidance) -> tuple[IntArray, IntArray]:
    return guidance.indptr, guidance.indices


def _vehicle(problem: VRP, vehicle: VehicleType, by_distance: bool) -> HgsVehicle:
    """Tell what the kernel has to know of a vehicle type."""
    opens, closes = problem.windows[vehicle.start].tolist()
    back_opens = 0.0 if vehicle.back is None else float(problem.windows[vehicle.back, 0])
    return HgsVehicle(
        vehicle.capacities[0],
        vehicle.number,
        vehicle.start,
        vehicle.back,
        vehicle.fixed_cost,
        vehicle.distance_cost,
        vehicle.max_distance if by_distance else vehicle.max_duration,
        (max(vehicle.shift[0], opens), min(vehicle.shift[1], closes)),
        (back_opens, due(problem, vehicle)),
    )


class GeneticSearch:
    """A population of solutions of a model that evolves.

    Parameters
    ----------
    model
        The problem.
    seed
        Seed of every random choice; with the same limits on the iterations, the same seed gives the
        same result.
    options
        Parameters of the search.

    Raises
    ------
    ValueError
        If a parameter is out of range or an array has the wrong shape.
    """

    def __init__(self, model: HgsModel, seed: int = 0, options: HgsOptions | None = None) -> None:
        options = HgsOptions() if options is None else options
        start, near = (None, None) if model.near is None else model.near
        self._kernel = _kernels.VrpGenetic(
            model.depots,
            model.distance,
            model.duration,
            model.coords,
            model.demand,
            model.service,
            model.windows,
            np.array([vehicle.kind for vehicle in model.vehicles], dtype=np.int32),
            np.array([vehicle.limits for vehicle in model.vehicles], dtype=np.float64),
            start,
            near,
            seed=seed & ((1 << 64) - 1),
            granular=options.granular,
            minimum=options.min_population,
            generation=options.generation_size,
            elite=options.elite,
            close=options.close,
            target_feasible=options.target_feasible,
            first=options.first,
            no_improvement=options.no_improvement,
            route_exchange=options.route_exchange,
            repair=options.repair,
        )

    def inject(self, routes: Routes) -> None:
        """Add a solution, to be improved and to be a parent; it is never worsened.

        Parameters
        ----------
        routes
            The solution.

        Raises
        ------
        ValueError
            If a client is not visited once or there are more routes than vehicles.
        """
        self._kernel.inject(*_flat(routes))

    def run(self, seconds: float, iterations: int | None = None) -> int:
        """Make individuals for some seconds, and not more than `iterations`; return how many.

        An individual that is not ready in time is gone on with in the next call.
        """
        return self._kernel.run(seconds, -1 if iterations is None else iterations)

    def settle(self) -> None:
        """Count the individual that is not ready as one; call it when no call of run follows."""
        self._kernel.settle()

    @property
    def feasible(self) -> bool:
        """Whether a feasible solution is known."""
        return self._kernel.feasible

    @property
    def cost(self) -> float:
        """Cost of the best solution without penalties; infinite before there is one."""
        return self._kernel.cost

    @property
    def violations(self) -> tuple[float, float, float]:
        """Load, lateness and duration in excess in the best solution."""
        return self._kernel.violations

    @property
    def iterations(self) -> int:
        """Individuals made so far."""
        return self._kernel.iterations

    @property
    def penalties(self) -> tuple[float, float, float]:
        """Present prices of a unit of load, lateness and duration in excess."""
        return self._kernel.penalties

    def split(self, tour: npt.ArrayLike) -> Routes:
        """Cut a giant tour, all clients in some order, into routes of least penalized cost.

        With several vehicle types, their numbers are seen to afterwards.
        """
        return _routes(*self._kernel.split(np.asarray(tour, dtype=np.int32)))

    def descend(self, routes: Routes, seed: int = 0) -> tuple[Routes, float, float, float]:
        """Bring a solution to a local optimum, which is not added to the population.

        Parameters
        ----------
        routes
            The solution.
        seed
            Of the order in which moves are tried.

        Returns
        -------
        tuple
            Routes; penalized costs before, gained (the sum of what moves were reckoned to change;
            negative) and after.
        """
        found, *costs = self._kernel.descend(*_flat(routes), seed)
        return _routes(*found), costs[0], costs[1], costs[2]

    def routes(self) -> Routes:
        """Return the best feasible solution, else the least violating one."""
        return _routes(*self._kernel.routes())

    def all_routes(self) -> Routes:
        """Return the routes of all feasible solutions in the population, the best first."""
        return _routes(*self._kernel.all_routes())


def _flat(routes: Routes) -> tuple[IntArray, IntArray, IntArray]:
    """Visits of all routes, where each begins, and its vehicle type."""
    rows = [route.visits for route in routes.routes]
    begin = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in rows], out=begin[1:])
    types = np.array([route.vehicle for route in routes.routes], dtype=np.int32)
    return np.concatenate([np.empty(0, np.int32), *rows]), begin, types


def _routes(visits: IntArray, begin: IntArray, types: IntArray) -> Routes:
    rows = np.split(visits, begin[1:-1]) if len(visits) else []
    return Routes(tuple(map(Route, rows, types.tolist())))
