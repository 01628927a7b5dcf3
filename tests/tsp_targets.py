"""What the tests of proofs of tours run in a worker: many small problems in one process."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from cosolve.exact import Channel
from cosolve.exact.tsp_worker import Found, Proof, Task, prove
from cosolve.problems import TSP, Metric
from cosolve.search.tsp_model import TspModel


class Ears:
    """Stands for a channel: remembers what is sent."""

    def __init__(self, channel: Channel) -> None:
        self.interrupted = channel.interrupted
        self.heard: list[Found] = []

    def send(self, message: Found) -> None:
        """Remember it."""
        self.heard.append(message)


class Proven(NamedTuple):
    """A problem, where the search began, and what came out."""

    problem: TSP
    start: float
    best: float
    bounds: list[float]
    proof: Proof


def small(seed: int) -> TSP:
    """Make a problem of 9 to 12 nodes: points, a matrix, a path, many equal distances."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(9, 13))
    points = rng.integers(0, 100, (n, 2)).astype(float)
    matrix = rng.integers(0, 30 if seed % 2 else 2, (n, n)).astype(float)
    matrix = np.minimum(matrix, matrix.T)
    np.fill_diagonal(matrix, 0)
    fixed = np.array([[0, 3], [3, 1]], np.int32)
    kinds = [
        TSP(coords=points, metric=Metric.EUC),
        TSP(matrix=matrix),
        TSP(coords=points, metric=Metric.CEIL, path=True),
        TSP(coords=points, metric=Metric.MAN, path=True, ends=(2, 5), fixed_edges=fixed),
        TSP(coords=np.rint(points / 40), metric=Metric.EUC),
        TSP(matrix=matrix, fixed_edges=fixed),
        TSP(coords=points / 100.0),
        TSP(matrix=matrix, path=True, ends=(None, 4)),
    ]
    return kinds[seed % len(kinds)]


def prove_small(seeds: range, channel: Channel) -> list[Proven]:
    """Prove problems, each from a greedy tour."""
    results = []
    for seed in seeds:
        problem, ears = small(seed), Ears(channel)
        model = TspModel(problem)
        start = model.decode(model.greedy())
        proof = prove(Task(problem, start, None, time.time() + 60, None, seed), ears)
        costs = [problem.cost(f.tour) for f in ears.heard if f.tour is not None]
        best = min([problem.cost(start), *costs])
        bounds = [f.bound for f in ears.heard]
        results.append(Proven(problem, problem.cost(start), best, bounds, proof))
    return results
