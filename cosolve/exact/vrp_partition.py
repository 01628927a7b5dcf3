"""Choosing the cheapest routes of a pool that serve every client once, with SCIP; in a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cosolve.exact.vrp_pool import Pool, Rows
from cosolve.exact.vrp_scip import Chosen, RouteProgram


def choose(
    pool: Pool,
    rows: Rows,
    fleet: tuple[int, int | None],
    cutoff: float,
    unit: float | None,
    left_s: float,
    *,
    on_bound: Callable[[float], None],
    on_routes: Callable[[list[list[int]]], None],
    interrupted: Callable[[], bool],
) -> Chosen:
    """Choose routes by branch and bound.

    Parameters
    ----------
    pool
        The routes.
    rows
        Cuts the program begins with.
    fleet
        Least and greatest number of routes; None for any.
    cutoff
        Solutions that cost more are of no interest.
    unit
        All costs are multiples of it; None if there is no such number.
    left_s
        Seconds it may take.
    on_bound, on_routes
        Told every better bound and solution.
    interrupted
        Asked now and then whether to end.
    """
    program = _Program(pool, rows, fleet, cutoff, unit)
    return program.solve(left_s, on_bound, on_routes, interrupted)


class _Program(RouteProgram):
    def __init__(
        self,
        pool: Pool,
        rows: Rows,
        fleet: tuple[int, int | None],
        cutoff: float,
        unit: float | None,
    ) -> None:
        super().__init__(cutoff, unit)
        self._pool = pool
        model = self._model
        self._variables = [model.addVar(vtype="B", obj=float(c)) for c in self._scaled(pool.costs)]
        served: list[list[Any]] = [[] for _ in range(pool.nodes)]
        for k, variable in enumerate(self._variables):
            for client in pool.route(k):
                served[client].append(variable)
        total = self._scip.quicksum
        for client in range(1, pool.nodes):
            model.addCons(total(served[client]) == 1)
        fewest, most = fleet
        model.addCons(total(self._variables) >= fewest)
        if most is not None:
            model.addCons(total(self._variables) <= most)
        self._add_rows(rows)

    def _add_rows(self, rows: Rows) -> None:
        total = self._scip.quicksum
        pool = self._pool
        inside = np.zeros((pool.nodes, len(rows.touched) + len(rows.subsets)), np.int32)
        for k, members in enumerate([*rows.touched, *rows.subsets]):
            inside[members, k] = 1
        counts = np.add.reduceat(inside[pool.visits], pool.first[:-1], axis=0)
        for k, vehicles in enumerate(rows.vehicles):
            columns = np.flatnonzero(counts[:, k])
            self._model.addCons(total(self._variables[c] for c in columns) >= vehicles)
        for k in range(len(rows.touched), counts.shape[1]):
            half = counts[:, k] // 2
            columns = np.flatnonzero(half)
            self._model.addCons(
                total(int(half[c]) * self._variables[c] for c in columns) <= 1,
                removable=True,
            )

        visited = pool.visited() if rows.others else None
        for cut in rows.others:
            assert visited is not None
            count = cut.counts(visited)
            self._model.addCons(
                total(int(count[c]) * self._variables[c] for c in np.flatnonzero(count))
                <= cut.right,
                removable=True,
            )

    def _routes(self) -> list[list[int]]:
        model = self._model
        best = model.getBestSol()
        return [
            self._pool.route(k)
            for k, variable in enumerate(self._variables)
            if model.getSolVal(best, variable) > 0.5
        ]
