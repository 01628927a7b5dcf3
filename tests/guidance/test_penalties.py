"""Predicted multipliers of the Held-Karp bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from network_reference import write_model

from cosolve import TSP
from cosolve.guidance.gnn import score_tour_edges
from cosolve.guidance.models import load_model
from cosolve.guidance.penalties import PENALTY_UNIT, penalty_labels, predicted_multipliers
from cosolve.guidance.tour_features import TourFeatures, tour_features
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp

NOTHING = np.empty((0, 2), np.int32)


def told_of(problem: TSP, ascent: int = 20) -> TourFeatures:
    """Features of a problem in its own numbering."""
    return tour_features(kernel_metric(problem), 10, NOTHING, ascent)


def test_move_on_from_where_the_features_end(tmp_path: Path) -> None:
    """A multiplier is that of the features, moved by what the network says of the node."""
    model = load_model(write_model(tmp_path / "mine"))
    problem = random_tsp(60, 1)
    along = TSP(coords=problem.coords[score_tour_edges(model, problem).order])
    told = told_of(along)
    scores = score_tour_edges(model, along)
    said = np.empty(60, np.float32)
    said[scores.order] = scores.of("penalty")
    expected = told.multipliers + PENALTY_UNIT * told.unit * said
    assert np.allclose(predicted_multipliers(model, along), expected, rtol=0.01, atol=1e-3)


def test_labels_lead_to_the_best_multipliers() -> None:
    """Features and labels make the best multipliers, but for a number added to all."""
    problem = random_tsp(81, 2, "clustered")
    told, best = told_of(problem), told_of(problem, 200).multipliers
    label = penalty_labels(told, best)
    assert np.median(label) == pytest.approx(0, abs=1e-5)
    away = told.multipliers + PENALTY_UNIT * told.unit * label - best
    assert np.ptp(away) < 1e-5


def test_unit_is_the_mean_distance_to_the_neighbors() -> None:
    """Labels of an instance blown up are the same."""
    problem = random_tsp(50, 3)
    told = told_of(problem)
    there = problem.coords[told.neighbors] - problem.coords[:, None]
    assert np.allclose(told.unit, np.hypot(*there.T).T.mean(axis=1), rtol=1e-5)


def test_what_cannot_be_predicted_is_refused(tmp_path: Path) -> None:
    """Open tours, other problems and models without the head get one line each."""
    problem = random_tsp(40, 4)
    model = load_model(write_model(tmp_path / "mine"))
    with pytest.raises(ValueError, match="closed tours only"):
        predicted_multipliers(model, TSP(coords=problem.coords, path=True))
    with pytest.raises(ValueError, match="kind 'atsp'"):
        predicted_multipliers(model, TSP(matrix=np.random.default_rng(0).random((40, 40))))
    with pytest.raises(ValueError, match="predicts edge, but 'penalty' is asked for"):
        predicted_multipliers(load_model("tsp"), problem)
