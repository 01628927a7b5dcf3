"""Measures asymmetric problems by family: ``python benchmarks/atsp.py > benchmarks/ATSP.md``.

Compares the local search on arcs (``lk``), the same kind of search on the symmetric form with two
copies of every node, the genetic algorithm on that form (``eax``) and LKH, and measures the two
lower bounds. Every run has a process of its own and one thread; runs are made one after the other.
Stop it at any time; the same command goes on where it stopped. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import atsp_runs
import measure
import peers
import report

from cosolve.bench import Instance, ResultStore, Row, find_suite, make_tasks, remaining, run_bench
from cosolve.engine import LocalProcesses
from cosolve.problems.random_atsp import KINDS

_RESULTS = Path(__file__).parent / "results" / "atsp.jsonl"
_LIMIT_S = 5.0
_GENERATED = [
    ("random", 150, 1234),
    ("random", 300, 1234),
    ("random", 1000, 1234),
    *((family, n, 1) for family in list(KINDS)[1:] for n in (300, 1000)),
]
_METHODS = {
    "lk": "lk",
    atsp_runs.TWO_COPIES: "lk, two copies",
    "eax": "eax",
    f"{measure.PEER}lkh": peers.PEERS["lkh"].label,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=_LIMIT_S, help="seconds per run")
    parser.add_argument("--out", type=Path, default=_RESULTS, help="results file")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    methods = [m for m in _METHODS if options.peers or not m.startswith(measure.PEER)]
    tasks = make_tasks(_instances(), [atsp_runs.BOUND, *methods], [0], time_limit_s=options.limit)
    with ResultStore(options.out) as store:
        todo = remaining(tasks, store.rows)

        def keep(row: Row) -> None:
            store.append(
                row
                | {
                    "case": "atsp",
                    "machine": report.machine(),
                    "load": round(os.getloadavg()[0], 2),
                    "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                }
            )
            what = row.get("error") or row.get("cost") or row["bound"]
            print(f"{row['instance']} {row['method']}: {what}", file=sys.stderr)

        run_bench(todo, LocalProcesses(1), keep, run=atsp_runs.execute)
        keys = {task.key for task in tasks}
        print(render([row for row in store.rows if row["key"] in keys], options.limit))


def _instances() -> list[Instance]:
    tsplib = [i for i in find_suite("tsplib") if ".atsp" in i.source]
    return [*tsplib, *(atsp_runs.generated(*entry) for entry in _GENERATED)]


def render(rows: list[Row], limit_s: float) -> str:
    """Return the page."""
    latest = {(row["instance"], row["method"]): row for row in rows}
    names = list(dict.fromkeys(row["instance"] for row in rows))
    methods = [m for m in _METHODS if any(row["method"] == m for row in rows)]
    best = {name: _best(latest, name, methods) for name in names}
    header = ["instance", "assignment", "arborescence", "best", *(_METHODS[m] for m in methods)]
    body = []
    gaps: dict[str, dict[str, list[float]]] = {}
    for name in names:
        bound = latest.get((name, atsp_runs.BOUND), {})
        cells = [name, *(_number(bound.get(key)) for key in ("assignment", "bound"))]
        cells.append(_number(best[name]))
        for method in methods:
            cost = latest.get((name, method), {}).get("cost")
            gap = None if cost is None else 100 * (cost - best[name]) / best[name]
            cells.append("failed" if gap is None else f"{gap:.3f} %")
            if gap is not None:
                gaps.setdefault(_family(name), {}).setdefault(method, []).append(gap)
        body.append(cells)
    means = [
        [
            family,
            *(
                f"{statistics.fmean(of[m]):.3f} % ({len(of[m])})" if m in of else "failed"
                for m in methods
            ),
        ]
        for family, of in gaps.items()
    ]
    times = sorted(row["time"] for row in rows)
    loads = [row["load"] for row in rows]
    machines = "; ".join(sorted({row["machine"] for row in rows}))
    return "\n".join(
        [
            "# Asymmetric problems, as measured\n",
            f"`python benchmarks/atsp.py`: {limit_s:g} s per run, one thread. Excess over the best "
            "known cost, which for generated instances is the best of these runs.\n",
            _markdown(header, body),
            "Means by family, with the number of instances solved:\n",
            _markdown(["family", *(_METHODS[m] for m in methods)], means),
            f"Measured {times[0]} to {times[-1]} on {machines}; load average {min(loads)} to "
            f"{max(loads)}.",
        ]
    )


def _best(latest: dict[tuple[str, str], Row], name: str, methods: list[str]) -> float:
    rows = [latest[name, m] for m in methods if (name, m) in latest]
    known = [row["best_known"] for row in rows if row["best_known"] is not None]
    return float(min(known or [row["cost"] for row in rows if row.get("cost") is not None]))


def _family(name: str) -> str:
    family = name.rstrip("0123456789p").rstrip("-")
    return family if family in KINDS else f"TSPLIB {family or name}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _markdown(header: list[str], body: list[list[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *body))


if __name__ == "__main__":
    main()
