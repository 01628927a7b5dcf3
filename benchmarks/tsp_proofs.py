"""Prove tours of TSPLIB with the method ``exact`` and tabulate what it took.

python benchmarks/tsp_proofs.py FOLDER [--time-limit 60] [--names a280,lin318] [--most 400]

Times are CPU seconds of this process and its workers: those of the wall depend on what else runs.
The time limit is for the wall. Every row is written as soon as it is known.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from cosolve import TSP, Run, Stop, read
from cosolve.bounds import rounded_up
from cosolve.exact.tsp_proof import in_worker
from cosolve.exact.tsp_worker import Found, Task
from cosolve.solvers.exact import Exact

HEADER = (
    "| instance | n | tour | root bound | root gap | edges left | nodes | CPU s | status |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def row(problem: TSP, seconds: float) -> str:
    """Prove a tour and describe how."""
    began = cpu_s()
    run: Any = Run(Stop(time_limit=seconds))
    tour = Exact()._search(problem, run, None, None)  # noqa: SLF001 - its first half alone
    best = problem.cost(tour)

    def hear(found: Found) -> None:
        nonlocal best
        if found.tour is not None:
            best = min(best, problem.cost(found.tour))
        run.report(best, bound=min(found.bound, best), iterations=found.nodes)

    task = Task(problem, tour, None, time.time() + run.remaining, None, 0)
    proof = in_worker(task, run, hear)
    used = cpu_s() - began
    bound = rounded_up(problem, run.bound)
    if proof is None:
        gap = (best - bound) / best
        return (
            f"| {problem.name} | {problem.size} | {best:.0f} | {bound:.1f} | {gap:.3%} | | "
            f"{run.iterations} | {used:.1f} | open |\n"
        )
    status = "optimal" if proof.optimal else "open"
    if not proof.optimal:
        status += f", bound {bound:.0f}"
    return (
        f"| {problem.name} | {problem.size} | {best:.0f} | {proof.root:.1f} | "
        f"{(best - proof.root) / best:.3%} | {proof.remaining} | {proof.nodes} | {used:.1f} | "
        f"{status} |\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .tsp files are")
    parser.add_argument("--time-limit", type=float, default=60.0, help="wall seconds each")
    parser.add_argument("--names", help="instances, with commas; all if not given")
    parser.add_argument("--least", type=int, default=0, help="fewest nodes")
    parser.add_argument("--most", type=int, default=400, help="most nodes")
    parser.add_argument("-o", "--output", type=Path, default=Path("TSP_PROOFS.md"))
    options = parser.parse_args()
    names = options.names.split(",") if options.names else None
    problems = []
    for path in sorted(options.folder.glob("*.tsp")):
        if names is not None and path.stem not in names:
            continue
        if names is None and path.stat().st_size > 10_000_000:
            continue
        problem = read(path)
        assert isinstance(problem, TSP)
        wanted = options.least <= problem.size <= options.most or names is not None
        if wanted and problem.symmetric:
            problems.append(problem)
    problems.sort(key=lambda problem: (problem.size, problem.name))
    options.output.write_text(HEADER)
    for problem in problems:
        line = row(problem, options.time_limit)
        print(line, end="", flush=True)
        with options.output.open("a") as file:
            file.write(line)


if __name__ == "__main__":
    main()
