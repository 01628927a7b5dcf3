"""The vehicle routing problem: one immutable class for the whole family."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from cosolve.problems import vrp_validate as validate
from cosolve.problems.arrays import frozen
from cosolve.problems.metrics import INTEGRAL_METRICS, FloatArray, Metric, distances
from cosolve.problems.vrp_parts import ClientGroup, IntArray, Route, Routes, VehicleType

if TYPE_CHECKING:
    from cosolve.core import Violation
    from cosolve.problems.vrp_build import VRPBuilder


@dataclass(frozen=True, slots=True, eq=False)
class VRP:
    """A vehicle routing problem.

    Locations are numbered from 0: first the depots, then the clients. Exactly one of `coords` and
    `matrix` is given. Arrays have one entry for each location, those of depots are ignored unless
    said otherwise; they are copied and made read-only. No n x n matrix is built from coordinates.

    Whatever may be left out is filled in: `demands` and `pickups` always have shape
    (n, dimensions), `windows` (n, 2), `pairs` (m, 2), `pair_loads` (m, dimensions); `service`,
    `release`, `prizes` and `required` (n,), with zeros and False for depots; every capacity is a
    tuple.

    A solution visits every required client once. Its cost is, summed over the routes, the fixed
    cost of the vehicle, its costs of distance and of time, and the prizes of clients not visited.

    Parameters
    ----------
    coords
        Coordinates, shape (n, 2) or (n, 3).
    matrix
        Distances, shape (n, n), not necessarily symmetric. The diagonal is ignored.
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
        Cost of not visiting a client, shape (n,); counts for clients not required, 0 for others.
    required
        Which clients must be visited, shape (n,), bool; all if None. Members of groups are ruled by
        their group: False for them.
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
    display
        Where to draw the locations of a problem whose distances do not say, shape (n, 2). It has no
        influence on any distance.

    Raises
    ------
    ValueError
        If an argument is malformed; the message says what and where.

    Examples
    --------
    >>> import numpy as np
    >>> coords = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])
    >>> trucks = (VehicleType(capacity=2, number=2),)
    >>> problem = VRP(coords=coords, demands=np.array([0, 1, 1, 1]), vehicles=trucks)
    >>> problem.cost(Routes([[1], [2, 3]]))
    18.0
    >>> problem.check(Routes([[1, 2, 3]]))[0].message
    'route 1 carries 3, more than its capacity of 2 by 1'
    """

    kind: ClassVar[str] = "vrp"
    maximize: ClassVar[bool] = False

    coords: FloatArray | None = None
    matrix: FloatArray | None = None
    metric: Metric = Metric.EUCLIDEAN
    durations: FloatArray | None = None
    depots: int = 1
    vehicles: tuple[VehicleType, ...] = (VehicleType(),)
    demands: FloatArray = None  # type: ignore[assignment]  # filled in by __post_init__
    pickups: FloatArray = None  # type: ignore[assignment]
    windows: FloatArray = None  # type: ignore[assignment]
    service: FloatArray = None  # type: ignore[assignment]
    release: FloatArray = None  # type: ignore[assignment]
    prizes: FloatArray = None  # type: ignore[assignment]
    required: npt.NDArray[np.bool_] = None  # type: ignore[assignment]
    groups: tuple[ClientGroup, ...] = ()
    pairs: IntArray = None  # type: ignore[assignment]
    pair_loads: FloatArray = None  # type: ignore[assignment]
    backhauls: bool = False
    name: str = "unnamed"
    comment: str = ""
    labels: npt.NDArray[np.int64] | None = None
    display: FloatArray | None = None
    symmetric: bool = field(init=False, default=True)
    integral: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Validate every argument and freeze the arrays."""
        if (self.coords is None) == (self.matrix is None):
            raise ValueError("give either coords or matrix, not both and not neither")
        if isinstance(self.depots, bool) or not isinstance(self.depots, int | np.integer):
            raise ValueError(f"depots must be a whole number, got {self.depots!r:.60}")
        self._set("depots", int(self.depots))
        if self.depots < 1:
            raise ValueError(f"a VRP needs at least one depot, got {self.depots}")
        self._set_distances()
        if self.size < 1:
            raise ValueError(
                f"a VRP needs at least one client, got {self.locations} locations and "
                f"{self.depots} depots"
            )
        self._set_loads_and_fleet()
        self._set_times()
        self._set_choices()
        n, depots = self.locations, self.depots
        self._set_array("labels", validate.labels(self.labels, n, depots))
        if self.display is not None:
            display = validate.coordinates(self.display, "display", depots)
            if display.shape != (n, 2):
                raise ValueError(f"display must have shape ({n}, 2), got {display.shape}")
            self._set_array("display", display)
        self._set("integral", self._costs_are_integral())

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _set_array(self, name: str, value: npt.NDArray[Any] | None) -> None:
        self._set(name, None if value is None else frozen(value))

    def _set_distances(self) -> None:
        metric = Metric(self.metric)
        if self.coords is not None:
            coords = validate.coordinates(self.coords, "coords", self.depots)
            if metric is Metric.EXPLICIT:
                raise ValueError("metric EXPLICIT needs a matrix, not coords")
            if metric in (Metric.GEO, Metric.ATT) and coords.shape[1] != 2:
                raise ValueError(
                    f"metric {metric} is defined for 2 coordinates, got {coords.shape[1]}"
                )
            self._set_array("coords", coords)
        else:
            if metric not in (Metric.EUCLIDEAN, Metric.EXPLICIT):
                raise ValueError(f"metric {metric} needs coords, not a matrix")
            matrix = validate.square(self.matrix, "distance", self.depots)
            self._set("symmetric", bool(np.array_equal(matrix, matrix.T)))
            self._set_array("matrix", matrix)
            metric = Metric.EXPLICIT
        self._set("metric", metric)
        if self.durations is not None:
            durations = validate.square(self.durations, "travel time", self.depots)
            if len(durations) != self.locations:
                raise ValueError(
                    f"durations must have shape ({self.locations}, {self.locations}), got "
                    f"{durations.shape}"
                )
            self._set_array("durations", durations)

    def _set_loads_and_fleet(self) -> None:
        n, depots = self.locations, self.depots
        vehicles = tuple(self.vehicles)
        if not vehicles:
            raise ValueError("a VRP needs at least one vehicle type, got none")
        pairs = validate.pairs(self.pairs, n, depots)
        given = {
            "demands": validate.loads(self.demands, n, depots, "demand"),
            "pickups": validate.loads(self.pickups, n, depots, "pickup"),
            "pair_loads": validate.pair_loads(self.pair_loads, len(pairs)),
        }
        dimensions = validate.dimensions(given, vehicles)
        for name, array in given.items():
            rows = len(pairs) if name == "pair_loads" else n
            self._set_array(name, np.zeros((rows, dimensions)) if array is None else array)
        self._set_array("pairs", pairs)
        self._set("vehicles", validate.fleet(vehicles, dimensions, depots))
        for what, loads in (("demand", self.demands), ("pickup", self.pickups)):
            both = pairs[loads[pairs].any(axis=2)]
            if both.size:
                client = int(both[0])
                raise ValueError(
                    f"client {client} is in a pair and has {what} {loads[client].max():g}; goods "
                    "of pairs are not from the depot, expected 0"
                )
        self._set("backhauls", bool(self.backhauls))
        mixed = self.demands.any(axis=1) & self.pickups.any(axis=1)
        if self.backhauls and mixed.any():
            raise ValueError(
                f"client {int(np.flatnonzero(mixed)[0])} has both demand and pickup, which "
                "backhauls do not allow"
            )

    def _set_times(self) -> None:
        n, depots = self.locations, self.depots
        self._set_array("windows", validate.windows(self.windows, n, depots))
        for name, what in (
            ("service", "service time"),
            ("release", "release time"),
            ("prizes", "prize"),
        ):
            values = validate.per_location(getattr(self, name), n, depots, what)
            self._set(name, values)

    def _set_choices(self) -> None:
        required = validate.required(self.required, self.locations, self.depots)
        groups = validate.groups(self.groups, self.locations, self.depots)
        members = np.array([c for group in groups for c in group.clients], dtype=np.int64)
        required[members] = False
        paired = np.intersect1d(members, self.pairs)
        if paired.size:
            raise ValueError(f"client {paired[0]} is both in a pair and in a group")
        halves = required[self.pairs]
        uneven = np.flatnonzero(halves[:, 0] != halves[:, 1])
        if uneven.size:
            a, b = self.pairs[uneven[0]]
            raise ValueError(f"clients {a} and {b} are a pair, but only one of them is required")
        self.prizes[required] = 0.0
        self._set("groups", groups)
        self._set_array("required", required)
        for name in ("service", "release", "prizes"):
            self._set_array(name, getattr(self, name))

    def _costs_are_integral(self) -> bool:
        def whole(*arrays: npt.ArrayLike) -> bool:
            return all(bool((np.floor(array) == array).all()) for array in map(np.asarray, arrays))

        far = self.metric in INTEGRAL_METRICS
        if self.matrix is not None:
            far = whole(self.matrix)
        rates = [(v.fixed_cost, v.distance_cost, v.time_cost) for v in self.vehicles]
        if not whole(self.prizes, rates) or not (far or not any(r[1] for r in rates)):
            return False
        if not any(vehicle.time_cost for vehicle in self.vehicles):
            return True
        shifts = [vehicle.shift for vehicle in self.vehicles]
        durations = far if self.durations is None else whole(self.durations)
        return durations and whole(self.service, self.release, self.windows, shifts)

    @staticmethod
    def build(metric: Metric = Metric.EUCLIDEAN, name: str = "unnamed") -> VRPBuilder:
        """Begin a problem that is put together one place and one vehicle at a time.

        Parameters
        ----------
        metric
            How coordinates become distances.
        name
            Of the problem.
        """
        from cosolve.problems.vrp_build import VRPBuilder

        return VRPBuilder(metric, name)

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

    @property
    def dimensions(self) -> int:
        """Number of dimensions of the load."""
        return int(self.demands.shape[1])

    @property
    def places(self) -> FloatArray | None:
        """Where the locations are, shape (n, 2 or 3): their display, else their coordinates."""
        return self.coords if self.display is None else self.display

    @property
    def timed(self) -> bool:
        """Whether it matters when a vehicle is where: windows, release times or shifts."""
        return bool(
            self.windows[:, 0].any()
            or np.isfinite(self.windows[:, 1]).any()
            or self.release.any()
            or any(vehicle.shift != (0.0, float("inf")) for vehicle in self.vehicles)
        )

    @property
    def plain(self) -> bool:
        """Whether it is a capacitated VRP, if need be with limits on routes and on their number.

        That is: one depot, one vehicle type whose routes are closed and which costs per distance
        only, one dimension of load; every client is required; no pickups, pairs, windows, release
        times or shift. There may be service times and limits on distance and duration, durations
        being the distances.
        """
        return self.plain_but_for_time and not self.timed and self.durations is None

    @property
    def plain_but_for_time(self) -> bool:
        """Like `plain`, but perhaps with windows, release times, a shift and travel times."""
        vehicle = self.vehicles[0]
        return bool(
            self.depots == 1
            and len(self.vehicles) == 1
            and not vehicle.open
            and not vehicle.time_cost
            and not vehicle.fixed_cost
            and self.dimensions == 1
            and self.required[1:].all()
            and not self.pickups.any()
            and not len(self.pairs)
        )

    @property
    def fleet_size(self) -> int | None:
        """Number of vehicles of all types; None if there are as many as wanted of one."""
        numbers = [vehicle.number for vehicle in self.vehicles]
        return None if None in numbers else sum(number or 0 for number in numbers)

    def label(self, location: int) -> int:
        """Return the number that solution files use for a location."""
        return int(location if self.labels is None else self.labels[location])

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
        """Cost of a solution, feasible or not.

        Raises
        ------
        ValueError
            If a visit is no client or a vehicle no vehicle type.
        """
        from cosolve.problems.vrp_schedule import cost

        return cost(self, solution)

    def check(self, solution: Routes) -> list[Violation]:
        """Every way in which a solution is not feasible; empty if it is.

        Times, loads and lengths may exceed their limits by a millionth.
        """
        from cosolve.problems.vrp_check import check

        return check(self, solution)

    def proven_infeasible(self) -> str | None:
        """Say why there is no solution, if that is easy to see; None proves nothing.

        Demands no vehicle can hold, clients no vehicle can reach in time, and fleets that are too
        small for all demands together are found, in time linear in the clients where distances
        obey the triangle inequality.
        """
        from cosolve.problems.vrp_infeasible import proven_infeasible

        return proven_infeasible(self)


__all__ = ["VRP", "ClientGroup", "Route", "Routes", "VehicleType"]
