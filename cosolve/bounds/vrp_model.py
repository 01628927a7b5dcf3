"""The relaxation of a vehicle routing problem that its bounds are computed for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cosolve.problems.vrp import VRP, VehicleType

FloatArray = npt.NDArray[np.float64]

LARGEST = 2500
"""Clients beyond which no n x n arrays are made."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RouteModel:
    """Routes of one kind of vehicle from one depot, node 0; clients are the nodes 1 to n.

    Every solution of the problem is one of the model and costs no more in it, so bounds of the
    model are bounds of the problem.

    Parameters
    ----------
    cost
        Of every arc, shape (n + 1, n + 1); infinite where it cannot be driven. Those that leave the
        depot include the fixed cost.
    load
        Of every node, shape (n + 1,), that of the depot is 0.
    capacity
        Largest load of a route; infinite if there is none.
    consumption
        Time from the beginning of the service at i to the arrival at j; None without times.
    windows
        When service may begin, shape (n + 1, 2), finite; the depot's are the whole horizon.
    required
        Which clients every solution visits, shape (n + 1,).
    prizes
        Cost of leaving out a client that is not required.
    groups
        Of each one client is visited.
    fewest, most
        Limits of the number of routes; `most` is None for none.
    """

    cost: FloatArray
    load: FloatArray
    capacity: float
    consumption: FloatArray | None
    windows: FloatArray | None
    required: npt.NDArray[np.bool_]
    prizes: FloatArray
    groups: tuple[tuple[int, ...], ...]
    fewest: int
    most: int | None

    @property
    def nodes(self) -> int:
        """Number of clients and the depot."""
        return len(self.load)

    @property
    def symmetric(self) -> bool:
        """Whether directions do not matter."""
        return self.consumption is None and bool(np.array_equal(self.cost, self.cost.T))

    @property
    def all_required(self) -> bool:
        """Whether there are only clients that must be visited."""
        return bool(self.required[1:].all())

    def undirected(self) -> FloatArray:
        """Return costs of edges with which no route costs more than it does, shape as `cost`."""
        cost = np.minimum(self.cost, self.cost.T)
        leave, enter = self.cost[0, 1:], self.cost[1:, 0]
        both = np.isfinite(leave) & np.isfinite(enter)
        # A route from i to j costs leave(i) + enter(j), and so at least h(i) + h(j) with
        # h = min(leave - shift, enter + shift): any shift will do.
        shift = float(np.median(leave[both] - enter[both])) / 2 if both.any() else 0.0
        cost[0, 1:] = cost[1:, 0] = np.minimum(leave - shift, enter + shift)
        np.fill_diagonal(cost, math.inf)
        return cost


def route_model(problem: VRP) -> RouteModel | None:
    """Return the relaxation of a problem; None if it has too many clients or none.

    Different depots become one that is as near as the nearest, different vehicles one that has the
    best of each. Pairs, backhauls and all but one dimension of the load are left out, as are limits
    of duration and distance where there are time windows.

    Parameters
    ----------
    problem
        Any vehicle routing problem.
    """
    n = problem.size
    if not 0 < n <= LARGEST or not problem.vehicles:
        return None
    clients = np.arange(problem.depots, problem.depots + n)
    distance = _closed(problem, clients, problem.distance)
    duration = _closed(problem, clients, problem.duration)
    service = _column(problem.service, problem)
    types = problem.vehicles
    cost = min(t.distance_cost for t in types) * distance
    time_cost = min(t.time_cost for t in types)
    if time_cost > 0:
        busy = duration + service[:, None]
        if any(t.open for t in types):  # the last service may be after the last stop
            busy[:, 0] = duration[:, 0]
        cost = cost + time_cost * busy
    cost[0] += min(t.fixed_cost for t in types)
    np.fill_diagonal(cost, math.inf)
    load, capacity = _load(problem, clients)
    required = np.ones(n + 1, bool)
    if problem.required is not None:
        required[1:] = problem.required[clients]
    groups = []
    for group in problem.groups:
        members = np.asarray(group.clients) - problem.depots + 1
        required[members] = False
        if group.required:
            groups.append(tuple(int(i) for i in members))
    grouped = [int(c) for group in problem.groups for c in group.clients]
    prizes = _column(problem.prizes, problem)
    prizes[np.array(grouped, int) - problem.depots + 1] = 0.0
    consumption, windows = _times(problem, clients, distance, duration, service)
    if consumption is not None and windows is not None:
        late = (
            windows[:, 0][:, None] + consumption > windows[None, :, 1] * (1 + _ROUNDING) + _ROUNDING
        )
        cost[late] = math.inf
    if math.isfinite(capacity):
        full = load[:, None] + load[None, :] > capacity * (1 + _ROUNDING)
        cost[full] = math.inf
    fewest = 1
    if required[1:].all() and math.isfinite(capacity) and capacity > 0:
        fewest = max(1, math.ceil(load.sum() / capacity - _ROUNDING))
    elif not required[1:].any() and not groups:
        fewest = 0
    numbers = [t.number for t in types]
    most = None if None in numbers else sum(k for k in numbers if k is not None)
    return RouteModel(
        cost, load, capacity, consumption, windows, required, prizes, tuple(groups), fewest, most
    )


def _column(values: FloatArray | None, problem: VRP) -> FloatArray:
    """Return values of the clients after a 0 for the depot."""
    result = np.zeros(problem.size + 1)
    if values is not None:
        result[1:] = values[problem.depots :]
    return result


def _closed(problem: VRP, clients: npt.NDArray[np.int64], of: object) -> FloatArray:
    """Return lengths between all nodes, from the nearest start and to the nearest end."""
    assert callable(of)
    n = len(clients)
    result = np.zeros((n + 1, n + 1))
    result[1:, 1:] = of(clients[:, None], clients[None, :])
    np.fill_diagonal(result, 0.0)
    starts = sorted({t.start for t in problem.vehicles})
    result[0, 1:] = np.min([of(start, clients) for start in starts], axis=0)
    if not any(t.open for t in problem.vehicles):
        ends = sorted({_end(t) for t in problem.vehicles})
        result[1:, 0] = np.min([of(clients, end) for end in ends], axis=0)
    return result


def _end(vehicle: VehicleType) -> int:
    return vehicle.start if vehicle.end is None else vehicle.end


def _load(problem: VRP, clients: npt.NDArray[np.int64]) -> tuple[FloatArray, float]:
    """Return the scarcest of all loads and its capacity."""
    best: tuple[float, FloatArray, float] | None = None
    for amounts in (problem.demands, problem.pickups):
        if amounts is None:
            continue
        table = np.asarray(amounts, float).reshape(len(amounts), -1)
        for d in range(table.shape[1]):
            capacity = max(largest_load(t, d) for t in problem.vehicles)
            load = np.concatenate([[0.0], table[clients, d]])
            if not math.isfinite(capacity) or capacity <= 0 or load.sum() <= 0:
                continue
            if best is None or load.sum() / capacity > best[0]:
                best = (load.sum() / capacity, load, capacity)
    if best is None:
        return np.zeros(problem.size + 1), math.inf
    return best[1], best[2]


def largest_load(vehicle: VehicleType, dimension: int) -> float:
    """Return the capacity of a vehicle.

    Parameters
    ----------
    vehicle
        The vehicle type.
    dimension
        Of the load.
    """
    if isinstance(vehicle.capacity, tuple):
        return vehicle.capacity[dimension] if dimension < len(vehicle.capacity) else math.inf
    return float(vehicle.capacity)


def _times(
    problem: VRP,
    clients: npt.NDArray[np.int64],
    distance: FloatArray,
    duration: FloatArray,
    service: FloatArray,
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the consumption of time, or distance, and its windows; None without limits."""
    types = problem.vehicles
    n = len(clients)
    begin, end = min(t.shift[0] for t in types), max(t.shift[1] for t in types)
    windows = np.tile([-math.inf, math.inf], (n + 1, 1))
    if problem.windows is not None:
        windows[1:] = problem.windows[clients]
        depots = problem.windows[: problem.depots]
        begin = max(begin, float(min(depots[t.start, 0] for t in types)))
        if not any(t.open for t in types):
            end = min(end, float(max(depots[_end(t), 1] for t in types)))
    if problem.release is not None:
        windows[1:, 0] = np.maximum(windows[1:, 0], problem.release[clients])
    # A depot where windows begin later than another's does not matter: the earliest counts.
    limited = np.isfinite(windows[:, 1]).any() or math.isfinite(end)
    consumption = duration + service[:, None]
    if not limited:
        longest = max(t.max_duration for t in types)
        if not math.isfinite(longest):
            longest, consumption = max(t.max_distance for t in types), distance
        if not math.isfinite(longest) or longest <= 0:
            return None, None
        begin, end = 0.0, longest
        windows = np.tile([0.0, longest], (n + 1, 1))
    if any(t.open for t in types):
        consumption = consumption.copy()
        consumption[:, 0] = 0.0
    first = windows[:, 0][np.isfinite(windows[:, 0])]
    if not math.isfinite(begin):
        begin = float(first.min()) if first.size else 0.0
        begin -= float(consumption[0].max())
    windows[:, 0] = np.maximum(windows[:, 0], begin + consumption[0])
    if math.isfinite(end):
        windows[:, 1] = np.minimum(windows[:, 1], end - consumption[:, 0])
    # Whoever begins last may still drive on for nothing.
    latest = np.where(np.isfinite(windows[:, 1]), windows[:, 1], -math.inf).max()
    if not math.isfinite(end):
        unlimited = ~np.isfinite(windows[1:, 1])
        if unlimited.any():
            return None, None
        end = latest + float(consumption[:, 0].max())
    windows[0] = begin, end
    return consumption, windows - begin
