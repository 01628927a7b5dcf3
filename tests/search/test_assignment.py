"""The assignment problem, against all permutations, and its dual solution."""

from __future__ import annotations

import threading
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve import _kernels
from cosolve.core import Run, Stop
from cosolve.search.assignment import assign, unassigned

FloatArray = npt.NDArray[np.float64]
ENTRIES = [
    st.integers(0, 3).map(float),
    st.integers(0, 10**15).map(float),
    st.floats(0, 1e6, allow_subnormal=False),
    st.sampled_from([0.0, 1e-3, 1.0, 1e15]),
]


@st.composite
def matrices(draw: st.DrawFn) -> FloatArray:
    """Matrices of 3 to 6 nodes whose diagonal must not be looked at."""
    n = draw(st.integers(3, 6))
    entry = draw(st.sampled_from(ENTRIES))
    matrix = np.array(draw(st.lists(entry, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(matrix, draw(st.sampled_from([0.0, -1e9, np.nan])))
    return matrix


def shortest(matrix: FloatArray) -> float:
    """Length of the shortest permutation without fixed points."""
    n = len(matrix)
    heads = np.array([p for p in permutations(range(n)) if all(i != j for i, j in enumerate(p))])
    return float(matrix[np.arange(n), heads].sum(axis=1).min())


def off_diagonal(matrix: FloatArray) -> FloatArray:
    """All entries but those of the diagonal."""
    return matrix[~np.eye(len(matrix), dtype=bool)]


@given(matrices())
@settings(max_examples=200, deadline=None)
def test_assignment_is_the_shortest(matrix: FloatArray) -> None:
    """Arcs, potentials and bound agree with the enumeration, whatever the lengths are like."""
    found = assign(matrix)
    n = len(matrix)
    assert found.optimal
    assert sorted(found.successors.tolist()) == list(range(n))
    assert (found.successors != np.arange(n)).all()
    best = shortest(matrix)
    scale = max(1.0, float(np.abs(off_diagonal(matrix)).max()))
    assert matrix[np.arange(n), found.successors].sum() == pytest.approx(best, abs=1e-12 * scale)
    assert best - 1e-9 * scale <= found.bound <= best
    whole = bool((off_diagonal(matrix) == np.floor(off_diagonal(matrix))).all())
    if whole and scale < 1e14:
        assert assign(matrix, integral=True).bound == best
    reduced = matrix - found.tails[:, None] - found.heads[None, :]
    assert off_diagonal(reduced).min() >= -1e-12 * scale


@pytest.mark.parametrize("n", [60, 200])
@pytest.mark.parametrize("kind", ["uniform", "product", "zeros", "ties", "blocks"])
def test_larger_assignments_are_proven_by_their_potentials(kind: str, n: int) -> None:
    """The arcs cost as much as the bound says, on easy matrices and on notoriously hard ones."""
    rng = np.random.default_rng(n)
    matrix = {
        "uniform": rng.random((n, n)),
        "product": np.outer(np.arange(1.0, n + 1), np.arange(1.0, n + 1)),
        "zeros": np.zeros((n, n)),
        "ties": rng.integers(0, 3, (n, n)).astype(float),
        "blocks": np.where(np.add.outer(np.arange(n) // 3, -(np.arange(n) // 3)) == 0, 1.0, 1e9),
    }[kind]
    found = assign(matrix)
    cost = matrix[np.arange(n), found.successors].sum()
    assert found.bound <= cost
    assert found.bound == pytest.approx(cost, rel=1e-8, abs=1e-12)


def test_whatever_is_done_when_time_is_up_is_valid() -> None:
    """Cut short at any point, the bound is below the optimum and the arcs are a permutation."""
    n = 300
    matrix = np.outer(np.arange(1.0, n + 1), np.arange(1.0, n + 1))
    optimum = assign(matrix).bound
    engine = _kernels.Assignment(matrix)
    slices = 0
    while True:
        tails, heads = engine.potentials()
        reduced = matrix - tails[:, None] - heads[None, :]
        assert off_diagonal(reduced).min() >= -1e-9
        assert tails.sum() + heads.sum() <= optimum * (1 + 1e-12)
        successors = engine.successors()
        assert sorted(successors.tolist()) == list(range(n))
        assert (successors != np.arange(n)).all()
        if engine.run(0.0):
            break
        slices += 1
    assert slices > 10


def test_interruption_and_time_limit_are_kept() -> None:
    """With no time left, or told to end, there still is a valid answer at once."""
    matrix = np.random.default_rng(0).random((50, 50))
    stopped = Run(Stop())
    stopped.interrupted = threading.Event()
    stopped.interrupted.set()
    best = assign(matrix).bound
    for run in (stopped, Run(Stop(time_limit=0.0))):
        found = assign(matrix, run)
        assert not found.optimal
        assert found.bound <= best


def test_forbidden_arcs_do_not_blur_the_others() -> None:
    """Huge lengths leave potentials of the size of the others, and a bound that is tight."""
    n = 60
    rng = np.random.default_rng(2)
    matrix = rng.random((n, n))
    plain = assign(matrix)
    forbidden = rng.random((n, n)) < 0.5
    forbidden[np.arange(n), plain.successors] = False
    found = assign(np.where(forbidden, 1e15, matrix))
    assert found.precise
    assert np.abs(found.tails).max() < 1e6
    assert found.bound == pytest.approx(plain.bound, rel=1e-6)


def test_precision_is_known() -> None:
    """Whole numbers stay exact; huge potentials beside a short assignment are found out."""
    n = 20
    ring = np.where(np.eye(n, k=1) + np.eye(n, k=1 - n) > 0, 1.0, 1e15)
    assert assign(ring, integral=True).bound == n
    forced = np.random.default_rng(0).random((n, n))
    forced[3] = 1e15
    found = assign(forced)
    assert found.bound == pytest.approx(1e15)
    assert found.bound <= forced[np.arange(n), found.successors].sum()
    wide = np.where(np.eye(n, k=1) + np.eye(n, k=1 - n) > 0, 0.0, np.where(forced > 1, 0.5, 1e15))
    assert not assign(wide).precise
    assert assign(np.zeros((n, n))).precise
    assert unassigned(4).precise


@pytest.mark.parametrize("shape", [(2, 2), (3, 4)])
def test_matrices_of_other_shapes_are_refused(shape: tuple[int, int]) -> None:
    """Fewer than three nodes, or rows of another length, are an error."""
    with pytest.raises(ValueError, match=r"3 nodes|square"):
        _kernels.Assignment(np.zeros(shape))


@pytest.mark.timing
def test_a_thousand_nodes_take_a_fraction_of_a_second() -> None:
    """Random lengths are assigned in well below a second."""
    run = Run(Stop(time_limit=1.0))
    assert assign(np.random.default_rng(1).random((1000, 1000)), run).optimal
