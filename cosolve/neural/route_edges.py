"""Training of the guidance of routes: which clients follow each other, and which share a route."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from cosolve.guidance.route_features import route_features
from cosolve.neural.edge_training import (
    HELD_OUT,
    Data,
    EdgesConfig,
    EdgesTrainer,
    Example,
    recall_of,
)
from cosolve.problems.random_vrp import DEMANDS, random_vrp
from cosolve.search.hgs import GeneticSearch, HgsOptions, model_of

if TYPE_CHECKING:
    from cosolve.problems import VRP, Routes

_TOP = 10
_SLICE_S = 10.0
_OPTIONS = HgsOptions(min_population=8, generation_size=12, first=24)
_DEPOTS = ("central", "eccentric", "random")
_CLIENTS = ("random", "clustered", "random-clustered")


@dataclass(frozen=True)
class RouteEdgesConfig(EdgesConfig):
    """Settings of the training; the others are those of `EdgesConfig`.

    Parameters
    ----------
    sizes
        Smallest and largest number of clients of an instance; drawn log-uniformly.
    uniform
        Share of instances as papers on neural solvers have them; the others are like X instances,
        with every kind of depot, clients and demands.
    effort
        Individuals of the genetic search that labels, per client.
    held_out_size
        Clients of the held-out instances.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    neighbors: int = 20
    width: int = 40
    layers: int = 5
    sizes: tuple[int, int] = (60, 200)
    uniform: float = 0.3
    effort: float = 6.0
    held_out_size: int = 200

    def __post_init__(self) -> None:
        """Validate."""
        super().__post_init__()
        low, high = self.sizes
        least = max(5, self.neighbors + 1)
        if not least <= low <= high:
            raise ValueError(f"sizes must be two rising numbers from {least} on, got {self.sizes}")
        if not 0 <= self.uniform <= 1:
            raise ValueError(f"uniform must be between 0 and 1, got {self.uniform}")
        if not self.effort > 0:
            raise ValueError(f"effort must be positive, got {self.effort}")


@dataclass(frozen=True, slots=True)
class RouteExamples:
    """Instances by number: the same number always gives the same example, no two give the same.

    Parameters
    ----------
    sizes, uniform, neighbors, effort, seed
        See :class:`RouteEdgesConfig`.
    """

    sizes: tuple[int, int]
    uniform: float
    neighbors: int
    effort: float
    seed: int = 0

    def __call__(self, number: int) -> Example:
        """Make example `number`."""
        rng = np.random.default_rng([self.seed, number])
        low, high = self.sizes
        n = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
        seed = int(rng.integers(HELD_OUT))
        if rng.random() < self.uniform:
            problem = random_vrp(n, seed, "uniform")
        else:
            problem = random_vrp(
                n,
                seed,
                depot=str(rng.choice(_DEPOTS)),
                clients=str(rng.choice(_CLIENTS)),
                demand=str(rng.choice(list(DEMANDS))),
            )
        return self.of(problem, seed=int(rng.integers(1 << 62)))

    def of(self, problem: VRP, *, seed: int) -> Example:
        """Label a problem."""
        routes = good_routes(problem, seed=seed, individuals=round(self.effort * problem.size))
        return route_example(problem, routes, self.neighbors)


def good_routes(problem: VRP, *, seed: int, individuals: int) -> Routes:
    """Make routes by hybrid genetic search; of 100 clients in some tenth of a second.

    With six individuals per client the routes are 0.2 % longer than those of fifty in the mean.

    Parameters
    ----------
    problem
        A problem of one depot and one vehicle type.
    seed
        Seed of all random choices.
    individuals
        How many are bred.
    """
    engine = GeneticSearch(model_of(problem), seed, _OPTIONS)
    left = individuals
    while left > 0:
        left -= engine.run(_SLICE_S, left)
    engine.settle()
    return engine.routes()


def route_example(problem: VRP, routes: Routes, neighbors: int) -> Example:
    """Describe a problem whose best routes are known.

    Parameters
    ----------
    problem
        One depot, one vehicle type, symmetric distances.
    routes
        Routes that serve every client.
    neighbors
        Edges of every client.
    """
    rows, nodes, edges = route_features(problem, neighbors)
    n = problem.size
    number, after, before = (np.full(n, -1, np.int32) for _ in range(3))
    total = 0
    for index, route in enumerate(routes.routes):
        clients = np.asarray(route.visits, np.int32) - 1
        number[clients] = index
        after[clients[:-1]], before[clients[1:]] = clients[1:], clients[:-1]
        total += 2 * (clients.size - 1)
    labels = {
        "edge": (rows == after[:, None]) | (rows == before[:, None]),
        "together": number[rows] == number[:, None],
    }
    return Example(rows, nodes, edges, labels, total)


def route_edges_trainer(config: RouteEdgesConfig, device: torch.device) -> EdgesTrainer:
    """Make the trainer.

    Parameters
    ----------
    config
        Settings.
    device
        Where the network is.
    """
    examples = RouteExamples(
        config.sizes, config.uniform, config.neighbors, config.effort, config.seed
    )
    description = {
        "problem": "cvrp",
        "features": "route-1",
        "ascent": 0,
        "node_features": 8,
        "edge_features": 18,
        "symmetric": True,
        "heads": ["edge", "together"],
    }
    data = Data(examples, partial(_held_out, config, examples), _baselines, _TOP, description)
    return EdgesTrainer(config, data, device)


def _held_out(config: RouteEdgesConfig, examples: RouteExamples) -> dict[str, list[Example]]:
    # Their labels come from a longer search.
    maker = dataclasses.replace(examples, effort=3 * config.effort)

    def instances(kind: str) -> list[VRP]:
        numbers = range(HELD_OUT, HELD_OUT + config.held_out)
        if kind == "uniform":
            return [random_vrp(config.held_out_size, seed, kind) for seed in numbers]
        return [random_vrp(config.held_out_size, seed, clients=kind) for seed in numbers]

    return {
        kind: [maker.of(problem, seed=i) for i, problem in enumerate(instances(kind))]
        for kind in ("uniform", "random", "clustered")
    }


def _baselines(example: Example) -> dict[str, float]:
    """Recall of the nearest clients."""
    near = np.broadcast_to(-np.arange(example.neighbors.shape[1]), example.neighbors.shape)
    return {"recall/nearest": recall_of(example, near, _TOP)}
