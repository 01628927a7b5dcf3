"""Supervised training of the sub-path network, along its own decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cosolve.neural.descent import Descent, DescentConfig
from cosolve.neural.subpath_data import Paths, SubpathExamples, held_out_paths, targets
from cosolve.neural.subpath_decode import choose, complete, quotas, ranked_edges
from cosolve.neural.subpath_graph import EDGE_FEATURES, NEIGHBORS, NODE_FEATURES, Graph, graph_of
from cosolve.neural.subpath_model import FEATURES, PROBLEM, load_subpath_net
from cosolve.neural.subpath_net import SubpathNet
from cosolve.neural.subpath_state import FloatArray, Fragments, IntArray, lengths


@dataclass(frozen=True)
class SubpathConfig(DescentConfig):
    """Settings of the training; the others are those of `DescentConfig`.

    Parameters
    ----------
    nodes
        Of the largest paths.
    paths
        New paths per step.
    share
        Least and largest share of the missing edges chosen between two looks at a path.
    start
        Name or folder of a sub-path model to go on from, whose width and layers count; empty: none.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    width: int = 64
    steps: int = 6000
    warmup: int = 100
    decay: float = 0.5
    held_out: int = 64
    nodes: int = 100
    paths: int = 8
    share: tuple[float, float] = (0.3, 0.6)
    start: str = ""

    def __post_init__(self) -> None:
        """Validate."""
        super().__post_init__()
        self.require_positive("paths")
        if self.nodes < 20:
            raise ValueError(f"nodes must be at least 20, got {self.nodes}")
        low, high = self.share
        if not 0 < low <= high <= 1:
            raise ValueError(f"share must be two rising numbers up to 1, got {self.share}")


def edge_labels(graph: Graph, wanted: IntArray) -> Tensor:
    """Whether edges belong to given paths, shape (N, k).

    Parameters
    ----------
    graph
        Open nodes.
    wanted
        The paths' neighbors of every node; see :func:`cosolve.neural.subpath_data.targets`.
    """
    pair = torch.from_numpy(wanted)[graph.row, graph.node]
    node = graph.node[graph.neighbors]
    return (node[:, :, None] == pair[:, None, :]).any(-1) & graph.valid


def lesson_loss(net: SubpathNet, paths: Paths, share: float) -> Tensor:
    """Mean binary cross-entropy over the states on the way to best paths.

    The network goes its own way, the edges it is most certain of first, as it does when it is used;
    only what is wrong is left out. So it learns from what it will be asked: what is easy is soon
    chosen, and the harder decisions are seen among fragments like those it makes. One best path is
    the label of all these states (in the spirit of S. Ross et al., "A reduction of imitation
    learning and structured prediction to no-regret online learning", AISTATS 2011).

    Parameters
    ----------
    net
        The network.
    paths
        Problems and best paths.
    share
        Of the missing edges, chosen between two states.
    """
    fragments, wanted = Fragments.paths(paths.coords), targets(paths.orders)
    rows = np.arange(len(wanted))
    losses = []
    while rows.size:
        part = fragments.select(rows)
        graph = graph_of(part)
        logit, label = net(graph), edge_labels(graph, wanted[rows])
        losses.append(
            nn.functional.binary_cross_entropy_with_logits(
                logit[graph.valid], label[graph.valid].float()
            )
        )
        first, second, _ = ranked_edges(graph, logit.detach().numpy())
        right = (wanted[rows, first] == second[:, :, None]).any(2)
        before = part.missing.copy()
        choose(part, first, second, quotas(part, share), right)
        fragments.replace(rows, part)
        # A path may go on to nodes that are among the nearest of neither end: it ends here.
        rows = rows[(part.missing > 1) & (part.missing < before)]
    return torch.stack(losses).mean()


class SubpathTrainer(Descent[SubpathNet, Paths]):
    """Network, optimizer and the stream of paths.

    Parameters
    ----------
    config
        Settings.
    device
        Where the network is.
    """

    def __init__(self, config: SubpathConfig, device: torch.device) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        net = load_subpath_net(config.start) if config.start else None
        network = (net or SubpathNet(config.width, config.layers)).to(device)
        make = SubpathExamples(config.paths, config.nodes, seed=config.seed)
        super().__init__(network, config, make)
        self._held_out: dict[str, Paths] = {}

    def step(self) -> dict[str, float]:
        """Do one step; return its loss."""
        rng = np.random.default_rng([self.config.seed, self.step_number, 1])
        self.network.train()
        (paths,) = self.examples()
        return self.descend(lesson_loss(self.network, paths, rng.uniform(*self.config.share)))

    def evaluate(self) -> dict[str, float]:
        """Measure the network on held-out stretches of good and of greedy tours.

        Returns
        -------
        dict
            Mean gap of greedy paths in per cent, as ``gap/KIND``; ``score`` is the mean of both.
        """
        self.network.eval()
        gaps = {}
        for kind, paths in self._load_held_out().items():
            fragments = Fragments.paths(paths.coords)
            complete(self.network, fragments)
            gaps[f"gap/{kind}"] = gap(paths, fragments.orders())
        return {"score": float(np.mean(list(gaps.values()))), **gaps}

    def baselines(self) -> dict[str, float]:
        """Measure going to the nearest node, as ``gap/nearest/KIND``."""
        return {
            f"gap/nearest/{kind}": gap(paths, nearest_neighbor_paths(paths.coords))
            for kind, paths in self._load_held_out().items()
        }

    def weights(self) -> dict[str, Tensor]:
        """Weights to be released."""
        return {name: w.detach().cpu() for name, w in self.network.state_dict().items()}

    def description(self) -> dict[str, Any]:
        """Return what a released model says of itself in its configuration."""
        return describe(self.network)

    def _load_held_out(self) -> dict[str, Paths]:
        if not self._held_out:
            config = self.config
            self._held_out = {
                name: held_out_paths(config.held_out, config.nodes, greedy=greedy)
                for name, greedy in (("good", False), ("greedy", True))
            }
        return self._held_out


def describe(network: SubpathNet) -> dict[str, Any]:
    """Return what a released sub-path network says of itself."""
    return {
        "problem": PROBLEM,
        "features": FEATURES,
        "ascent": 0,
        "symmetric": True,
        "heads": ["edge"],
        "neighbors": NEIGHBORS,
        "node_features": NODE_FEATURES,
        "edge_features": EDGE_FEATURES,
        "width": network.width,
        "layers": network.layers,
    }


def gap(paths: Paths, orders: IntArray) -> float:
    """Mean excess of paths over the best ones, in per cent."""
    best = lengths(paths.coords, paths.orders)
    return float(100 * (lengths(paths.coords, orders) / best - 1).mean())


def nearest_neighbor_paths(coords: FloatArray) -> IntArray:
    """Paths that go on to the nearest node not visited yet, the given end last.

    Parameters
    ----------
    coords
        Coordinates, shape (batch, n, 2).

    Returns
    -------
    ndarray
        Nodes in the order of the paths, shape (batch, n).
    """
    batch, n, _ = coords.shape
    rows = np.arange(batch)
    orders = np.zeros((batch, n), np.int64)
    free = np.ones((batch, n), bool)
    free[:, [0, -1]] = False
    for step in range(1, n - 1):
        away = np.square(coords - coords[rows, orders[:, step - 1]][:, None]).sum(2)
        orders[:, step] = np.where(free, away, np.inf).argmin(1)
        free[rows, orders[:, step]] = False
    orders[:, -1] = n - 1
    return orders
