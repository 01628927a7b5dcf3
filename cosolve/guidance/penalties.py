"""Multipliers of the Held-Karp bound, predicted by a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve.guidance.gnn import score_tour

if TYPE_CHECKING:
    from cosolve.guidance.models import FloatArray, Model
    from cosolve.guidance.tour_features import TourFeatures
    from cosolve.problems import TSP

PENALTY_UNIT = 0.1
"""What a prediction of 1 stands for, in mean distances of a node to its neighbors."""


def predicted_multipliers(model: Model, problem: TSP, threads: int = 1) -> FloatArray:
    """Predict where the subgradient ascent to the Held-Karp bound ends.

    The network says how far each multiplier is still to move after the few minimum trees that its
    features come from; any multipliers make a valid bound, see
    `cosolve.bounds.held_karp.held_karp_bound`.

    Parameters
    ----------
    model
        A model for symmetric tours that predicts penalties.
    problem
        Closed tours of at least three nodes.
    threads
        Threads that run the network; the result does not depend on it.

    Returns
    -------
    ndarray
        A multiplier for every node, float32, shape (n,).

    Raises
    ------
    ValueError
        If the model is for other problems or predicts no penalties, or if the tours are open.

    References
    ----------
    .. [1] L. Xin, W. Song, Z. Cao and J. Zhang, "NeuroLKH: combining deep learning model with
       Lin-Kernighan-Helsgaun heuristic for solving the traveling salesman problem", NeurIPS 34
       (2021), which predicts node penalties beside edges.
    """
    if problem.path:
        raise ValueError("penalties are predicted of closed tours only")
    told, scores = score_tour(model, problem, threads)
    moved = np.empty(problem.size, np.float32)
    moved[scores.order] = told.multipliers + PENALTY_UNIT * told.unit * scores.of("penalty")
    return moved


def penalty_labels(told: TourFeatures, best: FloatArray) -> FloatArray:
    """Say what a network should have predicted.

    A number added to all multipliers changes nothing about the bound; the one that is taken away
    here makes the middle node's prediction 0.

    Parameters
    ----------
    told
        Features of a closed tour's problem.
    best
        Its best multipliers, shape (n,).

    Returns
    -------
    ndarray
        float32, shape (n,).
    """
    move = best - told.multipliers
    label: FloatArray = (move - np.median(move)) / (PENALTY_UNIT * told.unit)
    return label.astype(np.float32)
