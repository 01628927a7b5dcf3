"""What is asked of a back-end for mixed-integer programs, and what it answers.

A session is one worker process that holds one program and solves variations of it, one after the
other: the program itself, or neighborhoods of its solutions. Costs are minimized here; a program
that is maximized is held with the opposite of its objective.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NamedTuple

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import IndexArray


@unique
class Ending(StrEnum):
    """How a back-end ended."""

    OPTIMAL = "OPTIMAL"
    """The best solution sent is optimal, within the gap asked for."""
    INFEASIBLE = "INFEASIBLE"
    """There is no solution, or none below the cutoff."""
    UNBOUNDED = "UNBOUNDED"
    """Solutions have no finite optimum."""
    INFEASIBLE_OR_UNBOUNDED = "INFEASIBLE_OR_UNBOUNDED"
    """One of these: presolving stopped before it knew which."""
    LIMIT = "LIMIT"
    """A limit or an interruption ended it."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One more row, ``lower <= coefficients @ x[columns] <= upper``.

    Parameters
    ----------
    columns, coefficients
        Shape (k,).
    lower, upper
        Its sides.
    """

    columns: IndexArray
    coefficients: FloatArray
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A variation of the program of a session, and how long to work on it.

    Parameters
    ----------
    lower, upper
        Bounds of the columns instead of those of the program, shape (n,).
    objective, offset
        Minimized instead of the cost of the program. Then bounds and costs told are in it.
    rows
        Further rows.
    cutoff
        Only solutions whose objective is at most this are of interest.
    start
        A solution to begin with, shape (n,); columns that are NaN are to be completed.
    relaxed
        Solve the linear relaxation instead; the answer has its values.
    seconds
        Wall seconds; infinite for none.
    root_seconds
        Wall seconds for the root of the search tree, if that is more: it may take longer than
        expected, and what was done there would be lost.
    nodes
        Nodes of the search tree; None for any number.
    solutions
        Improving solutions after which to stop; None for any number.
    gap
        Relative gap at which to stop.
    emphasis
        What to do with effort: ``"default"``, ``"feasibility"`` (find solutions) or ``"bound"``.
    """

    lower: FloatArray | None = None
    upper: FloatArray | None = None
    objective: FloatArray | None = None
    offset: float = 0.0
    rows: tuple[Row, ...] = ()
    cutoff: float | None = None
    start: FloatArray | None = None
    relaxed: bool = False
    seconds: float = float("inf")
    root_seconds: float = 0.0
    nodes: int | None = None
    solutions: int | None = None
    gap: float = 0.0
    emphasis: str = "default"


class News(NamedTuple):
    """What a back-end tells while it works.

    Parameters
    ----------
    values
        A better solution, shape (n,), or None.
    cost
        Its objective, as the back-end has it, or None.
    bound
        A bound of the objective that is valid for the request, or None.
    nodes
        Nodes since the last news.
    """

    values: FloatArray | None
    cost: float | None
    bound: float | None
    nodes: int


class Answer(NamedTuple):
    """How the work on a request ended.

    Parameters
    ----------
    ending
        Why.
    values
        The best solution, or the values of the relaxation; None without one.
    cost
        Its objective.
    bound
        The bound of the request, or None.
    nodes
        Nodes in all.
    cpu_s
        CPU seconds the worker used for it.
    reduced_costs
        Of the columns, of the relaxation only; None where the back-end has none.
    """

    ending: Ending
    values: FloatArray | None
    cost: float | None
    bound: float | None
    nodes: int
    cpu_s: float
    reduced_costs: FloatArray | None = None
