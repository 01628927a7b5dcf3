"""What predicted multipliers are worth to the Held-Karp bound.

    python benchmarks/penalties.py FOLDER --sizes 1000,10000 --count 16

FOLDER is a model that predicts penalties (`cosolve train tour-edges` with ``penalties = true``).
Prints a table in Markdown: proven bounds below the best one found, and seconds of the processor.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from edge_prediction import cell

from cosolve import _kernels
from cosolve.guidance.models import Model, load_model
from cosolve.guidance.penalties import predicted_multipliers
from cosolve.neural.edge_training import HELD_OUT
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.tsp_model import TspModel

_FIRST = HELD_OUT + 1000  # seeds that no training measured itself on
_LAST_STEP = 0.002


class Found(NamedTuple):
    """A proven bound, and the seconds of all but its pricing."""

    bound: float
    seconds: float


def climb(
    problem: TSP, trees: int, first: float, start: Callable[[], npt.NDArray[np.float32]] | None
) -> Found:
    """Ascend for a number of trees."""
    began_s = time.process_time()
    model = TspModel(problem)
    engine = _kernels.HeldKarp(model.metric, model.indptr, model.indices, model.fixed_edges)
    if start is not None:
        engine.offer(model.of_nodes(start()))
    engine.plan(trees, first, _LAST_STEP)
    while not engine.finished:
        engine.run(1.0)
    seconds = time.process_time() - began_s
    while not engine.price(1.0):
        pass
    assert engine.bound is not None
    return Found(engine.bound, seconds)


def measure(problem: TSP, model: Model) -> dict[str, Found]:
    """Bounds of an instance by several ways, the best one last."""

    def predicted() -> npt.NDArray[np.float32]:
        return predicted_multipliers(model, problem)

    found = {f"{trees} trees": climb(problem, trees, 0.3, None) for trees in (30, 60, 100, 200)}
    found |= {
        f"prediction, then {trees} trees": climb(problem, trees, 0.1, predicted)
        for trees in (0, 30, 70)
    }
    return found | {"2000 trees": climb(problem, 2000, 0.3, None)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder of a model")
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--kinds", default="uniform,clustered")
    parser.add_argument("--count", type=int, default=16)
    options = parser.parse_args()
    model = load_model(options.model)
    print("| instances | multipliers | bound below the best, % | CPU ms |")
    print("|---|---|---:|---:|")
    for size in map(int, options.sizes.split(",")):
        for kind in options.kinds.split(","):
            instances = [random_tsp(size, _FIRST + i, kind) for i in range(options.count)]
            rows = [measure(problem, model) for problem in instances]
            best = [max(found.bound for found in row.values()) for row in rows]
            for way in rows[0]:
                below = [100 * (1 - r[way].bound / b) for r, b in zip(rows, best, strict=True)]
                seconds = 1000 * float(np.mean([r[way].seconds for r in rows]))
                name = f"{kind} {size} x {options.count}"
                print(f"| {name} | {way} | {cell(below, 3)} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
