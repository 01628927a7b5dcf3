"""Costs and optimal costs of tiny vehicle routing problems, in plain Python.

They share no code with the package but the data of the problem, its distances and travel times.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

from cosolve.problems.vrp import VRP, Routes, VehicleType

_EPSILON = 1e-7


def route_cost(problem: VRP, visits: tuple[int, ...], vehicle: VehicleType) -> float | None:
    """Cost of a route with its vehicle, or None if it is not feasible in itself."""
    stops = [vehicle.start, *visits]
    if not vehicle.open:
        stops.append(vehicle.start if vehicle.end is None else vehicle.end)
    distance = sum(float(problem.distance(a, b)) for a, b in itertools.pairwise(stops))
    duration = _duration(problem, stops, vehicle, closed=not vehicle.open)
    if duration is None or distance > vehicle.max_distance + _EPSILON:
        return None
    if not _fits(problem, visits, vehicle) or not _orderly(problem, visits):
        return None
    return vehicle.fixed_cost + vehicle.distance_cost * distance + vehicle.time_cost * duration


def _duration(
    problem: VRP, stops: list[int], vehicle: VehicleType, *, closed: bool
) -> float | None:
    """Least time from leaving the first stop until the last is reached or served."""
    depot = problem.windows[stops[0]]
    clients = stops[1:-1] if closed else stops[1:]
    earliest = max([vehicle.shift[0], depot[0], *(problem.release[c] for c in clients)])
    latest = min(vehicle.shift[1], depot[1])
    # Leaving later than the last of these cannot be shorter: from there on nobody waits.
    moments = {earliest, latest, *_moments_without_waiting(problem, stops, clients, vehicle)}
    possible = [t for t in moments if earliest - _EPSILON <= t <= latest + _EPSILON]
    lengths = [
        done - t
        for t in possible
        if math.isfinite(t)
        and (done := _end(problem, stops, clients, vehicle, t, closed=closed)) is not None
    ]
    least = min(lengths, default=None)
    return None if least is None or least > vehicle.max_duration + _EPSILON else least


def _moments_without_waiting(
    problem: VRP, stops: list[int], clients: list[int], vehicle: VehicleType
) -> list[float]:
    """For each stop, when to leave to be there just as its window opens or closes."""
    found, elapsed = [], 0.0
    for a, b in itertools.pairwise(stops):
        elapsed += float(problem.duration(a, b)) + (
            float(problem.service[a]) if a in clients else 0
        )
        found += [float(problem.windows[b, 0]) - elapsed, float(problem.windows[b, 1]) - elapsed]
    served = float(problem.service[stops[-1]]) if stops[-1] in clients else 0.0
    return [*found, vehicle.shift[1] - elapsed - served]


def _end(
    problem: VRP, stops: list[int], clients: list[int], vehicle: VehicleType, leave: float, *,
    closed: bool,
) -> float | None:  # fmt: skip
    """When a vehicle that leaves at a time is done; None if it is late anywhere."""
    now, here = leave, stops[0]
    for client in clients:
        now = max(now + float(problem.duration(here, client)), float(problem.windows[client, 0]))
        if now > problem.windows[client, 1] + _EPSILON:
            return None
        now, here = now + float(problem.service[client]), client
    if closed:
        now += float(problem.duration(here, stops[-1]))
        if now > problem.windows[stops[-1], 1] + _EPSILON:
            return None
    return None if now > vehicle.shift[1] + _EPSILON else now


def _fits(problem: VRP, visits: tuple[int, ...], vehicle: VehicleType) -> bool:
    """Whether the vehicle is never too full."""
    sizes = [*problem.pair_loads.tolist()]
    pairs = [tuple(pair) for pair in problem.pairs.tolist()]
    for k, capacity in enumerate(vehicle.capacities):
        load = sum(float(problem.demands[c, k]) for c in visits)
        if load > capacity + _EPSILON:
            return False
        for client in visits:
            load += float(problem.pickups[client, k] - problem.demands[client, k])
            load += sum(s[k] for s, (a, _) in zip(sizes, pairs, strict=True) if a == client)
            load -= sum(s[k] for s, (_, b) in zip(sizes, pairs, strict=True) if b == client)
            if load > capacity + _EPSILON:
                return False
    return True


def _orderly(problem: VRP, visits: tuple[int, ...]) -> bool:
    """Whether pairs are together and in order, and backhauls at the end."""
    for a, b in problem.pairs.tolist():
        if (a in visits) != (b in visits):
            return False
        if a in visits and visits.index(a) > visits.index(b):
            return False
    if not problem.backhauls:
        return True
    linehauls = [i for i, c in enumerate(visits) if problem.demands[c].any()]
    backhauls = [i for i, c in enumerate(visits) if problem.pickups[c].any()]
    return not (linehauls and backhauls) or max(linehauls) < min(backhauls)


def solution_cost(problem: VRP, solution: Routes) -> float | None:
    """Cost of a solution, or None if it is not feasible."""
    total = 0.0
    used = [0] * len(problem.vehicles)
    for route in solution.routes:
        cost = route_cost(problem, tuple(route.visits.tolist()), problem.vehicles[route.vehicle])
        if cost is None:
            return None
        total += cost
        used[route.vehicle] += 1
    visits = [c for route in solution.routes for c in route.visits.tolist()]
    few = any(
        v.number is not None and u > v.number for v, u in zip(problem.vehicles, used, strict=True)
    )
    if few or len(set(visits)) < len(visits) or not _serves(problem, frozenset(visits)):
        return None
    return total + _missed(problem, frozenset(visits))


def _serves(problem: VRP, visited: frozenset[int]) -> bool:
    members = {c for group in problem.groups for c in group.clients}
    for client in range(problem.depots, problem.locations):
        if problem.required[client] and client not in members and client not in visited:
            return False
    counts = [sum(c in visited for c in group.clients) for group in problem.groups]
    return all(
        count <= 1 and (count == 1 or not group.required)
        for count, group in zip(counts, problem.groups, strict=True)
    )


def _missed(problem: VRP, visited: frozenset[int]) -> float:
    members = {c for group in problem.groups for c in group.clients}
    return sum(
        float(problem.prizes[c])
        for c in range(problem.depots, problem.locations)
        if c not in visited and (c in members or not problem.required[c])
    )


def optimal_cost(problem: VRP) -> float | None:
    """Cost of an optimal solution of at most six clients; None if there is no feasible one."""
    clients = tuple(range(problem.depots, problem.locations))

    @cache
    def best_route(visits: frozenset[int], vehicle: int) -> float:
        costs = (
            route_cost(problem, order, problem.vehicles[vehicle])
            for order in itertools.permutations(sorted(visits))
        )
        return min((c for c in costs if c is not None), default=math.inf)

    @cache
    def best(rest: frozenset[int], vehicle: int, left: int) -> float:
        """Serve all of `rest` by this vehicle type, of which some are left, and later ones."""
        if not rest:
            return 0.0
        if vehicle == len(problem.vehicles):
            return math.inf
        following = best(rest, vehicle + 1, _number(problem, vehicle + 1))
        if left == 0:
            return following
        found = following
        for size in range(1, len(rest) + 1):
            for part in itertools.combinations(sorted(rest), size):
                cost = best_route(frozenset(part), vehicle)
                if cost < math.inf:
                    found = min(found, cost + best(rest - set(part), vehicle, left - 1))
        return found

    totals = [
        best(visited, 0, _number(problem, 0)) + _missed(problem, visited)
        for size in range(len(clients) + 1)
        for visited in map(frozenset, itertools.combinations(clients, size))
        if _serves(problem, visited)
    ]
    least = min(totals, default=math.inf)
    return None if math.isinf(least) else least


def _number(problem: VRP, vehicle: int) -> int:
    if vehicle >= len(problem.vehicles):
        return 0
    number = problem.vehicles[vehicle].number
    return problem.size if number is None else number
