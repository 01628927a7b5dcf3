"""The independent checker of vehicle routes: says of every violation where it is and how large."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.core import Violation
from cosolve.problems.vrp_schedule import Clock, Flat, flatten, route_distances

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.vrp import VRP
    from cosolve.problems.vrp_parts import Routes

FORGIVEN = 1e-6  # relative to limits above 1; sums of doubles differ with the order
_SHOWN = 3  # how many clients a message names


def check(problem: VRP, solution: Routes) -> list[Violation]:
    """Every way in which a solution is not feasible; see `VRP.check`.

    Parameters
    ----------
    problem
        The problem.
    solution
        Any routes.

    Returns
    -------
    list of Violation
        Routes are counted from 1, clients called by the numbers of solution files. The kinds are
        ``unknown-client``, ``unknown-vehicle`` (then nothing else is looked at),
        ``repeated-client``, ``missing-client``, ``group``, ``fleet``, ``capacity``, ``distance``,
        ``backhaul``, ``pair-vehicle``, ``pair-order``, ``release``, ``time-window``, ``shift`` and
        ``duration``.
    """
    flat = flatten(solution)
    found = list(_unknown(problem, flat))
    if found:
        return found
    return [
        *_visits(problem, flat),
        *_groups(problem, flat),
        *_fleet(problem, flat),
        *_loads(problem, flat),
        *_distances(problem, flat),
        *_backhauls(problem, flat),
        *_pairs(problem, flat),
        *_times(problem, flat),
    ]


def exceeds(value: float, limit: float) -> bool:
    """Whether a value is above a limit by more than rounding explains."""
    return value > limit + FORGIVEN * max(1.0, abs(limit))


def number(value: float) -> str:
    """Write an amount for people: no noise of rounding, no digit of a whole number lost."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.9g}"


def _named(problem: VRP, clients: npt.NDArray[np.int64]) -> str:
    shown = ", ".join(str(problem.label(k)) for k in clients[:_SHOWN])
    more = f" and {clients.size - _SHOWN} more" if clients.size > _SHOWN else ""
    return f"client{'s' if clients.size > 1 else ''} {shown}{more}"


def _unknown(problem: VRP, flat: Flat) -> Iterator[Violation]:
    strange = (flat.visits < problem.depots) | (flat.visits >= problem.locations)
    for i in np.flatnonzero(strange)[:_SHOWN]:
        yield Violation(
            "unknown-client",
            f"route {flat.route_of[i] + 1} visits location {flat.visits[i]}, which is no client: "
            f"they are locations {problem.depots} to {problem.locations - 1}",
        )
    types = len(problem.vehicles)
    for r in np.flatnonzero((flat.vehicles < 0) | (flat.vehicles >= types))[:_SHOWN]:
        yield Violation(
            "unknown-vehicle",
            f"route {r + 1} has vehicle type {flat.vehicles[r]}: they are 0 to {types - 1}",
        )


def _visits(problem: VRP, flat: Flat) -> Iterator[Violation]:
    visits = np.bincount(flat.visits, minlength=problem.locations)
    missing = np.flatnonzero((visits == 0) & problem.required)
    if missing.size:
        be = "are" if missing.size > 1 else "is"
        yield Violation("missing-client", f"{_named(problem, missing)} {be} not visited")
    for client in np.flatnonzero(visits > 1):
        routes = np.unique(flat.route_of[flat.visits == client])[:_SHOWN] + 1
        where = ", ".join(map(str, routes))
        yield Violation(
            "repeated-client",
            f"client {problem.label(int(client))} is visited {visits[client]} times, in "
            f"route{'s' if routes.size > 1 else ''} {where}",
        )


def _groups(problem: VRP, flat: Flat) -> Iterator[Violation]:
    if not problem.groups:
        return
    visited = np.zeros(problem.locations, bool)
    visited[flat.visits] = True
    for g, group in enumerate(problem.groups):
        members = np.array(group.clients, dtype=np.int64)
        chosen = members[visited[members]]
        if chosen.size > 1:
            yield Violation(
                "group",
                f"{_named(problem, chosen)} of group {g} are visited, {chosen.size - 1} too many",
            )
        elif group.required and not chosen.size:
            one = f": one of {_named(problem, members)}" if members.size else ", it has none"
            yield Violation("group", f"no client of group {g} is visited{one}")


def _fleet(problem: VRP, flat: Flat) -> Iterator[Violation]:
    used = np.bincount(flat.vehicles, minlength=len(problem.vehicles))
    for k, vehicle in enumerate(problem.vehicles):
        if vehicle.number is not None and used[k] > vehicle.number:
            kind = "" if len(problem.vehicles) == 1 else f" of type {vehicle.name or k}"
            yield Violation(
                "fleet",
                f"{used[k]} vehicles{kind} are used, {used[k] - vehicle.number} more than the "
                f"{vehicle.number} there are",
            )


def peak_loads(problem: VRP, flat: Flat) -> FloatArray:
    """Largest load of each route at any point of it, shape (routes, dimensions)."""
    demands = problem.demands[flat.visits]
    start = flat.sums(demands)
    if not (problem.pickups.any() or len(problem.pairs)):
        return start
    carried = np.zeros_like(problem.demands)
    carried[problem.pairs[:, 0]] = problem.pair_loads
    carried[problem.pairs[:, 1]] = -problem.pair_loads
    change = problem.pickups[flat.visits] - demands + carried[flat.visits]
    # Summed per route, not over all of them: cancellation would grow with their number.
    peak = start.copy()
    for r in range(len(flat.vehicles)):
        after = np.cumsum(change[flat.first[r] : flat.first[r + 1]], axis=0) + start[r]
        peak[r] = np.maximum(peak[r], after.max(axis=0))
    return peak


def _loads(problem: VRP, flat: Flat) -> Iterator[Violation]:
    capacities = np.array([vehicle.capacities for vehicle in problem.vehicles])
    capacity = capacities[flat.vehicles]
    peak = peak_loads(problem, flat)
    over = peak > capacity + FORGIVEN * np.maximum(1.0, capacity)
    for r, d in np.argwhere(over):
        where = f" in dimension {d}" if problem.dimensions > 1 else ""
        yield Violation(
            "capacity",
            f"route {r + 1} carries {number(peak[r, d])}{where}, more than its capacity of "
            f"{number(capacity[r, d])} by {number(peak[r, d] - capacity[r, d])}",
        )


def _distances(problem: VRP, flat: Flat) -> Iterator[Violation]:
    limits = np.array([vehicle.max_distance for vehicle in problem.vehicles])
    if np.isinf(limits).all():
        return
    for r, length in enumerate(route_distances(problem, flat).tolist()):
        limit = limits[flat.vehicles[r]]
        if exceeds(length, limit):
            yield Violation(
                "distance",
                f"route {r + 1} is {number(length)} long, more than the limit of {number(limit)} "
                f"by {number(length - limit)}",
            )


def _backhauls(problem: VRP, flat: Flat) -> Iterator[Violation]:
    if not problem.backhauls:
        return
    picks_up = (problem.pickups[flat.visits] > 0).max(axis=1)
    delivers = (problem.demands[flat.visits] > 0).max(axis=1)
    for r in range(len(flat.vehicles)):
        route = slice(flat.first[r], flat.first[r + 1])
        late = np.flatnonzero(delivers[route] & np.logical_or.accumulate(picks_up[route]))
        if late.size:
            first = flat.visits[route][np.flatnonzero(picks_up[route])[0]]
            yield Violation(
                "backhaul",
                f"route {r + 1} delivers to {_named(problem, flat.visits[route][late])} after its "
                f"first pickup, at client {problem.label(first)}",
            )


def _pairs(problem: VRP, flat: Flat) -> Iterator[Violation]:
    if not len(problem.pairs):
        return
    route = np.full(problem.locations, -1)
    route[flat.visits] = flat.route_of
    position = np.full(problem.locations, -1)
    position[flat.visits] = np.arange(flat.visits.size)
    for a, b in problem.pairs[_broken(problem.pairs, route, position)].tolist():
        source, target = problem.label(a), problem.label(b)
        if route[a] == route[b]:
            yield Violation(
                "pair-order",
                f"route {route[a] + 1} visits client {target} before client {source}, whose goods "
                f"it is to get, by {position[a] - position[b]} stops",
            )
            continue
        where = [f"in route {r + 1}" if r >= 0 else "not visited" for r in (route[a], route[b])]
        yield Violation(
            "pair-vehicle",
            f"goods go from client {source} to client {target}, but client {source} is {where[0]} "
            f"and client {target} {where[1]}",
        )


def _broken(
    pairs: npt.NDArray[np.int32],
    route: npt.NDArray[np.int64],
    position: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    a, b = pairs[:, 0], pairs[:, 1]
    broken: npt.NDArray[np.bool_] = (route[a] != route[b]) | (position[a] > position[b])
    return broken


def _times(problem: VRP, flat: Flat) -> Iterator[Violation]:
    limited = any(math.isfinite(vehicle.max_duration) for vehicle in problem.vehicles)
    if not (problem.timed or limited):
        return
    clock = Clock(problem, flat)
    for r in range(len(flat.vehicles)):
        yield from _times_of_route(problem, flat, clock, r)


def _times_of_route(problem: VRP, flat: Flat, clock: Clock, r: int) -> Iterator[Violation]:
    schedule = clock.schedule(r)
    opens, closes = clock.leaving(r)
    if exceeds(max(opens, schedule.leave), closes):
        late = schedule.leave - closes
        released = clock.release(r) > opens
        yield Violation(
            "release" if released else "shift",
            f"route {r + 1} leaves at {number(schedule.leave)}"
            f"{', when its clients are released' if released else ''}, {number(late)} after the "
            f"latest time to leave, {number(closes)}",
        )
    visits = flat.visits[flat.first[r] : flat.first[r + 1]]
    latest = problem.windows[visits, 1].tolist()
    for client, arrival, limit in zip(visits.tolist(), schedule.arrivals, latest, strict=True):
        if exceeds(arrival, limit):
            yield Violation(
                "time-window",
                f"route {r + 1} reaches client {problem.label(client)} at {number(arrival)} at the "
                f"earliest, {number(arrival - limit)} after its window closes at {number(limit)}",
            )
    due = clock.due(r)
    if exceeds(schedule.back, due):
        is_open = problem.vehicles[flat.vehicles[r]].open
        yield Violation(
            "shift",
            f"route {r + 1} is {'done' if is_open else 'back'} at {number(schedule.back)} at the "
            f"earliest, {number(schedule.back - due)} after the latest time, {number(due)}",
        )
    limit = problem.vehicles[flat.vehicles[r]].max_duration
    if exceeds(schedule.duration, limit):
        yield Violation(
            "duration",
            f"route {r + 1} takes {number(schedule.duration)}, more than the limit of "
            f"{number(limit)} by {number(schedule.duration - limit)}",
        )
