"""The bound of edge variables with capacity cuts; runs in a worker process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.bounds.vrp_model import RouteModel
from cosolve.exact.glop import LinearProgram

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_NEAREST = 12  # edges of every client in the first linear program
_MOST_CUTS = 200  # added at a time
_LEAST_VIOLATION = 0.02
_MOST_EDGES = 4000  # added at a time
_TAIL = 8  # rounds that must gain something
_TAIL_GAIN = 1e-4


def _mixed(a: FloatArray, b: FloatArray, share: float) -> FloatArray:
    """Return a mean of arrays of which one may be shorter, as if it ended with zeros."""
    result = np.zeros(max(len(a), len(b)))
    result[: len(a)] += (1 - share) * a
    result[: len(b)] += share * b
    return result


class Prices(NamedTuple):
    """Dual values: of visits of clients, of arcs that cross cuts, of routes, of subset-row cuts."""

    clients: FloatArray
    cuts: FloatArray
    routes: float
    subsets: FloatArray = np.zeros(0)

    def mixed(self, other: Prices, share: float) -> Prices:
        """Return a mean with another, whichever of them knows fewer cuts.

        Parameters
        ----------
        other
            The other prices.
        share
            Weight of the other ones.
        """
        return Prices(
            (1 - share) * self.clients + share * other.clients,
            _mixed(self.cuts, other.cuts, share),
            (1 - share) * self.routes + share * other.routes,
            _mixed(self.subsets, other.subsets, share),
        )


class CutSet:
    """Capacity cuts found so far: sets of clients and the vehicles each needs.

    Parameters
    ----------
    nodes
        Number of clients and the depot.
    """

    def __init__(self, nodes: int) -> None:
        self._nodes = nodes
        self._known: set[tuple[int, ...]] = set()
        self.members: list[IntArray] = []
        self.vehicles: list[int] = []

    def add(self, clients: list[int], vehicles: int) -> bool:
        """Add a cut; return whether it is new.

        Parameters
        ----------
        clients
            Ascending.
        vehicles
            How many they need.
        """
        key = tuple(clients)
        if key in self._known:
            return False
        self._known.add(key)
        self.members.append(np.array(clients))
        self.vehicles.append(vehicles)
        return True

    def used(self, prices: Prices) -> tuple[CutSet, Prices]:
        """Return the cuts that have a price, and the prices for them alone.

        Parameters
        ----------
        prices
            Of which those of cuts may be missing at the end.
        """
        result = CutSet(self._nodes)
        kept = np.flatnonzero(prices.cuts > 1e-9)
        for k in kept:
            result.add(self.members[k].tolist(), self.vehicles[k])
        return result, prices._replace(cuts=prices.cuts[kept])

    def inside(self) -> FloatArray:
        """Return which client is in which cut, shape (nodes, cuts)."""
        result = np.zeros((self._nodes, len(self.members)))
        for k, members in enumerate(self.members):
            result[members, k] = 1.0
        return result

    def crossing(self, prices: FloatArray) -> FloatArray:
        """Return the sum of prices of the cuts every arc crosses, shape (nodes, nodes).

        Parameters
        ----------
        prices
            Of the cuts.
        """
        used = np.flatnonzero(prices)
        if not used.size:
            return np.zeros((self._nodes, self._nodes))
        inside = np.zeros((self._nodes, used.size))
        for column, k in enumerate(used):
            inside[self.members[k], column] = 1.0
        weighted = inside * prices[used]
        alone = weighted.sum(axis=1)
        result: FloatArray = alone[:, None] + alone[None, :] - 2 * weighted @ inside.T
        return result


def edge_bound(
    model: RouteModel, cuts: CutSet, report: Callable[[float, int], None], deadline_s: float
) -> tuple[bool, Prices | None]:
    """Raise the bound of two edges at every client by capacity cuts.

    Edges are priced in the whole graph. Distances are the smaller ones of both directions, times
    are left out but for the arcs they exclude. Every value is a bound by weak duality over all
    edges, whatever the program says.

    Parameters
    ----------
    model
        Where every client is required.
    cuts
        Where what is found is added.
    report
        Told every bound and the number of linear programs so far.
    deadline_s
        On the clock of `time.perf_counter`.

    Returns
    -------
    converged : bool
        Whether more time would not have raised the bound noticeably.
    prices : Prices or None
        Those of the best bound, for routes.
    """
    program = EdgeProgram(model, cuts)
    return program.run(report, deadline_s), program.prices


class EdgeProgram:
    """The linear program over edges, which grows by edges and capacity cuts.

    Parameters
    ----------
    model
        Where every client is required.
    cuts
        Where what is found is added.
    thorough
        Whether cuts are looked for by minimum cuts and tabu search, too.
    """

    def __init__(self, model: RouteModel, cuts: CutSet, thorough: bool = False) -> None:
        self._model = model
        self._cuts = cuts
        self._thorough = thorough
        n = model.nodes
        self._cost = model.undirected()
        self._capacity = math.isfinite(model.capacity)
        self._program = LinearProgram()
        self._depot = self._program.add_row(2 * model.fewest, 2 * (model.most or math.inf))
        self._degree = [self._program.add_row(2, 2) for _ in range(1, n)]
        self._cut_rows: list[int] = []
        self._ends = np.zeros((0, 2), np.int64)
        self._has = np.zeros((n, n), bool)
        self._finder = _kernels.CapacityCuts(model.load, model.capacity) if self._capacity else None
        # Keeps the program feasible whatever edges it has.
        for row in self._degree:
            self._program.add_column(
                10 * float(np.max(self._cost[np.isfinite(self._cost)])), [row], [2.0]
            )
        self._spare = len(self._degree)
        self._add(self._first())
        self.prices: Prices | None = None
        """Those of the best bound, for routes."""
        self.best = -math.inf
        """The best bound."""
        self.reduced = np.zeros((n, n))
        """Reduced costs of edges behind it: what it rises by for every use of an edge, if > 0."""

    def _first(self) -> IntArray:
        n = self._model.nodes
        near = np.argsort(self._cost[1:, 1:], axis=1, kind="stable")[:, :_NEAREST] + 1
        rows = np.repeat(np.arange(1, n), near.shape[1])
        pairs = np.column_stack([rows, near.ravel()])
        return np.vstack([np.column_stack([np.zeros(n - 1, int), np.arange(1, n)]), pairs])

    def _add(self, pairs: IntArray) -> int:
        pairs = np.unique(np.sort(pairs, axis=1), axis=0)
        a, b = pairs.T
        pairs = pairs[np.isfinite(self._cost[a, b]) & ~self._has[a, b] & (a != b)]
        inside = self._cuts.inside()[:, : len(self._cut_rows)]
        for a, b in pairs:
            rows, values = (
                [self._depot if a == 0 else self._degree[a - 1], self._degree[b - 1]],
                [1.0, 1.0],
            )
            if a != 0 and len(self._cut_rows):
                both = np.flatnonzero(inside[a] * inside[b])
                rows += [self._cut_rows[k] for k in both]
                values += [1.0] * both.size
            self._program.add_column(self._cost[a, b], rows, values, 2.0 if a == 0 else 1.0)
            self._has[a, b] = self._has[b, a] = True
        self._ends = np.vstack([self._ends, pairs])
        return len(pairs)

    def run(self, report: Callable[[float, int], None], deadline_s: float) -> bool:
        """Raise the bound; return whether more time would not have raised it noticeably.

        Parameters
        ----------
        report
            Told every bound and the number of linear programs so far.
        deadline_s
            On the clock of `time.perf_counter`.
        """
        values: list[float] = []
        for count in range(1, 1_000_000):
            left_s = deadline_s - time.perf_counter()
            if left_s <= 0 or not self._program.solve(left_s):
                return False
            bound, cheap = self._price()
            values.append(self._program.value)
            report(bound, count)
            added = self._add(cheap)
            if added:
                continue
            found = self._separate()
            if not found:
                return True
            if len(values) > _TAIL and values[-1] - values[-1 - _TAIL] <= _TAIL_GAIN * values[-1]:
                return True
        return False

    def _price(self) -> tuple[float, IntArray]:
        """Return the bound of the duals, and edges that would lower the objective."""
        model = self._model
        duals = self._program.duals()
        node = np.concatenate([duals[[self._depot]], duals[self._degree]])
        # Signs that the linear program kept only up to its tolerance.
        if model.most is None:
            node[0] = max(0.0, node[0])
        prices = np.minimum(0.0, duals[self._cut_rows])  # x(E(S)) <= |S| - k(S)
        rights = np.array(
            [len(m) - k for m, k in zip(self._cuts.members, self._cuts.vehicles, strict=True)],
            float,
        )[: len(prices)]
        sides = 2.0 * node[1:].sum() + float(rights @ prices)
        sides += 2.0 * node[0] * (model.fewest if node[0] > 0 else (model.most or 0))
        reduced = self._cost - node[:, None] - node[None, :]
        used = np.flatnonzero(prices)
        if used.size:
            inside = self._cuts.inside()[:, used]
            reduced -= (inside * prices[used]) @ inside.T  # the depot is in none
        upper = np.triu_indices(model.nodes, 1)
        values = reduced[upper]
        limits = np.where(upper[0] == 0, 2.0, 1.0)
        missing = np.minimum(0.0, values)
        magnitude = abs(sides) + np.abs(node).sum() + np.abs(rights @ np.abs(prices))
        bound = sides + float(missing @ limits) - 1e-9 * magnitude
        if bound > self.best:
            self.best = bound
            self.reduced = reduced
            self.prices = self._for_routes(node, prices)
        candidates = np.flatnonzero((values < -1e-6) & ~self._has[upper])
        if candidates.size > _MOST_EDGES:
            candidates = candidates[np.argpartition(values[candidates], _MOST_EDGES)[:_MOST_EDGES]]
        return bound, np.column_stack([upper[0][candidates], upper[1][candidates]])

    def _for_routes(self, node: FloatArray, prices: FloatArray) -> Prices:
        """Return the same duals in terms of visits and of crossed cuts."""
        # x(E(S)) = |S| - x(d(S)) / 2 if every client has two edges.
        clients = 2 * node
        clients[0] = 0.0
        for members, price in zip(self._cuts.members, prices, strict=False):
            clients[members] += price
        return Prices(clients, -prices / 2, 2 * float(node[0]))

    def _separate(self) -> int:
        if self._finder is None:
            return 0
        values = self._program.values()[self._spare :]
        used = values > 1e-9
        ends = np.ascontiguousarray(self._ends[used], dtype=np.int32)
        found = self._finder.find(
            ends,
            np.ascontiguousarray(values[used]),
            _LEAST_VIOLATION,
            _MOST_CUTS,
            self._thorough,
        )
        new = 0
        member = np.zeros(self._model.nodes, bool)
        for clients, vehicles in found:
            if not self._cuts.add(clients, vehicles):
                continue
            new += 1
            member[:] = False
            member[clients] = True
            columns = np.flatnonzero(member[self._ends[:, 0]] & member[self._ends[:, 1]])
            self._cut_rows.append(
                self._program.add_row(
                    -math.inf,
                    len(clients) - vehicles,
                    (columns + self._spare).tolist(),
                    [1.0] * columns.size,
                )
            )
        return new
