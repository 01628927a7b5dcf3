"""A pool of the routes that a search has come across, for a program that combines them anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.problems.vrp_schedule import Flat, route_distances

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cosolve.problems.vrp import VRP

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_KEPT = 0.75  # share of a full pool that stays


@dataclass(frozen=True, slots=True)
class Columns:
    """Routes in one row.

    Parameters
    ----------
    visits
        Of all routes, one after the other, shape (k,).
    first
        Where each route begins in it, shape (routes + 1,); the last is k.
    costs
        Shape (routes,).
    """

    visits: IntArray
    first: npt.NDArray[np.int64]
    costs: FloatArray

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self.costs)

    def route(self, column: int) -> IntArray:
        """Visits of one route."""
        return self.visits[self.first[column] : self.first[column + 1]]


class RoutePool:
    """Routes, one for each set of clients: the cheapest known.

    A full pool forgets the routes that were added, or added again, longest ago. Threads may add
    routes at the same time.

    Parameters
    ----------
    problem
        One with one vehicle type and no cost of time.
    most
        Number of routes that fill the pool.

    Raises
    ------
    ValueError
        If the costs of routes depend on more than their lengths, or `most` is less than 1.
    """

    def __init__(self, problem: VRP, most: int = 100_000) -> None:
        if len(problem.vehicles) > 1 or problem.vehicles[0].time_cost:
            raise ValueError("a pool is for one vehicle type without a cost of time")
        if most < 1:
            raise ValueError(f"most must be at least 1, got {most}")
        self._problem = problem
        self._most = most
        self._lock = threading.Lock()
        # Both have the latest last. The first one only spares looking at known routes again.
        self._clients_of: dict[bytes, bytes] = {}
        self._routes: dict[bytes, tuple[float, IntArray]] = {}

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self._routes)

    def add(self, routes: Iterable[IntArray]) -> None:
        """Add feasible routes, say those of a solution; known ones cost next to nothing.

        Parameters
        ----------
        routes
            Visits of each, location numbers.
        """
        with self._lock:
            new: list[IntArray] = []
            for visits in routes:
                clients = self._clients_of.get(visits.tobytes())
                if clients is None:
                    new.append(visits)
                else:
                    self._routes[clients] = self._routes.pop(clients)
            new = [visits for visits in new if visits.size]
            if new:
                self._add_new(new)
            if len(self._routes) > self._most:
                self._forget()

    def columns(self, most: int | None = None) -> Columns:
        """Return all routes, or the latest.

        Parameters
        ----------
        most
            How many at most; None for all.
        """
        with self._lock:
            known = list(self._routes.values())
        known = known if most is None else known[max(0, len(known) - most) :]
        first = np.zeros(len(known) + 1, np.int64)
        np.cumsum([visits.size for _, visits in known], out=first[1:])
        visits = np.concatenate([np.empty(0, np.int32), *(visits for _, visits in known)])
        return Columns(visits, first, np.array([cost for cost, _ in known]))

    def _add_new(self, routes: list[IntArray]) -> None:
        for visits, cost in zip(routes, self._costs(routes).tolist(), strict=True):
            clients = np.sort(visits).tobytes()
            known = self._routes.pop(clients, None)
            # A view would keep the whole solution alive.
            better = known is None or cost < known[0]
            self._routes[clients] = (cost, visits.copy()) if better or known is None else known
            self._clients_of[visits.tobytes()] = clients
        if len(self._clients_of) > 2 * self._most:
            self._clients_of.clear()

    def _forget(self) -> None:
        kept = max(1, int(_KEPT * self._most))
        self._routes = dict(list(self._routes.items())[-kept:])
        self._clients_of.clear()

    def _costs(self, routes: list[IntArray]) -> FloatArray:
        first = np.zeros(len(routes) + 1, np.int64)
        np.cumsum([visits.size for visits in routes], out=first[1:])
        vehicles = np.zeros(len(routes), np.int64)
        flat = Flat(np.concatenate(routes).astype(np.int64), first, vehicles)
        vehicle = self._problem.vehicles[0]
        lengths = route_distances(self._problem, flat)
        return np.asarray(vehicle.distance_cost * lengths + vehicle.fixed_cost)
