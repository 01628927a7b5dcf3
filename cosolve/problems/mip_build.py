"""Mixed-integer programs from triplets and matrices."""

from __future__ import annotations

import numpy as np

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import IndexArray


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
