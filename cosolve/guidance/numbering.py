"""Nodes in an order that is good for the caches, and guidance back in the order of the problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.neighbors import k_nearest, offsets, rank_weights

if TYPE_CHECKING:
    from cosolve.problems import TSP, VRP
    from cosolve.problems.tsp import IntArray


def numbering(problem: TSP) -> tuple[IntArray, IntArray]:
    """Order of the nodes in which neighbors are close in memory, and its inverse.

    Parameters
    ----------
    problem
        The instance, of n nodes; those of a matrix keep their order.

    Returns
    -------
    order, rank : ndarray
        Node ``order[i]`` comes at place i, node i at place ``rank[i]``; int32, shape (n,).
    """
    n = problem.size
    order = np.arange(n, dtype=np.int32)
    if problem.coords is not None:
        order = _kernels.hilbert_order(problem.coords)
    rank = np.empty(n, np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    return order, rank


def in_order(
    order: IntArray, start: IntArray, to: IntArray, weight: npt.NDArray[np.floating]
) -> EdgeGuidance:
    """Guidance for the problem's own numbers.

    Parameters
    ----------
    order
        Node of the problem at every place, shape (n,).
    start, to, weight
        Rows of the places: row i is of node ``order[i]`` and names places.

    Returns
    -------
    EdgeGuidance
        The same edges, by nodes.
    """
    counts = np.empty(order.size, np.int64)
    counts[order] = np.diff(start)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    begin = np.empty(order.size, np.int64)
    begin[order] = start[:-1]
    source = np.arange(indptr[-1]) + np.repeat(begin - indptr[:-1], counts)
    return EdgeGuidance(indptr, order[to[source]], weight[source].astype(np.float32))


def by_distance(problem: TSP | VRP, k: int) -> EdgeGuidance:
    """Guidance of the k nearest nodes; in vehicle routing, of the k nearest clients.

    Parameters
    ----------
    problem
        The instance.
    k
        Neighbors of each node, or of each client; all others if there are fewer.

    Returns
    -------
    EdgeGuidance
        Rows in order of distance.
    """
    rows = k_nearest(problem, k)
    indptr = offsets(problem, rows.shape[1])
    return EdgeGuidance(indptr, rows.ravel(), rank_weights(indptr))
