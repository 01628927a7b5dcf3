"""Graph networks in plain NumPy, random ones to try, and files of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]
Tensors = dict[str, FloatArray]

HEADS = ("edge", "together", "penalty")


def random_tensors(
    layers: int = 3,
    width: int = 16,
    node_features: int = 3,
    edge_features: int = 5,
    heads: tuple[str, ...] = ("edge", "penalty"),
    seed: int = 0,
) -> Tensors:
    """Weights of a network that keeps its numbers of about the same size."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "node_in.weight": (width, node_features),
        "node_in.bias": (width,),
        "edge_in.weight": (width, edge_features),
        "edge_in.bias": (width,),
    }
    for layer in range(layers):
        for part in ("self", "message", "from", "to", "edge"):
            shapes[f"layer.{layer}.{part}.weight"] = (width, width)
        for part in ("self", "edge"):
            shapes[f"layer.{layer}.{part}.bias"] = (width,)
    for head in heads:
        shapes[f"head.{head}.hidden.weight"] = (width, width)
        shapes[f"head.{head}.hidden.bias"] = (width,)
        shapes[f"head.{head}.out.weight"] = (width,)
        shapes[f"head.{head}.out.bias"] = (1,)
    return {
        name: (rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in shapes.items()
    }


def _score(tensors: Tensors, head: str, rows: FloatArray) -> FloatArray:
    hidden = rows @ tensors[f"head.{head}.hidden.weight"].T + tensors[f"head.{head}.hidden.bias"]
    out: FloatArray = (
        np.maximum(hidden, 0) @ tensors[f"head.{head}.out.weight"]
        + tensors[f"head.{head}.out.bias"]
    )
    return out


def symmetrized(neighbors: IntArray, scores: FloatArray) -> FloatArray:
    """Means over both directions, where there are two."""
    where = {(i, int(j)): (i, r) for i, row in enumerate(neighbors) for r, j in enumerate(row)}
    result = scores.copy()
    for (i, j), at in where.items():
        if (j, i) in where:
            result[at] = (scores[at] + scores[where[j, i]]) / 2
    return result


def reference(
    tensors: Tensors, layers: int, symmetric: bool, neighbors: IntArray, nodes: FloatArray,
    edges: FloatArray,
) -> Tensors:  # fmt: skip
    """Run a network in double precision, written down as in the papers."""
    t = {name: values.astype(np.float64) for name, values in tensors.items()}
    x = nodes @ t["node_in.weight"].T + t["node_in.bias"]
    e = edges @ t["edge_in.weight"].T + t["edge_in.bias"]
    for layer in range(layers):
        w = {
            name.split(".", 2)[2]: a for name, a in t.items() if name.startswith(f"layer.{layer}.")
        }
        message, to = x @ w["message.weight"].T, x @ w["to.weight"].T
        gated = (1 / (1 + np.exp(-e))) * message[neighbors]
        mean = gated.sum(axis=1) / max(neighbors.shape[1], 1)
        turned = e @ w["edge.weight"].T + w["edge.bias"]
        turned = turned + (x @ w["from.weight"].T)[:, None] + to[neighbors]
        x = x + np.maximum(x @ w["self.weight"].T + w["self.bias"] + mean, 0)
        e = e + np.maximum(turned, 0)
    result = {}
    for head in HEADS:
        if f"head.{head}.out.weight" in t:
            result[head] = _score(t, head, x if head == "penalty" else e)
            if symmetric and head != "penalty":
                result[head] = symmetrized(neighbors, result[head])
    return result


def random_graph(
    n: int, k: int, node_features: int = 3, edge_features: int = 5, seed: int = 0
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Make a graph in which anyone may be anyone's neighbor, and features."""
    rng = np.random.default_rng(seed)
    neighbors = np.array(
        [rng.permutation([j for j in range(n) if j != i])[:k] for i in range(n)], np.int32
    ).reshape(n, min(k, n - 1))
    nodes = rng.standard_normal((n, node_features)).astype(np.float32)
    edges = rng.standard_normal((*neighbors.shape, edge_features)).astype(np.float32)
    return neighbors, nodes, edges


def write_safetensors(path: Path, tensors: Tensors, metadata: dict[str, str] | None = None) -> None:
    """Write a file as the format has it, the header padded to eight bytes."""
    header: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    at = 0
    for name, values in tensors.items():
        offsets = [at, at + values.nbytes]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
        at = offsets[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(values.astype("<f4").tobytes() for values in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def write_model(folder: Path, *, layers: int = 2, width: int = 16, **config: object) -> Path:
    """Write a model of random weights for tours; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = ("edge", "penalty")
    write_safetensors(folder / "weights.safetensors", random_tensors(layers, width, 6, 18, heads))
    told = {
        "schema": 1, "name": folder.name, "problem": "tsp", "features": "tour-1", "ascent": 20,
        "neighbors": 10, "node_features": 6, "edge_features": 18, "width": width, "layers": layers,
        "symmetric": True, "heads": list(heads), **config,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(told))
    return folder
