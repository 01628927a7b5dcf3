"""Measures vehicle routing beside its peers: ``python benchmarks/vrp.py --case x200``.

Every run has a process of its own and, unless --jobs says otherwise, the machine for itself: runs
are made one after the other, methods alternating, so that what disturbs one disturbs all. Stop it
at any time; the same command goes on where it stopped. See README.md beside this file.
"""

from __future__ import annotations

import argparse
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import harness
import measure
import report

from cosolve.bench import Instance, ResultStore, Task, find_suite, make_tasks
from cosolve.solvers import registry

_RESULTS = Path(__file__).parent / "results"
_METHODS = "auto"
_CAPACITATED = ("pyvrp", "hygese", "ortools-vrp", "vroom")
_RICH = ("pyvrp", "ortools-vrp", "vroom")


class Case(NamedTuple):
    """Instances, time limits, peers and seeds of a table."""

    suite: str
    limits_s: tuple[float, ...]
    peers: tuple[str, ...]
    names: str = "*"  # of the instances in the suite, as a pattern
    seeds: tuple[int, ...] = (0,)


CASES = {
    "x101": Case("cvrplib/X/X-n101-k25.vrp", (8,), _CAPACITATED),
    "x200": Case("cvrplib/X/X-n200-k36.vrp", (9, 60), _CAPACITATED),
    "x502": Case("cvrplib/X/X-n502-k39.vrp", (60,), _CAPACITATED),
    "x1001": Case("cvrplib/X/X-n1001-k43.vrp", (60,), _CAPACITATED),
    "xset": Case("cvrplib/X", (60,), ("pyvrp", "hygese")),
    "leuven1": Case("cvrplib/XXL/Leuven1.vrp", (60,), ("pyvrp", "hygese")),
    "antwerp1": Case("cvrplib/XXL/Antwerp1.vrp", (10,), ("pyvrp",)),
    # Matrices of these would take many times the time limit, or the memory.
    "leuven2": Case("cvrplib/XXL/Leuven2.vrp", (120,), ("pyvrp",)),
    "flanders2": Case("cvrplib/XXL/Flanders2.vrp", (120,), ()),
    "solomon": Case("vrptw/solomon", (10,), _RICH),
    "gh1000": Case("vrptw/homberger", (60,), ("pyvrp",), names="*_10_*"),
    "lilim100": Case("pdptw/lilim", (60,), _RICH, names="l*[0-9][0-9][0-9]"),
    "lilim1000": Case("pdptw/lilim", (60,), ("pyvrp",), names="*_10_*"),
    "mdvrp": Case("mdvrp/cordeau", (60,), _RICH),
    "mdvrptw": Case("mdvrp/mdvrptw-vidal", (60,), _RICH),
    "hfvrp": Case("hfvrp/taillard", (60,), _RICH),
    "hfvrp-x": Case("hfvrp/pessoa-X", (60,), ("pyvrp",)),
}
GROUPS = {
    "xxl": ("leuven1", "antwerp1", "leuven2", "flanders2"),
    "lilim": ("lilim100", "lilim1000"),
}


def main() -> None:
    options = _options()
    out = options.out or _RESULTS / f"{options.case}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    with ResultStore(out) as store:
        for name in GROUPS.get(options.case, (options.case,)):
            harness.run(_tasks(CASES[name], options), store, name, options.jobs)
        print(report.render(store.rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=[*CASES, *GROUPS], required=True)
    parser.add_argument("--peers", help="peers, with commas; those of the case unless given")
    parser.add_argument("--no-peers", action="store_true", help="measure cosolve only")
    parser.add_argument("--methods", default=_METHODS, help="methods of cosolve, with commas")
    parser.add_argument("--limits", help="time limits in seconds, with commas")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--seeds", help="seeds, with commas")
    parser.add_argument("--names", help="pattern of the names of instances, such as 'X-n2*'")
    parser.add_argument("--every", type=int, default=1, help="take every so-manieth instance only")
    parser.add_argument(
        "--bound-share", type=float, default=0.0, help="share of the time for a lower bound"
    )
    parser.add_argument("--out", type=Path, help="results file; benchmarks/results/CASE.jsonl")
    return parser.parse_args()


def _tasks(case: Case, options: argparse.Namespace) -> list[Task]:
    limits = [float(x) for x in options.limits.split(",")] if options.limits else case.limits_s
    seeds = [int(x) for x in options.seeds.split(",")] if options.seeds else case.seeds
    methods = _methods(options.methods)
    if not options.no_peers:
        chosen = options.peers.split(",") if options.peers else case.peers
        harness.require_peers(chosen)
        methods += [measure.PEER + name for name in chosen]
    return [
        task
        for limit_s in limits
        for seed in seeds
        for task in make_tasks(
            _instances(case, options.names, options.every),
            methods,
            [seed],
            time_limit_s=limit_s,
            bound_share=options.bound_share,
        )
    ]


def _methods(listed: str) -> list[str]:
    names = [name for name in listed.split(",") if name]
    for name in names:
        registry.get(name.partition(":")[0])
    return names


def _instances(case: Case, names: str | None, every: int) -> list[Instance]:
    found = [
        instance
        for instance in find_suite(case.suite)
        if fnmatch(instance.name.rpartition("/")[2], case.names)
        and fnmatch(instance.name.rpartition("/")[2], names or "*")
    ]
    return found[::every]


if __name__ == "__main__":
    main()
