"""Guidance from nearness: the nearest nodes in whatever direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.neighbors import require_count
from cosolve.guidance.numbering import by_distance

if TYPE_CHECKING:
    from cosolve.problems import TSP, VRP


@dataclass(frozen=True, slots=True)
class KnnGuide:
    """The k nearest nodes, the weight of the r-th (from 0) being ``1 / (1 + r)``.

    In vehicle routing they are the nearest clients of every client, and where time matters those
    that fit in with it best; see `cosolve.guidance.clients.near_clients`.

    Parameters
    ----------
    k
        Neighbors of each node; all others if there are fewer.

    Raises
    ------
    ValueError
        If `k` is not positive.
    """

    k: int = 10

    def __post_init__(self) -> None:
        """Validate."""
        require_count("k", self.k, at_least=1)

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`."""
        return by_distance(problem, self.k)
