"""The sub-path network: a gated graph network that scores edges between open nodes.

An anisotropic gated graph network (X. Bresson and T. Laurent, "Residual gated graph ConvNets",
arXiv 1711.07553; C. K. Joshi et al., arXiv 1906.01227) with two further messages for every node:
one from the other end of its fragment and the mean of all nodes of its path.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cosolve.neural.subpath_graph import EDGE_FEATURES, NODE_FEATURES, Graph

_BRANCH = 0.5  # weight of what a layer adds, so that deep networks begin near the identity


class _Layer(nn.Module):
    """Updates of nodes and edges, both from the old ones of each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.own = nn.Linear(width, 3 * width)  # to itself, to its edges, to its partner
        self.there = nn.Linear(width, 2 * width, bias=False)  # the message, the edge's far end
        self.edge = nn.Linear(width, width, bias=False)
        self.edge_norm = nn.LayerNorm(width)
        self.mean = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, e: Tensor, graph: Graph, share: Tensor) -> tuple[Tensor, Tensor]:
        normed = self.norm(x)
        own, near, partner = self.own(normed).chunk(3, dim=1)
        message, far = self.there(normed)[graph.neighbors].chunk(2, dim=2)
        gate = torch.sigmoid(e) * share
        whole = normed.new_zeros(graph.batch, x.shape[1]).index_add(0, graph.row, normed)
        count = normed.new_zeros(graph.batch).index_add(0, graph.row, normed.new_ones(graph.size))
        mean = self.mean(whole / count.clamp(min=1)[:, None])[graph.row]
        new = own + (gate * message).sum(1) + partner[graph.partner] + mean
        e_new = self.edge(e) + near[:, None] + far
        return x + _BRANCH * torch.relu(new), e + _BRANCH * torch.relu(self.edge_norm(e_new))


class SubpathNet(nn.Module):
    """Scores of the edges between open nodes.

    Parameters
    ----------
    width
        Numbers a node and an edge are described by.
    layers
        Rounds of messages.
    """

    def __init__(self, width: int = 48, layers: int = 6) -> None:
        super().__init__()
        self.width, self.layers = width, layers
        self.node_in = nn.Linear(NODE_FEATURES, width)
        self.edge_in = nn.Linear(EDGE_FEATURES, width)
        self.stack = nn.ModuleList(_Layer(width) for _ in range(layers))
        self.head_edge = nn.Linear(width, width)
        self.head_node = nn.Linear(width, width, bias=False)
        self.head_out = nn.Linear(width, 1)

    def forward(self, graph: Graph) -> Tensor:
        """Log-odds that an edge belongs to the best path.

        Parameters
        ----------
        graph
            On any device.

        Returns
        -------
        Tensor
            The same seen from both ends, minus infinity where there is no neighbor; in the memory
            of the processor, shape (N, k).
        """
        graph = graph.to(self.head_out.weight.device)
        x, e = self.node_in(graph.node_features), self.edge_in(graph.edge_features)
        share = graph.valid / graph.valid.sum(1, keepdim=True).clamp(min=1)
        for layer in self.stack:
            x, e = layer(x, e, graph, share[:, :, None])
        ends = self.head_node(x)
        hidden = torch.relu(self.head_edge(e) + ends[:, None] + ends[graph.neighbors])
        return symmetric(self.head_out(hidden)[..., 0], graph).cpu()


def symmetric(logit: Tensor, graph: Graph) -> Tensor:
    """Give the edges that both ends list the mean of their two scores.

    Parameters
    ----------
    logit
        Shape (N, k).
    graph
        Says which are the same edges.

    Returns
    -------
    Tensor
        Minus infinity where there is no neighbor, shape (N, k).
    """
    back = logit.reshape(-1)[graph.reverse.clamp(min=0)]
    mean = torch.where(graph.reverse >= 0, (logit + back) / 2, logit)
    return mean.masked_fill(~graph.valid, -torch.inf)
