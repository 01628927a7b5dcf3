"""PyVRP (MIT license): iterated local search with penalties, over matrices of 64-bit integers.

Its limit is processor time of this process, its data included: building matrices counts. It takes
everything cosolve's class has, with whole numbers: see ``peers.routing.scale``. An open route ends
at one more depot, as far from everywhere as nothing.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pyvrp

from cosolve import VRP, Route, Routes
from peers import routing

_INFINITE = int(np.iinfo(np.int64).max)
_FORBIDDEN = 1 << 40
_ABLE = frozenset({
    "asymmetric distances", "travel times", "time windows", "release times", "several depots",
    "several vehicle types", "fixed costs", "costs of distance", "costs of time", "open routes",
    "another end", "shifts", "limits of distance", "limits of duration", "several loads",
    "pickups", "backhauls", "pairs", "optional clients", "groups",
})  # fmt: skip


def solve(problem: VRP, time_limit_s: float, seed: int) -> Routes:
    stop = routing.ProcessorTime(time_limit_s)
    routing.require(problem, "PyVRP", _ABLE)
    paired = problem.pairs.ravel().tolist()
    clients = [c for c in range(problem.depots, problem.locations) if c not in set(paired)]
    scale = routing.scale(problem)
    # Its penalties per unit of load are bounded: loads are scaled with the costs, as its own reader
    # scales them with the distances.
    scale = scale._replace(load=scale.load * scale.cost)
    data = _data(problem, clients, scale)
    with warnings.catch_warnings():
        # That a penalty is at its bound, which says nothing about the solution.
        warnings.simplefilter("ignore")
        result = pyvrp.solve(data, stop, seed=seed, collect_stats=False, display=False)
    if not result.is_feasible():
        raise RuntimeError("PyVRP found no feasible solution within the time limit")
    return Routes(
        tuple(
            Route(np.array(_visits(problem, clients, route), np.int32), route.vehicle_type())
            for route in result.best.routes()
        )
    )


def _visits(problem: VRP, clients: list[int], route: pyvrp.Route) -> list[int]:
    found = []
    for stop in route:
        if stop.is_client():
            found.append(clients[stop.idx])
        elif stop.is_pickup():
            found.append(int(problem.pairs[stop.idx, 0]))
        elif stop.is_delivery():
            found.append(int(problem.pairs[stop.idx, 1]))
    return found


def _data(problem: VRP, clients: list[int], scale: routing.Scale) -> pyvrp.ProblemData:
    distances, durations = _matrices(problem, scale)
    groups, group_of = _groups(problem, clients)
    coords = np.zeros((len(distances), 2))
    if problem.coords is not None:
        coords[: problem.locations] = problem.coords[:, :2]
    depots = [pyvrp.Depot(d, *_window(problem, d, scale)) for d in range(problem.depots)]
    if len(distances) > problem.locations:
        depots.append(pyvrp.Depot(problem.locations))
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(x, y) for x, y in coords.tolist()],
        clients=[_client(problem, c, group_of.get(c), scale) for c in clients],
        depots=depots,
        vehicle_types=[_vehicle(problem, v, scale) for v in range(len(problem.vehicles))],
        distance_matrices=[distances],
        duration_matrices=[durations],
        groups=groups,
        shipments=[_shipment(problem, k, scale) for k in range(len(problem.pairs))],
    )


def _matrices(
    problem: VRP, scale: routing.Scale
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    distances = routing.distance_matrix(problem, scale.length)
    timed = {"time windows", "release times", "shifts", "limits of duration", "costs of time"}
    if routing.wants(problem) & timed:
        durations = routing.duration_matrix(problem, scale.length)
    else:
        durations = np.zeros_like(distances)
    if problem.backhauls:
        front = problem.demands.any(axis=1)
        back = problem.pickups.any(axis=1)
        neither = ~front & ~back
        if back.any() and neither[problem.depots :].any():
            raise ValueError("PyVRP needs a demand or a pickup of every client with backhauls")
        distances[np.ix_(back, front)] = _FORBIDDEN
    if any(vehicle.open for vehicle in problem.vehicles):
        distances = np.pad(distances, (0, 1))
        durations = np.pad(durations, (0, 1))
    return distances, durations


def _window(problem: VRP, location: int, scale: routing.Scale) -> tuple[int, int]:
    early, late = problem.windows[location].tolist()
    return routing.up(early, scale.length), routing.down(late, scale.length, _INFINITE)


def _groups(problem: VRP, clients: list[int]) -> tuple[list[pyvrp.ClientGroup], dict[int, int]]:
    number = {client: k for k, client in enumerate(clients)}
    groups = [
        pyvrp.ClientGroup([number[c] for c in group.clients], group.required)
        for group in problem.groups
    ]
    return groups, {c: k for k, group in enumerate(problem.groups) for c in group.clients}


def _client(problem: VRP, c: int, group: int | None, scale: routing.Scale) -> pyvrp.Client:
    early, late = _window(problem, c, scale)
    return pyvrp.Client(
        c,
        delivery=[routing.up(x, scale.load) for x in problem.demands[c].tolist()],
        pickup=[routing.up(x, scale.load) for x in problem.pickups[c].tolist()],
        service_duration=routing.up(problem.service[c], scale.length),
        tw_early=early,
        tw_late=late,
        release_time=routing.up(problem.release[c], scale.length),
        prize=round(problem.prizes[c] * scale.cost),
        required=bool(problem.required[c]) and group is None,
        group=group,
    )


def _shipment(problem: VRP, k: int, scale: routing.Scale) -> pyvrp.Shipment:
    a, b = problem.pairs[k].tolist()
    if problem.release[[a, b]].any():
        raise ValueError("PyVRP knows no release times of pairs")
    return pyvrp.Shipment(
        a,
        b,
        *_window(problem, a, scale),
        routing.up(problem.service[a], scale.length),
        *_window(problem, b, scale),
        routing.up(problem.service[b], scale.length),
        amount=[routing.up(x, scale.load) for x in problem.pair_loads[k].tolist()],
        prize=round((problem.prizes[a] + problem.prizes[b]) * scale.cost),
        required=bool(problem.required[a]),
    )


def _vehicle(problem: VRP, number: int, scale: routing.Scale) -> pyvrp.VehicleType:
    vehicle = problem.vehicles[number]
    end = vehicle.start if vehicle.end is None else vehicle.end
    return pyvrp.VehicleType(
        num_available=problem.size if vehicle.number is None else vehicle.number,
        capacity=[routing.down(c, scale.load, _INFINITE) for c in vehicle.capacities],
        start_depot=vehicle.start,
        end_depot=problem.depots if vehicle.open else end,
        fixed_cost=round(vehicle.fixed_cost * scale.cost),
        tw_early=routing.up(vehicle.shift[0], scale.length),
        tw_late=routing.down(vehicle.shift[1], scale.length, _INFINITE),
        shift_duration=routing.down(vehicle.max_duration, scale.length, _INFINITE),
        max_distance=routing.down(vehicle.max_distance, scale.length, _INFINITE),
        unit_distance_cost=round(vehicle.distance_cost * scale.rate),
        unit_duration_cost=round(vehicle.time_cost * scale.rate),
    )
