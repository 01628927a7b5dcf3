"""Gated graph network over the edges to a few neighbors of every node."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing


class Graphs(NamedTuple):
    """One or more graphs side by side; every node has the same number k of neighbors."""

    neighbors: Tensor
    """Rows of nodes, int64, shape (n, k)."""
    back: Tensor
    """Where the way back of every edge is among all n k edges, or -1; int64, shape (n, k)."""
    nodes: Tensor
    """Features of nodes, float32, shape (n, node features)."""
    edges: Tensor
    """Features of edges, float32, shape (n, k, edge features)."""


class GatedConv(MessagePassing):
    """One layer: nodes listen to their neighbors through gates on the edges [1]_ [2]_.

    Every node has k incoming messages, so that their mean needs no scattering.

    Parameters
    ----------
    width
        Size of the states of nodes and edges.

    References
    ----------
    .. [1] X. Bresson and T. Laurent, "Residual gated graph ConvNets", arXiv 1711.07553.
    .. [2] C. K. Joshi, T. Laurent and X. Bresson, "An efficient graph convolutional network
       technique for the travelling salesman problem", arXiv 1906.01227.
    """

    def __init__(self, width: int) -> None:
        super().__init__(aggr=None)
        self.own = nn.Linear(width, width)
        self.message_weight = nn.Linear(width, width, bias=False)
        self.source = nn.Linear(width, width)
        self.target = nn.Linear(width, width, bias=False)
        self.edge = nn.Linear(width, width, bias=False)
        self.node_norm = nn.BatchNorm1d(width)
        self.edge_norm = nn.BatchNorm1d(width)

    def forward(self, x: Tensor, e: Tensor, neighbors: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next states of nodes (n, width) and of edges (n k, width)."""
        n, k = neighbors.shape
        to = neighbors.reshape(-1)
        # Messages run from the neighbor (first row) to the node whose row it is in (second).
        receiver = torch.arange(n, device=to.device).repeat_interleave(k)
        heard = self.propagate(
            torch.stack([to, receiver]), x=self.message_weight(x), gate=torch.sigmoid(e), size=None
        )
        new_x = x + torch.relu(self.node_norm(self.own(x) + heard))
        change = self.edge(e) + self.target(x).index_select(0, to)
        change = (change.view(n, k, -1) + self.source(x).unsqueeze(1)).view(n * k, -1)
        return new_x, e + torch.relu(self.edge_norm(change))

    def message(self, x_j: Tensor, gate: Tensor) -> Tensor:
        """Return what passes the gates."""
        return gate * x_j

    def aggregate(self, inputs: Tensor, dim_size: int) -> Tensor:
        """Take the mean over the k messages of every node."""
        return inputs.view(dim_size, -1, inputs.shape[-1]).mean(dim=1)


class Head(nn.Module):
    """Score of every node or edge.

    Parameters
    ----------
    width
        Size of their states.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, width)
        self.out = nn.Linear(width, 1)

    def forward(self, state: Tensor) -> Tensor:
        """Return one number for each row of `state`."""
        score: Tensor = self.out(torch.relu(self.hidden(state)))
        return score.squeeze(-1)


class GuidanceNetwork(nn.Module):
    """Encoder and heads.

    Parameters
    ----------
    node_features, edge_features
        Numbers per node and per edge.
    width
        Size of the states.
    layers
        Number of layers.
    heads
        Names of the heads: ``"edge"`` and ``"together"`` score edges, ``"penalty"`` nodes.
    symmetric
        Whether the scores of an edge and of its way back are averaged.
    """

    def __init__(
        self,
        node_features: int,
        edge_features: int,
        *,
        width: int,
        layers: int,
        heads: tuple[str, ...] = ("edge",),
        symmetric: bool = True,
    ) -> None:
        super().__init__()
        # Features have very different scales; their statistics are learned and folded at export.
        self.node_scale = nn.BatchNorm1d(node_features, affine=False)
        self.edge_scale = nn.BatchNorm1d(edge_features, affine=False)
        self.node_in = nn.Linear(node_features, width)
        self.edge_in = nn.Linear(edge_features, width)
        self.layers = nn.ModuleList(GatedConv(width) for _ in range(layers))
        self.heads = nn.ModuleDict({name: Head(width) for name in heads})
        self.symmetric = symmetric

    def forward(self, graphs: Graphs) -> dict[str, Tensor]:
        """Return the scores of every head: of edges (n, k), of nodes (n,)."""
        n, k = graphs.neighbors.shape
        x = self.node_in(self.node_scale(graphs.nodes))
        e = self.edge_in(self.edge_scale(graphs.edges.reshape(n * k, -1)))
        for layer in self.layers:
            x, e = layer(x, e, graphs.neighbors)
        scores = {}
        for name, head in self.heads.items():
            if name == "penalty":
                scores[name] = head(x)
                continue
            logit = head(e)
            if self.symmetric:
                back = graphs.back.reshape(-1)
                other = torch.where(back >= 0, logit[back.clamp_min(0)], logit)
                logit = (logit + other) / 2
            scores[name] = logit.view(n, k)
        return scores
