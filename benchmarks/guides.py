"""Compares guides: ``python benchmarks/guides.py --family x --guides none,knn:20,savings:20``.

Families of instances x methods x time limits x guides, each on the same instances with the same
seeds, one thread; the time a guide takes is part of the limit. Prints a table of mean gaps with
their standard errors, and of what the guide and the parameters of the method change, run by run.
Stop it at any time; the same command goes on where it stopped. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import guides_runs
import harness

from cosolve.bench import Instance, ResultStore, Row, Task, find_suite, remaining, run_bench
from cosolve.engine import LocalProcesses
from cosolve.guidance import make_guide
from cosolve.problems.random_tsp import KINDS
from cosolve.solvers import registry

_RESULTS = Path(__file__).parent / "results" / "guides.jsonl"
_NONE = "none"


class Family(NamedTuple):
    """Instances of one kind, and what is measured on them unless the command line says else."""

    instances: str
    """A suite, or ``KIND:N`` for random tours."""
    methods: str
    limits_s: tuple[float, ...]
    guides: str
    least: int | None = None
    """Fewest nodes or clients."""


_TOURS = "none,knn:10,quadrant,gt-prior:10,alpha"
_ROUTES = "none,knn:10,knn:20,quadrant,savings:14,savings:20"
FAMILIES = {
    "x": Family("cvrplib/X", "hgs,ils,clusters", (30,), _ROUTES, least=400),
    "xxl": Family("cvrplib/XXL", "clusters", (60,), _ROUTES),
    "solomon": Family("vrptw/solomon", "hgs", (10,), "none,knn:20,knn:40,savings:20"),
    "tsplib": Family("tsplib", "auto", (5,), _TOURS, least=5000),
    "uniform-1k": Family("uniform:1000", "lk,eax,mcts", (10,), _TOURS),
    "uniform-3k": Family("uniform:3000", "auto", (0.3, 1, 3), _TOURS),
    "uniform-5k": Family("uniform:5000", "auto", (0.25, 1, 3), _TOURS),
    "uniform-10k": Family("uniform:10000", "lk,mcts,popmusic,auto", (3, 10), _TOURS),
    "uniform-30k": Family("uniform:30000", "auto", (1.5, 6, 18), _TOURS),
    "uniform-100k": Family("uniform:100000", "popmusic,auto", (20,), _TOURS),
    "uniform-1m": Family("uniform:1000000", "auto", (180,), _TOURS),
    "clustered-1k": Family("clustered:1000", "lk,eax,mcts", (10,), _TOURS),
    "clustered-10k": Family("clustered:10000", "lk,mcts,popmusic,auto", (5, 10), _TOURS),
    "clustered-100k": Family("clustered:100000", "popmusic,auto", (20,), _TOURS),
}


def main() -> None:
    options = _options()
    tasks = [task for name in options.family.split(",") for task in _tasks(name, options)]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with ResultStore(options.out) as store:
        todo = remaining(tasks, store.rows)
        case_of = {task.key: task.instance.suite for task in tasks}
        done = 0

        def keep(row: Row) -> None:
            nonlocal done
            done += 1
            store.append(row | harness.circumstances(f"guides-{case_of[row['key']]}"))
            what = row.get("error") or f"{row['cost']} in {row['runtime']:.2f} s"
            print(
                f"[{done}/{len(todo)}] {row['instance']} {label(row)} guide {row['guide']} "
                f"seed {row['seed']}: {what}",
                file=sys.stderr,
            )

        run_bench(todo, LocalProcesses(options.jobs), keep, run=guides_runs.measured)
        keys = set(case_of)
        print(render([row for row in store.rows if row["key"] in keys]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", required=True, help=f"with commas: {', '.join(FAMILIES)}")
    parser.add_argument("--guides", help="with commas; none is the method's own choice")
    parser.add_argument(
        "--methods", help="with commas: NAME or NAME@PARAMETER=VALUE+PARAMETER=VALUE"
    )
    parser.add_argument("--limits", help="time limits in seconds, with commas")
    parser.add_argument("--seeds", default="0,1,2", help="seeds of the runs, with commas")
    parser.add_argument("--names", help="patterns of the names of instances, with commas")
    parser.add_argument("--count", type=int, default=4, help="instances; of files the first ones")
    parser.add_argument("--first", type=int, default=0, help="seed of the first random instance")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="what limits count; with cpu, other work on the machine hardly matters",
    )
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--out", type=Path, default=_RESULTS, help="results file")
    return parser.parse_args()


def _tasks(name: str, options: argparse.Namespace) -> list[Task]:
    if name not in FAMILIES:
        sys.exit(f"there is no family {name!r}; they are {', '.join(FAMILIES)}")
    family = FAMILIES[name]
    guides = _checked_guides((options.guides or family.guides).split(","))
    methods = [_method(spec) for spec in (options.methods or family.methods).split(",")]
    limits = options.limits.split(",") if options.limits else family.limits_s
    kind = guides_runs.CpuTask if options.clock == "cpu" else Task
    # Guides alternate: what disturbs one disturbs all.
    return [
        kind(instance, method, params, guide, int(seed), time_limit_s=float(limit), bound_share=0.0)
        for limit in limits
        for seed in options.seeds.split(",")
        for instance in _instances(family, options)
        for method, params in methods
        for guide in guides
    ]


def _checked_guides(names: Sequence[str]) -> list[str | None]:
    for name in names:
        if name != _NONE:
            make_guide(name)
    return [None if name == _NONE else name for name in names]


def _method(spec: str) -> tuple[str, dict[str, object]]:
    name, _, rest = spec.partition("@")
    params: dict[str, object] = dict(p.split("=", 1) for p in rest.split("+") if p)
    registry.get(name, params)  # says what is wrong
    return name, params


def _instances(family: Family, options: argparse.Namespace) -> list[Instance]:
    kind, _, n = family.instances.partition(":")
    if kind in KINDS:
        seeds = range(options.first, options.first + options.count)
        return [guides_runs.generated(kind, int(n), seed) for seed in seeds]
    found = find_suite(family.instances, min_size=family.least)
    patterns = (options.names or "*").split(",")
    named = [i for i in found if any(fnmatch(Path(i.name).name, p) for p in patterns)]
    return named[: options.count]


def label(row: Row) -> str:
    """Name a method with the parameters it was given."""
    params = "+".join(f"{name}={value}" for name, value in sorted(row["params"].items()))
    return f"{row['method']}@{params}" if params else str(row["method"])


def render(rows: Sequence[Row]) -> str:
    """Return a table for every family and time limit.

    The gap is to the best known cost, and of random instances to the best of these rows. Changes
    are from the first guide with the same method, and from the method without parameters with the
    same guide.
    """
    best: dict[str, float] = {}
    for row in rows:
        if row.get("cost") is not None:
            known = row.get("best_known")
            cost = float(row["cost"] if known is None else known)
            best[row["instance"]] = min(cost, best.get(row["instance"], math.inf))
    tables = []
    for suite, limit, clock in dict.fromkeys(map(_table_of, rows)):
        part = [row for row in rows if _table_of(row) == (suite, limit, clock)]
        tables.append(f"## {suite}, {limit:g} s ({clock})\n\n{_table(part, best)}")
    times = sorted(row["time"] for row in rows)
    loads = [row["load"] for row in rows]
    machines = "; ".join(sorted({row["machine"] for row in rows}))
    ending = (
        f"Measured {times[0]} to {times[-1]} on {machines}; load average {min(loads)} to "
        f"{max(loads)}. Gaps in percent; ± is a standard error. Changes, run by run, are from the "
        "first guide of the same method, and from the method without parameters with the same "
        "guide."
        if rows
        else "No runs."
    )
    return "\n\n".join([*tables, ending])


def _table_of(row: Row) -> tuple[str, float, str]:
    return row["suite"], row["time_limit"], row.get("clock", "wall")


def _table(rows: Sequence[Row], best: dict[str, float]) -> str:
    gaps: dict[tuple[str, str], dict[tuple[str, int], float]] = {}
    failed: dict[tuple[str, str], int] = {}
    for row in rows:
        which = label(row), str(row["guide"] or _NONE)
        gaps.setdefault(which, {})
        if row.get("cost") is None:
            failed[which] = failed.get(which, 0) + 1
            continue
        least = best[row["instance"]]
        gaps[which][row["instance"], row["seed"]] = 100 * (row["cost"] - least) / least
    lines = [
        "| method | guide | runs | mean gap | change by the guide | change by the parameters |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    first: dict[str, dict[tuple[str, int], float]] = {}
    for (method, guide), own in gaps.items():
        plain = gaps.get((method.partition("@")[0], guide), own)
        runs = f"{len(own)}" + (f", {n} failed" if (n := failed.get((method, guide))) else "")
        cells = [method, guide, runs, _mean(list(own.values()))]
        cells += [_change(own, first.setdefault(method, own)), _change(own, plain)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _change(own: dict[tuple[str, int], float], base: dict[tuple[str, int], float]) -> str:
    """Mean difference between runs on the same instance with the same seed."""
    if own is base:
        return ""
    return _mean([gap - base[run] for run, gap in own.items() if run in base], signed=True)


def _mean(values: Sequence[float], signed: bool = False) -> str:
    if not values:
        return "none"
    mean = statistics.fmean(values)
    text = f"{mean:+.3f}" if signed else f"{mean:.3f}"
    if len(values) < 2:
        return text
    return f"{text} ± {statistics.stdev(values) / math.sqrt(len(values)):.3f}"


if __name__ == "__main__":
    main()
