"""The vehicle routing problem: one immutable class for the whole family."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from cosolve.core import Violation
from cosolve.problems.metrics import INTEGRAL_METRICS, FloatArray, Metric, distances

IntArray = npt.NDArray[np.int32]


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array


@dataclass(frozen=True, slots=True)
class VehicleType:
    """Vehicles that are alike.

    Parameters
    ----------
    capacity
        What a vehicle can hold, one number for each dimension of the load; a plain number is
        taken for one dimension. Infinite unless given.
    number
        How many there are; None for as many as wanted.
    start
        The depot, a location number, where its routes begin.
    end
        The depot where they end; None for the one where they begin.
    open
        Whether a route ends at its last client instead of a depot; `end` must be None then.
    fixed_cost
        Of every vehicle that is used.
    distance_cost, time_cost
        For every unit of distance, and of the time between leaving the first and reaching the last
        stop, which includes driving, waiting and service.
    shift
        Earliest time of leaving the depot and latest time of being back.
    max_distance, max_duration
        Limits of a route.
    name
        For messages.
    """

    capacity: tuple[float, ...] | float = math.inf
    number: int | None = None
    start: int = 0
    end: int | None = None
    open: bool = False
    fixed_cost: float = 0.0
    distance_cost: float = 1.0
    time_cost: float = 0.0
    shift: tuple[float, float] = (0.0, math.inf)
    max_distance: float = math.inf
    max_duration: float = math.inf
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """Clients of which at most one is visited.

    Parameters
    ----------
    clients
        Location numbers.
    required
        Whether one of them must be visited.
    """

    clients: tuple[int, ...]
    required: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """What one vehicle does.

    Parameters
    ----------
    visits
        Location numbers of the clients in order, without the depots, shape (k,).
    vehicle
        Number of its vehicle type.
    """

    visits: IntArray
    vehicle: int = 0

    def __post_init__(self) -> None:
        """Freeze the array."""
        visits = np.asarray(self.visits)
        if visits.ndim != 1 or (visits.size and visits.dtype.kind not in "iu"):
            raise ValueError(f"the visits of a route are a row of integers, got {visits!r:.60}")
        object.__setattr__(self, "visits", _frozen(visits.astype(np.int32, copy=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """A solution of a vehicle routing problem.

    Parameters
    ----------
    routes
        The routes; empty ones are left out.
    """

    routes: tuple[Route, ...]

    def __post_init__(self) -> None:
        """Drop empty routes."""
        object.__setattr__(self, "routes", tuple(r for r in self.routes if r.visits.size))


@dataclass(frozen=True, slots=True, eq=False)
class VRP:
    """A vehicle routing problem.

    Locations are numbered from 0: first the depots, then the clients. Exactly one of `coords` and
    `matrix` is given. Arrays have one entry for each location, those of depots are ignored unless
    said otherwise; they are copied and made read-only. No n x n matrix is built from coordinates.

    A solution visits every required client once. Its cost is, summed over the routes, the fixed
    cost of the vehicle, its costs of distance and of time, and the prizes of clients not visited.

    Parameters
    ----------
    coords
        Coordinates, shape (n, 2) or (n, 3).
    matrix
        Distances, shape (n, n), not necessarily symmetric.
    metric
        How coordinates become distances.
    durations
        Travel times, shape (n, n); the distances if None.
    depots
        How many depots there are.
    vehicles
        The vehicle types.
    demands
        What clients get from the depot, shape (n,) or (n, dimensions); not negative.
    pickups
        What they send to the depot, likewise; 0 if None.
    windows
        Earliest and latest start of the service, shape (n, 2); a vehicle that is early waits. Those
        of depots say when vehicles may leave and must be back. Unlimited if None.
    service
        Service times, shape (n,); 0 if None.
    release
        Before this time no vehicle that visits the client may leave the depot, shape (n,).
    prizes
        Cost of not visiting a client, shape (n,); counts for clients not required.
    required
        Which clients must be visited, shape (n,), bool; all if None. Members of groups are ruled by
        their group.
    groups
        Of each at most one client is visited, exactly one if required.
    pairs
        Shape (m, 2): goods go from the first client to the second, which the same vehicle visits
        later. They are not from the depot: both have neither demand nor pickup.
    pair_loads
        Amount of the goods, shape (m,) or (m, dimensions).
    backhauls
        Whether clients with pickups may be visited only after all those with demands of a route.
    name, comment
        As in the file.
    labels
        The numbers that solution files use for locations, shape (n,); their own numbers if None.

    Raises
    ------
    ValueError
        If an argument is malformed; the message says what and where.
    """

    kind: ClassVar[str] = "vrp"

    coords: FloatArray | None = None
    matrix: FloatArray | None = None
    metric: Metric = Metric.EUCLIDEAN
    durations: FloatArray | None = None
    depots: int = 1
    vehicles: tuple[VehicleType, ...] = (VehicleType(),)
    demands: FloatArray | None = None
    pickups: FloatArray | None = None
    windows: FloatArray | None = None
    service: FloatArray | None = None
    release: FloatArray | None = None
    prizes: FloatArray | None = None
    required: npt.NDArray[np.bool_] | None = None
    groups: tuple[ClientGroup, ...] = ()
    pairs: IntArray | None = None
    pair_loads: FloatArray | None = None
    backhauls: bool = False
    name: str = "unnamed"
    comment: str = ""
    labels: npt.NDArray[np.int64] | None = None
    integral: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Validate every argument and freeze the arrays."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Number of clients."""
        return self.locations - self.depots

    @property
    def locations(self) -> int:
        """Number of depots and clients."""
        array = self.coords if self.coords is not None else self.matrix
        assert array is not None
        return int(array.shape[0])

    def distance(self, i: Any, j: Any) -> FloatArray:
        """Distances from locations `i` to locations `j`; they broadcast."""
        if self.coords is not None:
            return distances(self.metric, self.coords[i], self.coords[j])
        assert self.matrix is not None
        return np.asarray(self.matrix[i, j])

    def duration(self, i: Any, j: Any) -> FloatArray:
        """Travel times from locations `i` to locations `j`; they broadcast."""
        return self.distance(i, j) if self.durations is None else np.asarray(self.durations[i, j])

    def cost(self, solution: Routes) -> float:
        """Cost of a solution, feasible or not."""
        raise NotImplementedError

    def check(self, solution: Routes) -> list[Violation]:
        """Every way in which a solution is not feasible; empty if it is."""
        raise NotImplementedError


__all__ = ["INTEGRAL_METRICS", "VRP", "ClientGroup", "Route", "Routes", "VehicleType"]
