"""HiGHS, through highspy: branch and cut, and a fast simplex method."""

from __future__ import annotations

import importlib
import queue
from typing import Any

import numpy as np

from cosolve.exact.mip_backend import INFINITE, Backend, Ended, Setup, Work
from cosolve.exact.mip_request import Ending
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP

_ENDINGS = {
    "kOptimal": Ending.OPTIMAL,
    "kModelEmpty": Ending.OPTIMAL,
    "kInfeasible": Ending.INFEASIBLE,
    "kUnbounded": Ending.UNBOUNDED,
    "kUnboundedOrInfeasible": Ending.INFEASIBLE_OR_UNBOUNDED,
}
_LIMITS = {
    "kTimeLimit",
    "kIterationLimit",
    "kSolutionLimit",  # nodes, too
    "kObjectiveBound",
    "kObjectiveTarget",
    "kInterrupt",
    "kHighsInterrupt",
    "kMemoryLimit",
    "kUnknown",
}
_EFFORT = {"default": 0.05, "feasibility": 0.3, "bound": 0.01}  # share of heuristics


class Engine:
    """A model of HiGHS, changed from request to request.

    Parameters
    ----------
    setup
        The program and settings.
    """

    def __init__(self, setup: Setup) -> None:
        self._core: Any = importlib.import_module("highspy")
        self._setup = setup
        self._problem = setup.problem
        self._highs: Any = self._core.Highs()
        self._set("output_flag", False)
        self._set("threads", setup.threads)
        self._set("parallel", "on" if setup.threads > 1 else "off")
        self._set("random_seed", setup.seed % (2**31 - 1))
        self._set("mip_abs_gap", 0.0)
        self._highs.passModel(self._linear_program(self._problem))
        self._all = np.arange(self._problem.size, dtype=np.int32)
        self._relaxed = True
        self._injected: queue.SimpleQueue[FloatArray] = queue.SimpleQueue()
        self._work: Work | None = None
        self._listen()

    def solve(self, work: Work) -> Ended:
        """See ``cosolve.exact.mip_backend.Engine``."""
        while not self._injected.empty():
            self._injected.get()
        self._change(work)
        rows = self._add_rows(work)
        self._limit(work)
        self._work = work
        try:
            if work.halted.is_set():
                return Ended(Ending.LIMIT)
            self._highs.run()
            return self._ended(work)
        finally:
            self._work = None
            if rows:
                first = self._problem.row_count
                self._highs.deleteRows(rows, np.arange(first, first + rows, dtype=np.int32))

    def interrupt(self) -> None:
        """See ``cosolve.exact.mip_backend.Engine``; callbacks look at the work themselves."""

    def inject(self, values: FloatArray) -> bool:
        """See ``cosolve.exact.mip_backend.Engine``: it is taken at the next callback."""
        self._injected.put(values)
        return True

    def _set(self, option: str, value: object) -> None:
        status = self._highs.setOptionValue(option, value)
        if status != self._core.HighsStatus.kOk:
            raise ValueError(f"HiGHS refuses {option} = {value}")

    def _linear_program(self, problem: MIP) -> Any:
        program = self._core.HighsLp()
        program.num_col_, program.num_row_ = problem.size, problem.row_count
        program.col_cost_ = np.zeros(problem.size)
        program.col_lower_, program.col_upper_ = _wide(problem.lower), _wide(problem.upper)
        program.row_lower_ = _wide(problem.row_lower)
        program.row_upper_ = _wide(problem.row_upper)
        matrix = program.a_matrix_
        matrix.format_ = self._core.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = problem.size, problem.row_count
        matrix.start_ = problem.indptr.astype(np.int32)
        matrix.index_ = problem.indices.astype(np.int32)
        matrix.value_ = problem.coefficients
        return program

    def _listen(self) -> None:
        highs = self._highs
        for event in (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt):
            event.subscribe(self._look)
        highs.cbMipImprovingSolution.subscribe(self._hear)
        highs.cbMipUserSolution.subscribe(self._offer)

    def _look(self, event: Any) -> None:
        work = self._work
        if work is None:
            return
        # Always said: HiGHS remembers an interruption beyond the request that it was for.
        event.interrupt(work.halted.is_set())
        if not work.request.relaxed:
            work.progress(self._bound(event.data_out.mip_dual_bound), self._nodes(event))

    def _hear(self, event: Any) -> None:
        work = self._work
        if work is not None:
            bound = self._bound(event.data_out.mip_dual_bound)
            work.solution(np.array(event.data_out.mip_solution), bound, self._nodes(event))

    def _offer(self, event: Any) -> None:
        newest = None
        event.data_in.user_has_solution = False  # it remembers the last one, too
        while not self._injected.empty():
            newest = self._injected.get()
        if newest is not None:
            event.data_in.setSolution(newest)

    def _bound(self, bound: float) -> float | None:
        return float(bound) if abs(bound) < INFINITE else None

    def _nodes(self, event: Any) -> int:
        return max(0, int(event.data_out.mip_node_count))

    def _change(self, work: Work) -> None:
        highs, n = self._highs, self._problem.size
        request = work.request
        if not request.relaxed:
            highs.clearSolver()  # solutions of earlier requests are forgotten
        highs.changeColsBounds(n, self._all, _wide(work.lower), _wide(work.upper))
        highs.changeColsCost(n, self._all, work.objective)
        highs.changeObjectiveOffset(request.offset)
        if request.relaxed != self._relaxed:
            kinds = self._core.HighsVarType
            whole = np.flatnonzero(self._problem.integer).astype(np.int32)
            kind = kinds.kContinuous if request.relaxed else kinds.kInteger
            if whole.size:
                highs.changeColsIntegrality(whole.size, whole, np.array([kind] * whole.size))
            self._relaxed = request.relaxed

    def _add_rows(self, work: Work) -> int:
        """Add the rows of a request; return their number."""
        rows = [(row.lower, row.upper, row.columns, row.coefficients) for row in work.request.rows]
        cutoff = work.request.cutoff
        if cutoff is not None and work.request.relaxed:
            used = np.flatnonzero(work.objective)
            rows.append((-np.inf, cutoff - work.request.offset, used, work.objective[used]))
        for low, high, columns, coefficients in rows:
            places = np.asarray(columns, dtype=np.int32)
            factors = np.asarray(coefficients, dtype=np.float64)
            sides = _wide(np.array([low, high]))
            self._highs.addRow(float(sides[0]), float(sides[1]), places.size, places, factors)
        return len(rows)

    def _limit(self, work: Work) -> None:
        request = work.request
        whole = not request.relaxed
        self._set("time_limit", max(1e-3, work.left_s))
        most = 2**31 - 1
        self._set("mip_max_nodes", most if request.nodes is None else request.nodes)
        self._set(
            "mip_max_improving_sols", most if request.solutions is None else request.solutions
        )
        self._set("mip_rel_gap", request.gap)
        self._set("mip_heuristic_effort", _EFFORT[request.emphasis])
        self._set("objective_bound", work.cutoff if whole else float("inf"))
        if whole and request.start is not None:
            known = np.flatnonzero(~np.isnan(request.start)).astype(np.int32)
            self._highs.setSolution(known.size, known, request.start[known])

    def _ended(self, work: Work) -> Ended:
        highs, core = self._highs, self._core
        status = highs.getModelStatus().name
        information = highs.getInfo()
        solution = highs.getSolution()
        if status not in _ENDINGS and status not in _LIMITS:
            raise RuntimeError(f"HiGHS ended with {status.removeprefix('k')}")
        ending = _ENDINGS.get(status, Ending.LIMIT)
        feasible = information.primal_solution_status == core.SolutionStatus.kSolutionStatusFeasible
        if work.request.relaxed:
            if ending != Ending.OPTIMAL:
                return Ended(ending)
            values = np.array(solution.col_value)
            return Ended(ending, work.cost(values), 0, values, np.array(solution.col_dual))
        bound = self._bound(information.mip_dual_bound)
        nodes = max(0, int(information.mip_node_count))
        if feasible and solution.value_valid:
            work.solution(np.array(solution.col_value), bound, nodes)
        return Ended(ending, bound, nodes)


def _wide(limits: FloatArray) -> FloatArray:
    return np.where(np.abs(limits) < INFINITE, limits, np.copysign(np.inf, limits))


BACKEND = Backend(
    name="highs",
    title="HiGHS",
    summary="branch and cut by HiGHS: any mixed-integer program, with proofs",
    package="highspy",
    distribution="highspy",
    engine=Engine,
)
