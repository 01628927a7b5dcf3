"""Guidance from nearness in all directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.clients import clients_alone, for_locations
from cosolve.guidance.neighbors import quadrant_neighbors, rank_weights, require_count
from cosolve.problems import VRP

if TYPE_CHECKING:
    from cosolve.problems import TSP


@dataclass(frozen=True, slots=True)
class QuadrantGuide:
    """The nearest nodes in each quadrant and overall; the guide for clustered points.

    They are ordered by distance; the weight of the r-th (from 0) is ``1 / (1 + r)``. See
    `cosolve.guidance.neighbors.quadrant_neighbors` for three dimensions, GEO and matrices. In
    vehicle routing the nodes are the clients; time plays no part.

    Parameters
    ----------
    per_quadrant
        Neighbors of each node in each of the four quadrants around it.
    nearest
        Neighbors in whatever direction.

    Raises
    ------
    ValueError
        If a number is negative or both are 0.
    """

    per_quadrant: int = 2
    nearest: int = 5

    def __post_init__(self) -> None:
        """Validate."""
        require_count("per_quadrant", self.per_quadrant, at_least=0)
        require_count("nearest", self.nearest, at_least=0)
        if self.per_quadrant == self.nearest == 0:
            raise ValueError("per_quadrant and nearest are both 0: no neighbors are asked for")

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`."""
        if isinstance(problem, VRP):
            return for_locations(problem, self(clients_alone(problem)))
        indptr, indices = quadrant_neighbors(problem, self.per_quadrant, self.nearest)
        return EdgeGuidance(indptr, indices, rank_weights(indptr))
