"""Moves without reversals, patching and perturbed assignments."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import FloatArray, IntArray, closed_length, optimal_cost

from cosolve import _kernels
from cosolve.problems import TSP
from cosolve.search.assignment import Assigned, assign, unassigned

SHALLOW = (3, [32])


def arc_problem(
    matrix: FloatArray, k: int | None = None, *, reduce: bool = True
) -> tuple[_kernels.ArcProblem, Assigned]:
    """Kernel problem with k candidates per node and direction, all of them unless given."""
    n = len(matrix)
    found = assign(matrix) if reduce else unassigned(n)
    k = n - 1 if k is None else k
    heads, tails = _kernels.nearest_arcs(matrix, found.tails, found.heads, k)
    indptr = np.arange(0, 2 * n * k + 1, k, dtype=np.int32)
    indices = np.concatenate([heads.ravel() + np.int32(n), tails.ravel()])
    return _kernels.ArcProblem(matrix, found.tails, found.heads, indptr, indices), found


def random_matrix(n: int, seed: int, *, whole: bool = True) -> FloatArray:
    """Random lengths, without any triangle inequality."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 100, (n, n)).astype(float) if whole else rng.random((n, n))


def random_order(n: int, seed: int) -> IntArray:
    """Random tour."""
    return np.random.default_rng(seed).permutation(n).astype(np.int32)


def or_3opt_lengths(matrix: FloatArray, order: IntArray) -> npt.NDArray[np.float64]:
    """Lengths of all tours in which two adjacent segments have changed places."""
    n = len(order)
    swapped = [
        np.concatenate([order[:i], order[j:k], order[i:j], order[k:]])
        for i, j, k in combinations(range(n + 1), 3)
    ]
    return np.array([closed_length(matrix, tour) for tour in swapped])


@given(
    n=st.integers(5, 14),
    seed=st.integers(0, 10**6),
    whole=st.booleans(),
    reduce=st.booleans(),
    depth=st.integers(2, 16),
)
@settings(max_examples=100, deadline=None)
def test_what_comes_out_is_a_tour_of_the_stated_length(
    n: int, seed: int, whole: bool, reduce: bool, depth: int
) -> None:
    """Moves and kicks of any depth keep a tour, whose length is the engine's, never above."""
    matrix = random_matrix(n, seed, whole=whole)
    arcs, found = arc_problem(matrix, min(n - 1, 6), reduce=reduce)
    start = random_order(n, seed)
    engine = _kernels.DirectedLinKernighan(arcs, start, seed, depth, [5, 3, 3, 2, 1])
    offset = found.tails.sum() + found.heads.sum()
    before = closed_length(matrix, start)
    for kicks in (0, 30, 30):
        engine.run(float("inf"), kicks)
        order = engine.tour()
        assert sorted(order.tolist()) == list(range(n))
        length = closed_length(matrix, order)
        assert engine.cost + offset == pytest.approx(length, rel=1e-9, abs=1e-9)
        assert length <= before + 1e-9
        before = length
    assert engine.settled
    assert engine.kicks == 60


@pytest.mark.parametrize("seed", range(6))
def test_local_optimum_has_no_better_segment_swap(seed: int) -> None:
    """With all arcs as candidates no exchange of two adjacent segments improves the tour."""
    n = 12
    matrix = random_matrix(n, seed)
    arcs, _ = arc_problem(matrix, reduce=False)
    engine = _kernels.DirectedLinKernighan(arcs, random_order(n, seed), 0, *SHALLOW)
    engine.run(float("inf"), 0)
    order = engine.tour()
    assert or_3opt_lengths(matrix, order).min() >= closed_length(matrix, order)


def test_double_bridge_is_found() -> None:
    """A tour that only a non-sequential exchange of four arcs improves does not stay."""
    n = 16
    best = np.arange(n, dtype=np.int32)
    worse = np.concatenate([best[:4], best[12:], best[8:12], best[4:8]])
    matrix = np.full((n, n), 1000.0)
    matrix[worse, np.roll(worse, -1)] = 10.0
    matrix[best, np.roll(best, -1)] = 1.0
    assert (or_3opt_lengths(matrix, worse) >= closed_length(matrix, worse)).all()
    arcs, _ = arc_problem(matrix, 3, reduce=False)
    engine = _kernels.DirectedLinKernighan(arcs, worse, 0, 2, [5])
    engine.run(float("inf"), 0)
    assert engine.cost == n


@pytest.mark.parametrize("n", [5, 8, 11])
@pytest.mark.parametrize("reduce", [True, False])
def test_kicks_lead_to_the_optimum_of_small_problems(n: int, reduce: bool) -> None:
    """A few thousand kicks solve any small problem."""
    for seed in range(5):
        matrix = random_matrix(n, seed)
        arcs, found = arc_problem(matrix, reduce=reduce)
        engine = _kernels.DirectedLinKernighan(arcs, random_order(n, seed), seed)
        engine.run(float("inf"), 3000)
        length = closed_length(matrix, engine.tour())
        assert length == optimal_cost(TSP(matrix=matrix + np.eye(n)))
        assert length >= found.bound


def test_seed_and_kicks_decide_and_slices_do_not() -> None:
    """The same seed gives the same tour however the work is cut; another seed another one."""
    matrix = random_matrix(150, 1, whole=False)
    arcs, _ = arc_problem(matrix, 8)

    def run(seed: int, slices: int) -> list[int]:
        engine = _kernels.DirectedLinKernighan(arcs, random_order(150, 0), seed)
        engine.run(float("inf"), 0)
        for _ in range(slices):
            engine.run(float("inf"), 300 // slices)
        order: list[int] = engine.tour().tolist()
        return order

    assert run(1, 1) == run(1, 10)
    assert run(1, 1) != run(2, 1)


@given(n=st.integers(3, 40), seed=st.integers(0, 10**6), amount=st.sampled_from([0.0, 1.0, 1e3]))
@settings(max_examples=60, deadline=None)
def test_patched_and_perturbed_assignments_are_tours(n: int, seed: int, amount: float) -> None:
    """However few the candidates and however large the perturbation, one cycle comes out."""
    matrix = random_matrix(n, seed)
    arcs, found = arc_problem(matrix, min(2, n - 1))
    patched = arcs.patched_tour(found.successors)
    perturbed = arcs.perturbed_tour(found.successors, amount, seed)
    assert np.array_equal(perturbed, arcs.perturbed_tour(found.successors, amount, seed))
    for order in (patched, perturbed):
        assert sorted(order.tolist()) == list(range(n))
        assert closed_length(matrix, order) >= found.bound
    if amount == 0.0:
        # Nothing was changed, so the assignment is a best one again, if maybe another.
        assert assign(matrix).bound <= closed_length(matrix, perturbed)


def test_patching_joins_cycles_at_the_least_cost() -> None:
    """Two cycles are joined by the cheapest of all exchanges."""
    for seed in range(20):
        n = 8
        matrix = random_matrix(n, seed)
        arcs, _ = arc_problem(matrix)
        successors = np.array([1, 2, 0, 4, 5, 6, 7, 3], np.int32)
        lengths = []
        for i in range(3):
            for j in range(3, n):
                joined = successors.copy()
                joined[[i, j]] = joined[[j, i]]
                lengths.append(matrix[np.arange(n), joined].sum())
        assert closed_length(matrix, arcs.patched_tour(successors)) == min(lengths)


def test_perturbed_assignments_differ_and_are_short() -> None:
    """Each seed gives another tour, all far better than random ones."""
    n = 200
    matrix = random_matrix(n, 3, whole=False)
    arcs, found = arc_problem(matrix, 8)
    tours = [arcs.perturbed_tour(found.successors, 0.3 * found.bound / n, s) for s in range(10)]
    assert len({np.roll(t, -int(t.argmin())).tobytes() for t in tours}) == 10
    assert max(closed_length(matrix, tour) for tour in tours) < 2 * found.bound


@given(n=st.integers(3, 12), seed=st.integers(0, 10**6), k=st.integers(1, 11))
@settings(max_examples=60, deadline=None)
def test_nearest_arcs(n: int, seed: int, k: int) -> None:
    """Rows hold the shortest reduced arcs in order, and no node itself."""
    k = min(k, n - 1)
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 4, (n, n)).astype(float)
    tails, heads = rng.integers(-2, 3, n).astype(float), rng.integers(-2, 3, n).astype(float)
    reduced = matrix - tails[:, None] - heads[None, :]
    np.fill_diagonal(reduced, np.inf)
    found_heads, found_tails = _kernels.nearest_arcs(matrix, tails, heads, k)
    for found, lengths in ((found_heads, reduced), (found_tails, reduced.T)):
        for node in range(n):
            assert node not in found[node]
            assert len(set(found[node].tolist())) == k
            assert np.array_equal(lengths[node, found[node]], np.sort(lengths[node])[:k])


def test_ties_do_not_favor_low_numbers() -> None:
    """Among arcs of equal length, candidates are spread over all nodes."""
    n = 100
    zeros = np.zeros(n)
    heads, _ = _kernels.nearest_arcs(np.zeros((n, n)), zeros, zeros, 5)
    assert len(np.unique(heads)) > 0.9 * n


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 1}, "depth"),
        ({"depth": 17}, "depth"),
        ({"breadth": []}, "breadth"),
        ({"breadth": [33]}, "breadth"),
        ({"kick_segment": 0}, "kick_segment"),
        ({"tour": np.zeros(8, np.int32)}, "every node once"),
        ({"tour": np.arange(7, dtype=np.int32)}, "every node once"),
    ],
)
def test_wrong_arguments_are_refused(change: dict[str, object], message: str) -> None:
    """The binding names what is wrong instead of reading beyond an array."""
    arcs, _ = arc_problem(random_matrix(8, 1))
    arguments: dict[str, object] = {"tour": random_order(8, 0), "seed": 0} | change
    with pytest.raises(ValueError, match=message):
        _kernels.DirectedLinKernighan(arcs, **arguments)


def test_wrong_candidates_are_refused() -> None:
    """Rows for the wrong number of nodes, or a node among its own candidates, are errors."""
    matrix, zeros = random_matrix(4, 1), np.zeros(4)
    own = np.array([4, 5, 6, 7, 0, 1, 2, 3], np.int32)
    with pytest.raises(ValueError, match="own candidate"):
        _kernels.ArcProblem(matrix, zeros, zeros, np.arange(9, dtype=np.int32), own)
    with pytest.raises(ValueError, match="two rows"):
        _kernels.ArcProblem(matrix, zeros, zeros, np.arange(5, dtype=np.int32), own)
    with pytest.raises(ValueError, match="out of range"):
        _kernels.ArcProblem(matrix, zeros, zeros, np.arange(9, dtype=np.int32), own[::-1].copy())
    with pytest.raises(ValueError, match="potential"):
        _kernels.ArcProblem(matrix, zeros[1:], zeros, np.arange(9, dtype=np.int32), own)
