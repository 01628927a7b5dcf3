"""Measures the TSP core beside its peers: ``python benchmarks/tsp_core.py --case u1000``.

Every run has a process of its own and, unless --jobs says otherwise, the machine for itself: runs
are made one after the other, methods alternating, so that what disturbs one disturbs all. Stop it
at any time; the same command goes on where it stopped. See README.md beside this file.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import harness
import report
import startup

from cosolve.bench import (
    BestKnown,
    Instance,
    ResultStore,
    Task,
    find_suite,
    make_tasks,
)

_RESULTS = Path(__file__).parent / "results"


class Case(NamedTuple):
    """Instances, time limits and seeds of a table."""

    suite: str
    limits_s: tuple[float, ...]
    seeds: tuple[int, ...] = (0,)
    max_size: int | None = None
    threads: int = 1
    per_node_s: float = 0.0  # limit of an instance where this is more than the one above


CASES = {
    "u1000": Case("uniform:1000x3:1234", (1, 3, 5), (0, 1, 2)),
    "u10000": Case("uniform:10000:1234", (10, 60), (0,)),
    "tsplib": Case("tsplib", (5,), (0,), max_size=1000),
    "u100k": Case("uniform:100000:1234", (15, 60)),
    "u100k-threads": Case("uniform:100000:1234", (600,), threads=2),
    "u1m": Case("uniform:1000000:1234", (90, 320)),
    "u1m-threads": Case("uniform:1000000:1234", (300,), threads=2),
    # The sets neural solvers are measured on; as many of each as there is time for.
    "neural500": Case("tsp-uniform:500x8", (10,)),
    "neural1000": Case("tsp-uniform:1000x4", (20,)),
    "neural10000": Case("tsp-uniform:10000x2", (60,)),
    "mcts1000": Case("uniform:1000x16:1234", (10,)),
    "mcts10000": Case("uniform:10000x4:1234", (100,)),
    "large": Case("tsp-large", (10,), max_size=120_000, per_node_s=0.01),
}


def main() -> None:
    options = _options()
    out = options.out or _RESULTS / f"{options.case}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    with ResultStore(out) as store:
        if options.case == "startup":
            for row in startup.measure():
                store.append(row | harness.circumstances(options.case))
        else:
            harness.run(_tasks(options), store, options.case, options.jobs)
        print(report.render(store.rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=[*CASES, "startup"], required=True)
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--methods", default="auto", help="methods of cosolve, with commas")
    parser.add_argument("--limits", help="time limits in seconds, with commas")
    parser.add_argument("--per-node", type=float, help="seconds per node where that is more")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--seeds", help="seeds, with commas")
    parser.add_argument("--max-size", type=int, help="leave out larger instances")
    parser.add_argument("--out", type=Path, help="results file; benchmarks/results/CASE.jsonl")
    return parser.parse_args()


def _tasks(options: argparse.Namespace) -> list[Task]:
    case = CASES[options.case]
    limits = [float(x) for x in options.limits.split(",")] if options.limits else case.limits_s
    seeds = [int(x) for x in options.seeds.split(",")] if options.seeds else case.seeds
    methods = options.methods.split(",") + (harness.peer_methods("tsp") if options.peers else [])
    instances = _instances(case, options.max_size or case.max_size)
    per_node_s = case.per_node_s if options.per_node is None else options.per_node
    return [
        task
        for limit_s in limits
        for seed in seeds
        for instance in instances
        for task in make_tasks(
            [instance],
            methods,
            [seed],
            time_limit_s=max(limit_s, per_node_s * _nodes(instance) if per_node_s else 0.0),
            threads=case.threads,
        )
    ]


def _nodes(instance: Instance) -> int:
    return int(instance.load().size)


# Lengths of optimal tours where the listed value means something else: that of linhp318, 41345,
# leaves out its fixed edge, which is 3869 long.
_OPTIMAL_LENGTHS = {"linhp318": 41345 + 3869}


def _instances(case: Case, max_size: int | None) -> list[Instance]:
    found = find_suite(case.suite, max_size=max_size)
    return [
        replace(i, best_known=BestKnown(_OPTIMAL_LENGTHS[i.name], proven=True))
        if i.name in _OPTIMAL_LENGTHS
        else i
        for i in found
        if not i.source.removesuffix(".gz").endswith(".atsp")
    ]


if __name__ == "__main__":
    main()
