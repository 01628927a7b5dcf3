"""Training of the guidance of asymmetric tours: which arcs are in a nearly optimal one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from cosolve.guidance.arc_features import arc_features
from cosolve.neural.edge_training import (
    Data,
    EdgesConfig,
    EdgesTrainer,
    Example,
    recall_of,
)
from cosolve.neural.tour_examples import TourExamples
from cosolve.problems.random_atsp import random_atsp

if TYPE_CHECKING:
    from cosolve.problems import TSP
    from cosolve.search.kernel_model import IntArray

_TOP = 6  # the other copy and five arcs


@dataclass(frozen=True)
class ArcEdgesConfig(EdgesConfig):
    """Settings of the training; the others are those of `EdgesConfig`.

    Parameters
    ----------
    neighbors
        Edges of every node in the symmetric form: the other copy and so many arcs but one.
    sizes
        Smallest and largest number of nodes of an instance.
    kinds
        Share of each kind of :func:`cosolve.problems.random_atsp.random_atsp`.
    ascent
        Iterations of the subgradient ascent behind the features.
    population
        Of the search that labels.
    held_out_size
        Number of nodes of the held-out instances.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    neighbors: int = 11
    width: int = 40
    layers: int = 5
    sizes: tuple[int, int] = (60, 200)
    kinds: Mapping[str, float] = field(
        default_factory=lambda: {
            "random": 0.15,
            "triangle": 0.15,
            "crane": 0.25,
            "flow-shop": 0.15,
            "nearly-symmetric": 0.3,
        }
    )
    ascent: int = 40
    population: int = 20
    held_out_size: int = 200

    def __post_init__(self) -> None:
        """Validate."""
        super().__post_init__()
        low, high = self.sizes
        least = max(13, self.neighbors + 1)
        if not least <= low <= high:
            raise ValueError(f"sizes must be two rising numbers from {least} on, got {self.sizes}")
        if self.population < 2:
            raise ValueError(f"population must be at least 2, got {self.population}")


class ArcExamples(TourExamples):
    """Instances by number, as in `TourExamples`, of `random_atsp` and in the symmetric form."""

    @staticmethod
    def random(n: int, seed: int, kind: str) -> TSP:
        """Make an instance."""
        return random_atsp(n, seed, kind)

    def describe(self, problem: TSP, tour: IntArray) -> Example:
        """Describe a problem whose best tour is known."""
        return arc_example(problem, tour, self.neighbors, self.ascent)


def arc_example(problem: TSP, tour: IntArray, neighbors: int, ascent: int) -> Example:
    """Describe a problem whose best tour is known.

    Parameters
    ----------
    problem
        An asymmetric problem.
    tour
        Nodes, shape (n,).
    neighbors, ascent
        See :class:`ArcEdgesConfig`.
    """
    assert problem.matrix is not None
    n = problem.size
    rows, nodes, edges = arc_features(problem.matrix, neighbors, ascent)
    mate = np.empty(2 * n, np.int32)  # along the tour, in the symmetric form
    mate[tour] = np.roll(tour, -1) + n
    mate[tour + n] = np.roll(tour, 1)
    other = np.concatenate([np.arange(n, 2 * n), np.arange(n)]).astype(np.int32)
    label = (rows == mate[:, None]) | (rows == other[:, None])
    return Example(rows, nodes, edges, {"edge": label}, 4 * n)


def arc_edges_trainer(config: ArcEdgesConfig, device: torch.device) -> EdgesTrainer:
    """Make the trainer.

    Parameters
    ----------
    config
        Settings.
    device
        Where the network is.
    """
    examples = ArcExamples(
        config.sizes, config.kinds, config.neighbors, config.ascent, config.population, config.seed
    )
    description = {
        "problem": "atsp",
        "features": "arc-1",
        "ascent": config.ascent,
        "node_features": 6,
        "edge_features": 18,
        "symmetric": True,
        "heads": ["edge"],
    }
    data = Data(
        examples,
        partial(examples.held_out, config.kinds, config.held_out_size, config.held_out),
        _baselines,
        _TOP,
        description,
    )
    return EdgesTrainer(config, data, device)


def _baselines(example: Example) -> dict[str, float]:
    """Recall of alpha in the symmetric form."""
    by_alpha = np.broadcast_to(-np.arange(example.neighbors.shape[1]), example.neighbors.shape)
    return {"recall/alpha": recall_of(example, by_alpha, _TOP)}
