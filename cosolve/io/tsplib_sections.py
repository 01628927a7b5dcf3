"""The grammar of TSPLIB95 files: ``KEYWORD : value`` lines and data sections.

References
----------
.. [1] G. Reinelt, "TSPLIB 95", Universitaet Heidelberg (1995), section 1, the file format.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cosolve.core import FormatError
from cosolve.io.text import Block, quote


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words of one of the formats that are made of keywords and sections.

    Parameters
    ----------
    name
        What messages call the format.
    types
        Values of TYPE that are read; any other is rejected at once, before the rest of the file,
        which may hold keywords of that type, is looked at.
    values
        Keywords of ``KEYWORD : value`` lines.
    sections
        Keywords that stand above lines of data.
    aliases
        Other names of keywords, seen in files.
    terminated
        Sections that end with -1, not with the next keyword alone.
    """

    name: str
    types: tuple[str, ...]
    values: frozenset[str]
    sections: frozenset[str]
    aliases: Mapping[str, str]
    terminated: frozenset[str]


TSPLIB = Grammar(
    name="TSPLIB",
    types=("TSP", "ATSP", "TOUR"),
    values=frozenset(
        {
            "NAME", "TYPE", "COMMENT", "DIMENSION", "CAPACITY", "EDGE_WEIGHT_TYPE",
            "EDGE_WEIGHT_FORMAT", "EDGE_DATA_FORMAT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE",
        }
    ),
    sections=frozenset(
        {
            "NODE_COORD_SECTION", "DEPOT_SECTION", "DEMAND_SECTION", "EDGE_DATA_SECTION",
            "FIXED_EDGES_SECTION", "DISPLAY_DATA_SECTION", "TOUR_SECTION", "EDGE_WEIGHT_SECTION",
        }
    ),
    aliases={"FIXED_EDGES": "FIXED_EDGES_SECTION"},
    terminated=frozenset({"FIXED_EDGES_SECTION", "TOUR_SECTION"}),
)  # fmt: skip

_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*(:?)(.*)", re.DOTALL)
# NaN and infinity at the start of a line are bad numbers rather than keywords.
_NEXT_KEYWORD = re.compile(rb"\n[ \t]*(?!(?:nan|inf|infinity)\b)[A-Za-z_]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """What follows the colon of a ``KEYWORD : value`` line, and its line number."""

    text: str
    line: int


@dataclass(slots=True)
class Sections:
    """A TSPLIB file, taken apart but not yet interpreted.

    Parameters
    ----------
    path
        The file, for messages.
    values
        By keyword; comments are joined by line feeds.
    blocks
        The lines below each section keyword.
    """

    path: str | Path
    values: dict[str, Value] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)

    def error(self, message: str, keyword: str | None = None) -> FormatError:
        """Make an error about the line that holds `keyword`, or about the whole file."""
        line = None
        if keyword in self.values:
            line = self.values[keyword].line
        elif keyword in self.blocks:
            line = max(1, self.blocks[keyword].first_line - 1)
        return FormatError(self.path, message, line)

    def word(self, keyword: str) -> str | None:
        """First word of a value, upper case, or None where the keyword is absent.

        Remarks behind it, as in ``TYPE: TSP (M.~Hofmeister)``, occur in TSPLIB itself.
        """
        if keyword not in self.values:
            return None
        words = self.values[keyword].text.split()
        if not words:
            raise self.error(f"{keyword}: expected a value, found none", keyword)
        return words[0].upper()

    def choice(self, keyword: str, allowed: Collection[str]) -> str | None:
        """Like `word`, but one of `allowed`."""
        word = self.word(keyword)
        if word is not None and word not in allowed:
            expected = " ".join(allowed)
            raise self.error(f"{keyword} is {quote(word)}, expected one of: {expected}", keyword)
        return word

    def dimension(self) -> int | None:
        """Value of DIMENSION, at least 1, or None where it is absent."""
        if "DIMENSION" not in self.values:
            return None
        text = self.values["DIMENSION"].text
        if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
            raise self.error(
                f"DIMENSION is {quote(text)}, expected a whole number of nodes", "DIMENSION"
            )
        if int(text) < 1:
            raise self.error(f"DIMENSION is {text}, expected at least one node", "DIMENSION")
        return int(text)


def split_sections(path: str | Path, data: bytes, grammar: Grammar) -> Sections:
    """Take a file apart into keyword values and data sections.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its text, see `cosolve.io.text.clean`.
    grammar
        The words of the format.

    Raises
    ------
    FormatError
        For an unknown or repeated keyword, a line that is none, or a TYPE that is not read.
    """
    found = Sections(path)
    position, line = 0, 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        text = data[position:end].decode("utf-8", "replace").strip()
        position, line = min(end + 1, len(data)), line + 1
        if not text:
            continue
        keyword, value = _keyword(path, text, line, grammar)
        if keyword == "EOF":
            break
        if keyword in grammar.sections:
            if keyword in found.blocks:
                raise FormatError(path, f"{keyword} appears twice", line)
            found.blocks[keyword] = _block(path, data, position, keyword, grammar)
            line += data.count(b"\n", position, found.blocks[keyword].end)
            position = found.blocks[keyword].end
        else:
            _add_value(found, keyword, Value(value, line), grammar.types)
    return found


def _block(path: str | Path, data: bytes, start: int, keyword: str, grammar: Grammar) -> Block:
    """Lines from `start` up to the next keyword."""
    # The line break before `start` may be the one before the next keyword.
    match = _NEXT_KEYWORD.search(data, start - 1)
    end = len(data) if match is None else match.start() + 1
    block = Block(path, data, start, max(start, end), keyword)
    # Many files lack EOF. But then a last number that was cut short looks like a good one.
    complete = match is not None or keyword in grammar.terminated or data[-1:].isspace()
    if block.text and not complete:
        raise block.error(
            "expected EOF or a line break at the end, the file may be cut off",
            block.last_line,
        )
    return block


def _keyword(path: str | Path, text: str, line: int, grammar: Grammar) -> tuple[str, str]:
    match = _LINE.fullmatch(text)
    if match is None:
        raise FormatError(
            path, f"expected a {grammar.name} keyword, found {quote(text.split()[0])}", line
        )
    word, colon, rest = match.groups()
    keyword = grammar.aliases.get(word.upper(), word.upper())
    if keyword in grammar.values:
        if not colon:
            raise FormatError(path, f"expected '{keyword} : value', found no colon", line)
        return keyword, rest.strip()
    if keyword in grammar.sections or keyword == "EOF":
        if rest.strip():
            raise FormatError(path, f"expected nothing behind {keyword}", line)
        return keyword, ""
    close = difflib.get_close_matches(
        keyword[:40], sorted(grammar.values | grammar.sections | {"EOF"}), n=1
    )
    hint = f"; did you mean {close[0]}?" if close else ""
    raise FormatError(path, f"expected a {grammar.name} keyword, found {quote(word)}{hint}", line)


def _add_value(found: Sections, keyword: str, value: Value, types: Collection[str]) -> None:
    earlier = found.values.get(keyword)
    if keyword == "COMMENT" and earlier is not None:
        value = Value(f"{earlier.text}\n{value.text}", earlier.line)
    elif earlier is not None:
        raise FormatError(
            found.path, f"{keyword} appears twice, first in line {earlier.line}", value.line
        )
    found.values[keyword] = value
    if keyword == "TYPE":
        found.choice("TYPE", types)
