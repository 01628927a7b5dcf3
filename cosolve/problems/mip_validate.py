"""Validation of the arrays of mixed-integer programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.arrays import as_float
from cosolve.problems.metrics import FloatArray

if TYPE_CHECKING:
    from cosolve.problems.mip import BoolArray, IndexArray


def length(array: Any) -> int:
    """Length of an array of one dimension."""
    shape = np.shape(array)
    if len(shape) != 1:
        raise ValueError(f"expected an array of one dimension, got shape {shape}")
    return int(shape[0])


def numbers(array: Any, what: str, length: int) -> FloatArray:
    """Copy finite numbers of which there must be so many."""
    result = as_float(array, what)
    if result.shape != (length,):
        raise ValueError(f"{what} must have shape ({length},), got {result.shape}")
    wrong = np.flatnonzero(~np.isfinite(result))
    if wrong.size:
        raise ValueError(f"{what}[{wrong[0]}] is {result[wrong[0]]}")
    return result


def side(
    array: Any, what: str, length: int, free: float, default: float | None = None
) -> FloatArray:
    """Copy bounds or sides, of which those that are `free` may be infinite."""
    if array is None and default is not None:
        return np.full(length, default)
    result = as_float(array, what)
    if result.shape != (length,):
        raise ValueError(f"{what} must have shape ({length},), got {result.shape}")
    wrong = np.flatnonzero(np.isnan(result) | (np.isinf(result) & (result != free)))
    if wrong.size:
        raise ValueError(f"{what}[{wrong[0]}] is {result[wrong[0]]}")
    return result


def flags(array: Any, length: int) -> BoolArray:
    """Copy truth values, all false where there are none."""
    if array is None:
        return np.zeros(length, dtype=np.bool_)
    raw = np.asarray(array)
    if raw.dtype.kind != "b" or raw.shape != (length,):
        raise ValueError(
            f"integer must be {length} truth values, got {raw.dtype} of shape {raw.shape}"
        )
    return np.array(raw, dtype=np.bool_)


def compressed(
    indptr: Any,
    indices: Any,
    coefficients: Any,
    rows: Sequence[str],
    columns: Sequence[str],
) -> dict[str, npt.NDArray[Any]]:
    """Return the compressed rows with columns ascending, by the names of the fields."""
    m, n = len(rows), len(columns)
    starts, places = (_whole(indptr, "indptr"), _whole(indices, "indices"))
    if starts.shape != (m + 1,) or starts[0] != 0 or (np.diff(starts) < 0).any():
        raise ValueError(f"indptr must be {m + 1} numbers that ascend from 0")
    if starts[-1] != len(places):
        raise ValueError(f"indptr ends at {starts[-1]}, but there are {len(places)} indices")
    values = numbers(coefficients, "coefficients", len(places))
    if places.size and (places.min() < 0 or places.max() >= n):
        raise ValueError(f"indices must be from 0 to {n - 1}")
    row = np.repeat(np.arange(m), np.diff(starts))
    order = np.lexsort((places, row))
    row, places, values = row[order], places[order], values[order]
    twice = np.flatnonzero((np.diff(row) == 0) & (np.diff(places) == 0))
    if twice.size:
        where = int(twice[0])
        raise ValueError(f"row {rows[row[where]]} has column {columns[places[where]]} twice")
    return {"indptr": starts, "indices": places, "coefficients": values}


def _whole(array: Any, what: str) -> IndexArray:
    raw = np.asarray(array)
    if raw.ndim != 1 or (raw.size and raw.dtype.kind not in "iu"):
        raise ValueError(f"{what} must be integers in one dimension")
    return np.array(raw, dtype=np.int64)


def distinct(names: Sequence[str], what: str, count: int, letter: str) -> tuple[str, ...]:
    """Return names, all distinct: those given, or numbers behind a letter."""
    if not names:
        return tuple(f"{letter}{i + 1}" for i in range(count))
    if len(names) != count:
        raise ValueError(f"expected {count} {what} names, got {len(names)}")
    if len(set(names)) != count:
        twice = next(name for name, times in Counter(names).items() if times > 1)
        raise ValueError(f"two {what}s are called {twice!r}")
    return tuple(names)
