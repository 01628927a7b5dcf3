"""What a network is told of an asymmetric problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.guidance.base import guide_is_late
from cosolve.guidance.tour_features import tour_features

if TYPE_CHECKING:
    import numpy.typing as npt

    IntArray = npt.NDArray[np.int32]
    Features = tuple[IntArray, npt.NDArray[np.float32], npt.NDArray[np.float32]]

_SLICE_S = 0.1
_HUGE = 1e9  # times the median length: potentials of such size swallow the digits of others


def copies_tied(n: int) -> IntArray:
    """Pairs (i, n + i): where a tour leaves node i and where it arrives there.

    Parameters
    ----------
    n
        Number of nodes.
    """
    return np.arange(2 * n, dtype=np.int32).reshape(2, -1).T.copy()


def arc_features(matrix: npt.NDArray[np.float64], neighbors: int, ascent: int) -> Features:
    """Describe the arcs of an asymmetric problem, in its symmetric form [1]_.

    That has two nodes for each: i, where a tour leaves, and n + i, where it arrives; a fixed edge
    ties them, and the edge from i to n + j stands for the arc from i to j. Lengths are less the
    potentials of the assignment problem.

    Parameters
    ----------
    matrix
        Lengths of the arcs, shape (n, n), n at least 3.
    neighbors
        Edges of every one of the 2 n nodes, that to its other copy among them.
    ascent
        Iterations of the subgradient ascent.

    Returns
    -------
    neighbors : ndarray
        int32, shape (2 n, k).
    nodes : ndarray
        float32, shape (2 n, 6).
    edges : ndarray
        float32, shape (2 n, k, 18).

    References
    ----------
    .. [1] R. Jonker and T. Volgenant, "Transforming asymmetric into symmetric traveling salesman
       problems", Operations Research Letters 2 (1983).
    """
    n = len(matrix)
    matrix = np.ascontiguousarray(matrix, np.float64)
    metric = _kernels.Metric.two_copies(matrix, _potentials(matrix))
    found = tour_features(metric, neighbors, copies_tied(n), ascent, guide_is_late)
    return found.neighbors, found.nodes, found.edges


def _potentials(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    assignment = _kernels.Assignment(matrix)
    while not assignment.run(_SLICE_S):  # in slices, so that Ctrl-C is heard
        pass
    both = np.concatenate(assignment.potentials())
    usual = float(np.median(np.abs(matrix)))
    return both if np.abs(both).max() <= _HUGE * max(usual, 1e-9) else np.zeros_like(both)
