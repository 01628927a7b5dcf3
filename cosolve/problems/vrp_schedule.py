"""Lengths, times and costs of routes, in NumPy and Python: what every reported cost is made with.

References
----------
.. [1] T. Vidal, T. G. Crainic, M. Gendreau, C. Prins, "A hybrid genetic algorithm with adaptive
   diversity management for a large class of vehicle routing problems with time-windows",
   Computers & Operations Research 40 (2013), section 4.3: the time-window segments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.vrp import VRP
    from cosolve.problems.vrp_parts import Routes, VehicleType

_EXACT = 2.0**53  # whole numbers up to here add up exactly


@dataclass(frozen=True, slots=True)
class Flat:
    """All routes of a solution in one row.

    Parameters
    ----------
    visits
        The visits of all routes one after the other, shape (k,).
    first
        Where each route begins in it, shape (routes + 1,); the last is k.
    vehicles
        Vehicle type of each route, shape (routes,).
    """

    visits: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    vehicles: npt.NDArray[np.int64]

    @property
    def route_of(self) -> npt.NDArray[np.int64]:
        """Route of each visit, shape (k,)."""
        return np.repeat(np.arange(len(self.vehicles)), np.diff(self.first))

    def sums(self, values: npt.NDArray[np.float64]) -> FloatArray:
        """Sum over each route of values of the visits, shape (routes, ...)."""
        if not len(self.vehicles):
            return np.zeros((0, *values.shape[1:]))
        result: FloatArray = np.add.reduceat(values, self.first[:-1], axis=0)
        return result


def flatten(solution: Routes) -> Flat:
    """Put the routes of a solution into one row; none of them is empty."""
    rows = [route.visits for route in solution.routes]
    visits = np.concatenate(rows).astype(np.int64) if rows else np.empty(0, np.int64)
    first = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=first[1:])
    vehicles = np.array([route.vehicle for route in solution.routes], dtype=np.int64)
    return Flat(visits, first, vehicles)


class Legs(NamedTuple):
    """Pairs of locations between which the vehicles drive."""

    tails: npt.NDArray[np.int64]
    """Where each leg begins, shape (k,): leg i arrives at visit i of `Flat`."""
    closing_tails: npt.NDArray[np.int64]
    closing_heads: npt.NDArray[np.int64]
    """The leg back to the depot of each route, shape (routes,)."""
    closed: npt.NDArray[np.bool_]
    """Whether there is such a leg."""


def legs(problem: VRP, flat: Flat) -> Legs:
    """Find the legs of the routes; all visits and vehicles must be known."""
    starts = np.array([vehicle.start for vehicle in problem.vehicles])
    closed = np.array([not vehicle.open for vehicle in problem.vehicles])
    backs = np.array([v.start if v.back is None else v.back for v in problem.vehicles])
    tails = np.empty_like(flat.visits)
    tails[1:] = flat.visits[:-1]
    tails[flat.first[:-1]] = starts[flat.vehicles]
    return Legs(tails, flat.visits[flat.first[1:] - 1], backs[flat.vehicles], closed[flat.vehicles])


def route_distances(problem: VRP, flat: Flat) -> FloatArray:
    """Distance of every route, shape (routes,)."""
    way = legs(problem, flat)
    closing = problem.distance(way.closing_tails, way.closing_heads)
    total = flat.sums(problem.distance(way.tails, flat.visits))
    return total + np.where(way.closed, closing, 0.0)


class Schedule(NamedTuple):
    """When one vehicle is where if it leaves as early as it may."""

    leave: float
    arrivals: list[float]
    """At each visit; a vehicle that is early waits until the window opens."""
    back: float
    """At the end depot, or the end of the last service of an open route."""
    duration: float
    """The least possible time from leaving to `back`, over all times of leaving."""


class Clock:
    """Schedules of routes of a problem.

    Parameters
    ----------
    problem
        The problem.
    flat
        Routes whose visits and vehicles are all known.
    """

    def __init__(self, problem: VRP, flat: Flat) -> None:
        way = legs(problem, flat)
        self._problem = problem
        self._drives = problem.duration(way.tails, flat.visits).tolist()
        self._closing = np.where(
            way.closed, problem.duration(way.closing_tails, way.closing_heads), 0.0
        ).tolist()
        self._earliest = problem.windows[flat.visits, 0].tolist()
        self._latest = problem.windows[flat.visits, 1].tolist()
        self._service = problem.service[flat.visits].tolist()
        release = problem.release[flat.visits]
        if flat.visits.size:
            release = np.maximum.reduceat(release, flat.first[:-1])
        self._release: list[float] = release.tolist()
        self._first = flat.first.tolist()
        self._vehicles: list[int] = flat.vehicles.tolist()

    def leaving(self, route: int) -> tuple[float, float]:
        """Return the earliest time, apart from release times, and the latest to leave the depot."""
        vehicle = self._problem.vehicles[self._vehicles[route]]
        opens, closes = self._problem.windows[vehicle.start].tolist()
        return max(vehicle.shift[0], opens), min(vehicle.shift[1], closes)

    def due(self, route: int) -> float:
        """Return the latest time to be back, at which an open route must be done."""
        return due(self._problem, self._problem.vehicles[self._vehicles[route]])

    def release(self, route: int) -> float:
        """Return the last release time of the clients of a route."""
        return self._release[route]

    def schedule(self, route: int) -> Schedule:
        """Return the times of a route, in time proportional to its visits."""
        opens, closes = self.leaving(route)
        leave = max(opens, self._release[route])
        # The segment so far (section 4.3 of [1]): it takes `duration` if it is begun between
        # `start` and `end`; lateness is driven back in time, so that a late route has one, too.
        duration, warp, start, end = 0.0, 0.0, leave, max(leave, closes)
        now = leave
        arrivals = []
        for i in range(self._first[route], self._first[route + 1]):
            drive, earliest, latest = self._drives[i], self._earliest[i], self._latest[i]
            now += drive
            arrivals.append(now)
            now = max(now, earliest) + self._service[i]
            at = duration - warp + drive
            wait = max(earliest - at - end, 0.0)
            late = max(start + at - latest, 0.0)
            start = max(earliest - at, start) - wait
            end = min(latest - at, end) + late
            duration += self._service[i] + drive + wait
            warp += late
        closing = self._closing[route]
        opens, _ = self._problem.windows[self._end_depot(route)].tolist()
        at = duration - warp + closing
        # A depot may open after the vehicle arrives.
        wait = 0.0 if self._is_open(route) else max(opens - at - end, 0.0)
        now += closing
        if not self._is_open(route):
            now = max(now, opens)
        # Whoever leaves at `start` is back as early as whoever leaves before: a latest time to be
        # back bounds neither more nor less than it does for a vehicle that leaves at once.
        return Schedule(leave, arrivals, now, duration + closing + wait)

    def _end_depot(self, route: int) -> int:
        vehicle = self._problem.vehicles[self._vehicles[route]]
        return vehicle.start if vehicle.back is None else vehicle.back

    def _is_open(self, route: int) -> bool:
        return self._problem.vehicles[self._vehicles[route]].open


def due(problem: VRP, vehicle: VehicleType) -> float:
    """Return the latest time at which a vehicle must be back, or done with an open route."""
    if vehicle.back is None:
        return vehicle.shift[1]
    return min(vehicle.shift[1], float(problem.windows[vehicle.back, 1]))


def require_known(problem: VRP, flat: Flat) -> None:
    """Raise ``ValueError`` if a visit is no client or a vehicle no vehicle type."""
    visits, vehicles = flat.visits, flat.vehicles
    strange = visits[(visits < problem.depots) | (visits >= problem.locations)]
    if strange.size:
        raise ValueError(
            f"a route visits location {strange[0]}; clients are {problem.depots} to "
            f"{problem.locations - 1}"
        )
    strange = vehicles[(vehicles < 0) | (vehicles >= len(problem.vehicles))]
    if strange.size:
        raise ValueError(
            f"a route has vehicle type {strange[0]}; they are 0 to {len(problem.vehicles) - 1}"
        )


def cost(problem: VRP, solution: Routes) -> float:
    """Cost of a solution, feasible or not; see `VRP.cost`."""
    flat = flatten(solution)
    require_known(problem, flat)
    rates = np.array([(v.fixed_cost, v.distance_cost, v.time_cost) for v in problem.vehicles])
    fixed, per_distance, per_time = rates[flat.vehicles].T
    terms = [fixed]
    if per_distance.any():
        terms.append(per_distance * route_distances(problem, flat))
    if per_time.any():
        clock = Clock(problem, flat)
        durations = [clock.schedule(r).duration for r in range(len(flat.vehicles))]
        terms.append(per_time * np.array(durations))
    skipped = np.ones(problem.locations, bool)
    skipped[flat.visits] = False
    terms.append(problem.prizes[skipped])
    values = np.concatenate(terms)
    total = float(values.sum())
    if problem.integral and abs(total) <= _EXACT:
        return total
    # fsum: the order of the routes must not make a difference.
    return math.fsum(values.tolist())
