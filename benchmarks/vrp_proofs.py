"""Proofs of optimal routes: what is proven within a limit, and the CPU seconds it takes.

Usage: python benchmarks/vrp_proofs.py SECONDS FILE[:CLIENTS]...  prints one line of a Markdown
table per instance. FILE is relative to the shared instances (COSOLVE_DATA); CLIENTS takes the first
ones of it, with the same vehicles. The limit is wall time, so give it room where the machine is
shared; CPU seconds are those of this process and of its workers, the search included.
"""

from __future__ import annotations

import resource
import sys
import time

from vrp_bounds import DATA, best_known

import cosolve
from cosolve.core import Run, Stop
from cosolve.problems import VRP
from cosolve.solvers.exact_routes import prove_routes, supports_routes


def first_clients(problem: VRP, count: int) -> VRP:
    """Return the problem of the first clients, with the same vehicles."""
    kept = count + problem.depots
    assert problem.coords is not None
    return VRP(
        coords=problem.coords[:kept],
        metric=problem.metric,
        depots=problem.depots,
        vehicles=problem.vehicles,
        demands=problem.demands[:kept],
        windows=problem.windows[:kept],
        service=problem.service[:kept],
        name=f"{problem.name}.{count}",
    )


def cpu_seconds() -> float:
    """CPU seconds of this process and of those it waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(u.ru_utime + u.ru_stime for u in used)


def measure(name: str, seconds: float) -> str:
    """Return the line of the table of an instance."""
    file, _, clients = name.partition(":")
    problem = cosolve.read(DATA / file)
    assert isinstance(problem, VRP)
    best = None if clients else best_known(file)
    if clients:
        problem = first_clients(problem, int(clients))
    reason = supports_routes(problem)
    if reason is not None:
        return f"| {name} | | | | {reason} | | |"
    before, started = cpu_seconds(), time.perf_counter()
    outcome = prove_routes(problem, Run(Stop(time_limit=seconds)))
    cpu, wall = cpu_seconds() - before, time.perf_counter() - started
    cost = None if outcome.solution is None else problem.cost(outcome.solution)
    known = "" if best is None else f"{best:g}"
    proven = "proven" if outcome.optimal else "open"
    words = "; ".join(outcome.notes)
    figures = [known, *("" if v is None else f"{v:.7g}" for v in (cost, outcome.bound))]
    return f"| {name} | {' | '.join(figures)} | {proven} | {cpu:.1f} | {wall:.0f} | {words} |"


def main(seconds: float, names: list[str]) -> None:
    """Print the table."""
    print("| instance | best known | cost | bound | | CPU s | wall s | how it ended |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        print(measure(name, seconds), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
