"""Rows of a benchmark condensed: per instance, per method; for terminals, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cosolve.bench.store import Row


@dataclass(frozen=True, slots=True)
class Line:
    """Several runs condensed: those of one method on one instance, or on all of them.

    Parameters
    ----------
    instance
        Its name, or ``"(N instances)"``.
    size
        Number of nodes, None over several instances or where no run could read it.
    method
        Method with its parameters and guidance.
    runs, failed, valid
        Numbers of runs, of those without a result, and of those with a checked solution.
    best_known
        Best-known value, None over several instances.
    cost, mean_cost
        Best and mean cost of the valid runs; None over several instances.
    gap, best_gap
        Mean and smallest gap to the best-known value, as a fraction; over several instances, means
        over the instances.
    at_best
        Share of the runs that reach the best-known value.
    bound
        The best bound, a lower one unless costs are maximized; None over several instances.
    seconds, cpu_s
        Mean wall and processor seconds of the runs with a result.
    memory_mib
        Largest peak memory.
    """

    instance: str
    size: int | None
    method: str
    runs: int
    failed: int
    valid: int
    best_known: float | None
    cost: float | None
    mean_cost: float | None
    best_gap: float | None
    gap: float | None
    at_best: float | None
    bound: float | None
    seconds: float | None
    cpu_s: float | None
    memory_mib: float | None


class _Column(NamedTuple):
    title: str
    field: str
    format: str
    factor: float = 1.0


_COLUMNS = (
    _Column("instance", "instance", ""),
    _Column("n", "size", "d"),
    _Column("method", "method", ""),
    _Column("cost", "cost", "cost"),
    _Column("mean cost", "mean_cost", "cost"),
    _Column("best known", "best_known", "cost"),
    _Column("best gap %", "best_gap", "z.4f", 100.0),
    _Column("gap %", "gap", "z.4f", 100.0),
    _Column("at best %", "at_best", ".0f", 100.0),
    _Column("bound", "bound", "cost"),
    _Column("time s", "seconds", ".2f"),
    _Column("CPU s", "cpu_s", ".2f"),
    _Column("MiB", "memory_mib", ".0f"),
)


def method_name(row: Row) -> str:
    """Name a method together with its preset and parameters.

    Parameters
    ----------
    row
        Any row of the method.
    """
    return _named(row, [])


def method_label(row: Row) -> str:
    """Name a method together with its preset, parameters and guidance.

    Parameters
    ----------
    row
        Any row of the method.
    """
    return _named(row, [f"guide {row['guide']}"] if row.get("guide") else [])


def _named(row: Row, more: list[str]) -> str:
    name = f"{row['method']}:{row['preset']}" if row.get("preset") else str(row["method"])
    details = [f"{key}={value}" for key, value in sorted((row.get("params") or {}).items())] + more
    return f"{name} ({', '.join(details)})" if details else name


def per_instance(rows: Iterable[Row]) -> list[Line]:
    """Condense the runs of each method on each instance, in the order in which they come.

    Parameters
    ----------
    rows
        Rows of a benchmark.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["source"], method_label(row)), []).append(row)
    return [_condense(group[0]["instance"], label, group) for (_, label), group in groups.items()]


def per_method(lines: Sequence[Line]) -> list[Line]:
    """Condense each method over all instances; every instance has the same weight.

    Parameters
    ----------
    lines
        What ``per_instance`` returned.
    """
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.method, []).append(line)
    return [_over_instances(method, group) for method, group in groups.items()]


def _condense(instance: str, label: str, rows: Sequence[Row]) -> Line:
    answered = [row for row in rows if row.get("error") is None]
    valid = [row for row in answered if row["valid"] and row["cost"] is not None]
    costs = [row["cost"] for row in valid]
    gaps = [row["gap_to_best"] for row in valid if row["gap_to_best"] is not None]
    best_known = rows[-1]["best_known"]
    bounds = [row["bound"] for row in answered if row["bound"] is not None]
    best, tightest = (max, min) if any(row.get("maximize") for row in answered) else (min, max)
    return Line(
        instance=instance,
        size=next((row["size"] for row in answered), None),
        method=label,
        runs=len(rows),
        failed=len(rows) - len(answered),
        valid=len(valid),
        best_known=best_known,
        cost=best(costs, default=None),
        mean_cost=_mean(costs),
        best_gap=min(gaps, default=None),
        gap=_mean(gaps),
        # A run without a solution did not reach it.
        at_best=None if best_known is None else sum(bool(r["at_best"]) for r in valid) / len(rows),
        bound=tightest(bounds, default=None),
        seconds=_mean([row["runtime"] for row in answered]),
        cpu_s=_mean([row["cpu"] for row in answered]),
        memory_mib=max((row["memory"] for row in answered), default=None),
    )


def _over_instances(method: str, lines: Sequence[Line]) -> Line:
    def known(field: str) -> list[float]:
        return [value for line in lines if (value := getattr(line, field)) is not None]

    return Line(
        instance=f"({len(lines)} instance{'s' if len(lines) > 1 else ''})",
        size=None,
        method=method,
        runs=sum(line.runs for line in lines),
        failed=sum(line.failed for line in lines),
        valid=sum(line.valid for line in lines),
        best_known=None,
        cost=None,
        mean_cost=None,
        best_gap=_mean(known("best_gap")),
        gap=_mean(known("gap")),
        at_best=_mean(known("at_best")),
        bound=None,
        seconds=_mean(known("seconds")),
        cpu_s=_mean(known("cpu_s")),
        memory_mib=max(known("memory_mib"), default=None),
    )


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def headers() -> list[str]:
    """Titles of the columns of a table."""
    return [column.title for column in _COLUMNS] + ["valid"]


def cells(line: Line) -> list[str]:
    """Texts of a line of a table, one per header.

    Parameters
    ----------
    line
        What to show.
    """
    texts = [_text(getattr(line, column.field), column) for column in _COLUMNS]
    valid = f"{line.valid}/{line.runs}"
    return [*texts, f"{valid}, {line.failed} failed" if line.failed else valid]


def _text(value: str | float | None, column: _Column) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.format == "cost":
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.6f}"
    return format(value * column.factor if column.factor != 1.0 else value, column.format)


def markdown(lines: Sequence[Line]) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    lines
        Its lines.
    """
    rules = ["---", "---:", "---", *["---:"] * (len(headers()) - 3)]
    body = [headers(), rules, *(cells(line) for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in body)


def to_csv(lines: Sequence[Line]) -> str:
    """Return comma-separated values with full precision; gaps and shares are fractions.

    Parameters
    ----------
    lines
        What to write.
    """
    names = list(Line.__dataclass_fields__)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(line, name) for name in names] for line in lines)
    return text.getvalue()


def summary(rows: Sequence[Row], suffix: str, more: Sequence[str] = ()) -> str:
    """Return the tables per method and per instance as text.

    Parameters
    ----------
    rows
        Rows of a benchmark.
    suffix
        ``".csv"`` or ``".md"``.
    more
        Further tables, in Markdown, which come first; a ``.csv`` file leaves them out.

    Raises
    ------
    ValueError
        If it is neither.
    """
    lines = per_instance(rows)
    if suffix == ".csv":
        return to_csv([*lines, *per_method(lines)])
    if suffix == ".md":
        gaps = "".join(f"# Gaps\n\n{table}\n" for table in more)
        methods, instances = markdown(per_method(lines)), markdown(lines)
        return f"{gaps}# Methods\n\n{methods}\n# Instances\n\n{instances}"
    raise ValueError(f"a summary is a .md or .csv file, not {suffix or 'one without a suffix'}")


def failures(rows: Iterable[Row]) -> list[str]:
    """One line for every run that failed.

    Parameters
    ----------
    rows
        Rows of a benchmark.
    """
    return [
        f"{row['instance']}, {method_label(row)}, seed {row['seed']}: {row['error']}"
        for row in rows
        if row.get("error") is not None
    ]
