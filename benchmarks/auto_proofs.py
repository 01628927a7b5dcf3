"""What ``auto`` proves: ``python benchmarks/auto_proofs.py SECONDS FILE...``.

Prints one line of a Markdown table per instance, and a summary; one run each, one thread, wall
seconds. FILE is relative to the shared instances (COSOLVE_DATA).
"""

from __future__ import annotations

import sys

from vrp_bounds import DATA

import cosolve


def main(seconds: float, files: list[str]) -> None:
    """Print the table."""
    print("| instance | size | cost | bound | gap | status | s |")
    print("|---|---:|---:|---:|---:|---|---:|")
    proven, took_s = 0, 0.0
    for file in files:
        problem = cosolve.read(DATA / file)
        result = cosolve.solve(problem, stop=seconds)
        gap = "" if result.gap is None else f"{result.gap:.3%}"
        print(
            f"| {problem.name} | {problem.size} | {result.cost:.10g} | {result.bound:.10g} | {gap} "
            f"| {result.status} | {result.runtime:.1f} |",
            flush=True,
        )
        proven += result.status == cosolve.Status.OPTIMAL
        took_s += result.runtime
    print(f"\n{proven} of {len(files)} proven, {took_s / len(files):.1f} s in the mean")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
