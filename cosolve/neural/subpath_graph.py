"""What the sub-path network sees of paths under construction: a graph of their open nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cosolve.neural.subpath_state import FloatArray, Fragments

NEIGHBORS = 8
NODE_FEATURES = 9
EDGE_FEATURES = 8

_TINY = 1e-9  # of the width of a path; points nearer to each other are one
_SCALE_NEIGHBORS = 4  # the unit of length is the mean distance to this many nearest


def canonical(coords: FloatArray) -> FloatArray:
    """Move point sets to the unit square.

    Shifted, scaled, mirrored or turned by a quarter, they come out the same.

    Parameters
    ----------
    coords
        Coordinates, shape (batch, n, 2).

    Returns
    -------
    ndarray
        Coordinates between 0 and 1, wider than high, denser at the origin, shape (batch, n, 2).

    References
    ----------
    Z. Zheng et al., "UDC: A unified neural divide-and-conquer framework for large-scale
    combinatorial optimization problems", arXiv 2407.00312: there without mirroring.
    """
    low = coords.min(axis=1, keepdims=True)
    extent = coords.max(axis=1, keepdims=True) - low
    tall = extent[..., 1] > extent[..., 0]
    size = extent.max(axis=2, keepdims=True)
    at = (coords - low) / np.where(size > 0, size, 1.0)
    height = extent / np.where(size > 0, size, 1.0)
    at = np.where(at.mean(axis=1, keepdims=True) > height / 2, height - at, at)
    result: FloatArray = np.where(tall[..., None], at[..., ::-1], at)
    return result


@dataclass
class Graph:
    """The open nodes of a batch, numbered 0, 1, ... path by path.

    Parameters
    ----------
    row, node
        The path a node is of, and its number there; shape (N,).
    partner
        The other end of a node's fragment, shape (N,).
    neighbors
        Where an edge may lead, nearest first, shape (N, k); the node itself where there are fewer.
    valid
        Whether a neighbor is one, shape (N, k).
    reverse
        The number ``j * k + s`` of the same edge seen from its other end, or -1, shape (N, k).
    node_features
        float32, shape (N, NODE_FEATURES).
    edge_features
        float32, shape (N, k, EDGE_FEATURES).
    batch
        Number of paths.
    """

    row: Tensor
    node: Tensor
    partner: Tensor
    neighbors: Tensor
    valid: Tensor
    reverse: Tensor
    node_features: Tensor
    edge_features: Tensor
    batch: int

    def to(self, device: torch.device) -> Graph:
        """Return the same on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if name != "batch"}
        return Graph(**moved, batch=self.batch)

    @property
    def size(self) -> int:
        """Number of open nodes of all paths."""
        return int(self.row.shape[0])


def graph_of(fragments: Fragments, k: int = NEIGHBORS) -> Graph:
    """Build the graph of the open nodes.

    Parameters
    ----------
    fragments
        Paths under construction.
    k
        Neighbors of a node.
    """
    at_all = torch.from_numpy(canonical(fragments.coords).astype(np.float32))
    open_ = torch.from_numpy(fragments.open)
    row, node = torch.nonzero(open_, as_tuple=True)
    batch, n = open_.shape
    number = torch.full((batch, n), -1)
    number[row, node] = torch.arange(row.shape[0])
    other = torch.from_numpy(fragments.other)[row, node]
    at = at_all[row, node]
    distance, near, valid = _nearest(at_all, open_, row, node, other, min(k, n - 1))
    own = torch.arange(row.shape[0])[:, None]
    neighbors = torch.where(valid, number[row[:, None], near], own)
    partner = number[row, other]
    unit = _unit(distance, valid, row, batch)
    reverse, rank_there = _reverse(neighbors, valid)
    return Graph(
        row,
        node,
        partner,
        neighbors,
        valid,
        reverse,
        _node_features(at, partner, distance, valid, unit, row, batch),
        _edge_features(at, partner, neighbors, distance, valid, unit, reverse, rank_there),
        batch,
    )


def _nearest(
    at_all: Tensor, open_: Tensor, row: Tensor, node: Tensor, other: Tensor, k: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Find the nearest nodes an edge may lead to: distances, nodes, and whether they are such."""
    gap = (at_all[row, node][:, None, :] - at_all[row]).square_().sum(-1)
    gap.masked_fill_(~open_[row], torch.inf)
    every = torch.arange(row.shape[0])
    gap[every, node] = torch.inf
    gap[every, other] = torch.inf
    squared, near = gap.topk(k, dim=1, largest=False)
    valid = torch.isfinite(squared)
    return torch.where(valid, squared, 0.0).sqrt(), near, valid


def _unit(distance: Tensor, valid: Tensor, row: Tensor, batch: int) -> Tensor:
    """Mean distance to the nearest few of all nodes of a path, for every node, shape (N,)."""
    some = slice(0, _SCALE_NEIGHBORS)
    total = torch.zeros(batch).index_add_(0, row, distance[:, some].sum(1))
    count = torch.zeros(batch).index_add_(0, row, valid[:, some].sum(1).float())
    return (total / count.clamp(min=1)).clamp(min=_TINY)[row]


def _reverse(neighbors: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """Find every edge as seen from its other end: its number, and its rank there over k."""
    k = neighbors.shape[1]
    own = torch.arange(neighbors.shape[0])[:, None, None]
    same = (neighbors[neighbors] == own) & valid[neighbors] & valid[:, :, None]
    found, there = same.any(-1), same.to(torch.uint8).argmax(-1)
    reverse = torch.where(found, neighbors * k + there, -1)
    return reverse, torch.where(found, there / k, 1.0)


def _node_features(
    at: Tensor,
    partner: Tensor,
    distance: Tensor,
    valid: Tensor,
    unit: Tensor,
    row: Tensor,
    batch: int,
) -> Tensor:
    to_partner = at[partner] - at
    ends = (partner != torch.arange(at.shape[0])).float()
    far = to_partner.norm(dim=1) / unit
    local = distance.sum(1) / valid.sum(1).clamp(min=1) / unit
    count = torch.zeros(batch).index_add_(0, row, torch.ones_like(unit))[row]
    return torch.stack(
        [
            at[:, 0],
            at[:, 1],
            ends,
            to_partner[:, 0],
            to_partner[:, 1],
            torch.log1p(far),
            torch.log(local.clamp(min=1e-3)),
            torch.log(count) / 4 - 1,
            -torch.log(unit) / 4,
        ],
        dim=1,
    )


def _edge_features(
    at: Tensor,
    partner: Tensor,
    neighbors: Tensor,
    distance: Tensor,
    valid: Tensor,
    unit: Tensor,
    reverse: Tensor,
    rank_there: Tensor,
) -> Tensor:
    k = neighbors.shape[1]
    step = (at[neighbors] - at[:, None]) / unit[:, None, None]
    length = distance / unit[:, None]
    local = distance / (distance.sum(1) / valid.sum(1).clamp(min=1)).clamp(min=_TINY)[:, None]
    across = (at[partner][:, None] - at[partner[neighbors]]).norm(dim=2) / unit[:, None]
    rank = (torch.arange(k) / k).expand_as(length)
    features = torch.stack(
        [
            _squash(step[..., 0]),
            _squash(step[..., 1]),
            torch.log1p(length),
            local,
            torch.log1p(across),
            rank,
            rank_there,
            (reverse >= 0).float(),
        ],
        dim=2,
    )
    return features * valid[:, :, None]


def _squash(x: Tensor) -> Tensor:
    """Keep small numbers as they are and large ones small, with their sign."""
    return x.sign() * torch.log1p(x.abs())
