"""Choosing the cheapest routes of a pool that serve every client once, with SCIP; in a worker."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cosolve.exact.vrp_pool import Pool, Rows

PACKAGE = "pyscipopt"
"""What has to be installed."""

_MARGIN = 1e-7  # relative, of the cutoff, where costs are any numbers


class Chosen(NamedTuple):
    """What a solution of the integer program is.

    Parameters
    ----------
    routes
        Their clients in order; None if there is no solution within the cutoff.
    bound
        No solution from the pool costs less; infinite if there is none within the cutoff.
    proven
        Whether the search was complete.
    """

    routes: list[list[int]] | None
    bound: float
    proven: bool


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


def objective_limit(cutoff: float, unit: float | None) -> float:
    """Return what the objective of an integer program must stay below, in units if there are any.

    Parameters
    ----------
    cutoff
        Solutions that cost no more are wanted.
    unit
        All costs are multiples of it, or None.
    """
    if unit is None:
        return cutoff + _MARGIN * max(1.0, abs(cutoff))
    return cutoff / unit + 0.5  # between two whole numbers


class _Program:
    def __init__(
        self,
        pool: Pool,
        rows: Rows,
        fleet: tuple[int, int | None],
        cutoff: float,
        unit: float | None,
    ) -> None:
        # By name: no module of cosolve imports a solver, not even by accident.
        self._scip: Any = importlib.import_module("pyscipopt")
        self._pool = pool
        self._scale = 1.0 if unit is None else unit
        costs = pool.costs / self._scale
        model = self._model = self._scip.Model()
        model.hideOutput()
        # Costs that are whole numbers are exactly that, so that bounds can be rounded up.
        costs = costs if unit is None else np.rint(costs)
        self._variables = [model.addVar(vtype="B", obj=float(c)) for c in costs]
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
        if math.isfinite(cutoff):
            model.setObjlimit(objective_limit(cutoff, unit))

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

    def solve(
        self,
        left_s: float,
        on_bound: Callable[[float], None],
        on_routes: Callable[[list[list[int]]], None],
        interrupted: Callable[[], bool],
    ) -> Chosen:
        model = self._model

        def look(improved: bool) -> None:
            if improved:
                on_routes(self._routes())
            on_bound(self._bound())
            if interrupted():
                model.interruptSolve()

        if math.isfinite(left_s):
            model.setParam("limits/time", max(0.01, left_s))
        watch(self._scip, model, look)
        model.optimize()
        status = model.getStatus()
        proven = status in ("optimal", "infeasible")
        routes = self._routes() if model.getNSols() else None
        bound = math.inf if proven and routes is None else self._bound()
        return Chosen(routes, bound, proven)

    def _bound(self) -> float:
        # At the beginning it is minus the infinity of SCIP.
        return self._scale * float(self._model.getDualbound())

    def _routes(self) -> list[list[int]]:
        model = self._model
        best = model.getBestSol()
        return [
            self._pool.route(k)
            for k, variable in enumerate(self._variables)
            if model.getSolVal(best, variable) > 0.5
        ]


def watch(scip: Any, model: Any, look: Callable[[bool], None]) -> None:
    """Have a function called after every node, and after every better solution.

    Parameters
    ----------
    scip
        The package.
    model
        Before it is optimized.
    look
        Told whether there is a better solution.
    """
    events = scip.SCIP_EVENTTYPE
    kinds = (events.BESTSOLFOUND, events.NODESOLVED)

    def begin(self: Any) -> None:
        for kind in kinds:
            self.model.catchEvent(kind, self)

    def end(self: Any) -> None:
        for kind in kinds:
            self.model.dropEvent(kind, self)

    def hear(self: Any, event: Any) -> None:
        del self
        look(event.getType() == events.BESTSOLFOUND)

    handler = type(
        "Watcher", (scip.Eventhdlr,), {"eventinit": begin, "eventexit": end, "eventexec": hear}
    )
    model.includeEventhdlr(handler(), "watcher", "listens to bounds and solutions")
