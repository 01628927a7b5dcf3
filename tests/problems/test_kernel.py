"""The kernels' metric against the NumPy reference."""

import numpy as np
import pytest

from cosolve.problems import TSP, VRP, Metric
from cosolve.problems.kernel import kernel_metric


def matrix_of(metric, n):
    return np.array([[metric(i, j) for j in range(n)] for i in range(n)])


@pytest.mark.parametrize(
    ("metric", "dim"),
    [(m, 2) for m in Metric if m is not Metric.EXPLICIT]
    + [(m, 3) for m in (Metric.EUCLIDEAN, Metric.EUC, Metric.CEIL, Metric.MAN, Metric.MAX)],
)
def test_kernel_distances_are_the_references(metric, dim):
    """Every metric means the same to the kernels as to NumPy."""
    coords = np.random.default_rng(1).uniform(-80, 80, (25, dim))
    problem = TSP(coords=coords, metric=metric)
    i = np.arange(25)
    # TSPLIB's formula puts a GEO node 1 km from itself; no tour contains such an edge.
    others = ~np.eye(25, dtype=bool)
    expected = problem.distance(i[:, None], i[None])[others]
    actual = matrix_of(kernel_metric(problem), 25)[others]
    assert actual == pytest.approx(expected, rel=1e-15, abs=0)


def test_order_renumbers_coordinates_and_matrices():
    """Node i of a renumbered metric is node order[i] of the problem."""
    rng = np.random.default_rng(1)
    order = rng.permutation(9)
    for problem in (TSP(coords=rng.random((9, 2))), TSP(matrix=rng.random((9, 9)))):
        expected = problem.distance(order[:, None], order[None])
        assert matrix_of(kernel_metric(problem, order), 9) == pytest.approx(expected, rel=1e-15)


def test_the_hub_is_at_distance_zero():
    """A hub is one more node that costs nothing to reach."""
    metric = kernel_metric(TSP(coords=np.random.default_rng(1).random((4, 2))), hub=True)
    assert metric.size == 5
    assert [metric(4, i) for i in range(5)] == [0.0] * 5


def test_order_may_leave_nodes_out():
    """The metric is then that of the nodes named."""
    problem = TSP(coords=np.random.default_rng(2).random((9, 2)))
    order = np.array([7, 2, 5])
    expected = problem.distance(order[:, None], order[None])
    assert matrix_of(kernel_metric(problem, order), 3) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("order", [[[0, 1]], [0, 1, 1], [1, 2, 3], [-1, 0], [0.0, 1.0, 2.0]])
def test_order_must_name_distinct_nodes(order):
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match="order must"):
        kernel_metric(TSP(coords=np.zeros((3, 2))), order)


def test_locations_of_a_vrp_are_nodes():
    """Depots come first, as everywhere."""
    rng = np.random.default_rng(4)
    i = np.arange(6)
    for fields in (
        {"coords": rng.random((6, 2)) * 90, "metric": "TRUNC1"},
        {"matrix": np.ones((6, 6))},
    ):
        problem = VRP(**fields, depots=2)
        expected = problem.distance(i[:, None], i[None])
        assert (matrix_of(kernel_metric(problem), 6) == expected).all()
