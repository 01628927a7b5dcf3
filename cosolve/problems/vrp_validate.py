"""Arguments of a vehicle routing problem, brought into one form or refused with a clear message."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.arrays import as_float
from cosolve.problems.tsp import MAX_COORDINATE, MAX_LABEL

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.vrp_parts import ClientGroup, IntArray, VehicleType

BoolArray = npt.NDArray[np.bool_]


def called(location: int, depots: int) -> str:
    """Name a location in a message."""
    return f"depot {location}" if location < depots else f"client {location}"


def coordinates(coords: Any, what: str, depots: int) -> FloatArray:
    """Validate coordinates, shape (n, 2) or (n, 3)."""
    array = as_float(coords, what)
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise ValueError(f"{what} must have shape (n, 2) or (n, 3), got {array.shape}")
    bad = np.flatnonzero(~(np.abs(array) <= MAX_COORDINATE).all(axis=1))
    if bad.size:
        i = int(bad[0])
        raise ValueError(
            f"{called(i, depots)} has coordinates {array[i].tolist()}; they must be finite and at "
            f"most {MAX_COORDINATE:g} in size"
        )
    return array


def square(matrix: Any, what: str, depots: int) -> FloatArray:
    """Validate distances or travel times, shape (n, n); the diagonal becomes 0."""
    array = as_float(matrix, f"{what} matrix")
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ValueError(f"the matrix of {what}s must be square, got shape {array.shape}")
    np.fill_diagonal(array, 0.0)
    for bad, rule in (
        (~np.isfinite(array), "must be finite"),
        (array < 0, "must not be negative"),
        (array > MAX_COORDINATE, f"must be at most {MAX_COORDINATE:g}"),
    ):
        if bad.any():
            i, j = (int(k) for k in np.argwhere(bad)[0])
            raise ValueError(
                f"the {what} from {called(i, depots)} to {called(j, depots)} is {array[i, j]}; "
                f"it {rule}"
            )
    return array


def per_location(values: Any, n: int, depots: int, what: str) -> FloatArray:
    """One finite, not negative number for each location, 0 at depots; zeros for None."""
    if values is None:
        return np.zeros(n)
    array = as_float(values, what)
    if array.shape != (n,):
        raise ValueError(f"{what} must have shape ({n},), one for each location, got {array.shape}")
    array[:depots] = 0.0
    _reject(array, depots, what)
    return array


def loads(values: Any, n: int, depots: int, what: str) -> FloatArray | None:
    """Validate loads of the locations, shape (n, dimensions), 0 at depots."""
    if values is None:
        return None
    array = as_float(values, what)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != n or array.shape[1] == 0:
        raise ValueError(
            f"{what} must have shape ({n},) or ({n}, dimensions), one row for each location, got "
            f"{np.asarray(values).shape}"
        )
    array[:depots] = 0.0
    _reject(array, depots, what)
    return array


def _reject(array: FloatArray, depots: int, what: str) -> None:
    bad = np.argwhere(~((array >= 0) & (array <= MAX_COORDINATE)))
    if bad.size:
        where = tuple(int(k) for k in bad[0])
        dimension = f" in dimension {where[1]}" if len(where) > 1 and array.shape[1] > 1 else ""
        raise ValueError(
            f"{called(where[0], depots)} has {what}{dimension} {array[where]:g}; expected a finite "
            f"number from 0 to {MAX_COORDINATE:g}"
        )


def windows(values: Any, n: int, depots: int) -> FloatArray:
    """Time windows, shape (n, 2); all time for None."""
    if values is None:
        return np.tile([0.0, math.inf], (n, 1))
    array = as_float(values, "windows")
    if array.shape != (n, 2):
        raise ValueError(
            f"windows must have shape ({n}, 2), earliest and latest for each location, got "
            f"{array.shape}"
        )
    earliest, latest = array[:, 0], array[:, 1]
    for bad, rule in (
        (~((earliest >= 0) & (earliest <= MAX_COORDINATE)), "must begin at a finite time from 0"),
        (np.isnan(latest), "must end at a number"),
        (latest < earliest, "ends before it begins"),
    ):
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            raise ValueError(
                f"the window of {called(i, depots)} is {earliest[i]:g} to {latest[i]:g}; it {rule}"
            )
    return array


def required(values: Any, n: int, depots: int) -> BoolArray:
    """Which clients must be visited, shape (n,); all for None, no depot."""
    array = np.ones(n, bool) if values is None else np.array(values)
    if array.shape != (n,) or array.dtype != bool:
        raise ValueError(
            f"required must be true or false for each location, shape ({n},), got shape "
            f"{array.shape} and type {array.dtype}"
        )
    array[:depots] = False
    return array


def labels(values: Any, n: int, depots: int) -> npt.NDArray[np.int64] | None:
    """Numbers of the locations in files, shape (n,); those of clients differ from each other."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be integers of shape ({n},), got shape {array.shape} and type "
            f"{array.dtype}"
        )
    if array.min() < 0 or array.max() > MAX_LABEL:
        raise ValueError(f"labels must be 0 to {MAX_LABEL}")
    found, counts = np.unique(array[depots:], return_counts=True)
    if found.size < n - depots:
        raise ValueError(f"label {found[counts > 1][0]} is given to more than one client")
    if np.array_equal(array[depots:], np.arange(depots, n)):
        return None
    return array.astype(np.int64, copy=True)


def pairs(values: Any, n: int, depots: int) -> IntArray:
    """Pickups and deliveries, shape (m, 2), every client in one pair at most."""
    array = np.empty((0, 2), np.int32) if values is None else np.asarray(values)
    if array.size == 0:
        return np.empty((0, 2), np.int32)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise ValueError(f"pairs must be integers of shape (m, 2), got shape {array.shape}")
    for bad, rule in (
        ((array < 0) | (array >= n), f"no location, they are 0 to {n - 1}"),
        (array < depots, "a depot"),
    ):
        if bad.any():
            k, side = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"pair {k} has {array[k, side]}, which is {rule}")
    values_found, counts = np.unique(array, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"client {values_found[counts > 1][0]} is in more than one pair")
    return array.astype(np.int32)


def pair_loads(values: Any, count: int) -> FloatArray | None:
    """Amounts of the pairs, shape (m, dimensions)."""
    if values is None:
        if count:
            raise ValueError("pairs need pair_loads, the amounts to be carried")
        return None
    array = as_float(values, "pair_loads")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != count:
        raise ValueError(f"pair_loads must have one row for each of {count} pairs")
    bad = np.argwhere(~((array >= 0) & (array <= MAX_COORDINATE)))
    if bad.size:
        k = int(bad[0][0])
        raise ValueError(f"pair {k} has load {array[k].tolist()}; expected numbers from 0")
    return array if count else None


def dimensions(arrays: dict[str, FloatArray | None], vehicles: Sequence[VehicleType]) -> int:
    """Agree on the number of dimensions of the load."""
    given = {what: array.shape[1] for what, array in arrays.items() if array is not None}
    for vehicle in vehicles:
        # A single infinite capacity, such as the default, is one for every dimension.
        if not isinstance(vehicle.capacity, float) or math.isfinite(vehicle.capacity):
            given.setdefault("capacity", len(vehicle.capacities))
            if given["capacity"] != len(vehicle.capacities):
                raise ValueError(
                    f"vehicle types have capacities of {given['capacity']} and "
                    f"{len(vehicle.capacities)} dimensions"
                )
    if len(set(given.values())) > 1:
        found = ", ".join(f"{what} {count}" for what, count in given.items())
        raise ValueError(f"loads must agree in their number of dimensions, got {found}")
    return next(iter(given.values()), 1)


def fleet(vehicles: Sequence[VehicleType], dimension: int, depots: int) -> tuple[VehicleType, ...]:
    """Vehicle types with known depots and capacities as tuples."""
    found = []
    for number, vehicle in enumerate(vehicles):
        for what, depot in (("starts", vehicle.start), ("ends", vehicle.end)):
            if depot is not None and not 0 <= depot < depots:
                raise ValueError(
                    f"vehicle type {number} {what} at {depot}, which is no depot: they are 0 to "
                    f"{depots - 1}"
                )
        capacity = vehicle.capacities
        if len(capacity) != dimension:
            capacity = capacity * dimension
        found.append(replace(vehicle, capacity=capacity))
    return tuple(found)


def groups(values: Sequence[ClientGroup], n: int, depots: int) -> tuple[ClientGroup, ...]:
    """Validate groups of clients, which must not overlap."""
    owner: dict[int, int] = {}
    found = []
    for number, group in enumerate(values):
        clients = tuple(int(client) for client in group.clients)
        for client in clients:
            if not depots <= client < n:
                raise ValueError(
                    f"group {number} has {client}, which is no client: they are {depots} to {n - 1}"
                )
            if client in owner:
                both = f"groups {owner[client]} and {number}"
                where = f"group {number} twice" if owner[client] == number else both
                raise ValueError(f"client {client} is in {where}")
            owner[client] = number
        found.append(replace(group, clients=clients, required=bool(group.required)))
    return tuple(found)
