"""Alpha-nearness against its definition, and the guide made of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from references import FloatArray, distance_matrix, edges_of

from cosolve import TSP, Metric, Stop, _kernels, solve
from cosolve.guidance import AlphaGuide, EdgeGuidance, make_guide
from cosolve.search.tsp_model import TspModel


def uniform(n: int, seed: int = 3) -> TSP:
    """Random points."""
    return TSP(coords=np.random.default_rng(seed).random((n, 2)))


def minimum_tree(weight: FloatArray, forced: tuple[int, int] | None = None) -> FloatArray:
    """Length of the minimum spanning tree that contains an edge, and the degrees of its nodes."""
    n = len(weight)
    key = weight.copy()
    np.fill_diagonal(key, np.inf)
    if forced is not None:
        key[forced] = key[forced[::-1]] = -np.inf
    inside = np.zeros(n, bool)
    inside[0] = True
    length, degree = 0.0, np.zeros(n, int)
    for _ in range(n - 1):
        crossing = np.where(inside[:, None] & ~inside[None, :], key, np.inf)
        a, b = np.unravel_index(crossing.argmin(), crossing.shape)
        inside[b] = True
        length += weight[a, b]
        degree[[a, b]] += 1
    return np.array([length, *degree])


def minimum_one_tree(weight: FloatArray, special: int, forced: tuple[int, int]) -> float:
    """Length of the minimum 1-tree that contains an edge: a tree of the rest, two edges here."""
    rest = np.delete(np.arange(len(weight)), special)
    among = weight[np.ix_(rest, rest)]
    spokes = np.sort(weight[special, rest])
    if special in forced:
        other = forced[0] if forced[1] == special else forced[1]
        others = np.sort(np.delete(weight[special], [special, other]))
        return float(minimum_tree(among)[0] + weight[special, other] + others[0])
    inner = tuple(int(np.flatnonzero(rest == node)[0]) for node in forced)
    return float(minimum_tree(among, (inner[0], inner[1]))[0] + spokes[:2].sum())


def test_alpha_is_what_forcing_an_edge_costs() -> None:
    """Every alpha equals the difference of two minimum 1-trees, found from scratch."""
    problem = uniform(24)
    model = TspModel(problem)
    n = problem.size
    everything = np.array([[j for j in range(n) if j != i] for i in range(n)], np.int32)
    engine = _kernels.HeldKarp(
        model.metric, np.arange(n + 1, dtype=np.int32) * np.int32(n - 1), everything.ravel(),
        model.fixed_edges,
    )  # fmt: skip
    engine.plan(25, 0.3, 0.1)
    engine.run(60.0)
    pi = engine.multipliers().astype(np.float64)
    weight = distance_matrix(problem)[np.ix_(model._order, model._order)] + pi[:, None] + pi
    # The special node: the leaf whose second shortest edge is longest.
    degree = minimum_tree(weight)[1:]
    second = np.sort(np.where(np.eye(n, dtype=bool), np.inf, weight), axis=1)[:, 1]
    special = int(np.where(degree == 1, second, -np.inf).argmax())
    start, to, alpha = engine.alpha(n - 1)
    assert start.tolist() == list(range(0, n * (n - 1) + 1, n - 1))
    shortest = min(minimum_one_tree(weight, special, (i, j)) for i in range(n) for j in range(i))
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            expected = minimum_one_tree(weight, special, (i, int(to[e]))) - shortest
            assert alpha[e] == pytest.approx(expected, abs=1e-6)
        row = alpha[start[i] : start[i + 1]]
        assert (np.diff(row) >= 0).all()


def rows(guidance: EdgeGuidance) -> list[list[int]]:
    """Neighbors of every node."""
    return [
        guidance.indices[guidance.indptr[i] : guidance.indptr[i + 1]].tolist()
        for i in range(guidance.size)
    ]


@pytest.mark.parametrize("k", [1, 3, 5])
def test_rows_are_symmetric_and_sum_to_one(k: int) -> None:
    """Both ends have an edge if one chose it, and weights are a distribution."""
    guidance = AlphaGuide(k)(uniform(200))
    near = rows(guidance)
    assert all(i in near[j] for i, row in enumerate(near) for j in row)
    assert min(len(row) for row in near) >= k
    assert (guidance.weight > 0).all()
    sums = np.add.reduceat(guidance.weight, guidance.indptr[:-1])
    assert sums == pytest.approx(np.ones(200), rel=1e-5)


def test_candidates_contain_good_tours() -> None:
    """Five edges by alpha contain nearly all of a good tour, more than five by distance."""
    problem = uniform(500)
    good = solve(problem, "eax", stop=Stop(iterations=60), seed=1, bound_share=0).solution
    assert good is not None
    wanted = edges_of(good.nodes)

    def covered(spec: str) -> float:
        near = rows(make_guide(spec)(problem))
        return sum(max(e) in near[min(e)] or min(e) in near[max(e)] for e in wanted) / len(wanted)

    assert covered("alpha:5") > 0.975
    assert covered("alpha:4") > covered("knn:4")


@pytest.mark.parametrize("metric", list(Metric))
def test_every_metric_has_a_guide(metric: Metric) -> None:
    """Points of every metric, and matrices."""
    coords = np.round(np.random.default_rng(1).random((60, 2)) * 80, 2)
    if metric is Metric.EXPLICIT:
        problem = TSP(matrix=distance_matrix(TSP(coords=coords)))
    else:
        problem = TSP(coords=coords, metric=metric)
    guidance = AlphaGuide()(problem)
    assert guidance.size == 60
    assert solve(problem, "lk", guide=guidance, stop=Stop(iterations=20)).solution is not None


@pytest.mark.parametrize("ends", [(None, None), (4, None), (4, 17)])
def test_paths_have_a_guide(ends: tuple[int | None, int | None]) -> None:
    """The node that closes a path is in no row."""
    problem = dataclasses.replace(uniform(80), path=True, ends=ends)
    guidance = AlphaGuide()(problem)
    assert guidance.size == 80
    assert guidance.indices.max() < 80


def test_fixed_edges_come_first() -> None:
    """A fixed edge is the first neighbor of both its ends."""
    problem = dataclasses.replace(uniform(80), fixed_edges=np.array([[0, 40], [40, 7], [3, 9]]))
    near = rows(AlphaGuide()(problem))
    assert near[0][0] == 40
    assert near[3][0] == 9
    assert near[9][0] == 3
    assert sorted(near[40]) == [0, 7]  # it has no other edges


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_tiny_problems(n: int) -> None:
    """With few nodes, all others are neighbors."""
    assert AlphaGuide()(uniform(n)).indices.size == n * (n - 1)


def test_points_at_one_place() -> None:
    """Where all distances are zero, weights are still positive and finite."""
    guidance = AlphaGuide()(TSP(coords=np.zeros((50, 2))))
    assert (guidance.weight > 0).all()


def test_guide_is_reproducible() -> None:
    """It depends on the problem only."""
    one, two = (AlphaGuide()(uniform(300)) for _ in range(2))
    assert one.indices.tolist() == two.indices.tolist()
    assert one.weight.tolist() == two.weight.tolist()


def test_asymmetric_distances_are_refused() -> None:
    """Trees know no directions."""
    with pytest.raises(ValueError, match="symmetric"):
        AlphaGuide()(TSP(matrix=np.random.default_rng(0).random((8, 8))))


def test_name() -> None:
    """``alpha`` and ``alpha:K`` name the guide."""
    assert make_guide("alpha") == AlphaGuide()
    assert make_guide("alpha:7") == AlphaGuide(7)
    with pytest.raises(ValueError, match=r"alpha\[:K\]"):
        make_guide("alpha:0")
