"""fast-tsp (MIT license): Or-opt and Lin-Kernighan with kicks over a matrix of 16-bit integers.

Distances above 65535 do not fit, so that all are scaled to make the largest one 65535; where
integers fit as they are, they stay. It has no seed.
"""

from __future__ import annotations

import fast_tsp
import numpy as np
import numpy.typing as npt

from cosolve import TSP
from peers import rounded_matrix

_LARGEST = 65535


def solve(problem: TSP, time_limit_s: float, seed: int) -> npt.NDArray[np.int32]:  # noqa: ARG001
    largest = _bound_on_distances(problem)
    scale = 1.0 if problem.integral and largest <= _LARGEST else _LARGEST / largest
    matrix = rounded_matrix(problem, np.uint16, scale)
    np.fill_diagonal(matrix, 0)
    tour = fast_tsp.find_tour(matrix, duration_seconds=time_limit_s, max_threads=1)
    return np.array(tour, np.int32)


def _bound_on_distances(problem: TSP) -> float:
    nodes = np.arange(problem.size)
    return max(float(problem.distance(node, nodes).max()) for node in nodes.tolist())
