"""Hypothesis strategies for mixed-integer programs and values of their columns.

Importing this module needs the ``test`` extra.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from cosolve.problems.mip import MIP, Values

_NAMES = st.text("abcxyz_0123456789", min_size=1, max_size=6).map("v".__add__)


def _numbers(whole: bool) -> st.SearchStrategy[float]:
    if whole:
        return st.integers(-5, 5).map(float)
    return st.floats(-1e6, 1e6, allow_subnormal=False)


@st.composite
def mips(
    draw: st.DrawFn,
    *,
    max_columns: int = 4,
    max_rows: int = 4,
    pure: bool = False,
    whole: bool | None = None,
) -> MIP:
    """Programs of every kind: some have solutions, some have none, some are unbounded.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    max_columns, max_rows
        Their numbers.
    pure
        Whether all columns are integers with finite bounds, so that everything can be tried.
    whole
        Whether all numbers are small whole ones, which make ties and exact fits common; drawn
        unless given.
    """
    if whole is None:
        whole = draw(st.booleans())
    n, m = draw(st.integers(0, max_columns)), draw(st.integers(0, max_rows))
    number = _numbers(whole)
    rows = [draw(st.sets(st.integers(0, n - 1))) if n else set() for _ in range(m)]
    places = [(r, c) for r, columns in enumerate(rows) for c in sorted(columns)]
    integer = np.array([pure or draw(st.booleans()) for _ in range(n)], dtype=np.bool_)
    bounds = [draw(_bounds(pure, number)) for _ in range(n)]
    sides = [draw(_sides(number)) for _ in range(m)]
    return MIP.from_triplets(
        [draw(number) for _ in range(n)],
        np.array([r for r, _ in places], dtype=np.int64),
        np.array([c for _, c in places], dtype=np.int64),
        [draw(number) for _ in places],
        [low for low, _ in sides],
        [high for _, high in sides],
        lower=[low for low, _ in bounds],
        upper=[high for _, high in bounds],
        integer=integer,
        offset=draw(number),
        maximize=draw(st.booleans()),
        columns=tuple(draw(st.lists(_NAMES, min_size=n, max_size=n, unique=True))),
        rows=tuple(draw(st.lists(_NAMES, min_size=m, max_size=m, unique=True))),
        name="drawn",
    )


@st.composite
def _bounds(draw: st.DrawFn, pure: bool, number: st.SearchStrategy[float]) -> tuple[float, float]:
    if pure:
        least = draw(st.integers(-3, 3))
        return float(least), float(least + draw(st.integers(-1, 4)))
    low = draw(st.one_of(st.just(0.0), st.just(-np.inf), number))
    high = draw(st.one_of(st.just(1.0), st.just(np.inf), number))
    return low, high


@st.composite
def _sides(draw: st.DrawFn, number: st.SearchStrategy[float]) -> tuple[float, float]:
    kind = draw(st.sampled_from("ELGRN"))
    side, other = draw(number), draw(number)
    return {
        "E": (side, side),
        "L": (-np.inf, side),
        "G": (side, np.inf),
        "R": (min(side, other), max(side, other)),
        "N": (-np.inf, np.inf),
    }[kind]


def values_of(problem: MIP) -> st.SearchStrategy[Values]:
    """Values of the columns of a program, feasible or not."""
    one = st.one_of(st.integers(-4, 6).map(float), st.floats(-1e3, 1e3, allow_subnormal=False))
    return st.lists(one, min_size=problem.size, max_size=problem.size).map(
        lambda values: Values(np.array(values, dtype=float))
    )
