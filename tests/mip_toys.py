"""Small mixed-integer programs, and a reference that enumerates them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from cosolve.problems.mip import MIP, Values


def program(
    objective: Sequence[float],
    rows: Sequence[Sequence[float]],
    sides: Sequence[tuple[float, float]],
    *,
    upper: Sequence[float] | None = None,
    lower: Sequence[float] | None = None,
    integer: Sequence[bool] | None = None,
    offset: float = 0.0,
    maximize: bool = False,
) -> MIP:
    """Make a program of dense rows; all columns are whole numbers from 0 unless given."""
    n = len(objective)
    dense = np.array(rows, dtype=float).reshape(len(sides), n)
    owner, place = np.nonzero(dense)
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(sides)))])
    return MIP(
        np.array(objective, dtype=float),
        starts.astype(np.int64),
        place.astype(np.int64),
        dense[owner, place],
        np.array([low for low, _ in sides], dtype=float),
        np.array([high for _, high in sides], dtype=float),
        lower=None if lower is None else np.array(lower, dtype=float),
        upper=None if upper is None else np.array(upper, dtype=float),
        integer=np.array([True] * n if integer is None else integer, dtype=bool),
        offset=offset,
        maximize=maximize,
    )


def knapsack(n: int = 8, seed: int = 1, *, maximize: bool = True) -> MIP:
    """Two knapsack rows over binaries; the opposite objective if it is to be minimized."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(5, 30, (2, n)).astype(float)
    profit = rng.integers(10, 40, n).astype(float)
    sides = [(-np.inf, float(rows[r].sum() // 2)) for r in range(2)]
    return program(
        profit if maximize else -profit, rows, sides, upper=[1.0] * n, offset=7.0, maximize=maximize
    )


def mixed() -> MIP:
    """Two machines with fixed costs and continuous loads that sum to at least 7.5: costs 19.5."""
    # y1 = y2 = 1 costs 4 + 8, loads 5 and 2.5 at 1 and 1 each.
    return program(
        [4.0, 8.0, 1.0, 1.0],
        [[5.0, 0.0, -1.0, 0.0], [0.0, 4.0, 0.0, -1.0], [0.0, 0.0, 1.0, 1.0]],
        [(0.0, np.inf), (0.0, np.inf), (7.5, np.inf)],
        upper=[1.0, 1.0, np.inf, np.inf],
        integer=[True, True, False, False],
    )


def market_split(n: int = 50, m: int = 6, seed: int = 7) -> tuple[MIP, np.ndarray]:
    """Make a market split problem (Cornuejols and Dawande 1998), hard for every solver.

    Sums of rows are to come as near to their targets from below as possible. All zeros is a
    solution; the other one that is returned reaches all targets and is optimal.
    """
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 100, (m, n)).astype(float)
    planted = rng.integers(0, 2, n).astype(float)
    target = rows @ planted
    # Columns s = rows x, at most the targets, are maximized.
    problem = program(
        [0.0] * n + [1.0] * m,
        np.hstack([rows, -np.eye(m)]).tolist(),
        [(0.0, 0.0)] * m,
        upper=[1.0] * n + target.tolist(),
        maximize=True,
    )
    return problem, np.concatenate([planted, target])


def enumerated(problem: MIP) -> tuple[float | None, np.ndarray | None]:
    """Return the best cost, minimized, and a solution of a pure integer bounded program."""
    ranges = [
        range(int(low), int(high) + 1)
        for low, high in zip(problem.lower, problem.upper, strict=True)
    ]
    sign = -1.0 if problem.maximize else 1.0
    best: tuple[float | None, np.ndarray | None] = None, None
    for point in itertools.product(*ranges):
        values = Values(np.array(point, dtype=float))
        if not problem.check(values):
            cost = sign * problem.cost(values)
            if best[0] is None or cost < best[0]:
                best = cost, values.values
    return best
