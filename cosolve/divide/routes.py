"""Routes: cutting a solution into clusters of whole routes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.divide.base import Part
from cosolve.problems import VRP, Route, Routes
from cosolve.search.route_clusters import excerpt, spare_vehicles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cosolve.divide.base import IntArray
    from cosolve.problems.metrics import FloatArray

    Numbers = npt.NDArray[np.int64]


def no_groups(problem: VRP) -> str | None:
    """Return None if routes can be grouped and go to a solver without the rest, else why not."""
    if len(problem.pairs) or problem.groups:
        return "it has pairs or groups of clients, which are not cut"
    if not problem.required[problem.depots :].all():
        return "some of its clients need not be visited"
    if problem.places is None:
        return "it has no coordinates, by which the routes are grouped"
    return None


@dataclass(frozen=True, slots=True)
class RouteGroups:
    """Cuts a solution into groups of whole routes that are near each other.

    Parameters
    ----------
    size
        About how many clients a group has, at most; a single route may have more.
    polar
        Whether the routes are taken in the order of the angle at which their barycenters lie around
        the depot, as in [1]_, from a random angle on. Otherwise the barycenters are halved by lines
        of random direction, until each half is small enough [2]_.

    References
    ----------
    .. [1] Z. Zheng et al., "UDC: A unified neural divide-and-conquer framework for large-scale
       combinatorial optimization problems", NeurIPS (2024), appendix.
    .. [2] A. Santini, M. Schneider, T. Vidal, D. Vigo, "Decomposition strategies for vehicle
       routing heuristics", INFORMS Journal on Computing 35 (2023).
    """

    size: int
    polar: bool = False

    def __call__(
        self, problem: VRP, solution: Routes, number: int, rng: np.random.Generator
    ) -> list[Part]:
        """Return the groups; the first one gets the vehicles that are not used."""
        del number  # every cut is at random
        routes = solution.routes
        centers = barycenters(problem, solution)
        clients = np.array([len(route) for route in routes])
        cut = sectors if self.polar else _halves
        spare = spare_vehicles(problem, routes)
        parts: list[Part] = []
        for group in cut(problem, centers, clients, self.size, rng):
            own = excerpt(problem, (routes[k] for k in group), {} if parts else spare)
            nodes = np.concatenate([np.arange(problem.depots), own.clients]).astype(np.int32)
            parts.append(Part(own.problem, own.routes, nodes, own))
        return parts


def put_routes_back(
    problem: VRP, solution: Routes, better: Sequence[tuple[Part, Routes]]
) -> Routes:
    """Replace the routes of groups.

    Parameters
    ----------
    problem
        The whole.
    solution
        What :class:`RouteGroups` cut.
    better
        Groups, and the routes that replace theirs.
    """
    new = [route for part, found in better for route in part.place.translate(found.routes)]
    kept = without(problem, solution, [part.place.clients for part, _ in better])
    return Routes((*kept, *new))


def without(problem: VRP, solution: Routes, clients: Sequence[IntArray]) -> list[Route]:
    """Return the routes of a solution that do not visit any of some clients.

    Parameters
    ----------
    problem
        The whole.
    solution
        Its routes have either none of the clients or nothing else.
    clients
        Location numbers; depots do not matter.
    """
    gone = np.zeros(problem.locations, bool)
    for some in clients:
        gone[some] = True
    return [route for route in solution.routes if not gone[route.visits[0]]]


def barycenters(problem: VRP, solution: Routes) -> FloatArray:
    """Return the mean place of the clients of every route, shape (routes, dimensions)."""
    where = problem.places
    assert where is not None
    return np.array([where[route.visits].mean(axis=0) for route in solution.routes])


def polar_order(problem: VRP, centers: FloatArray) -> Numbers:
    """Return the order of points by their angle around the first depot."""
    where = problem.places
    assert where is not None
    away = centers[:, :2] - where[0, :2]
    order: Numbers = np.argsort(np.arctan2(away[:, 1], away[:, 0]), kind="stable")
    return order


def sectors(
    problem: VRP, centers: FloatArray, clients: Numbers, size: int, rng: np.random.Generator
) -> Iterator[Numbers]:
    """Group routes by the angle around the depot, from a random one on.

    Parameters
    ----------
    problem
        Knows where the depot is.
    centers
        Barycenters of the routes.
    clients
        How many clients they have.
    size
        About how many clients a group has.
    rng
        Where random choices come from.

    Yields
    ------
    ndarray
        Numbers of the routes of a group, in the order of the angle.
    """
    order = np.roll(polar_order(problem, centers), -int(rng.integers(len(centers))))
    total = np.cumsum(clients[order])
    count = max(1, -(-int(total[-1]) // size))
    borders = np.searchsorted(total, np.linspace(0, total[-1], count + 1)[1:-1])
    yield from (group for group in np.split(order, borders) if group.size)


def _halves(
    problem: VRP, centers: FloatArray, clients: Numbers, size: int, rng: np.random.Generator
) -> Iterator[Numbers]:
    del problem
    waiting = deque([np.arange(len(centers))])
    while waiting:
        group = waiting.popleft()
        pieces = -(-int(clients[group].sum()) // size)
        if pieces <= 1 or group.size == 1:
            yield group
            continue
        direction = rng.standard_normal(centers.shape[1])
        order = group[np.argsort(centers[group] @ direction, kind="stable")]
        total = np.cumsum(clients[order])
        middle = int(np.searchsorted(total, total[-1] * (pieces // 2) / pieces))
        middle = min(max(middle, 1), group.size - 1)
        waiting.extend((order[:middle], order[middle:]))
