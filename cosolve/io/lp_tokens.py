"""Words of LP files, and the expressions they make."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NoReturn

from cosolve.io.text import quote

INFINITY = 1e20
"""From this size on, sides and bounds are infinite, and coefficients refused."""

NAME = r"""[^\W\d]|[!"#$%&()/,;?@_'`{}|~]"""
"""What a name may begin with."""

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NAME = rf"""(?:{NAME})(?:\w|[!"#$%&()/,.;?@'`{{}}|~\[\]])*"""
_TOKEN = re.compile(rf"{_NUMBER}|{_NAME}|->|[<>=]=|=[<>]|[-+<>=:\[\]^*]|\S|\n")
_NUMERIC = re.compile(rf"{_NUMBER}")
NAMED = re.compile(_NAME)
"""A whole name."""

_RELATIONS = {
    "<": "<=", "<=": "<=", "=<": "<=", ">": ">=", ">=": ">=", "=>": ">=", "=": "=", "==": "=",
}  # fmt: skip
_INFINITE = ("inf", "infinity")
_STARTS = frozenset("0123456789.")
_REFUSED = {
    "[": "quadratic terms are not supported",
    "^": "quadratic terms are not supported",
    "*": "products are not supported; a coefficient stands in front of its column",
    "->": "indicators are not supported",
}


class Failure(Exception):
    """Something is wrong with a section.

    Parameters
    ----------
    message
        What was found and what was expected.
    line
        Line in the section, from 0.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class Tokens:
    """The words of a section, read one after the other.

    Parameters
    ----------
    text
        The section, without comments.
    """

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._line_starts: list[int] = []  # numbers of the first words of all lines but the first
        for token in _TOKEN.findall(text):
            if token == "\n":
                self._line_starts.append(len(self._tokens))
            else:
                self._tokens.append(token)
        self._begins = frozenset(self._line_starts)
        # Two empty ones at the end spare a test at every look ahead.
        self._tokens += ["", ""]
        self._next = 0

    def __bool__(self) -> bool:
        """Whether there are more."""
        return self._next < len(self._tokens) - 2

    def failure(self, message: str) -> Failure:
        """Make an error about the line of the next word, or of the last one."""
        index = max(0, min(self._next, len(self._tokens) - 3))
        return Failure(message, bisect_right(self._line_starts, index))

    def expected(self, what: str) -> Failure:
        """Make an error about the next word."""
        token = self._tokens[self._next]
        if token in _REFUSED:
            return self.failure(_REFUSED[token])
        found = quote(token) if token else "the end of the section"
        return self.failure(f"expected {what}, found {found}")

    def label(self) -> str | None:
        """Take a name and the colon behind it, if they come next."""
        if self._tokens[self._next + 1] != ":":
            return None
        name = self._tokens[self._next]
        if not NAMED.fullmatch(name):
            raise self.expected("a name in front of the colon")
        self._next += 2
        return name

    def at_relation(self) -> bool:
        """Whether a relation comes next."""
        return self._tokens[self._next] in _RELATIONS

    def relation(self) -> str:
        """Take a relation: ``"<="``, ``">="`` or ``"="``."""
        found = _RELATIONS.get(self._tokens[self._next])
        if found is None:
            raise self.expected("<=, >= or =")
        self._next += 1
        return found

    def name(self) -> str:
        """Take a name."""
        token = self._tokens[self._next]
        if not NAMED.fullmatch(token):
            raise self.expected("the name of a column")
        self._next += 1
        return token

    def word_is(self, word: str) -> bool:
        """Take a word if it comes next."""
        if self._tokens[self._next].lower() != word:
            return False
        self._next += 1
        return True

    def signed_number(self) -> float | None:
        """Take a number and its signs, if that is what comes next; it may be infinite."""
        begin, sign = self._next, 1.0
        while self._tokens[self._next] in ("+", "-"):
            sign = -sign if self._tokens[self._next] == "-" else sign
            self._next += 1
        value = _value(self._tokens[self._next])
        if value is None:
            if self._next > begin:
                raise self.expected("a number")
            return None
        self._next += 1
        return sign * value

    def expression(
        self, columns: dict[str, int], side: bool = False, one_line: bool = False
    ) -> tuple[list[int], list[float], float]:
        """Take terms and constants as far as they go.

        Parameters
        ----------
        columns
            Numbers of the columns by name; new ones are added.
        side
            Whether it is a side of a row, which must not be empty and may be infinite. A term
            without a sign ends it: the next row begins.
        one_line
            Whether it ends with a line, so that a row without a name may begin on the next one.

        Returns
        -------
        tuple
            Columns, their coefficients, and the sum of the constants.
        """
        tokens, position = self._tokens, self._next
        begins = self._begins if one_line else frozenset()
        places: list[int] = []
        values: list[float] = []
        constant, empty = 0.0, True
        while True:
            sign, signed = 1.0, False
            if position in begins and not empty:
                break
            token = tokens[position]
            while token == "-" or token == "+":
                if token == "-":
                    sign = -sign
                signed = True
                position += 1
                token = tokens[position]
            if not (signed or empty) or tokens[position + 1] == ":":
                break
            number = _value(token)
            if number is not None:
                position += 1
                token = tokens[position]
                if tokens[position + 1] == ":" or position in begins:
                    token = ""  # the name of the next row
            if token and NAMED.match(token) and _value(token) is None:
                values.append(sign if number is None else sign * number)
                places.append(columns.setdefault(token, len(columns)))
                position += 1
            elif number is not None:
                constant += sign * number
            else:
                break
            empty = False
        self._next = position
        if signed or (side and empty):
            raise self.expected("a number or a column")
        if tokens[position] in _REFUSED:
            self._refuse()
        if constant != constant or (not side and abs(constant) >= INFINITY):
            raise self.failure("a constant is infinite")
        return places, values, constant

    def _refuse(self) -> NoReturn:
        raise self.expected("a term")


def _value(token: str) -> float | None:
    """Value of a number, from 1e20 on infinite; None if it is none."""
    if token[:1] in _STARTS:
        if not _NUMERIC.fullmatch(token):
            return None
        value = float(token)
    elif token[:1] in ("i", "I") and token.lower() in _INFINITE:
        value = INFINITY
    else:
        return None
    return value if value < INFINITY else float("inf")
