"""Words of the lines of an MPS file, free or in fixed columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from cosolve.io.text import is_number, quote

Splitter = Callable[[str], list[str] | None]
"""Words of a line; None if it is not in the format."""

# Where the six fields of a fixed line are, and what lies between them, from 0.
_FIELDS = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
_GAPS = ((0, 1), (3, 4), (12, 14), (22, 24), (36, 39), (47, 49), (61, None))
_NAMED = 3  # names that a remark lists


def splitters(lines: list[str]) -> list[Splitter]:
    """Ways to split the lines, the more likely first."""
    tabs = any("\t" in line for line in lines)
    return [str.split] if tabs else [str.split, fixed_words]


def fixed_words(line: str) -> list[str] | None:
    """Fields of a fixed line that are not blank; None if something stands between them."""
    for begin, end in _GAPS:
        if line[begin:end].strip():
            return None
    fields = (line[begin:end].strip() for begin, end in _FIELDS)
    return [text for text in fields if text]


def number(word: str) -> float | None:
    """Value of a word, infinite ones included; None if it is no number."""
    if not is_number(word):
        return None
    value = float(word)
    return None if math.isnan(value) else value


def quoted_names(names: Iterable[str]) -> str:
    """List names for a remark, the first few only."""
    each = list(names)
    shown = ", ".join(map(quote, each[:_NAMED]))
    return shown if len(each) <= _NAMED else f"{shown} and {len(each) - _NAMED} more"
