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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from cosolve.neural.edge_training import HELD_OUT
from cosolve.neural.labels import good_tour
from cosolve.neural.subpath_graph import graph_of
from cosolve.neural.subpath_model import load_subpath_net
from cosolve.neural.subpath_net import SubpathNet
from cosolve.neural.subpath_policy import by_node, log_probability, reinforce_loss, rollout
from cosolve.neural.subpath_state import FloatArray, Fragments, IntArray, lengths
from cosolve.neural.subpath_train import describe
from cosolve.problems import TSP
from cosolve.search.tiny import TINY


@dataclass(frozen=True)
class DcrConfig:
    """Settings of the training.

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
    reunion
        Whether the second stage is learned from and the divider is rewarded after it. Without, the
        divider answers for what it cut apart, and the second stage is only measured.
    divider_width, divider_layers
        Of the divider.
    width, layers
        Of the sub-path network.
    start
        Name or folder of the sub-path model to go on from, whose width and layers count; empty: an
        untrained one.
    steps
        Instances; each is looked at once.
    held_out
        Instances that are measured.
    seed
        Of everything.
    """

    cities: int = 200
    segment: int = 100
    tours: int = 6
    rollouts: int = 6
    divider_rate: float = 1e-3
    policy_rate: float = 1e-4
    reunion: bool = True
    divider_width: int = 48
    divider_layers: int = 4
    width: int = 64
    layers: int = 6
    start: str = ""
    steps: int = 2000
    held_out: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate the sizes."""
        fits = self.cities >= self.segment >= 4 and self.cities % self.segment == 0
        if not fits or self.cities <= TINY:
            raise ValueError(
                f"cities must be a multiple of segment, which is at least 4, and above {TINY}; got "
                f"{self.cities} and {self.segment}"
            )
        if min(self.tours, self.rollouts) < 2:
            raise ValueError("a baseline needs at least 2 tours and 2 rollouts")
        if min(self.steps, self.held_out) < 1:
            raise ValueError("steps and held_out must be positive")


class Conquest(NamedTuple):
    """What a stage did to tours."""

    orders: IntArray
    """The tours after it, shape (tours, n)."""
    drawn: float
    """Mean length of all paths drawn, as a multiple of those they were to replace."""
    kept: float
    """Share of the stretches that became shorter."""


class _Learner:
    """A network and what changes it."""

    def __init__(self, net: SubpathNet, rate: float) -> None:
        self.net = net
        self.learns = rate > 0
        self.optimizer = torch.optim.Adam(net.parameters(), lr=rate)

    def update(self, loss: Tensor) -> None:
        """Take one step against a loss, the norm of its gradient at most 1."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()


def divide(
    net: SubpathNet, coords: FloatArray, tours: int, rng: np.random.Generator, temperature: float
) -> tuple[IntArray, Tensor]:
    """Draw tours of an instance from the scores of its edges.

    Parameters
    ----------
    net
        The divider.
    coords
        Coordinates, shape (n, 2).
    tours
        How many.
    rng
        Source of randomness.
    temperature
        Of the draws; 0 for the most certain edges.

    Returns
    -------
    orders, log_probability
        Tours of shape (tours, n), and the logarithms of their probabilities.
    """
    start = Fragments.cycles(coords[None])
    graph = graph_of(start)
    logit = net(graph)
    copies = start.repeat(tours)
    draws = rollout(copies, graph, logit.detach().numpy(), rng, temperature)
    score = by_node(graph, logit, len(coords))
    return copies.orders(), log_probability(score, draws)


def conquer(
    policy: _Learner,
    coords: FloatArray,
    orders: IntArray,
    shift: int,
    config: DcrConfig,
    rng: np.random.Generator,
    *,
    learn: bool,
) -> Conquest:
    """Draw new paths for all stretches of tours; keep the best of each where it is shorter.

    Parameters
    ----------
    policy
        The sub-path network.
    coords
        Coordinates of the instance, shape (n, 2).
    orders
        Tours, shape (tours, n).
    shift
        Where the first stretch begins.
    config
        Sizes.
    rng
        Source of randomness.
    learn
        Whether the network takes one step against the lengths drawn.
    """
    pieces = np.roll(orders, -shift, axis=1).reshape(-1, config.segment)
    at = coords[pieces]
    start = Fragments.paths(at)
    graph = graph_of(start)
    with torch.set_grad_enabled(learn):
        logit = policy.net(graph)
    copies = start.repeat(config.rollouts)
    draws = rollout(copies, graph, logit.detach().numpy(), rng)
    found = copies.orders()
    drawn = lengths(copies.coords, found)
    if learn:
        log_p = log_probability(by_node(graph, logit, config.segment), draws)
        policy.update(reinforce_loss(log_p, drawn, config.rollouts))
    before = lengths(at, np.tile(np.arange(config.segment), (len(at), 1)))
    by_piece = drawn.reshape(-1, config.rollouts)
    better = by_piece.min(axis=1) < before
    best = found.reshape(len(at), -1, config.segment)[np.arange(len(at)), by_piece.argmin(axis=1)]
    new = np.where(better[:, None], np.take_along_axis(pieces, best, axis=1), pieces)
    return Conquest(
        np.roll(new.reshape(orders.shape), shift, axis=1),
        float((by_piece.mean(axis=1) / np.maximum(before, 1e-12)).mean()),
        float(better.mean()),
    )


def tour_lengths(coords: FloatArray, orders: IntArray) -> FloatArray:
    """Lengths of closed tours of one instance, shape (tours,)."""
    step = coords[orders] - coords[np.roll(orders, -1, axis=1)]
    result: FloatArray = np.hypot(step[..., 0], step[..., 1]).sum(axis=1)
    return result


class DcrTrainer:
    """Trains both networks instance by instance; a step depends on its number only.

    Parameters
    ----------
    config
        Settings.
    device
        Where the networks are.
    """

    def __init__(self, config: DcrConfig, device: torch.device) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        divider = SubpathNet(config.divider_width, config.divider_layers)
        if config.start:
            net = load_subpath_net(config.start)
        else:
            net = SubpathNet(config.width, config.layers)
        self._divider = _Learner(divider.to(device), config.divider_rate)
        self._policy = _Learner(net.to(device), config.policy_rate)
        self.step_number = 0
        self._best: list[float] = []

    @property
    def steps(self) -> int:
        """Steps there are to do."""
        return self.config.steps

    def step(self) -> dict[str, float]:
        """Draw tours of one new instance, conquer, reunite, and learn from the lengths.

        Returns
        -------
        dict
            Mean lengths over the square root of the nodes when ``divided``, ``conquered`` and
            ``reunited``; what was ``drawn`` relative to what it was to replace.
        """
        config = self.config
        rng = np.random.default_rng([config.seed, self.step_number])
        coords = rng.random((config.cities, 2))
        orders, log_p = divide(self._divider.net, coords, config.tours, rng, 1.0)
        learns = self._policy.learns
        first = conquer(self._policy, coords, orders, 0, config, rng, learn=learns)
        second = conquer(
            self._policy,
            coords,
            first.orders,
            config.segment // 2,
            config,
            rng,
            learn=learns and config.reunion,
        )
        stages = (orders, first.orders, second.orders)
        divided, conquered, reunited = (tour_lengths(coords, tours) for tours in stages)
        if self._divider.learns:
            # The divider is rewarded after the reunion: what it cut apart but the second stage
            # repairs is no fault of its own (section 4.2 of [1]).
            cost = reunited if config.reunion else conquered
            self._divider.update(reinforce_loss(log_p, cost, config.tours))
        self.step_number += 1
        unit = math.sqrt(config.cities)  # the lengths of tours grow like it
        return {
            "divided": float(divided.mean()) / unit,
            "conquered": float(conquered.mean()) / unit,
            "reunited": float(reunited.mean()) / unit,
            "drawn": first.drawn,
            "drawn_again": second.drawn,
        }

    def evaluate(self) -> dict[str, float]:
        """Divide, conquer and reunite held-out instances.

        Returns
        -------
        dict
            Mean lengths over the square root of the nodes after every stage; ``score`` is the last.
            ``held_out/gap`` is its excess over near-optimal tours, in per cent.
        """
        config = replace(self.config, tours=2)
        best = self._near_optimal()
        stages = []
        with torch.no_grad():
            for number in range(config.held_out):
                rng, coords = self._held_out(number)
                orders, _ = divide(self._divider.net, coords, config.tours, rng, 1.0)
                found = [orders]
                for shift in (0, config.segment // 2):
                    stage = conquer(
                        self._policy, coords, found[-1], shift, config, rng, learn=False
                    )
                    found.append(stage.orders)
                stages.append([tour_lengths(coords, tours).mean() for tours in found])
        gaps = np.array(stages)[:, -1] / best - 1
        divided, conquered, reunited = np.mean(stages, axis=0) / math.sqrt(config.cities)
        return {
            "score": float(reunited),
            "held_out/divided": float(divided),
            "held_out/conquered": float(conquered),
            "held_out/reunited": float(reunited),
            "held_out/gap": 100 * float(gaps.mean()),
        }

    def _held_out(self, number: int) -> tuple[np.random.Generator, FloatArray]:
        rng = np.random.default_rng([HELD_OUT, number])
        return rng, rng.random((self.config.cities, 2))

    def _near_optimal(self) -> FloatArray:
        """Lengths of near-optimal tours of the held-out instances, shape (held_out,)."""
        if not self._best:
            for number in range(self.config.held_out):
                _, coords = self._held_out(number)
                order = np.asarray(good_tour(TSP(coords=coords), seed=number), np.int64)
                self._best.append(float(tour_lengths(coords, order[None])[0]))
        return np.array(self._best)

    def baselines(self) -> dict[str, float]:
        """Measure the networks as they are before the first step."""
        return {f"first/{name}": value for name, value in self.evaluate().items()}

    def weights(self) -> dict[str, Tensor]:
        """Weights of the sub-path network."""
        return {name: w.detach().cpu() for name, w in self._policy.net.state_dict().items()}

    def description(self) -> dict[str, Any]:
        """Return what a released model says of itself in its configuration."""
        return describe(self._policy.net)

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        state: dict[str, Any] = {"step": self.step_number}
        for name, learner in (("divider", self._divider), ("policy", self._policy)):
            state[name] = learner.net.state_dict()
            state[f"{name}_optimizer"] = learner.optimizer.state_dict()
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        for name, learner in (("divider", self._divider), ("policy", self._policy)):
            learner.net.load_state_dict(state[name])
            learner.optimizer.load_state_dict(state[f"{name}_optimizer"])
        self.step_number = int(state["step"])

    def close(self) -> None:
        """Nothing to let go of."""
