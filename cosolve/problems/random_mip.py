"""Random mixed-integer programs, the same on every machine for the same seed."""

from __future__ import annotations

import numpy as np

from cosolve.problems.mip import MIP, BoolArray, IndexArray

_LARGEST_COST = 100  # of a set [1]
_LARGEST_WEIGHT = 1000  # in a knapsack [2]
_NOISE = 500  # of profits [2]


def random_cover(rows: int = 500, columns: int = 1000, density: float = 0.05, seed: int = 0) -> MIP:
    """Make a set covering problem as those of [1]_: choose sets that cover all elements.

    Every element is in two sets at least, every set has one element at least, and costs are from 1
    to 100.

    Parameters
    ----------
    rows
        Number of elements.
    columns
        Number of sets, at least 2.
    density
        Share of the sets that an element is in, on average.
    seed
        Seed, not negative.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] E. Balas, A. Ho, "Set covering algorithms using cutting planes, heuristics, and
       subgradient optimization: a computational study", in Combinatorial Optimization,
       Mathematical Programming Studies 12 (1980) 37-60.
    """
    _require("rows", rows, 1)
    _require("columns", columns, 2)
    if not 0 <= density <= 1:
        raise ValueError(f"density must be between 0 and 1, got {density}")
    rng = np.random.default_rng(seed)
    member = rng.random((rows, columns)) < density
    for column in np.flatnonzero(~member.any(axis=0)).tolist():
        member[rng.integers(rows), column] = True
    for row in np.flatnonzero(member.sum(axis=1) < 2).tolist():
        member[row, rng.permutation(columns)[:2]] = True
    elements, sets = np.nonzero(member)
    return MIP.from_triplets(
        rng.integers(1, _LARGEST_COST + 1, size=columns),
        elements,
        sets,
        np.ones(elements.size),
        np.ones(rows),
        np.full(rows, np.inf),
        upper=np.ones(columns),
        integer=_all(columns),
        name=f"cover-{rows}x{columns}-{seed}",
    )


def random_knapsack(
    rows: int = 5, columns: int = 100, tightness: float = 0.5, seed: int = 0
) -> MIP:
    """Make a multidimensional knapsack problem as those of [1]_: choose things of most profit.

    Weights are from 0 to 1000, the limit of a row is a share of the sum of its weights, and the
    profit of a thing is its mean weight and up to 500 more.

    Parameters
    ----------
    rows
        Number of limits.
    columns
        Number of things.
    tightness
        The share.
    seed
        Seed, not negative.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] P. C. Chu, J. E. Beasley, "A genetic algorithm for the multidimensional knapsack
       problem", Journal of Heuristics 4 (1998) 63-86.
    """
    _require("rows", rows, 1)
    _require("columns", columns, 1)
    if not 0 <= tightness <= 1:
        raise ValueError(f"tightness must be between 0 and 1, got {tightness}")
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, _LARGEST_WEIGHT + 1, size=(rows, columns))
    profits = np.floor(weights.mean(axis=0) + _NOISE * rng.random(columns))
    return MIP.from_dense(
        profits,
        weights,
        np.full(rows, -np.inf),
        np.floor(tightness * weights.sum(axis=1)),
        upper=np.ones(columns),
        integer=_all(columns),
        maximize=True,
        name=f"knapsack-{rows}x{columns}-{seed}",
    )


def random_independent_set(columns: int = 500, degree: int = 4, seed: int = 0) -> MIP:
    """Make a problem of most nodes of which no two are neighbors, in a graph grown as in [1]_.

    Parameters
    ----------
    columns
        Number of nodes.
    degree
        Number of earlier nodes that each node is joined to, those with many neighbors more likely.
    seed
        Seed, not negative.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] A.-L. Barabasi, R. Albert, "Emergence of scaling in random networks", Science 286 (1999)
       509-512.
    """
    _require("degree", degree, 1)
    _require("columns", columns, degree + 1)
    edges = _grown(columns, degree, np.random.default_rng(seed))
    count = len(edges)
    return MIP.from_triplets(
        np.ones(columns),
        np.repeat(np.arange(count), 2),
        edges.ravel(),
        np.ones(2 * count),
        np.full(count, -np.inf),
        np.ones(count),
        upper=np.ones(columns),
        integer=_all(columns),
        maximize=True,
        name=f"independent-set-{columns}-{seed}",
    )


def _grown(nodes: int, degree: int, rng: np.random.Generator) -> IndexArray:
    """Edges of a graph, shape (count, 2)."""
    ends: list[int] = list(range(degree))  # every node as often as it has neighbors, or once
    edges: list[tuple[int, int]] = []
    for node in range(degree, nodes):
        chosen: dict[int, None] = {}
        while len(chosen) < degree:
            chosen[ends[int(rng.integers(len(ends)))]] = None
        edges += [(other, node) for other in chosen]
        ends += [*chosen, *[node] * degree]
    return np.array(edges, dtype=np.int64)


def _all(columns: int) -> BoolArray:
    return np.ones(columns, dtype=np.bool_)


def _require(what: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{what} must be at least {least}, got {value}")
