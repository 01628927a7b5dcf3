"""Branch and cut over the edges of a symmetric capacitated problem, with SCIP; in a worker.

Every client has two edges, and every set of clients is left by twice as many as the vehicles it
needs: rounded capacity inequalities, separated in every node [1]_.

References
----------
.. [1] J. Lysgaard, A. Letchford, R. Eglese, "A new branch-and-cut algorithm for the capacitated
   vehicle routing problem", Mathematical Programming A 100 (2004).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.exact.vrp_scip import Chosen, RouteProgram

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_LEAST_VIOLATION = 0.05
_LEAST_WHOLE = 0.5  # of a solution of whole numbers
_MOST_CUTS = 30  # added at a time
_USED = 1e-6


class EdgeProblem(NamedTuple):
    """What is to be decided.

    Parameters
    ----------
    load
        Of every node, 0 for the depot.
    capacity
        Of a vehicle.
    ends
        The edges that may be used, shape (edges, 2), the smaller end first; node 0 is the depot.
    costs
        Shape (edges,).
    cuts
        Sets of clients, and how many vehicles each needs, to begin with.
    fleet
        Least and greatest number of routes; None for any.
    cutoff
        Solutions that cost more are of no interest.
    unit
        All costs are multiples of it; None if there is no such number.
    """

    load: FloatArray
    capacity: float
    ends: IntArray
    costs: FloatArray
    cuts: list[tuple[list[int], int]]
    fleet: tuple[int, int | None]
    cutoff: float
    unit: float | None


def branch_and_cut(
    problem: EdgeProblem,
    left_s: float,
    *,
    on_bound: Callable[[float], None],
    on_routes: Callable[[list[list[int]]], None],
    interrupted: Callable[[], bool],
) -> Chosen:
    """Choose edges by branch and cut.

    Parameters
    ----------
    problem
        What is to be decided.
    left_s
        Seconds it may take.
    on_bound, on_routes
        Told every better bound and solution.
    interrupted
        Asked now and then whether to end.
    """
    return _EdgeChoice(problem).solve(left_s, on_bound, on_routes, interrupted)


class _EdgeChoice(RouteProgram):
    def __init__(self, problem: EdgeProblem) -> None:
        super().__init__(problem.cutoff, problem.unit)
        self._problem = problem
        self._ends = problem.ends
        self._finder = _kernels.CapacityCuts(problem.load, problem.capacity)
        model = self._model
        costs = self._scaled(problem.costs)
        home = problem.ends[:, 0] == 0
        self._variables = [
            model.addVar(vtype="I", lb=0, ub=2 if depot else 1, obj=float(cost))
            for depot, cost in zip(home.tolist(), costs.tolist(), strict=True)
        ]
        self._add_degrees()
        for clients, vehicles in problem.cuts:
            variables = [self._variables[k] for k in self._inside(clients)]
            if variables:
                model.addCons(self._scip.quicksum(variables) <= len(clients) - vehicles)
        # The solver does not see the cuts to come: nothing may be excluded for being dominated.
        for name in ("misc/allowstrongdualreds", "misc/allowweakdualreds"):
            model.setParam(name, False)
        model.setParam("misc/usesymmetry", 0)
        self._include_cuts()

    def _add_degrees(self) -> None:
        total = self._scip.quicksum
        at: list[list[Any]] = [[] for _ in self._problem.load]
        for (a, b), variable in zip(self._ends.tolist(), self._variables, strict=True):
            at[a].append(variable)
            at[b].append(variable)
        for client in at[1:]:
            self._model.addCons(total(client) == 2)
        fewest, most = self._problem.fleet
        self._model.addCons(total(at[0]) >= 2 * fewest)
        if most is not None:
            self._model.addCons(total(at[0]) <= 2 * most)

    def _inside(self, clients: list[int]) -> list[int]:
        """Return the edges with both ends among some clients."""
        member = np.zeros(len(self._problem.load), bool)
        member[clients] = True
        columns: list[int] = np.flatnonzero(member[self._ends].all(axis=1)).tolist()
        return columns

    def _include_cuts(self) -> None:
        results = self._scip.SCIP_RESULT

        def check(self_: Any, constraints: Any, solution: Any, *rest: Any) -> dict[str, Any]:
            del self_, constraints, rest
            good = not self._violated(solution, _LEAST_WHOLE, thorough=False)
            return {"result": results.FEASIBLE if good else results.INFEASIBLE}

        def separate(self_: Any, constraints: Any, useful: Any) -> dict[str, Any]:
            del self_, constraints, useful
            return {"result": self._separate(_LEAST_VIOLATION, results.DIDNOTFIND)}

        def enforce(self_: Any, constraints: Any, useful: Any, infeasible: Any) -> dict[str, Any]:
            del self_, constraints, useful, infeasible
            return {"result": self._separate(_LEAST_WHOLE, results.FEASIBLE)}

        def enforce_pseudo(self_: Any, *rest: Any) -> dict[str, Any]:
            del self_, rest
            return {"result": results.SOLVELP}

        def lock(self_: Any, *rest: Any) -> None:
            del self_, rest

        methods = {
            "conscheck": check,
            "conssepalp": separate,
            "consenfolp": enforce,
            "consenfops": enforce_pseudo,
            "conslock": lock,
        }
        handler = type("CapacityHandler", (self._scip.Conshdlr,), methods)
        self._model.includeConshdlr(
            handler(),
            "capacity",
            "rounded capacity inequalities",
            sepapriority=1,
            enfopriority=-1,
            chckpriority=-1,
            sepafreq=1,
            needscons=False,
        )

    def _violated(
        self, solution: Any, least: float, *, thorough: bool
    ) -> list[tuple[list[int], int]]:
        model = self._model
        values = np.array([model.getSolVal(solution, v) for v in self._variables])
        used = values > _USED
        ends = np.ascontiguousarray(self._ends[used])
        found: list[tuple[list[int], int]] = self._finder.find(
            ends, values[used], least, _MOST_CUTS, thorough
        )
        return found

    def _separate(self, least: float, otherwise: Any) -> Any:
        model = self._model
        results = self._scip.SCIP_RESULT
        cuts = self._violated(None, least, thorough=True)
        for clients, vehicles in cuts:
            row = model.createEmptyRowUnspec("", lhs=None, rhs=len(clients) - vehicles)
            model.cacheRowExtensions(row)
            for k in self._inside(clients):
                model.addVarToRow(row, self._variables[k], 1.0)
            model.flushRowExtensions(row)
            if model.addCut(row, forcecut=True):
                return results.CUTOFF
            model.releaseRow(row)
        return results.SEPARATED if cuts else otherwise

    def _routes(self) -> list[list[int]]:
        model = self._model
        best = model.getBestSol()
        next_to: list[list[int]] = [[] for _ in self._problem.load]
        for (a, b), variable in zip(self._ends.tolist(), self._variables, strict=True):
            for _ in range(round(model.getSolVal(best, variable))):
                next_to[a].append(b)
                next_to[b].append(a)
        routes = []
        while next_to[0]:
            before, at, route = 0, next_to[0].pop(), []
            while at != 0:
                route.append(at)
                next_to[at].remove(before)
                before, at = at, next_to[at].pop()
            next_to[0].remove(before)
            routes.append(route)
        return routes
