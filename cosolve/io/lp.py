r"""Reader of LP files, as CPLEX defined them: a program as people write it.

::

    \ a comment
    maximize
      profit: 3 x + 2 y + 10
    subject to
      time: x + y <= 4
      r2: 1 <= x - y <= 3
      x >= 0.5 y
    bounds
      -inf <= y <= 8
      z free
    general
      x
    binary
      b
    end

Terms may stand on both sides, and the same column several times: they are added up. Columns have
the bounds 0 and infinity unless the file says otherwise; a negative upper bound leaves the lower
one at 0, as SCIP and HiGHS have it. A binary keeps tighter bounds. Numbers of 1e20 and more are
infinite as sides and bounds. Quadratic terms, semi-continuous columns, special ordered sets and
indicators are refused by name. Where the line ``end`` is missing, `MIP.comment` says so. A row
without a name begins on a line of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.lp_tokens import INFINITY, Failure, Tokens
from cosolve.io.text import clean, quote
from cosolve.problems.mip import MIP
from cosolve.problems.mip_build import compressed

_STARTS = re.compile(
    r"\s*(?:(?P<objective>(?P<max>max)(?:imi[sz]e|imum)?|min(?:imi[sz]e|imum)?)"
    r"|(?P<rows>subject\s+to|such\s+that|s\.?\s?t\.?))(?=\s|$)(?!\s*[=<>:])(?P<rest>.*)",
    re.IGNORECASE,
)
_ALONE = {
    "bounds": r"bounds?",
    "general": r"generals?|gens?|integers?|ints?",
    "binary": r"binar(?:y|ies)|bins?",
    "end": r"end",
    "semi-continuous columns": r"semi-?continuous|semis?|semi-?integer",
    "special ordered sets": r"sos[12]?",
    "general constraints": r"general\s+constraints?|gencons?|genconstrs?|gc",
    "piecewise-linear objectives": r"pwlobj",
    "lazy constraints": r"lazy\s+constraints?|user\s+cuts?",
    "scenarios or several objectives": r"scenario\b.*|multi-objectives?",
}
_SECTION = re.compile(
    r"\s*(?:" + "|".join(f"(?P<k{k}>{words})" for k, words in enumerate(_ALONE.values())) + r")\s*",
    re.IGNORECASE,
)
_MIRRORED = {"<=": ">=", ">=": "<=", "=": "="}
_READ = ("bounds", "general", "binary", "end")
_LETTERS = frozenset("mMsSbBgGiIeEpPlLuU")  # that headers begin with


class _Section(NamedTuple):
    title: str
    line: int
    texts: list[str]


def read_lp(path: str | Path, data: bytes) -> MIP:
    """Read a mixed-integer program from the bytes of an LP file.

    Parameters
    ----------
    path
        The file, for messages and the name of the problem.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is not such a file, or holds more than a linear program with integers.
    """
    text = clean(path, data)
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = text.decode("latin-1").split("\n")
    reader = _Reader(path)
    sections, ended = _sections(path, lines)
    for section in sections:
        try:
            reader.read(section)
        except Failure as failure:
            line = section.line + failure.line
            raise FormatError(path, f"{section.title}: {failure.message}", line) from None
    return reader.problem("" if ended else "the file has no line 'end'")


def _sections(path: str | Path, lines: list[str]) -> tuple[list[_Section], bool]:
    """Split the lines at the headers, the objective first; tell whether there is an end."""
    found: list[_Section] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.partition("\\")[0] if "\\" in raw else raw
        header, rest = _header(line)
        if header == "end":
            return _required(path, found), True
        if header in ("maximize", "minimize") and found:
            raise FormatError(path, "a second objective", number)
        if header in _ALONE and header not in _READ:
            raise FormatError(path, f"{header} are not supported", number)
        if header is not None:
            found.append(_Section(header, number, [rest]))
        elif found:
            found[-1].texts.append(line)
        elif line.strip():
            raise FormatError(
                path, f"expected maximize or minimize, found {quote(line.split()[0])}", number
            )
    return _required(path, found), False


def _header(line: str) -> tuple[str | None, str]:
    """Return the title of a section and what stands behind it, or None."""
    stripped = line.lstrip()
    if not stripped or stripped[0] not in _LETTERS:
        return None, ""
    match = _STARTS.fullmatch(line)
    if match:
        if match["objective"]:
            return ("maximize" if match["max"] else "minimize"), match["rest"]
        return "subject to", match["rest"]
    match = _SECTION.fullmatch(line)
    if match is None:
        return None, ""
    return list(_ALONE)[int((match.lastgroup or "k0")[1:])], ""


def is_header(line: str) -> bool:
    """Whether a line, or a name alone on a line, would begin a section."""
    return _header(line)[0] is not None


def _required(path: str | Path, sections: list[_Section]) -> list[_Section]:
    if not sections or sections[0].title not in ("maximize", "minimize"):
        line = sections[0].line if sections else 1
        raise FormatError(path, "expected maximize or minimize first", line)
    return sections


@dataclass
class _Reader:
    """What has been read so far."""

    path: str | Path
    maximize: bool = False
    columns: dict[str, int] = field(default_factory=dict)
    costs: dict[int, float] = field(default_factory=dict)
    offset: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)
    sides: list[tuple[float, float]] = field(default_factory=list)
    entries: list[tuple[int, list[int], list[float]]] = field(default_factory=list)
    bounds: dict[int, tuple[float, float]] = field(default_factory=dict)
    integers: set[int] = field(default_factory=set)

    def read(self, section: _Section) -> None:
        """Read a section."""
        tokens = Tokens("\n".join(section.texts))
        if section.title in ("maximize", "minimize"):
            self.maximize = section.title == "maximize"
            self._objective(tokens)
        elif section.title == "subject to":
            while tokens:
                self._row(tokens)
        elif section.title == "bounds":
            while tokens:
                self._bound(tokens)
        else:
            while tokens:
                self._integer(tokens, binary=section.title == "binary")

    def _objective(self, tokens: Tokens) -> None:
        tokens.label()
        places, values, constant = tokens.expression(self.columns)
        if tokens:
            raise tokens.expected("a term of the objective, or 'subject to'")
        self.costs = {}
        for place, value in zip(places, values, strict=True):
            self.costs[place] = self.costs.get(place, 0.0) + value
        self.offset = constant

    def _row(self, tokens: Tokens) -> None:
        label = tokens.label()
        if label is not None:
            if label in self.rows:
                raise tokens.failure(f"two rows are called {quote(label)}")
            self.rows[label] = len(self.sides)
        else:
            self.unnamed.append(len(self.sides))
        parts = [tokens.expression(self.columns, side=True)]
        relations = [tokens.relation()]
        # Behind the relation is a number as a rule, and the next row on the next line.
        parts.append(tokens.expression(self.columns, side=True, one_line=bool(parts[0][0])))
        if tokens.at_relation():
            relations.append(tokens.relation())
            parts.append(tokens.expression(self.columns, side=True, one_line=True))
        if len(parts) == 3:
            self._range(tokens, parts, relations)
            return
        relation = relations[0]
        if parts[1][0] and not parts[0][0]:  # 4 <= x: as if it were x >= 4
            parts, relation = parts[::-1], _MIRRORED[relation]
        (left, factors, low), (right, others, high) = parts
        if np.isinf(low) and np.isinf(high):
            raise tokens.failure("infinity stands on both sides")
        self._add([*left, *right], [*factors, *(-v for v in others)])
        self._set_side(relation, high - low, tokens)

    def _range(
        self,
        tokens: Tokens,
        parts: list[tuple[list[int], list[float], float]],
        relations: list[str],
    ) -> None:
        """Read ``a <= expression <= b``."""
        (first, _, low), (places, values, constant), (last, _, high) = parts
        if first or last or relations[0] != relations[1] or relations[0] == "=":
            raise tokens.failure("expected number <= expression <= number, or the same with >=")
        if relations[0] == ">=":
            low, high = high, low
        self._add(places, values)
        low, high = low - constant, high - constant
        if low == np.inf or high == -np.inf:
            raise tokens.failure("no row can lie beyond infinity")
        self.sides.append((low, high))

    def _add(self, places: list[int], values: list[float]) -> None:
        if len(set(places)) < len(places):
            merged: dict[int, float] = {}
            for place, value in zip(places, values, strict=True):
                merged[place] = merged.get(place, 0.0) + value
            places, values = list(merged), list(merged.values())
        self.entries.append((len(self.sides), places, values))

    def _set_side(self, relation: str, side: float, tokens: Tokens) -> None:
        infinite = {"<=": -np.inf, ">=": np.inf}.get(relation, side if np.isinf(side) else None)
        if infinite == side:
            raise tokens.failure(f"no row can be {relation} {side}")
        low = -np.inf if relation == "<=" else side
        self.sides.append((low, np.inf if relation == ">=" else side))

    def _bound(self, tokens: Tokens) -> None:
        value = tokens.signed_number()
        if value is not None:
            relation = tokens.relation()
            column = self._column(tokens)
            self._restrict(column, _MIRRORED[relation], value, tokens)
            if not tokens.at_relation():
                return
        else:
            column = self._column(tokens)
            if tokens.word_is("free"):
                self.bounds[column] = (-np.inf, np.inf)
                return
        relation = tokens.relation()
        value = tokens.signed_number()
        if value is None:
            raise tokens.expected("a number")
        self._restrict(column, relation, value, tokens)

    def _restrict(self, column: int, relation: str, value: float, tokens: Tokens) -> None:
        low, high = self.bounds.get(column, (0.0, np.inf))
        if relation in (">=", "="):
            low = value
        if relation in ("<=", "="):
            high = value
        if low == np.inf or high == -np.inf:
            raise tokens.failure(f"a bound of {value} leaves no value")
        self.bounds[column] = (low, high)

    def _column(self, tokens: Tokens) -> int:
        name = tokens.name()
        return self.columns.setdefault(name, len(self.columns))

    def _integer(self, tokens: Tokens, binary: bool) -> None:
        column = self._column(tokens)
        self.integers.add(column)
        if binary:
            low, high = self.bounds.get(column, (0.0, 1.0))
            self.bounds[column] = (max(low, 0.0), min(high, 1.0))

    def problem(self, comment: str) -> MIP:
        """Return what was read."""
        n, m = len(self.columns), len(self.sides)
        objective = np.zeros(n)
        objective[list(self.costs)] = list(self.costs.values())
        rows = np.repeat(
            np.array([row for row, _, _ in self.entries], dtype=np.int64),
            np.array([len(places) for _, places, _ in self.entries], dtype=np.int64),
        )
        columns = np.array([p for _, places, _ in self.entries for p in places], dtype=np.int64)
        values = np.array([v for _, _, values in self.entries for v in values], dtype=np.float64)
        self._require_finite(objective, rows, values)
        kept = values != 0
        indptr, indices, coefficients = compressed(rows[kept], columns[kept], values[kept], m)
        sides = np.array(self.sides, dtype=np.float64).reshape(-1, 2)
        lower, upper = np.zeros(n), np.full(n, np.inf)
        if self.bounds:
            limits = np.array(list(self.bounds.values()))
            lower[list(self.bounds)], upper[list(self.bounds)] = limits[:, 0], limits[:, 1]
        integer = np.zeros(n, dtype=np.bool_)
        integer[list(self.integers)] = True
        return MIP(
            objective=objective,
            indptr=indptr,
            indices=indices,
            coefficients=coefficients,
            row_lower=sides[:, 0],
            row_upper=sides[:, 1],
            lower=lower,
            upper=upper,
            integer=integer,
            offset=self.offset,
            maximize=self.maximize,
            columns=tuple(self.columns),
            rows=self._row_names(),
            name=stem_and_suffix(self.path)[0],
            comment=comment,
        )

    def _require_finite(self, objective: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
        # Written terms are finite; their sums may not be.
        if not np.isfinite(self.offset) or not (np.abs(objective) < INFINITY).all():
            raise FormatError(self.path, f"the objective has a number of {INFINITY:g} or more")
        wrong = np.flatnonzero(~(np.abs(values) < INFINITY))
        if wrong.size:
            name = self._row_names()[rows[wrong[0]]]
            raise FormatError(
                self.path, f"row {quote(name)} has a coefficient of {INFINITY:g} or more"
            )

    def _row_names(self) -> tuple[str, ...]:
        """Names of the rows; those without one get their number, and a tail where that is taken."""
        names = [""] * len(self.sides)
        for name, row in self.rows.items():
            names[row] = name
        for row in self.unnamed:
            name = f"c{row + 1}"
            while name in self.rows:
                name += "_"
            names[row] = name
        return tuple(names)
