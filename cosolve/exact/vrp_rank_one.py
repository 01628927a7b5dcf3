"""Chvátal-Gomory cuts of the rows of four or five clients, for a pool of routes.

Of the rows "one route serves the client" a cut adds some with weights, divides by a number and
rounds down: a route counts the floor of the sum of the weights of its clients over the divisor.
Subset-row cuts of three clients are those with weights 1 and divisor 2; these are what four and
five rows add to them [1]_.

References
----------
.. [1] D. Pecin, A. Pessoa, M. Poggi, E. Uchoa, H. Santos, "Limited memory rank-1 cuts for vehicle
   routing problems", Operations Research Letters 45 (2017).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_KINDS = (
    ((2, 1, 1, 1), 3),
    ((1, 1, 1, 1, 1), 2),
    ((1, 1, 1, 1, 1), 3),
    ((3, 1, 1, 1, 1), 4),
    ((2, 2, 1, 1, 1), 3),
    ((2, 2, 1, 1, 1), 4),
    ((3, 2, 2, 1, 1), 5),
)
_STARTS, _WORK = (80, 400), 20_000  # of the local search, for each kind; of them times routes
_PASSES = 3  # over the places of a cut


class RankOne(NamedTuple):
    """A cut.

    Parameters
    ----------
    members
        Clients.
    weights
        One for each of them, whole numbers.
    divisor
        What sums are divided by.
    """

    members: tuple[int, ...]
    weights: tuple[int, ...]
    divisor: int

    @property
    def right(self) -> int:
        """What solutions count at most."""
        return sum(self.weights) // self.divisor

    def counts(self, visited: npt.NDArray[np.bool_]) -> IntArray:
        """Return what routes count.

        Parameters
        ----------
        visited
            Whether a route visits a node, shape (routes, nodes).
        """
        total = visited[:, list(self.members)] @ np.array(self.weights, np.int64)
        return np.asarray(total // self.divisor, np.int64)


def find_rank_one(
    visited: npt.NDArray[np.bool_],
    values: FloatArray,
    least: float,
    most: int,
    rng: np.random.Generator,
) -> list[RankOne]:
    """Look for violated cuts: exchange one client of a set at a time while that helps.

    Parameters
    ----------
    visited
        Whether a route visits a node, shape (routes, nodes).
    values
        Of the routes in a fractional solution, shape (routes,).
    least
        Violation of the cuts returned.
    most
        Number of them, the most violated ones.
    rng
        Chooses the sets to begin with.
    """
    found: dict[RankOne, float] = {}
    together = (visited * values[:, None]).T @ visited
    for weights, divisor in _KINDS:
        if visited.shape[1] - 1 < len(weights):
            continue
        count = int(np.clip(_WORK // max(1, len(values)), *_STARTS))
        sets = _starts(together, count, len(weights), rng)
        violation = _improve(visited, values, sets, np.array(weights), divisor)
        for members, value in zip(sets.tolist(), violation.tolist(), strict=True):
            if value >= least:
                found[_ordered(members, weights, divisor)] = value
    order = sorted(found, key=lambda cut: (-found[cut], cut))
    return order[:most]


def _ordered(members: list[int], weights: tuple[int, ...], divisor: int) -> RankOne:
    """Return a cut with its members in an order that depends on nothing but the cut."""
    pairs = sorted(zip([-w for w in weights], members, strict=True))
    return RankOne(tuple(m for _, m in pairs), tuple(-w for w, _ in pairs), divisor)


def _starts(together: FloatArray, count: int, size: int, rng: np.random.Generator) -> IntArray:
    """Return random sets of clients that routes of the solution visit together."""
    nodes = len(together)
    sets = np.empty((count, size), np.int64)
    for row in range(count):
        chosen = [int(rng.integers(1, nodes))]
        for _ in range(size - 1):
            # Clients of other routes get a small chance, too.
            pull = 0.02 + together[chosen].sum(axis=0)
            pull[0] = 0.0
            pull[chosen] = 0.0
            chosen.append(int(rng.choice(nodes, p=pull / pull.sum())))
        sets[row] = chosen
    return sets


def _improve(
    visited: npt.NDArray[np.bool_],
    values: FloatArray,
    sets: IntArray,
    weights: IntArray,
    divisor: int,
) -> FloatArray:
    """Exchange members of the sets, in place; return what the cuts are violated by."""
    count, size = sets.shape
    inside = visited.astype(np.int16)
    rows = np.arange(count)
    sums = sum(w * inside[:, sets[:, k]] for k, w in enumerate(weights.tolist()))
    assert not isinstance(sums, int)
    for _ in range(_PASSES):
        before = sets.copy()
        for place in range(size):
            weight = int(weights[place])
            sums = sums - weight * inside[:, sets[:, place]]
            totals = (sums[:, :, None] + weight * inside[:, None, :]) // divisor
            worth = np.tensordot(values, totals, axes=1)  # of every client in this place
            worth[:, 0] = -1.0
            for other in range(size):
                if other != place:
                    worth[rows, sets[:, other]] = -1.0
            sets[:, place] = worth.argmax(axis=1)
            sums = sums + weight * inside[:, sets[:, place]]
        if np.array_equal(before, sets):
            break
    total: FloatArray = values @ (sums // divisor)
    return total - int(weights.sum()) // divisor
