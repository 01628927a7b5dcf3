"""Improve a large solution part by part: genetic search among neighboring routes.

A part is a route and those whose barycenters are nearest to its own, together about as many
clients as a population handles well. The decomposition by barycenters did best in [1]_.

References
----------
.. [1] A. Santini, M. Schneider, T. Vidal, D. Vigo, "Decomposition strategies for vehicle routing
   heuristics", INFORMS Journal on Computing 35 (2023).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.problems.vrp import VRP, Route, Routes
from cosolve.search.hgs import GeneticSearch, HgsOptions, model_of

if TYPE_CHECKING:
    from cosolve.core import Run

IntArray = npt.NDArray[np.int32]

_SLICE_S = 0.1


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How a solution is cut into parts and for how long these are searched.

    Parameters
    ----------
    clients
        Clients of a part, about.
    seconds_per_client
        Time for a part.
    late
        Share of that time after which the present routes join the population: before, it is free
        to find others.
    """

    clients: int = 200
    seconds_per_client: float = 0.01
    late: float = 0.3


def sub_problem(problem: VRP, clients: npt.ArrayLike, fleet: int | None = None) -> VRP:
    """Return the problem of some clients; location k of it is ``clients[k - 1]``.

    Parameters
    ----------
    problem
        One with one depot and one vehicle type, without pairs and groups.
    clients
        Location numbers, none of them 0.
    fleet
        Number of vehicles, None for as many as wanted.
    """
    keep = np.concatenate([[0], np.asarray(clients, np.int64)])
    rows = ("demands", "pickups", "windows", "service", "release", "prizes", "required")
    blocks = ("matrix", "durations")
    changes: dict[str, object] = {name: getattr(problem, name)[keep] for name in rows}
    changes |= {
        name: None if array is None else array[np.ix_(keep, keep)]
        for name, array in ((name, getattr(problem, name)) for name in blocks)
    }
    coords = None if problem.coords is None else problem.coords[keep]
    display = None if problem.display is None else problem.display[keep]
    vehicles = (replace(problem.vehicles[0], number=fleet),)
    return replace(
        problem, coords=coords, display=display, vehicles=vehicles, labels=None, **changes
    )


class RouteClusters:
    """A solution and its parts, those to be searched next first.

    Parameters
    ----------
    problem
        One that the genetic search handles but for its size.
    routes
        A feasible solution.
    seed
        Of the choice of parts and of the searches in them.
    options
        Size of the parts and time for them.
    """

    def __init__(
        self, problem: VRP, routes: Routes, seed: int, options: ClusterOptions | None = None
    ) -> None:
        self.problem = problem
        self.options = options or ClusterOptions()
        self.routes = [route.visits for route in routes.routes]
        self.cost = problem.cost(routes)
        self._rng = np.random.default_rng(seed)
        self._searched = np.zeros(len(self.routes), np.int64)  # how often, by route
        self._centers = np.array([self._center(visits) for visits in self.routes])

    def solution(self) -> Routes:
        """Return the present solution."""
        return Routes(tuple(Route(visits) for visits in self.routes))

    def _center(self, visits: IntArray) -> npt.NDArray[np.float64]:
        where = self.problem.coords if self.problem.display is None else self.problem.display
        assert where is not None
        mean: npt.NDArray[np.float64] = where[visits].mean(axis=0)
        return mean

    def next_part(self) -> IntArray:
        """Choose routes near each other, one of the least searched among them."""
        least = np.flatnonzero(self._searched == self._searched.min())
        first = int(self._rng.choice(least))
        away = ((self._centers - self._centers[first]) ** 2).sum(axis=1)
        sizes = np.array([len(visits) for visits in self.routes])
        order = np.argsort(away, kind="stable")
        count = int(np.searchsorted(np.cumsum(sizes[order]), self.options.clients)) + 1
        return order[: max(2, min(count, order.size))].astype(np.int32)

    def size_of(self, part: IntArray) -> int:
        """Count the clients of some routes, given by their indices."""
        return sum(len(self.routes[k]) for k in part)

    def improve(self, part: IntArray, run: Run, seconds: float) -> bool:
        """Search a part for some seconds, or less where `run` says stop; return if it got better.

        Parameters
        ----------
        part
            Indices of routes.
        run
            Told the cost of the whole solution.
        seconds
            Time for the search.
        """
        old = [self.routes[k] for k in part]
        clients = np.concatenate(old)
        number = np.zeros(self.problem.locations, np.int32)
        number[clients] = np.arange(1, clients.size + 1)
        part_problem = sub_problem(self.problem, clients, self._vehicles_for(len(part)))
        renamed = [number[visits] for visits in old]
        before = part_problem.cost(Routes(tuple(Route(visits) for visits in renamed)))
        search = GeneticSearch(
            model_of(part_problem),
            int(self._rng.integers(2**62)),
            HgsOptions(min_population=15, generation_size=25, first=30),
        )
        end = run.elapsed + min(seconds, run.remaining)
        join = run.elapsed + self.options.late * min(seconds, run.remaining)
        joined = False
        while run.limit() is None and run.elapsed < end:
            if not joined and run.elapsed >= join:
                search.inject(renamed)
                joined = True
            until = end if joined else min(end, join)
            search.run(min(_SLICE_S, max(until - run.elapsed, 1e-4)))
            found = self.cost + min(0.0, search.cost - before) if search.feasible else self.cost
            run.report(found, iterations=0, phase="clusters")
        self._searched[part] += 1
        if not search.feasible or search.cost >= before - 1e-9 * (1 + before):
            return False
        self._replace(part, [clients[visits - 1] for visits in search.routes()])
        self.cost += search.cost - before
        return True

    def _vehicles_for(self, routes: int) -> int | None:
        """How many vehicles so many routes may become."""
        fleet = self.problem.fleet_size
        return None if fleet is None else fleet - len(self.routes) + routes

    def _replace(self, part: IntArray, new: list[IntArray]) -> None:
        keep = np.delete(np.arange(len(self.routes)), part)
        times = int(self._searched[part].min())
        self.routes = [self.routes[k] for k in keep] + new
        self._searched = np.concatenate([self._searched[keep], np.full(len(new), times)])
        centers = [self._center(visits) for visits in new]
        self._centers = np.concatenate([self._centers[keep], np.array(centers)])
