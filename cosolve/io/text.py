"""Numbers in text files: parsed at C speed, and found again by line where they are wrong.

Reading is done once, fast, by NumPy. Only when that fails are the lines walked in Python, to say
which of them is at fault.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from cosolve.core import FormatError
from cosolve.problems.metrics import FloatArray
from cosolve.problems.tsp import MAX_COORDINATE

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SHOWN = 24  # characters of an offending word that a message quotes


def quote(word: str) -> str:
    """Quote a word of a file for a message: printable, on one line, not too long."""
    return repr(word if len(word) <= _SHOWN else word[:_SHOWN] + "...")


def is_number(word: str) -> bool:
    """Whether a word is meant as a number, finite or not."""
    return bool(_NUMBER.fullmatch(word) or _NOT_FINITE.fullmatch(word))


def clean(path: str | Path, data: bytes) -> bytes:
    """Return the text with line feeds only and without a byte order mark.

    Raises
    ------
    FormatError
        If the data are not text.
    """
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise FormatError(path, "expected text, found binary data", line)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines of a text file that hold numbers.

    Parameters
    ----------
    path
        The file, for messages.
    data
        All of its text.
    start, end
        Where the block begins, at the start of a line, and where it ends.
    what
        What the block is called in messages.
    """

    path: str | Path
    data: bytes
    start: int
    end: int
    what: str

    @property
    def text(self) -> bytes:
        """The block itself."""
        return self.data[self.start : self.end]

    @property
    def first_line(self) -> int:
        """One-based number of the first line."""
        return self.data.count(b"\n", 0, self.start) + 1

    @property
    def last_line(self) -> int:
        """Number of the last line that is not blank, or of the line above the block."""
        return max((line for line, _ in self.rows()), default=max(1, self.first_line - 1))

    def rows(self, delimiter: str | None = None) -> Iterator[tuple[int, list[str]]]:
        """Line number and words of every line that is not blank."""
        lines = self.text.decode("latin-1").split("\n")
        for number, line in enumerate(lines, start=self.first_line):
            if line.strip():
                yield number, [word.strip() for word in line.split(delimiter)]

    def words(self) -> Iterator[tuple[int, str]]:
        """Line number and text of every word."""
        for line, words in self.rows():
            for word in words:
                yield line, word

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Make an error about this block."""
        return FormatError(self.path, f"{self.what}: {message}", line)

    def row_error(self, row: int, message: str) -> FormatError:
        """Make an error about the row of that number, from 0, not counting blank lines."""
        return self.error(message, _nth(self.rows(), row))

    def word_error(self, word: int, message: str) -> FormatError:
        """Make an error about the word of that number, from 0."""
        return self.error(message, _nth(self.words(), word))


def _nth(items: Iterator[tuple[int, object]], index: int) -> int | None:
    for k, (line, _) in enumerate(items):
        if k == index:
            return line
    return None


def read_rows(block: Block, columns: int | None, delimiter: str | None = None) -> FloatArray:
    """Table of numbers, one row a line.

    Parameters
    ----------
    block
        The lines.
    columns
        Numbers expected on each line; None for as many as on the first.
    delimiter
        What separates them; white space unless given.

    Returns
    -------
    ndarray
        Shape (rows, columns). Values may be infinite or NaN: see `reject_unusable`.

    Raises
    ------
    FormatError
        If a line holds another number of words or something that is not a number.
    """
    text = block.text
    if not text.strip():
        return np.empty((0, columns or 0))
    try:
        table = _load(text, delimiter)
    except ValueError:
        _explain_rows(block, columns, delimiter)
    if columns is not None and table.shape[1] != columns:
        _explain_rows(block, columns, delimiter)
    return table


def read_words(block: Block) -> FloatArray:
    """All numbers of a block, in order, however they are spread over the lines.

    Returns
    -------
    ndarray
        Shape (m,). Values may be infinite or NaN: see `reject_unusable`.

    Raises
    ------
    FormatError
        If a word is not a number.
    """
    text = block.text.replace(b"\n", b" ")
    if not text.strip():
        return np.empty(0)
    try:
        return _load(text, None).ravel()
    except ValueError:
        for k, (_, word) in enumerate(block.words()):
            if not is_number(word):
                raise block.word_error(k, f"expected a number, found {quote(word)}") from None
        raise block.error("expected numbers") from None


def _load(text: bytes, delimiter: str | None) -> FloatArray:
    table: FloatArray = np.loadtxt(
        io.BytesIO(text), dtype=np.float64, comments=None, delimiter=delimiter, ndmin=2
    )
    return table


def _explain_rows(block: Block, columns: int | None, delimiter: str | None) -> NoReturn:
    for line, words in block.rows(delimiter):
        for word in words:
            if not is_number(word):
                raise block.error(f"expected a number, found {quote(word)}", line) from None
        if columns is None:
            columns = len(words)
        if len(words) != columns:
            raise block.error(f"expected {columns} numbers, found {len(words)}", line) from None
    raise block.error(f"expected lines of {columns} numbers") from None


def reject_unusable(block: Block, table: FloatArray, what: str = "a coordinate") -> None:
    """Raise if a value of a table from `read_rows` is NaN, infinite or out of range.

    Raises
    ------
    FormatError
        Naming the line of the first such value.
    """
    if table.size == 0 or np.abs(table).max() <= MAX_COORDINATE:  # false for NaN
        return
    row, column = (int(k) for k in np.argwhere(~(np.abs(table) <= MAX_COORDINATE))[0])
    raise block.row_error(
        row,
        f"{what} is {table[row, column]:g}, expected a finite number of at most "
        f"{MAX_COORDINATE:g} in size",
    )
