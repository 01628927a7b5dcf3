"""Iterated Lin-Kernighan search: the kernel and its Python face."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import (
    FloatArray,
    IntArray,
    best_closed_length,
    closed_length,
    distance_matrix,
    edges_of,
)

from cosolve import _kernels
from cosolve.core import Limit, Run, Stop
from cosolve.guidance import KnnGuide
from cosolve.problems import TSP, Metric
from cosolve.search.lin_kernighan import descend, iterate, lin_kernighan
from cosolve.search.tsp_model import TspModel
from cosolve.testing.strategies import matrices, tsps

FOREVER = float("inf")
NONE_FIXED = np.empty((0, 2), np.int32)
# Uniform nodes of default_rng(seed).random((1000, 2)) and their best known lengths.
BEST_KNOWN = {1234: 23.205382, 1235: 22.838615, 1236: 23.068273}


def symmetric(matrix: FloatArray) -> FloatArray:
    """Mirror the upper triangle."""
    upper = np.triu(matrix, 1)
    return upper + upper.T


def examples() -> dict[str, TSP]:
    """Problems of every kind the kernel tells apart, and of those that break careless code."""
    rng = np.random.default_rng(7)
    points = rng.uniform(-80, 80, (60, 2))
    lattice = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), axis=-1).reshape(-1, 2)
    problems = {
        str(metric): TSP(coords=points, metric=metric)
        for metric in Metric
        if metric is not Metric.EXPLICIT
    }
    for metric in (Metric.EUCLIDEAN, Metric.EUC, Metric.CEIL, Metric.MAN, Metric.MAX):
        problems[f"{metric}-3D"] = TSP(coords=rng.uniform(-80, 80, (60, 3)), metric=metric)
    return problems | {
        "matrix": TSP(matrix=symmetric(rng.integers(1, 100, (60, 60)).astype(float))),
        "no-triangle-inequality": TSP(matrix=symmetric(np.floor(rng.random((60, 60)) ** 6 * 1e6))),
        "path": TSP(coords=points, path=True),
        "path-matrix": TSP(matrix=symmetric(rng.random((60, 60))), path=True, ends=(3, None)),
        "path-from-to": TSP(coords=points, path=True, ends=(3, 40)),
        "duplicates": TSP(coords=np.repeat(points[:15], 4, axis=0)),
        "all-equal": TSP(coords=np.full((60, 2), 7.0)),
        "collinear": TSP(coords=np.stack([rng.permutation(60), np.zeros(60)], axis=1)),
        "lattice": TSP(coords=lattice),
        "lattice-rounded": TSP(coords=lattice, metric=Metric.EUC),
    }


EXAMPLES = examples()


def model_of(seed: int, n: int, **fields: Any) -> TspModel:
    """Kernel view of n uniform nodes."""
    return TspModel(TSP(coords=np.random.default_rng(seed).random((n, 2)), **fields))


def shuffled(model: TspModel, seed: int = 0) -> IntArray:
    """Random tour over the kernel nodes; it may break fixed edges."""
    return np.random.default_rng(seed).permutation(model.size).astype(np.int32)


def complete_rows(n: int) -> tuple[IntArray, IntArray]:
    """Candidate rows that hold every other node, in order of their numbers."""
    others = [[j for j in range(n) if j != i] for i in range(n)]
    return np.arange(n + 1, dtype=np.int32) * np.int32(n - 1), np.array(others, np.int32).ravel()


def kernel(
    matrix: FloatArray,
    tour: IntArray,
    rows: tuple[IntArray, IntArray] | None = None,
    *,
    seed: int = 0,
    depth: int = 10,
    breadth: Sequence[int] = (5, 3, 1),
) -> _kernels.LinKernighan:
    """Engine over a matrix, with all edges as candidates unless `rows` are given."""
    indptr, indices = complete_rows(len(matrix)) if rows is None else rows
    metric = _kernels.Metric(matrix)
    return _kernels.LinKernighan(
        metric, indptr, indices, NONE_FIXED, tour, seed, depth, list(breadth)
    )


# ------------------------------------------------------------------------------- what always holds


@pytest.mark.parametrize("name", EXAMPLES)
def test_tour_stays_a_permutation(name: str) -> None:
    """After many kicks every kernel node is visited exactly once."""
    model = TspModel(EXAMPLES[name])
    engine = lin_kernighan(model, shuffled(model))
    engine.run(FOREVER, 200)
    assert sorted(engine.tour().tolist()) == list(range(model.size))


@pytest.mark.parametrize("name", EXAMPLES)
def test_cost_is_the_recomputed_one(name: str) -> None:
    """What the kernel adds up move by move is what NumPy gets from the tour."""
    problem = EXAMPLES[name]
    model = TspModel(problem)
    engine = lin_kernighan(model, model.greedy())
    for kicks in (0, 1, 200):
        engine.run(FOREVER, kicks)
        recomputed = problem.cost(model.decode(engine.tour()))
        assert model.cost(engine.cost) == pytest.approx(recomputed, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("depth", [2, 3, 4, 5, 8, 16])
@pytest.mark.parametrize("breadth", [(1,), (5, 3, 1), (3, 3, 3, 2, 2, 1)], ids=str)
@pytest.mark.parametrize("name", ["EUCLIDEAN", "no-triangle-inequality", "path-from-to"])
def test_moves_of_any_depth_make_the_tour_they_claim(
    name: str, breadth: tuple[int, ...], depth: int
) -> None:
    """The edges a move exchanges, which its gain is summed over, are those of the tour it leaves.

    The tour is put together from segments that follow every step; were one of them misplaced or
    turned the wrong way, its length would not be the old one less the gain.
    """
    problem = EXAMPLES[name]
    model = TspModel(problem)
    engine = lin_kernighan(model, model.greedy(3, 5.0), seed=2, depth=depth, breadth=breadth)
    for kicks in (0, 1, 1, 1, 60):
        engine.run(FOREVER, kicks)
        tour = model.decode(engine.tour())
        assert problem.check(tour) == []
        assert model.cost(engine.cost) == pytest.approx(problem.cost(tour), rel=1e-9, abs=1e-9)
    assert engine.improving_moves > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_cost_never_rises(name: str) -> None:
    """No kick is kept that makes the tour longer."""
    model = TspModel(EXAMPLES[name])
    engine = lin_kernighan(model, model.greedy())
    costs = [engine.cost]
    for _ in range(60):
        engine.run(FOREVER, 3)
        costs.append(engine.cost)
    assert all(b <= a * (1 + 1e-10) for a, b in itertools.pairwise(costs))


@settings(max_examples=150, deadline=None)
@given(tsps(min_size=5, max_size=14, asymmetric=False), st.integers(0, 2**64 - 1))
def test_feasible_tours_stay_feasible(problem: TSP, seed: int) -> None:
    """Fixed edges and ends are kept, whatever the problem, and the tour gets no longer."""
    model = TspModel(problem)
    start = model.greedy(seed, 1.0)
    engine = lin_kernighan(model, start, seed=seed, kick_segment=3)
    engine.run(FOREVER, 40)
    tour = model.decode(engine.tour())
    assert problem.check(tour) == []
    assert model.cost(engine.cost) == pytest.approx(problem.cost(tour), rel=1e-9, abs=1e-9)
    assert problem.cost(tour) <= problem.cost(model.decode(start)) * (1 + 1e-9)


def test_fixed_edges_survive_many_kicks() -> None:
    """Half of the edges of a random tour are fixed; improving the rest never loses one."""
    nodes = np.random.default_rng(3).permutation(200)
    fixed = np.stack([nodes, np.roll(nodes, -1)], axis=1)[::2]
    model = model_of(3, 200, fixed_edges=fixed)
    engine = lin_kernighan(model, model.greedy())
    before = engine.cost
    engine.run(FOREVER, 500)
    assert {frozenset(edge) for edge in model.fixed_edges.tolist()} <= edges_of(engine.tour())
    assert engine.cost < before


def test_a_tour_of_fixed_edges_is_left_alone() -> None:
    """Where every edge is fixed, kicks are counted and change nothing."""
    nodes = np.random.default_rng(3).permutation(50)
    model = model_of(3, 50, fixed_edges=np.stack([nodes, np.roll(nodes, -1)], axis=1))
    start = model.greedy()
    engine = lin_kernighan(model, start)
    assert engine.run(FOREVER, 100) == 100
    assert np.array_equal(engine.tour(), start)


def test_engine_keeps_its_metric_alive() -> None:
    """The engine outlives every Python reference to what it was made of."""
    matrix = symmetric(np.random.default_rng(1).random((40, 40)))
    engine = kernel(matrix.copy(), np.arange(40, dtype=np.int32))
    gc.collect()
    engine.run(FOREVER, 100)
    assert engine.cost == pytest.approx(closed_length(matrix, engine.tour()))


def test_tour_is_a_copy() -> None:
    """Writing into the array that ``tour`` returns does not change the engine."""
    model = model_of(1, 50)
    engine = lin_kernighan(model, model.greedy())
    engine.tour()[:] = 0
    assert sorted(engine.tour().tolist()) == list(range(50))


def test_start_is_not_written_to() -> None:
    """The array the search starts from stays as it is."""
    model = model_of(1, 100)
    start = shuffled(model)
    engine = lin_kernighan(model, start)
    engine.run(FOREVER, 20)
    assert np.array_equal(start, shuffled(model))


# --------------------------------------------------------------------- seeds, budgets and slices


@pytest.mark.parametrize("name", ["EUCLIDEAN", "matrix", "path", "lattice", "EUC-3D"])
def test_slices_do_not_matter(name: str) -> None:
    """Fifty kicks are the same at once, one by one, and in slices of a tenth of a millisecond."""
    model = TspModel(EXAMPLES[name])
    at_once, one_by_one, by_time = (
        lin_kernighan(model, shuffled(model, 1), seed=9) for _ in range(3)
    )
    at_once.run(FOREVER, 50)
    for _ in range(50):
        one_by_one.run(FOREVER, 1)
    while by_time.kicks < 50:
        by_time.run(1e-4, 50 - by_time.kicks)
    for engine in (one_by_one, by_time):
        assert np.array_equal(engine.tour(), at_once.tour())
        assert engine.cost == at_once.cost
        assert engine.improving_moves == at_once.improving_moves


def test_descent_can_be_interrupted() -> None:
    """A local optimum reached in thousands of slices is the one reached at once."""
    model = model_of(2, 3000)
    at_once, sliced = (lin_kernighan(model, shuffled(model)) for _ in range(2))
    at_once.run(FOREVER, 0)
    slices = 0
    while not sliced.settled:
        sliced.run(0.0, 0)
        slices += 1
    assert slices > 10
    assert np.array_equal(sliced.tour(), at_once.tour())


def test_between_slices_there_is_a_tour() -> None:
    """A search cut short during the descent holds a tour with the cost it claims."""
    model = model_of(2, 3000)
    engine = lin_kernighan(model, shuffled(model))
    engine.run(0.0, -1)
    assert not engine.settled
    assert sorted(engine.tour().tolist()) == list(range(3000))
    assert model.length(engine.tour()) == pytest.approx(engine.cost)


def test_same_seed_same_tour() -> None:
    """Two engines with one seed agree; a third with another seed does not."""
    model = model_of(4, 200)
    tours = []
    for seed in (5, 5, 6):
        engine = lin_kernighan(model, model.greedy(), seed=seed)
        engine.run(FOREVER, 100)
        tours.append(engine.tour())
    assert np.array_equal(tours[0], tours[1])
    assert not np.array_equal(tours[0], tours[2])


def test_kicks_are_counted() -> None:
    """``run`` returns the kicks it did, exactly as many as asked for, and ``kicks`` adds them."""
    model = model_of(4, 100)
    engine = lin_kernighan(model, model.greedy())
    assert [engine.run(FOREVER, kicks) for kicks in (0, 1, 70)] == [0, 1, 70]
    assert engine.kicks == 71


@pytest.mark.timing
def test_time_is_kept() -> None:
    """Without a number of kicks the search ends when its seconds are over."""
    model = model_of(4, 2000)
    engine = lin_kernighan(model, model.greedy())
    began = time.perf_counter()
    engine.run(0.1)
    assert 0.09 < time.perf_counter() - began < 0.6


# ------------------------------------------------------------------------------ what kicks leave


def test_rejected_kicks_leave_no_trace() -> None:
    """Without candidates nothing repairs a kick, so a good tour comes back node by node."""
    model = model_of(5, 120)
    good = lin_kernighan(model, model.greedy())
    good.run(FOREVER, 500)
    rows = np.zeros(model.size + 1, np.int32), np.empty(0, np.int32)
    tour = good.tour()
    engine = _kernels.LinKernighan(model.metric, *rows, NONE_FIXED, tour, 1)
    engine.run(FOREVER, 200)
    assert engine.kicks == 200
    assert np.array_equal(engine.tour(), tour)
    assert engine.cost == pytest.approx(good.cost, rel=1e-12)


def test_equal_cost_means_the_same_tour() -> None:
    """Where no two tours are equally long, a kick either shortens the tour or changes no edge."""
    model = model_of(6, 120)
    engine = lin_kernighan(model, model.greedy(), depth=3, breadth=(3, 1))
    engine.run(FOREVER, 0)
    unchanged = 0
    for _ in range(400):
        cost, tour = engine.cost, engine.tour()
        engine.run(FOREVER, 1)
        if engine.cost > cost * (1 - 1e-10):
            assert edges_of(engine.tour()) == edges_of(tour)
            unchanged += 1
    assert 0 < unchanged < 400


def test_empty_rows_are_harmless() -> None:
    """Every other node has no candidates; the search still improves around the rest."""
    problem = TSP(coords=np.random.default_rng(5).random((200, 2)))
    guidance = KnnGuide(8)(problem)
    rows = [guidance.indices[8 * i : 8 * i + 8 * (i % 2)] for i in range(200)]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    start = np.arange(200, dtype=np.int32)
    matrix = distance_matrix(problem)
    engine = kernel(matrix, start, (indptr, np.concatenate(rows).astype(np.int32)))
    engine.run(FOREVER, 100)
    assert sorted(engine.tour().tolist()) == list(range(200))
    assert closed_length(matrix, engine.tour()) < closed_length(matrix, start) / 3


# --------------------------------------------------------------------------------- local optima


def three_opt_neighbors(tour: list[int]) -> list[list[int]]:
    """All tours that differ from one in two or three edges."""
    n = len(tour)
    found = []
    for i, j, k in itertools.combinations(range(n), 3):
        head, b, c, tail = tour[: i + 1], tour[i + 1 : j + 1], tour[j + 1 : k + 1], tour[k + 1 :]
        for x, y in ((b, c), (c, b)):
            for p, q in itertools.product((x, x[::-1]), (y, y[::-1])):
                found.append(head + p + q + tail)
    return found


def settle_for_good(
    matrix: FloatArray, tour: IntArray, rows: tuple[IntArray, IntArray], breadth: int
) -> IntArray:
    """Restart the search until it makes no move.

    One descent looks again only at nodes whose edges changed. A move elsewhere may turn the tour
    between two of the others around, so that only a restart finds the move between them.
    """
    while True:
        engine = kernel(matrix, tour, rows, depth=3, breadth=(breadth,))
        engine.run(FOREVER, 0)
        if engine.improving_moves == 0:
            return tour
        tour = engine.tour()


@settings(max_examples=200, deadline=None)
@given(st.integers(5, 9).flatmap(matrices), st.randoms(use_true_random=False))
def test_local_optimum_is_three_optimal(matrix: FloatArray, random: Any) -> None:
    """With all edges as candidates no exchange of two or three edges shortens what is left."""
    matrix = np.floor(matrix)
    start = np.array(random.sample(range(len(matrix)), len(matrix)), np.int32)
    tour = settle_for_good(matrix, start, complete_rows(len(matrix)), 32)
    neighbors = np.array(three_opt_neighbors(tour.tolist()))
    lengths = matrix[neighbors, np.roll(neighbors, -1, axis=1)].sum(axis=1)
    assert closed_length(matrix, tour) <= lengths.min()


def near_rows(matrix: FloatArray, k: int) -> tuple[IntArray, IntArray]:
    """Candidate rows with the k nearest nodes, made symmetric."""
    n = len(matrix)
    near = np.zeros((n, n), bool)
    nearest = np.argsort(matrix + np.diag(np.full(n, np.inf)), axis=1, kind="stable")[:, :k]
    np.put_along_axis(near, nearest, True, axis=1)
    near |= near.T
    indptr = np.concatenate([[0], near.sum(axis=1).cumsum()]).astype(np.int32)
    return indptr, np.nonzero(near)[1].astype(np.int32)


@pytest.mark.parametrize("seed", range(3))
def test_local_optimum_has_no_two_opt_move(seed: int) -> None:
    """No exchange of two edges gains whose first new edge is a candidate shorter than the old."""
    matrix = distance_matrix(TSP(coords=np.random.default_rng(seed).random((150, 2))))
    indptr, indices = rows = near_rows(matrix, 6)
    tour = settle_for_good(matrix, np.arange(150, dtype=np.int32), rows, 32)
    after = dict(zip(tour.tolist(), np.roll(tour, -1).tolist(), strict=True))
    before = {b: a for a, b in after.items()}
    tried = 0
    for step, back in ((after, before), (before, after)):
        for t1, t2 in step.items():
            for t3 in indices[indptr[t2] : indptr[t2 + 1]].tolist():
                t4 = back[t3]
                gain = matrix[t1, t2] - matrix[t2, t3]
                if gain > 1e-9 and t3 != t1 and t4 != t2:
                    tried += 1
                    assert gain + matrix[t3, t4] - matrix[t4, t1] <= 1e-9
    assert tried > 100


@pytest.mark.parametrize("seed", range(3))
def test_local_optimum_has_no_or_opt_move(seed: int) -> None:
    """No move of up to three nodes over candidate edges, turned or not, shortens the tour."""
    n = 100
    matrix = distance_matrix(TSP(coords=np.random.default_rng(seed).random((n, 2))))
    indptr, indices = rows = near_rows(matrix, 6)
    assert np.diff(indptr).max() <= 16  # more would not fit the breadth of 32 steps
    near = {(i, int(j)) for i in range(n) for j in indices[indptr[i] : indptr[i + 1]]}
    tour = settle_for_good(matrix, np.arange(n, dtype=np.int32), rows, 32).tolist()
    tried = 0
    for at, length in itertools.product(range(n), (1, 2, 3)):
        turned = tour[at:] + tour[:at]
        first, last, rest = turned[0], turned[length - 1], turned[length:]
        for a, b in itertools.pairwise(rest):
            for s, t in ((first, last), (last, first)):
                if not {(a, s), (t, b), (rest[-1], rest[0])} <= near:
                    continue
                tried += 1
                removed = matrix[rest[-1], first] + matrix[last, rest[0]] + matrix[a, b]
                added = matrix[rest[-1], rest[0]] + matrix[a, s] + matrix[t, b]
                assert removed - added <= 1e-9
    assert tried > 100


def tiny_matrix(kind: str, n: int, rng: np.random.Generator) -> FloatArray:
    """Matrix for the comparison with all permutations."""
    if kind == "metric":
        return distance_matrix(TSP(coords=rng.random((n, 2))))
    if kind == "ties":
        return symmetric(rng.integers(0, 4, (n, n)).astype(float))
    if kind == "skewed":
        return symmetric(np.floor(rng.random((n, n)) ** 6 * 1e6))
    matrix = symmetric(np.where(rng.random((n, n)) < 0.5, rng.random((n, n)), 1e12))
    ring = rng.permutation(n)
    matrix[ring, np.roll(ring, -1)] = matrix[np.roll(ring, -1), ring] = rng.random(n)
    return matrix


@pytest.mark.parametrize("n", [5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["metric", "ties", "skewed", "forbidden"])
def test_tiny_tours_become_optimal(kind: str, n: int) -> None:
    """A hundred kicks over all edges find the best of all permutations, from any start."""
    rng = np.random.default_rng(n)
    for seed in range(12):
        matrix = tiny_matrix(kind, n, rng)
        engine = kernel(matrix, rng.permutation(n).astype(np.int32), seed=seed)
        engine.run(FOREVER, 100)
        assert engine.cost == pytest.approx(best_closed_length(matrix), rel=1e-9)


@pytest.mark.parametrize("forbidden", [1e6, 1e9, 1e12, 1e15])
def test_forbidden_edges_do_not_spoil_the_cost(forbidden: float) -> None:
    """Huge distances come and go; what remains is summed as if they had never been."""
    rng = np.random.default_rng(0)
    matrix = distance_matrix(TSP(coords=rng.random((40, 2))))
    matrix = symmetric(np.where(rng.random((40, 40)) < 0.6, forbidden, matrix))
    engine = kernel(matrix, np.arange(40, dtype=np.int32))
    before = engine.cost
    engine.run(FOREVER, 2000)
    assert before >= forbidden
    assert engine.cost < 40
    assert engine.cost == pytest.approx(closed_length(matrix, engine.tour()), rel=1e-9)


# ------------------------------------------------------------------------------------- quality


@pytest.mark.parametrize("seed", BEST_KNOWN)
def test_quality(seed: int) -> None:
    """From a greedy tour a descent ends within 3.5 % of the best known, 1000 kicks within 1 %."""
    model = model_of(seed, 1000)
    engine = lin_kernighan(model, model.greedy())
    engine.run(FOREVER, 0)
    assert engine.cost < 1.035 * BEST_KNOWN[seed]
    engine.run(FOREVER, 1000)
    assert engine.cost < 1.01 * BEST_KNOWN[seed]
    assert engine.cost > 0.999 * BEST_KNOWN[seed]


# ------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"depth": 1}, "depth"),
        ({"depth": 17}, "depth"),
        ({"breadth": ()}, "breadth"),
        ({"breadth": (5, 0)}, "breadth"),
        ({"breadth": (33,)}, "breadth"),
        ({"kick_segment": 0}, "kick_segment"),
    ],
)
def test_parameters_are_checked(parameters: dict[str, Any], message: str) -> None:
    """A parameter out of range is a ValueError that names it."""
    model = model_of(1, 20)
    with pytest.raises(ValueError, match=message):
        lin_kernighan(model, model.greedy(), **parameters)


@pytest.mark.parametrize(
    ("tour", "message"),
    [
        (range(19), "every node once"),
        ([*range(19), 0], "every node once"),
        ([*range(19), 20], "out of range"),
        ([*range(19), -1], "out of range"),
    ],
    ids=["short", "twice", "too-large", "negative"],
)
def test_tours_are_checked(tour: Sequence[int], message: str) -> None:
    """What is no tour is a ValueError."""
    with pytest.raises(ValueError, match=message):
        lin_kernighan(model_of(1, 20), np.array(tour, np.int32))


def test_other_types_are_refused() -> None:
    """Arrays of another type are a TypeError, not a silent copy."""
    with pytest.raises(TypeError):
        lin_kernighan(model_of(1, 20), np.arange(20, dtype=np.int64))  # type: ignore[arg-type]


def test_four_nodes_are_too_few() -> None:
    """There is nothing to search below five nodes."""
    with pytest.raises(ValueError, match="at least 5 nodes"):
        kernel(np.ones((4, 4)), np.arange(4, dtype=np.int32))


@pytest.mark.parametrize(
    ("indptr", "indices", "fixed", "message"),
    [
        ([0, 0, 0, 0, 0], [], [], "one entry more"),
        ([0, 1, 1, 1, 1, 1], [5], [], "out of range"),
        ([0, 1, 1, 1, 1, 1], [0], [], "own candidate"),
        ([0, 2, 1, 2, 2, 2], [1, 2], [], "decrease"),
        ([0, 1, 1, 1, 1, 1], [1, 2], [], "number of indices"),
        ([0, 0, 0, 0, 0, 0], [], [[0, 5]], "out of range"),
        ([0, 0, 0, 0, 0, 0], [], [[0, 1], [0, 2], [0, 3]], "more than two"),
        ([0, 0, 0, 0, 0, 0], [], [[0, 1, 2]], "two columns"),
    ],
)
def test_arrays_are_checked(
    indptr: list[int], indices: list[int], fixed: list[list[int]], message: str
) -> None:
    """Malformed candidate rows and fixed edges are ValueErrors, never memory errors."""
    with pytest.raises(ValueError, match=message):
        _kernels.LinKernighan(
            _kernels.Metric(np.ones((5, 5))),
            np.array(indptr, np.int32),
            np.array(indices, np.int32),
            np.array(fixed, np.int32) if fixed else NONE_FIXED,
            np.arange(5, dtype=np.int32),
            0,
        )


# ----------------------------------------------------------------------------- the Python face


def test_descend_ends_in_a_local_optimum() -> None:
    """A limit of no iterations at all still leaves a local optimum, the same on any machine."""
    model = model_of(2, 2000)
    engine, reference = (lin_kernighan(model, shuffled(model)) for _ in range(2))
    descend(engine, model, Run(Stop(iterations=0)))
    reference.run(FOREVER, 0)
    assert engine.settled
    assert np.array_equal(engine.tour(), reference.tour())


@pytest.mark.parametrize(
    "stop", [Stop(time_limit=0), Stop(target_cost=1e9)], ids=["time", "target"]
)
def test_descend_obeys_other_limits(stop: Stop) -> None:
    """Without time, or with a tour that is good enough already, there is no descent."""
    model = model_of(2, 2000)
    engine = lin_kernighan(model, shuffled(model))
    run = Run(stop)
    run.report(engine.cost)
    descend(engine, model, run)
    assert engine.improving_moves == 0


def test_iterate_does_the_iterations_asked_for() -> None:
    """Iterations are kicks, and the cost told is that of the tour."""
    problem = EXAMPLES["path-from-to"]
    model = TspModel(problem)
    engine = lin_kernighan(model, model.greedy())
    run = Run(Stop(iterations=137))
    iterate(engine, model, run)
    assert (run.iterations, engine.kicks, run.limit()) == (137, 137, Limit.ITERATIONS)
    assert run.cost == pytest.approx(problem.cost(model.decode(engine.tour())))


def test_iterate_stops_when_interrupted() -> None:
    """An interruption before the first slice ends the search with the start and its cost."""
    model = model_of(2, 500)
    start = model.greedy()
    engine = lin_kernighan(model, start)
    run = Run(Stop())
    run.interrupted.set()
    iterate(engine, model, run)
    assert np.array_equal(engine.tour(), start)
    assert run.cost == pytest.approx(model.length(start))
