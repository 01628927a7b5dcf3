"""Measures the settings of ``eax``: ``python benchmarks/eax_settings.py > benchmarks/SETTINGS.md``.

Three tables behind constants of the code: how starting tours are made (``cosolve/search/eax.py``),
which share of the improving AB-cycles a child takes over (``cosolve/solvers/eax.py``), and which
candidate edges are the default (``cosolve/search/tsp_model.py``). One thread, CPU seconds, about
four minutes.
"""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from cosolve import _kernels
from cosolve.guidance import make_guide
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.lin_kernighan import lin_kernighan
from cosolve.search.models import model_of

_WITHIN = 5e-5  # of the final length: from there on hardly anything is gained


@dataclass(frozen=True)
class Setting:
    """A way to make a population and to combine it."""

    depth: int = 3
    breadth: tuple[int, ...] = (5, 3)
    randomization: float = 3.0
    population: int = 100
    children: int = 60
    share: float = 0.25
    guide: str | None = None


def evolve(problem: TSP, setting: Setting, seed: int) -> tuple[float, float, float]:
    """Return CPU seconds for the first tours, until nearly the end, and the final cost."""
    began = time.process_time()
    guide = None if setting.guide is None else make_guide(setting.guide)(problem)
    model = model_of(problem, guide)
    tours = []
    for i in range(setting.population):
        tour = model.greedy(seed * 1000 + i, setting.randomization)
        engine = lin_kernighan(model, tour, seed=i, depth=setting.depth, breadth=setting.breadth)
        engine.run(float("inf"), 0)
        tours.append(engine.tour())
    built = time.process_time() - began
    eax = _kernels.Eax(
        model.metric,
        model.indptr,
        model.indices,
        model.fixed_edges,
        np.array(tours, dtype=np.int32),
        setting.children,
        seed,
        1,
        setting.share,
    )
    marks = []
    while not eax.finished:
        eax.run(1e-5 * problem.size, -1)
        marks.append((time.process_time() - began, eax.cost))
    near = next(t for t, cost in marks if cost <= eax.cost * (1 + _WITHIN))
    return built, near, problem.cost(model.decode(eax.best()))


def table(title: str, problems: list[TSP], settings: dict[str, Setting], seeds: int) -> None:
    """Print a Markdown table of settings, compared with the best length any of them found."""
    found = {
        name: [[evolve(p, setting, seed) for seed in range(seeds)] for p in problems]
        for name, setting in settings.items()
    }
    best = [min(run[2] for runs in found.values() for run in runs[i]) for i in range(len(problems))]
    print(f"\n## {title}\n")
    print("| setting | first tours, s | nearly final, s | mean excess over the best found |")
    print("| --- | --- | --- | --- |")
    for name, runs in found.items():
        flat = [run for instance in runs for run in instance]
        excess = fmean(
            100 * (run[2] / best[i] - 1) for i, instance in enumerate(runs) for run in instance
        )
        print(
            f"| {name} | {fmean(r[0] for r in flat):.2f} | {fmean(r[1] for r in flat):.2f} "
            f"| {excess:.4f} % |",
            flush=True,
        )


def main() -> None:
    thousand = [random_tsp(1000, seed=seed) for seed in (1234, 1235, 1236)]
    large = [random_tsp(10_000, seed=1234)]
    plain = Setting()
    print("# Settings of eax, as measured")
    print(f"\n`python benchmarks/eax_settings.py`, {platform.machine()}, CPU seconds, one thread.")
    print("A setting is better if it is lower after the same time, not at the same population.")
    starts = {
        "depth 3, breadth 5-3, randomization 3": plain,
        "the same, randomization 1": replace(plain, randomization=1.0),
        "the same, randomization 0.1": replace(plain, randomization=0.1),
        "depth 5, breadth 5-3-1, randomization 1": Setting(5, (5, 3, 1), 1.0),
        "depth 10, breadth 5-3-1, randomization 1": Setting(10, (5, 3, 1), 1.0),
        "depth 2, breadth 5, randomization 3": Setting(2, (5,), 3.0),
    }
    table("Starting tours: 1000 nodes, population 100", thousand, starts, 2)
    shares = {
        f"share {share:g}, population {size}": replace(plain, share=share, population=size)
        for share, size in ((0.0, 80), (0.12, 80), (0.25, 80), (0.25, 110), (0.5, 110), (1.0, 130))
    }
    table("Share of the improving AB-cycles: 1000 nodes", thousand, shares, 2)
    shares = {
        f"share {share:g}, population {size}": replace(plain, share=share, population=size)
        for share, size in ((0.0, 30), (0.12, 50), (0.25, 50), (0.25, 60), (0.5, 60), (1.0, 70))
    }
    table("Share of the improving AB-cycles: 10 000 nodes", large, shares, 1)
    guides = {"quadrant, 2 and 5 (default)": plain} | {
        guide: replace(plain, guide=guide) for guide in ("knn:6", "knn:8", "knn:10", "quadrant:3")
    }
    table("Candidates: 1000 uniform nodes, population 100", thousand, guides, 2)
    clustered = [random_tsp(1000, seed=seed, kind="clustered") for seed in (1, 2, 3)]
    table("Candidates: 1000 clustered nodes, population 100", clustered, guides, 2)


if __name__ == "__main__":
    main()
