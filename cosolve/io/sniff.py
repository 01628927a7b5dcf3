"""Which format a file is in, told by its content first and its name second."""

from __future__ import annotations

import re
from enum import Enum, unique
from pathlib import Path

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.text import is_number, quote

NPY_MAGIC = b"\x93NUMPY"
_TSPLIB_SUFFIXES = frozenset({".tsp", ".atsp", ".tour"})
_TABLE_SUFFIXES = frozenset({".csv", ".txt", ".dat", ".xy"})
_LOOKED_AT = 4096  # bytes in which the first line is expected
_KEYWORD_LINE = re.compile(r"(NAME|TYPE|COMMENT|DIMENSION|[A-Z]+_[A-Z_]+)\s*(:.*)?", re.IGNORECASE)


@unique
class Format(Enum):
    """The formats that hold problems or solutions."""

    TSPLIB = "TSPLIB95"
    """Keywords and sections."""
    NPY = ".npy"
    """One NumPy array."""
    TABLE = "table"
    """Numbers in text, separated by commas, semicolons or white space."""


def sniff(path: str | Path, data: bytes) -> Format:
    """Tell the format of a file.

    Parameters
    ----------
    path
        The file; its suffix decides where the content does not.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is none of the known formats.
    """
    suffix = stem_and_suffix(path)[1]
    if data.startswith(NPY_MAGIC):
        return Format.NPY
    if suffix == ".npy":
        raise FormatError(path, "expected a NumPy array, as the name says, but the file holds none")
    first = _first_line(data)
    if _KEYWORD_LINE.fullmatch(first) or suffix in _TSPLIB_SUFFIXES:
        return Format.TSPLIB
    words = re.split(r"[\s,;]+", first)
    if suffix in _TABLE_SUFFIXES or is_number(words[0]):
        return Format.TABLE
    raise FormatError(
        path,
        f"expected TSPLIB keywords, a .npy array or a table of numbers, found {quote(first)}",
        1,
    )


def _first_line(data: bytes) -> str:
    text = data[:_LOOKED_AT].decode("utf-8-sig", "replace").lstrip()
    return text.splitlines()[0].strip() if text else ""
