"""Small mixed-integer programs that between them need everything a solver may be asked for."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from cosolve.problems.mip import MIP, Values

_PRODUCTS = 50_000  # vectors of whole numbers that are tried at most


def mip_samples() -> list[MIP]:
    """Return programs for the conformance suite, the largest first; each has an optimum.

    They are: set covers and knapsacks, fixed charges (integers and continuous columns), general
    integers of either sign, equations, ranges, free and empty rows, columns in no row, constants,
    linear programs, and programs without rows or without columns; minimized and maximized.
    """
    rng = np.random.default_rng(40)
    cover = (rng.random((30, 40)) < 0.15).astype(float)
    cover[:, 0] = 1.0
    costs = rng.integers(1, 20, size=40).astype(float)
    weights = rng.integers(5, 60, size=(5, 25)).astype(float)
    profits = rng.integers(5, 90, size=25).astype(float)
    binary = {"upper": np.ones(40), "integer": np.ones(40, dtype=np.bool_)}
    knapsack = {"upper": np.ones(25), "integer": np.ones(25, dtype=np.bool_), "maximize": True}
    limits = np.floor(weights.sum(axis=1) / 3)
    return [
        MIP.from_dense(costs, cover, np.ones(30), np.full(30, np.inf), name="cover", **binary),
        MIP.from_dense(
            profits, weights, np.full(5, -np.inf), limits, name="knapsack", offset=3.0, **knapsack
        ),
        _fixed_charges(rng),
        *_tiny(),
    ]


def _fixed_charges(rng: np.random.Generator) -> MIP:
    """Open facilities, and serve clients from them in parts."""
    model = MIP.build("fixed-charges")
    opened = [model.add_binary(float(rng.integers(20, 60))) for _ in range(5)]
    for client in range(8):
        parts = [model.add_column(float(rng.integers(1, 30))) for _ in opened]
        model.add_row(dict.fromkeys(parts, 1.0), 1.0, 1.0, name=f"serve{client}")
        for part, facility in zip(parts, opened, strict=True):
            model.add_row({part: 1.0, facility: -1.0}, upper=0.0)
    return model.problem()


def _tiny() -> list[MIP]:
    inf = np.inf
    whole = np.array([True, True])
    return [
        MIP.from_dense(
            [1.0, -2.5], [[3, 2], [1, -1]], [-inf, -3], [12.5, 4], lower=[-4, -2], upper=[5, 6],
            integer=whole, name="general-tiny",
        ),
        MIP.from_dense(
            [1.0, 2.0], [[2, 3]], [7], [7], upper=[9, 9], integer=whole, name="equation-tiny"
        ),
        MIP.from_dense(
            [-3.0, 1.0], [[1, 1], [0, 0], [1, 0]], [0.5, 0, -inf], [2.5, 0, inf], upper=[3, 4],
            integer=np.array([True, False]), maximize=True, offset=-2.5, name="mixed-tiny",
        ),
        MIP.from_dense([2.0, 1.0], [[1, 2]], [3], [inf], name="linear-tiny"),
        MIP.from_dense(
            [1.0, -1.0], np.zeros((0, 2)), [], [], upper=[1, 1], integer=whole, name="no-rows-tiny"
        ),
        MIP.from_dense([], np.zeros((0, 0)), [], [], offset=4.0, name="empty-tiny"),
        MIP.from_dense(
            [0.0, 0.0], [[1, 1]], [1], [1], upper=[1, 1], integer=whole, name="no-objective-tiny"
        ),
    ]  # fmt: skip


def all_integer_values(problem: MIP) -> list[Values] | None:
    """Return all vectors of whole numbers within the bounds of a small pure integer program.

    Parameters
    ----------
    problem
        The program.

    Returns
    -------
    list of Values or None
        None if a column is no integer or has infinite bounds, or if there are too many.
    """
    finite = np.isfinite(problem.lower) & np.isfinite(problem.upper)
    if not (problem.integer & finite).all():
        return None
    ranges: list[range] = [
        range(math.ceil(low), math.floor(high) + 1)
        for low, high in zip(problem.lower.tolist(), problem.upper.tolist(), strict=True)
    ]
    if math.prod(len(each) for each in ranges) > _PRODUCTS:
        return None
    return [Values(np.array(v, dtype=float)) for v in itertools.product(*ranges)]


def brute_force(problem: MIP) -> tuple[Values, float] | None:
    """Return a best solution of a small pure integer program and its cost, by trying everything.

    Parameters
    ----------
    problem
        A program for which `all_integer_values` is not None.

    Returns
    -------
    tuple or None
        None if there is no solution.

    Raises
    ------
    ValueError
        If it is not small or has continuous columns.
    """
    everything = all_integer_values(problem)
    if everything is None:
        raise ValueError(f"{problem.name} is too large, or not all columns are bounded integers")
    best: Any = None
    for values in everything:
        if problem.check(values, feasibility=0.0, integrality=0.0, exact=True):
            continue
        cost = problem.cost(values)
        if best is None or (cost > best[1] if problem.maximize else cost < best[1]):
            best = (values, cost)
    found: tuple[Values, float] | None = best
    return found
