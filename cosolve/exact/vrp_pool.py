"""The linear program over a pool of all routes that matter, and its cuts; for worker processes.

Routes are known one by one here, so that cuts that would make pricing hard cost nothing: capacity
cuts that count whether a route visits a set at all, and subset-row cuts without limited memory
[1]_. Whatever the reduced costs exclude leaves the pool [2]_.

References
----------
.. [1] R. Baldacci, N. Christofides, A. Mingozzi, "An exact algorithm for the vehicle routing
   problem based on the set partitioning formulation with additional cuts", Mathematical Programming
   A 115 (2008).
.. [2] C. Contardo, R. Martinelli, "A new exact algorithm for the multi-depot vehicle routing
   problem under capacity and route length constraints", Discrete Optimization 12 (2014).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.exact.glop import LinearProgram
from cosolve.exact.vrp_rank_one import RankOne, find_rank_one

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_FIRST, _MORE = 3000, 1000  # routes of the first program, and added at a time
_LEAST_VIOLATION = 0.02
_MOST_ROWS, _MOST_EACH = 80, 12  # subset rows added at a time, and of any client
_MOST_OTHERS = 40  # of four or five clients, added at a time
_MOST_KNOWN = 300_000  # routes of a pool that has those
_SMALL = 1500  # routes that need no more cuts
_TAIL, _TAIL_GAIN = 4, 0.05  # rounds that must close such a share of the gap
_SHRUNK = 0.7  # of the pool, for it to be made anew
_TOLERANCE = 1e-7
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Pool:
    """Routes, of which a solution is to be made.

    Parameters
    ----------
    nodes
        Number of clients and the depot.
    first
        Where each route begins in `visits`, and the end, shape (routes + 1,).
    visits
        Clients of all routes in a row.
    costs
        Shape (routes,).
    """

    nodes: int
    first: IntArray
    visits: IntArray
    costs: FloatArray

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self.costs)

    def route(self, index: int) -> list[int]:
        """Return the clients of a route in order.

        Parameters
        ----------
        index
            Of the route.
        """
        clients: list[int] = self.visits[self.first[index] : self.first[index + 1]].tolist()
        return clients

    def visited(self) -> npt.NDArray[np.bool_]:
        """Return which nodes every route visits, shape (routes, nodes)."""
        result = np.zeros((len(self), self.nodes), bool)
        result[np.repeat(np.arange(len(self)), np.diff(self.first)), self.visits] = True
        return result

    def kept(self, which: npt.NDArray[np.bool_]) -> Pool:
        """Return a pool of some of the routes.

        Parameters
        ----------
        which
            Shape (routes,).
        """
        lengths = np.diff(self.first)
        visits = self.visits[np.repeat(which, lengths)]
        first = np.concatenate([[0], np.cumsum(lengths[which])]).astype(np.int32)
        return Pool(self.nodes, first, visits, self.costs[which])


@dataclass(slots=True)
class Rows:
    """Cuts of a pool.

    Parameters
    ----------
    touched, vehicles
        Sets of clients, and how many routes at least visit each.
    subsets
        Three clients each; not more than one route visits two or more.
    others
        Cuts of four and five clients.
    """

    touched: list[list[int]] = field(default_factory=list)
    vehicles: list[int] = field(default_factory=list)
    subsets: list[list[int]] = field(default_factory=list)
    others: list[RankOne] = field(default_factory=list)


class PoolProgram:
    """The linear relaxation of choosing routes from a pool, with cuts.

    Parameters
    ----------
    pool
        All routes a solution that costs no more than `cutoff` can have.
    rows
        Cuts to begin with; what is found is added.
    fewest, most
        Limits of the number of routes chosen; `most` is None for none.
    cutoff
        Solutions that cost more are of no interest.
    """

    def __init__(
        self, pool: Pool, rows: Rows, fewest: int, most: int | None, cutoff: float
    ) -> None:
        self.pool = pool
        self.rows = rows
        self.bound = -math.inf
        self._proven = -math.inf
        self._fewest = fewest
        self._most = pool.nodes - 1 if most is None else min(most, pool.nodes - 1)
        self._cutoff = cutoff
        self._kernel = _kernels.RoutePool(pool.first, pool.visits, pool.nodes)
        self._reduced = pool.costs
        self._program = LinearProgram()
        self._columns: list[int] = []
        self._inside = np.zeros(len(pool), bool)
        self._spares = 0
        self._touch_rows: list[int] = []
        self._subset_rows: list[int] = []
        self._other_rows: list[int] = []
        self._rng = np.random.default_rng(0)

    def strengthen(
        self,
        report: Callable[[float], None],
        left_s: Callable[[], float],
        reduced: FloatArray | None = None,
    ) -> bool:
        """Solve and add cuts while that raises the bound, leaving out what reduced costs exclude.

        Parameters
        ----------
        report
            Told every bound.
        left_s
            Seconds left.
        reduced
            What says which routes to begin with, shape (routes,); their costs if None.

        Returns
        -------
        bool
            False if time was up. If the pool is empty afterwards, nothing is within the cutoff.
        """
        self._reduced = self.pool.costs if reduced is None else reduced
        self._build()
        bounds: list[float] = []
        while self._solve(left_s):
            bounds.append(self.bound)
            report(self.bound)
            if len(self.pool) <= _SMALL or self.bound > self._cutoff:
                return True
            gap = self._cutoff - self.bound
            if len(bounds) > _TAIL and bounds[-1] - bounds[-1 - _TAIL] < _TAIL_GAIN * gap:
                return True
            # Rows that are added make the program forget its solution: it is asked for before.
            support = self._support()
            if not self._separate(*support) + self._separate_others(*support):
                return True
        return False

    def _build(self) -> None:
        """Make the program of the present pool and rows."""
        nodes = self.pool.nodes
        self._program = LinearProgram()
        spare = 10.0 * float(np.max(self.pool.costs, initial=1.0)) + 1.0
        for _ in range(1, nodes):
            row = self._program.add_row(1.0, 1.0)
            # Keeps it feasible whatever routes it has; dear enough to be left as soon as possible.
            self._program.add_column(spare, [row], [1.0])
        self._count = self._program.add_row(self._fewest, self._most)
        self._touch_rows = [self._program.add_row(k, math.inf) for k in self.rows.vehicles]
        self._subset_rows = [self._program.add_row(-math.inf, 1.0) for _ in self.rows.subsets]
        self._other_rows = [self._program.add_row(-math.inf, c.right) for c in self.rows.others]
        # Few routes may not make any solution, which the bound then has to show.
        for row, sign in [
            (self._count, 1.0),
            (self._count, -1.0),
            *((r, 1.0) for r in self._touch_rows),
        ]:
            self._program.add_column(spare * nodes, [row], [sign])
        self._spares = self._program.columns
        self._columns = []
        self._inside = np.zeros(len(self.pool), bool)
        order = np.argsort(self._reduced, kind="stable")
        self._add(order[:_FIRST])

    def _add(self, which: npt.NDArray[np.int64]) -> None:
        touched = [np.array(m) for m in self.rows.touched]
        subsets = [np.array(m) for m in self.rows.subsets]
        membership = np.zeros((len(touched) + len(subsets), self.pool.nodes))
        for k, members in enumerate([*touched, *subsets]):
            membership[k, members] = 1.0
        others = self._other_counts(which)
        for place, column in enumerate(which.tolist()):
            route = self.pool.route(column)
            visits = membership[:, route].sum(axis=1)
            visits[: len(touched)] = visits[: len(touched)] > 0
            visits[len(touched) :] //= 2
            used = np.flatnonzero(visits)
            rows = [i - 1 for i in route] + [self._count]
            names = self._touch_rows + self._subset_rows
            rows += [names[k] for k in used]
            values = [1.0] * (len(route) + 1) + visits[used].tolist()
            counted = np.flatnonzero(others[place])
            rows += [self._other_rows[k] for k in counted]
            values += others[place, counted].astype(float).tolist()
            self._program.add_column(float(self.pool.costs[column]), rows, values)
            self._columns.append(column)
        self._inside[which] = True

    def _other_counts(self, which: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what some routes count in the cuts of four and five clients."""
        if not self.rows.others:
            return np.zeros((len(which), 0), np.int64)
        visited = self._visited(which)
        return np.column_stack([cut.counts(visited) for cut in self.rows.others])

    def _visited(self, which: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which nodes some routes visit, shape (routes, nodes)."""
        if len(which) > len(self.pool) // 4:
            return np.asarray(self.pool.visited()[which])
        visited = np.zeros((len(which), self.pool.nodes), bool)
        for row, column in enumerate(which.tolist()):
            visited[row, self.pool.route(column)] = True
        return visited

    def _solve(self, left_s: Callable[[], float]) -> bool:
        """Solve over the whole pool, which shrinks; return False if time was up."""
        while True:
            seconds = left_s()
            if seconds <= 0 or not self._program.solve(min(seconds, 1e6)):
                return False
            self._price()
            # These prices fix what they prove to be of no use, be they the best ones or not.
            kept = self._reduced <= self._cutoff - self._proven + self._margin()
            if not kept.any():
                self.pool = self.pool.kept(kept)
                return True
            missing = np.flatnonzero((self._reduced < -_TOLERANCE) & ~self._inside)
            if kept.mean() <= _SHRUNK:
                self._shrink(kept)
                continue
            if not missing.size:
                return True
            self._add(missing[np.argsort(self._reduced[missing], kind="stable")[:_MORE]])

    def _shrink(self, kept: npt.NDArray[np.bool_]) -> None:
        self.pool = self.pool.kept(kept)
        self._reduced = self._reduced[kept]
        self._kernel = _kernels.RoutePool(self.pool.first, self.pool.visits, self.pool.nodes)
        self._build()

    def _margin(self) -> float:
        return _ROUNDING * (1.0 + abs(self._cutoff)) * self.pool.nodes

    def _price(self) -> None:
        """Compute all reduced costs, and the bound that the duals prove whatever they are."""
        duals = self._program.duals()
        clients = np.zeros(self.pool.nodes)
        clients[1:] = duals[: self.pool.nodes - 1]
        touched = np.maximum(0.0, duals[self._touch_rows])
        subsets = np.minimum(0.0, duals[self._subset_rows])
        routes = float(duals[self._count])
        self._reduced = (
            self._kernel.reduced(
                self.pool.costs, clients, self.rows.touched, touched, self.rows.subsets, subsets
            )
            - routes
        )
        others = np.minimum(0.0, duals[self._other_rows])
        priced = np.flatnonzero(others)
        if priced.size:
            visited = self.pool.visited()
            for k in priced.tolist():
                self._reduced -= others[k] * self.rows.others[k].counts(visited)
        total = math.fsum(clients) + math.fsum(subsets)
        rights = np.array([cut.right for cut in self.rows.others], float)
        total += math.fsum(others * rights)
        total += math.fsum(touched * np.array(self.rows.vehicles[: len(touched)], float))
        total += routes * (self._fewest if routes > 0 else self._most)
        # Not more than `most` routes fall short, each not by more than the one that does most.
        total += self._most * min(
            0.0, float(self._reduced.min()) - self._margin() / self.pool.nodes
        )
        self._proven = total - self._margin()
        self.bound = max(self.bound, self._proven)

    def _support(self) -> tuple[list[int], FloatArray]:
        """Return the routes of the last solution and their values."""
        values = self._program.values()[self._spares :]
        used = np.flatnonzero(values > 1e-6)
        return [self._columns[k] for k in used.tolist()], np.ascontiguousarray(values[used])

    def _separate(self, chosen: list[int], values: FloatArray) -> int:
        routes = [self.pool.route(column) for column in chosen]
        first = np.cumsum([0, *(len(r) for r in routes)]).astype(np.int32)
        visits = np.array([i for r in routes for i in r], np.int32)
        found = _kernels.find_subset_rows(
            self.pool.nodes,
            first,
            visits,
            values,
            _LEAST_VIOLATION,
            _MOST_ROWS,
            _MOST_EACH,
        )
        for members, _ in found:
            clients = list(members)
            self.rows.subsets.append(clients)
            inside = self._kernel.visits(clients) // 2
            columns = [k for k, c in enumerate(self._columns) if inside[c]]
            self._subset_rows.append(
                self._program.add_row(
                    -math.inf,
                    1.0,
                    [k + self._spares for k in columns],
                    [float(inside[self._columns[k]]) for k in columns],
                )
            )
        return len(found)

    def _separate_others(self, chosen: list[int], values: FloatArray) -> int:
        if len(self.pool) > _MOST_KNOWN:
            return 0
        visited = self._visited(np.array(chosen, np.int64))
        found = find_rank_one(visited, values, _LEAST_VIOLATION, _MOST_OTHERS, self._rng)
        known = self._visited(np.array(self._columns, np.int64)) if found else visited
        for cut in found:
            self.rows.others.append(cut)
            counts = cut.counts(known)
            columns = np.flatnonzero(counts)
            self._other_rows.append(
                self._program.add_row(
                    -math.inf,
                    cut.right,
                    (columns + self._spares).tolist(),
                    counts[columns].astype(float).tolist(),
                )
            )
        return len(found)

    def active(self) -> Rows:
        """Return the cuts that the last solution meets with equality, for an integer program."""
        duals = self._program.duals()
        touched = [k for k, row in enumerate(self._touch_rows) if duals[row] > _TOLERANCE]
        subsets = [k for k, row in enumerate(self._subset_rows) if duals[row] < -_TOLERANCE]
        others = [k for k, row in enumerate(self._other_rows) if duals[row] < -_TOLERANCE]
        return Rows(
            [self.rows.touched[k] for k in touched],
            [self.rows.vehicles[k] for k in touched],
            [self.rows.subsets[k] for k in subsets],
            [self.rows.others[k] for k in others],
        )
