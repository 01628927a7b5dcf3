"""Gaps of the lower bounds of vehicle routing problems to the best known values.

Usage: python benchmarks/vrp_bounds.py SECONDS FILE...  prints one line of a Markdown table per
instance, then one per folder. FILE is relative to the shared instances (COSOLVE_DATA).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

import cosolve
from cosolve.bounds import lower_bound, rounded_up
from cosolve.core import Run, Stop

DATA = Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[1] / "../shared/instances"))


def best_known(file: str) -> float | None:
    """Best known value of an instance, in the convention that is the default of its family."""
    family, _, rest = file.partition("/")
    listed = json.loads((DATA / family / "bks.json").read_text())
    entry = listed.get(str(Path(rest).with_suffix("")), {})
    value = entry.get("dimacs", entry).get("value")
    return float(value) if isinstance(value, int | float) else None


def main(seconds: float, files: list[str]) -> None:
    print("| instance | best known | bound | gap % | method | converged | seconds |")
    print("|---|---|---|---|---|---|---|")
    gaps: dict[str, list[float]] = {}
    for file in files:
        problem = cosolve.read(DATA / file)
        run = Run(Stop(time_limit=seconds))
        started = time.perf_counter()
        found = lower_bound(problem, run)
        wall = time.perf_counter() - started
        best = best_known(file)
        if found is None:
            print(f"| {file} | {best} | none | | | | {wall:.1f} |", flush=True)
            continue
        value = rounded_up(problem, found.value)
        gap = ""
        if best is not None:
            gaps.setdefault(str(Path(file).parent), []).append(100 * (best - value) / best)
            gap = f"{gaps[str(Path(file).parent)][-1]:.2f}"
        ended = "yes" if found.converged else "no"
        print(
            f"| {file} | {best:g} | {value:.6g} | {gap} | {found.method} | {ended} | {wall:.1f} |",
            flush=True,
        )
    print("\n| folder | instances | mean gap % | median | worst |\n|---|---:|---:|---:|---:|")
    for folder, found_gaps in gaps.items():
        middle = (statistics.fmean(found_gaps), statistics.median(found_gaps), max(found_gaps))
        cells = " | ".join(f"{gap:.2f}" for gap in middle)
        print(f"| {folder} | {len(found_gaps)} | {cells} |")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
