"""What a search knows of a mixed-integer program, and the neighborhoods made of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP, BoolArray, IndexArray
from cosolve.search.mip_graph import ColumnGraph

SAME = 1e-6
"""Closer values are the same."""


class Relaxation(NamedTuple):
    """Solution of a linear relaxation.

    Parameters
    ----------
    values
        Shape (n,).
    cost
        Its objective, to be minimized.
    reduced_costs
        Shape (n,), or None.
    """

    values: FloatArray
    cost: float
    reduced_costs: FloatArray | None


class Side(NamedTuple):
    """A row, ``coefficients @ x[columns] <= upper``.

    Parameters
    ----------
    columns, coefficients
        Shape (k,).
    upper
        Its side.
    """

    columns: IndexArray
    coefficients: FloatArray
    upper: float


class Neighborhood(NamedTuple):
    """A part of the program.

    Parameters
    ----------
    lower, upper
        Bounds of the columns, shape (n,); None for those of the program.
    rows
        Further rows.
    objective, offset
        To be minimized instead of the cost; None for the cost.
    inside
        Whether the solution that it was made from is one of the neighborhood.
    free
        Deciding columns that are not fixed.
    any_cost
        Whether solutions are welcome whatever they cost.
    """

    lower: FloatArray | None = None
    upper: FloatArray | None = None
    rows: tuple[Side, ...] = ()
    objective: FloatArray | None = None
    offset: float = 0.0
    inside: bool = True
    free: int = 0
    any_cost: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is known when a neighborhood is made.

    Parameters
    ----------
    problem
        The program.
    costs
        Objective to be minimized, shape (n,).
    graph
        Of its columns.
    deciding
        Integer columns that may be fixed, shape (k,).
    current
        The solution to change, shape (n,).
    cost
        Its objective, to be minimized.
    pool
        Good solutions, the best first, shape (n,) each.
    relaxation
        Solution of the linear relaxation, or None.
    rng
        Source of chance.
    """

    problem: MIP
    costs: FloatArray
    graph: ColumnGraph
    deciding: IndexArray
    current: FloatArray
    cost: float
    pool: tuple[FloatArray, ...]
    relaxation: Relaxation | None
    rng: np.random.Generator
    mask: BoolArray = field(init=False)
    """`deciding` as a mask, shape (n,)."""

    def __post_init__(self) -> None:
        """Make the mask."""
        mask = np.zeros(self.problem.size, dtype=np.bool_)
        mask[self.deciding] = True
        object.__setattr__(self, "mask", mask)

    def count(self, size: float) -> int:
        """Return the number of deciding columns in a share of them, at least 1.

        Parameters
        ----------
        size
            Share, 0 to 1.
        """
        return max(1, min(len(self.deciding), round(size * len(self.deciding))))

    def binaries(self) -> IndexArray:
        """Return the deciding columns that are 0 or 1."""
        lower, upper = self.problem.lower[self.deciding], self.problem.upper[self.deciding]
        chosen: IndexArray = self.deciding[(lower == 0) & (upper == 1)]
        return chosen


Family = Callable[[View, float], Neighborhood | None]
"""A kind of neighborhood: its size is a share, 0 to 1; None where it does not apply."""
