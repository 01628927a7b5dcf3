"""What networks are told of symmetric tours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cosolve import _kernels

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from cosolve.guidance.models import FloatArray, IntArray


class TourFeatures(NamedTuple):
    """Features of the n nodes of an instance and of the edges to their k neighbors."""

    neighbors: IntArray
    """Those of smallest alpha-nearness after a short ascent, int32, shape (n, k)."""
    nodes: FloatArray
    """float32, shape (n, 6)."""
    edges: FloatArray
    """float32, shape (n, k, 18)."""
    multipliers: FloatArray
    """Where the ascent ended, of the nodes and of the hub, float32, shape (n,) or (n + 1,)."""
    unit: FloatArray
    """Mean distance of each node to its neighbors, float32, shape (n,)."""


def tour_features(
    metric: _kernels.Metric,
    neighbors: int,
    fixed_edges: npt.NDArray[np.int32],
    ascent: int,
    stop: Callable[[], bool] | None = None,
) -> TourFeatures:
    """Describe a symmetric problem.

    Parameters
    ----------
    metric
        Distances between at least three nodes.
    neighbors
        Edges of every node.
    fixed_edges
        Edges of all tours, shape (m, 2).
    ascent
        Iterations of the subgradient ascent.
    stop
        Asked from time to time whether to give up.

    Raises
    ------
    Stopped
        If `stop` said so.
    """
    return TourFeatures(*_kernels.tour_features(metric, neighbors, fixed_edges, ascent, stop))
