"""Reader of MPS files, free and fixed.

The sections NAME, OBJSENSE, OBJNAME, ROWS, COLUMNS, RHS, RANGES, BOUNDS and ENDATA are read; all
others are refused by name. Where the format is disputed, this is what holds:

- A file is free, its words separated by blanks, or else fixed, its fields in the columns of the
  original format; only the latter has names with blanks.
- The first N row is the objective, unless OBJNAME names another. All other N rows are left out;
  `MIP.comment` says so. The right-hand side of the objective is the opposite of its constant.
- Of several right-hand sides, ranges or bounds, the first set counts.
- Integer columns between markers have the bounds 0 and 1 unless BOUNDS has a line for them, as
  SCIP and HiGHS have it.
- A negative upper bound without a lower one leaves the lower bound at 0, so that there is no
  solution; `MIP.comment` says so. Solvers once read minus infinity, SCIP and HiGHS do no more.
- Sides and bounds of 1e20 and more are infinite.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.mps_bounds import INFINITY, Bounds
from cosolve.io.mps_fields import Splitter, number, quoted_names, splitters
from cosolve.io.text import clean, quote
from cosolve.problems.mip import MIP
from cosolve.problems.mip_build import compressed

_SENSES = {"MAX": True, "MAXIMIZE": True, "MIN": False, "MINIMIZE": False}
_KINDS = ("N", "E", "L", "G")


class _Section(NamedTuple):
    """The lines below a header: ``lines[start:end]``; `words` are those of the header."""

    words: list[str]
    start: int
    end: int


def read_mps(path: str | Path, data: bytes) -> MIP:
    """Read a mixed-integer program from the bytes of an MPS file.

    Parameters
    ----------
    path
        The file, for messages and, without a NAME, the name of the problem.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is not such a file, is cut off, or has sections that are no linear program.
    """
    text = clean(path, data)
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = text.decode("latin-1").split("\n")
    errors: list[FormatError] = []
    for split in splitters(lines):
        try:
            return _Reader(path, lines, split).problem()
        except FormatError as error:
            errors.append(error)
    # The reading that came farther tells what is wrong with the file.
    raise max(errors, key=lambda error: math.inf if error.line is None else error.line)


@dataclass
class _Reader:
    """What has been read so far."""

    path: str | Path
    lines: list[str]
    split: Splitter
    name: str = ""
    maximize: bool = False
    objective: str | None = None
    kinds: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    integer: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    entry_rows: array[int] = field(default_factory=lambda: array("q"))
    entries: array[float] = field(default_factory=lambda: array("d"))
    right: dict[int, float] = field(default_factory=dict)
    ranges: dict[int, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    places: range = range(0)
    """Lines of the section COLUMNS."""

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Make an error; lines count from 0 here."""
        return FormatError(self.path, message, None if line is None else line + 1)

    def problem(self) -> MIP:
        """Read everything."""
        sections = self._sections()
        self._head(sections)
        self._each(sections, "ROWS", self._read_rows, required=True)
        self._each(sections, "COLUMNS", self._read_columns, required=True)
        self._each(sections, "RHS", lambda section: self._read_numbers(section, self.right))
        self._each(sections, "RANGES", lambda section: self._read_numbers(section, self.ranges))
        bounds = Bounds(self.path, self.columns, self.integer)
        self._each(
            sections,
            "BOUNDS",
            lambda section: bounds.read(self._body(section), self.split, self.remarks),
        )
        return self._assembled(bounds)

    def _sections(self) -> dict[str, _Section]:
        heads = [k for k, line in enumerate(self.lines) if line and line[0] not in " \t*"]
        known = ("NAME", "OBJSENSE", "OBJNAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS")
        found: dict[str, _Section] = {}
        for k, end in zip(heads, [*heads, len(self.lines)][1:], strict=True):
            words = self.lines[k].split()
            title = words[0].upper() if words else ""
            if title == "ENDATA":
                return found
            if title not in known:
                raise self.error(
                    f"section {quote(words[0] if words else '')} is none of a linear program with "
                    f"integers, expected one of: {', '.join(known)}, ENDATA",
                    k,
                )
            if title in found:
                raise self.error(f"a second section {title}", k)
            found[title] = _Section(words, k + 1, end)
        raise self.error("expected the line ENDATA at the end, the file is cut off")

    def _each(
        self,
        sections: dict[str, _Section],
        title: str,
        read: Callable[[_Section], None],
        required: bool = False,
    ) -> None:
        section = sections.get(title)
        if section is not None:
            read(section)
        elif required:
            raise self.error(f"expected a section {title}")

    def _body(self, section: _Section) -> Iterator[tuple[int, str]]:
        """Numbers and texts of the lines that say something."""
        for k in range(section.start, section.end):
            line = self.lines[k]
            if line and line[0] != "*" and not line.isspace():
                yield k, line

    def _head(self, sections: dict[str, _Section]) -> None:
        if "NAME" in sections:
            words = sections["NAME"].words[1:]
            # Some writers say behind the name that the file is free.
            self.name = " ".join(words[:-1] if words[1:] and words[-1] == "FREE" else words)
        if "OBJSENSE" in sections:
            word, line = self._said(sections["OBJSENSE"])
            if word.upper() not in _SENSES:
                raise self.error(f"OBJSENSE: expected MAX or MIN, found {quote(word)}", line)
            self.maximize = _SENSES[word.upper()]
        if "OBJNAME" in sections:
            self.objective = self._said(sections["OBJNAME"])[0]

    def _said(self, section: _Section) -> tuple[str, int]:
        """Return what stands behind a header, or on the line below it."""
        if len(section.words) > 1:
            return " ".join(section.words[1:]), section.start - 1
        body = list(self._body(section))
        if len(body) != 1:
            raise self.error(f"{section.words[0]}: expected one line", section.start - 1)
        return body[0][1].strip(), body[0][0]

    def _read_rows(self, section: _Section) -> None:
        for k, line in self._body(section):
            words = self.split(line)
            if words is None or len(words) != 2 or words[0].upper() not in _KINDS:
                raise self.error("ROWS: expected N, E, L or G and a name", k)
            if words[1] in self.rows:
                raise self.error(f"ROWS: two rows are called {quote(words[1])}", k)
            self.rows[words[1]] = len(self.rows)
            self.kinds.append(words[0].upper())

    def _read_columns(self, section: _Section) -> None:
        split, lines, rows = self.split, self.lines, self.rows
        add_row, add_entry = self.entry_rows.append, self.entries.append
        current, integral, k = None, False, section.start
        self.places = range(section.start, section.end)
        try:
            for k in range(section.start, section.end):
                line = lines[k]
                if "'MARKER'" in line and line[0] != "*":
                    integral = self._marker(line, k, integral)
                    current = None
                    continue
                words = split(line)
                if not words:
                    if words is None or (line and line[0] != "*" and not line.isspace()):
                        raise self.error("COLUMNS: the fields are not in their columns", k)
                    continue
                count = len(words)
                if (count != 3 and count != 5) or line[0] == "*":
                    if line[0] == "*":
                        continue
                    raise self.error(
                        f"COLUMNS: expected a column and one or two pairs of row and number, found "
                        f"{count} words",
                        k,
                    )
                if words[0] != current:
                    current = words[0]
                    self._begin(current, integral, k)
                add_row(rows[words[1]])
                add_entry(float(words[2]))
                if count == 5:
                    add_row(rows[words[3]])
                    add_entry(float(words[4]))
        except KeyError as error:
            raise self.error(f"COLUMNS: there is no row {quote(str(error.args[0]))}", k) from None
        except ValueError as error:
            if isinstance(error, FormatError):
                raise
            words = self.split(lines[k]) or []
            wrong = next((w for w in words[2::2] if number(w) is None), "")
            raise self.error(f"COLUMNS: expected a number, found {quote(wrong)}", k) from None

    def _marker(self, line: str, k: int, integral: bool) -> bool:
        words = line.split()
        expected = "'INTEND'" if integral else "'INTORG'"
        if words[-1] != expected or words[-2] != "'MARKER'":
            raise self.error(f"COLUMNS: expected a marker {expected}, found {quote(words[-1])}", k)
        return not integral

    def _begin(self, name: str, integral: bool, k: int) -> None:
        if name in self.columns:
            raise self.error(f"COLUMNS: column {quote(name)} is in two places", k)
        self.columns[name] = len(self.columns)
        self.integer.append(integral)
        self.starts.append(len(self.entries))

    def _read_numbers(self, section: _Section, found: dict[int, float]) -> None:
        """Read numbers of rows: right-hand sides or ranges."""
        title = section.words[0].upper()
        used: str | None = None
        others: dict[str, None] = {}
        for k, line in self._body(section):
            words = self.split(line)
            if not words or len(words) < 2:
                raise self.error(f"{title}: expected a row and a number", k)
            label = words.pop(0) if len(words) % 2 else ""
            if used is None:
                used = label
            if label != used:
                others[label] = None
                continue
            for name, word in zip(words[::2], words[1::2], strict=True):
                row, value = self.rows.get(name), number(word)
                if row is None:
                    raise self.error(f"{title}: there is no row {quote(name)}", k)
                if value is None:
                    raise self.error(f"{title}: expected a number, found {quote(word)}", k)
                if row in found:
                    raise self.error(f"{title}: two numbers for row {quote(name)}", k)
                found[row] = value
                self._require_side(title, name, row, value, k)
        if others:
            self.remarks.append(
                f"{title}: only the set {used!r} is used, not {quoted_names(others)}"
            )

    def _require_side(self, title: str, name: str, row: int, value: float, k: int) -> None:
        """Refuse what no side can be."""
        kind = self.kinds[row]
        if kind == "N" and title == "RHS" and abs(value) >= INFINITY:
            raise self.error(f"RHS: the constant of the objective is {value:g}", k)
        if title == "RANGES" or abs(value) < INFINITY:
            return
        if kind == "E" or (kind == "L" and value < 0) or (kind == "G" and value > 0):
            raise self.error(f"RHS: row {quote(name)} of type {kind} cannot be met by {value:g}", k)

    def _assembled(self, bounds: Bounds) -> MIP:
        kinds = np.array(self.kinds, dtype="U1")
        free = np.flatnonzero(kinds == "N")
        chosen = self._objective_row(free)
        kept = np.flatnonzero(kinds != "N")
        place = np.full(len(kinds), -1)
        place[kept] = np.arange(kept.size)
        n = len(self.columns)
        rows = np.frombuffer(self.entry_rows, dtype=np.int64)
        values = np.frombuffer(self.entries, dtype=np.float64)
        ends = np.append(np.array(self.starts, dtype=np.int64), values.size)
        columns = np.repeat(np.arange(n), np.diff(ends))
        self._require_entries(rows, columns, values)
        own = rows == (-1 if chosen is None else chosen)
        objective = np.zeros(n)
        objective[columns[own]] = values[own]
        used = (place[rows] >= 0) & (values != 0)
        lower, upper = self._sides(kept)
        names = list(self.rows)
        indptr, indices, coefficients = compressed(
            place[rows[used]], columns[used], values[used], kept.size
        )
        low, high, integer = bounds.arrays()
        return MIP(
            objective=objective,
            indptr=indptr,
            indices=indices,
            coefficients=coefficients,
            row_lower=lower,
            row_upper=upper,
            lower=low,
            upper=high,
            integer=integer,
            offset=0.0 - (0.0 if chosen is None else self.right.get(chosen, 0.0)),
            maximize=self.maximize,
            columns=tuple(self.columns),
            rows=tuple(names[k] for k in kept.tolist()),
            name=self.name or stem_and_suffix(self.path)[0],
            comment="\n".join(self.remarks),
        )

    def _objective_row(self, free: np.ndarray) -> int | None:
        names = list(self.rows)
        chosen = int(free[0]) if free.size else None
        if self.objective is not None:
            chosen = self.rows.get(self.objective)
            if chosen is None or self.kinds[chosen] != "N":
                raise self.error(f"OBJNAME: there is no row {quote(self.objective)} of type N")
        others = [names[k] for k in free.tolist() if k != chosen]
        if others:
            self.remarks.append(f"left out, rows of type N: {quoted_names(others)}")
        return chosen

    def _require_entries(self, rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        """Refuse coefficients that are not finite, or there twice."""
        row_names, column_names = list(self.rows), list(self.columns)
        huge = np.flatnonzero(~(np.abs(values) < INFINITY))
        if huge.size:
            k = int(huge[0])
            raise self.error(
                f"COLUMNS: the coefficient of column {quote(column_names[columns[k]])} in row "
                f"{quote(row_names[rows[k]])} is {values[k]:g}, expected less than {INFINITY:g}",
                self._line_of(k),
            )
        keys = columns * max(1, len(row_names)) + rows
        order = np.argsort(keys, kind="stable")
        twice = np.flatnonzero(np.diff(keys[order]) == 0)
        if twice.size:
            k = int(order[twice[0] + 1])
            raise self.error(
                f"COLUMNS: column {quote(column_names[columns[k]])} has row "
                f"{quote(row_names[rows[k]])} twice",
                self._line_of(k),
            )

    def _line_of(self, entry: int) -> int:
        """Return the line of a coefficient, by counting again."""
        count = 0
        for k in self.places:
            line = self.lines[k]
            if line and line[0] != "*" and "'MARKER'" not in line:
                count += len(self.split(line) or []) // 2
            if count > entry:
                return k
        return self.places.stop

    def _sides(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lower, upper = np.empty(kept.size), np.empty(kept.size)
        for place, row in enumerate(kept.tolist()):
            kind, side = self.kinds[row], self.right.get(row, 0.0)
            low = -np.inf if kind == "L" else side
            high = np.inf if kind == "G" else side
            width = self.ranges.get(row)
            if width is not None:
                if kind == "L" or (kind == "E" and width < 0):
                    low = side - abs(width)
                else:
                    high = side + abs(width)
            lower[place] = -np.inf if low <= -INFINITY else low
            upper[place] = np.inf if high >= INFINITY else high
        return lower, upper
