"""What networks are told of tours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve import _kernels
from cosolve.problems import TSP
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp

NOTHING = np.empty((0, 2), np.int32)


def features(problem: TSP, k: int = 10, fixed: np.ndarray = NOTHING, iterations: int = 20):
    return _kernels.tour_features(kernel_metric(problem), k, fixed, iterations)[:3]


def moved(coords: np.ndarray, angle: float) -> np.ndarray:
    """Turn, mirror, blow up and shift."""
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = np.array([[cosine, sine], [sine, -cosine]])
    return 37.0 * coords @ turn + np.array([5.0, -80.0])


@pytest.mark.parametrize("kind", ["uniform", "clustered"])
def test_do_not_depend_on_place_or_scale(kind: str) -> None:
    """An instance moved, mirrored, scaled and turned by a right angle has the same features."""
    problem = random_tsp(120, 3, kind)
    neighbors, nodes, edges = features(problem)
    others = features(TSP(coords=moved(problem.coords, math.pi / 2)))
    same = (neighbors == others[0]).all(axis=1)
    assert same.mean() > 0.95  # the ascent may take another path where trees are tied
    assert np.abs(nodes - others[1])[same].mean() < 1e-2
    assert np.abs(edges - others[2])[same].mean() < 1e-2


def test_hardly_depend_on_direction() -> None:
    """Turned by any angle, the first edges of a row and their features stay nearly the same."""
    problem = random_tsp(300, 3)
    neighbors, _, edges = features(problem)
    others = features(TSP(coords=moved(problem.coords, 1.0)))
    same = (neighbors[:, :4] == others[0][:, :4]).all(axis=1)
    assert same.mean() > 0.8  # quadrants turn with the axes, and so do the farthest edges
    assert np.abs(edges - others[2])[same, :4].mean() < 0.02


def test_do_not_depend_on_numbering() -> None:
    """Renumbered nodes keep their features."""
    problem = random_tsp(100, 4)
    order = np.random.default_rng(0).permutation(100)
    neighbors, nodes, edges = features(problem)
    others = features(TSP(coords=problem.coords[order]))
    assert np.mean(order[others[0]] == neighbors[order]) > 0.95
    assert np.abs(nodes[order] - others[1]).mean() < 1e-2
    assert np.abs(edges[order] - others[2]).mean() < 2e-2


def test_matrix_has_the_features_of_its_points() -> None:
    """Distances alone decide: a matrix of the distances gives nearly the same rows."""
    problem = random_tsp(60, 1)
    delta = problem.coords[:, None] - problem.coords[None]
    matrix = TSP(matrix=np.sqrt((delta**2).sum(axis=-1)))
    ours, theirs = features(problem), features(matrix)
    assert ours[0].shape == theirs[0].shape
    assert np.mean([len(set(a) & set(b)) for a, b in zip(ours[0], theirs[0], strict=True)]) > 9


def test_five_of_smallest_alpha_hold_a_good_tour() -> None:
    """At least 97 % of the edges of a good tour are among the first five of a row."""
    from cosolve import Stop, solve

    problem = random_tsp(300, 7)
    tour = solve(problem, "eax", stop=Stop(iterations=60)).solution.nodes
    neighbors, _, _ = features(problem, iterations=30)
    after, before = np.roll(tour, -1), np.roll(tour, 1)
    first = neighbors[tour, :5]
    found = (first == after[:, None]).any(axis=1).sum() + (first == before[:, None]).any(
        axis=1
    ).sum()
    assert found / 600 > 0.97


@given(st.integers(3, 14), st.integers(0, 50), st.booleans())
@settings(max_examples=40, deadline=None)
def test_small_and_duplicate_points(n: int, seed: int, duplicates: bool) -> None:
    """Rows name other nodes once, nothing is infinite, whatever the points."""
    coords = np.random.default_rng(seed).random((n, 2))
    if duplicates:
        coords = np.round(coords * 2)
    neighbors, nodes, edges = features(TSP(coords=coords))
    assert neighbors.shape == (n, min(10, n - 1))
    for node, row in enumerate(neighbors):
        assert node not in row
        assert len(set(row)) == len(row)
    assert np.isfinite(nodes).all()
    assert np.isfinite(edges).all()


def test_fixed_edges_come_first() -> None:
    """A fixed edge is the first of both ends, although it is long."""
    problem = random_tsp(50, 2)
    far = int(np.argmax(np.hypot(*(problem.coords - problem.coords[0]).T)))
    neighbors, _, edges = features(problem, fixed=np.array([[0, far]], np.int32))
    assert neighbors[0, 0] == far
    assert neighbors[far, 0] == 0
    assert edges[0, 0, 14] == 1.0  # in the tree


def test_hub_is_nobodys_neighbor() -> None:
    """The node that closes an open path has no row and is in none."""
    problem = random_tsp(40, 5)
    metric = kernel_metric(problem, hub=True)
    neighbors, nodes, edges, *_ = _kernels.tour_features(metric, 8, NOTHING, 20)
    assert neighbors.shape == (40, 8)
    assert neighbors.max() < 40
    assert nodes.shape == (40, 6)
    assert edges.shape == (40, 8, 18)


def test_same_every_time() -> None:
    """Nothing is random."""
    problem = random_tsp(200, 6, "clustered")
    for one, other in zip(features(problem), features(problem), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("k", "iterations", "message"),
    [(0, 5, "k must be"), (33, 5, "k must be"), (5, -1, "iterations must not")],
)
def test_refuses(k: int, iterations: int, message: str) -> None:
    """Numbers out of range are refused."""
    with pytest.raises(ValueError, match=message):
        features(random_tsp(20), k, iterations=iterations)
