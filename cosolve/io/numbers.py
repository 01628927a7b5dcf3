"""Numbers as text that reads back as the same double."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray

_EXACT = 2.0**53


def shortest(value: float) -> str:
    """Write one number, without a fraction where it is whole."""
    return str(int(value)) if value == int(value) and abs(value) <= _EXACT else repr(value)


def rows_of(array: FloatArray) -> list[list[float]]:
    """Rows as Python numbers, whole where all are, whose `repr` reads back exactly."""
    whole = np.array_equal(array, np.floor(array)) and (np.abs(array) <= _EXACT).all()
    rows: list[list[float]] = (array.astype(np.int64) if whole else array).tolist()
    return rows


def row_lines(labels: Sequence[int], array: FloatArray) -> list[str]:
    """Lines of a section: a label and the numbers of a row."""
    return [
        f"{label} {' '.join(map(repr, row))}"
        for label, row in zip(labels, rows_of(array), strict=True)
    ]


def one_line(text: str) -> str:
    """Text that fits into one line of a file."""
    return " ".join(text.replace("\0", " ").split()) or "unnamed"
