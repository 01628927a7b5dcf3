"""Networks as the tensors that inference without PyTorch reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from cosolve.neural.encoder import GatedConv, GuidanceNetwork


def folded_tensors(network: GuidanceNetwork) -> dict[str, Tensor]:
    """Weights with all normalizations folded into them.

    Parameters
    ----------
    network
        Any network; it is read as it is in evaluation.

    Returns
    -------
    dict
        Tensors by the names of the format, float32, contiguous.
    """
    tensors: dict[str, Tensor] = {}
    for name in ("node", "edge"):
        scale, shift = _affine(getattr(network, f"{name}_scale"))
        linear: nn.Linear = getattr(network, f"{name}_in")
        tensors[f"{name}_in.weight"] = linear.weight * scale
        tensors[f"{name}_in.bias"] = linear.bias + linear.weight @ shift
    for number, layer in enumerate(network.layers):
        for key, tensor in _layer(layer).items():  # type: ignore[arg-type]
            tensors[f"layer.{number}.{key}"] = tensor
    for name, head in network.heads.items():
        tensors[f"head.{name}.hidden.weight"] = head.hidden.weight  # type: ignore[union-attr,assignment]
        tensors[f"head.{name}.hidden.bias"] = head.hidden.bias  # type: ignore[union-attr,assignment]
        tensors[f"head.{name}.out.weight"] = head.out.weight.reshape(-1)  # type: ignore[union-attr,operator]
        tensors[f"head.{name}.out.bias"] = head.out.bias  # type: ignore[union-attr,assignment]
    return {
        name: tensor.detach().to("cpu", torch.float32).contiguous().clone()
        for name, tensor in tensors.items()
    }


def _affine(norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Return scale and shift, such that the norm is ``scale * x + shift``."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = torch.rsqrt(norm.running_var + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight
    shift = -norm.running_mean * scale
    return scale, shift if norm.bias is None else shift + norm.bias


def _layer(layer: GatedConv) -> dict[str, Tensor]:
    scale, shift = _affine(layer.node_norm)
    edge_scale, edge_shift = _affine(layer.edge_norm)
    rows, edge_rows = scale[:, None], edge_scale[:, None]
    return {
        "self.weight": rows * layer.own.weight,
        "self.bias": scale * layer.own.bias + shift,
        "message.weight": rows * layer.message_weight.weight,
        "from.weight": edge_rows * layer.source.weight,
        "to.weight": edge_rows * layer.target.weight,
        "edge.weight": edge_rows * layer.edge.weight,
        "edge.bias": edge_scale * layer.source.bias + edge_shift,
    }
