"""Which columns of a mixed-integer program meet in rows, and which of them decide it."""

from __future__ import annotations

import numpy as np

from cosolve.problems.mip import MIP, BoolArray, IndexArray

_LONG_SHARE = 0.2  # of the columns; a longer row says nothing about what belongs together
_LONG_LEAST = 200  # columns, likewise


class ColumnGraph:
    """Columns are neighbors if a row has both; rows with very many columns are left out.

    Parameters
    ----------
    problem
        The program.
    """

    def __init__(self, problem: MIP) -> None:
        self._problem = problem
        lengths = np.diff(problem.indptr)
        self._row_of = np.repeat(np.arange(problem.row_count), lengths)
        order = np.argsort(problem.indices, kind="stable")
        self._rows = self._row_of[order]
        self.degrees: IndexArray = np.bincount(problem.indices, minlength=problem.size)
        """Rows of each column, shape (n,)."""
        self._starts = np.concatenate(([0], np.cumsum(self.degrees)))
        self._short = lengths <= max(_LONG_LEAST, _LONG_SHARE * problem.size)

    def rows_of(self, columns: IndexArray) -> IndexArray:
        """Short rows that have any of some columns, ascending.

        Parameters
        ----------
        columns
            Shape (k,).
        """
        rows: IndexArray = np.unique(_gather(self._starts, self._rows, columns))
        short: IndexArray = rows[self._short[rows]]
        return short

    def columns_of(self, rows: IndexArray) -> IndexArray:
        """Columns of some rows, as often as they occur.

        Parameters
        ----------
        rows
            Shape (k,).
        """
        return _gather(self._problem.indptr, self._problem.indices, rows)

    def deciding(self) -> BoolArray:
        """Integer columns that are not decided by the others, shape (n,).

        One that occurs in a single row, beside at least as many integer columns of other rows as
        there are of its kind, follows from the others as soon as they are fixed. To fix it while
        they are free would only be in their way: think of the edges in a program that chooses
        nodes. Columns with equal bounds are decided, too.
        """
        problem = self._problem
        integer = problem.integer & (problem.lower < problem.upper)
        linking = integer & (self.degrees > 1)
        leaves = integer & (self.degrees == 1)
        m = problem.row_count
        links = np.bincount(self._row_of[linking[problem.indices]], minlength=m)
        followers = np.bincount(self._row_of[leaves[problem.indices]], minlength=m)
        follows = np.zeros(problem.size, dtype=np.bool_)
        follows[problem.indices[(followers <= links)[self._row_of]]] = True
        result: BoolArray = integer & ~(follows & leaves)
        return result

    def grow(
        self, chosen: BoolArray, count: int, counted: BoolArray, rng: np.random.Generator
    ) -> BoolArray:
        """Add columns near those chosen until so many are.

        Breadth first; of the last layer those are taken that share the most rows, relative to
        their number, with the columns before. Where nothing near is left, it goes on from a
        column drawn by chance.

        Parameters
        ----------
        chosen
            Columns to begin with, shape (n,).
        count
            How many of the counted columns are wanted.
        counted
            Columns that count; the others are only passed through. Shape (n,).
        rng
            Source of chance.

        Returns
        -------
        ndarray
            Counted columns, shape (n,).
        """
        result = chosen & counted
        missing = min(count, int(counted.sum())) - int(result.sum())
        seen_rows = ~self._short
        seen = chosen.copy()
        frontier = np.flatnonzero(chosen)
        while missing > 0:
            rows = self.rows_of(frontier)
            rows = rows[~seen_rows[rows]]
            seen_rows[rows] = True
            reached, shared = np.unique(self.columns_of(rows), return_counts=True)
            new = ~seen[reached]
            reached, shared = reached[new], shared[new]
            if reached.size == 0:
                # Whatever is counted has been seen only if it was taken.
                reached = rng.choice(np.flatnonzero(counted & ~result), 1)
                shared = np.ones(1, dtype=np.int64)
            taken = counted[reached]
            nearness = shared[taken] / np.maximum(1, self.degrees[reached[taken]])
            candidates = reached[taken]
            if candidates.size > missing:
                order = np.argsort(-nearness - 0.5 * rng.random(candidates.size), kind="stable")
                candidates = candidates[order[:missing]]
            result[candidates] = True
            missing -= candidates.size
            seen[reached] = True
            frontier = reached
        return result


def _gather(starts: IndexArray, values: IndexArray, which: IndexArray) -> IndexArray:
    """Values of some rows of a compressed matrix, one after the other."""
    lengths = starts[which + 1] - starts[which]
    if not lengths.sum():
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(lengths)
    offsets = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    found: IndexArray = values[np.repeat(starts[which], lengths) + offsets]
    return found
