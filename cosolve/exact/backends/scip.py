"""SCIP, through PySCIPOpt: branch and cut with many heuristics."""

from __future__ import annotations

import importlib
import queue
from contextlib import suppress
from typing import Any

import numpy as np

from cosolve.exact.mip_backend import INFINITE, Backend, Ended, Setup, Work
from cosolve.exact.mip_request import Ending, Row
from cosolve.exact.scip_model import add_columns, add_row, finite, rows_of, set_usual
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP

_LP_INFINITE = 1e100
_MEMORY_SHARE = 0.8  # of the memory, beyond which SCIP stops by itself
_LP_TIME = 11  # SCIP_LPPAR_LPTILIM, which PySCIPOpt gives no name
_ENDINGS = {
    "optimal": Ending.OPTIMAL,
    "gaplimit": Ending.OPTIMAL,
    "infeasible": Ending.INFEASIBLE,
    "unbounded": Ending.UNBOUNDED,
    "inforunbd": Ending.INFEASIBLE_OR_UNBOUNDED,
}
_LIMITS = {
    "timelimit",
    "nodelimit",
    "totalnodelimit",
    "stallnodelimit",
    "memlimit",
    "sollimit",
    "bestsollimit",
    "restartlimit",
    "primallimit",
    "duallimit",
    "userinterrupt",
    "terminate",
    "unknown",
}


class Engine:
    """A model of SCIP; its transformed problem is freed after every request.

    Parameters
    ----------
    setup
        The program and settings.
    """

    def __init__(self, setup: Setup) -> None:
        self._scip: Any = importlib.import_module("pyscipopt")
        self._core: Any = importlib.import_module("pyscipopt.scip")
        self._setup = setup
        self._problem = setup.problem
        self._injected: queue.SimpleQueue[FloatArray] = queue.SimpleQueue()
        self._relaxation: _Relaxation | None = None
        self.work: Work | None = None
        """What is worked on."""
        self._build()

    def _build(self) -> None:
        self._model: Any = self._scip.Model()
        self._model.hideOutput()
        self._objective = np.zeros(self._problem.size)
        self._offset = 0.0
        self._lower, self._upper = self._problem.lower, self._problem.upper
        self._columns = add_columns(self._model, self._problem)
        for row in rows_of(self._problem):
            add_row(self._model, self._columns, row)
        self._emphasis = ""
        ears = _ears(self._scip, self)
        self._model.includeEventhdlr(ears, "cosolve", "tells solutions and bounds")
        self._include_injection()

    def solve(self, work: Work) -> Ended:
        """See ``cosolve.exact.mip_backend.Engine``."""
        if work.request.relaxed:
            return self._relax(work)
        try:
            return self._branch(work)
        except Exception:
            # SCIP's LP solver may fail on programs without a finite optimum; what failed may have
            # left anything behind.
            self._build()
            if self._relax(work).ending == Ending.UNBOUNDED:
                return Ended(Ending.INFEASIBLE_OR_UNBOUNDED)
            raise

    def _relax(self, work: Work) -> Ended:
        if self._relaxation is None:
            self._relaxation = _Relaxation(self._core, self._problem)
        return self._relaxation.solve(work)

    def _branch(self, work: Work) -> Ended:
        while not self._injected.empty():
            self._injected.get()
        self._set_emphasis(work.request.emphasis)
        self._change(work)
        added = [add_row(self._model, self._columns, row) for row in work.request.rows]
        self._limit(work)
        if work.request.start is not None:
            self._begin_with(work.request.start)
        self.work = work
        try:
            if work.halted.is_set():
                return Ended(Ending.LIMIT)
            self._model.optimizeNogil()
            return self._ended(work)
        finally:
            self.work = None
            self._model.setParam("limits/maxorigsol", 0)  # nothing is left for the next request
            self._model.freeTransform()
            for row in added:
                self._model.delCons(row)

    def interrupt(self) -> None:
        """See ``cosolve.exact.mip_backend.Engine``."""
        with suppress(Exception):  # it may not have begun, or be over
            self._model.interruptSolve()

    def inject(self, values: FloatArray) -> bool:
        """See ``cosolve.exact.mip_backend.Engine``: it is tried before the next node."""
        self._injected.put(values)
        return True

    def values(self, solution: Any) -> FloatArray:
        """Return the columns of a solution of SCIP."""
        value = self._model.getSolVal
        return np.array([value(solution, column) for column in self._columns])

    def bound(self) -> float | None:
        """Return the dual bound, None while there is none."""
        bound = float(self._model.getDualbound())
        return bound if abs(bound) < INFINITE else None

    def nodes(self) -> int:
        """Count the nodes of all runs, restarts included."""
        return int(self._model.getNTotalNodes())

    def _change(self, work: Work) -> None:
        """Set bounds and objective, where they differ from those that are set."""
        model, columns = self._model, self._columns
        # Bounds may never cross: the ones of the program first, wherever they are tightened.
        for j in np.flatnonzero(work.lower != self._lower).tolist():
            model.chgVarLb(columns[j], finite(self._problem.lower[j]))
        for j in np.flatnonzero(work.upper != self._upper).tolist():
            model.chgVarUb(columns[j], finite(work.upper[j]))
        for j in np.flatnonzero(work.lower != self._lower).tolist():
            model.chgVarLb(columns[j], finite(work.lower[j]))
        self._lower, self._upper = work.lower, work.upper
        if not np.array_equal(work.objective, self._objective):
            terms = np.flatnonzero(work.objective).tolist()
            costs = work.objective.tolist()
            expression = self._core.Expr({self._core.Term(columns[j]): costs[j] for j in terms})
            model.setObjective(expression, "minimize")
            self._objective = work.objective
            self._offset = 0.0  # setting the objective clears it
        if work.request.offset != self._offset:
            model.addObjoffset(work.request.offset - self._offset)
            self._offset = work.request.offset

    def _limit(self, work: Work) -> None:
        request, model = work.request, self._model
        # Solutions must be strictly better than the limit, and those at the cutoff are wanted.
        model.setObjlimit(min(work.cutoff, INFINITE))
        model.setParam("limits/time", min(work.left_s, INFINITE))
        model.setParam("limits/totalnodes", -1 if request.nodes is None else request.nodes)
        model.setParam("limits/bestsol", -1 if request.solutions is None else request.solutions)
        model.setParam("limits/gap", request.gap)
        # Presolving knows the cost of a start already: it is not worth another root to use it.
        model.setParam("presolving/maxrestarts", -1 if request.start is None else 0)

    def _set_emphasis(self, emphasis: str) -> None:
        if emphasis == self._emphasis:
            return
        model, setup = self._model, self._setup
        model.resetParams()
        known = self._scip.SCIP_PARAMEMPHASIS
        if emphasis == "feasibility":
            model.setEmphasis(known.FEASIBILITY)
        elif emphasis == "bound":
            model.setHeuristics(self._scip.SCIP_PARAMSETTING.FAST)
        set_usual(model, setup.seed)
        if setup.memory_mib is not None:
            model.setParam("limits/memory", _MEMORY_SHARE * setup.memory_mib)
        self._emphasis = emphasis

    def _begin_with(self, start: FloatArray) -> None:
        model = self._model
        model.setParam("limits/maxorigsol", 10)
        known = np.flatnonzero(~np.isnan(start)).tolist()
        whole = len(known) == start.size
        solution = model.createSol() if whole else model.createPartialSol()
        values = start.tolist()
        for j in known:
            model.setSolVal(solution, self._columns[j], values[j])
        model.addSol(solution)

    def _include_injection(self) -> None:
        timing = self._scip.SCIP_HEURTIMING
        self._model.includeHeur(
            _injection(self._scip, self._injected, self._columns),
            "cosolve",
            "tries solutions found elsewhere",
            "+",
            priority=1_000_000,
            timingmask=timing.BEFORENODE | timing.DURINGLPLOOP | timing.AFTERLPNODE,
        )

    def _ended(self, work: Work) -> Ended:
        model = self._model
        status = model.getStatus()
        bound = self.bound()
        if model.getNSols() > 0:
            work.solution(self.values(model.getBestSol()), bound, self.nodes())
        if status not in _ENDINGS and status not in _LIMITS:
            raise RuntimeError(f"SCIP ended with the status {status}")
        ending = _ENDINGS.get(status, Ending.LIMIT)
        return Ended(ending, bound, self.nodes())


def _ears(scip: Any, engine: Engine) -> Any:
    """Make the event handler that tells what happens; its base class is only known in a worker."""
    kinds = scip.SCIP_EVENTTYPE

    class Ears(scip.Eventhdlr):  # type: ignore[misc]
        def eventinit(self) -> None:
            for kind in (kinds.BESTSOLFOUND, kinds.DUALBOUNDIMPROVED, kinds.NODESOLVED):
                self.model.catchEvent(kind, self)

        def eventexit(self) -> None:
            for kind in (kinds.BESTSOLFOUND, kinds.DUALBOUNDIMPROVED, kinds.NODESOLVED):
                self.model.dropEvent(kind, self)

        def eventexec(self, event: Any) -> None:
            work = engine.work
            if work is None:
                return
            if event.getType() == kinds.BESTSOLFOUND:
                best = self.model.getBestSol()
                work.solution(engine.values(best), engine.bound(), engine.nodes())
            else:
                work.progress(engine.bound(), engine.nodes())

    return Ears()


def _injection(scip: Any, injected: queue.SimpleQueue[FloatArray], columns: list[Any]) -> Any:
    """Make the heuristic that tries solutions found elsewhere."""

    class Injection(scip.Heur):  # type: ignore[misc]
        def heurexec(self, heurtiming: Any, nodeinfeasible: bool) -> dict[str, Any]:
            del heurtiming, nodeinfeasible
            if injected.empty():
                return {"result": scip.SCIP_RESULT.DIDNOTRUN}
            found = False
            while not injected.empty():
                # In the columns of the program: presolving may have aggregated some of them.
                solution = self.model.createOrigSol(self)
                for column, value in zip(columns, injected.get().tolist(), strict=True):
                    self.model.setSolVal(solution, column, value)
                found |= self.model.trySol(solution, printreason=False)
            result = scip.SCIP_RESULT
            return {"result": result.FOUNDSOL if found else result.DIDNOTFIND}

    return Injection()


class _Relaxation:
    """The linear relaxation, in SCIP's LP solver, warm from one request to the next."""

    def __init__(self, core: Any, problem: MIP) -> None:
        self._lp: Any = core.LP()
        self._rows = problem.row_count
        n = problem.size
        self._lp.addCols([[]] * n, objs=[0.0] * n, lbs=[0.0] * n, ubs=[0.0] * n)
        starts = problem.indptr.tolist()
        entries = list(zip(problem.indices.tolist(), problem.coefficients.tolist(), strict=True))
        rows = [entries[starts[r] : starts[r + 1]] for r in range(self._rows)]
        if rows:
            lows = [_wide(side) for side in problem.row_lower.tolist()]
            self._lp.addRows(rows, lows, [_wide(side) for side in problem.row_upper.tolist()])

    def solve(self, work: Work) -> Ended:
        lp, rows = self._lp, list(work.request.rows)
        columns = zip(
            work.lower.tolist(), work.upper.tolist(), work.objective.tolist(), strict=True
        )
        for j, (low, high, cost) in enumerate(columns):
            lp.chgBound(j, _wide(low), _wide(high))
            lp.chgObj(j, cost)
        if work.request.cutoff is not None:
            used = np.flatnonzero(work.objective)
            side = work.request.cutoff - work.request.offset
            rows.append(Row(used, work.objective[used], -np.inf, side))
        for row in rows:
            entries = list(zip(row.columns.tolist(), row.coefficients.tolist(), strict=True))
            lp.addRow(entries, _wide(row.lower), _wide(row.upper))
        if work.left_s < INFINITE:
            lp.setRealParam(_LP_TIME, max(1e-3, work.left_s))
        try:
            lp.solve()
            return self._ended(work)
        finally:
            if rows:
                lp.delRows(self._rows, self._rows + len(rows) - 1)

    def _ended(self, work: Work) -> Ended:
        lp = self._lp
        if lp.isOptimal():
            value = float(lp.getObjVal()) + work.request.offset
            return Ended(
                Ending.OPTIMAL, value, 0, np.array(lp.getPrimal()), np.array(lp.getRedcost())
            )
        if lp.getDualRay() is not None:
            return Ended(Ending.INFEASIBLE)
        return Ended(Ending.LIMIT if lp.getPrimalRay() is None else Ending.UNBOUNDED)


def _wide(limit: float) -> float:
    """Return a limit as the LP solver has it, whose infinity is not that of SCIP."""
    return limit if abs(limit) < INFINITE else float(np.copysign(_LP_INFINITE, limit))


BACKEND = Backend(
    name="scip",
    title="SCIP",
    summary="branch and cut by SCIP: any mixed-integer program, with proofs",
    package="pyscipopt",
    distribution="pyscipopt",
    engine=Engine,
    conflicts="cosolve.exact.scip_conflict:find",
)
