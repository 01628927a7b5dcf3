"""Tests of paths under construction: whatever is joined, paths come out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.neural.subpath_state import Fragments, lengths


def _join_at_random(fragments: Fragments, seed: int) -> None:
    rng = np.random.default_rng(seed)
    batch, n = fragments.degree.shape
    rows, i, j = np.indices((batch, n, n)).reshape(3, -1)
    while fragments.missing.any():
        may = fragments.may_join(rows, i, j)
        for row in range(batch):
            (choices,) = np.nonzero(may & (rows == row))
            if choices.size:
                at = rng.choice(choices)
                fragments.join(np.array([row]), i[[at]], j[[at]])


@given(n=st.integers(2, 9), batch=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_any_allowed_joins_make_paths(n: int, batch: int, seed: int) -> None:
    """Every order of allowed joins ends in a permutation that keeps both ends."""
    coords = np.random.default_rng(seed).random((batch, n, 2))
    fragments = Fragments.paths(coords)
    _join_at_random(fragments, seed)
    orders = fragments.orders()
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(n), (batch, 1)))
    assert (orders[:, 0] == 0).all()
    assert (orders[:, -1] == n - 1).all()


@given(n=st.integers(3, 9), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_allowed_joins_make_closed_tours(n: int, seed: int) -> None:
    """Without ends, every order of allowed joins ends in one cycle through all nodes."""
    fragments = Fragments.cycles(np.random.default_rng(seed).random((2, n, 2)))
    _join_at_random(fragments, seed)
    assert (fragments.degree == 2).all()
    assert np.array_equal(np.sort(fragments.orders(), axis=1), np.tile(np.arange(n), (2, 1)))


@given(n=st.integers(3, 9), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_kept_edges_stay(n: int, seed: int) -> None:
    """Edges kept of a path are in whatever it is finished to."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([[0], 1 + rng.permutation(n - 2), [n - 1]])[None]
    kept = rng.random((1, n - 1)) < 0.5
    fragments = Fragments.paths(rng.random((1, n, 2)))
    fragments.keep(order, kept)
    assert fragments.missing[0] == n - 1 - kept.sum()
    _join_at_random(fragments, seed)
    found = fragments.orders()[0]
    edges = {frozenset(e) for e in zip(found[:-1].tolist(), found[1:].tolist(), strict=True)}
    for at in np.flatnonzero(kept[0]):
        assert frozenset(order[0, at : at + 2].tolist()) in edges


def test_no_cycle_may_be_closed_early() -> None:
    """Neither the two ends of a fragment nor both ends of a path may be joined before the last."""
    fragments = Fragments.paths(np.zeros((1, 5, 2)))
    row = np.array([0])
    assert not fragments.may_join(row, np.array([0]), np.array([4]))[0]
    fragments.join(row, np.array([1]), np.array([2]))
    fragments.join(row, np.array([2]), np.array([3]))
    assert not fragments.may_join(row, np.array([3]), np.array([1]))[0]
    assert not fragments.may_join(row, np.array([2]), np.array([0]))[0]


def test_unfinished_paths_have_no_order() -> None:
    """An order is only given where nothing is missing."""
    with pytest.raises(ValueError, match="not finished"):
        Fragments.paths(np.zeros((1, 4, 2))).orders()


def test_a_path_needs_two_nodes() -> None:
    """One node cannot be two ends."""
    with pytest.raises(ValueError, match="two nodes, got 1"):
        Fragments.paths(np.zeros((1, 1, 2)))


def test_lengths_are_sums_of_legs() -> None:
    """Lengths follow the order, not the numbers."""
    coords = np.array([[[0.0, 0], [0, 3], [4, 3]]])
    assert lengths(coords, np.array([[0, 1, 2]])) == [7.0]
    assert lengths(coords, np.array([[0, 2, 1]])) == [9.0]
