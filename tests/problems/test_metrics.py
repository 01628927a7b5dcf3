"""Tests of the distance functions against scalar code written from the TSPLIB95 text."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.problems import TSP, Metric
from cosolve.problems.metrics import distances
from cosolve.testing.strategies import coordinates

FEW = settings(max_examples=60, deadline=None)


def _nint(x):
    return int(x + 0.5)


def _euclidean(a, b):
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += (x - y) * (x - y)
    return math.sqrt(total)


def _att(a, b):
    r = math.sqrt(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 10.0)
    t = _nint(r)
    return t + 1 if t < r else t


def _geo(a, b):
    def radians(x):
        degrees = int(x)
        return 3.141592 * (degrees + 5.0 * (x - degrees) / 3.0) / 180.0

    q1 = math.cos(radians(a[1]) - radians(b[1]))
    q2 = math.cos(radians(a[0]) - radians(b[0]))
    q3 = math.cos(radians(a[0]) + radians(b[0]))
    cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)
    return int(6378.388 * math.acos(max(-1.0, min(1.0, cosine))) + 1.0)


def _differences(a, b):
    return [abs(x - y) for x, y in zip(a, b, strict=True)]


SCALAR = {
    Metric.EUCLIDEAN: _euclidean,
    Metric.EUC: lambda a, b: _nint(_euclidean(a, b)),
    Metric.CEIL: lambda a, b: math.ceil(_euclidean(a, b)),
    Metric.TRUNC1: lambda a, b: math.floor(10 * _euclidean(a, b)) / 10,
    Metric.MAN: lambda a, b: _nint(sum(_differences(a, b))),
    Metric.MAX: lambda a, b: max(map(_nint, _differences(a, b))),
    Metric.ATT: _att,
    Metric.GEO: _geo,
}
FLAT = (Metric.ATT, Metric.GEO)


@pytest.mark.parametrize("metric", SCALAR)
@FEW
@given(data=st.data())
def test_distances_equal_the_scalar_formulas(metric, data):
    """Every entry equals the value of the formula in the TSPLIB95 text."""
    dimensions = 2 if metric in FLAT else data.draw(st.sampled_from((2, 3)))
    points = data.draw(coordinates(4, dimensions, metric=metric))
    found = distances(metric, points[:, None], points[None, :])
    expected = [[SCALAR[metric](a, b) for b in points.tolist()] for a in points.tolist()]
    if metric is Metric.EUCLIDEAN:
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("metric", "b", "expected"),
    [
        (Metric.EUCLIDEAN, (1, 1), math.sqrt(2)),
        (Metric.EUC, (1, 1), 1),
        (Metric.EUC, (2.5, 0), 3),
        (Metric.CEIL, (1, 1), 2),
        (Metric.CEIL, (3, 4), 5),
        (Metric.MAN, (1.25, 1.25), 3),
        (Metric.MAX, (1.25, -7.5), 8),
        (Metric.ATT, (10, 0), 4),
        (Metric.ATT, (0, 0), 0),
        (Metric.GEO, (0, 90), 10020),
        (Metric.GEO, (0.30, 0), 56),
    ],
)
def test_distance_worked_by_hand(metric, b, expected):
    """Halves round up, ATT rounds up, GEO reads decimals as minutes."""
    found = distances(metric, np.zeros(2), np.array(b, float))
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("metric", SCALAR)
@FEW
@given(data=st.data())
def test_distances_are_symmetric(metric, data):
    """The distance back is the distance there."""
    points = data.draw(coordinates(3, 2, metric=metric))
    there = distances(metric, points[:, None], points[None, :])
    np.testing.assert_array_equal(there, there.T)


def test_huge_coordinates_keep_their_distance():
    """Coordinates of size 1e9 lose nothing."""
    far = TSP(coords=np.array([[0, 0], [1e9, 1e9], [1e9 + 1, 1e9]]), metric=Metric.EUC)
    assert far.distance(0, 1) == 1414213562
    assert far.distance(1, 2) == 1
