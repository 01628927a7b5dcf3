"""Writes where ``auto`` guides tours by a trained network: ``python benchmarks/auto_guides.py``.

Reads what ``benchmarks/guides.py`` measured: runs of ``auto`` on uniform points with guide ``gnn``
and without, or with ``quadrant``, which are the candidates searches take without a guide. A number
of nodes and a time limit are guided if the mean of the paired changes is below zero by more than
its standard error.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path

from cosolve.io.atomic import atomic_write

_HERE = Path(__file__).parent
_RUNS = _HERE / "results" / "guides.jsonl"
TABLE = _HERE.parent / "cosolve" / "solvers" / "auto_guides.json"
_KIND = "uniform-"
_SINCE = "2026-11-22T08"  # from then on `auto` takes a guide by itself if none is given


def main() -> None:
    rows = [json.loads(line) for line in _RUNS.read_text(encoding="utf-8").splitlines()]
    cells: defaultdict[tuple[int, float], defaultdict[tuple[str, int], dict[bool, float]]]
    cells = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        unguided = row["guide"] == "quadrant" or (row["guide"] is None and row["time"] < _SINCE)
        counts = row["method"] == "auto" and (unguided or row["guide"] == "gnn")
        if counts and row["suite"].startswith(_KIND) and row.get("clock", "wall") == "wall":
            nodes = int(row["suite"].removeprefix(_KIND))
            runs = cells[nodes, row["time_limit"]][row["instance"], row["seed"]]
            runs[row["guide"] == "gnn"] = row["cost"]
    table = [_row(*cell, list(runs.values())) for cell, runs in sorted(cells.items())]
    atomic_write(TABLE, "[\n" + ",\n".join(json.dumps(row) for row in table) + "\n]\n")
    print(f"{TABLE}: {len(table)} rows")


def _row(nodes: int, seconds: float, runs: list[dict[bool, float]]) -> dict[str, object]:
    changes = [100 * (run[True] / run[False] - 1) for run in runs if len(run) == 2]
    mean = statistics.fmean(changes)
    error = statistics.stdev(changes) / len(changes) ** 0.5 if changes[1:] else 0.0
    return {
        "nodes": nodes,
        "seconds": seconds,
        "instances": len(changes),
        "guided": mean + error < 0,
        "change_percent": round(mean, 4),
        "error_percent": round(error, 4),
    }


if __name__ == "__main__":
    main()
