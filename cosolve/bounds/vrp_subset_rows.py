"""The linear program over ng-routes with subset-row cuts; for worker processes."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.bounds.vrp_columns import RouteMaster
from cosolve.bounds.vrp_edges import CutSet, Prices
from cosolve.bounds.vrp_model import RouteModel

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

MOST_ROWS = 128
"""Subset-row cuts that a pricing can take into account."""

_LEAST_VIOLATION = 0.05
_MOST_NEW, _MOST_EACH = 24, 5  # added at a time, and of any client
_PRICED = 1e-6
_TAIL, _TAIL_GAIN = 3, 2e-4  # rounds of cuts that must raise the value by so much, relative


def column_bound(
    model: RouteModel,
    cuts: CutSet,
    report: Callable[[float, int], None],
    deadline_s: float,
    center: Prices | None = None,
) -> bool:
    """Raise the bound of ng-routes by column generation with capacity and subset-row cuts.

    Parameters
    ----------
    model
        The routes.
    cuts
        Capacity cuts to begin with; what is found is added. Without effect where there is no
        capacity or not every client is required.
    report
        Told every bound and the number of linear programs so far.
    deadline_s
        On the clock of `time.perf_counter`.
    center
        Good prices to begin with, if there are any.

    Returns
    -------
    bool
        Whether more time would not have raised the bound noticeably.
    """
    master = SubsetMaster(model, cuts, center)
    if not master.run(report, deadline_s):
        return False
    values = [master.value]
    while master.tighten(report, deadline_s):
        values.append(master.value)
        if len(values) > _TAIL:
            before = values[-1 - _TAIL]
            if values[-1] - before <= _TAIL_GAIN * abs(before):
                return True
    return time.perf_counter() < deadline_s


class SubsetMaster(RouteMaster):
    """A program over ng-routes that grows by subset-row cuts of three clients, too.

    Of three clients not more than one route visits two or more. A route counts that as far as it
    does so without leaving the memory of the cut [1]_, which is made just large enough for the
    routes the cut is violated by.

    Parameters
    ----------
    model
        The routes.
    cuts
        Capacity cuts to begin with; what is found is added.
    center
        Good prices to begin with, if there are any.

    References
    ----------
    .. [1] D. Pecin, A. Pessoa, M. Poggi, E. Uchoa, "Improved branch-cut-and-price for capacitated
       vehicle routing", Mathematical Programming Computation 9 (2017).
    """

    _thorough = True

    def __init__(self, model: RouteModel, cuts: CutSet, center: Prices | None = None) -> None:
        self._members: list[list[int]] = []
        self._memories: list[list[int]] = []
        self._rows: list[int] = []
        self._alive: list[bool] = []
        self._inside_subsets = np.zeros((model.nodes, 0), np.int32)
        self.proof: tuple[float, Prices] | None = None
        """The best bound and the prices that prove it."""
        super().__init__(model, cuts, center)

    @property
    def model(self) -> RouteModel:
        """What routes may be."""
        return self._model

    @property
    def value(self) -> float:
        """Value of the last linear program."""
        return self._program.value

    def tighten(self, report: Callable[[float, int], None], deadline_s: float) -> bool:
        """Add violated cuts of both kinds and price again; return whether there were any, in time.

        Parameters
        ----------
        report
            Told every bound and the number of linear programs so far.
        deadline_s
            On the clock of `time.perf_counter`.
        """
        # Rows that are added make the program forget its solution: what it is, is asked before.
        values, duals = self._program.values(), self._program.duals()
        found = self._separate() + self._separate_subsets(values, duals)
        if not found:
            return False
        # The heuristic pricing first: it finds most columns.
        return self._converge(False, report, deadline_s) and self._converge(
            True, report, deadline_s
        )

    def enumerate(
        self, gap: float, limits: tuple[float, float, float], seconds: float
    ) -> tuple[str, tuple[IntArray, IntArray, FloatArray, FloatArray]]:
        """Enumerate the elementary routes of less reduced cost than a gap.

        Parameters
        ----------
        gap
            From the bound of `proof` to the cutoff.
        limits
            Of labels, paths and routes.
        seconds
            It may take.

        Returns
        -------
        end : str
            ``"complete"``, or the limit that was met.
        routes : tuple of arrays
            Where each begins, visits, costs, reduced costs.
        """
        assert self.proof is not None
        prices = self.proof[1]
        reduced = self._reduced(prices)
        self._asymmetry_checked(reduced)
        self._charge(prices)
        cost = np.ascontiguousarray(self._model.cost)
        end = self._pricing.enumerate(reduced, cost, gap, *limits, seconds)
        return end, self._pricing.enumerated()

    def subset_rows(self) -> list[list[int]]:
        """Return the cuts that have a price in the proof."""
        if self.proof is None:
            return []
        return [self._members[k] for k in np.flatnonzero(self.proof[1].subsets > _PRICED)]

    def _note(self, bound: float, prices: Prices) -> None:
        super()._note(bound, prices)
        if self.proof is None or bound > self.proof[0]:
            self.proof = (bound, prices)

    def _prices(self) -> Prices:
        prices = super()._prices()
        if not self._rows:
            return prices
        subsets = np.maximum(0.0, -self._program.duals()[self._rows])
        subsets[~np.array(self._alive)] = 0.0
        return prices._replace(subsets=subsets)

    def _charge(self, prices: Prices) -> None:
        """Tell the pricing what subset rows cost."""
        priced = np.flatnonzero(prices.subsets > 0.0).tolist()
        self._pricing.set_cuts(
            [self._members[k] for k in priced],
            [self._memories[k] for k in priced],
            prices.subsets[priced].tolist(),
        )

    def _price(self, prices: Prices, heuristic: bool, seconds: float) -> bool:
        self._charge(prices)
        return super()._price(prices, heuristic, seconds)

    def _bound(self, prices: Prices) -> float:
        subsets = float(prices.subsets.sum())
        return super()._bound(prices) - subsets - 1e-10 * subsets

    def _reduced_cost(self, route: list[int], prices: Prices) -> float:
        cost = super()._reduced_cost(route, prices)
        if prices.subsets.any():
            for k, count in self._counts(route):
                if k < len(prices.subsets):
                    cost += count * float(prices.subsets[k])
        return cost

    def _counts(self, route: list[int]) -> list[tuple[int, int]]:
        """Return the cuts a route counts in, and how much."""
        visits = self._inside_subsets[route].sum(axis=0)
        result = []
        for k in np.flatnonzero(visits >= 2).tolist():
            count = _count(route, self._members[k], self._memories[k])
            if count:
                result.append((k, count))
        return result

    def _count_subsets(self, route: list[int], rows: list[int], values: list[float]) -> None:
        for k, count in self._counts(route):
            rows.append(self._rows[k])
            values.append(float(count))

    def _separate_subsets(self, values: FloatArray, duals: FloatArray) -> int:
        self._forget_slack(duals)
        values = values[self._first :]
        used = np.flatnonzero(values[: len(self._routes)] > 1e-6).tolist()
        routes = [self._routes[k] for k in used]
        room = MOST_ROWS - sum(self._alive)
        found = _kernels.find_subset_rows(
            self._model.nodes,
            *_flat(routes),
            np.ascontiguousarray(values[used]),
            _LEAST_VIOLATION,
            min(_MOST_NEW, room),
            _MOST_EACH,
        )
        first, visits = _flat(self._routes)
        for members, _ in found:
            self._add_subset(list(members), routes, first, visits)
        if found:
            inside = np.zeros((self._model.nodes, len(self._members)), np.int32)
            for k, members in enumerate(self._members):
                if self._alive[k]:
                    inside[members, k] = 1
            self._inside_subsets = inside
        return len(found)

    def _forget_slack(self, all_duals: FloatArray) -> None:
        """Drop cuts without a price, if there is no room for many more."""
        if not self._rows or sum(self._alive) + _MOST_NEW <= MOST_ROWS:
            return
        duals = all_duals[self._rows]
        # Prices that are smoothed with may have dropped cuts, which are then priced: keep those.
        center = np.zeros(len(self._rows))
        if self._best is not None:
            center[: len(self._best[1].subsets)] = self._best[1].subsets
        for k, row in enumerate(self._rows):
            if self._alive[k] and duals[k] > -_PRICED and center[k] <= _PRICED:
                self._program.relax(row)
                self._alive[k] = False
        if self._best is not None:
            # However small the prices of the dropped: more cuts than there may be would be priced.
            bound, prices = self._best
            alive = np.array(self._alive[: len(prices.subsets)], dtype=bool)
            subsets = np.where(alive, prices.subsets, 0.0)
            self._best = (bound, prices._replace(subsets=subsets))

    def _add_subset(
        self,
        members: list[int],
        routes: list[list[int]],
        first: IntArray,
        visits: IntArray,
    ) -> None:
        memory = set(members)
        for route in routes:
            memory.update(_between(route, members))
        for k, others in enumerate(self._members):
            if self._alive[k] and others == members:
                memory.update(self._memories[k])
        kept = sorted(memory)
        counts = _kernels.count_subset_row(first, visits, self._model.nodes, members, kept)
        columns = np.flatnonzero(counts)
        row = self._program.add_row(
            -np.inf, 1.0, (columns + self._first).tolist(), counts[columns].astype(float).tolist()
        )
        self._members.append(members)
        self._memories.append(kept)
        self._rows.append(row)
        self._alive.append(True)


def _flat(routes: list[list[int]]) -> tuple[IntArray, IntArray]:
    """Where each route begins, and all clients in a row."""
    first = np.cumsum([0, *(len(route) for route in routes)]).astype(np.int32)
    return first, np.array([i for route in routes for i in route], np.int32)


def _between(route: list[int], members: list[int]) -> list[int]:
    """Return what has to be remembered for a route to count: from each odd visit to the next."""
    places = [k for k, i in enumerate(route) if i in members]
    result: list[int] = []
    for a, b in zip(places[::2], places[1::2], strict=False):
        result += route[a + 1 : b]
    return result


def _count(route: list[int], members: list[int], memory: list[int]) -> int:
    count, pending = 0, False
    for client in route:
        if client in members:
            count += pending
            pending = not pending
        elif client not in memory:
            pending = False
    return count
