"""The parameter-free guides and their names."""

import numpy as np
import pytest

from cosolve.guidance import (
    AlphaGuide,
    EdgeGuidance,
    FileGuide,
    GtPriorGuide,
    KnnGuide,
    QuadrantGuide,
    make_guide,
)
from cosolve.guidance.neighbors import k_nearest, quadrant_neighbors
from cosolve.problems import TSP


@pytest.fixture
def problem():
    return TSP(coords=np.random.default_rng(4).random((50, 2)))


def test_knn_guide_prefers_the_nearest(problem):
    """Rows hold the k nearest in order, with weights 1, 1/2, 1/3."""
    guidance = KnnGuide(3)(problem)
    assert guidance.indices.reshape(50, 3).tolist() == k_nearest(problem, 3).tolist()
    assert guidance.weight[:6].tolist() == pytest.approx([1, 1 / 2, 1 / 3] * 2)


def test_quadrant_guide_prefers_the_nearest(problem):
    """Rows hold the quadrant neighbors in order, the first of weight 1."""
    guidance = QuadrantGuide(1, 4)(problem)
    indptr, indices = quadrant_neighbors(problem, 1, 4)
    assert guidance.indptr.tolist() == indptr.tolist()
    assert guidance.indices.tolist() == indices.tolist()
    assert (guidance.weight[indptr[:-1]] == 1.0).all()


@pytest.mark.parametrize("guide", [KnnGuide(), QuadrantGuide()])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_guides_serve_tiny_problems(guide, n):
    """With fewer nodes than neighbors wanted, all others are neighbors."""
    guidance = guide(TSP(coords=np.eye(3)[:n]))
    assert guidance.size == n
    assert guidance.indices.size == n * (n - 1)


@pytest.mark.parametrize(
    ("spec", "guide"),
    [
        ("knn", KnnGuide(10)),
        ("knn:7", KnnGuide(7)),
        ("quadrant", QuadrantGuide(2, 5)),
        ("quadrant:3", QuadrantGuide(3, 5)),
        ("file:a:b.npz", FileGuide("a:b.npz")),
    ],
)
def test_guides_are_made_by_name(spec, guide):
    """What follows the first colon is the guide's argument."""
    assert make_guide(spec) == guide


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("omega", r"unknown guide 'omega'; valid are knn\[:K\], quadrant\[:K\], .*file:PATH"),
        ("", "unknown guide"),
        ("knn:", r"knn\[:K\]: expected a positive integer"),
        ("knn:0", "expected a positive integer"),
        ("quadrant:-1", "expected a positive integer"),
        ("knn:3.5", "expected a positive integer"),
        ("file", "file:PATH: expected the path"),
        ("file:", "expected the path"),
    ],
)
def test_bad_guide_names_say_what_is_valid(spec, message):
    """One line: what was given, and how it is to be written."""
    with pytest.raises(ValueError, match=message):
        make_guide(spec)


@pytest.mark.parametrize("make", [lambda: KnnGuide(0), lambda: QuadrantGuide(0, 0)])
def test_guides_validate_their_parameters(make):
    """A guide that would give nothing cannot be made."""
    with pytest.raises(ValueError, match=r"must be|no neighbors"):
        make()


def test_the_strongest_edges_are_kept() -> None:
    """Rows are cut to their k largest weights; shorter ones stay as they are."""
    guidance = EdgeGuidance(
        np.array([0, 3, 4, 4]), np.array([1, 2, 1, 0]), np.array([0.1, 0.9, 0.5, 0.2])
    )
    cut = guidance.strongest(2)
    assert cut.indptr.tolist() == [0, 2, 3, 3]
    assert cut.indices.tolist() == [2, 1, 0]
    np.testing.assert_allclose(cut.weight, [0.9, 0.5, 0.2])
    assert guidance.strongest(3) is guidance
    with pytest.raises(ValueError, match="positive"):
        guidance.strongest(0)


def test_weights_may_say_nothing_but_the_order(problem) -> None:
    """Those of ranks do not, those of minimum trees do, and of no edges there is nothing to say."""
    assert KnnGuide(3)(problem).order_only
    assert QuadrantGuide(1, 4)(problem).order_only
    assert GtPriorGuide(5)(problem).order_only
    assert not AlphaGuide(4)(problem).order_only
    assert EdgeGuidance(np.zeros(4, int), np.zeros(0, int), np.zeros(0)).order_only
