"""What the peers for vehicle routing need: whole numbers, fleets, and what a problem asks for."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve import VRP, Metric, VehicleType

_EXACT = 1e-6
_DECIMALS = 1000.0  # as PyVRP reads such instances itself
_DIGITS = 5  # of the largest distance, where that is more
_MAX_RATE = 1000
_BLOCK = 256


class Scale(NamedTuple):
    """Factors that make numbers whole: of distances and times, of costs per unit, of loads."""

    length: float
    rate: float
    load: float

    @property
    def cost(self) -> float:
        """Factor of costs."""
        return self.length * self.rate


def scale(problem: VRP) -> Scale:
    """Find the least factors that lose nothing, or enough decimals to lose next to nothing."""
    if problem.metric is Metric.TRUNC1:
        length = _least(10.0, _times(problem))
    elif problem.metric in (Metric.EUCLIDEAN, Metric.GEO, Metric.ATT) and problem.matrix is None:
        length = max(_DECIMALS, 10.0 ** (_DIGITS - _magnitude(problem)))
    else:
        distances = [] if problem.matrix is None else [problem.matrix]
        length = _least(1.0, [*distances, *_times(problem)])
    rates = [x for v in problem.vehicles for x in (v.distance_cost, v.time_cost)]
    loads = [problem.demands, problem.pickups, problem.pair_loads]
    capacities = [c for v in problem.vehicles for c in v.capacities if math.isfinite(c)]
    return Scale(
        length,
        _least(1.0, [np.array(rates)], largest=_MAX_RATE),
        _least(1.0, [*loads, np.array(capacities)]),
    )


def _magnitude(problem: VRP) -> int:
    assert problem.coords is not None
    extent = float(np.ptp(problem.coords, axis=0).max(initial=0.0))
    return math.floor(math.log10(extent)) if extent > 0 else 0


def _times(problem: VRP) -> list[npt.NDArray[np.float64]]:
    found = [problem.windows, problem.service, problem.release]
    found += [] if problem.durations is None else [problem.durations]
    limits = [x for v in problem.vehicles for x in (*v.shift, v.max_distance, v.max_duration)]
    return [*found, np.array(limits)]


def _least(
    first: float, arrays: Iterable[npt.NDArray[np.float64]], largest: float = 10 * _DECIMALS
) -> float:
    factor = first
    finite = [array[np.isfinite(array)] for array in arrays]
    while factor < largest and any(
        (np.abs(array * factor - np.rint(array * factor)) > _EXACT).any() for array in finite
    ):
        factor *= 10
    return factor


def down(value: float, factor: float, infinite: int) -> int:
    """Scale a limit, rounding down."""
    return infinite if math.isinf(value) else math.floor(value * factor + _EXACT)


def up(value: float, factor: float) -> int:
    """Scale a need, rounding up."""
    return math.ceil(value * factor - _EXACT)


def distance_matrix(problem: VRP, factor: float) -> npt.NDArray[np.int64]:
    """All distances, scaled and rounded to the nearest."""
    return _matrix(problem, factor, ceil=False)


def duration_matrix(problem: VRP, factor: float) -> npt.NDArray[np.int64]:
    """All travel times, scaled and rounded up, so that nobody is late for rounding."""
    return _matrix(problem, factor, ceil=True)


def _matrix(problem: VRP, factor: float, *, ceil: bool) -> npt.NDArray[np.int64]:
    n = problem.locations
    every = np.arange(n)
    matrix = np.empty((n, n), np.int64)
    for first in range(0, n, _BLOCK):
        rows = every[first : first + _BLOCK, None]
        if ceil:
            block = np.ceil(problem.duration(rows, every[None, :]) * factor - _EXACT)
        else:
            block = np.rint(problem.distance(rows, every[None, :]) * factor)
        matrix[first : first + _BLOCK] = block
    np.fill_diagonal(matrix, 0)
    return matrix


def fleet_size(problem: VRP, vehicle: VehicleType) -> int:
    """Vehicles of a type that a solution may need, where there are as many as wanted."""
    if vehicle.number is not None:
        return min(vehicle.number, problem.size)
    if problem.timed or len(problem.pairs) or math.isfinite(vehicle.max_duration):
        return problem.size
    need = max(
        max(problem.demands[:, k].sum(), problem.pickups[:, k].sum()) / capacity if capacity else 0
        for k, capacity in enumerate(vehicle.capacities)
    )
    return min(problem.size, math.ceil(1.3 * need) + 10)


def wants(problem: VRP) -> set[str]:
    """Name what a problem asks for beyond one depot, one vehicle type, and demands."""
    vehicles = problem.vehicles
    first = vehicles[0]
    windows, pickups = problem.windows, problem.pickups
    asked = {
        "asymmetric distances": not problem.symmetric,
        "travel times": problem.durations is not None,
        "time windows": bool(windows[:, 0].any() or np.isfinite(windows[:, 1]).any()),
        "release times": bool(problem.release.any()),
        "several depots": problem.depots > 1,
        "several vehicle types": len(vehicles) > 1,
        "fixed costs": any(v.fixed_cost for v in vehicles),
        "costs of distance": any(v.distance_cost != 1 for v in vehicles),
        "costs of time": any(v.time_cost for v in vehicles),
        "open routes": any(v.open for v in vehicles),
        "another end": any(v.end not in (None, v.start) for v in vehicles),
        "shifts": any(v.shift != (0.0, math.inf) for v in vehicles),
        "limits of distance": any(math.isfinite(v.max_distance) for v in vehicles),
        "limits of duration": any(math.isfinite(v.max_duration) for v in vehicles),
        "several loads": len(first.capacities) > 1,
        "pickups": bool(pickups.any()),
        "backhauls": problem.backhauls and bool(pickups.any()),
        "pairs": bool(len(problem.pairs)),
        "optional clients": not problem.required[problem.depots :].all(),
        "groups": bool(problem.groups),
    }
    return {name for name, wanted in asked.items() if wanted}


def require(problem: VRP, peer: str, able: Iterable[str]) -> None:
    """Raise if a problem asks for what a peer cannot do."""
    missing = sorted(wants(problem) - set(able))
    if missing:
        raise ValueError(f"{peer} knows no {', '.join(missing)}")


class ProcessorTime:
    """A limit of processor seconds of this process, counted from when it is made."""

    def __init__(self, seconds: float) -> None:
        self._end_s = time.process_time() + seconds

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002
        """Return whether the time is over."""
        return time.process_time() >= self._end_s

    def left(self) -> float:
        """Seconds until then."""
        return max(0.01, self._end_s - time.process_time())
