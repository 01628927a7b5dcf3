"""The routing library of OR-Tools (Apache-2.0) for vehicle routing: guided local search.

It begins with savings, or with parallel cheapest insertion where times or vehicles differ. It has
no seed, its limit is wall time, and its matrices are lists of lists. Fleets of as many vehicles as
wanted get 30 percent more than the load needs where only capacities limit a route, else one for
each client.
"""

from __future__ import annotations

import time

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from cosolve import VRP, Route, Routes
from peers import routing

_LARGEST = 3000
_INFINITE = 1 << 50
_ABLE = frozenset({
    "asymmetric distances", "travel times", "time windows", "several depots",
    "several vehicle types", "fixed costs", "costs of distance", "another end", "shifts",
    "limits of distance", "limits of duration", "several loads", "pairs", "optional clients",
})  # fmt: skip


def solve(problem: VRP, time_limit_s: float, seed: int) -> Routes:  # noqa: ARG001
    began_s = time.perf_counter()
    routing.require(problem, "OR-Tools routing as it is called here", _ABLE)
    if problem.size > _LARGEST:
        raise ValueError(f"not tried above {_LARGEST} clients: its matrix is of Python lists")
    types = [
        number
        for number, vehicle in enumerate(problem.vehicles)
        for _ in range(routing.fleet_size(problem, vehicle))
    ]
    used = [problem.vehicles[number] for number in types]
    manager = pywrapcp.RoutingIndexManager(
        problem.locations,
        len(types),
        [v.start for v in used],
        [v.start if v.end is None else v.end for v in used],
    )
    model = pywrapcp.RoutingModel(manager)
    scale = routing.scale(problem)
    _add_costs(problem, model, types, scale)
    _add_loads(problem, manager, model, types, scale)
    timed = _add_times(problem, manager, model, types, scale)
    _add_choices(problem, manager, model, scale)
    search = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy
    insert = timed or len(problem.pairs) or len(problem.vehicles) > 1
    search.first_solution_strategy = first.PARALLEL_CHEAPEST_INSERTION if insert else first.SAVINGS
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    left_s = max(0.01, time_limit_s - (time.perf_counter() - began_s))
    search.time_limit.FromMilliseconds(int(left_s * 1000))
    solution = model.SolveWithParameters(search)
    if solution is None:
        raise RuntimeError("OR-Tools found no solution within the time limit")
    return Routes(
        tuple(
            Route(np.array(_visits(manager, model, solution, k), np.int32), number)
            for k, number in enumerate(types)
        )
    )


def _visits(
    manager: pywrapcp.RoutingIndexManager,
    model: pywrapcp.RoutingModel,
    solution: pywrapcp.Assignment,
    vehicle: int,
) -> list[int]:
    found = []
    index = solution.Value(model.NextVar(model.Start(vehicle)))
    while not model.IsEnd(index):
        found.append(manager.IndexToNode(index))
        index = solution.Value(model.NextVar(index))
    return found


def _add_costs(
    problem: VRP, model: pywrapcp.RoutingModel, types: list[int], scale: routing.Scale
) -> None:
    distances = routing.distance_matrix(problem, scale.length)
    rates = {v.distance_cost for v in problem.vehicles}
    arcs = {
        rate: model.RegisterTransitMatrix(
            np.rint(distances * (rate * scale.rate)).astype(np.int64).tolist()
        )
        for rate in rates
    }
    for k, number in enumerate(types):
        vehicle = problem.vehicles[number]
        model.SetArcCostEvaluatorOfVehicle(arcs[vehicle.distance_cost], k)
        model.SetFixedCostOfVehicle(round(vehicle.fixed_cost * scale.cost), k)
    if "limits of distance" in routing.wants(problem):
        limits = [
            routing.down(problem.vehicles[t].max_distance, scale.length, _INFINITE) for t in types
        ]
        transit = model.RegisterTransitMatrix(distances.tolist())
        model.AddDimensionWithVehicleCapacity(transit, 0, limits, True, "distance")


def _add_loads(
    problem: VRP,
    manager: pywrapcp.RoutingIndexManager,
    model: pywrapcp.RoutingModel,
    types: list[int],
    scale: routing.Scale,
) -> None:
    for k in range(problem.dimensions):
        loads = [routing.up(x, scale.load) for x in problem.demands[:, k].tolist()]
        for (a, b), amount in zip(
            problem.pairs.tolist(), problem.pair_loads[:, k].tolist(), strict=True
        ):
            loads[a], loads[b] = (sign * routing.up(amount, scale.load) for sign in (1, -1))
        limits = [
            routing.down(problem.vehicles[t].capacities[k], scale.load, _INFINITE) for t in types
        ]
        demand = model.RegisterUnaryTransitVector(loads)
        model.AddDimensionWithVehicleCapacity(demand, 0, limits, True, f"load {k}")
    if not len(problem.pairs):
        return
    position = model.RegisterUnaryTransitVector([1] * problem.locations)
    model.AddDimension(position, 0, problem.locations + 1, True, "position")
    positions = model.GetDimensionOrDie("position")
    solver = model.solver()
    for pair in problem.pairs.tolist():
        a, b = map(manager.NodeToIndex, pair)
        model.AddPickupAndDelivery(a, b)
        solver.Add(model.VehicleVar(a) == model.VehicleVar(b))
        solver.Add(positions.CumulVar(a) <= positions.CumulVar(b))


def _add_times(
    problem: VRP,
    manager: pywrapcp.RoutingIndexManager,
    model: pywrapcp.RoutingModel,
    types: list[int],
    scale: routing.Scale,
) -> bool:
    if not routing.wants(problem) & {"time windows", "shifts", "limits of duration"}:
        return False
    durations = routing.duration_matrix(problem, scale.length)
    service = np.array([routing.up(x, scale.length) for x in problem.service.tolist()])
    transit = model.RegisterTransitMatrix((durations + service[:, None]).tolist())
    horizon = _INFINITE
    model.AddDimension(transit, horizon, horizon, False, "time")
    times = model.GetDimensionOrDie("time")
    windows = [
        (routing.up(a, scale.length), routing.down(b, scale.length, horizon))
        for a, b in problem.windows.tolist()
    ]
    for client in range(problem.depots, problem.locations):
        times.CumulVar(manager.NodeToIndex(client)).SetRange(*windows[client])
    for k, number in enumerate(types):
        vehicle = problem.vehicles[number]
        end = vehicle.start if vehicle.end is None else vehicle.end
        early = routing.up(vehicle.shift[0], scale.length)
        late = routing.down(vehicle.shift[1], scale.length, horizon)
        times.CumulVar(model.Start(k)).SetRange(
            max(early, windows[vehicle.start][0]), min(late, windows[vehicle.start][1])
        )
        times.CumulVar(model.End(k)).SetRange(0, min(late, windows[end][1]))
        times.SetSpanUpperBoundForVehicle(
            routing.down(vehicle.max_duration, scale.length, horizon), k
        )
    return True


def _add_choices(
    problem: VRP,
    manager: pywrapcp.RoutingIndexManager,
    model: pywrapcp.RoutingModel,
    scale: routing.Scale,
) -> None:
    if len(problem.pairs) and not problem.required[problem.depots :].all():
        raise ValueError("pairs are always required here")
    for client in range(problem.depots, problem.locations):
        if not problem.required[client]:
            prize = round(problem.prizes[client] * scale.cost)
            model.AddDisjunction([manager.NodeToIndex(client)], prize)
