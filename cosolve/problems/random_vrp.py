"""Random vehicle routing instances, the same on every machine for the same seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.problems.metrics import Metric
from cosolve.problems.vrp import VRP, VehicleType

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.problems.metrics import FloatArray

    Numbers = npt.NDArray[np.int64]
    Draw = Callable[[np.random.Generator, Numbers], Numbers]

_SIDE = 1000  # of the square of [1], whose corners are points of it
_DECAY = 40.0  # distance from a seed over which the density of a cluster falls to 1/e
_DEPOTS = ("central", "eccentric", "random")
_CLIENTS = ("random", "clustered", "random-clustered")
# Capacities of the instances with up to so many clients in [2] and the papers after it.
_CAPACITIES = ((20, 30), (50, 40), (100, 50), (200, 80), (500, 100), (1000, 200))
_LARGE_CAPACITY = 300


def _between(low: int, high: int) -> Draw:
    return lambda rng, clients: rng.integers(low, high + 1, size=len(clients))


def _by_quadrant(rng: np.random.Generator, clients: Numbers) -> Numbers:
    small, large = _between(1, 50)(rng, clients), _between(51, 100)(rng, clients)
    # Quadrants counted counterclockwise: the first and the third are odd.
    odd = (clients[:, 0] >= _SIDE // 2) == (clients[:, 1] >= _SIDE // 2)
    return np.where(odd, large, small)


def _many_small(rng: np.random.Generator, clients: Numbers) -> Numbers:
    small, large = _between(1, 10)(rng, clients), _between(50, 100)(rng, clients)
    return np.where(rng.random(len(clients)) < rng.uniform(0.7, 0.95), small, large)


DEMANDS: dict[str, Draw] = {
    "unit": _between(1, 1),
    "1-10": _between(1, 10),
    "5-10": _between(5, 10),
    "1-100": _between(1, 100),
    "50-100": _between(50, 100),
    "quadrant": _by_quadrant,
    "small-large": _many_small,
}
"""Distributions of demands in [1]_ of ``random_vrp``, by name."""

KINDS = ("x", "uniform")
"""Families of random instances."""


def random_vrp(
    n: int,
    seed: int = 0,
    kind: str = "x",
    *,
    depot: str = "random",
    clients: str = "random",
    demand: str = "1-100",
    route_size: float | None = None,
    capacity: int | None = None,
) -> VRP:
    """Make a random capacitated problem with one depot and as many vehicles as wanted.

    Parameters
    ----------
    n
        Number of clients.
    seed
        Seed, not negative.
    kind
        ``"x"``: whole coordinates from 0 to 1000 and rounded distances, as the X instances are made
        in [1]_; ``"uniform"``: depot and clients uniform in the unit square with exact distances
        and demands from 1 to 9, as in [2]_.
    depot
        Of kind ``"x"``: ``"central"`` at (500, 500), ``"eccentric"`` at (0, 0), or ``"random"``.
    clients
        Of kind ``"x"``: ``"random"``, ``"clustered"`` around 3 to 8 of them, or
        ``"random-clustered"``, half of either.
    demand
        Of kind ``"x"``: one of ``DEMANDS``.
    route_size
        Of kind ``"x"``: about how many clients a vehicle can serve; drawn from the triangular
        distribution of [1]_, from 3 to 25 with mode 6, if None.
    capacity
        Of the vehicles. If None, that which follows from `route_size`; of kind ``"uniform"`` that
        of the instances of this size in papers on neural solvers: 50 up to 100 clients, 200 up to
        1000, 300 above, and so on.

    Returns
    -------
    VRP
        An instance; no two of its locations are the same with kind ``"x"``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] E. Uchoa et al., "New benchmark instances for the capacitated vehicle routing problem",
       European Journal of Operational Research 257 (2017), section 4.
    .. [2] M. Nazari et al., "Reinforcement learning for solving the vehicle routing problem",
       NeurIPS (2018), section 4.
    """
    _check("kind", kind, KINDS)
    _check("depot", depot, _DEPOTS)
    _check("clients", clients, _CLIENTS)
    _check("demand", demand, tuple(DEMANDS))
    if not 1 <= n <= _SIDE**2 // 2:
        raise ValueError(f"n must be between 1 and {_SIDE**2 // 2}, got {n}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    if route_size is not None and not (1 <= route_size < math.inf):
        raise ValueError(f"route_size must be at least 1, got {route_size}")
    rng = np.random.default_rng(seed)
    if kind == "uniform":
        return _uniform(n, seed, rng, capacity)
    spread = _points(n, depot, clients, rng)
    demands = DEMANDS[demand](rng, spread[1:])
    drawn = rng.triangular(3, 6, 25) if route_size is None else route_size
    return VRP(
        coords=spread.astype(np.float64),
        metric=Metric.EUC,
        demands=_with_depot(demands),
        vehicles=(VehicleType(capacity=_capacity(demands, drawn, capacity)),),
        name=f"x-{n}-{seed}",
        comment=f"depot {depot}, clients {clients}, demands {demand}, {drawn:.4g} a route",
    )


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")


def _uniform(n: int, seed: int, rng: np.random.Generator, capacity: int | None) -> VRP:
    coords = rng.random((n + 1, 2))
    demands = rng.integers(1, 10, size=n)
    usual = next((c for most, c in _CAPACITIES if n <= most), _LARGE_CAPACITY)
    return VRP(
        coords=coords,
        demands=_with_depot(demands),
        vehicles=(VehicleType(capacity=_capacity(demands, usual, capacity or usual)),),
        name=f"uniform-{n}-{seed}",
    )


def _with_depot(demands: Numbers) -> FloatArray:
    return np.concatenate([[0], demands]).astype(np.float64)


def _capacity(demands: Numbers, route_size: float, given: int | None) -> float:
    largest = int(demands.max())
    if given is None:
        return float(max(largest, math.ceil(route_size * demands.mean())))
    if given < largest:
        raise ValueError(f"the capacity {given} is below the largest demand, {largest}")
    return float(given)


def _points(n: int, depot: str, clients: str, rng: np.random.Generator) -> Numbers:
    """Draw the depot and n clients, no two the same, shape (n + 1, 2)."""
    first = {"central": (_SIDE // 2, _SIDE // 2), "eccentric": (0, 0)}.get(depot)
    start = rng.integers(0, _SIDE + 1, size=2) if first is None else np.array(first, np.int64)
    points = start[None, :]
    seeds = int(rng.integers(3, 9))
    by_chance = {"random": n, "clustered": min(n, seeds)}.get(clients, max(n - n // 2, seeds))
    points = _add(points, min(n, by_chance) + 1, rng, None)
    centers = points[1 : 1 + seeds]
    return _add(points, n + 1, rng, centers) if len(points) <= n else points


def _add(points: Numbers, total: int, rng: np.random.Generator, centers: Numbers | None) -> Numbers:
    """Add points until there are so many: all that are drawn, or those accepted near centers."""
    while len(points) < total:
        drawn = rng.integers(0, _SIDE + 1, size=(4 * (total - len(points)) + 16, 2))
        if centers is not None:
            away = drawn[:, None, :] - centers[None, :, :]
            chance = np.exp(-np.hypot(away[..., 0], away[..., 1]) / _DECAY).sum(axis=1)
            drawn = drawn[rng.random(len(drawn)) <= chance]
        both = np.concatenate([points, drawn])
        _, where = np.unique(both[:, 0] * (_SIDE + 1) + both[:, 1], return_index=True)
        points = both[np.sort(where)][:total]
    return points
