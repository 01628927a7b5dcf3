"""Routes: cutting strings of clients out of neighboring routes, with what the vehicles still hold.

Routes are put in the order of the angle of their barycenters and written one after the other; the
string is cut without regard to where routes begin and end [1]_. Of the first route of a piece a
head may so be outside, of the last one a tail. A vehicle that comes from the head begins at its
last client, with the capacity that is left; one that goes on to the tail ends at its first client.

References
----------
.. [1] Z. Zheng et al., "UDC: A unified neural divide-and-conquer framework for large-scale
   combinatorial optimization problems", NeurIPS (2024), appendix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cosolve.divide.base import Part
from cosolve.divide.routes import barycenters, no_groups, sectors, without
from cosolve.problems import VRP, Route, Routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosolve.divide.base import IntArray


def no_strings(problem: VRP) -> str | None:
    """Return None where only the loads of a single vehicle type are limited, else why not.

    Parameters
    ----------
    problem
        Any VRP.
    """
    vehicle = problem.vehicles[0]
    if len(problem.vehicles) > 1 or problem.depots > 1 or problem.dimensions > 1:
        return "it has several vehicle types, depots or loads, of which strings know one each"
    if problem.timed or problem.pickups.any() or vehicle.time_cost:
        return "it has times or pickups, which strings do not know"
    if np.isfinite([vehicle.max_distance, vehicle.max_duration]).any():
        return "it limits the length of routes, of which strings cut some"
    if vehicle.number is not None or vehicle.fixed_cost:
        return "it limits or charges the number of vehicles, which strings do not count"
    if problem.matrix is not None:
        return "it has a matrix; strings need coordinates"
    return no_groups(problem)


@dataclass(frozen=True, slots=True)
class RouteStrings:
    """Cuts the string of all routes, in the order of their angles, into pieces.

    Pieces of one cut have no route in common: the head and the tail that are left outside are in
    none of them, so that each can be put back without the others.

    Parameters
    ----------
    size
        About how many clients a piece has, at most.
    """

    size: int

    def __call__(
        self, problem: VRP, solution: Routes, number: int, rng: np.random.Generator
    ) -> list[Part]:
        """Return the pieces, cut at random places of routes."""
        del number  # every cut is at random
        routes = solution.routes
        centers = barycenters(problem, solution)
        clients = np.array([len(route) for route in routes])
        pieces = []
        for group in sectors(problem, centers, clients, self.size, rng):
            visits = [routes[k].visits for k in group]
            head, tail = visits[0][:0], visits[-1][:0]
            if len(group) > 1:
                at = int(rng.integers(len(visits[0])))
                head, visits[0] = visits[0][:at], visits[0][at:]
                at = int(rng.integers(1, len(visits[-1]) + 1))
                visits[-1], tail = visits[-1][:at], visits[-1][at:]
            pieces.append(_piece(problem, visits, head, tail))
        return pieces


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece comes from.

    Parameters
    ----------
    locations
        Of the whole, by location of the piece.
    stubs
        From this location of the piece on there are no clients, but ends of what is outside.
    head, tail
        Clients of the first route before the piece, and of the last one after it.
    """

    locations: IntArray
    stubs: int
    head: IntArray
    tail: IntArray


_FROM_HEAD, _TO_TAIL = "from head", "to tail"  # vehicle types of a piece besides the usual one


def _piece(problem: VRP, visits: list[IntArray], head: IntArray, tail: IntArray) -> Part:
    """Make a problem of strings of clients between a head and a tail, which may be empty.

    The end of what is outside is a depot of one vehicle. It is also a client without demand, which
    this vehicle serves at no cost where it begins or ends: a vehicle that does nothing else
    costs what its way to or from the depot costs.
    """
    ends = [*head[-1:], *tail[:1]]
    inner = np.concatenate(visits)
    locations = np.concatenate([[0], ends, inner, ends]).astype(np.int32)
    depots, stubs = 1 + len(ends), 1 + len(ends) + inner.size
    demands = problem.demands[locations, 0].copy()
    demands[:depots] = demands[stubs:] = 0.0
    usual = problem.vehicles[0]
    room = usual.capacities[0]
    vehicles = [replace(usual, capacity=room, name="")]
    number = np.zeros(problem.locations, np.int32)
    number[inner] = np.arange(depots, stubs, dtype=np.int32)
    routes = [number[string] for string in visits]
    types = [0] * len(routes)
    if head.size:
        left = max(0.0, room - float(problem.demands[head, 0].sum()))
        back = None if usual.open else 0
        types[0] = len(vehicles)
        routes[0] = np.insert(routes[0], 0, stubs)
        vehicles.append(replace(usual, capacity=left, number=1, start=1, end=back, name=_FROM_HEAD))
    if tail.size:
        left = max(0.0, room - float(problem.demands[tail, 0].sum()))
        types[-1] = len(vehicles)
        routes[-1] = np.append(routes[-1], np.int32(locations.size - 1))
        vehicles.append(
            replace(usual, capacity=left, number=1, end=depots - 1, open=False, name=_TO_TAIL)
        )
    part = VRP(
        coords=problem.coords[locations],  # type: ignore[index]  # no_strings asks for coordinates
        metric=problem.metric,
        depots=depots,
        vehicles=tuple(vehicles),
        demands=demands,
        name=f"{problem.name}-part",
    )
    present = Routes(tuple(map(Route, routes, types)))
    place = _Place(locations, stubs, head, tail)
    return Part(part, present, locations, place, exact=False)


def put_strings_back(
    problem: VRP, solution: Routes, better: Sequence[tuple[Part, Routes]]
) -> Routes:
    """Replace the routes of pieces, joined to what was left outside.

    Parameters
    ----------
    problem
        The whole.
    solution
        What :class:`RouteStrings` cut. Routes of other pieces may be others by now.
    better
        Pieces, and the routes that replace theirs.
    """
    gone = [
        clients
        for place in (part.place for part, _ in better)
        for clients in (place.head, place.locations[: place.stubs], place.tail)
    ]
    new = [route for part, found in better for route in _joined(part, found)]
    return Routes((*without(problem, solution, gone), *new))


def _joined(part: Part, found: Routes) -> list[Route]:
    """Return the routes of the whole that routes of a piece stand for."""
    place: _Place = part.place
    problem: VRP = part.problem  # type: ignore[assignment]  # that of `_piece`
    names = [vehicle.name for vehicle in problem.vehicles]
    waiting = {_FROM_HEAD: place.head, _TO_TAIL: place.tail}
    routes = []
    for route in found.routes:
        visits = place.locations[route.visits[route.visits < place.stubs]]
        name = names[route.vehicle]
        if name == _FROM_HEAD:
            visits = np.concatenate([waiting.pop(name), visits])
        elif name == _TO_TAIL:
            visits = np.concatenate([visits, waiting.pop(name)])
        routes.append(visits)
    # Vehicles that are not used leave what is outside as a route of its own.
    return [Route(visits) for visits in (*routes, *waiting.values()) if visits.size]
