"""Guidance from how often optimal tours go to the nearest node, the second nearest, and so on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from cosolve.guidance.base import EdgeGuidance
from cosolve.guidance.neighbors import k_nearest, offsets, require_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from cosolve.problems import TSP, VRP

RANK_FREQUENCIES: Mapping[int, tuple[float, ...]] = MappingProxyType(
    {
        500: (
            0.440078125, 0.256265625, 0.13275, 0.0732656250, 0.0408125, 0.0235937500,
            0.0134062500, 0.00775, 0.004484375, 0.002734375, 0.001781250, 0.0011875,
            0.0006875, 0.000375, 0.000375, 0.0001875, 0.000078125, 0.000015625,
            0.000046875, 0.000015625, 0.000046875, 0.00003125, 0.000015625, 0.000015625,
        ),
        1000: (
            0.437554687, 0.25471875, 0.137671875, 0.0741093750, 0.0397890625, 0.0235156250,
            0.0132265625, 0.007453125, 0.004734375, 0.0030078125, 0.00159375, 0.0010859375,
            0.0005625, 0.000296875, 0.000265625, 0.000171875, 0.0001015625, 0.000046875,
            0.000015625, 0.00003125, 0.0000234375, 0.0000078125, 0.000015625,
        ),
        10000: (
            0.44175625, 0.25409375, 0.132925, 0.07195, 0.03951875, 0.02375,
            0.01414375, 0.00809375, 0.0049125, 0.00333125, 0.00184375, 0.0011125,
            0.0008375, 0.00055625, 0.000375, 0.0002625, 0.00018125, 0.0000875,
            0.00006875, 0.00005, 0.00005, 0.000025, 0.000025, 0.00000625,
            0.0000125, 0.00000625, 0.00000625, 0.00000625, 0.00000625, 0.00000625,
        ),
    }
)  # fmt: skip
"""Share of the edges of optimal tours that go to the k-th nearest node, k = 1, 2, ..., by number of
nodes: measured by the paper on uniform points, which is why it hardly depends on that number."""


def rank_prior(n: int) -> npt.NDArray[np.float64]:
    """Probability that an edge of an optimal tour goes to the k-th nearest node.

    Parameters
    ----------
    n
        Number of nodes; of the measured numbers the one nearest in proportion is taken.

    Returns
    -------
    ndarray
        Probabilities for k = 1, 2, ..., of sum 1, shape (23,) to (30,).
    """
    size = min(RANK_FREQUENCIES, key=lambda known: abs(math.log(known / max(n, 1))))
    table = np.array(RANK_FREQUENCIES[size])
    prior: npt.NDArray[np.float64] = table / table.sum()
    return prior


@dataclass(frozen=True, slots=True)
class GtPriorGuide:
    """The k nearest nodes, weighted by how often optimal tours go to a neighbor of that rank.

    This is GT-Prior [1]_, a table in place of a neural network. Nodes of an asymmetric matrix are
    ranked by the distance to them. Clients of vehicles are ranked as by `KnnGuide`; the table was
    not measured on their routes.

    Parameters
    ----------
    k
        Neighbors of each node. None: as many as the table has ranks, 23 to 30, of which the first
        10 have 99.4 % of the edges. Ranks beyond the table weigh nothing.

    Raises
    ------
    ValueError
        If `k` is not positive.

    References
    ----------
    .. [1] X. Pan et al., "Beyond the Heatmap: A Rigorous Evaluation of Component Impact in
       MCTS-Based TSP Solvers", ICLR 2026, arXiv 2411.09238; table from the code of the authors.
    """

    k: int | None = 10

    def __post_init__(self) -> None:
        """Validate."""
        if self.k is not None:
            require_count("k", self.k, at_least=1)

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return guidance for `problem`."""
        prior = rank_prior(problem.size)
        rows = k_nearest(problem, prior.size if self.k is None else self.k)
        nodes, width = rows.shape
        by_rank = np.zeros(width)
        by_rank[: prior.size] = prior[:width]
        weight = np.tile(by_rank, nodes).astype(np.float32)
        return EdgeGuidance(offsets(problem, width), rows.ravel(), weight)
