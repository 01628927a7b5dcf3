"""Training of the guidance of tours: which edges are in a nearly optimal one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from cosolve.guidance.gt_prior import rank_prior
from cosolve.neural.encoder import Graphs, GuidanceNetwork
from cosolve.neural.export import folded_tensors
from cosolve.neural.stream import Stream
from cosolve.neural.tour_examples import HELD_OUT, Example, TourExamples, ways_back
from cosolve.problems.random_tsp import random_tsp

if TYPE_CHECKING:
    from collections.abc import Sequence

NODE_FEATURES, EDGE_FEATURES = 6, 18
_TOP = 5
_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class TourEdgesConfig:
    """Settings of the training.

    Parameters
    ----------
    sizes
        Smallest and largest number of nodes of an instance.
    kinds
        Share of each kind of instance.
    neighbors, ascent, population
        See :class:`cosolve.neural.tour_examples.TourExamples`.
    width, layers
        Of the network.
    steps
        Steps of the optimizer.
    batch
        Instances per step.
    learning_rate, weight_decay
        Of AdamW.
    warmup
        Steps over which the learning rate rises.
    decay
        Share of the steps, at the end, over which it falls to 0.
    workers
        Processes that make examples.
    held_out
        Instances of each held-out kind.
    held_out_size
        Their number of nodes.
    held_out_kinds
        Their kinds.
    seed
        Of the weights and of the stream of instances.

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
    neighbors: int = 10
    ascent: int = 30
    population: int = 30
    width: int = 48
    layers: int = 6
    steps: int = 20_000
    batch: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warmup: int = 200
    decay: float = 0.3
    workers: int = 1
    held_out: int = 8
    held_out_size: int = 1000
    held_out_kinds: tuple[str, ...] = ("uniform", "clustered")
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate."""
        low, high = self.sizes
        if not 13 <= low <= high:
            raise ValueError(f"sizes must be two rising numbers from 13 on, got {self.sizes}")
        for name in ("neighbors", "width", "layers", "steps", "batch", "population"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0 <= self.decay <= 1:
            raise ValueError(f"decay must be between 0 and 1, got {self.decay}")

    def rate(self, step: int) -> float:
        """Share of the learning rate at a step: up, level, down."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        fall = (self.steps - step) / max(1.0, self.decay * self.steps)
        return max(0.0, min(rise, fall))


class TourEdgesTrainer:
    """Network, optimizer and the stream of examples.

    Parameters
    ----------
    config
        Settings.
    device
        Where the network is.
    """

    def __init__(self, config: TourEdgesConfig, device: torch.device) -> None:
        self.config = config
        self.device = device
        torch.manual_seed(config.seed)
        self.network = GuidanceNetwork(
            NODE_FEATURES, EDGE_FEATURES, width=config.width, layers=config.layers
        ).to(device)
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.step_number = 0
        self._examples = TourExamples(
            config.sizes,
            config.kinds,
            config.neighbors,
            config.ascent,
            config.population,
            config.seed,
        )
        self._stream: Stream[Example] | None = None
        self._held_out: dict[str, list[Example]] = {}

    @property
    def steps(self) -> int:
        """Steps there are to do."""
        return self.config.steps

    def step(self) -> dict[str, float]:
        """Do one step; return its loss."""
        if self._stream is None:
            first = self.step_number * self.config.batch
            self._stream = Stream(self._examples, self.config.workers, first)
        examples = [next(self._stream) for _ in range(self.config.batch)]
        graphs, labels = collate(examples, self.device)
        for group in self._optimizer.param_groups:
            group["lr"] = self.config.learning_rate * self.config.rate(self.step_number)
        self.network.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            logits = self.network(graphs)["edge"]
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _LARGEST_GRADIENT)
        self._optimizer.step()
        self.step_number += 1
        return {"loss": float(loss.detach())}

    def evaluate(self) -> dict[str, float]:
        """Measure the network on held-out instances.

        Returns
        -------
        dict
            By kind the binary cross entropy and the share of the tour's edges among the five of
            highest score of either end, as ``bce/KIND`` and ``recall/KIND``; ``score`` is the mean
            of the first, which is to be small.
        """
        self.network.eval()
        report = {}
        for kind, examples in self._load_held_out().items():
            bce, recall = [], []
            for example in examples:
                graphs, labels = collate([example], self.device)
                with torch.no_grad():
                    logits = self.network(graphs)["edge"]
                loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
                bce.append(float(loss))
                recall.append(recall_of(example, logits.cpu().numpy()))
            report[f"bce/{kind}"] = float(np.mean(bce))
            report[f"recall/{kind}"] = float(np.mean(recall))
        scores = [value for name, value in report.items() if name.startswith("bce/")]
        return {"score": float(np.mean(scores)), **report}

    def baselines(self) -> dict[str, float]:
        """Measure the same of the guides without parameters.

        Returns
        -------
        dict
            ``bce/prior/KIND``, from how often tours go to the neighbor of a rank by distance, and
            ``recall/alpha/KIND``, of the five edges of smallest alpha.
        """
        report = {}
        for kind, examples in self._load_held_out().items():
            report[f"bce/prior/{kind}"] = float(np.mean([_prior_entropy(e) for e in examples]))
            order = [-np.arange(e.label.shape[1])[None, :] + 0.0 * e.label for e in examples]
            pairs = zip(examples, order, strict=True)
            report[f"recall/alpha/{kind}"] = float(np.mean([recall_of(e, o) for e, o in pairs]))
        return report

    def weights(self) -> dict[str, Tensor]:
        """Weights to be released, with all normalizations folded in."""
        return folded_tensors(self.network)

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step_number,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        self.close()
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step_number = int(state["step"])

    def close(self) -> None:
        """End the workers."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def description(self) -> dict[str, Any]:
        """Return what a released model says of itself in its configuration."""
        return {
            "problem": "tsp",
            "features": "tour-1",
            "neighbors": self.config.neighbors,
            "ascent": self.config.ascent,
            "node_features": NODE_FEATURES,
            "edge_features": EDGE_FEATURES,
            "width": self.config.width,
            "layers": self.config.layers,
            "symmetric": True,
            "heads": list(self.network.heads),
        }

    def _load_held_out(self) -> dict[str, list[Example]]:
        """Make the held-out instances, once; their labels come from a larger population."""
        config = self.config
        if not self._held_out:
            maker = dataclasses.replace(self._examples, population=2 * config.population)
            for kind in config.held_out_kinds:
                self._held_out[kind] = [
                    maker.of(random_tsp(config.held_out_size, HELD_OUT + i, kind), seed=i)
                    for i in range(config.held_out)
                ]
        return self._held_out


def collate(examples: Sequence[Example], device: torch.device) -> tuple[Graphs, Tensor]:
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
        Labels as numbers 0 and 1, float32, shape (n, k).
    """
    rows, ways = [], []
    first_node, first_edge = 0, 0
    for example in examples:
        way = ways_back(example.neighbors)
        rows.append(example.neighbors.astype(np.int64) + first_node)
        ways.append(np.where(way >= 0, way + first_edge, -1))
        first_node += len(example.neighbors)
        first_edge += example.neighbors.size
    graphs = Graphs(
        torch.from_numpy(np.concatenate(rows)).to(device),
        torch.from_numpy(np.concatenate(ways)).to(device),
        torch.from_numpy(np.concatenate([e.nodes for e in examples])).to(device),
        torch.from_numpy(np.concatenate([e.edges for e in examples])).to(device),
    )
    label = np.concatenate([e.label for e in examples]).astype(np.float32)
    return graphs, torch.from_numpy(label).to(device)


def recall_of(example: Example, scores: np.ndarray[Any, Any]) -> float:
    """Share of the tour's edges, seen from both ends, among the five of highest score.

    Parameters
    ----------
    example
        With its labels.
    scores
        Shape (n, k).
    """
    best = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
    found = np.take_along_axis(example.label, best, axis=1).sum()
    return float(found / (2 * len(example.label)))


def _prior_entropy(example: Example) -> float:
    """Binary cross entropy of the rank prior, over the same edges."""
    prior = 2 * rank_prior(len(example.nodes))
    rank = np.rint(example.edges[:, :, 2] * example.edges.shape[1]).astype(int)
    chance = np.clip(prior[rank], 1e-4, 1 - 1e-4)
    return float(-np.where(example.label, np.log(chance), np.log1p(-chance)).mean())
