"""Measures scheduling beside its peers: ``python benchmarks/scheduling.py --case ta41``.

Every run has a process of its own and, unless --jobs says otherwise, the machine for itself: runs
are made one after the other, methods alternating, so that what disturbs one disturbs all. Stop it
at any time; the same command goes on where it stopped. Every schedule, of the peers as well, is
checked and its makespan recomputed. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import harness
import measure
import report

from cosolve import write_problem
from cosolve.bench import Instance, ResultStore, Task, find_suite, make_tasks
from cosolve.problems.random_scheduling import random_fjsp
from cosolve.solvers import registry

_RESULTS = Path(__file__).parent / "results"
_METHODS = "auto"
_PEERS = ("cpsat", "pyjobshop")
_LARGE = 20_000  # operations; no peer has an answer in the time given to larger instances
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cosolve-benchmarks"


class Case(NamedTuple):
    """Instances, time limit and peers of a table."""

    suite: str
    names: str = "*"  # of the instances in the suite, as patterns, with commas
    limits_s: tuple[float, ...] = (60,)
    peers: tuple[str, ...] = _PEERS
    methods: str = _METHODS


class Generated(NamedTuple):
    """A flexible job shop of the law of the rolling-horizon papers."""

    jobs: int
    machines: int
    operations: int
    seed: int


CASES = {
    "ta41": Case("jsp/Taillard1993", "ta41*"),
    "ta61-70": Case("jsp/Taillard1993", "ta6[1-9]*,ta70*"),
    "ta71-80": Case("jsp/Taillard1993", "ta7[1-9]*,ta80*"),
    "mk10": Case("fjsp/brandimarte", "mk10"),
    "behnke60": Case("fjsp/behnke", "lar04_5"),
    "dpp18a": Case("fjsp/dauzere", "18a"),
    "la40-vdata": Case("fjsp/hurink_vdata", "la40"),
    "shops-small": Case("jsp/FisherThompson1963", limits_s=(10,)),
    "lawrence": Case("jsp/Lawrence1984", limits_s=(10,)),
    "orb": Case("jsp/ApplegateCook1991", limits_s=(10,)),
    "brandimarte": Case("fjsp/brandimarte", "mk0*", limits_s=(10,)),
    "kacem": Case("fjsp/kacem", limits_s=(10,)),
    "fattahi": Case("fjsp/fattahi", limits_s=(10,)),
    "sd2-600": Case("fjsp/generated", "sd2_20x10x30_s0", methods="auto,rho"),
    "sd2-2000": Case("fjsp/generated", "sd2_20x10x100_s0", methods="auto,rho"),
    "sd2-100k": Case("sd2-100k", peers=(), methods="dispatch,auto,rho"),
}
GENERATED = {"sd2-100k": Generated(1000, 10, 100, 0)}
GROUPS = {
    "table": (
        "ta41", "ta71-80", "ta61-70", "mk10", "behnke60", "dpp18a", "la40-vdata", "sd2-600",
        "sd2-2000", "sd2-100k",
    ),
    "small": (
        "shops-small", "lawrence", "orb", "brandimarte", "kacem", "fattahi", "la40-vdata",
    ),
}  # fmt: skip


def main() -> None:
    options = _options()
    out = options.out or _RESULTS / f"scheduling-{options.case}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    with ResultStore(out) as store:
        for name in GROUPS.get(options.case, (options.case,)):
            harness.run(_tasks(name, options), store, name, options.jobs)
        print(report.render(store.rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=[*CASES, *GROUPS], required=True)
    parser.add_argument("--peers", help="peers, with commas; those of the case unless given")
    parser.add_argument("--no-peers", action="store_true", help="measure cosolve only")
    parser.add_argument("--methods", help="methods of cosolve, with commas; NAME:PRESET works")
    parser.add_argument("--limits", help="time limits in seconds, with commas")
    parser.add_argument("--threads", type=int, default=2, help="threads of each run")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--seeds", default="0", help="seeds, with commas")
    parser.add_argument("--names", help="pattern of the names of instances, such as 'ta7*'")
    parser.add_argument(
        "--bound-share", type=float, default=0.0, help="share of the time for a lower bound"
    )
    parser.add_argument(
        "--out", type=Path, help="results; benchmarks/results/scheduling-CASE.jsonl"
    )
    return parser.parse_args()


def _tasks(name: str, options: argparse.Namespace) -> list[Task]:
    case = CASES[name]
    limits = [float(x) for x in options.limits.split(",")] if options.limits else case.limits_s
    methods = [m for m in (options.methods or case.methods).split(",") if m]
    for method in methods:
        registry.get(method.partition(":")[0])
    if not options.no_peers:
        chosen = options.peers.split(",") if options.peers else case.peers
        harness.require_peers(chosen)
        methods += [measure.PEER + peer for peer in chosen]
    return [
        task
        for limit_s in limits
        for seed in options.seeds.split(",")
        for task in make_tasks(
            _instances(name, options.names),
            methods,
            [int(seed)],
            threads=options.threads,
            time_limit_s=limit_s,
            bound_share=options.bound_share,
        )
    ]


def _instances(name: str, pattern: str | None) -> list[Instance]:
    case = CASES[name]
    if name in GENERATED:
        return find_suite(str(_generated(name, GENERATED[name])))
    return [
        instance
        for instance in find_suite(case.suite)
        if any(fnmatch(instance.name.rpartition("/")[2], p) for p in case.names.split(","))
        and fnmatch(instance.name.rpartition("/")[2], pattern or "*")
    ]


def _generated(name: str, shape: Generated) -> Path:
    """Write the instance where it can be found again; it is made once."""
    path = _CACHE / f"{name}.fjs"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_problem(random_fjsp(*shape), path)
    return path


if __name__ == "__main__":
    main()
