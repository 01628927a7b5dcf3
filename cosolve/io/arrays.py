"""Coordinates or distances as arrays: ``.npy`` files, and tables in text such as ``.csv``.

An array of shape (n, 2) or (n, 3) is coordinates with the exact Euclidean distance, one of shape
(n, n) a matrix of distances. Shapes (2, 2) and (3, 3) could be both: they are a matrix if they
are symmetric with a zero diagonal and no negative entry, as distances are, and coordinates
otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.sniff import NPY_MAGIC
from cosolve.io.text import Block, clean, is_number, quote, read_rows
from cosolve.problems import TSP
from cosolve.problems.metrics import FloatArray
from cosolve.problems.tsp import MAX_COORDINATE

# The header NumPy writes, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
# Read here rather than by np.load, which allocates whatever size a damaged header claims.
_NPY_HEADER = re.compile(
    r"\s*\{\s*'descr':\s*'([<>|=]?[iuf]\d{1,2})',\s*'fortran_order':\s*(True|False),"
    r"\s*'shape':\s*\(([\d,\s]{0,99})\),?\s*\}\s*",
    re.ASCII,
)
_NPY_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
# First columns that number the rows rather than place them.
_INDEX_NAMES = frozenset(
    {"", "id", "index", "idx", "node", "label", "name", "city", "no", "nr", "number", "i"}
)


def is_matrix(array: FloatArray) -> bool:
    """Whether an array holds distances rather than coordinates, by the rule above."""
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        return False
    if len(array) not in (2, 3):
        return True
    distances_like = (array >= 0).all() and not array.diagonal().any()
    return bool(distances_like and np.array_equal(array, array.T))


def read_npy(path: str | Path, data: bytes) -> TSP:
    """Read a problem from a NumPy array file.

    Parameters
    ----------
    path
        The file, for messages and the name.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is not an array of numbers of a shape described above, or a value is unusable.
    """
    array = _parse_npy(path, data)
    if array.ndim != 2 or not (array.shape[1] in (2, 3) or array.shape[0] == array.shape[1]):
        raise FormatError(path, f"expected shape (n, 2), (n, 3) or (n, n), found {array.shape}")
    return _build(path, array.astype(np.float64))


def read_table(path: str | Path, data: bytes) -> TSP:
    """Read a problem from a table of numbers in text.

    Columns are separated by commas, semicolons or white space; one line of column names may come
    first.

    Parameters
    ----------
    path
        The file, for messages and the name.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is not a table of a shape described above, or a value is unusable.
    """
    text = clean(path, data)
    start, line = _skip_blank(text, 0)
    delimiter = "," if "," in line else ";" if ";" in line else None
    if _is_header(line, delimiter):
        _reject_index(path, line, delimiter, text.count(b"\n", 0, start) + 1)
        start = _end_of_line(text, start)
        start, line = _skip_blank(text, start)
        delimiter = "," if "," in line else ";" if ";" in line else None
    block = Block(path, text, start, len(text), "table")
    table = read_rows(block, None, delimiter)
    if len(table) == 0:
        raise FormatError(path, "expected rows of numbers, found none")
    if table.shape[1] not in (2, 3) and table.shape[0] != table.shape[1]:
        raise block.row_error(
            0,
            f"expected 2 or 3 columns of coordinates or a square matrix, found {table.shape[0]} "
            f"rows of {table.shape[1]}",
        )
    _locate_unusable(block, table)
    return _build(path, table)


def _build(path: str | Path, array: FloatArray) -> TSP:
    name = stem_and_suffix(path)[0]
    try:
        if is_matrix(array):
            return TSP(matrix=array, name=name)
        return TSP(coords=array, name=name)
    except ValueError as error:
        raise FormatError(path, str(error)) from None


def _locate_unusable(block: Block, table: FloatArray) -> None:
    """Raise as the constructor of the problem would, but with the line."""
    bad = ~(np.abs(table) <= MAX_COORDINATE)
    if is_matrix(table):
        bad |= table < 0
        np.fill_diagonal(bad, False)
    if bad.any():
        row, column = (int(k) for k in np.argwhere(bad)[0])
        least = "0" if is_matrix(table) else f"-{MAX_COORDINATE:g}"
        raise block.row_error(
            row,
            f"column {column + 1} is {table[row, column]:g}, expected a finite number from "
            f"{least} to {MAX_COORDINATE:g}",
        )


def _skip_blank(text: bytes, start: int) -> tuple[int, str]:
    """Start and text of the first line from `start` on that is not blank."""
    while start < len(text):
        end = _end_of_line(text, start)
        line = text[start:end].decode("utf-8", "replace")
        if line.strip():
            return start, line.strip()
        start = end
    return start, ""


def _end_of_line(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    return len(text) if end < 0 else end + 1


def _is_header(line: str, delimiter: str | None) -> bool:
    if line.startswith("#"):
        return True
    words = [word.strip() for word in line.split(delimiter)]
    return bool(words) and not any(is_number(word) for word in words)


def _reject_index(path: str | Path, line: str, delimiter: str | None, number: int) -> None:
    # A column of row numbers would silently become the first of three coordinates.
    names = [word.strip(" \t\"'").lower() for word in line.lstrip("#").split(delimiter)]
    if len(names) > 1 and names[0] in _INDEX_NAMES:
        raise FormatError(
            path,
            f"the first column is called {quote(names[0])}, expected only coordinates: x, y and "
            "perhaps z",
            number,
        )


def _parse_npy(path: str | Path, data: bytes) -> npt.NDArray[Any]:
    start = len(NPY_MAGIC) + 2
    size = _NPY_LENGTH_BYTES.get(data[start - 2] if len(data) >= start else 0)
    if size is None:
        raise FormatError(path, "expected .npy format version 1, 2 or 3")
    body = start + size + int.from_bytes(data[start : start + size], "little")
    header = data[start + size : body].decode("latin-1")
    match = _NPY_HEADER.fullmatch(header)
    if body > len(data) or match is None:
        raise FormatError(
            path, f"expected a .npy header of real numbers, found {quote(header.strip())}"
        )
    try:
        dtype = np.dtype(match[1])
        shape = tuple(int(k) for k in match[3].replace(",", " ").split())
    except (TypeError, ValueError):
        raise FormatError(path, f"unreadable .npy header {quote(header.strip())}") from None
    expected = dtype.itemsize
    for length in shape:
        expected *= length
    if expected != len(data) - body:
        raise FormatError(
            path,
            f"expected {expected} bytes of data for shape {shape}, found {len(data) - body}",
        )
    values: npt.NDArray[Any] = np.frombuffer(data, dtype, offset=body)
    return values.reshape(shape[::-1]).T if match[2] == "True" else values.reshape(shape)
