"""What the kernels see of a problem: its metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.problems.metrics import Metric

if TYPE_CHECKING:
    import numpy.typing as npt

    from cosolve.problems.tsp import TSP
    from cosolve.problems.vrp import VRP

# The numbers are those of `MetricKind` in cosolve/cpp/core/metric.h.
_KINDS = {
    Metric.EUCLIDEAN: 0,
    Metric.EUC: 1,
    Metric.CEIL: 2,
    Metric.MAN: 3,
    Metric.MAX: 4,
    Metric.ATT: 5,
    Metric.GEO: 6,
    Metric.TRUNC1: 7,
}


def kernel_metric(
    problem: TSP | VRP, order: npt.ArrayLike | None = None, hub: bool = False
) -> _kernels.Metric:
    """Build the kernels' metric of a problem.

    Parameters
    ----------
    problem
        The instance; the nodes of a VRP are its locations.
    order
        Distinct nodes, shape (m,): node i of the metric is node ``order[i]`` of the problem, whose
        other nodes are left out. All of them under the problem's own numbers unless given.
    hub
        Add a last node at distance 0 from all others: a closed tour through it is an open path.

    Returns
    -------
    _kernels.Metric
        Distances between the (renumbered) nodes. From an asymmetric matrix it takes each entry as
        it is, although most kernels expect symmetric distances.

    Raises
    ------
    ValueError
        If `order` does not name distinct nodes.
    """
    nodes = None if order is None else _distinct(order, _nodes(problem))
    if problem.coords is not None:
        coords = problem.coords if nodes is None else problem.coords[nodes]
        return _kernels.Metric(_KINDS[problem.metric], coords, hub)
    assert problem.matrix is not None
    matrix = problem.matrix if nodes is None else problem.matrix[np.ix_(nodes, nodes)]
    return _kernels.Metric(matrix, hub)


def _nodes(problem: TSP | VRP) -> int:
    array = problem.matrix if problem.coords is None else problem.coords
    assert array is not None
    return len(array)


def _distinct(order: npt.ArrayLike, n: int) -> npt.NDArray[np.int64]:
    nodes = np.asarray(order)
    if nodes.ndim != 1 or nodes.dtype.kind not in "iu":
        raise ValueError(f"order must be a row of integers, got shape {nodes.shape}")
    if nodes.size and not 0 <= nodes.min() <= nodes.max() < n:
        raise ValueError(f"order must name nodes from 0 to {n - 1}")
    named = np.zeros(n, bool)
    named[nodes] = True
    if np.count_nonzero(named) != nodes.size:
        raise ValueError("order must name no node twice")
    return nodes.astype(np.int64)
