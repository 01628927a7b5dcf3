"""Training of the sub-path network on optimal paths."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cosolve.neural.subpath_data import SubpathStream, targets, under_construction
from cosolve.neural.subpath_graph import Graph, graph_of
from cosolve.neural.subpath_net import SubpathNet
from cosolve.neural.subpath_state import Fragments, IntArray

_WARM_UP = 100  # steps


@dataclass(frozen=True, slots=True)
class Supervision:
    """How the network learns from optimal paths.

    Parameters
    ----------
    steps
        Number of steps; the learning rate falls along half a cosine to a twentieth.
    paths
        New paths per step.
    states
        Times each is looked at, with other edges chosen each time.
    rate
        Highest learning rate.
    decay
        Weight decay.
    clip
        Largest norm of a gradient.
    width, layers
        Of the network.
    seed
        Of everything.
    stream
        Where paths come from; its seed is replaced.
    """

    steps: int = 8000
    paths: int = 16
    states: int = 3
    rate: float = 2e-3
    decay: float = 1e-4
    clip: float = 1.0
    width: int = 64
    layers: int = 6
    seed: int = 0
    stream: SubpathStream = field(default_factory=SubpathStream)


def edge_labels(graph: Graph, orders: IntArray) -> Tensor:
    """Whether edges belong to given paths, shape (N, k).

    Parameters
    ----------
    graph
        Open nodes.
    orders
        Nodes in the order of the paths, shape (batch, n).
    """
    wanted = torch.from_numpy(targets(orders))[graph.row, graph.node]
    node = graph.node[graph.neighbors]
    return ((node[:, :, None] == wanted[:, None, :]).any(-1)) & graph.valid


def supervised_loss(net: SubpathNet, fragments: Fragments, orders: IntArray) -> Tensor:
    """Mean binary cross-entropy of the edges.

    Parameters
    ----------
    net
        The network.
    fragments
        Paths under construction, all of whose edges are in the given paths.
    orders
        Nodes in the order of the paths, shape (batch, n).
    """
    graph = graph_of(fragments)
    logit, label = net(graph)[graph.valid], edge_labels(graph, orders)[graph.valid]
    return nn.functional.binary_cross_entropy_with_logits(logit, label.float())


class SupervisedTrainer:
    """Trains a network step by step; what a step does depends on its number only.

    Parameters
    ----------
    settings
        How.
    """

    def __init__(self, settings: Supervision) -> None:
        self.settings = settings
        torch.manual_seed(settings.seed)
        self.net = SubpathNet(settings.width, settings.layers)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=settings.rate, weight_decay=settings.decay
        )
        self.number = 0
        self._loss = math.nan

    def _rate(self) -> float:
        done = min(1.0, self.number / self.settings.steps)
        falling = 0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2
        return self.settings.rate * min(1.0, (self.number + 1) / _WARM_UP) * falling

    def batch(self, number: int) -> tuple[Fragments, IntArray]:
        """Make the batch of a step."""
        settings = self.settings
        coords, orders = settings.stream.batch(number, settings.paths)
        rng = np.random.default_rng([settings.seed, number, 1])
        coords = np.repeat(coords, settings.states, axis=0)
        orders = np.repeat(orders, settings.states, axis=0)
        return under_construction(rng, coords, orders), orders

    def step(self, batch: tuple[Fragments, IntArray] | None = None) -> None:
        """Do one step.

        Parameters
        ----------
        batch
            That of this step, if it has been made before; it is made here otherwise.
        """
        self.net.train()
        loss = supervised_loss(self.net, *(batch or self.batch(self.number)))
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), self.settings.clip)
        self.optimizer.step()
        self.number += 1
        self._loss = loss.item()

    def metrics(self) -> dict[str, float]:
        """Number of the step, its loss and learning rate."""
        return {"step": self.number, "bce": self._loss, "rate": self._rate()}

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on as if there had been no end."""
        return {
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "number": self.number,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.number = state["number"]
