"""HGS-CVRP by T. Vidal (MIT license), as it is built into the hygese package.

It takes capacitated problems with at most a limit on durations, service included. Its limit counts
processor time; when it has found nothing better for 20 000 iterations it starts anew. Coordinates
must not be negative, and distances other than Euclidean ones, rounded or not, come as a matrix. It
ends the process where distances or demands are all below 0.1 or some above 100 000.
"""

from __future__ import annotations

import math

import hygese
import numpy as np

from cosolve import VRP, Metric, Route, Routes
from peers import routing

_RANGE = (0.1, 100_000.0)


def solve(problem: VRP, time_limit_s: float, seed: int) -> Routes:
    clock = routing.ProcessorTime(time_limit_s)
    routing.require(problem, "HGS-CVRP", {"limits of duration", "limits of distance"})
    vehicle = problem.vehicles[0]
    data = {
        "demands": problem.demands[:, 0],
        "vehicle_capacity": vehicle.capacities[0],
        "service_times": problem.service,
    }
    if vehicle.number is not None:
        data["num_vehicles"] = vehicle.number
    if math.isinf(vehicle.capacities[0]):
        data["vehicle_capacity"] = float(problem.demands.sum() + 1)
    limit = min(vehicle.max_duration, vehicle.max_distance)
    if math.isfinite(limit):
        if vehicle.max_distance < vehicle.max_duration and problem.service.any():
            raise ValueError("HGS-CVRP knows no limits of distance beside service times")
        data["duration_limit"] = limit
    else:
        data["service_times"] = np.zeros(problem.locations)
    rounding = problem.metric is Metric.EUC
    if rounding or problem.metric is Metric.EUCLIDEAN:
        assert problem.coords is not None
        data |= dict(_coordinates(problem))
    else:
        data["distance_matrix"] = routing.distance_matrix(problem, 1e4) / 1e4
    _require_range(problem)
    if problem.size == 1:
        return Routes((Route(np.array([1], np.int32)),))
    parameters = hygese.AlgorithmParameters(timeLimit=clock.left(), seed=seed)
    try:
        found = hygese.Solver(parameters, verbose=False).solve_cvrp(data, rounding=rounding)
    except TypeError:
        raise RuntimeError("HGS-CVRP found no feasible solution within the time limit") from None
    return Routes(tuple(Route(np.array(visits, np.int32)) for visits in found.routes))


def _coordinates(problem: VRP) -> list[tuple[str, object]]:
    assert problem.coords is not None
    if problem.coords.shape[1] != 2:
        raise ValueError("HGS-CVRP knows two coordinates only")
    moved = problem.coords - problem.coords.min(axis=0)
    return [("x_coordinates", moved[:, 0]), ("y_coordinates", moved[:, 1])]


def _require_range(problem: VRP) -> None:
    every = np.arange(problem.locations)
    far = max(float(problem.distance(i, every).max()) for i in every.tolist())
    for what, largest in (("distance", far), ("demand", float(problem.demands.max()))):
        if not _RANGE[0] <= largest <= _RANGE[1]:
            raise ValueError(f"HGS-CVRP takes no largest {what} of {largest:g}")
