"""First solutions out of the weights of a guide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve import _kernels
from cosolve.problems import TSP, VRP, Route, Routes, Tour
from cosolve.search.models import model_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from cosolve.divide.base import IntArray
    from cosolve.guidance import EdgeGuidance

    Choose = Callable[[IntArray, npt.NDArray[np.float32]], int]


GUIDED = ("heaviest", "argmax", "sample")
"""Ways to follow the weights of a guide."""


def no_guided(problem: TSP | VRP, way: str) -> str | None:
    """Return None if a first solution can be made by the weights of a guide, else why not.

    Parameters
    ----------
    problem
        A TSP or a VRP.
    way
        One of ``GUIDED``.
    """
    if isinstance(problem, TSP):
        if problem.fixed_edges.size and (way != "heaviest" or not problem.symmetric):
            return f"it has fixed edges, which {way} does not know of"
        return None
    if way == "heaviest":
        return "heaviest makes tours, not routes"
    vehicle = problem.vehicles[0]
    if not problem.plain and not (vehicle.open and _plain_but_open(problem)):
        return f"{way} makes routes where only loads are limited, from one depot"
    if (
        vehicle.number is not None
        or np.isfinite([vehicle.max_distance, vehicle.max_duration]).any()
    ):
        return f"{way} knows neither of limits on the length of routes nor on their number"
    return None


def _plain_but_open(problem: VRP) -> bool:
    closed = tuple(replace(vehicle, open=False) for vehicle in problem.vehicles)
    return replace(problem, vehicles=closed).plain


def guided(way: str, problem: Any, guide: EdgeGuidance, rng: np.random.Generator) -> Any:
    """Make a first solution by the weights of a guide.

    Parameters
    ----------
    way
        One of ``GUIDED``.
    problem
        One for which :func:`no_guided` returns None.
    guide
        Edges with weights.
    rng
        For random choices.
    """
    if way == "heaviest":
        return heaviest_edges(problem, guide)
    return walk(problem, guide, rng, draw=way == "sample")


def heaviest_edges(problem: TSP, guide: EdgeGuidance) -> Tour:
    """Take the edge of largest weight that fits until a tour is complete.

    Parameters
    ----------
    problem
        At least 6 nodes; without fixed edges if it is asymmetric.
    guide
        Edges and weights; what remains is joined by near ends.
    """
    model = model_of(problem, guide, reduce=False)
    return model.decode(model.weighted_tour(guide))


def walk(problem: TSP | VRP, guide: EdgeGuidance, rng: np.random.Generator, *, draw: bool) -> Any:
    """Go from node to node along the edges of a guide.

    From every node the walk takes the heaviest edge to one that is not yet visited, or draws one
    in proportion to the weights; where none is left, it goes on with the next node along a
    space-filling curve. Routes end when nothing on the way fits into the vehicle any more.

    Parameters
    ----------
    problem
        A closed tour, or a path, without fixed edges; or a capacitated problem with one depot, one
        vehicle type, and as many vehicles as wanted.
    guide
        Edges between nodes, or locations, with weights that are not negative.
    rng
        Chooses where the walk begins, and the edges.
    draw
        Whether edges are drawn.

    Returns
    -------
    Tour or Routes
        Feasible.
    """
    choose = _drawn(rng) if draw else _heaviest
    if isinstance(problem, VRP):
        return _routes(problem, guide, rng, choose)
    n = problem.size
    first, last = problem.ends
    free = _Free(problem, np.arange(n))
    node = int(rng.integers(n)) if first is None else first
    while node == last and n > 1:
        node = (node + 1) % n
    order = [node]
    free.take(node)
    if last is not None and n > 1:
        free.take(last)
    while free.left:
        onward = _onward(node, guide, free, choose)
        node = free.after(node) if onward is None else onward
        free.take(node)
        order.append(node)
    return Tour(np.array(order if last is None or n == 1 else [*order, last]))


def _onward(node: int, guide: EdgeGuidance, free: _Free, choose: Choose) -> int | None:
    """Return the next node by the guide's edges, or None."""
    row = slice(int(guide.indptr[node]), int(guide.indptr[node + 1]))
    to, weight = guide.indices[row], guide.weight[row]
    open_ = free.is_free[to]
    to, weight = to[open_], weight[open_]
    return None if not to.size else int(to[choose(to, weight)])


class _Free:
    """Nodes not yet visited, in the order of a space-filling curve."""

    def __init__(self, problem: TSP | VRP, nodes: npt.NDArray[Any]) -> None:
        size = len(problem.coords if problem.coords is not None else problem.matrix)  # type: ignore[arg-type]
        order = nodes
        if problem.coords is not None:
            order = nodes[_kernels.hilbert_order(np.ascontiguousarray(problem.coords[nodes]))]
        self.is_free = np.zeros(size, bool)
        self.is_free[nodes] = True
        self.left = nodes.size
        self._order = order
        self._rank = np.zeros(size, np.int64)
        self._rank[order] = np.arange(order.size)
        # Where to look next: paths over visited nodes are compressed.
        self._next = np.arange(order.size + 1)

    def take(self, node: int) -> None:
        """Visit a node."""
        self.is_free[node] = False
        self.left -= 1
        self._next[self._rank[node]] = self._rank[node] + 1

    def after(self, node: int) -> int:
        """Return the next free node along the curve, around its end if need be."""
        at = self._find(int(self._rank[node]))
        if at == self._order.size:
            at = self._find(0)
        return int(self._order[at])

    def _find(self, at: int) -> int:
        root = at
        while self._next[root] != root:
            root = int(self._next[root])
        while self._next[at] != root:
            self._next[at], at = root, int(self._next[at])
        return root


def _heaviest(to: IntArray, weight: npt.NDArray[np.float32]) -> int:
    del to
    return int(weight.argmax())


def _drawn(rng: np.random.Generator) -> Choose:
    def choose(to: IntArray, weight: npt.NDArray[np.float32]) -> int:
        total = np.cumsum(np.maximum(weight, 0.0), dtype=np.float64)
        if total[-1] <= 0:
            return int(rng.integers(to.size))
        return int(min(np.searchsorted(total, rng.random() * total[-1], "right"), to.size - 1))

    return choose


def _routes(problem: VRP, guide: EdgeGuidance, rng: np.random.Generator, choose: Choose) -> Routes:
    """Fill one vehicle after the other."""
    capacity = problem.vehicles[0].capacities[0]
    load = problem.demands[:, 0]
    free = _Free(problem, np.arange(problem.depots, problem.locations))
    node = int(rng.integers(problem.depots, problem.locations))
    routes: list[list[int]] = []
    room = 0.0
    while free.left:
        onward = _onward(node, guide, free, choose)
        if onward is None:
            onward = free.after(node)
        if not routes or load[onward] > room:
            # Another one along the way may still fit.
            onward = onward if not routes else _fitting(node, guide, free, load, room) or onward
            if not routes or load[onward] > room:
                routes.append([])
                room = capacity
        node = onward
        free.take(node)
        room -= load[node]
        routes[-1].append(node)
    return Routes(tuple(Route(np.array(visits)) for visits in routes))


def _fitting(
    node: int, guide: EdgeGuidance, free: _Free, load: npt.NDArray[Any], room: float
) -> int | None:
    """Return the heaviest edge's end that still fits, or None."""
    to = guide.indices[guide.indptr[node] : guide.indptr[node + 1]]
    to = to[free.is_free[to] & (load[to] <= room)]
    return int(to[0]) if to.size else None
