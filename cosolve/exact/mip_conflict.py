"""Conflicts of mixed-integer programs, and programs whose limits can be dropped to find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cosolve.exact.mip_request import Request
from cosolve.problems.mip import MIP, BoolArray, IndexArray


class Bound(NamedTuple):
    """A bound of a column.

    Parameters
    ----------
    column
        Its number.
    side
        ``"lower"`` or ``"upper"``.
    value
        The bound.
    """

    column: int
    side: str
    value: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows and bounds that have no common solution in whole numbers.

    Parameters
    ----------
    rows
        Numbers of rows, ascending.
    bounds
        Bounds of columns.
    irreducible
        Whether it is shown that without any one of them there is a solution; False if time ran
        out, or a subset could not be decided.
    relaxed
        Whether they exclude each other even if no column has to be a whole number.
    """

    rows: tuple[int, ...]
    bounds: tuple[Bound, ...]
    irreducible: bool
    relaxed: bool

    def columns(self, side: str) -> list[int]:
        """Return the columns whose ``"lower"`` or ``"upper"`` bound is in it."""
        return [b.column for b in self.bounds if b.side == side]


class Elastic:
    """A program whose limits can all be dropped by the bounds of a request.

    Every row gets a column of its own, which is 0 while the row holds and free when it is dropped.
    Members are numbered: rows, then finite lower bounds, then finite upper bounds.
    """

    def __init__(self, problem: MIP) -> None:
        n, m = problem.size, problem.row_count
        self._problem = problem
        self._lower = np.flatnonzero(np.isfinite(problem.lower))
        self._upper = np.flatnonzero(np.isfinite(problem.upper))
        self.size = m + len(self._lower) + len(self._upper)
        ends = problem.indptr[1:]
        self.program = MIP(
            np.zeros(n + m),
            problem.indptr + np.arange(m + 1),
            np.insert(problem.indices, ends, n + np.arange(m)),
            np.insert(problem.coefficients, ends, 1.0),
            problem.row_lower,
            problem.row_upper,
            lower=np.full(n + m, -np.inf),
            upper=np.full(n + m, np.inf),
            integer=np.concatenate([problem.integer, np.zeros(m, dtype=bool)]),
            name=problem.name,
        )

    def request(self, active: BoolArray, seconds: float, *, relaxed: bool = False) -> Request:
        """Ask whether the active members have a common solution."""
        n, m = self._problem.size, self._problem.row_count
        lower, upper = np.full(n + m, -np.inf), np.full(n + m, np.inf)
        holding = n + np.flatnonzero(active[:m])
        lower[holding] = upper[holding] = 0.0
        low, high = np.split(active[m:], [len(self._lower)])
        lower[self._lower[low]] = self._problem.lower[self._lower[low]]
        upper[self._upper[high]] = self._problem.upper[self._upper[high]]
        return Request(
            lower=lower,
            upper=upper,
            relaxed=relaxed,
            seconds=seconds,
            solutions=1,
            emphasis="default",
        )

    def named(self, active: BoolArray) -> tuple[tuple[int, ...], tuple[Bound, ...]]:
        """Return the rows and bounds that are active."""
        m = self._problem.row_count
        low, high = np.split(active[m:], [len(self._lower)])
        found = [Bound(j, "lower", float(self._problem.lower[j])) for j in self._lower[low]]
        found += [Bound(j, "upper", float(self._problem.upper[j])) for j in self._upper[high]]
        bounds = tuple(Bound(int(b.column), b.side, b.value) for b in sorted(found))
        return tuple(np.flatnonzero(active[:m]).tolist()), bounds

    def members_of(self, conflict: Conflict) -> BoolArray:
        """Activate what a conflict has."""
        m = self._problem.row_count
        active = np.zeros(self.size, dtype=bool)
        active[list(conflict.rows)] = True
        active[m : m + len(self._lower)] = np.isin(self._lower, conflict.columns("lower"))
        active[m + len(self._lower) :] = np.isin(self._upper, conflict.columns("upper"))
        return active

    def idle(self, active: BoolArray) -> IndexArray:
        """Return the active bounds of columns that are in no active row."""
        problem, m = self._problem, self._problem.row_count
        holding = np.repeat(active[:m], np.diff(problem.indptr))
        used = np.zeros(problem.size, dtype=bool)
        used[problem.indices[holding & (problem.coefficients != 0)]] = True
        columns = np.concatenate([self._lower, self._upper])
        return m + np.flatnonzero(active[m:] & ~used[columns])
