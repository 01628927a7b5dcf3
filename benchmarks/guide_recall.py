"""What guides contain of best known routes: ``python benchmarks/guide_recall.py``.

For every guide the mean over the instances of a set, of which a solution lies beside the file, of
the share of edges between clients that one of their ends has in its row, and of the number of
clients in a row when both ends count as having the edge. A guide is better if it contains more with
rows as long.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cosolve import read, read_solution
from cosolve.bench import find_suite
from cosolve.guidance import EdgeGuidance, make_guide
from cosolve.problems import VRP, Routes

_GUIDES = (
    "knn:5,knn:7,knn:10,knn:14,knn:20,quadrant,alpha:5,alpha:8,"
    "savings:4,savings:5,savings:7,savings:10,savings:14,savings:20"
)
_LEAST = 400


class Found(NamedTuple):
    """What a guide contains of a solution."""

    share: float
    """Of the edges between clients."""
    width: float
    """Mean number of clients in a row, both ways."""
    seconds: float


def contained(problem: VRP, guidance: EdgeGuidance, routes: Routes) -> tuple[float, float]:
    """Return the share of the edges between clients in guidance, and its mean width both ways."""
    n = guidance.size
    own = np.repeat(np.arange(n, dtype=np.int64), np.diff(guidance.indptr))
    to = guidance.indices.astype(np.int64)
    edges = np.unique(np.minimum(own, to) * n + np.maximum(own, to))
    legs = [(r.visits[:-1], r.visits[1:]) for r in routes.routes]
    a, b = (np.concatenate(ends).astype(np.int64) for ends in zip(*legs, strict=True))
    share = np.isin(np.minimum(a, b) * n + np.maximum(a, b), edges).mean()
    return float(share), 2.0 * edges.size / problem.size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="cvrplib/X")
    parser.add_argument("--names", default="*", help="patterns of the names of instances")
    parser.add_argument("--min-size", type=int, default=_LEAST, help="fewest clients")
    parser.add_argument("--guides", default=_GUIDES, help="with commas")
    options = parser.parse_args()
    patterns = options.names.split(",")
    found: dict[str, list[Found]] = {}
    count = 0
    for instance in find_suite(options.suite, min_size=options.min_size):
        path = Path(instance.source)
        known = path.with_suffix(".sol")
        if not known.is_file() or not any(fnmatch(path.stem, p) for p in patterns):
            continue
        count += 1
        problem = read(path)
        assert isinstance(problem, VRP)
        routes = read_solution(known, problem)
        assert isinstance(routes, Routes)
        for name in options.guides.split(","):
            began_s = time.process_time()
            guidance = make_guide(name)(problem)
            seconds = time.process_time() - began_s
            found.setdefault(name, []).append(Found(*contained(problem, guidance, routes), seconds))
        print(f"{path.stem} done", file=sys.stderr)
    print(render(found, count))


def render(found: dict[str, list[Found]], instances: int) -> str:
    """Return the table."""

    def mean(values: Sequence[float]) -> float:
        return statistics.fmean(values)

    rows = [
        f"| {name} | {mean([f.width for f in of]):.1f} | {100 * mean([f.share for f in of]):.2f} | "
        f"{mean([f.seconds for f in of]):.3f} |"
        for name, of in found.items()
    ]
    head = [
        "| guide | clients in a row | edges contained, % | CPU s |",
        "| --- | ---: | ---: | ---: |",
    ]
    return "\n".join([*head, *rows, "", f"Means of {instances} instances."])


if __name__ == "__main__":
    main()
