"""CP-SAT, through OR-tools: clause learning, for pure integer programs."""

from __future__ import annotations

import importlib
import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from cosolve.exact.mip_backend import SLACK, Backend, Ended, Setup, Work
from cosolve.exact.mip_request import Ending, Row
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP

WORK_PER_NODE = 0.01
"""Deterministic time of the solver that counts as one node: about a tenth of a second."""

_LARGEST = 2**52  # of any sum of scaled coefficients times bounds
_WIDEST = 2**40  # of a bound of a column


class Whole(NamedTuple):
    """A linear form with integer coefficients that is `scale` times the original.

    Parameters
    ----------
    coefficients
        Integers.
    scale
        Positive.
    """

    coefficients: list[int]
    scale: int


def whole_form(coefficients: list[float], reach: list[int]) -> Whole | None:
    """Scale coefficients to integers, exactly.

    A coefficient counts as the decimal number it is written as: 0.1 is a tenth, not the binary
    fraction next to it.

    Parameters
    ----------
    coefficients
        Of a linear form.
    reach
        Largest absolute value of each column.

    Returns
    -------
    Whole or None
        None if sums would become too large for the solver.
    """
    exact = [Fraction(repr(a)) for a in coefficients]
    scale = math.lcm(*(a.denominator for a in exact))
    if scale > _LARGEST:
        return None
    scaled = [int(a * scale) for a in exact]
    largest = sum(abs(a) * max(1, r) for a, r in zip(scaled, reach, strict=True))
    return Whole(scaled, scale) if largest <= _LARGEST else None


def refuses(problem: MIP) -> str | None:
    """Why CP-SAT does not handle a program, or None if it does."""
    if not problem.integer.all():
        where = int(np.flatnonzero(~problem.integer)[0])
        return f"CP-SAT handles whole numbers only, and {problem.columns[where]} is continuous"
    widest = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    if (widest > _WIDEST).any():
        where = int(np.flatnonzero(widest > _WIDEST)[0])
        return f"CP-SAT handles bounded columns only, and {problem.columns[where]} has no bound"
    reach = np.ceil(widest).astype(np.int64).tolist()
    if whole_form(problem.objective.tolist(), reach) is None:
        return "its objective has no integer coefficients of moderate size"
    places = problem.indices.tolist()
    factors = problem.coefficients.tolist()
    for r in range(problem.row_count):
        begin, end = int(problem.indptr[r]), int(problem.indptr[r + 1])
        if whole_form(factors[begin:end], [reach[j] for j in places[begin:end]]) is None:
            return f"row {problem.rows[r]} has no integer coefficients of moderate size"
    return None


class Engine:
    """Constraint programs, built anew for every request from rows that are scaled once.

    Parameters
    ----------
    setup
        The program and settings.
    """

    def __init__(self, setup: Setup) -> None:
        self._cp: Any = importlib.import_module("ortools.sat.python.cp_model")
        self._setup = setup
        problem = setup.problem
        widest = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
        self._reach: list[int] = np.ceil(widest).astype(np.int64).tolist()
        starts = problem.indptr.tolist()
        self._rows = [
            self._scaled(
                Row(
                    problem.indices[starts[r] : starts[r + 1]],
                    problem.coefficients[starts[r] : starts[r + 1]],
                    float(problem.row_lower[r]),
                    float(problem.row_upper[r]),
                )
            )
            for r in range(problem.row_count)
        ]
        self._solver: Any = None

    def solve(self, work: Work) -> Ended:
        """See ``cosolve.exact.mip_backend.Engine``."""
        if work.request.relaxed:
            return _relaxation(self._setup.problem, work)
        model = self._cp.CpModel()
        lower = np.ceil(work.lower).astype(np.int64).tolist()
        upper = np.floor(work.upper).astype(np.int64).tolist()
        columns = [model.new_int_var(low, high, "") for low, high in zip(lower, upper, strict=True)]
        for row in (*self._rows, *(self._scaled(row) for row in work.request.rows)):
            self._add_row(model, columns, row)
        scale = self._set_objective(model, columns, work)
        for j, value in enumerate([] if work.request.start is None else work.request.start):
            if not math.isnan(value):
                model.add_hint(columns[j], round(value))
        solver = self._solver = self._cp.CpSolver()
        self._limit(solver.parameters, work)
        reporter = _Reporter(work, scale)
        solver.best_bound_callback = reporter.tell_bound
        callback = _callback(self._cp, reporter, columns, work.request.solutions)
        status = self._cp.UNKNOWN if work.halted.is_set() else solver.solve(model, callback)
        return self._ended(status, solver, reporter, columns)

    def interrupt(self) -> None:
        """See ``cosolve.exact.mip_backend.Engine``."""
        solver = self._solver
        if solver is not None:
            solver.stop_search()

    def inject(self, values: FloatArray) -> bool:
        """Ignore the solution: CP-SAT takes none while it runs."""
        del values
        return False

    def _scaled(self, row: Row) -> tuple[list[int], list[int], float, float]:
        places = row.columns.tolist()
        form = whole_form(row.coefficients.tolist(), [self._reach[j] for j in places])
        if form is None:
            raise ValueError("CP-SAT needs rows with integer coefficients of moderate size")
        low = _scaled_side(row.lower, form.scale, -SLACK)
        return places, form.coefficients, low, _scaled_side(row.upper, form.scale, SLACK)

    def _add_row(
        self, model: Any, columns: list[Any], row: tuple[list[int], list[int], float, float]
    ) -> None:
        places, coefficients, low, high = row
        least = -(2**62) if low == -math.inf else math.ceil(low)
        most = 2**62 if high == math.inf else math.floor(high)
        if not places and not least <= 0 <= most:
            model.add_bool_or([])
            return
        form = self._cp.LinearExpr.weighted_sum([columns[j] for j in places], coefficients)
        model.add_linear_constraint(form, max(least, -(2**62)), min(most, 2**62))

    def _set_objective(self, model: Any, columns: list[Any], work: Work) -> float:
        """Set the objective and the cutoff; return what one unit of it is worth."""
        used = np.flatnonzero(work.objective).tolist()
        form = whole_form(work.objective[used].tolist(), [self._reach[j] for j in used])
        if form is None:
            raise ValueError("CP-SAT needs an objective with integer coefficients of moderate size")
        expression = self._cp.LinearExpr.weighted_sum([columns[j] for j in used], form.coefficients)
        if used:
            model.minimize(expression)
        cutoff = work.request.cutoff
        if cutoff is not None:
            most = math.floor((work.cutoff - work.request.offset) * form.scale)
            if used:
                model.add(expression <= max(most, -(2**62)))
            elif most < 0:
                model.add_bool_or([])
        return 1.0 / form.scale

    def _limit(self, parameters: Any, work: Work) -> None:
        parameters.num_workers = self._setup.threads
        parameters.random_seed = self._setup.seed % 2**31
        parameters.relative_gap_limit = work.request.gap
        if work.left_s < 1e9:
            parameters.max_time_in_seconds = max(1e-3, work.left_s)
        if work.request.nodes is not None:
            parameters.max_deterministic_time = work.request.nodes * WORK_PER_NODE
        if work.request.emphasis == "bound":
            parameters.linearization_level = 2

    def _ended(self, status: Any, solver: Any, reporter: _Reporter, columns: list[Any]) -> Ended:
        cp = self._cp
        if status == cp.MODEL_INVALID:
            raise ValueError("CP-SAT rejects the model")
        self._solver = None
        if status == cp.INFEASIBLE:
            return Ended(Ending.INFEASIBLE, None, reporter.nodes)
        if status not in (cp.OPTIMAL, cp.FEASIBLE):
            return Ended(Ending.LIMIT, reporter.bound, reporter.nodes)
        nodes = round(solver.response_proto.deterministic_time / WORK_PER_NODE)
        bound = reporter.real(solver.best_objective_bound)
        values = np.array([solver.value(column) for column in columns], dtype=np.float64)
        reporter.work.solution(values, bound, nodes)
        return Ended(Ending.OPTIMAL if status == cp.OPTIMAL else Ending.LIMIT, bound, nodes)


class _Reporter:
    """Tells news in the units of the request."""

    def __init__(self, work: Work, unit: float) -> None:
        self.work = work
        self.nodes = 0
        self.bound: float | None = None
        self._unit = unit

    def real(self, bound: float) -> float:
        return bound * self._unit + self.work.request.offset

    def tell_bound(self, bound: float) -> None:
        self.bound = self.real(bound)
        self.work.progress(self.bound, self.nodes)

    def tell_solution(self, values: FloatArray, time: float) -> None:
        self.nodes = round(time / WORK_PER_NODE)
        self.work.solution(values, self.bound, self.nodes)


def _callback(cp: Any, reporter: _Reporter, columns: list[Any], most: int | None) -> Any:
    class Callback(cp.CpSolverSolutionCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._found = 0

        def on_solution_callback(self) -> None:
            values = np.array([self.value(column) for column in columns], dtype=np.float64)
            reporter.tell_solution(values, self.deterministic_time)
            self._found += 1
            if most is not None and self._found >= most:
                self.stop_search()

    return Callback()


def _scaled_side(side: float, scale: int, slack: float) -> float:
    """Scale a side of a row, which is written in decimals as well, and loosen it a little."""
    if not math.isfinite(side):
        return side
    exact = Fraction(repr(side))
    return float((exact + Fraction(slack) * max(Fraction(1), abs(exact))) * scale)


def _relaxation(problem: MIP, work: Work) -> Ended:
    """Solve the linear relaxation with GLOP, which comes with CP-SAT."""
    linear: Any = importlib.import_module("ortools.linear_solver.pywraplp")
    solver = linear.Solver.CreateSolver("GLOP")
    columns = [
        solver.NumVar(low, high, "")
        for low, high in zip(work.lower.tolist(), work.upper.tolist(), strict=True)
    ]
    starts = problem.indptr.tolist()
    rows = [
        Row(
            problem.indices[starts[r] : starts[r + 1]],
            problem.coefficients[starts[r] : starts[r + 1]],
            float(problem.row_lower[r]),
            float(problem.row_upper[r]),
        )
        for r in range(problem.row_count)
    ]
    used = np.flatnonzero(work.objective)
    if work.request.cutoff is not None:
        side = work.request.cutoff - work.request.offset
        rows.append(Row(used, work.objective[used], -math.inf, side))
    for row in (*rows, *work.request.rows):
        constraint = solver.Constraint(float(row.lower), float(row.upper))
        for j, a in zip(row.columns.tolist(), row.coefficients.tolist(), strict=True):
            constraint.SetCoefficient(columns[j], a)
    objective = solver.Objective()
    for j in used.tolist():
        objective.SetCoefficient(columns[j], float(work.objective[j]))
    objective.SetMinimization()
    if work.left_s < 1e6:
        solver.SetTimeLimit(max(1, int(1000 * work.left_s)))
    status = solver.Solve()
    if status == linear.Solver.OPTIMAL:
        values = np.array([column.solution_value() for column in columns])
        reduced = np.array([column.reduced_cost() for column in columns])
        return Ended(Ending.OPTIMAL, work.cost(values), 0, values, reduced)
    if status == linear.Solver.INFEASIBLE:
        return Ended(Ending.INFEASIBLE)
    return Ended(Ending.LIMIT)


BACKEND = Backend(
    name="cpsat",
    title="CP-SAT",
    summary="clause learning by CP-SAT: pure integer programs with bounded columns, with proofs",
    package="ortools",
    distribution="ortools",
    engine=Engine,
    refuses=refuses,
)
