"""From scores of edges to paths: the most certain edges first, the rest scored again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from cosolve.neural.subpath_graph import Graph, graph_of
from cosolve.neural.subpath_state import BoolArray, Fragments, IntArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.neural.subpath_net import SubpathNet

SHARE = 0.3
CERTAINTY = 0.9
_NODES_AT_ONCE = 8000  # of one forward; more are done in turn, within the caches


def complete(
    net: SubpathNet,
    fragments: Fragments,
    share: float = SHARE,
    certainty: float = CERTAINTY,
    over: Callable[[], bool] | None = None,
) -> bool:
    """Finish paths greedily.

    The edges are scored, those that the network is most certain of are chosen, one after the other
    and each only if it joins two fragments, and what is left is scored again as the smaller problem
    it is.

    Parameters
    ----------
    net
        The network.
    fragments
        Paths under construction; finished in place.
    share
        Of the edges that are missing, how many are chosen before the others are scored again: 1
        chooses as many as the first scores allow, 0 one at a time.
    certainty
        Least probability of what is chosen together; if no edge has it, the likeliest is chosen.
    over
        Asked before every look of the network at some of the paths: whether to give up.

    Returns
    -------
    bool
        Whether the paths were finished.
    """
    while True:
        (going,) = np.nonzero(fragments.missing > 1)
        if going.size == 0:
            break
        size = max(1, _NODES_AT_ONCE // fragments.degree.shape[1])
        for at in range(0, going.size, size):
            if over is not None and over():
                return False
            _round(net, fragments, going[at : at + size], share, certainty)
    fragments.close()
    return True


def _round(
    net: SubpathNet, fragments: Fragments, rows: IntArray, share: float, certainty: float
) -> None:
    part = fragments.select(rows)
    graph = graph_of(part)
    with torch.inference_mode():
        logit = net(graph).numpy()
    first, second, probability = ranked_edges(graph, logit)
    certain = (probability >= certainty).sum(axis=0)
    choose(part, first, second, np.clip(certain, 1, quotas(part, share)))
    fragments.replace(rows, part)


def reconsider(
    net: SubpathNet,
    fragments: Fragments,
    orders: IntArray,
    kept: BoolArray,
    share: float = SHARE,
    certainty: float = CERTAINTY,
    over: Callable[[], bool] | None = None,
) -> bool:
    """Choose some edges of finished paths anew, the others being kept.

    Parameters
    ----------
    net
        The network.
    fragments
        Paths or tours of which at most what is kept is chosen; finished in place.
    orders
        The same finished, shape (batch, n), from the node on that is to be the first.
    kept
        Whether the edge from a place of the order to the next stays, shape (batch, n - 1).
    share, certainty, over
        See :func:`complete`.

    Returns
    -------
    bool
        Whether they were finished; they may have become longer.
    """
    fragments.keep(orders, kept)
    return complete(net, fragments, share, certainty, over)


def quotas(fragments: Fragments, share: float) -> IntArray:
    """How many edges of every path are chosen before the others are scored again.

    Parameters
    ----------
    fragments
        Paths under construction.
    share
        Of the edges that are missing; at least one is.
    """
    count: IntArray = np.maximum(1, np.ceil(share * (fragments.missing - 1))).astype(np.int64)
    return count


def choose(
    fragments: Fragments,
    first: IntArray,
    second: IntArray,
    quota: IntArray,
    right: BoolArray | None = None,
) -> None:
    """Join the ends of the best edges, one after the other, where that is allowed.

    Parameters
    ----------
    fragments
        Paths under construction.
    first, second
        Nodes of the edges of each rank, shape (edges, batch); see :func:`ranked_edges`.
    quota
        How many edges of every path are chosen at most, shape (batch,). The last is never: there is
        no choice.
    right
        Edges that may be chosen, shape (edges, batch); None: all.
    """
    quota = np.minimum(quota, fragments.missing - 1)
    for rank, (i, j) in enumerate(zip(first, second, strict=True)):
        wanted = (quota > 0) & (i >= 0)
        if not wanted.any():
            break
        if right is not None:
            wanted &= right[rank]
        (live,) = np.nonzero(wanted)
        live = live[fragments.may_join(live, i[live], j[live])]
        fragments.join(live, i[live], j[live])
        quota[live] -= 1


def ranked_edges(
    graph: Graph, logit: npt.NDArray[np.float32]
) -> tuple[IntArray, IntArray, npt.NDArray[np.float32]]:
    """Edges of every path by falling score.

    Parameters
    ----------
    graph
        The open nodes.
    logit
        Logarithms of the odds, shape (N, k).

    Returns
    -------
    i, j
        Nodes of the edges of each rank, shape (edges, batch), -1 where a path has no more.
    probability
        Of these edges, 0 where a path has no more.
    """
    own = np.arange(graph.size)[:, None]
    neighbors, reverse = graph.neighbors.numpy(), graph.reverse.numpy()
    once = graph.valid.numpy() & ((reverse < 0) | (own < neighbors))
    at, slot = np.nonzero(once)
    row, node = graph.row.numpy()[at], graph.node.numpy()
    order = np.lexsort((-logit[at, slot], row))
    row = row[order]
    first = np.searchsorted(row, np.arange(graph.batch))
    rank = np.arange(row.size) - first[row]
    most = int(rank.max(initial=-1)) + 1
    i = np.full((most, graph.batch), -1, np.int64)
    j = i.copy()
    i[rank, row] = node[at[order]]
    j[rank, row] = node[neighbors[at, slot][order]]
    probability = np.zeros((most, graph.batch), np.float32)
    probability[rank, row] = np.exp(-np.logaddexp(0.0, -logit[at, slot][order]))
    return i, j, probability
