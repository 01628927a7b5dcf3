"""Nearest nodes of every node, overall or in each quadrant around it.

Neighbors are ranked by distance, then by ``|i - j|``, then by j: of many nodes at one place each
gets those next to it in the numbering, and not all of them the same few. Distances of rounded
metrics are compared before rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.guidance.clients import near_clients
from cosolve.problems import VRP
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from cosolve.problems import TSP
    from cosolve.problems.tsp import IntArray


def k_nearest(problem: TSP | VRP, k: int) -> IntArray:
    """Nearest nodes of every node.

    Coordinates are searched with a k-d tree, O(n k log n) for all but contrived point sets, a
    matrix row by row.

    Parameters
    ----------
    problem
        The instance, of n nodes.
    k
        Number of neighbors wanted, at least 1.

    Returns
    -------
    ndarray
        Row i holds the neighbors of node i, nearest first; int32, shape (n, min(k, n - 1)). In
        vehicle routing, the n nodes are the clients; see `near_clients`.

    Raises
    ------
    ValueError
        If `k` is not positive.
    """
    require_count("k", k, at_least=1)
    if isinstance(problem, VRP):
        return near_clients(problem, k)
    return _kernels.k_nearest(kernel_metric(problem), min(k, problem.size))


def quadrant_neighbors(
    problem: TSP, per_quadrant: int = 2, nearest: int = 5
) -> tuple[IntArray, IntArray]:
    """Nearest nodes in each quadrant around every node, and overall.

    Around the edge of a cluster the nearest nodes all lie to one side; the quadrants add edges
    that leave it [1]_. In three dimensions there are eight octants. For GEO the quadrants are
    bounded by the parallel and the meridian through the node. A matrix has no quadrants: its nodes
    get ``max(nearest, 4 * per_quadrant)`` nearest ones.

    Parameters
    ----------
    problem
        The instance, of n nodes.
    per_quadrant
        Neighbors wanted in each quadrant; a node at the very same place is in none of them.
    nearest
        Neighbors wanted in whatever direction.

    Returns
    -------
    indptr : ndarray
        Row offsets, int32, shape (n + 1,).
    indices : ndarray
        Neighbors, int32; ``indices[indptr[i]:indptr[i + 1]]`` are those of node i, nearest first.

    Raises
    ------
    ValueError
        If a number is negative or both are 0.

    References
    ----------
    .. [1] D. S. Johnson and L. A. McGeoch, "Experimental analysis of heuristics for the STSP", in
       The Traveling Salesman Problem and Its Variations (2002), section on neighbor lists.
    """
    require_count("per_quadrant", per_quadrant, at_least=0)
    require_count("nearest", nearest, at_least=0)
    if per_quadrant == nearest == 0:
        raise ValueError("per_quadrant and nearest are both 0: no neighbors are asked for")
    n = problem.size
    return _kernels.quadrant_neighbors(
        kernel_metric(problem), min(per_quadrant, n), min(nearest, n)
    )


def offsets(problem: TSP | VRP, width: int) -> IntArray:
    """Row offsets of guidance whose nodes all have as many neighbors, and whose depots have none.

    Parameters
    ----------
    problem
        The instance.
    width
        Neighbors of a node.

    Returns
    -------
    ndarray
        int32, one entry more than there are nodes.
    """
    depots = np.zeros(problem.depots if isinstance(problem, VRP) else 0, np.int32)
    nodes = np.arange(problem.size + 1, dtype=np.int32) * np.int32(width)
    return np.concatenate([depots, nodes])


def rank_weights(indptr: IntArray) -> npt.NDArray[np.float32]:
    """Weights that say nothing but the order: ``1 / (1 + r)`` for the r-th (from 0) of each row.

    Parameters
    ----------
    indptr
        Row offsets, shape (n + 1,).

    Returns
    -------
    ndarray
        Weights, float32, shape (indptr[-1],).
    """
    rank = np.arange(indptr[-1]) - np.repeat(indptr[:-1], np.diff(indptr))
    return (1.0 / (1.0 + rank)).astype(np.float32)


def require_count(name: str, value: int, at_least: int) -> None:
    """Raise ``ValueError`` unless `value` is an integer of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ValueError(f"{name} must be an integer of at least {at_least}, got {value!r}")
