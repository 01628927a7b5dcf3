"""Measures divide and conquer: ``python benchmarks/divide.py figures-tsp``.

Runs are made one after the other, each in a process of its own, and appended to
``results/divide.jsonl``; the same command goes on where it stopped, and ``--table`` prints what is
there. ``--clock cpu`` counts CPU seconds of one thread instead of wall time: the figures of a
machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_RESULTS = Path(__file__).parent / "results" / "divide.jsonl"
_SEED = 1234
_MEAN_DEMAND = 5.0  # of `random_vrp`, uniform from 1 to 9


class Entry(NamedTuple):
    """A method with parameters, and perhaps a guide."""

    method: str
    params: dict[str, Any]
    guide: str | None = None

    @property
    def label(self) -> str:
        """How tables call it."""
        words = [self.method, *(f"{k}={v}" for k, v in self.params.items())]
        return " ".join(words + ([] if self.guide is None else [f"guide={self.guide}"]))


class Size(NamedTuple):
    """Instances of one size: kind, nodes, how many, seconds for each."""

    kind: str
    nodes: int
    count: int
    seconds: float


def _divide(guide: str | None = None, **params: Any) -> Entry:
    return Entry("divide", params, guide)


_SEGMENTS = {"part": 250, "divider": "space-filling-curve"}
_GUIDES = ("knn:10", "gt-prior", "alpha:5", "gnn")

CASES: dict[str, tuple[list[Size], list[Entry]]] = {
    "figures-tsp": (
        [Size("tsp", n, count, s) for n, count, s in (
            (500, 16, 5), (1000, 16, 10), (2000, 16, 20), (10_000, 16, 60), (100_000, 16, 180),
        )],
        [_divide()],
    ),
    "figures-cvrp": (
        [Size("cvrp", n, 16, s) for n, s in ((1000, 60), (2000, 60), (5000, 120), (7000, 120))],
        [_divide()],
    ),
    # What reference lengths of up to 2000 nodes are taken from, and what others do in the time.
    "whole-tsp": (
        [Size("tsp", n, 16, s) for n, s in ((500, 5), (1000, 10), (2000, 20))]
        + [Size("tsp", 10_000, 4, 60)],
        [Entry("auto", {})],
    ),
    "whole-cvrp": (
        [Size("cvrp", n, 2, s) for n, s in ((1000, 60), (2000, 60), (5000, 120), (7000, 120))],
        [Entry("clusters", {}), Entry("ils", {})],
    ),
    "conquerors-tsp": (
        [Size("tsp", 2000, 4, 10)],
        [_divide(conqueror=name, **_SEGMENTS) for name in ("eax", "lk", "mcts")]
        + [
            _divide(conqueror="exact", **(_SEGMENTS | {"part": 100})),
            _divide(conqueror="eax", **(_SEGMENTS | {"part": 100})),
            _divide(conqueror="eax", **(_SEGMENTS | {"part": 1000})),
            _divide(conqueror="eax", cut="regions", **_SEGMENTS),
        ],
    ),
    "conquerors-cvrp": (
        [Size("cvrp", 1000, 2, 20)],
        [
            _divide(conqueror=name, cut=cut, part=part)
            for cut in ("clusters", "sectors", "strings")
            for name, part in (("hgs", 250), ("ils", 500))
        ],
    ),
    "first-cvrp": (
        [Size("cvrp", 2000, 2, 40)],
        [
            _divide(conqueror="ils", divider="savings"),
            _divide(conqueror="ils", divider="savings", fresh=1, part=1000, divider_share=0.8),
            _divide(conqueror="ils", divider="ils", divider_share=0.2),
            _divide(conqueror="ils", divider="ils", divider_share=0.4),
            _divide(conqueror="ils", divider="ils", divider_share=0.7),
        ],
    ),
    "dividers-tsp": (
        [Size("tsp", 2000, 4, 5)],
        [_divide(divider=way, part=250, guide=guide)
         for way in ("heaviest", "argmax", "sample") for guide in _GUIDES]
        + [_divide(divider=way, part=250) for way in ("greedy", "space-filling-curve", "lk")],
    ),
    "rounds-tsp": (
        [Size("tsp", 2000, 4, 20)],
        [_divide(rounds=r, **_SEGMENTS) for r in (1, 2, 4, 8, 16)],
    ),
}  # fmt: skip


def main() -> None:
    """Run a case, or print the tables."""
    options = _options()
    if options.one:
        print(json.dumps(_solve(json.loads(options.one))))
        return
    rows = _stored()
    for case in options.cases if not options.table else ():
        for task in _tasks(case, options):
            if task["key"] in {row["key"] for row in rows}:
                continue
            row = task | _run(task)
            rows.append(row)
            with _RESULTS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(f"{case} {task['label']} {task['nodes']} {task['seed']}: {row['cost']:.4f}",
                  file=sys.stderr)  # fmt: skip
    for case in options.cases:
        print(_table(case, rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], help="which tables")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--count", type=int, help="instances of a size, if not those of the case")
    parser.add_argument("--sizes", help="numbers of nodes, with commas, if not all of the case")
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.clock == "cpu" and options.threads > 1:
        parser.error("--clock cpu is for --threads 1")
    return options


def _tasks(case: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    sizes, entries = CASES[case]
    wanted = None if options.sizes is None else {int(n) for n in options.sizes.split(",")}
    for size in sizes:
        if wanted is not None and size.nodes not in wanted:
            continue
        for number in range(options.count or size.count):
            for entry in entries:
                task = size._asdict() | entry._asdict()
                del task["count"]
                task |= {"case": case, "seed": _SEED + number, "label": entry.label}
                task |= {"threads": options.threads, "clock": options.clock}
                yield task | {"key": json.dumps(task, sort_keys=True)}


def _run(task: dict[str, Any]) -> dict[str, Any]:
    """Make a run in a process of its own."""
    command = [sys.executable, __file__, "--one", json.dumps(task)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row: dict[str, Any] = json.loads(found.stdout)
    return row | {"load": round(os.getloadavg()[0], 2)}


def _solve(task: dict[str, Any]) -> dict[str, Any]:
    if task["clock"] == "cpu":
        time.perf_counter = time.process_time
    # After the clock, of which cosolve keeps a reference.
    import cosolve
    from cosolve.problems.random_tsp import random_tsp
    from cosolve.problems.random_vrp import random_vrp

    n, seed = task["nodes"], task["seed"]
    problem = random_tsp(n, seed) if task["kind"] == "tsp" else random_vrp(n, seed, "uniform")
    began_s = time.process_time()
    result = cosolve.solve(
        problem,
        task["method"],
        params=task["params"],
        guide=task["guide"],
        stop=task["seconds"],
        threads=task["threads"],
        bound_share=0.0,
    )
    return {
        "cost": result.cost,
        "runtime": round(result.runtime, 2),
        "cpu": round(time.process_time() - began_s, 2),
        "iterations": result.iterations,
    }


def _stored() -> list[dict[str, Any]]:
    if not _RESULTS.exists():
        return []
    return [json.loads(line) for line in _RESULTS.read_text(encoding="utf-8").splitlines()]


def _table(case: str, rows: list[dict[str, Any]]) -> str:
    """Return the table of a case: for tours the mean gap, for routes the mean cost.

    Of routes also the mean without the luck of the draw, see `_luck`.
    """
    own = [row for row in rows if row["case"] == case]
    lines = [
        "| instances | s | threads, clock | CPU s | method | mean | without luck |",
        "|---|---:|---|---:|---|---:|---:|",
    ]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in own:
        name = ("kind", "nodes", "seconds", "threads", "clock", "label")
        groups.setdefault(tuple(row[k] for k in name), []).append(row)
    for (kind, nodes, seconds, threads, clock, label), group in groups.items():
        values = [_value(row, rows) for row in group]
        cpu = sum(row["cpu"] for row in group) / len(group)
        unit, expected = " %", ""
        if kind == "cvrp":
            luck = [_luck(nodes, row["seed"]) for row in group]
            unit, expected = "", _mean([v - x for v, x in zip(values, luck, strict=True)])
        lines.append(
            f"| {kind} {nodes}, {len(group)} | {seconds:g} | {threads}, {clock} | {cpu:.1f} | "
            f"`{label}` | {_mean(values, unit)} | {expected} |"
        )
    return "\n".join([f"\n{case}\n", *lines])


def _mean(values: list[float], unit: str = "") -> str:
    mean = sum(values) / len(values)
    if len(values) < 2:
        return f"{mean:.3f}{unit}"
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    return f"{mean:.3f} ± {spread / math.sqrt(len(values)):.3f}{unit}"


def _luck(n: int, seed: int) -> float:
    """Return how much longer than expected the ways between clients and depot are, filled.

    The depot's place and the demands decide most of what routes cost from instance to instance.
    Twice the distance of each client, times the share of a vehicle it fills: the part of the cost
    that they decide [M. Haimovich and A. H. G. Rinnooy Kan, Mathematics of Operations Research 10
    (1985)]. Its expectation under the law is known, so that costs without the difference have the
    same expectation and a fraction of the spread.
    """
    from cosolve.problems.random_vrp import random_vrp

    problem = random_vrp(n, seed, "uniform")
    assert problem.coords is not None
    away = problem.coords[1:] - problem.coords[0]
    share = problem.demands.reshape(-1)[-n:] / problem.vehicles[0].capacity[0]
    distance = (2 + math.sqrt(2) + 5 * math.asinh(1)) / 15  # of two points of a square, in the mean
    expected = 2 * n * _MEAN_DEMAND / problem.vehicles[0].capacity[0] * distance
    return float(2 * (share * (away**2).sum(axis=1) ** 0.5).sum() - expected)


def _value(row: dict[str, Any], rows: list[dict[str, Any]]) -> float:
    """Return the gap of a tour in percent, or the cost of routes."""
    if row["kind"] != "tsp":
        return float(row["cost"])
    n = row["nodes"]
    if n > 2000:
        # Random uniform tours: Johnson and McGeoch's constant, and what the border adds.
        reference = 0.7124 * math.sqrt(n) + 0.55
    else:
        same = [r for r in rows if (r["kind"], r["nodes"], r["seed"]) == ("tsp", n, row["seed"])]
        reference = min(r["cost"] for r in same)
    return 100.0 * (row["cost"] / reference - 1)


if __name__ == "__main__":
    main()
