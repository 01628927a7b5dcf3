"""What the kernels see of a problem: its metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.problems.metrics import Metric

if TYPE_CHECKING:
    import numpy.typing as npt

    from cosolve.problems.tsp import TSP

# The numbers are those of `MetricKind` in cosolve/cpp/core/metric.h.
_KINDS = {
    Metric.EUCLIDEAN: 0,
    Metric.EUC: 1,
    Metric.CEIL: 2,
    Metric.MAN: 3,
    Metric.MAX: 4,
    Metric.ATT: 5,
    Metric.GEO: 6,
}


def kernel_metric(
    problem: TSP, order: npt.ArrayLike | None = None, hub: bool = False
) -> _kernels.Metric:
    """Build the kernels' metric of a problem.

    Parameters
    ----------
    problem
        The instance.
    order
        Renumbering, shape (n,): node i of the metric is node ``order[i]`` of the problem. The
        problem's own numbers unless given.
    hub
        Add a node n at distance 0 from all others: a closed tour through it is an open path.

    Returns
    -------
    _kernels.Metric
        Distances between the (renumbered) nodes. From an asymmetric matrix it takes each entry as
        it is, although most kernels expect symmetric distances.

    Raises
    ------
    ValueError
        If `order` is not a permutation of the nodes.
    """
    nodes = None if order is None else _permutation(order, problem.size)
    if problem.coords is not None:
        coords = problem.coords if nodes is None else problem.coords[nodes]
        return _kernels.Metric(_KINDS[problem.metric], coords, hub)
    assert problem.matrix is not None
    matrix = problem.matrix if nodes is None else problem.matrix[np.ix_(nodes, nodes)]
    return _kernels.Metric(matrix, hub)


def _permutation(order: npt.ArrayLike, n: int) -> npt.NDArray[np.int64]:
    nodes = np.asarray(order)
    if nodes.shape != (n,) or nodes.dtype.kind not in "iu":
        raise ValueError(f"order must be integers of shape ({n},), got shape {nodes.shape}")
    if not np.array_equal(np.sort(nodes), np.arange(n)):
        raise ValueError(f"order must name each of the nodes 0 to {n - 1} once")
    return nodes.astype(np.int64)
