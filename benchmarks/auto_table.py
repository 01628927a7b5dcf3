"""Measures the table by which ``auto`` chooses: ``python benchmarks/auto_table.py``.

Every method gets every number of nodes and time limit of a grid, on uniform instances; the method
with the lower mean cost wins the cell. Takes about ten minutes on a quiet core and writes
``cosolve/solvers/auto_table.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from cosolve import solve
from cosolve.io.atomic import atomic_write
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp

TABLE = Path(__file__).parent.parent / "cosolve" / "solvers" / "auto_table.json"
METHODS = ("eax", "lk", "popmusic")
SIZES = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
MS_PER_NODE = (0.01, 0.03, 0.1, 0.3, 0.6)
SHORTEST_S, LONGEST_S = 0.1, 60.0
MOST_INSTANCES = 8


def cells(largest: int) -> list[tuple[int, float]]:
    """Return the (nodes, seconds) that are measured."""
    grid = ((n, max(SHORTEST_S, n * ms / 1000)) for n in SIZES for ms in MS_PER_NODE)
    return sorted({(n, s) for n, s in grid if n <= largest and s <= LONGEST_S})


def _cost(problem: TSP, method: str, seconds: float, seed: int) -> float:
    result = solve(problem, method, stop=seconds, seed=seed, bound_share=0)
    return float(result.cost or 0)


def measure(size: int, seconds: float) -> dict[str, object]:
    """Return a row of the table."""
    # Differences are smallest where the instances are, which are also the cheapest.
    seeds = max(1, min(MOST_INSTANCES, 6000 // size))
    means = {
        method: statistics.fmean(
            _cost(random_tsp(size, seed=seed), method, seconds, seed) for seed in range(seeds)
        )
        for method in METHODS
    }
    best = min(means.values())
    return {
        "nodes": size,
        "seconds": seconds,
        "instances": seeds,
        "method": min(means, key=means.__getitem__),
        "excess_percent": {m: round(100 * (c / best - 1), 4) for m, c in means.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-size", type=int, default=SIZES[-1])
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    rows = []
    for size, seconds in cells(options.max_size):
        rows.append(measure(size, seconds))
        print(json.dumps(rows[-1]), flush=True)
    lines = ",\n".join(json.dumps(row) for row in rows)
    atomic_write(options.out, f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
