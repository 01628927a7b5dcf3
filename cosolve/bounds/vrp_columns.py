"""Column generation over ng-routes with capacity cuts; runs in a worker process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.bounds.vrp_edges import CutSet, Prices
from cosolve.bounds.vrp_model import RouteModel
from cosolve.exact.glop import LinearProgram

FloatArray = npt.NDArray[np.float64]

_NEIGHBORS = 8  # of a client's ng-neighborhood
_ROUTES = 150  # added after a heuristic pricing, and a fifth of that after an exact one
_MOST_LABELS = 20_000_000
_MOST_CUTS = 40  # added at a time
_LEAST_VIOLATION = 0.03
_SMOOTHING = 0.6
_TOLERANCE = 1e-6  # of reduced costs, relative to the mean cost of an arc
_MOST_ROUNDS = 50
_ROUND_GAIN = 3e-5  # of the bound, relative, for rounds of cuts to go on
_HEURISTIC_GAIN = 3e-4
_SLOW = 2e-3  # gain of an iteration, relative, below which prices follow the program more closely
_CONVERGED = 2e-5  # relative distance of bound and program
_SPARE_FACTOR, _SPARE_MARGIN, _SPARE_SHARE = 20.0, 1.1, 0.05


def make_pricing(model: RouteModel, neighbors: int = _NEIGHBORS) -> _kernels.RoutePricing:
    """Return the pricing of a model.

    Parameters
    ----------
    model
        The routes.
    neighbors
        Size of the ng-neighborhoods, without the client itself.
    """
    n = model.nodes
    closeness = np.minimum(model.cost, model.cost.T)[1:, 1:].copy()
    np.fill_diagonal(closeness, math.inf)
    order = np.argsort(closeness, axis=1, kind="stable")[:, :neighbors]
    near = np.full((n, max(1, min(neighbors, n - 2))), -1, np.int32)
    if n > 2:
        known = np.isfinite(np.take_along_axis(closeness, order, 1))
        near[1:, : order.shape[1]] = np.where(known, order + 1, -1)[:, : near.shape[1]]
    load = np.ascontiguousarray(model.load)
    if model.consumption is not None and model.windows is not None:
        capacity = model.capacity if math.isfinite(model.capacity) else max(1.0, load.sum() * n)
        windows = model.windows
        return _kernels.RoutePricing(
            np.ascontiguousarray(model.consumption),
            np.ascontiguousarray(np.maximum(windows[:, 0], 0.0)),
            np.ascontiguousarray(windows[:, 1]),
            max(float(windows[0, 1]), 1e-9),
            load,
            capacity,
            near,
            False,
        )
    # The load is the main resource: it is what the clients before have.
    capacity = model.capacity
    consumption = np.repeat(load[:, None], n, axis=1)
    return _kernels.RoutePricing(
        np.ascontiguousarray(consumption),
        np.zeros(n),
        np.ascontiguousarray(np.concatenate([[capacity], capacity - load[1:]])),
        capacity,
        load,
        capacity,
        near,
        model.symmetric,
    )


class RouteMaster:
    """The linear program over routes, which grows by routes and capacity cuts.

    Prices are smoothed [1]_. Those that an exact pricing was done for give a bound whether or not
    they are optimal: what the cheapest route, or the cheapest for its load, falls short of is
    subtracted.

    Parameters
    ----------
    model
        The routes.
    cuts
        Capacity cuts to begin with; what is found is added. Without effect where there is no
        capacity or not every client is required.
    center
        Good prices to begin with, if there are any.

    References
    ----------
    .. [1] A. Pessoa, R. Sadykov, E. Uchoa, F. Vanderbeck, "Automation and combination of
       linear-programming based stabilization techniques in column generation", INFORMS Journal on
       Computing 30 (2018).
    """

    _thorough = False  # whether capacity cuts are looked for by minimum cuts and tabu search, too

    def __init__(self, model: RouteModel, cuts: CutSet, center: Prices | None = None) -> None:
        self._model = model
        self._cuts = cuts
        n = model.nodes
        self._pricing = make_pricing(model)
        self._program = LinearProgram()
        finite = model.cost[np.isfinite(model.cost)]
        self._scale = max(float(np.mean(finite)), 1e-9) if finite.size else 1.0
        self._routes_row = self._program.add_row(
            model.fewest, math.inf if model.most is None else model.most
        )
        # One row for every client that counts, one for every group.
        self._row_of = np.full(n, -1)
        self._count_rows = 0
        grouped = {i for group in model.groups for i in group}
        for i in range(1, n):
            if i not in grouped:
                self._row_of[i] = self._add_cover()
        for group in model.groups:
            self._row_of[list(group)] = self._add_cover()
        # Clients may be covered for a price a bit above what they seem to be worth, which is
        # raised where that turns out to be cheapest: otherwise the first prices are far from good.
        spare = _SPARE_FACTOR * float(np.max(finite, initial=1.0)) + 1.0
        self._spare = np.full(self._count_rows, spare)
        if center is not None:
            counted = np.flatnonzero(self._row_of >= 0)
            worth = np.maximum(0.0, center.clients[counted])
            self._spare[self._row_of[counted] - 1] = (
                _SPARE_MARGIN * worth + _SPARE_SHARE * self._scale
            )
        for row, cost in enumerate(self._spare, 1):
            self._program.add_column(cost, [row], [1.0])
        for i in range(1, n):
            if not model.required[i] and i not in grouped:
                self._program.add_column(model.prizes[i], [int(self._row_of[i])], [1.0])
        self._first = self._program.columns
        self._routes: list[list[int]] = []
        self._cut_rows: list[int] = []
        self._inside_cuts = np.zeros((n, 0))
        self._finder = None
        if math.isfinite(model.capacity) and model.all_required and model.load[1:].min() > 0:
            self._finder = _kernels.CapacityCuts(model.load, model.capacity)
            self._add_cut_rows()
        for i in range(1, n):
            if np.isfinite(model.cost[0, i]) and np.isfinite(model.cost[i, 0]):
                self._add_route([i])
        # What prices are smoothed with: the best ones that were priced exactly.
        self._best: tuple[float, Prices] | None = None
        if center is not None:
            clients = np.where(self._row_of >= 0, np.maximum(0.0, center.clients), 0.0)
            self._best = (-math.inf, center._replace(clients=clients))
        self._solved = 0

    def _add_cover(self) -> int:
        self._count_rows += 1
        return self._program.add_row(1.0, math.inf)

    def _crossings(self, cut: int, route: list[int]) -> int:
        members = self._cuts.members[cut]
        inside = np.zeros(self._model.nodes, np.int8)
        inside[members] = 1
        flags = inside[[0, *route, 0]]
        return int(np.abs(np.diff(flags)).sum())

    def _add_cut_rows(self) -> None:
        """Make rows of the cuts that have none."""
        if self._finder is None:
            return
        for cut in range(len(self._cut_rows), len(self._cuts.members)):
            counts = [self._crossings(cut, route) for route in self._routes]
            columns = [self._first + k for k, count in enumerate(counts) if count]
            self._cut_rows.append(
                self._program.add_row(
                    2.0 * self._cuts.vehicles[cut],
                    math.inf,
                    columns,
                    [float(count) for count in counts if count],
                )
            )

    def _add_route(self, route: list[int]) -> None:
        cost = self._model.cost[[0, *route], [*route, 0]].sum()
        rows, values = [self._routes_row], [1.0]
        nodes = np.asarray(route)
        counted, counts = np.unique(self._row_of[nodes], return_counts=True)
        rows += [int(row) for row in counted if row >= 0]
        values += [float(c) for row, c in zip(counted, counts, strict=True) if row >= 0]
        if self._cut_rows:
            inside = self._inside()[[0, *route, 0]]
            crossed = np.abs(np.diff(inside, axis=0)).sum(axis=0)
            used = np.flatnonzero(crossed)
            rows += [self._cut_rows[k] for k in used]
            values += crossed[used].tolist()
        self._count_subsets(route, rows, values)
        self._program.add_column(cost, rows, values)
        self._routes.append(route)

    def _count_subsets(self, route: list[int], rows: list[int], values: list[float]) -> None:
        """Add what a route counts in the rows of other cuts than those of capacity."""

    def _inside(self) -> FloatArray:
        """Return which node is in which of the cuts that have rows, made once for each number."""
        if self._inside_cuts.shape[1] != len(self._cut_rows):
            self._inside_cuts = self._cuts.inside()[:, : len(self._cut_rows)]
        return self._inside_cuts

    def run(self, report: Callable[[float, int], None], deadline_s: float) -> bool:
        """Raise the bound with columns and capacity cuts; return whether it is as far as they go.

        Parameters
        ----------
        report
            Told every bound and the number of linear programs so far.
        deadline_s
            On the clock of `time.perf_counter`.
        """
        # First with heuristic pricing alone, which proves nothing but finds most columns and cuts.
        if self._best is not None:
            self._price(self._best[1], True, deadline_s - time.perf_counter())
            for route in self._pricing.routes():
                self._add_route(route)
        for exact in (False, True):
            before = -math.inf
            for _ in range(_MOST_ROUNDS):
                if not self._converge(exact, report, deadline_s):
                    return False
                value = self._program.value
                gain = _ROUND_GAIN if exact else _HEURISTIC_GAIN
                if value - before <= gain * abs(value) or not self._separate():
                    break
                before = value
        return True

    def _converge(
        self, to_the_end: bool, report: Callable[[float, int], None], deadline_s: float
    ) -> bool:
        """Generate columns until there are none; return False if time was up before."""
        exact, share, before = False, _SMOOTHING, math.inf
        while True:
            left_s = deadline_s - time.perf_counter()
            if left_s <= 0 or not self._program.solve(left_s):
                return False
            self._solved += 1
            prices, value = self._prices(), self._program.value
            if not exact and before - value <= _SLOW * abs(value):
                share = share / 2 if share > 0.2 else 0.0
                self._raise_spare()
            before = value
            smooth = share if self._best is not None else 0.0
            asked = prices
            if smooth > 0.0 and self._best is not None:
                asked = prices.mixed(self._best[1], smooth)
            left_s = deadline_s - time.perf_counter()
            if not self._price(asked, not exact, left_s):
                return False
            if exact:
                bound = self._bound(asked)
                report(bound, self._solved)
                self._note(bound, asked)
                if value - bound <= _CONVERGED * abs(value) and not self._raise_spare():
                    return True
            added = 0
            for route in self._pricing.routes():
                if self._reduced_cost(route, prices) < -_TOLERANCE * self._scale:
                    self._add_route(route)
                    added += 1
            if added:
                continue
            if smooth > 0.0:
                # Nothing improves the program at these prices: nearer to its own next time.
                share = share / 2 if share > 0.2 else 0.0
            elif self._raise_spare():
                share = _SMOOTHING
            elif exact or not to_the_end:
                return True
            else:
                exact, share = True, _SMOOTHING

    def _note(self, bound: float, prices: Prices) -> None:
        """Keep prices that were priced exactly if they are the best or know of more cuts."""
        known = -1 if self._best is None else len(self._best[1].cuts) + len(self._best[1].subsets)
        cuts = len(prices.cuts) + len(prices.subsets)
        if self._best is None or bound > self._best[0] or cuts > known:
            self._best = (bound, prices)

    def _raise_spare(self) -> bool:
        """Raise the cost of covering clients without routes where that is done."""
        used = np.flatnonzero(self._program.values()[: self._count_rows] > 1e-7)
        for row in used:
            self._spare[row] *= 2
            self._program.set_cost(int(row), self._spare[row])
        return used.size > 0

    def _prices(self) -> Prices:
        duals = self._program.duals()
        rows = duals[1 : 1 + self._count_rows]
        routes = float(duals[self._routes_row])
        if self._model.most is None:
            routes = max(0.0, routes)
        # Signs that the linear program kept only up to its tolerance.
        clients = np.where(
            self._row_of > 0, np.maximum(0.0, rows)[np.maximum(self._row_of, 1) - 1], 0.0
        )
        optional = ~self._model.required & (self._row_of >= 0)
        for group in self._model.groups:
            optional[list(group)] = False
        optional[0] = False
        clients = np.where(optional, np.minimum(clients, self._model.prizes), clients)
        return Prices(clients, np.maximum(0.0, duals[self._cut_rows]), routes)

    def _reduced(self, prices: Prices) -> FloatArray:
        half = prices.clients / 2
        cost = self._model.cost - half[:, None] - half[None, :]
        if len(prices.cuts):
            cost -= self._cuts.crossing(prices.cuts)
        cost[0] -= prices.routes
        return cost

    def _price(self, prices: Prices, heuristic: bool, seconds: float) -> bool:
        cost = self._reduced(prices)
        self._asymmetry_checked(cost)
        most = _ROUTES if heuristic else _ROUTES // 2
        return self._pricing.run(cost, heuristic, most, _MOST_LABELS, max(0.0, seconds))

    def _asymmetry_checked(self, cost: FloatArray) -> None:
        if self._model.symmetric:
            # What routes earn is taken off at both ends alike: reversed walks must cost the same.
            mean = (cost[0] + cost[:, 0]) / 2
            cost[0] = cost[:, 0] = mean

    def _reduced_cost(self, route: list[int], prices: Prices) -> float:
        path = [0, *route, 0]
        cost = float(self._model.cost[path[:-1], path[1:]].sum())
        cost -= float(prices.clients[route].sum()) + prices.routes
        if len(prices.cuts):
            crossed = np.abs(np.diff(self._inside()[path], axis=0)).sum(axis=0)
            cost -= float(crossed[: len(prices.cuts)] @ prices.cuts)
        return cost

    def _bound(self, prices: Prices) -> float:
        """Return what prices prove after an exact pricing."""
        model = self._model
        total = 0.0
        seen: set[int] = set()
        for i in range(1, model.nodes):
            row = int(self._row_of[i])
            if row >= 0 and row not in seen:
                seen.add(row)
                total += float(prices.clients[i])
        vehicles = 2.0 * np.array(self._cuts.vehicles[: len(prices.cuts)])
        cuts = float(vehicles @ prices.cuts) if len(prices.cuts) else 0.0
        total += cuts
        total += prices.routes * (model.fewest if prices.routes > 0 else (model.most or 0))
        magnitude = (
            np.abs(prices.clients).sum() + cuts + abs(prices.routes) * model.nodes + self._scale
        )
        # What every route may fall short of: for each vehicle, or for each unit of load.
        least = self._pricing.least - 1e-9 * (self._scale + np.abs(prices.clients).max())
        count = model.nodes - 1 if model.most is None else min(model.most, model.nodes - 1)
        loss = -least * count
        per_load = self._pricing.least_per_load
        positive = model.load[1:].min() > 0 and model.all_required
        if positive and math.isfinite(per_load):
            margin = 1e-9 * magnitude
            loss = min(loss, -per_load * float(model.load.sum()) + margin)
        return float(total - loss - 1e-10 * magnitude)

    def _separate(self) -> int:
        if self._finder is None:
            return 0
        values = self._program.values()[self._first :]
        flow: dict[tuple[int, int], float] = {}
        for k in np.flatnonzero(values > 1e-9):
            path = [0, *self._routes[k], 0]
            for a, b in pairwise(path):
                edge = (a, b) if a < b else (b, a)
                flow[edge] = flow.get(edge, 0.0) + float(values[k])
        ends = np.array(list(flow), np.int32).reshape(-1, 2)
        found = self._finder.find(
            ends, np.array(list(flow.values())), _LEAST_VIOLATION, _MOST_CUTS, self._thorough
        )
        new = sum(self._cuts.add(clients, vehicles) for clients, vehicles in found)
        self._add_cut_rows()
        return new
