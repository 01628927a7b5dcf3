"""Tables of mean gaps by two properties of the runs, such as guides by suites."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from cosolve.bench.store import Row
from cosolve.bench.tables import method_name

AXES = ("guide", "method", "suite", "instance", "seed", "limit")
"""What rows and columns can be."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """A table of mean gaps.

    Parameters
    ----------
    title
        What the numbers are, and what they are compared with.
    headers
        Of the columns, that of the rows first.
    body
        Texts, one row per line.
    """

    title: str
    headers: list[str]
    body: list[list[str]]

    def markdown(self) -> str:
        """Return the table as Markdown, its title above."""
        rules = ["---", *["---:"] * (len(self.headers) - 1)]
        lines = [self.headers, rules, *self.body]
        return f"{self.title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parse_axes(text: str) -> tuple[str, str]:
    """Split ``ROWS:COLUMNS``.

    Parameters
    ----------
    text
        Two of ``AXES`` with a colon between.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    rows, _, columns = text.partition(":")
    if rows not in AXES or columns not in AXES or rows == columns:
        raise ValueError(
            f"{text!r} is not of the form ROWS:COLUMNS, two different ones of {', '.join(AXES)}"
        )
    return rows, columns


def pivot(rows: Sequence[Row], axes: tuple[str, str]) -> Pivot:
    """Make the table of mean gaps over runs of a benchmark.

    Every instance has the same weight. A cell says how many runs it leaves out, because they
    failed or have nothing to be compared with.

    Parameters
    ----------
    rows
        Rows of a benchmark.
    axes
        What its rows and its columns are, two of ``AXES``.
    """
    cells: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        cells.setdefault((_value(row, axes[0]), _value(row, axes[1])), []).append(row)
    down = list(dict.fromkeys(key[0] for key in cells))
    across = list(dict.fromkeys(key[1] for key in cells))
    body = [[name, *(_cell(cells.get((name, column), [])) for column in across)] for name in down]
    heads = [_head(column, [r for r in rows if _value(r, axes[1]) == column]) for column in across]
    compared = references(rows) or "nothing: no values are known"
    return Pivot(f"Mean gap in % to {compared}", [axes[0], *heads], body)


def references(rows: Sequence[Row]) -> str:
    """Say what the gaps of rows are measured from; empty if no value is known.

    Parameters
    ----------
    rows
        Rows of a benchmark.
    """
    return " and ".join(sorted({str(r["reference"]) for r in rows if r.get("reference")}))


def _value(row: Row, axis: str) -> str:
    if axis == "guide":
        return str(row.get("guide") or "(its own)")
    if axis == "method":
        return method_name(row)
    return str(row["time_limit" if axis == "limit" else axis])


def _head(column: str, rows: Sequence[Row]) -> str:
    """Name of a column, with the time limit if all its runs had the same."""
    limits = {row["time_limit"] for row in rows}
    return f"{column} ({limits.pop():g} s)" if len(limits) == 1 else column


def _cell(rows: Sequence[Row]) -> str:
    gaps: dict[str, list[float]] = {}
    for row in rows:
        if row.get("error") is None and row.get("gap_to_best") is not None:
            gaps.setdefault(row["source"], []).append(row["gap_to_best"])
    if not gaps:
        return "-" if rows else ""
    mean = 100.0 * statistics.fmean(map(statistics.fmean, gaps.values()))
    used = sum(map(len, gaps.values()))
    return f"{mean:.4f}" if used == len(rows) else f"{mean:.4f} ({used} of {len(rows)} runs)"
