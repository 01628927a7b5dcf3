"""Vehicle routing problems put together one place and one vehicle at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.metrics import Metric
from cosolve.problems.vrp_parts import ClientGroup, VehicleType

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.vrp import VRP

Load = float | Sequence[float]
Window = tuple[float, float]
_ALWAYS = (0.0, math.inf)


@dataclass(frozen=True, slots=True)
class Place:
    """A depot or client of a `VRPBuilder`; `VRPBuilder.location` tells its location number."""

    is_depot: bool
    index: int
    name: str

    def __str__(self) -> str:
        """Return the name, or what it is and its number from 0."""
        return self.name or f"{'depot' if self.is_depot else 'client'} {self.index}"


@dataclass(frozen=True, slots=True)
class _Data:
    """What is said of a place."""

    xy: tuple[float, float] | None
    demand: Load = 0.0
    pickup: Load = 0.0
    window: Window = _ALWAYS
    service: float = 0.0
    release: float = 0.0
    prize: float | None = None
    required: bool = True


class VRPBuilder:
    """A vehicle routing problem in the making; `VRP.build` makes an empty one.

    Places and vehicles are added in any order, then `problem` returns the `VRP`. Its locations are
    the depots and then the clients, each in the order in which they were added.

    Parameters
    ----------
    metric
        How coordinates become distances.
    name
        Of the problem.

    Examples
    --------
    Two trucks bring goods from one depot to three clients, of which one may be left out:

    >>> model = VRPBuilder()
    >>> depot = model.add_depot(0, 0, window=(0, 100))
    >>> ann = model.add_client(3, 4, demand=2, window=(10, 20), service=5)
    >>> bob = model.add_client(3, 0, demand=1)
    >>> eve = model.add_client(90, 90, demand=1, prize=50)
    >>> model.add_vehicles(2, capacity=3, fixed_cost=10)
    >>> problem = model.problem()
    >>> from cosolve import Routes
    >>> routes = Routes([[model.location(ann), model.location(bob)]])
    >>> problem.check(routes), problem.cost(routes)
    ([], 72.0)
    """

    def __init__(self, metric: Metric = Metric.EUCLIDEAN, name: str = "unnamed") -> None:
        self.metric = metric
        self.name = name
        self._depots: list[_Data] = []
        self._clients: list[_Data] = []
        self._vehicles: list[tuple[VehicleType, Place | None, Place | None]] = []
        self._pairs: list[tuple[Place, Place, Load]] = []
        self._groups: list[tuple[tuple[Place, ...], bool]] = []
        self._distances: npt.ArrayLike | None = None
        self._durations: npt.ArrayLike | None = None

    def add_depot(
        self, x: float | None = None, y: float | None = None, *, window: Window = _ALWAYS,
        name: str = "",
    ) -> Place:  # fmt: skip
        """Add a depot.

        Parameters
        ----------
        x, y
            Where it is; needed unless distances are set.
        window
            When vehicles may leave and must be back.
        name
            For messages about the model.
        """
        self._depots.append(_Data(_xy(x, y), window=window))
        return Place(True, len(self._depots) - 1, name)

    def add_client(
        self,
        x: float | None = None,
        y: float | None = None,
        *,
        demand: Load = 0.0,
        pickup: Load = 0.0,
        window: Window = _ALWAYS,
        service: float = 0.0,
        release: float = 0.0,
        prize: float | None = None,
        required: bool | None = None,
        name: str = "",
    ) -> Place:
        """Add a client.

        Parameters
        ----------
        x, y
            Where it is; needed unless distances are set.
        demand, pickup
            What it gets from and sends to the depot; one number for each dimension of the load.
        window
            Earliest and latest start of the service.
        service
            How long that takes.
        release
            Before this time no vehicle that visits it may leave the depot.
        prize
            Cost of not visiting it.
        required
            Whether it must be visited; by default if it has no prize.
        name
            For messages about the model.
        """
        must = prize is None if required is None else required
        self._clients.append(
            _Data(_xy(x, y), demand, pickup, window, service, release, prize, must)
        )
        return Place(False, len(self._clients) - 1, name)

    def add_vehicles(
        self,
        number: int | None = None,
        *,
        capacity: Load = math.inf,
        start: Place | None = None,
        end: Place | None = None,
        open: bool = False,
        fixed_cost: float = 0.0,
        distance_cost: float = 1.0,
        time_cost: float = 0.0,
        shift: Window = _ALWAYS,
        max_distance: float = math.inf,
        max_duration: float = math.inf,
        name: str = "",
    ) -> None:
        """Add vehicles that are alike; see `VehicleType` for the parameters.

        Parameters
        ----------
        number
            How many; None for as many as wanted.
        start, end
            Depots; the first one that was added and `start`, unless given.
        """
        vehicle = VehicleType(
            capacity=capacity if isinstance(capacity, int | float) else tuple(capacity),
            number=number,
            open=open,
            fixed_cost=fixed_cost,
            distance_cost=distance_cost,
            time_cost=time_cost,
            shift=shift,
            max_distance=max_distance,
            max_duration=max_duration,
            name=name,
        )
        if open and end is not None:
            raise ValueError("an open route has no end depot: give either open or end")
        for depot in (start, end):
            if depot is not None and not depot.is_depot:
                raise ValueError(f"vehicles start and end at depots, {depot} is a client")
        self._vehicles.append((vehicle, start, end))

    def add_pair(self, pickup: Place, delivery: Place, load: Load) -> None:
        """Have one vehicle bring goods from one client to another.

        Parameters
        ----------
        pickup, delivery
            The clients; both have neither demand nor pickup of their own.
        load
            How much.
        """
        self._require_clients(pickup, delivery)
        self._pairs.append((pickup, delivery, load))

    def add_group(self, clients: Sequence[Place], *, required: bool = True) -> None:
        """Have at most one of several clients visited.

        Parameters
        ----------
        clients
            The clients.
        required
            Whether one of them must be.
        """
        self._require_clients(*clients)
        self._groups.append((tuple(clients), required))

    def set_distances(self, matrix: npt.ArrayLike, durations: npt.ArrayLike | None = None) -> None:
        """Give distances, and travel times if they differ, instead of a metric.

        Parameters
        ----------
        matrix, durations
            Shape (n, n), in the order of locations: depots first. Coordinates then only say where
            to draw the places.
        """
        self._distances = matrix
        self._durations = durations

    def location(self, place: Place) -> int:
        """Return the number of a place in the problem as it is now; depots come first."""
        return place.index + (0 if place.is_depot else len(self._depots))

    def problem(self) -> VRP:
        """Return the problem.

        Raises
        ------
        ValueError
            If something is malformed or missing; the message says what and where.
        """
        from cosolve.problems.vrp import VRP

        places = self._depots + self._clients
        fields: dict[str, Any] = {}
        if self._distances is None:
            fields["coords"] = self._coordinates()
            fields["metric"] = self.metric
        else:
            fields["matrix"] = np.asarray(self._distances)
            fields["durations"] = self._durations
            if all(place.xy is not None for place in places):
                fields["display"] = self._coordinates()
        for name, what, loads in (
            ("demands", "demand", [place.demand for place in places]),
            ("pickups", "pickup", [place.pickup for place in places]),
        ):
            # Where nobody has any, they say nothing about the number of dimensions.
            if any(np.any(np.asarray(load) != 0) for load in loads):
                fields[name] = _loads(loads, what)
        if self._pairs:
            fields["pairs"] = np.array(
                [[self.location(a), self.location(b)] for a, b, _ in self._pairs]
            )
            fields["pair_loads"] = _loads([load for _, _, load in self._pairs], "pair")
        return VRP(
            depots=len(self._depots),
            vehicles=tuple(self._fleet()),
            windows=np.array([place.window for place in places], dtype=float),
            service=np.array([place.service for place in places], dtype=float),
            release=np.array([place.release for place in places], dtype=float),
            prizes=np.array([place.prize or 0.0 for place in places], dtype=float),
            required=np.array([place.required for place in places]),
            groups=tuple(
                ClientGroup(tuple(self.location(c) for c in clients), required)
                for clients, required in self._groups
            ),
            name=self.name,
            **fields,
        )

    def _coordinates(self) -> FloatArray:
        for is_depot, places in ((True, self._depots), (False, self._clients)):
            for index, place in enumerate(places):
                if place.xy is None:
                    raise ValueError(
                        f"{Place(is_depot, index, '')} has no coordinates, and no distances are set"
                    )
        return np.array([place.xy for place in self._depots + self._clients], dtype=float)

    def _fleet(self) -> list[VehicleType]:
        if not self._vehicles:
            raise ValueError("the model has no vehicles: add_vehicles() adds some")
        return [
            replace(
                vehicle,
                start=0 if start is None else self.location(start),
                end=None if end is None else self.location(end),
            )
            for vehicle, start, end in self._vehicles
        ]

    def _require_clients(self, *places: Place) -> None:
        for place in places:
            if place.is_depot:
                raise ValueError(f"expected clients, {place} is a depot")
            if place.index >= len(self._clients):
                raise ValueError(f"{place} is not of this model")


def _xy(x: float | None, y: float | None) -> tuple[float, float] | None:
    if (x is None) != (y is None):
        raise ValueError("give both x and y, or neither")
    return None if x is None or y is None else (x, y)


def _loads(loads: list[Load], what: str) -> FloatArray:
    """One row for each; a plain 0 stands for nothing in every dimension."""
    rows = [np.atleast_1d(np.asarray(load, dtype=float)) for load in loads]
    size = max(row.size for row in rows)
    for row in rows:
        if row.size != size and (row.size > 1 or row[0]):
            raise ValueError(f"a {what} has {row.size} dimensions, another one {size}")
    return np.array([row if row.size == size else np.zeros(size) for row in rows])
