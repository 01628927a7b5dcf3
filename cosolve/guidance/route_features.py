"""What a network is told of a vehicle routing problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from cosolve.problems import VRP

    IntArray = npt.NDArray[np.int32]
    FloatArray = npt.NDArray[np.float32]


def route_features(
    problem: VRP, neighbors: int, order: IntArray | None = None
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Describe the clients of a problem and the edges to near ones.

    Parameters
    ----------
    problem
        At least two clients, symmetric distances. Of several depots the nearest counts; the load
        is the largest share of any dimension of the largest vehicle.
    neighbors
        Edges of every client, at most 32.
    order
        Clients (as locations) in the order in which they are described; all of them by default.

    Returns
    -------
    neighbors : ndarray
        Positions in `order`, int32, shape (n, k).
    nodes : ndarray
        Features of clients, float32, shape (n, 8).
    edges : ndarray
        Features of edges, float32, shape (n, k, 18).

    Raises
    ------
    ValueError
        If distances are asymmetric or there are too few clients.
    """
    if not problem.symmetric:
        raise ValueError("networks know symmetric distances only")
    clients = _clients(problem) if order is None else order
    first = problem.locations - problem.size
    depots = np.arange(first)
    away = problem.distance(depots[:, None], clients[None, :]).min(axis=0)
    metric = kernel_metric(problem, clients)
    found: tuple[IntArray, FloatArray, FloatArray] = _kernels.route_features(
        metric, neighbors, np.ascontiguousarray(away, np.float64), _loads(problem)[clients]
    )
    return found


def _clients(problem: VRP) -> IntArray:
    first = problem.locations - problem.size
    return np.arange(first, problem.locations, dtype=np.int32)


def _loads(problem: VRP) -> npt.NDArray[np.float64]:
    """Share of the largest vehicle that each location fills, from 0 to 1."""
    largest = np.max([vehicle.capacities for vehicle in problem.vehicles], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(problem.demands) / largest
    share = np.where(np.isfinite(share), share, 0.0).max(axis=1, initial=0.0)
    return np.ascontiguousarray(np.clip(share, 0.0, 1.0))
