"""From scores of edges to paths: the most certain edges first, the rest scored again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from cosolve.neural.subpath_graph import Graph, graph_of
from cosolve.neural.subpath_state import FloatArray, Fragments, IntArray

if TYPE_CHECKING:
    from cosolve.neural.subpath_net import SubpathNet

SHARE = 0.3
_NODES_AT_ONCE = 8000  # of one forward; more are done in turn, within the caches


def complete(net: SubpathNet, fragments: Fragments, share: float = SHARE) -> None:
    """Finish paths greedily.

    The edges are scored, the share of them that the network is most certain of is chosen, one after
    the other and each only if it joins two fragments, and what is left is scored again as the
    smaller problem it is.

    Parameters
    ----------
    net
        The network.
    fragments
        Paths under construction; finished in place.
    share
        Of the edges that are missing, how many are chosen before the others are scored again: 1
        chooses as many as the first scores allow, 0 one at a time.
    """
    while True:
        (going,) = np.nonzero(fragments.missing > 1)
        if going.size == 0:
            break
        size = max(1, _NODES_AT_ONCE // fragments.degree.shape[1])
        for at in range(0, going.size, size):
            _round(net, fragments, going[at : at + size], share)
    fragments.close()


def _round(net: SubpathNet, fragments: Fragments, rows: IntArray, share: float) -> None:
    part = fragments.select(rows)
    graph = graph_of(part)
    with torch.inference_mode():
        logit = net(graph)
    edges = ranked_edges(graph, logit.numpy())
    quota = np.maximum(1, np.ceil(share * (part.missing - 1))).astype(np.int64)
    for i, j in zip(*edges, strict=True):
        (live,) = np.nonzero((quota > 0) & (i >= 0) & (part.missing > 1))
        if live.size == 0:
            break
        live = live[part.may_join(live, i[live], j[live])]
        part.join(live, i[live], j[live])
        quota[live] -= 1
    for name in ("other", "degree", "links", "missing"):
        getattr(fragments, name)[rows] = getattr(part, name)


def ranked_edges(graph: Graph, logit: FloatArray) -> tuple[IntArray, IntArray]:
    """Edges of every path by falling score.

    Parameters
    ----------
    graph
        The open nodes.
    logit
        Scores, shape (N, k).

    Returns
    -------
    i, j
        Nodes of the edges of each rank, shape (edges, batch), -1 where a path has no more.
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
    return i, j
