"""Training of networks that score edges, whatever the problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cosolve.neural.descent import Descent, DescentConfig
from cosolve.neural.encoder import Graphs, GuidanceNetwork
from cosolve.neural.export import folded_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cosolve.search.kernel_model import IntArray

_LOSS_NAMES = {"edge": "bce", "penalty": "huber"}
HELD_OUT = 1 << 40
"""Seeds of training instances are below, of held-out ones from here on."""


class Example(NamedTuple):
    """One instance as the network sees it, and what it should answer."""

    neighbors: IntArray
    """Shape (n, k)."""
    nodes: npt.NDArray[np.float32]
    """Features, shape (n, node features)."""
    edges: npt.NDArray[np.float32]
    """Features, shape (n, k, edge features)."""
    labels: dict[str, npt.NDArray[Any]]
    """By head: whether it is so, shape (n, k); of ``"penalty"`` numbers, shape (n,)."""
    total: int
    """Edges of the solution, seen from both ends, whether they are in the rows or not."""


@dataclass(frozen=True)
class EdgesConfig(DescentConfig):
    """Settings of all trainings of edges; the others are those of `DescentConfig`.

    Parameters
    ----------
    neighbors
        Edges of every node.
    batch
        Instances per step.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    neighbors: int = 10
    batch: int = 8

    def __post_init__(self) -> None:
        """Validate."""
        super().__post_init__()
        self.require_positive("neighbors", "batch")


class Data(NamedTuple):
    """Where the examples of a training come from."""

    make: Callable[[int], Example]
    """Training example of a number; picklable."""
    held_out: Callable[[], dict[str, list[Example]]]
    """Examples to measure with, by kind."""
    baselines: Callable[[Example], dict[str, float]]
    """What guides without parameters achieve, by name."""
    top: int
    """Edges of a node that a search would look at."""
    description: dict[str, Any]
    """What a released model says of its problem and its features."""


class EdgesTrainer(Descent[GuidanceNetwork, Example]):
    """Network, optimizer and the stream of examples.

    Parameters
    ----------
    config
        Settings.
    data
        Examples.
    device
        Where the network is.
    """

    def __init__(self, config: EdgesConfig, data: Data, device: torch.device) -> None:
        self.config = config
        self._data = data
        self._device = device
        torch.manual_seed(config.seed)
        network = GuidanceNetwork(
            data.description["node_features"],
            data.description["edge_features"],
            width=config.width,
            layers=config.layers,
            heads=tuple(data.description["heads"]),
            symmetric=data.description["symmetric"],
        ).to(device)
        super().__init__(network, config, data.make, config.batch)
        self._held_out: dict[str, list[Example]] = {}

    def step(self) -> dict[str, float]:
        """Do one step; return its loss."""
        graphs, labels = collate(self.examples(), self._device)
        self.network.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=self._device.type == "cuda"):
            scores = self.network(graphs)
        losses = [loss_of(head, scores[head], label) for head, label in labels.items()]
        return self.descend(torch.stack(losses).sum())

    def evaluate(self) -> dict[str, float]:
        """Measure the network on held-out instances.

        Returns
        -------
        dict
            By kind the binary cross entropy of each head, ``bce/KIND`` for the edges and
            ``bce/HEAD/KIND`` for others, ``huber/KIND`` for penalties, and the share of the
            solution's edges among those of highest score of either end, ``recall/KIND``;
            ``score``, the mean of the entropies of the edges, is to be small.
        """
        self.network.eval()
        report: dict[str, list[float]] = {}
        for kind, examples in self._load_held_out().items():
            for example in examples:
                graphs, labels = collate([example], self._device)
                with torch.no_grad():
                    scores = self.network(graphs)
                for head, label in labels.items():
                    name = _LOSS_NAMES.get(head, f"bce/{head}")
                    value = float(loss_of(head, scores[head], label))
                    report.setdefault(f"{name}/{kind}", []).append(value)
                best = scores["edge"].cpu().numpy()
                found = recall_of(example, best, self._data.top)
                report.setdefault(f"recall/{kind}", []).append(found)
        means = {name: float(np.mean(values)) for name, values in report.items()}
        score = np.mean([means[f"bce/{kind}"] for kind in self._load_held_out()])
        return {"score": float(score), **means}

    def baselines(self) -> dict[str, float]:
        """Measure guides without parameters on the same instances, as ``NAME/KIND``."""
        report: dict[str, list[float]] = {}
        for kind, examples in self._load_held_out().items():
            for example in examples:
                for name, value in self._data.baselines(example).items():
                    report.setdefault(f"{name}/{kind}", []).append(value)
        return {name: float(np.mean(values)) for name, values in report.items()}

    def weights(self) -> dict[str, Tensor]:
        """Weights to be released, with all normalizations folded in."""
        return folded_tensors(self.network)

    def description(self) -> dict[str, Any]:
        """Return what a released model says of itself in its configuration."""
        return {
            **self._data.description,
            "neighbors": self.config.neighbors,
            "width": self.config.width,
            "layers": self.config.layers,
        }

    def _load_held_out(self) -> dict[str, list[Example]]:
        if not self._held_out:
            self._held_out = self._data.held_out()
        return self._held_out


def loss_of(head: str, scores: Tensor, label: Tensor) -> Tensor:
    """How wrong a head is, in whatever precision its scores are.

    Parameters
    ----------
    head
        Its name.
    scores, label
        Of one shape: of ``"penalty"`` numbers, whose Huber loss counts, of others log-odds and
        whether it is so, whose binary cross entropy does.
    """
    if head == "penalty":
        return nn.functional.smooth_l1_loss(scores.float(), label)
    return nn.functional.binary_cross_entropy_with_logits(scores.float(), label)


def collate(examples: Sequence[Example], device: torch.device) -> tuple[Graphs, dict[str, Tensor]]:
    """Put examples side by side.

    Parameters
    ----------
    examples
        At least one, of equally many neighbors.
    device
        Where the tensors go.

    Returns
    -------
    graphs, labels
        Labels by head as numbers, float32, of shapes as in `Example`.
    """
    rows, ways = [], []
    first_node, first_edge = 0, 0
    for example in examples:
        way = ways_back(example.neighbors)
        rows.append(example.neighbors.astype(np.int64) + first_node)
        ways.append(np.where(way >= 0, way + first_edge, -1))
        first_node += len(example.neighbors)
        first_edge += example.neighbors.size

    def joined(arrays: Sequence[npt.NDArray[Any]]) -> Tensor:
        return torch.from_numpy(np.concatenate(arrays)).to(device)

    graphs = Graphs(
        joined(rows),
        joined(ways),
        joined([e.nodes for e in examples]),
        joined([e.edges for e in examples]),
    )
    labels = {
        head: joined([e.labels[head] for e in examples]).float() for head in examples[0].labels
    }
    return graphs, labels


def recall_of(example: Example, scores: npt.NDArray[Any], top: int) -> float:
    """Share of the solution's edges, seen from both ends, among those of highest score.

    Parameters
    ----------
    example
        With its labels.
    scores
        Shape (n, k).
    top
        So many of every node.
    """
    best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    found = np.take_along_axis(example.labels["edge"], best, axis=1).sum()
    return float(found / max(example.total, 1))


def ways_back(neighbors: IntArray) -> npt.NDArray[np.int64]:
    """Where the way back of every edge is.

    Parameters
    ----------
    neighbors
        Shape (n, k).

    Returns
    -------
    ndarray
        Position of (j, i) among all n k edges for the edge (i, j), -1 if i is not in the row of j;
        shape (n, k).
    """
    n, k = neighbors.shape
    node = np.repeat(np.arange(n, dtype=np.int64), k)
    to = neighbors.ravel().astype(np.int64)
    key = node * n + to
    order = np.argsort(key)
    at = np.searchsorted(key[order], to * n + node)
    found = order[np.minimum(at, order.size - 1)]
    return np.where(key[found] == to * n + node, found, -1).reshape(n, k)
