"""Training of the guidance of tours: which edges are in a nearly optimal one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch

from cosolve.guidance.gt_prior import rank_prior
from cosolve.neural.edge_training import (
    Data,
    EdgesConfig,
    EdgesTrainer,
    Example,
    loss_of,
    recall_of,
)
from cosolve.neural.tour_examples import TourExamples

_TOP = 5


@dataclass(frozen=True)
class TourEdgesConfig(EdgesConfig):
    """Settings of the training; the others are those of `EdgesConfig`.

    Parameters
    ----------
    sizes
        Smallest and largest number of nodes of an instance.
    kinds
        Share of each kind of instance.
    ascent, population
        See :class:`cosolve.neural.tour_examples.TourExamples`.
    penalties
        Whether the network also learns to predict the multipliers of the Held-Karp bound.
    held_out_size, held_out_kinds
        Number of nodes and kinds of the held-out instances.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    sizes: tuple[int, int] = (100, 500)
    kinds: Mapping[str, float] = field(
        default_factory=lambda: {
            "uniform": 0.4,
            "clustered": 0.25,
            "explosion": 0.1,
            "rotation": 0.1,
            "drilled": 0.15,
        }
    )
    ascent: int = 30
    population: int = 30
    penalties: bool = False
    held_out_size: int = 1000
    held_out_kinds: tuple[str, ...] = ("uniform", "clustered")

    def __post_init__(self) -> None:
        """Validate."""
        super().__post_init__()
        low, high = self.sizes
        least = max(13, self.neighbors + 1)
        if not least <= low <= high:
            raise ValueError(f"sizes must be two rising numbers from {least} on, got {self.sizes}")
        if self.population < 2:
            raise ValueError(f"population must be at least 2, got {self.population}")


def tour_edges_trainer(config: TourEdgesConfig, device: torch.device) -> EdgesTrainer:
    """Make the trainer.

    Parameters
    ----------
    config
        Settings.
    device
        Where the network is.
    """
    examples = TourExamples(
        config.sizes,
        config.kinds,
        config.neighbors,
        config.ascent,
        config.population,
        config.seed,
        config.penalties,
    )
    description = {
        "problem": "tsp",
        "features": "tour-1",
        "ascent": config.ascent,
        "node_features": 6,
        "edge_features": 18,
        "symmetric": True,
        "heads": ["edge", "penalty"] if config.penalties else ["edge"],
    }
    data = Data(
        examples,
        partial(examples.held_out, config.held_out_kinds, config.held_out_size, config.held_out),
        _baselines,
        _TOP,
        description,
    )
    return EdgesTrainer(config, data, device)


def _baselines(example: Example) -> dict[str, float]:
    """Entropy of the rank prior and recall of alpha, over the same edges."""
    prior = 2 * rank_prior(len(example.nodes))
    k = example.neighbors.shape[1]
    rank = np.rint(example.edges[:, :, 2] * k).astype(int)
    chance = np.clip(prior[rank], 1e-4, 1 - 1e-4)
    label = example.labels["edge"]
    cross = -np.where(label, np.log(chance), np.log1p(-chance)).mean()
    by_alpha = np.broadcast_to(-np.arange(k), label.shape)
    found = {"bce/prior": float(cross), "recall/alpha": recall_of(example, by_alpha, _TOP)}
    if "penalty" in example.labels:
        moved = torch.from_numpy(example.labels["penalty"])
        found["huber/ascent"] = float(loss_of("penalty", torch.zeros_like(moved), moved))
    return found
