"""Writes where ``auto`` asks a trained network: ``python benchmarks/auto_guides.py``.

Reads what ``benchmarks/guides.py`` measured: runs of ``auto`` with guide ``gnn`` and without, on
uniform points and on the X instances of vehicle routing. As ``auto`` guides itself where none is
given, runs without are those with ``quadrant``, the candidates of tours without a guide, and those
of ``clusters``, what ``auto`` does with many clients. A number of nodes and a time limit are guided
if the mean of the paired changes is below zero by more than its standard error.
"""

from __future__ import annotations

import json
import statistics
from bisect import bisect
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cosolve.io.atomic import atomic_write

_HERE = Path(__file__).parent
_RUNS = _HERE / "results" / "guides.jsonl"
TABLE = _HERE.parent / "cosolve" / "solvers" / "auto_guides.json"
_UNIFORM, _ROUTES = "uniform-", ("cvrplib/X", "cvrplib/XXL")
# From then on `auto` guides itself if no guide is given.
_SINCE = {"tsp": "2026-11-22T08", "cvrp": "2026-11-22T12"}
_BINS = (100, 200, 300, 400, 640, 1001, 5000, 12_000, 35_000)  # clients


class _Cell(NamedTuple):
    problem: str
    nodes: int
    seconds: float


def main() -> None:
    rows = [json.loads(line) for line in _RUNS.read_text(encoding="utf-8").splitlines()]
    cells: defaultdict[_Cell, defaultdict[tuple[str, int], dict[bool, float]]]
    cells = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if (cell := _cell(row)) is None or (guided := _guided(row, cell.problem)) is None:
            continue
        runs = cells[cell][row["instance"], row["seed"]]
        runs[guided] = row["cost"]
    table = [_row(cell, list(runs.values())) for cell, runs in sorted(cells.items())]
    atomic_write(TABLE, "[\n" + ",\n".join(json.dumps(row) for row in table) + "\n]\n")
    print(f"{TABLE}: {len(table)} rows")


def _cell(row: Mapping[str, Any]) -> _Cell | None:
    """Where a run counts; X instances count among those of about as many clients."""
    if row.get("clock", "wall") != "wall" or row["params"] or row.get("cost") is None:
        return None
    seconds = row["time_limit"]
    if row["suite"].startswith(_UNIFORM):
        return _Cell("tsp", int(row["suite"].removeprefix(_UNIFORM)), seconds)
    if row["suite"] not in _ROUTES or not _BINS[0] <= row["size"] < _BINS[-1]:
        return None
    number = bisect(_BINS, row["size"])
    return _Cell("cvrp", round((_BINS[number - 1] * _BINS[number]) ** 0.5), seconds)


def _guided(row: Mapping[str, Any], problem: str) -> bool | None:
    """Whether a run was guided; None if it is of neither kind."""
    if row["method"] == "auto" and row["guide"] == "gnn":
        return True
    plain = row["guide"] is None and (row["method"] == "clusters" or row["time"] < _SINCE[problem])
    if row["method"] in ("auto", "clusters") and (plain or row["guide"] == "quadrant"):
        return False
    return None


def _row(cell: _Cell, runs: list[dict[bool, float]]) -> dict[str, object]:
    changes = [100 * (run[True] / run[False] - 1) for run in runs if len(run) == 2]
    mean = statistics.fmean(changes)
    error = statistics.stdev(changes) / len(changes) ** 0.5 if changes[1:] else 0.0
    return {
        **cell._asdict(),
        "instances": len(changes),
        "guided": mean + error < 0,
        "change_percent": round(mean, 4),
        "error_percent": round(error, 4),
    }


if __name__ == "__main__":
    main()
