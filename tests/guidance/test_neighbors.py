"""Nearest neighbors against brute force."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.guidance.neighbors import k_nearest, quadrant_neighbors, rank_weights
from cosolve.problems import TSP, Metric

PLANAR = [Metric.EUCLIDEAN, Metric.EUC, Metric.CEIL, Metric.MAN, Metric.MAX, Metric.ATT]
SPATIAL = [m for m in PLANAR if m is not Metric.ATT]


def sphere(coords):
    """Return unit vectors of GEO nodes, with the very functions the kernel calls."""

    def radians(x):
        return 3.141592 * (math.trunc(x) + 5.0 * (x - math.trunc(x)) / 3.0) / 180.0

    rows = []
    for latitude, longitude in coords.tolist():
        a, b = radians(latitude), radians(longitude)
        rows.append((math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)))
    return np.array(rows)


def ranking_distances(problem):
    """Return what neighbors are ranked by, as a full matrix."""
    if problem.coords is None:
        return problem.matrix
    points = sphere(problem.coords) if problem.metric is Metric.GEO else problem.coords
    delta = np.abs(points[:, None] - points[None])
    if problem.metric is Metric.MAX:
        return delta.max(axis=2)
    shares = delta if problem.metric is Metric.MAN else delta * delta
    total = shares[..., 0]
    for axis in range(1, points.shape[1]):
        total = total + shares[..., axis]
    return total


def ranked(problem, i, distances):
    """All nodes but i, best first."""
    j = np.arange(problem.size)
    order = np.lexsort((j, np.abs(j - i), distances[i]))
    return order[order != i]


def quadrant(problem, points, i, j):
    """Return the quadrant or octant of node j as seen from node i; None at the same place."""
    center, at = points[i], points[j]
    if (center == at).all():
        return None
    if problem.metric is not Metric.GEO and points.shape[1] == 3:
        return tuple(at < center)
    if problem.metric is Metric.GEO:
        x, y = center[0] * at[1] - center[1] * at[0], at[2] - center[2]
    else:
        x, y = at - center
    corners = [x > 0 and y >= 0, x <= 0 and y > 0, x < 0 and y <= 0, x >= 0 and y < 0]
    return corners.index(True) if any(corners) else None


def brute_quadrants(problem, per_quadrant, nearest):
    """Rows of neighbors by the definition."""
    distances = ranking_distances(problem)
    points = sphere(problem.coords) if problem.metric is Metric.GEO else problem.coords
    for i in range(problem.size):
        taken = {}
        row = []
        for rank, j in enumerate(ranked(problem, i, distances)):
            where = quadrant(problem, points, i, j)
            taken[where] = taken.get(where, 0) + 1
            if rank < nearest or (where is not None and taken[where] <= per_quadrant):
                row.append(int(j))
        yield row


def point_sets(dim=2):
    """Named coordinates that have been trouble to somebody's neighbor search."""
    rng = np.random.default_rng(5)
    n = 300
    line = rng.random((n, 1))
    return {
        "uniform": rng.random((n, dim)),
        "lattice": rng.permutation(
            np.stack(np.meshgrid(*[np.arange(7.0)] * dim), axis=-1).reshape(-1, dim)
        ),
        "duplicates": rng.integers(0, 3, (n, dim)).astype(float),
        "identical": np.full((n, dim), 7.25),
        "clusters": rng.normal(size=(n, dim)) * 1e-4 + rng.random((5, dim))[rng.integers(0, 5, n)],
        "diagonal": np.repeat(line, dim, axis=1),
        "axis": np.hstack([line, np.zeros((n, dim - 1))]),
        "outlier": np.vstack([rng.random((n, dim)), np.full((1, dim), 1e12)]),
    }


@pytest.mark.parametrize("shape", list(point_sets()))
@pytest.mark.parametrize("metric", PLANAR)
def test_k_nearest_is_brute_force_in_the_plane(metric, shape):
    """Every metric's rows are those of a full sort, whatever the point set."""
    problem = TSP(coords=point_sets()[shape] * 100, metric=metric)
    distances = ranking_distances(problem)
    rows = k_nearest(problem, 7)
    for i, row in enumerate(rows):
        assert row.tolist() == ranked(problem, i, distances)[:7].tolist()


@pytest.mark.parametrize("shape", list(point_sets(3)))
@pytest.mark.parametrize("metric", SPATIAL)
def test_k_nearest_is_brute_force_in_space(metric, shape):
    """Three coordinates are searched as exactly as two."""
    problem = TSP(coords=point_sets(3)[shape] * 100, metric=metric)
    distances = ranking_distances(problem)
    rows = k_nearest(problem, 6)
    for i, row in enumerate(rows):
        assert row.tolist() == ranked(problem, i, distances)[:6].tolist()


def globe(n=300):
    """GEO nodes all over the earth, dense around the date line and the poles."""
    rng = np.random.default_rng(3)
    coords = np.column_stack([rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)])
    coords[: n // 3, 1] = np.where(rng.random(n // 3) < 0.5, 179.3, -179.3)
    coords[-10:, 0] = 89.5
    return TSP(coords=coords, metric=Metric.GEO)


def test_k_nearest_follows_great_circles():
    """GEO neighbors are found across the date line and over the poles."""
    problem = globe()
    distances = ranking_distances(problem)
    for i, row in enumerate(k_nearest(problem, 8)):
        assert row.tolist() == ranked(problem, i, distances)[:8].tolist()
        everyone = np.sort(problem.distance(i, np.delete(np.arange(problem.size), i)))
        assert (problem.distance(i, row) == everyone[:8]).all()


def test_k_nearest_sorts_matrix_rows():
    """A matrix, asymmetric too, is ranked row by row."""
    matrix = np.random.default_rng(2).integers(0, 9, (40, 40)).astype(float)
    problem = TSP(matrix=matrix)
    for i, row in enumerate(k_nearest(problem, 5)):
        assert row.tolist() == ranked(problem, i, problem.matrix)[:5].tolist()


coordinate = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6, width=32))


@settings(deadline=None, max_examples=150)
@given(
    coords=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=60),
    k=st.integers(1, 8),
    per_quadrant=st.integers(0, 3),
    nearest=st.integers(1, 6),
)
def test_small_sets_match_their_definition(coords, k, per_quadrant, nearest):
    """Both searches agree with brute force on arbitrary small point sets."""
    problem = TSP(coords=np.array(coords))
    distances = ranking_distances(problem)
    for i, row in enumerate(k_nearest(problem, k)):
        assert row.tolist() == ranked(problem, i, distances)[:k].tolist()
    indptr, indices = quadrant_neighbors(problem, per_quadrant, nearest)
    rows = [indices[a:b].tolist() for a, b in itertools.pairwise(indptr)]
    assert rows == list(brute_quadrants(problem, per_quadrant, nearest))


@pytest.mark.parametrize("shape", list(point_sets()))
@pytest.mark.parametrize("metric", [Metric.EUC, Metric.MAN, Metric.MAX])
def test_quadrants_are_brute_force_in_the_plane(metric, shape):
    """The nearest of each quadrant and overall, in order, each once."""
    problem = TSP(coords=point_sets()[shape][:120] * 100, metric=metric)
    indptr, indices = quadrant_neighbors(problem, 2, 5)
    for i, row in enumerate(brute_quadrants(problem, 2, 5)):
        assert indices[indptr[i] : indptr[i + 1]].tolist() == row


@pytest.mark.parametrize("shape", list(point_sets(3)))
def test_octants_are_brute_force_in_space(shape):
    """Three coordinates make eight octants."""
    problem = TSP(coords=point_sets(3)[shape][:120])
    indptr, indices = quadrant_neighbors(problem, 2, 3)
    for i, row in enumerate(brute_quadrants(problem, 2, 3)):
        assert indices[indptr[i] : indptr[i + 1]].tolist() == row


def test_quadrants_on_the_sphere_lie_between_parallel_and_meridian():
    """GEO quadrants are north or south, and east or west, of the node."""
    problem = globe(150)
    indptr, indices = quadrant_neighbors(problem, 2, 4)
    for i, row in enumerate(brute_quadrants(problem, 2, 4)):
        assert indices[indptr[i] : indptr[i + 1]].tolist() == row


def test_lattice_neighbors_are_in_four_quadrants():
    """One neighbor per quadrant finds all four around a lattice point."""
    coords = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    indptr, indices = quadrant_neighbors(TSP(coords=coords), 1, 0)
    assert sorted(indices[indptr[0] : indptr[1]].tolist()) == [1, 2, 3, 4]


def test_a_matrix_has_no_quadrants():
    """Rows of a matrix get as many nearest nodes as quadrants would have given."""
    matrix = np.random.default_rng(2).random((40, 40))
    problem = TSP(matrix=matrix)
    indptr, indices = quadrant_neighbors(problem, 2, 5)
    assert (np.diff(indptr) == 8).all()
    assert (indices.reshape(40, 8) == k_nearest(problem, 8)).all()


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("make", ["coords", "matrix"])
def test_tiny_problems_have_all_others_as_neighbors(n, make):
    """Asking for more neighbors than there are gives all of them."""
    rng = np.random.default_rng(n)
    problem = TSP(coords=rng.random((n, 2))) if make == "coords" else TSP(matrix=rng.random((n, n)))
    rows = k_nearest(problem, 10)
    assert rows.shape == (n, n - 1)
    assert all(sorted([i, *row]) == list(range(n)) for i, row in enumerate(rows.tolist()))
    indptr, indices = quadrant_neighbors(problem, 5, 5)
    assert indptr.tolist() == [i * (n - 1) for i in range(n + 1)]
    assert sorted(indices.tolist()) == sorted(rows.ravel().tolist())


def test_duplicates_get_different_neighbors():
    """Copies of one place are not all referred to the same few nodes."""
    rows = k_nearest(TSP(coords=np.zeros((100, 2))), 4)
    assert np.bincount(rows.ravel(), minlength=100).min() >= 2
    assert rows[50].tolist() == [49, 51, 48, 52]


@pytest.mark.parametrize(
    "coords",
    [
        np.zeros((100_000, 2)),
        np.repeat(np.random.default_rng(1).random((100_000, 1)), 2, axis=1),
        np.vstack([np.random.default_rng(1).random((99_999, 2)) * 1e-9, [[1e9, 1e9]]]),
    ],
    ids=["identical", "collinear", "outlier"],
)
def test_degenerate_points_are_not_quadratic(coords):
    """A hundred thousand points that defeat a grid are searched in well under ten seconds."""
    problem = TSP(coords=coords)
    begin = time.perf_counter()
    k_nearest(problem, 10)
    quadrant_neighbors(problem, 2, 5)
    assert time.perf_counter() - begin < 10.0


@pytest.mark.parametrize("k", [0, -1, 2.0, True])
def test_k_must_be_a_positive_integer(k):
    """A bad k is a ValueError that names it."""
    with pytest.raises(ValueError, match="k must be an integer of at least 1"):
        k_nearest(TSP(coords=np.eye(2)), k)


@pytest.mark.parametrize(("per_quadrant", "nearest"), [(-1, 5), (2, -1), (0, 0)])
def test_quadrant_numbers_are_validated(per_quadrant, nearest):
    """Negative numbers, and asking for nothing, are ValueErrors."""
    with pytest.raises(ValueError, match=r"per_quadrant|nearest"):
        quadrant_neighbors(TSP(coords=np.eye(2)), per_quadrant, nearest)


def test_rank_weights_fall_within_rows():
    """Weights start at 1 in every row and are the reciprocals of the rank."""
    weights = rank_weights(np.array([0, 3, 3, 5], np.int32))
    assert weights.tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1, 1 / 2])
