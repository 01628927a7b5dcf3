"""What guides do with vehicle routing problems: they are about clients.

A guide has a row for every location, so that it fits the numbers of the problem; the rows of depots
are empty, and no row names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.guidance.base import EdgeGuidance
from cosolve.problems import TSP, VRP
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from cosolve.problems.tsp import IntArray


def near_clients(problem: VRP, k: int, outward: float = 0.0) -> IntArray:
    """Nearest clients of every client.

    Where time matters, clients are near that can follow each other with little waiting and without
    being late: the proximity of [1]_, the better of the two directions. The clients farther from
    their depot may be preferred; see `cosolve.guidance.SavingsGuide`. In problems of more than 4000
    clients that is done among a hundred nearest ones or more.

    Parameters
    ----------
    problem
        The instance.
    k
        Number of clients wanted, at least 1.
    outward
        By how much of the difference a client farther from its depot counts as nearer, from 0 to
        below 1.

    Returns
    -------
    ndarray
        Row i holds the locations near client ``problem.depots + i``, the best first; int32, shape
        (clients, min(k, clients - 1)).

    References
    ----------
    .. [1] T. Vidal, T. G. Crainic, M. Gendreau, C. Prins, "A hybrid genetic algorithm with adaptive
       diversity management for a large class of vehicle routing problems with time-windows",
       Computers & Operations Research 40 (2013), section 4.4.
    """
    k = min(k, problem.size)
    if not outward and problem.symmetric and not problem.timed:
        clients = np.arange(problem.depots, problem.locations)
        rows = _kernels.k_nearest(kernel_metric(problem, clients), k)
        return (rows + problem.depots).astype(np.int32)
    timing = duration = None
    if problem.timed:
        timing = np.column_stack([problem.service, problem.windows])
        if problem.durations is not None:
            duration = _kernels.Metric(np.ascontiguousarray(problem.durations))
    return _kernels.near_clients(
        kernel_metric(problem), duration, problem.depots, timing, k, outward
    )


def clients_alone(problem: VRP) -> TSP:
    """Return the tour through all clients, by which a guide for tours judges them.

    Parameters
    ----------
    problem
        The instance; its client ``problem.depots + i`` is node i.
    """
    if problem.coords is not None:
        return TSP(coords=problem.coords[problem.depots :], metric=problem.metric)
    assert problem.matrix is not None
    return TSP(matrix=problem.matrix[problem.depots :, problem.depots :])


def for_locations(problem: VRP, guidance: EdgeGuidance) -> EdgeGuidance:
    """Return guidance over locations, from one over clients alone.

    Parameters
    ----------
    problem
        The instance.
    guidance
        Its row i is that of client ``problem.depots + i``, in numbers of that kind.
    """
    first = problem.depots
    indptr = np.concatenate([np.zeros(first, np.int32), guidance.indptr])
    return EdgeGuidance(indptr, guidance.indices + np.int32(first), guidance.weight)


def between_clients(problem: VRP, guidance: EdgeGuidance) -> EdgeGuidance:
    """Return the part of guidance over locations between clients, without edges of depots.

    Parameters
    ----------
    problem
        The instance.
    guidance
        A row for every location.

    Raises
    ------
    ValueError
        If it is for another number of locations.
    """
    guidance.require_for(problem)
    row = np.repeat(np.arange(guidance.size), np.diff(guidance.indptr))
    kept = (row >= problem.depots) & (guidance.indices >= problem.depots)
    if kept.all():
        return guidance
    indptr = np.concatenate([[0], np.cumsum(kept)])[guidance.indptr]
    return EdgeGuidance(indptr, guidance.indices[kept], guidance.weight[kept])
