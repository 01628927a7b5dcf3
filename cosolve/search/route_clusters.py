"""Improve a large solution part by part: genetic search among neighboring routes.

A part is a route and those whose barycenters are nearest to its own, together about as many
clients as a population handles well. The decomposition by barycenters did best in [1]_.

References
----------
.. [1] A. Santini, M. Schneider, T. Vidal, D. Vigo, "Decomposition strategies for vehicle routing
   heuristics", INFORMS Journal on Computing 35 (2023).
"""

from __future__ import annotations

import itertools
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve.core.run import SLICE_S
from cosolve.problems.vrp import VRP, Route, Routes, VehicleType
from cosolve.problems.vrp_parts import IntArray
from cosolve.search.hgs import GeneticSearch, HgsOptions, model_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cosolve.core import Run
    from cosolve.guidance import EdgeGuidance
    from cosolve.search.route_pool import RoutePool

_POOL_S = 0.5  # between two looks at all routes of a population
_ROUNDING = 1e-9  # relative
# Small and soon there: a part is searched for a few seconds.
_POPULATION = HgsOptions(min_population=15, generation_size=25, first=30)


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
    guided_choice
        Whether, of the routes that were searched least, the one comes next that disagrees most with
        the guide, if there is one; else any of them.
    guided_moves
        Whether moves look at the clients of the guide, if there is one, instead of near ones.
    """

    clients: int = 200
    seconds_per_client: float = 0.01
    late: float = 0.3
    guided_choice: bool = True
    guided_moves: bool = True


def sub_problem(
    problem: VRP, clients: npt.ArrayLike, vehicles: tuple[VehicleType, ...] | None = None
) -> VRP:
    """Return the problem of some clients; location ``problem.depots + k`` is ``clients[k]``.

    Parameters
    ----------
    problem
        One without pairs and groups.
    clients
        Location numbers, none of a depot.
    vehicles
        Other vehicle types than those of the problem.
    """
    keep = np.concatenate([np.arange(problem.depots), np.asarray(clients, np.int64)])
    rows = ("demands", "pickups", "windows", "service", "release", "prizes", "required")
    blocks = ("matrix", "durations")
    changes: dict[str, Any] = {name: getattr(problem, name)[keep] for name in rows}
    changes |= {
        name: None if array is None else array[np.ix_(keep, keep)]
        for name, array in ((name, getattr(problem, name)) for name in blocks)
    }
    coords = None if problem.coords is None else problem.coords[keep]
    display = None if problem.display is None else problem.display[keep]
    vehicles = problem.vehicles if vehicles is None else vehicles
    return replace(
        problem, coords=coords, display=display, vehicles=vehicles, labels=None, **changes
    )


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some routes of a solution, as a problem and a solution of its own.

    Parameters
    ----------
    problem
        The problem of their clients; its location ``depots + k`` is ``clients[k]`` of the whole.
    routes
        The routes, in its numbers.
    clients
        Locations of the whole.
    types
        Vehicle types of the whole: type k of `problem` is ``types[k]``.
    """

    problem: VRP
    routes: Routes
    clients: IntArray
    types: tuple[int, ...]

    def translate(self, routes: Iterable[Route]) -> tuple[Route, ...]:
        """Return routes of the excerpt in the numbers of the whole."""
        first = self.problem.depots
        return tuple(Route(self.clients[r.visits - first], self.types[r.vehicle]) for r in routes)


def excerpt(problem: VRP, routes: Iterable[Route], spare: Mapping[int, int]) -> Excerpt:
    """Make a problem of some routes.

    Parameters
    ----------
    problem
        One without pairs and groups.
    routes
        At least one, no client in two of them.
    spare
        How many vehicles of each type it may use besides those of the routes, where their number is
        limited.
    """
    routes = tuple(routes)
    clients = np.concatenate([route.visits for route in routes]).astype(np.int32)
    number = np.zeros(problem.locations, np.int32)
    number[clients] = np.arange(problem.depots, problem.depots + clients.size)
    used = Counter(route.vehicle for route in routes)
    vehicles: dict[int, VehicleType] = {}
    for kind, vehicle in enumerate(problem.vehicles):
        if vehicle.number is None:
            vehicles[kind] = vehicle
        elif count := used[kind] + spare.get(kind, 0):
            vehicles[kind] = replace(vehicle, number=count)
    types = tuple(vehicles)
    return Excerpt(
        sub_problem(problem, clients, tuple(vehicles.values())),
        Routes(tuple(Route(number[r.visits], types.index(r.vehicle)) for r in routes)),
        clients,
        types,
    )


def spare_vehicles(problem: VRP, routes: Iterable[Route]) -> dict[int, int]:
    """Count the vehicles that routes leave over, of the types whose number is limited."""
    used = Counter(route.vehicle for route in routes)
    return {
        kind: vehicle.number - used[kind]
        for kind, vehicle in enumerate(problem.vehicles)
        if vehicle.number is not None
    }


@dataclass(slots=True)
class _Known:
    """A route of the present solution."""

    route: Route
    center: npt.NDArray[np.float64]
    searched: int  # how often a part with it was searched
    doubt: float  # how much it disagrees with the guide


@dataclass(frozen=True, slots=True)
class Part:
    """Routes that are searched together.

    Parameters
    ----------
    names
        Of the routes.
    routes
        As they are now.
    seed
        Of the search.
    """

    names: tuple[int, ...]
    routes: tuple[Route, ...]
    seed: int

    @property
    def size(self) -> int:
        """Number of clients."""
        return sum(map(len, self.routes))


@dataclass(frozen=True, slots=True)
class Improvement:
    """Better routes of a part.

    Parameters
    ----------
    part
        What was searched.
    routes
        The new ones.
    gain
        How much they cost less, positive.
    """

    part: Part
    routes: tuple[Route, ...]
    gain: float


class RouteClusters:
    """A solution that is improved part by part.

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
    pool
        Where routes that are come across are kept; nowhere if None.
    guidance
        A row for every location, of which `options` says what it is used for.
    """

    def __init__(
        self,
        problem: VRP,
        routes: Routes,
        seed: int,
        options: ClusterOptions | None = None,
        pool: RoutePool | None = None,
        guidance: EdgeGuidance | None = None,
    ) -> None:
        self.problem = problem
        self.pool = pool
        self.guidance = guidance
        self.options = options or ClusterOptions()
        self.cost = problem.cost(routes)
        self._in_vain = 0
        self._rng = np.random.default_rng(seed)
        self._names = itertools.count()
        self._routes: dict[int, _Known] = {}
        self._busy: set[int] = set()
        self._add(routes.routes, 0)

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self._routes)

    @property
    def stalled(self) -> bool:
        """Whether as many routes as there are were searched since the last improvement."""
        return self._in_vain >= len(self._routes)

    def solution(self) -> Routes:
        """Return the present solution."""
        return Routes(tuple(known.route for known in self._routes.values()))

    def next_part(self) -> Part | None:
        """Choose routes near each other, around one of the least searched, none in a part at work.

        Returns
        -------
        Part or None
            None if all routes are in parts at work. The part is at work until it is closed.
        """
        free = {name: known for name, known in self._routes.items() if name not in self._busy}
        if not free:
            return None
        names = np.array(list(free))
        searched = np.array([known.searched for known in free.values()])
        centers = np.array([known.center for known in free.values()])
        sizes = np.array([len(known.route) for known in free.values()])
        doubt = np.array([known.doubt for known in free.values()])
        least = np.flatnonzero(searched == searched.min())
        first = int(self._rng.choice(least[doubt[least] == doubt[least].max()]))
        order = np.argsort(((centers - centers[first]) ** 2).sum(axis=1), kind="stable")
        count = int(np.searchsorted(np.cumsum(sizes[order]), self.options.clients)) + 1
        chosen = tuple(int(name) for name in names[order[: max(2, count)]])
        self._busy.update(chosen)
        routes = tuple(free[name].route for name in chosen)
        return Part(chosen, routes, int(self._rng.integers(2**62)))

    def close(self, part: Part, found: Improvement | None) -> None:
        """Take over what the search of a part has found.

        Parameters
        ----------
        part
            It is no longer at work.
        found
            What ``search`` returned.
        """
        self._busy.difference_update(part.names)
        times = 1 + min(self._routes[name].searched for name in part.names)
        if found is None:
            self._in_vain += len(part.names)
            for name in part.names:
                self._routes[name].searched += 1
            return
        self._in_vain = 0
        for name in part.names:
            del self._routes[name]
        self._add(found.routes, times)
        self.cost -= found.gain

    def search(self, part: Part, run: Run) -> Improvement | None:
        """Search a part for its time, or less where `run` says stop.

        Parts at work at the same time can be searched by as many threads.

        Parameters
        ----------
        part
            What ``next_part`` returned.
        run
            Its clock and limits; it is told nothing.

        Returns
        -------
        Improvement or None
            None if there is none.
        """
        own = excerpt(self.problem, part.routes, self._spare_for(part))
        clients, first = own.clients, self.problem.depots
        before = own.problem.cost(own.routes)
        near = None
        if self.guidance is not None and self.options.guided_moves:
            near = self.guidance.among(np.concatenate([np.arange(first), clients]))
        engine = GeneticSearch(model_of(own.problem, near), part.seed, _POPULATION)
        seconds = min(self.options.seconds_per_client * part.size, run.remaining)
        end = run.elapsed + seconds
        join = run.elapsed + self.options.late * seconds
        pooled = run.elapsed + _POOL_S
        joined = False
        while run.limit() is None and run.elapsed < end:
            if not joined and run.elapsed >= join:
                engine.inject(own.routes)
                joined = True
            until = end if joined else join
            engine.run(min(SLICE_S, max(until - run.elapsed, 1e-4)))
            if self.pool is not None and (run.elapsed >= pooled or run.elapsed >= end):
                self.pool.add(clients[r.visits - first] for r in engine.all_routes().routes)
                pooled = run.elapsed + _POOL_S
        gain = before - engine.cost if engine.feasible else 0.0
        if gain <= _ROUNDING * (1 + before):
            return None
        return Improvement(part, own.translate(engine.routes().routes), gain)

    def _add(self, routes: Iterable[Route], searched: int) -> None:
        where = self.problem.places
        assert where is not None
        for route in routes:
            center = where[route.visits].mean(axis=0)
            doubt = 0.0
            if self.guidance is not None and self.options.guided_choice:
                doubt = disagreement(self.guidance, route.visits)
            self._routes[next(self._names)] = _Known(route, center, searched, doubt)

    def _spare_for(self, part: Part) -> dict[int, int]:
        """Return how many spare vehicles of each type a part may use."""
        # With several parts at work, spare vehicles could be taken twice.
        if len(self._busy) > len(part.names):
            return {}
        return spare_vehicles(self.problem, (known.route for known in self._routes.values()))


def disagreement(guidance: EdgeGuidance, visits: npt.NDArray[np.integer]) -> float:
    """Sum over the clients of a route of how much less weight its legs have than others could.

    A client between two others could have the two edges of largest weight of its row, the first and
    the last client one of them: the share of that weight which its own edges lack is its
    disagreement, from 0 to 1. Legs from and to depots have no weight and are not counted.

    Parameters
    ----------
    guidance
        A row for every location.
    visits
        The clients in their order.
    """
    indptr, entries = guidance.entries(visits)
    own = np.repeat(np.arange(len(visits)), np.diff(indptr))
    to, weight = guidance.indices[entries], np.maximum(guidance.weight[entries], 0.0)
    before, after = np.append(-1, visits[:-1]), np.append(visits[1:], -1)
    legs = (before >= 0).astype(int) + (after >= 0)
    could = np.arange(entries.size) - indptr[own] < legs[own]  # rows fall
    does = (to == before[own]) | (to == after[own])
    best = np.bincount(own, weight * could, len(visits))
    has = np.bincount(own, weight * does, len(visits))
    return float((1.0 - has[best > 0] / best[best > 0]).sum())


def improve(clusters: RouteClusters, run: Run, until_stalled: bool = False) -> None:
    """Search part after part, in as many threads as `run` has, until it says stop.

    Parameters
    ----------
    clusters
        The solution.
    run
        Told its cost after every part.
    until_stalled
        Stop when all routes were searched in vain, too.
    """

    def going_on() -> bool:
        return run.limit() is None and not (until_stalled and clusters.stalled)

    with ThreadPoolExecutor(run.threads) as pool:
        at_work: dict[Future[Improvement | None], Part] = {}
        while going_on() or at_work:
            while going_on() and len(at_work) < run.threads and len(clusters) > 1:
                part = clusters.next_part()
                if part is None:
                    break
                at_work[pool.submit(clusters.search, part, run)] = part
            if not at_work:
                return
            done, _ = wait(at_work, timeout=SLICE_S, return_when=FIRST_COMPLETED)
            for future in done:
                clusters.close(at_work.pop(future), future.result())
            run.report(clusters.cost, phase="clusters")
