"""How well guides predict the edges of nearly optimal tours, on instances nobody was trained on.

    python benchmarks/edge_prediction.py --models tsp --size 1000 --count 16

Prints a table in Markdown. Tours come from a population twice as large as that which labels
training instances. Entropy is over ten edges of every node; recall is the share of the edges of the
tour, seen from both ends, among the five that a node prefers (before rows are made symmetric).
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from cosolve import _kernels
from cosolve.guidance.gnn import score_tour_edges
from cosolve.guidance.gt_prior import rank_prior
from cosolve.guidance.models import load_model
from cosolve.neural.edge_training import HELD_OUT
from cosolve.neural.labels import good_tour
from cosolve.problems import TSP
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp

_POPULATION = 60
_FIRST = HELD_OUT + 1000  # seeds that no training measured itself on
_NEIGHBORS, _TOP = 10, 5


def in_tour(tour: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return whether each edge of the rows is in the tour."""
    after, before = np.empty_like(tour), np.empty_like(tour)
    after[tour], before[tour] = np.roll(tour, -1), np.roll(tour, 1)
    return (rows == after[:, None]) | (rows == before[:, None])


def entropy(label: np.ndarray, chance: np.ndarray) -> float:
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-np.where(label, np.log(chance), np.log1p(-chance)).mean())


def recall(label: np.ndarray, order: np.ndarray) -> float:
    best = np.take_along_axis(label, order[:, :_TOP], axis=1)
    return float(best.sum() / (2 * len(label)))


def of_nearest(problem: TSP, tour: np.ndarray) -> dict[str, float]:
    """Measure the rank prior on the nearest neighbors."""
    rows = _kernels.k_nearest(kernel_metric(problem), _NEIGHBORS)
    label = in_tour(tour, rows)
    chance = np.broadcast_to(2 * rank_prior(problem.size)[:_NEIGHBORS], rows.shape)
    order = np.broadcast_to(np.arange(_NEIGHBORS), rows.shape)
    return {"entropy": entropy(label, chance), "recall": recall(label, order)}


def of_network(problem: TSP, tour: np.ndarray, name: str) -> dict[str, float]:
    """Measure a network, and what it is told: alpha and the rank prior on the same edges."""
    begin = time.process_time()
    scores = score_tour_edges(load_model(name), problem)
    seconds = time.process_time() - begin
    place = np.argsort(scores.order).astype(np.int32)
    label = in_tour(place[tour], scores.neighbors)
    logit = scores.of("edge")
    chance = 1 / (1 + np.exp(-logit.astype(np.float64)))
    order = np.argsort(-logit, axis=1, kind="stable")
    first = np.broadcast_to(np.arange(logit.shape[1]), logit.shape)
    return {
        "entropy": entropy(label, chance),
        "recall": recall(label, order),
        "alpha": recall(label, first),
        "all": float(label.sum() / (2 * problem.size)),
        "seconds": seconds,
    }


def cell(values: list[float], digits: int) -> str:
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{np.mean(values):.{digits}f} ± {error:.{digits}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="tsp")
    parser.add_argument("--kinds", default="uniform,clustered,explosion,rotation,drilled")
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--count", type=int, default=16)
    args = parser.parse_args()
    print("| instances | guide | entropy | recall of the first five, % | of all ten, % | CPU ms |")
    print("|---|---|---|---|---|---|")
    for kind in args.kinds.split(","):
        measured: dict[str, list[dict[str, float]]] = {}
        for number in range(args.count):
            problem = random_tsp(args.size, _FIRST + number, kind)
            tour = good_tour(problem, seed=number, population=_POPULATION)
            measured.setdefault("rank prior, 10 nearest", []).append(of_nearest(problem, tour))
            for name in args.models.split(","):
                found = of_network(problem, tour, name)
                measured.setdefault(f"gnn:{name}", []).append(found)
                alpha = {"recall": found["alpha"], "all": found["all"]}
                measured.setdefault("alpha, 30 iterations", []).append(alpha)
        for guide, rows in measured.items():
            columns = [
                cell([100**power * row[key] for row in rows], digits) if key in rows[0] else ""
                for key, digits, power in (("entropy", 4, 0), ("recall", 2, 1), ("all", 2, 1))
            ]
            took = [1e3 * row["seconds"] for row in rows if "seconds" in row]
            columns.append(f"{np.mean(took):.0f}" if took else "")
            print(f"| {kind} {args.size} x {args.count} | {guide} | {' | '.join(columns)} |")


if __name__ == "__main__":
    main()
