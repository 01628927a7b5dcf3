"""Builds models of SCIP from programs; in a worker."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from cosolve.exact.mip_backend import INFINITE
from cosolve.exact.mip_request import Row
from cosolve.problems.mip import MIP


def set_usual(model: Any, seed: int) -> None:
    """Set what holds for every model: silence, a seed, the wall clock, and no signal handler.

    Parameters
    ----------
    model
        Of PySCIPOpt.
    seed
        Of its random choices.
    """
    model.hideOutput()
    model.setParam("randomization/randomseedshift", seed % 2**31)
    model.setParam("misc/catchctrlc", False)
    model.setParam("timing/clocktype", 2)  # wall clock


def add_columns(model: Any, problem: MIP) -> list[Any]:
    """Add the columns of a program, without costs, and return SCIP's.

    Parameters
    ----------
    model
        Of PySCIPOpt.
    problem
        The program.
    """
    binary = problem.integer & (problem.lower >= 0) & (problem.upper <= 1)
    kinds = np.where(binary, "B", np.where(problem.integer, "I", "C")).tolist()
    bounds = zip(problem.lower.tolist(), problem.upper.tolist(), strict=True)
    return [
        model.addVar("", vtype=kind, lb=finite(low), ub=finite(high))
        for kind, (low, high) in zip(kinds, bounds, strict=True)
    ]


def rows_of(problem: MIP) -> Iterator[Row]:
    """Go through the rows of a program."""
    starts, places = problem.indptr.tolist(), problem.indices
    for r, (low, high) in enumerate(zip(problem.row_lower, problem.row_upper, strict=True)):
        part = slice(starts[r], starts[r + 1])
        yield Row(places[part], problem.coefficients[part], float(low), float(high))


def add_row(model: Any, columns: list[Any], row: Row, name: str = "") -> Any:
    """Add a row and return SCIP's constraint.

    Parameters
    ----------
    model
        Of PySCIPOpt.
    columns
        From ``add_columns``.
    row
        The row.
    name
        Its name.
    """
    core: Any = importlib.import_module("pyscipopt.scip")
    entries = list(zip(row.columns.tolist(), row.coefficients.tolist(), strict=True))
    used = [(j, a) for j, a in entries if a != 0] or [(0, 0.0)]
    first, value = used[0]
    expression = core.Expr({core.Term(columns[first]): value})
    sides = finite(row.lower), finite(row.upper)
    constraint = model.addCons(core.ExprCons(expression, *sides), name=name)
    for j, a in used[1:]:
        model.addCoefLinear(constraint, columns[j], a)
    return constraint


def finite(limit: float) -> float:
    """Return a limit as SCIP has it, whose infinity is a large number."""
    return float(min(max(limit, -INFINITE), INFINITE))
