"""What vehicle routing problems and their solutions are made of: vehicles, groups, routes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.arrays import frozen

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class VehicleType:
    """Vehicles that are alike.

    Parameters
    ----------
    capacity
        What a vehicle can hold, one number for each dimension of the load; a plain number is
        taken for one dimension. Infinite unless given. A problem keeps it as a tuple.
    number
        How many there are; None for as many as wanted.
    start
        The depot, a location number, where its routes begin.
    end
        The depot where they end; None for the one where they begin.
    open
        Whether a route ends at its last client, when the service there is done, instead of at a
        depot; `end` must be None then.
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

    Raises
    ------
    ValueError
        If a number is negative or not a number, or the arguments contradict each other.
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

    def __post_init__(self) -> None:
        """Reject values that no vehicle can have."""
        many = isinstance(self.capacity, Iterable)
        capacity = tuple(self.capacity) if isinstance(self.capacity, Iterable) else (self.capacity,)
        if not capacity:
            raise ValueError("a vehicle type needs at least one capacity, got none")
        floats = tuple(_limit(value, "capacity") for value in capacity)
        object.__setattr__(self, "capacity", floats if many else floats[0])
        for name in ("max_distance", "max_duration"):
            object.__setattr__(self, name, _limit(getattr(self, name), name))
        for name in ("fixed_cost", "distance_cost", "time_cost"):
            value = _limit(getattr(self, name), name)
            if math.isinf(value):
                raise ValueError(f"{name} of a vehicle type must be finite")
            object.__setattr__(self, name, value)
        if self.number is not None and _whole(self.number, "number") < 1:
            raise ValueError(f"number of a vehicle type must be at least 1, got {self.number}")
        if self.open and self.end is not None:
            raise ValueError("an open route has no end depot: give either open or end")
        for depot in (self.start, self.end):
            if depot is not None:
                _whole(depot, "depot")
        self._set_shift()

    def _set_shift(self) -> None:
        shift = tuple(_limit(value, "shift") for value in self.shift)
        if len(shift) != 2 or not math.isfinite(shift[0]) or shift[1] < shift[0]:
            raise ValueError(
                f"shift of a vehicle type must be its earliest and latest time, got {self.shift}"
            )
        object.__setattr__(self, "shift", shift)

    @property
    def capacities(self) -> tuple[float, ...]:
        """The capacity as a tuple in any case."""
        return self.capacity if isinstance(self.capacity, tuple) else (self.capacity,)

    @property
    def back(self) -> int | None:
        """The depot where routes end; None for open ones."""
        if self.open:
            return None
        return self.start if self.end is None else self.end


def _limit(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{what} of a vehicle type must be a number, got {value!r:.60}")
    if not value >= 0:
        raise ValueError(f"{what} of a vehicle type must not be negative or NaN, got {value}")
    return float(value)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{what} of a vehicle type must be a whole number, got {value!r:.60}")
    return int(value)


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
        Location numbers of the clients in order, without the depots, shape (k,). A copy is kept,
        read-only.
    vehicle
        Number of its vehicle type.

    Raises
    ------
    ValueError
        If `visits` is not a one-dimensional array of integers.
    """

    visits: IntArray
    vehicle: int = 0

    def __post_init__(self) -> None:
        """Validate and freeze the array."""
        visits = np.asarray(self.visits)
        if visits.ndim != 1 or (visits.size and visits.dtype.kind not in "iu"):
            raise ValueError(f"the visits of a route are a row of integers, got {visits!r:.60}")
        if visits.size and (visits.max() > np.iinfo(np.int32).max or visits.min() < -(2**31)):
            raise ValueError("a route holds a location number that does not fit in 32 bits")
        object.__setattr__(self, "visits", frozen(visits.astype(np.int32, copy=True)))
        object.__setattr__(self, "vehicle", int(self.vehicle))

    def __len__(self) -> int:
        """Return the number of visits."""
        return int(self.visits.size)

    def __eq__(self, other: object) -> bool:
        """Two routes are equal if the same vehicle makes the same visits in the same order."""
        return (
            isinstance(other, Route)
            and self.vehicle == other.vehicle
            and np.array_equal(self.visits, other.visits)
        )

    def __hash__(self) -> int:
        """Hash of vehicle and order."""
        return hash((self.vehicle, self.visits.tobytes()))


@dataclass(frozen=True, slots=True)
class Routes:
    """A solution of a vehicle routing problem.

    Parameters
    ----------
    routes
        The routes; empty ones are left out. Rows of location numbers stand for routes of the first
        vehicle type.

    Examples
    --------
    >>> len(Routes([[3, 1], [2], []]))
    2
    """

    routes: tuple[Route, ...]

    def __post_init__(self) -> None:
        """Make routes of bare rows and drop empty ones."""
        made = (r if isinstance(r, Route) else Route(np.asarray(r)) for r in self.routes)
        object.__setattr__(self, "routes", tuple(r for r in made if r.visits.size))

    def __len__(self) -> int:
        """Return the number of routes that are not empty."""
        return len(self.routes)
