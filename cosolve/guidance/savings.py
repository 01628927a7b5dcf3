"""Guidance from what is saved by visiting two clients with one vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.clients import near_clients
from cosolve.guidance.neighbors import offsets, rank_weights, require_count
from cosolve.problems import VRP

if TYPE_CHECKING:
    from cosolve.problems import TSP


@dataclass(frozen=True, slots=True)
class SavingsGuide:
    """The k clients of every client that are best by distance and savings.

    The saving [1]_ of visiting j after i instead of on a route of its own is ``d(0, i) + d(0, j) -
    d(i, j)``: for a given i, a client is the better the nearer it is and the farther from the
    depot. Clients are ranked by ``d(i, j) - outward * max(0, d(0, j) - d(0, i))``: by distance
    among those nearer to the depot, and by a mixture of both among the others. Of several depots
    the nearest counts; where time matters, proximity takes the place of the distance.

    Of the edges between clients of the best known solutions of 29 X instances [2]_ with 400 to 1000
    clients, the ten best of each, 15 in a row if both ends count, contain 94.6 %; it takes the
    twenty nearest, 24 in a row, to contain as many (``benchmarks/GUIDES.md``).

    The weight of the r-th (from 0) is ``1 / (1 + r)``.

    Parameters
    ----------
    k
        Clients every client chooses; all others if there are fewer.
    outward
        As above; from 0, the distance alone, to below 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] G. Clarke, J. W. Wright, "Scheduling of vehicles from a central depot to a number of
       delivery points", Operations Research 12 (1964).
    .. [2] E. Uchoa, D. Pecin, A. Pessoa, M. Poggi, T. Vidal, A. Subramanian, "New benchmark
       instances for the capacitated vehicle routing problem", European Journal of Operational
       Research 257 (2017).
    """

    k: int = 14
    outward: float = 0.65

    def __post_init__(self) -> None:
        """Validate."""
        require_count("k", self.k, at_least=1)
        if not 0 <= self.outward < 1:
            raise ValueError(f"outward must be at least 0 and below 1, got {self.outward}")

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`.

        Raises
        ------
        ValueError
            If no vehicles are routed.
        """
        if not isinstance(problem, VRP):
            raise ValueError(
                f"savings are defined for vehicle routing, and this is a {problem.kind} problem"
            )
        rows = near_clients(problem, self.k, self.outward)
        indptr = offsets(problem, rows.shape[1])
        return EdgeGuidance(indptr, rows.ravel(), rank_weights(indptr))
