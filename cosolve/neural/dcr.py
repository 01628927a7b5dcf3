"""Joint training of a divider and a sub-path network: divide, conquer, reunite.

The divider scores the edges of a whole instance, and tours are drawn from its scores. Their
stretches are conquered by the sub-path network; then stretches shifted by half a stretch are, which
reunites what the first cuts separated. Lengths are all that is learned from [1]_.

References
----------
.. [1] Z. Zheng et al., "UDC: A unified neural divide-and-conquer framework for large-scale
   combinatorial optimization problems", NeurIPS 2024, arXiv 2407.00312.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from cosolve.neural.subpath_graph import graph_of
from cosolve.neural.subpath_net import SubpathNet
from cosolve.neural.subpath_policy import (
    by_node,
    log_probability,
    path_lengths,
    reinforce_loss,
    rollout,
)
from cosolve.neural.subpath_state import FloatArray, Fragments, IntArray, lengths


@dataclass(frozen=True, slots=True)
class DcrSettings:
    """How divider and sub-path network learn together.

    Parameters
    ----------
    cities
        Nodes of an instance, a multiple of `segment`.
    segment
        Nodes of a stretch.
    tours
        Tours drawn of each instance; their mean cost is the divider's baseline.
    rollouts
        Paths drawn of each stretch; their mean length is the sub-path network's baseline.
    divider_rate, policy_rate
        Learning rates; 0 leaves a network as it is.
    temperature
        Of the draws of the sub-path network.
    reunion
        Whether the second stage is trained and the divider is rewarded after it. Without, the
        divider answers for what it cut apart, and the second stage is only measured.
    clip
        Largest norm of a gradient.
    divider_width, divider_layers
        Of the divider.
    seed
        Of everything.
    """

    cities: int = 200
    segment: int = 100
    tours: int = 8
    rollouts: int = 8
    divider_rate: float = 1e-3
    policy_rate: float = 1e-4
    temperature: float = 1.0
    reunion: bool = True
    clip: float = 1.0
    divider_width: int = 48
    divider_layers: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate the sizes."""
        if self.segment < 4 or self.cities < self.segment or self.cities % self.segment:
            raise ValueError(
                f"cities must be a multiple of segment, which is at least 4, got {self.cities} and "
                f"{self.segment}"
            )
        if min(self.tours, self.rollouts) < 2:
            raise ValueError("a baseline needs at least 2 tours and 2 rollouts")


class Conquest(NamedTuple):
    """What a stage did to tours."""

    orders: IntArray
    """The tours after it, shape (tours, n)."""
    drawn: float
    """Mean length of all paths drawn, as a multiple of those they were to replace."""
    kept: float
    """Share of the stretches that became shorter."""


def conquer(
    net: SubpathNet,
    coords: FloatArray,
    orders: IntArray,
    shift: int,
    settings: DcrSettings,
    rng: np.random.Generator,
    optimizer: torch.optim.Optimizer | None = None,
) -> Conquest:
    """Draw new paths for all stretches of tours; keep the best where it is shorter.

    Parameters
    ----------
    net
        The sub-path network.
    coords
        Coordinates of the instance, shape (n, 2).
    orders
        Tours, shape (tours, n).
    shift
        Where the first stretch begins.
    settings
        Sizes and temperature.
    rng
        Source of randomness.
    optimizer
        Takes one step against the lengths drawn; None: the network stays as it is.
    """
    pieces = np.roll(orders, -shift, axis=1).reshape(-1, settings.segment)
    at = coords[pieces]
    start = Fragments.paths(at)
    graph = graph_of(start)
    with torch.set_grad_enabled(optimizer is not None):
        logit = net(graph)
    copies = start.repeat(settings.rollouts)
    draws = rollout(copies, graph, logit.detach().numpy(), rng, settings.temperature)
    found = copies.orders()
    drawn = lengths(copies.coords, found)
    if optimizer is not None:
        score = by_node(graph, logit, settings.segment)
        log_p = log_probability(score, draws, settings.temperature)
        update(net, optimizer, reinforce_loss(log_p, drawn, settings.rollouts), settings.clip)
    before = lengths(at, np.tile(np.arange(settings.segment), (len(at), 1)))
    by_piece = drawn.reshape(-1, settings.rollouts)
    best = by_piece.argmin(axis=1)
    better = by_piece.min(axis=1) < before
    every = np.arange(len(at))
    new = np.take_along_axis(pieces, found.reshape(len(at), -1, settings.segment)[every, best], 1)
    kept = np.where(better[:, None], new, pieces).reshape(orders.shape)
    return Conquest(
        np.roll(kept, shift, axis=1),
        float((by_piece.mean(axis=1) / np.maximum(before, 1e-12)).mean()),
        float(better.mean()),
    )


def update(
    net: nn.Module, optimizer: torch.optim.Optimizer, loss: torch.Tensor, clip: float
) -> None:
    """Take one step of an optimizer against a loss, the norm of its gradient clipped."""
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), clip)
    optimizer.step()


def tour_lengths(coords: FloatArray, orders: IntArray) -> FloatArray:
    """Lengths of closed tours of one instance, shape (tours,)."""
    step = coords[orders] - coords[np.roll(orders, -1, axis=1)]
    result: FloatArray = np.hypot(step[..., 0], step[..., 1]).sum(axis=1)
    return result


class DcrTrainer:
    """Trains both networks instance by instance; a step depends on its number only.

    Parameters
    ----------
    settings
        How.
    policy
        The sub-path network to go on from; None: an untrained one.
    """

    def __init__(self, settings: DcrSettings, policy: SubpathNet | None = None) -> None:
        self.settings = settings
        torch.manual_seed(settings.seed)
        self.divider = SubpathNet(settings.divider_width, settings.divider_layers)
        self.policy = SubpathNet() if policy is None else policy
        self._divider_optimizer = torch.optim.Adam(
            self.divider.parameters(), lr=settings.divider_rate
        )
        self._policy_optimizer = torch.optim.Adam(self.policy.parameters(), lr=settings.policy_rate)
        self.number = 0
        self._metrics: dict[str, float] = {}

    def step(self) -> None:
        """Draw tours of one new instance, conquer, reunite, and learn from the lengths."""
        settings = self.settings
        rng = np.random.default_rng([settings.seed, self.number])
        coords = rng.random((settings.cities, 2))
        start = Fragments.cycles(coords[None])
        graph = graph_of(start)
        logit = self.divider(graph)
        copies = start.repeat(settings.tours)
        draws = rollout(copies, graph, logit.detach().numpy(), rng)
        tours = copies.orders()
        learner = self._policy_optimizer if settings.policy_rate > 0 else None
        first = conquer(self.policy, coords, tours, 0, settings, rng, learner)
        half = settings.segment // 2
        second = conquer(
            self.policy,
            coords,
            first.orders,
            half,
            settings,
            rng,
            learner if settings.reunion else None,
        )
        conquered = tour_lengths(coords, first.orders)
        reunited = tour_lengths(coords, second.orders)
        if settings.divider_rate > 0:
            log_p = log_probability(by_node(graph, logit, settings.cities), draws)
            reward = reunited if settings.reunion else conquered
            loss = reinforce_loss(log_p, reward, settings.tours)
            update(self.divider, self._divider_optimizer, loss, settings.clip)
        self.number += 1
        unit = math.sqrt(settings.cities)  # lengths of tours grow like it
        self._metrics = {
            "step": self.number,
            "divided": float(path_lengths(copies, closed=True).mean()) / unit,
            "conquered": float(conquered.mean()) / unit,
            "reunited": float(reunited.mean()) / unit,
            "drawn": first.drawn,
            "drawn_again": second.drawn,
            "kept": first.kept,
            "kept_again": second.kept,
        }

    def metrics(self) -> dict[str, float]:
        """Mean lengths over the square root of the nodes after each stage of the last step."""
        return dict(self._metrics)

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on as if there had been no end."""
        return {
            "divider": self.divider.state_dict(),
            "policy": self.policy.state_dict(),
            "divider_optimizer": self._divider_optimizer.state_dict(),
            "policy_optimizer": self._policy_optimizer.state_dict(),
            "number": self.number,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.divider.load_state_dict(state["divider"])
        self.policy.load_state_dict(state["policy"])
        self._divider_optimizer.load_state_dict(state["divider_optimizer"])
        self._policy_optimizer.load_state_dict(state["policy_optimizer"])
        self.number = state["number"]
