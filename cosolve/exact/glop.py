"""Linear programs that grow by rows and columns, solved by GLOP; for worker processes only."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PACKAGE = "ortools"
"""What has to be installed."""


class LinearProgram:
    """A linear program to be minimized, solved again and again while it grows.

    Its solution is the last one, also after changes, with zeros for rows and columns added since.
    Importing this module imports no solver; making a program does, so that belongs in a worker.
    """

    def __init__(self) -> None:
        # By name: no module of cosolve imports a solver, not even by accident.
        glop: Any = importlib.import_module("ortools.linear_solver.pywraplp")
        self._solver = glop.Solver.CreateSolver("GLOP")
        self._optimal = glop.Solver.OPTIMAL
        self._parameters = glop.MPSolverParameters()
        options = self._parameters
        self._primal, self._dual = options.PRIMAL, options.DUAL
        self._algorithm = options.LP_ALGORITHM
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._grown_by_rows = False
        self._fresh = False  # whether the solver still knows its last solution
        self._kept = (0.0, np.zeros(0), np.zeros(0))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._rows)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self._columns)

    def add_column(
        self,
        cost: float,
        rows: Iterable[int] = (),
        coefficients: Iterable[float] = (),
        upper: float = float("inf"),
    ) -> int:
        """Add a variable between 0 and `upper`; return its number.

        Parameters
        ----------
        cost
            In the objective.
        rows, coefficients
            Where it occurs.
        upper
            Largest value.
        """
        self._keep()
        column = self._solver.NumVar(0.0, upper, "")
        self._objective.SetCoefficient(column, float(cost))
        for row, value in zip(rows, coefficients, strict=True):
            self._rows[row].SetCoefficient(column, float(value))
        self._columns.append(column)
        self._grown_by_rows = False
        return len(self._columns) - 1

    def add_row(
        self,
        lower: float,
        upper: float,
        columns: Iterable[int] = (),
        coefficients: Iterable[float] = (),
    ) -> int:
        """Add a constraint between two limits; return its number.

        Parameters
        ----------
        lower, upper
            The limits, which may be infinite.
        columns, coefficients
            What it sums.
        """
        self._keep()
        row = self._solver.Constraint(float(lower), float(upper))
        for column, value in zip(columns, coefficients, strict=True):
            row.SetCoefficient(self._columns[column], float(value))
        self._rows.append(row)
        self._grown_by_rows = True
        return len(self._rows) - 1

    def relax(self, row: int) -> None:
        """Make a constraint hold always."""
        self._keep()
        self._rows[row].SetBounds(-float("inf"), float("inf"))

    def set_cost(self, column: int, cost: float) -> None:
        """Change the cost of a variable."""
        self._keep()
        self._objective.SetCoefficient(self._columns[column], float(cost))
        self._grown_by_rows = False

    def solve(self, seconds: float) -> bool:
        """Solve; return whether that succeeded.

        Parameters
        ----------
        seconds
            Wall seconds it may take.
        """
        self._keep()
        # New rows keep the old basis feasible for the dual, new columns for the primal simplex.
        usual = self._dual if self._grown_by_rows else self._primal
        end_s = time.perf_counter() + seconds
        # What fails for numerical reasons is tried again from scratch, at last with presolve.
        options = self._parameters
        for algorithm, warm, presolve in (
            (usual, options.INCREMENTALITY_ON, options.PRESOLVE_OFF),
            (self._dual, options.INCREMENTALITY_OFF, options.PRESOLVE_OFF),
            (self._dual, options.INCREMENTALITY_OFF, options.PRESOLVE_ON),
            (self._primal, options.INCREMENTALITY_OFF, options.PRESOLVE_ON),
        ):
            left_s = end_s - time.perf_counter()
            if left_s <= 0:
                return False
            self._solver.SetTimeLimit(max(1, int(1000 * min(left_s, 1e6))))
            options.SetIntegerParam(self._algorithm, algorithm)
            options.SetIntegerParam(options.INCREMENTALITY, warm)
            options.SetIntegerParam(options.PRESOLVE, presolve)
            if self._solver.Solve(options) == self._optimal:
                self._fresh = True
                return True
        return False

    def _keep(self) -> None:
        """Ask for the solution before a change, after which the solver knows it no more."""
        if self._fresh:
            self._kept = (self.value, self.duals(), self.values())
            self._fresh = False

    @property
    def value(self) -> float:
        """Objective of the last solution."""
        return float(self._objective.Value()) if self._fresh else self._kept[0]

    def duals(self) -> FloatArray:
        """Dual values of the rows, shape (rows,)."""
        if self._fresh:
            return np.array([row.dual_value() for row in self._rows])
        return np.pad(self._kept[1], (0, self.rows - len(self._kept[1])))

    def values(self) -> FloatArray:
        """Values of the columns, shape (columns,)."""
        if self._fresh:
            return np.array([column.solution_value() for column in self._columns])
        return np.pad(self._kept[2], (0, self.columns - len(self._kept[2])))
