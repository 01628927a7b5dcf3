"""VROOM (BSD-2 license) through pyvroom: local search from many starts, made for seconds.

It has no seed, its limit is wall time and it mostly ends before it is over. One thread, and the
highest exploration level. Where it leaves clients out, the run counts as failed.
"""

from __future__ import annotations

import math
import time
from datetime import timedelta
from typing import Any

import numpy as np
import vroom

from cosolve import VRP, Route, Routes
from peers import routing

_EXPLORATION = 5
_MOST = 1 << 30
_ABLE = frozenset({
    "asymmetric distances", "travel times", "time windows", "several depots",
    "several vehicle types", "fixed costs", "costs of distance", "open routes", "another end",
    "shifts", "several loads", "pickups", "pairs",
})  # fmt: skip


def solve(problem: VRP, time_limit_s: float, seed: int) -> Routes:  # noqa: ARG001
    began_s = time.perf_counter()
    routing.require(problem, "VROOM", _ABLE)
    scale = routing.scale(problem)
    model = vroom.Input()
    profiles = _add_matrices(problem, model, scale)
    types = []
    for number, vehicle in enumerate(problem.vehicles):
        for _ in range(routing.fleet_size(problem, vehicle)):
            model.add_vehicle(_vehicle(problem, number, len(types), profiles, scale))
            types.append(number)
    model.add_job(_jobs(problem, scale))
    left_s = max(0.01, time_limit_s - (time.perf_counter() - began_s))
    found = model.solve(_EXPLORATION, nb_threads=1, timeout=timedelta(seconds=left_s))
    visits: dict[int, list[int]] = {}
    routes = found.routes
    jobs = routes["type"].isin(["job", "pickup", "delivery"])
    for vehicle_id, client in routes.loc[jobs, ["vehicle_id", "id"]].itertuples(index=False):
        visits.setdefault(int(vehicle_id), []).append(int(client))
    return Routes(
        tuple(Route(np.array(row, np.int32), types[k]) for k, row in sorted(visits.items()))
    )


def _add_matrices(problem: VRP, model: vroom.Input, scale: routing.Scale) -> dict[float, str]:
    """Add a profile for each cost of distance, whose costs are a matrix of their own."""
    durations = routing.duration_matrix(problem, scale.length)
    distances = routing.distance_matrix(problem, scale.length)
    profiles = {}
    for rate in sorted({v.distance_cost for v in problem.vehicles}):
        profiles[rate] = f"rate {rate:g}"
        costs = np.rint(distances * (rate * scale.rate))
        if max(costs.max(), durations.max()) > _MOST:
            raise ValueError("distances are too large for the 32-bit matrices of VROOM")
        model.set_durations_matrix(profiles[rate], durations)
        model.set_costs_matrix(profiles[rate], costs)
    return profiles


def _window(early: float, late: float, scale: routing.Scale) -> vroom.TimeWindow:
    if early == 0 and math.isinf(late):
        return vroom.TimeWindow()
    first = routing.up(early, scale.length)
    return vroom.TimeWindow(first, max(first, routing.down(late, scale.length, _MOST)))


def _vehicle(
    problem: VRP, number: int, identity: int, profiles: dict[float, str], scale: routing.Scale
) -> vroom.Vehicle:
    vehicle = problem.vehicles[number]
    end = vehicle.start if vehicle.end is None else vehicle.end
    early, late = problem.windows[vehicle.start].tolist()
    if not vehicle.open:
        late = max(late, problem.windows[end, 1]) if end != vehicle.start else late
    return vroom.Vehicle(
        identity,
        start=vehicle.start,
        end=None if vehicle.open else end,
        profile=profiles[vehicle.distance_cost],
        capacity=[routing.down(c, scale.load, _MOST) for c in vehicle.capacities],
        time_window=_window(max(early, vehicle.shift[0]), min(late, vehicle.shift[1]), scale),
        costs=vroom.VehicleCosts(fixed=round(vehicle.fixed_cost * scale.cost)),
    )


def _jobs(problem: VRP, scale: routing.Scale) -> list[vroom.Job | vroom.Shipment]:
    paired = set(problem.pairs.ravel().tolist())
    alone = [c for c in range(problem.depots, problem.locations) if c not in paired]
    jobs: list[vroom.Job | vroom.Shipment] = [
        vroom.Job(
            client,
            client,
            delivery=_amount(problem.demands[client], scale),
            pickup=_amount(problem.pickups[client], scale),
            **_stop(problem, client, scale),
        )
        for client in alone
    ]
    for (a, b), load in zip(problem.pairs.tolist(), problem.pair_loads, strict=True):
        steps = [vroom.ShipmentStep(c, c, **_stop(problem, c, scale)) for c in (a, b)]
        jobs.append(vroom.Shipment(*steps, amount=_amount(load, scale)))
    return jobs


def _stop(problem: VRP, client: int, scale: routing.Scale) -> dict[str, Any]:
    return {
        "default_service": routing.up(problem.service[client], scale.length),
        "time_windows": [_window(*problem.windows[client].tolist(), scale)],
    }


def _amount(loads: np.ndarray, scale: routing.Scale) -> vroom.Amount:
    return vroom.Amount([routing.up(x, scale.load) for x in loads.tolist()])
