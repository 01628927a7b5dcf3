"""Cheap proofs that a vehicle routing problem has no solution, each with its reason.

All look at what one client, one pair or the sum of all demands needs at the very least. Times and
lengths of direct trips are such a least where the triangle inequality holds, as it does for exact
Euclidean distances; elsewhere (matrices, rounded distances) shortest paths are computed for what
looks impossible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.problems.metrics import Metric
from cosolve.problems.vrp_check import FORGIVEN, number
from cosolve.problems.vrp_schedule import due

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.vrp import VRP
    from cosolve.problems.vrp_parts import VehicleType

_MAX_DENSE = 5_000  # locations up to which shortest paths are computed
_MAX_PAIRS = 20  # pairs for which they are
_HALF = 0.5

Lengths = tuple["FloatArray", "FloatArray"]
"""Least lengths from the start depot to every location, and from there to the end depot."""


def proven_infeasible(problem: VRP) -> str | None:
    """Say why a problem has no solution, if that is easy to see.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    str or None
        One sentence that names the client and the amount; None proves nothing.
    """
    return _group_without_clients(problem) or _impossible_client(problem) or _fleet(problem)


def _group_without_clients(problem: VRP) -> str | None:
    for g, group in enumerate(problem.groups):
        if group.required and not group.clients:
            return f"one client of group {g} must be visited, but it has none"
    return None


def _excess(value: FloatArray, limit: FloatArray | float) -> FloatArray:
    """By how much values are above a limit, 0 where rounding may explain it."""
    with np.errstate(invalid="ignore"):
        over = value - limit
        return np.where(over > FORGIVEN * np.maximum(1.0, np.abs(limit)), over, 0.0)


@dataclass(frozen=True, slots=True)
class _Hindrance:
    """What keeps one vehicle type from visiting locations: excess of each, 0 where nothing does."""

    excess: FloatArray
    text: Callable[[int], str]
    loads: bool = False  # whether it does not depend on distances


def _impossible_client(problem: VRP) -> str | None:
    direct = [_direct(problem, vehicle, problem.duration) for vehicle in problem.vehicles]
    lengths = [_direct(problem, vehicle, problem.distance) for vehicle in problem.vehicles]
    reasons = [
        _hindrances(problem, vehicle, direct[k], lengths[k])
        for k, vehicle in enumerate(problem.vehicles)
    ]
    if not _decisive(problem, reasons).any():
        return _impossible_pair(problem, direct)
    if not _triangle(problem):
        if problem.locations > _MAX_DENSE:
            reasons = [[h for h in those if h.loads] for those in reasons]
        else:
            reasons = [
                _hindrances(
                    problem,
                    vehicle,
                    _shortest(problem, vehicle, problem.duration, problem.service),
                    _shortest(problem, vehicle, problem.distance, None),
                )
                for vehicle in problem.vehicles
            ]
    decisive = _decisive(problem, reasons)
    if not decisive.any():
        return _impossible_pair(problem, direct)
    client = int(np.flatnonzero(decisive)[0])
    # Of the vehicle that comes closest.
    hindrances = min(
        ([h for h in those if h.excess[client] > 0] for those in reasons),
        key=lambda those: min(h.excess[client] for h in those),
    )
    which = "" if len(problem.vehicles) == 1 else ", and no other vehicle can do better"
    return f"client {problem.label(client)} {hindrances[0].text(client)}{which}"


def _decisive(problem: VRP, reasons: list[list[_Hindrance]]) -> npt.NDArray[np.bool_]:
    """Clients that no vehicle can visit although one must visit them, or all others of a group."""
    impossible = np.ones(problem.locations, bool)
    for those in reasons:
        hindered = np.zeros(problem.locations, bool)
        for hindrance in those:
            hindered |= hindrance.excess > 0
        impossible &= hindered
    decisive = impossible & problem.required
    for group in problem.groups:
        members = np.array(group.clients, dtype=np.int64)
        if group.required and impossible[members].all():
            decisive[members[:1]] = True
    return decisive


def _hindrances(
    problem: VRP, vehicle: VehicleType, times: Lengths, lengths: Lengths
) -> list[_Hindrance]:
    """Everything that can keep a vehicle type from visiting a client on a trip of its own."""
    found = []
    carried = problem.pickups.copy()
    for side in (0, 1):
        carried[problem.pairs[:, side]] = problem.pair_loads
    for d, capacity in enumerate(vehicle.capacities):
        load = np.maximum(problem.demands[:, d], carried[:, d])
        over = _excess(load, capacity)
        where = f" in dimension {d}" if problem.dimensions > 1 else ""
        found.append(_Hindrance(over, _load_text(load, capacity, over, where), loads=True))
    there, back = times
    earliest, latest = problem.windows.T
    leave = np.maximum(_leaving(problem, vehicle), problem.release)
    arrival = leave + there
    late = _excess(arrival, latest)
    found.append(_Hindrance(late, _window_text(arrival, latest, late)))
    closing = min(vehicle.shift[1], float(problem.windows[vehicle.start, 1]))
    late = _excess(leave, closing)
    found.append(_Hindrance(late, _leave_text(leave, closing, late)))
    home = np.maximum(arrival, earliest) + problem.service + back
    limit = due(problem, vehicle)
    late = _excess(home, limit)
    found.append(_Hindrance(late, _back_text(home, limit, late)))
    for what, least, limit in (
        ("takes {}", there + problem.service + back, vehicle.max_duration),
        ("is {} long", lengths[0] + lengths[1], vehicle.max_distance),
    ):
        over = _excess(least, limit)
        found.append(_Hindrance(over, _limit_text(what, least, limit, over)))
    return found


def _load_text(
    load: FloatArray, capacity: float, over: FloatArray, where: str
) -> Callable[[int], str]:
    return lambda c: (
        f"has a load of {number(load[c])}{where}, more than the largest capacity of "
        f"{number(capacity)} by {number(over[c])}"
    )


def _window_text(arrival: FloatArray, latest: FloatArray, late: FloatArray) -> Callable[[int], str]:
    return lambda c: (
        f"can be reached at {number(arrival[c])} at the earliest, {number(late[c])} after its "
        f"window closes at {number(latest[c])}"
    )


def _leave_text(leave: FloatArray, closing: float, late: FloatArray) -> Callable[[int], str]:
    return lambda c: (
        f"can be left for at {number(leave[c])} at the earliest, {number(late[c])} after the "
        f"latest time to leave, {number(closing)}"
    )


def _back_text(home: FloatArray, limit: float, late: FloatArray) -> Callable[[int], str]:
    return lambda c: (
        f"keeps a vehicle out until {number(home[c])} at the earliest, {number(late[c])} after "
        f"the latest time to be back, {number(limit)}"
    )


def _limit_text(
    what: str, least: FloatArray, limit: float, over: FloatArray
) -> Callable[[int], str]:
    return lambda c: (
        f"is too far away: a trip to it alone {what.format(number(least[c]))}, more than the limit "
        f"of {number(limit)} by {number(over[c])}"
    )


def _leaving(problem: VRP, vehicle: VehicleType) -> float:
    return max(vehicle.shift[0], float(problem.windows[vehicle.start, 0]))


def _triangle(problem: VRP) -> bool:
    """Whether no detour can be shorter than the direct way."""
    return problem.metric is Metric.EUCLIDEAN and problem.durations is None


def _direct(
    problem: VRP, vehicle: VehicleType, length: Callable[[object, object], FloatArray]
) -> Lengths:
    everywhere = np.arange(problem.locations)
    there = length(vehicle.start, everywhere)
    if vehicle.back is None:
        return there, np.zeros(problem.locations)
    return there, length(everywhere, vehicle.back)


def _shortest(
    problem: VRP,
    vehicle: VehicleType,
    length: Callable[[object, object], FloatArray],
    service: FloatArray | None,
) -> Lengths:
    there = _paths(problem, vehicle.start, length, service)
    if vehicle.back is None:
        return there, np.zeros(problem.locations)

    def backward(i: object, j: object) -> FloatArray:
        return length(j, i)

    return there, _paths(problem, vehicle.back, backward, service)


def _paths(
    problem: VRP,
    source: int,
    length: Callable[[object, object], FloatArray],
    service: FloatArray | None,
) -> FloatArray:
    """Least length from a location to all others, with the service in between (Dijkstra, dense)."""
    everywhere = np.arange(problem.locations)
    least = np.asarray(length(source, everywhere)).copy()
    least[source] = 0.0
    pending = np.ones(problem.locations, bool)
    pending[source] = False
    # Vehicles pass depots only at the ends.
    through = everywhere >= problem.depots
    while True:
        candidates = np.where(pending & through, least, math.inf)
        node = int(candidates.argmin())
        if not math.isfinite(candidates[node]):
            return least
        pending[node] = False
        stay = 0.0 if service is None else float(service[node])
        np.minimum(least, least[node] + stay + length(node, everywhere), out=least)


def _impossible_pair(problem: VRP, direct: list[Lengths]) -> str | None:
    """Pairs whose delivery comes too late even straight after the pickup."""
    if not len(problem.pairs):
        return None
    a, b = problem.pairs.T
    earliest, latest = problem.windows.T
    least = np.full(len(a), math.inf)
    for vehicle, (there, _) in zip(problem.vehicles, direct, strict=True):
        released = np.maximum(problem.release[a], problem.release[b])
        leave = np.maximum(_leaving(problem, vehicle), released)
        least = np.minimum(least, np.maximum(leave + there[a], earliest[a]))
    if not _triangle(problem):
        # Not before the window opens: which is a proof, whatever the way to the pickup.
        least = earliest[a]
    ready = least + problem.service[a]
    late = _excess(ready + problem.duration(a, b), latest[b])
    late[~problem.required[a]] = 0.0
    for k in np.flatnonzero(late)[:_MAX_PAIRS].tolist():
        source, target = int(a[k]), int(b[k])
        way = float(problem.duration(source, target))
        if not _triangle(problem):
            if problem.locations > _MAX_DENSE:
                return None
            way = float(_paths(problem, source, problem.duration, problem.service)[target])
        at = float(ready[k]) + way
        over = float(_excess(np.array(at), float(latest[target])))
        if over > 0:
            return (
                f"goods from client {problem.label(source)} reach client {problem.label(target)} "
                f"at {number(at)} at the earliest, {number(over)} after its window closes at "
                f"{number(float(latest[target]))}"
            )
    return None


def _fleet(problem: VRP) -> str | None:
    """Whether all vehicles together can hold what all clients need."""
    count = problem.fleet_size
    if count is None:
        return None
    capacities = np.array([vehicle.capacities for vehicle in problem.vehicles])
    numbers = np.array([vehicle.number for vehicle in problem.vehicles], dtype=float)
    for what, loads in (("get", problem.demands), ("send", problem.pickups)):
        needed = _needed(problem, loads)
        held = (numbers[:, None] * capacities).sum(axis=0)
        over = _excess(needed, held)
        if over.any():
            d = int(over.argmax())
            where = f" in dimension {d}" if problem.dimensions > 1 else ""
            return (
                f"the clients {what} {number(needed[d])}{where} together, more than the {count} "
                f"vehicles can hold, {number(held[d])}, by {number(over[d])}"
            )
        for d in range(problem.dimensions):
            half = _HALF * float(capacities[:, d].max())
            alone = problem.required & (_excess(loads[:, d], half) > 0)
            large = int(np.count_nonzero(alone))
            if large > count:
                return (
                    f"{large} clients {what} more than half of the largest capacity each, so no "
                    f"two of them fit into one vehicle, but there are {count}: {large - count} "
                    "too few"
                )
    return None


def _needed(problem: VRP, loads: FloatArray) -> FloatArray:
    """Sum of the loads of clients that must be visited, and of the least of required groups."""
    total: FloatArray = loads[problem.required].sum(axis=0)
    for group in problem.groups:
        if group.required and group.clients:
            total = total + loads[list(group.clients)].min(axis=0)
    return total
