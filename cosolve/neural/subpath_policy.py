"""The sub-path network as a stochastic policy, and its gradient from lengths alone.

A step takes the open node whose best edge is scored highest and draws the other end of its next
edge from the softmax of the scores of those it may be joined with. Which node comes next follows
from the state, so that the probability of a path is the product of these draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cosolve.neural.subpath_decode import ranked_edges
from cosolve.neural.subpath_graph import Graph
from cosolve.neural.subpath_state import BoolArray, FloatArray, Fragments, IntArray


@dataclass
class Draws:
    """What was drawn on the way to finished paths.

    Parameters
    ----------
    end
        Node of each step, shape (batch, steps).
    slot
        Which of its neighbors was drawn, shape (batch, steps).
    allowed
        Which could have been drawn, shape (batch, steps, k); none where nothing was drawn.
    """

    end: IntArray
    slot: IntArray
    allowed: BoolArray


def by_node(graph: Graph, score: Tensor, nodes: int) -> Tensor:
    """Scores in the numbers of the paths' nodes; minus infinity for nodes that are not open.

    Parameters
    ----------
    graph
        The open nodes.
    score
        Shape (N, k).
    nodes
        Number n of nodes of a path.

    Returns
    -------
    Tensor
        Shape (batch, n, k).
    """
    full = score.new_full((graph.batch, nodes, score.shape[1]), -torch.inf)
    return full.index_put((graph.row, graph.node), score)


def neighbors_by_node(graph: Graph, nodes: int) -> IntArray:
    """Neighbors in the numbers of the paths' nodes, shape (batch, n, k); 0 where there are none."""
    full = np.zeros((graph.batch, nodes, graph.neighbors.shape[1]), np.int64)
    full[graph.row.numpy(), graph.node.numpy()] = graph.node.numpy()[graph.neighbors.numpy()]
    return full


def rollout(
    fragments: Fragments,
    graph: Graph,
    logit: npt.NDArray[np.float32],
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> Draws:
    """Finish paths by drawing edges.

    Where no scored edge is left, the nearest two nodes that may be joined are: a rule of the game,
    without choice.

    Parameters
    ----------
    fragments
        Paths under construction, equally many copies of each path of the graph; finished in place.
    graph, logit
        The open nodes and the scores of their edges, shape (N, k).
    rng
        Source of randomness.
    temperature
        Scores are divided by it; 0 draws the best.
    """
    batch, n = fragments.degree.shape
    k = logit.shape[1]
    path = np.arange(batch) // (batch // graph.batch)
    score = by_node(graph, torch.from_numpy(logit), n).numpy()
    neighbors = neighbors_by_node(graph, n)
    ranked = RankedEdges(fragments, path, *ranked_edges(graph, logit)[:2])
    steps = int(fragments.missing.max(initial=1)) - 1
    draws = Draws(
        np.zeros((batch, steps), np.int64),
        np.zeros((batch, steps), np.int64),
        np.zeros((batch, steps, k), bool),
    )
    for step in range(steps):
        (live,) = np.nonzero(fragments.missing > 1)
        end = ranked.best_ends(live)
        for row in live[end < 0]:
            _join_nearest(fragments, int(row))
        live, end = live[end >= 0], end[end >= 0]
        of, every = path[live], live[:, None]
        to = neighbors[of, end]
        may = (score[of, end] > -np.inf) & fragments.may_join(every, end[:, None], to)
        slot = _draw(np.where(may, score[of, end], -np.inf), rng, temperature)
        fragments.join(live, end, to[np.arange(live.size), slot])
        draws.end[live, step], draws.slot[live, step], draws.allowed[live, step] = end, slot, may
    fragments.close()
    return draws


class RankedEdges:
    """Finds the best edge that may still be chosen; one that may not, never may again.

    Parameters
    ----------
    fragments
        Paths under construction; looked at whenever asked.
    path
        The column of `first` and `second` that belongs to each, shape (batch,).
    first, second
        Nodes of the edges of every path by falling score; see :func:`ranked_edges`.
    """

    def __init__(
        self, fragments: Fragments, path: IntArray, first: IntArray, second: IntArray
    ) -> None:
        self._fragments, self._path = fragments, path
        beyond = np.full((1, first.shape[1]), -1)
        self._first = np.concatenate([first, beyond])
        self._second = np.concatenate([second, beyond])
        self._at = np.zeros(path.size, np.int64)

    def best_ends(self, rows: IntArray) -> IntArray:
        """One node of the best edge of each of some paths, -1 where there is none."""
        waiting = rows
        while waiting.size:
            at, of = self._at[waiting], self._path[waiting]
            i, j = self._first[at, of], self._second[at, of]
            blocked = (i >= 0) & ~self._fragments.may_join(waiting, i, j)
            waiting = waiting[blocked]
            self._at[waiting] += 1
        result: IntArray = self._first[self._at[rows], self._path[rows]]
        return result


def _draw(score: npt.NDArray[np.float32], rng: np.random.Generator, temperature: float) -> IntArray:
    """Draw a column of each row from its softmax, by adding Gumbel noise."""
    if temperature > 0:
        score = score / np.float32(temperature) + rng.gumbel(size=score.shape).astype(np.float32)
    best: IntArray = score.argmax(axis=1)
    return best


def _join_nearest(fragments: Fragments, row: int) -> None:
    """Join the two nearest open nodes of different fragments."""
    (nodes,) = np.nonzero(fragments.degree[row] < 2)
    at = fragments.coords[row, nodes]
    gap = np.square(at[:, None] - at[None]).sum(axis=2)
    gap[np.arange(nodes.size), np.arange(nodes.size)] = np.inf
    gap[fragments.other[row, nodes][:, None] == nodes] = np.inf
    i, j = np.unravel_index(int(gap.argmin()), gap.shape)
    fragments.join(np.array([row]), nodes[[i]], nodes[[j]])


def log_probability(score: Tensor, draws: Draws, temperature: float = 1.0) -> Tensor:
    """Logarithm of the probability of everything that was drawn, shape (batch,).

    Parameters
    ----------
    score
        Shape (paths, n, k), each path having been drawn equally often.
    draws
        What was drawn with these scores.
    temperature
        As when drawing.
    """
    batch = len(draws.end)
    path = torch.arange(batch) // (batch // score.shape[0])
    rows = score[path[:, None], torch.from_numpy(draws.end)] / temperature
    allowed = torch.from_numpy(draws.allowed)
    chosen = allowed.any(-1)
    rows = rows.masked_fill(~allowed, -torch.inf)
    rows = torch.where(chosen[:, :, None], rows, 0.0)
    slot = torch.from_numpy(draws.slot)[:, :, None]
    each = rows.log_softmax(-1).gather(-1, slot)[:, :, 0]
    return torch.where(chosen, each, 0.0).sum(1)


def reinforce_loss(log_probabilities: Tensor, costs: FloatArray, copies: int) -> Tensor:
    """Surrogate whose gradient is that of the expected cost, with a shared baseline.

    Parameters
    ----------
    log_probabilities
        Of what was drawn, shape (batch,).
    costs
        What it cost, shape (batch,).
    copies
        Rollouts of the same problem, next to each other; their mean cost is the baseline of each.

    Returns
    -------
    Tensor
        A scalar, relative to the costs.

    References
    ----------
    Y.-D. Kwon et al., "POMO: Policy optimization with multiple optima for reinforcement learning",
    NeurIPS 2020, section 4.2.
    """
    cost = torch.from_numpy(costs).reshape(-1, copies)
    mean = cost.mean(1, keepdim=True)
    advantage = ((cost - mean) / mean.clamp(min=1e-12)).float()
    return (advantage * log_probabilities.reshape(-1, copies)).mean()
