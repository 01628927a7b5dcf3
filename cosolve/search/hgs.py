"""Hybrid genetic search for capacitated vehicle routing: the face of the kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Problem
from cosolve.problems import VRP, Route, Routes
from cosolve.problems.metrics import FloatArray

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
        Neighbors of a client that moves look at.
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
class HgsModel:
    """What the kernel is told of a problem; location 0 is the depot, n is their number.

    Parameters
    ----------
    distance
        Costs of arcs, shape (n, n).
    coords
        Places in the plane, shape (n, 2), for angles only.
    demand
        Shape (n,).
    capacity
        Of every vehicle.
    fleet
        Number of vehicles; None for as many as wanted.
    duration
        Travel times, shape (n, n); None if time plays no part.
    service
        Service times, shape (n,), or None for none.
    windows
        Earliest and latest start of service, shape (n, 2), or None for no limits.
    max_duration
        Limit of the time between leaving the depot and being back.
    """

    distance: FloatArray
    coords: FloatArray
    demand: FloatArray
    capacity: float
    fleet: int | None = None
    duration: FloatArray | None = None
    service: FloatArray | None = None
    windows: FloatArray | None = None
    max_duration: float = math.inf

    def subset(self, clients: npt.ArrayLike, fleet: int | None = None) -> HgsModel:
        """Return the model of some clients; client k of it is ``clients[k - 1]``.

        Parameters
        ----------
        clients
            Location numbers, none of them 0.
        fleet
            Number of vehicles; None for as many as wanted.
        """
        keep = np.concatenate([[0], np.asarray(clients, dtype=np.int64)])
        block = np.ix_(keep, keep)

        def of(array: FloatArray | None) -> FloatArray | None:
            return None if array is None else np.ascontiguousarray(array[keep])

        return HgsModel(
            np.ascontiguousarray(self.distance[block]),
            np.ascontiguousarray(self.coords[keep]),
            np.ascontiguousarray(self.demand[keep]),
            self.capacity,
            fleet,
            None if self.duration is None else np.ascontiguousarray(self.duration[block]),
            of(self.service),
            of(self.windows),
            self.max_duration,
        )


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
    if problem.depots > 1:
        return f"it has {problem.depots} depots, one is handled"
    if len(problem.vehicles) > 1:
        return f"it has {len(problem.vehicles)} vehicle types, one is handled"
    return _unsupported_clients(problem) or _unsupported_vehicle(problem)


def _unsupported_clients(problem: VRP) -> str | None:
    if problem.dimensions > 1:
        return f"its load has {problem.dimensions} dimensions, one is handled"
    if not problem.required[1:].all():
        return "some of its clients need not be visited"
    if len(problem.pairs):
        return "it has pickup and delivery pairs"
    if problem.pickups.any() and problem.demands.any():
        return "it has both demands and pickups"
    if problem.release.any():
        return "it has release times"
    return None


def _unsupported_vehicle(problem: VRP) -> str | None:
    vehicle = problem.vehicles[0]
    if vehicle.time_cost:
        return "time has a cost"
    if vehicle.open and problem.timed:
        return "its routes are open and have time windows"
    timed = problem.timed or math.isfinite(vehicle.max_duration)
    if timed and math.isfinite(vehicle.max_distance):
        return "it limits both time and distance"
    return None


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
    if problem.vehicles[0].open:
        matrix[:, 0] = 0.0
    return matrix


def model_of(problem: VRP) -> HgsModel:
    """Build the model of a problem that is supported.

    Raises
    ------
    ValueError
        If it is not supported.
    """
    reason = unsupported(problem)
    if reason is not None:
        raise ValueError(f"the genetic search cannot solve {problem.name}: {reason}")
    vehicle = problem.vehicles[0]
    assert isinstance(vehicle.capacity, tuple)
    distance = _matrix(problem, durations=False)
    duration = service = windows = None
    max_duration = vehicle.max_duration
    if math.isfinite(vehicle.max_distance):
        duration, max_duration = distance.copy(), vehicle.max_distance
    elif problem.timed or math.isfinite(max_duration):
        duration = _matrix(problem, durations=True)
        service = np.array(problem.service)
    if problem.timed:
        windows = np.array(problem.windows)
        windows[0, 0] = max(windows[0, 0], vehicle.shift[0])
        windows[0, 1] = min(windows[0, 1], vehicle.shift[1])
    coords = _plane(problem, distance)
    distance *= vehicle.distance_cost
    distance[0, 1:] += vehicle.fixed_cost
    return HgsModel(
        distance,
        coords,
        np.ascontiguousarray((problem.demands + problem.pickups)[:, 0]),
        vehicle.capacity[0],
        vehicle.number,
        duration,
        service,
        windows,
        max_duration,
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
        self._fleet = model.fleet
        self._kernel = _kernels.VrpGenetic(
            model.distance,
            model.duration,
            model.coords,
            model.demand,
            model.service,
            model.windows,
            capacity=model.capacity,
            max_duration=model.max_duration,
            fleet=0 if model.fleet is None else model.fleet,
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

    def inject(self, routes: Iterable[npt.ArrayLike]) -> None:
        """Add a solution, to be improved and to be a parent; it is never worsened.

        Parameters
        ----------
        routes
            Visits of each route, client numbers of the model.

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

    def split(self, tour: npt.ArrayLike) -> list[IntArray]:
        """Cut a giant tour, all clients in some order, into routes of least penalized cost."""
        return _split(*self._kernel.split(np.asarray(tour, dtype=np.int32)))

    def descend(
        self, routes: Iterable[npt.ArrayLike], seed: int = 0
    ) -> tuple[list[IntArray], float, float, float]:
        """Bring a solution to a local optimum, which is not added to the population.

        Parameters
        ----------
        routes
            Visits of each route.
        seed
            Of the order in which moves are tried.

        Returns
        -------
        tuple
            Routes; penalized costs before, gained (the sum of what moves were reckoned to change;
            negative) and after.
        """
        visits, begin, *costs = self._kernel.descend(*_flat(routes), seed)
        return _split(visits, begin), costs[0], costs[1], costs[2]

    def routes(self) -> list[IntArray]:
        """Visits of each route of the best feasible solution, else of the least violating one."""
        return _split(*self._kernel.routes())

    def all_routes(self) -> list[IntArray]:
        """Visits of each route of each feasible solution in the population, the best first."""
        return _split(*self._kernel.all_routes())


def _flat(routes: Iterable[npt.ArrayLike]) -> tuple[IntArray, IntArray]:
    """Visits of all routes, and where each begins."""
    rows = [np.asarray(route, dtype=np.int32) for route in routes]
    begin = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in rows], out=begin[1:])
    return np.concatenate([np.empty(0, np.int32), *rows]), begin


def _split(visits: IntArray, begin: IntArray) -> list[IntArray]:
    return np.split(visits, begin[1:-1]) if len(visits) else []


def to_solution(routes: Iterable[IntArray]) -> Routes:
    """Make a solution of visits of routes."""
    return Routes(tuple(Route(visits) for visits in routes))
