"""Lines of whole numbers of any length, as files of scheduling problems have them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.text import Block, clean, is_number, quote, read_words
from cosolve.problems.scheduling_validate import MAX_TIME


@dataclass(frozen=True, slots=True)
class Ragged:
    """The numbers of a text, line by line; lines that hold none are left out.

    Parameters
    ----------
    path
        The file, for messages.
    head
        Words of the first line that is not empty.
    rows
        Numbers of every line behind it.
    lines
        One-based number of the first line and of each row.
    """

    path: str | Path
    head: list[str]
    rows: list[list[int]]
    lines: list[int]

    def error(self, row: int, message: str) -> FormatError:
        """Make an error about a row, from 0; -1 is the first line."""
        return FormatError(self.path, message, self.lines[min(row, len(self.rows) - 1) + 1])

    def head_number(self, word: int, what: str) -> int:
        """Return a number of things in the first line.

        Raises
        ------
        FormatError
            If there is no such word, or it is no whole number from 0 to two billion.
        """
        if word >= len(self.head):
            raise self.error(-1, f"expected the number of {what}, found the end of the line")
        text = self.head[word]
        number = float(text) if is_number(text) else np.nan
        if not (0 <= number <= np.iinfo(np.int32).max and number == int(number)):
            raise self.error(-1, f"expected the number of {what}, found {quote(text)}")
        return int(number)


def without_comments(path: str | Path, data: bytes) -> bytes:
    """Text with line feeds only, and without what follows a ``#``; lines stay where they are."""
    text = clean(path, data)
    if b"#" in text:
        text = b"\n".join(line.partition(b"#")[0] for line in text.split(b"\n"))
    return text


def read_ragged(path: str | Path, text: bytes) -> Ragged:
    """Read lines of whole numbers behind a first line of any words.

    Parameters
    ----------
    path
        The file, for messages.
    text
        What `without_comments` returned.

    Raises
    ------
    FormatError
        If there is nothing, or a word is no whole number of a size that is supported.
    """
    split = [line.split() for line in text.split(b"\n")]
    lines = [number for number, words in enumerate(split, start=1) if words]
    if not lines:
        raise FormatError(path, "expected lines of numbers, found none")
    head = [word.decode("utf-8", "replace") for word in split[lines[0] - 1]]
    ends = np.cumsum([len(split[line - 1]) for line in lines[1:]]).tolist()
    begin = sum(len(line) + 1 for line in text.split(b"\n", lines[0])[: lines[0]])
    numbers = _whole(path, text, min(begin, len(text))).tolist()
    starts = [0, *ends[:-1]]
    rows = [numbers[a:b] for a, b in zip(starts, ends, strict=False)]
    return Ragged(path, head, rows, lines)


def _whole(path: str | Path, text: bytes, begin: int) -> npt.NDArray[np.int64]:
    block = Block(path, text, begin, len(text), "numbers")
    values = read_words(block)
    wrong = ~((np.abs(values) <= MAX_TIME) & (values == np.floor(values)))
    if wrong.any():
        word = int(wrong.argmax())
        raise block.word_error(
            word, f"expected a whole number of at most {MAX_TIME}, found {values[word]:.17g}"
        )
    return values.astype(np.int64)
