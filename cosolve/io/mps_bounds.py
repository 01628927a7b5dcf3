"""The BOUNDS section of MPS files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.io.mps_fields import Splitter, number, quoted_names
from cosolve.io.text import quote
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import BoolArray

INFINITY = 1e20
"""From this size on, sides and bounds are infinite, and coefficients refused."""

_WITH_VALUE = frozenset({"UP", "LO", "FX", "LI", "UI", "SC"})
_WITHOUT = frozenset({"FR", "MI", "PL", "BV"})


@dataclass
class Bounds:
    """Bounds of the columns, as far as they have been read.

    Parameters
    ----------
    path
        The file, for messages.
    columns
        Number of a column by name.
    integer
        Which columns stand between markers.
    """

    path: str | Path
    columns: dict[str, int]
    integer: list[bool]
    _lower: dict[int, float] = field(default_factory=dict)
    _upper: dict[int, float] = field(default_factory=dict)
    _semi: dict[int, int] = field(default_factory=dict)

    def arrays(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Return lower and upper bounds and which columns are integers.

        Raises
        ------
        FormatError
            If a column is semi-continuous, that is, may be 0 although its bounds exclude it.
        """
        integer = np.array(self.integer, dtype=np.bool_)
        lower, upper = np.zeros(len(integer)), np.full(len(integer), np.inf)
        # Of columns between markers that have no line here: what SCIP and HiGHS agree on.
        untouched = integer.copy()
        untouched[[*self._lower, *self._upper]] = False
        upper[untouched] = 1.0
        lower[list(self._lower)] = list(self._lower.values())
        upper[list(self._upper)] = list(self._upper.values())
        for column, k in self._semi.items():
            if not lower[column] <= 0 <= upper[column]:
                raise self._error(
                    f"column {quote(self._name(column))} is semi-continuous: not supported",
                    k,
                )
        return lower, upper, integer

    def read(self, body: Iterable[tuple[int, str]], split: Splitter, remarks: list[str]) -> None:
        """Read the lines.

        Parameters
        ----------
        body
            Line numbers from 0 and texts.
        split
            Makes words of a line.
        remarks
            Gets what the user should know.

        Raises
        ------
        FormatError
            If a line is no bound.
        """
        used: str | None = None
        others: dict[str, None] = {}
        for k, line in body:
            kind, label, column, value = self._parsed(split(line), k)
            if used is None:
                used = label
            if label == used:
                self._set(kind, column, value, k)
            else:
                others[label] = None
        if others:
            remarks.append(f"BOUNDS: only the set {used!r} is used, not {quoted_names(others)}")
        names = list(self.columns)
        negative = [
            names[column]
            for column, high in self._upper.items()
            if high < 0 and column not in self._lower
        ]
        if negative:
            remarks.append(f"negative upper bounds, lower bounds of 0: {quoted_names(negative)}")

    def _parsed(self, words: list[str] | None, k: int) -> tuple[str, str, int, float]:
        kind = words[0].upper() if words else ""
        if words is None or kind not in _WITH_VALUE | _WITHOUT:
            known = " ".join(sorted(_WITH_VALUE | _WITHOUT))
            raise self._error(f"expected one of {known}, found {quote(kind)}", k)
        rest = words[1:]
        valued = kind in _WITH_VALUE
        if len(rest) not in ((2, 3) if valued else (1, 2, 3)):
            raise self._error(
                f"expected a set, a column{' and a number' * valued} behind {kind}", k
            )
        # The name of the set may be left out; where no number is needed one may stand nevertheless.
        labeled = len(rest) == 3 or (not valued and len(rest) == 2 and rest[1] in self.columns)
        label = rest.pop(0) if labeled else ""
        column = self.columns.get(rest[0])
        if column is None:
            raise self._error(f"there is no column {quote(rest[0])}", k)
        if not valued:
            return kind, label, column, 0.0
        value = number(rest[1])
        if value is None:
            raise self._error(f"expected a number, found {quote(rest[1])}", k)
        return kind, label, column, value

    def _set(self, kind: str, column: int, value: float, k: int) -> None:
        if kind in ("LO", "LI", "FX") and value >= INFINITY:
            raise self._error(
                f"the lower bound of column {quote(self._name(column))} is {value}", k
            )
        if kind in ("UP", "UI", "FX", "SC") and value <= -INFINITY:
            raise self._error(
                f"the upper bound of column {quote(self._name(column))} is {value}", k
            )
        if kind in ("LO", "LI", "FX"):
            self._lower[column] = -np.inf if value <= -INFINITY else value
        if kind in ("UP", "UI", "FX", "SC"):
            self._upper[column] = np.inf if value >= INFINITY else value
        if kind in ("FR", "MI"):
            self._lower[column] = -np.inf
        if kind in ("FR", "PL"):
            self._upper[column] = np.inf
        if kind == "BV":
            self._lower[column], self._upper[column] = 0.0, 1.0
        if kind in ("BV", "LI", "UI"):
            self.integer[column] = True
        if kind == "SC":
            self._semi[column] = k

    def _name(self, column: int) -> str:
        return list(self.columns)[column]

    def _error(self, message: str, line: int) -> FormatError:
        return FormatError(self.path, f"BOUNDS: {message}", line + 1)
