"""GT-Prior: how often optimal tours go to a neighbor of each rank."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve.guidance import GtPriorGuide, KnnGuide, make_guide
from cosolve.guidance.gt_prior import RANK_FREQUENCIES, rank_prior
from cosolve.problems import TSP


def test_priors_are_probabilities_of_the_nearest_size() -> None:
    """Tables as printed in the paper, of sum 1, chosen by the ratio of the numbers of nodes."""
    assert {n: len(table) for n, table in RANK_FREQUENCIES.items()} == {
        500: 24,
        1000: 23,
        10000: 30,
    }
    for n, table in RANK_FREQUENCIES.items():
        prior = rank_prior(n)
        assert prior.sum() == pytest.approx(1.0)
        np.testing.assert_allclose(prior, table, rtol=1e-3)
    assert rank_prior(1000)[0] == pytest.approx(0.43755, abs=5e-5)
    assert np.array_equal(rank_prior(10), rank_prior(500))
    assert np.array_equal(rank_prior(3000), rank_prior(1000))
    assert np.array_equal(rank_prior(3300), rank_prior(10000))


def test_weights_go_by_rank() -> None:
    """Rows are those of the nearest neighbors, each weighing the prior of its rank."""
    problem = TSP(coords=np.random.default_rng(0).random((1000, 2)))
    guidance = GtPriorGuide(12)(problem)
    assert np.array_equal(guidance.indices, KnnGuide(12)(problem).indices)
    rows = guidance.weight.reshape(1000, 12)
    np.testing.assert_allclose(rows, np.tile(rank_prior(1000)[:12], (1000, 1)), rtol=1e-6)


def test_ranks_beyond_the_table_weigh_nothing() -> None:
    """More neighbors than ranks may be asked for; none means all ranks."""
    problem = TSP(coords=np.random.default_rng(0).random((100, 2)))
    rows = GtPriorGuide(40)(problem).weight.reshape(100, 40)
    assert (rows[:, 24:] == 0).all()
    assert (np.diff(GtPriorGuide(None)(problem).indptr) == 24).all()


def test_asymmetric_matrices_are_ranked_by_row() -> None:
    """The weight of an arc goes by the rank of its length among those that leave the node."""
    matrix = np.random.default_rng(1).random((30, 30))
    np.fill_diagonal(matrix, 0.0)
    guidance = GtPriorGuide(3)(TSP(matrix=matrix))
    np.fill_diagonal(matrix, np.inf)
    expected = np.argsort(matrix, axis=1)[:, :3]
    assert np.array_equal(guidance.indices.reshape(30, 3), expected)


def test_small_instances_have_fewer_neighbors() -> None:
    """Three nodes have two neighbors each."""
    problem = TSP(coords=np.eye(3))
    assert np.diff(GtPriorGuide()(problem).indptr).tolist() == [2, 2, 2]


def test_the_name_makes_the_guide() -> None:
    """``gt-prior`` and ``gt-prior:K``; the number must be positive."""
    assert make_guide("gt-prior") == GtPriorGuide()
    assert make_guide("gt-prior:7") == GtPriorGuide(7)
    with pytest.raises(ValueError, match="at least 1"):
        GtPriorGuide(0)
