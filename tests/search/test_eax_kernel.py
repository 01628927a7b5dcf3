"""The genetic algorithm with edge assembly crossover, against recomputation and brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cosolve import _kernels

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

NO_EDGES = np.empty((0, 2), dtype=np.int32)


def rows(n: int, k: int, distance: Floats) -> tuple[Ints, Ints]:
    """Return candidate rows of the k nearest nodes of a distance matrix."""
    k = min(k, n - 1)
    ranked = distance + np.diag(np.full(n, np.inf))
    nearest = np.argsort(ranked, axis=1, kind="stable")[:, :k]
    return (np.arange(n + 1, dtype=np.int32) * np.int32(k)), nearest.astype(np.int32).ravel()


def euclidean(points: Floats) -> Floats:
    """Return the full Euclidean distance matrix."""
    return np.asarray(np.linalg.norm(points[:, None] - points[None], axis=2))


def random_tours(n: int, p: int, seed: int) -> Ints:
    """Draw a population of random permutations."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(n) for _ in range(p)], dtype=np.int32)


def length(distance: Floats, tour: Ints) -> float:
    """Return the length of a closed tour."""
    return float(distance[tour, np.roll(tour, -1)].sum())


def edges(tour: Ints) -> set[frozenset[int]]:
    """Return the edges of a closed tour."""
    return {frozenset((int(a), int(b))) for a, b in zip(tour, np.roll(tour, -1), strict=True)}


def optimum(distance: Floats) -> float:
    """Find the optimal length by enumeration."""
    n = len(distance)
    return min(
        length(distance, np.array((0, *rest), dtype=np.int32))
        for rest in itertools.permutations(range(1, n))
        if rest[0] < rest[-1]
    )


def engine(
    points: Floats, population: Ints, *, children: int = 30, seed: int = 1, **options: object
) -> _kernels.Eax:
    """Build an engine over Euclidean points with 8 nearest candidates."""
    indptr, indices = rows(len(points), 8, euclidean(points))
    fixed = options.pop("fixed", NO_EDGES)
    metric = _kernels.Metric(0, points)
    return _kernels.Eax(metric, indptr, indices, fixed, population, children, seed, **options)


def lk_tours(points: Floats, p: int) -> Ints:
    """Local optima from randomized greedy tours."""
    metric = _kernels.Metric(0, points)
    indptr, indices = rows(len(points), 8, euclidean(points))
    tours = []
    for seed in range(p):
        start = _kernels.greedy_tour(metric, indptr, indices, NO_EDGES, seed, 1.0)
        search = _kernels.LinKernighan(metric, indptr, indices, NO_EDGES, start, seed)
        search.run(10.0, 0)
        tours.append(search.tour())
    return np.array(tours, dtype=np.int32)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(5, 60),
    p=st.integers(1, 12),
    seed=st.integers(0, 10_000),
    grid=st.sampled_from([0, 2, 5]),
    share=st.sampled_from([0.0, 0.25, 1.0]),
)
def test_population_stays_valid(n: int, p: int, seed: int, grid: int, share: float) -> None:
    """Tours stay permutations and the cost is that of the best, also on grids and duplicates."""
    rng = np.random.default_rng(seed)
    points = rng.random((n, 2)) if grid == 0 else rng.integers(0, grid, (n, 2)).astype(float)
    eax = engine(points, random_tours(n, p, seed), seed=seed, share=share)
    eax.run(30.0, 40)
    distance = euclidean(points)
    population = eax.population()
    assert population.shape == (p, n)
    assert (np.sort(population, axis=1) == np.arange(n)).all()
    assert eax.cost == pytest.approx(length(distance, eax.best()), abs=1e-9)
    assert eax.cost == pytest.approx(min(length(distance, t) for t in population), abs=1e-9)


@pytest.mark.parametrize("n", [5, 6, 7, 8])
def test_small_instances_are_solved(n: int) -> None:
    """A population of random tours reaches the optimum of the smallest instances."""
    points = np.random.default_rng(n).random((n, 2))
    eax = engine(points, random_tours(n, 30, 3))
    eax.run(30.0, -1)
    assert eax.finished
    assert eax.cost == pytest.approx(optimum(euclidean(points)))


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_fixed_edges_are_kept(share: float) -> None:
    """Edges fixed in all start tours are in all tours at the end, while these improve."""
    n = 80
    points = np.random.default_rng(5).random((n, 2))
    fixed = np.array([(i, i + 1) for i in range(0, n, 4)], dtype=np.int32)
    rng = np.random.default_rng(6)
    free = [[i] for i in range(n) if i % 4 > 1]
    pairs = [[a, b] for a, b in fixed.tolist()]
    tours = []
    for _ in range(20):
        blocks = [block[:: rng.choice((-1, 1))] for block in (*pairs, *free)]
        tours.append(np.concatenate([blocks[i] for i in rng.permutation(len(blocks))]))
    population = np.array(tours, dtype=np.int32)
    eax = engine(points, population, fixed=fixed, share=share)
    before = eax.statistics()["average_cost"]
    eax.run(30.0, 200)
    kept = {frozenset(edge) for edge in fixed.tolist()}
    assert all(kept <= edges(tour) for tour in eax.population())
    assert eax.statistics()["average_cost"] < 0.7 * before


def test_costs_never_increase() -> None:
    """Neither the best tour nor the average of the population gets worse in any generation."""
    points = np.random.default_rng(8).random((150, 2))
    eax = engine(points, random_tours(150, 20, 8))
    costs = [(eax.cost, eax.statistics()["average_cost"])]
    while not eax.finished:
        assert eax.run(30.0, 1) == 1
        costs.append((eax.cost, eax.statistics()["average_cost"]))
    best, average = np.array(costs).T
    assert (np.diff(best) <= 1e-9).all()
    assert (np.diff(average) <= 1e-9).all()
    assert best[-1] < best[0]


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_slices_and_threads_do_not_change_the_result(share: float) -> None:
    """The same generations give the same population in one slice, in many, and on two threads."""
    points = np.random.default_rng(9).random((200, 2))
    population = random_tours(200, 21, 9)
    whole = engine(points, population, share=share)
    assert whole.run(60.0, 30) == 30
    sliced = engine(points, population, share=share)
    done = 0
    while done < 30:
        done += sliced.run(1e-4, 30 - done)
    threaded = engine(points, population, share=share, threads=2)
    threaded.run(60.0, 30)
    np.testing.assert_array_equal(whole.population(), sliced.population())
    np.testing.assert_array_equal(whole.population(), threaded.population())
    assert whole.statistics() == sliced.statistics() == threaded.statistics()


def test_seeds_differ() -> None:
    """Another seed takes another course."""
    points = np.random.default_rng(9).random((200, 2))
    population = random_tours(200, 10, 9)
    one, two = (engine(points, population, seed=seed) for seed in (1, 2))
    one.run(60.0, 5)
    two.run(60.0, 5)
    assert not np.array_equal(one.population(), two.population())


def test_explicit_matrix_without_triangle_inequality() -> None:
    """Random symmetric integer matrices are solved to optimality at 8 nodes."""
    rng = np.random.default_rng(4)
    matrix = rng.integers(1, 1000, (8, 8)).astype(float)
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    indptr, indices = rows(8, 7, matrix)
    metric = _kernels.Metric(matrix)
    eax = _kernels.Eax(metric, indptr, indices, NO_EDGES, random_tours(8, 40, 1), 30, 1)
    eax.run(30.0, -1)
    assert eax.cost == optimum(matrix)


def test_hub_makes_an_open_path() -> None:
    """With a hub at distance 0 from all nodes, the tour is the shortest open path."""
    points = np.stack([np.random.default_rng(2).permutation(7) / 7.0, np.zeros(7)], axis=1)
    distance = np.zeros((8, 8))
    distance[:7, :7] = euclidean(points)
    indptr, indices = rows(8, 7, distance)
    metric = _kernels.Metric(0, points, True)
    eax = _kernels.Eax(metric, indptr, indices, NO_EDGES, random_tours(8, 30, 1), 30, 1)
    eax.run(30.0, -1)
    assert eax.cost == pytest.approx(6 / 7)


def test_far_clusters_without_candidates_between_them() -> None:
    """Sub-tours that no candidate edge leaves are joined nevertheless."""
    rng = np.random.default_rng(3)
    points = rng.random((48, 2)) + np.repeat(
        [[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [300.0, 0.0]], 12, axis=0
    )
    eax = engine(points, random_tours(48, 30, 5))
    eax.run(30.0, -1)
    order = eax.best() // 12
    assert np.count_nonzero(order != np.roll(order, 1)) <= 6
    assert eax.cost < 640


def test_quality_at_200_nodes() -> None:
    """From local optima, both stages together end within 0.1 % of the best of independent runs."""
    points = np.random.default_rng(11).random((200, 2))
    population = lk_tours(points, 30)
    costs = []
    for seed in range(4):
        eax = engine(points, population, seed=seed)
        eax.run(60.0, -1)
        costs.append(eax.cost)
    assert max(costs) <= 1.001 * min(costs)
    assert max(costs) < min(length(euclidean(points), tour) for tour in population)


def test_stages_follow_each_other() -> None:
    """The search passes through both stages and then does no more generations."""
    points = np.random.default_rng(12).random((100, 2))
    eax = engine(points, random_tours(100, 30, 12), children=100)
    stages = [eax.stage]
    while not eax.finished:
        eax.run(60.0, 1)
        stages.append(eax.stage)
    assert stages == sorted(stages)
    assert set(stages) <= {1, 2}
    assert eax.run(1.0, 10) == 0


def test_one_generation_respects_the_time() -> None:
    """A slice without time does no generation."""
    points = np.random.default_rng(12).random((100, 2))
    eax = engine(points, random_tours(100, 5, 12))
    assert eax.run(0.0, 10) == 0
    assert eax.statistics()["pairs"] == 0


def test_statistics_agree_with_the_population() -> None:
    """The edge entropy, kept up to date by changes, is that of the population."""
    points = np.random.default_rng(13).random((90, 2))
    eax = engine(points, random_tours(90, 16, 13))
    eax.run(60.0, 25)
    count: dict[frozenset[int], int] = {}
    for tour in eax.population():
        for edge in edges(tour):
            count[edge] = count.get(edge, 0) + 1
    share = np.array(list(count.values())) / 16
    assert eax.statistics()["entropy"] == pytest.approx(-(share * np.log(share)).sum())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 4}, "at least 5 nodes"),
        ({"children": 0}, "children"),
        ({"threads": 0}, "threads"),
        ({"tour": [0, 1, 2, 3, 4, 4]}, "every node once"),
        ({"tour": [0, 1, 2, 3, 4]}, "every node once"),
        ({"fixed": [(0, 1), (0, 2), (0, 3)]}, "two fixed edges"),
        ({"fixed": [(0, 9)]}, "out of range"),
    ],
)
def test_bad_arguments_are_rejected(change: dict[str, object], message: str) -> None:
    """Every invalid argument is a ValueError that says what is wrong."""
    n = int(str(change.get("n", 6)))
    points = np.random.default_rng(0).random((n, 2))
    population = np.array([change.get("tour", range(n))], dtype=np.int32)
    with pytest.raises(ValueError, match=message):
        engine(
            points,
            population,
            children=int(str(change.get("children", 30))),
            threads=change.get("threads", 1),
            fixed=np.array(change.get("fixed", NO_EDGES), dtype=np.int32),
        )
