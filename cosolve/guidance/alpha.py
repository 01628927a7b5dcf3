"""Guidance from minimum 1-trees: how nearly an edge is in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.guidance.base import EdgeGuidance, guide_is_late
from cosolve.guidance.clients import clients_alone, for_locations
from cosolve.guidance.neighbors import require_count
from cosolve.guidance.numbering import by_distance, in_order, numbering
from cosolve.problems import VRP
from cosolve.problems.kernel import kernel_metric

if TYPE_CHECKING:
    from cosolve.problems import TSP
    from cosolve.problems.tsp import IntArray

# The candidates alpha is computed for: two in every quadrant and five overall.
_QUADRANT = (2, 5)
_FIRST_STEP, _LAST_STEP = 0.3, 0.01

# How often an edge is in a nearly optimal tour falls with alpha: over uniform, clustered and TSPLIB
# instances, 0.86 at alpha = 0, 0.3 at one percent of the mean length of an edge, 0.1 at 3.5, 0.04
# at 7.5 and 0.007 at 30 percent. The weights follow that.
_SCALE, _POWER = 0.01, 1.5
_LARGEST = 1e6  # of alpha in that scale; keeps weights above zero


@dataclass(frozen=True, slots=True)
class AlphaGuide:
    """The k edges of every node that lengthen a minimum 1-tree least when forced into it [1]_.

    The multipliers come from a short subgradient ascent, which takes much longer than finding
    neighbors: a few seconds for 100 000 nodes. The five edges each node chooses contain 99 % of the
    edges of a nearly optimal tour. Both ends of an edge get it if one of them chose it; rows are
    ordered by alpha, then by distance, and fixed edges come first.

    In vehicle routing the tree is one of the clients alone; time plays no part.

    Weights sum to 1 in every row and fall with alpha, in proportion to how often an edge is in a
    nearly optimal tour.

    Parameters
    ----------
    k
        Edges every node chooses; all candidates if there are fewer.
    iterations
        Minimum trees of the ascent.

    Raises
    ------
    ValueError
        If a parameter is not positive.

    References
    ----------
    .. [1] K. Helsgaun, "An effective implementation of the Lin-Kernighan traveling salesman
       heuristic", European Journal of Operational Research 126 (2000), section 4.
    """

    k: int = 5
    iterations: int = 60

    def __post_init__(self) -> None:
        """Validate."""
        require_count("k", self.k, at_least=1)
        require_count("iterations", self.iterations, at_least=1)

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`.

        Raises
        ------
        ValueError
            If the distances are asymmetric.
        """
        if isinstance(problem, VRP):
            return for_locations(problem, self(clients_alone(problem)))
        if not problem.symmetric:
            raise ValueError("alpha-nearness is defined for symmetric distances only")
        if problem.size < 3 or len(problem.fixed_edges) > problem.size - 2:
            return by_distance(problem, self.k)
        order, rank = numbering(problem)
        # The ends of a path are left open: they change alpha at few nodes.
        metric = kernel_metric(problem, order, hub=problem.path)
        indptr, indices = _kernels.quadrant_neighbors(metric, *_QUADRANT)
        if problem.path:  # an empty row, of the hub
            indptr = np.append(indptr, indptr[-1]).astype(np.int32)
        engine = _kernels.HeldKarp(metric, indptr, indices, rank[problem.fixed_edges])
        engine.plan(self.iterations, _FIRST_STEP, _LAST_STEP)
        while not engine.finished:
            engine.run(0.05)
            if guide_is_late():
                raise _kernels.Stopped
        start, to, alpha = engine.alpha(self.k)
        weight = _weights(start, alpha, max(engine.value, 0.0) / problem.size)
        return in_order(order, start, to, weight)


def _weights(
    start: IntArray, alpha: npt.NDArray[np.float32], mean_length: float
) -> npt.NDArray[np.float64]:
    """Weights that sum to 1 in every row."""
    scale = max(_SCALE * mean_length, 1e-30)
    weight = (1.0 + np.minimum(alpha / scale, _LARGEST)) ** -_POWER
    row = np.repeat(np.arange(start.size - 1), np.diff(start))
    total = np.bincount(row, weights=weight, minlength=start.size - 1)
    result: npt.NDArray[np.float64] = weight / total[row]
    return result
