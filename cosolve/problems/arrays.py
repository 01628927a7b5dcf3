"""Arrays of problems: copies of doubles, made read-only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.metrics import FloatArray


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make an array read-only and return it."""
    array.setflags(write=False)
    return array


def as_float(array: Any, what: str) -> FloatArray:
    """Copy numbers of any type to doubles.

    Parameters
    ----------
    array
        Anything that NumPy makes an array of.
    what
        What it is called in messages.

    Raises
    ------
    ValueError
        If it holds no numbers, or rows of different lengths.
    """
    try:
        raw = np.asarray(array)
    except ValueError:
        raise ValueError(f"{what} must be an array of numbers") from None
    if raw.dtype.kind not in "iufb":
        raise ValueError(f"{what} must be numbers, got {raw.dtype}")
    result: FloatArray = np.array(raw, dtype=np.float64, order="C")
    return result
