"""Mixed-integer programs from triplets and matrices, or put together piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.problems.arrays import as_float

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP, IndexArray


def compressed(
    rows: IndexArray, columns: IndexArray, values: FloatArray, row_count: int
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Compressed rows of a matrix given by triplets.

    Parameters
    ----------
    rows, columns, values
        Shape (z,), in any order.
    row_count
        Number of rows m.

    Returns
    -------
    tuple of ndarray
        ``indptr`` of shape (m + 1,), ``indices`` and ``coefficients`` of shape (z,), columns
        ascending in every row.
    """
    order = np.lexsort((columns, rows))
    indptr = np.zeros(row_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=row_count), out=indptr[1:])
    return indptr, columns[order].astype(np.int64), values[order]


def triplets(
    rows: Any, columns: Any, values: Any, row_count: int
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Compressed rows of triplets that anybody may have given, without zeros.

    Raises
    ------
    ValueError
        If they are not integers, not of one length, or a row is out of range.
    """
    row, column = (np.asarray(array) for array in (rows, columns))
    numbers = as_float(values, "values")
    if not row.shape == column.shape == numbers.shape or row.ndim != 1:
        raise ValueError(
            f"rows, columns and values must be of one length, got shapes {row.shape}, "
            f"{column.shape} and {numbers.shape}"
        )
    for what, array in (("rows", row), ("columns", column)):
        if array.size and array.dtype.kind not in "iu":
            raise ValueError(f"{what} must be integers, got {array.dtype}")
    row, column = row.astype(np.int64), column.astype(np.int64)
    if row.size and not 0 <= row.min() <= row.max() < row_count:
        raise ValueError(f"rows must be from 0 to {row_count - 1}")
    kept = numbers != 0
    return compressed(row[kept], column[kept], numbers[kept], row_count)


def dense(matrix: Any, row_count: int, size: int) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Compressed rows of a matrix of shape (m, n), without its zeros.

    Raises
    ------
    ValueError
        If the shape is another one.
    """
    full = as_float(matrix, "matrix")
    if full.shape != (row_count, size) and not (full.size == 0 and row_count == 0):
        raise ValueError(f"matrix must have shape ({row_count}, {size}), got {full.shape}")
    full = full.reshape(row_count, size)
    row, column = np.nonzero(full)
    return compressed(row.astype(np.int64), column.astype(np.int64), full[row, column], row_count)


def sparse(matrix: Any, row_count: int, size: int) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Compressed rows of a sparse matrix that has ``tocsr``, such as SciPy's; entries are added up.

    Raises
    ------
    TypeError
        If it has none.
    ValueError
        If its shape is another one.
    """
    if not callable(getattr(matrix, "tocsr", None)):
        raise TypeError(f"expected a sparse matrix with tocsr(), got {type(matrix).__name__}")
    if tuple(matrix.shape) != (row_count, size):
        raise ValueError(f"matrix must have shape ({row_count}, {size}), got {matrix.shape}")
    rows = matrix.tocsr()
    if hasattr(rows, "sum_duplicates"):
        rows = rows.copy()  # it works in place
        rows.sum_duplicates()
    kept = np.asarray(rows.data) != 0
    row = np.repeat(np.arange(row_count), np.diff(rows.indptr))[kept]
    values = as_float(rows.data, "matrix")[kept]
    return compressed(row, np.asarray(rows.indices, dtype=np.int64)[kept], values, row_count)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a `MIPBuilder`; `index` is its place in ``Values.values``."""

    index: int
    name: str

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class MIPBuilder:
    """A mixed-integer program in the making; `MIP.build` makes an empty one.

    Parameters
    ----------
    name
        Of the problem.
    maximize
        Maximize instead of minimize.
    offset
        Constant of the objective.

    Examples
    --------
    Three things to carry, no more than 10 kg:

    >>> model = MIPBuilder(maximize=True)
    >>> tent, stove, book = (model.add_binary(worth) for worth in (9, 5, 3))
    >>> model.add_row({tent: 6, stove: 4, book: 1.5}, upper=10, name="weight")
    >>> problem = model.problem()
    >>> from cosolve import Values
    >>> problem.cost(Values([1, 1, 0])), problem.check(Values([1, 1, 0]))
    (14.0, [])
    """

    def __init__(self, name: str = "mip", *, maximize: bool = False, offset: float = 0.0) -> None:
        self.name = name
        self.maximize = maximize
        self.offset = offset
        self._columns: list[Column] = []
        self._data: list[tuple[float, float, float, bool]] = []
        self._rows: list[tuple[str, float, float]] = []
        self._entries: list[tuple[int, int, float]] = []

    def add_column(
        self,
        objective: float = 0.0,
        lower: float = 0.0,
        upper: float = np.inf,
        *,
        integer: bool = False,
        name: str = "",
    ) -> Column:
        """Add a column.

        Parameters
        ----------
        objective
            Its coefficient in the objective.
        lower, upper
            Its bounds.
        integer
            Whether it is a whole number.
        name
            ``x1``, ``x2``... unless given.
        """
        column = Column(len(self._columns), name or f"x{len(self._columns) + 1}")
        self._columns.append(column)
        self._data.append((objective, lower, upper, integer))
        return column

    def add_binary(self, objective: float = 0.0, *, name: str = "") -> Column:
        """Add a column that is 0 or 1."""
        return self.add_column(objective, 0.0, 1.0, integer=True, name=name)

    def add_row(
        self,
        coefficients: Mapping[Column, float],
        lower: float = -np.inf,
        upper: float = np.inf,
        *,
        name: str = "",
    ) -> None:
        """Add a row, ``lower <= coefficients @ x <= upper``.

        Parameters
        ----------
        coefficients
            Of the columns that have one.
        lower, upper
            Its sides; the same number for an equation.
        name
            ``c1``, ``c2``... unless given.

        Raises
        ------
        ValueError
            If a column is not of this model.
        """
        row = len(self._rows)
        for column, value in coefficients.items():
            if column.index >= len(self._columns) or self._columns[column.index] is not column:
                raise ValueError(f"column {column} is not of this model")
            if value:
                self._entries.append((row, column.index, value))
        self._rows.append((name or f"c{row + 1}", lower, upper))

    def problem(self) -> MIP:
        """Return the problem.

        Raises
        ------
        ValueError
            If something is malformed, such as two names that are the same.
        """
        from cosolve.problems.mip import MIP

        data = np.array(self._data, dtype=np.float64).reshape(-1, 4)
        entries = np.array(self._entries, dtype=np.float64).reshape(-1, 3)
        return MIP.from_triplets(
            data[:, 0],
            entries[:, 0].astype(np.int64),
            entries[:, 1].astype(np.int64),
            entries[:, 2],
            [low for _, low, _ in self._rows],
            [high for _, _, high in self._rows],
            lower=data[:, 1],
            upper=data[:, 2],
            integer=data[:, 3] > 0,
            columns=tuple(column.name for column in self._columns),
            rows=tuple(name for name, _, _ in self._rows),
            name=self.name,
            maximize=self.maximize,
            offset=self.offset,
        )
