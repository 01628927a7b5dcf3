"""What a trained network consists of and expects: the ``config.json`` of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from cosolve.io.json_text import Node, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMA = 1

HEADS = ("edge", "together", "penalty")
"""What a network may predict: see `Model.run`."""


class FeatureSet(NamedTuple):
    """What a network is told of a problem, in one version.

    Parameters
    ----------
    problem
        The kind of problem it describes.
    nodes, edges
        Numbers told of every node and of every edge.
    """

    problem: str
    nodes: int
    edges: int


FEATURES: Mapping[str, FeatureSet] = MappingProxyType(
    {
        "tour-1": FeatureSet("tsp", 6, 18),
        "arc-1": FeatureSet("atsp", 6, 18),
        "route-1": FeatureSet("cvrp", 8, 18),
        "subpath-1": FeatureSet("path", 9, 8),  # of the method `subpath`, which needs PyTorch
    }
)
"""Features this version of cosolve can make, by the name models know them by."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What a network consists of and what it expects, as ``config.json`` has it.

    Parameters
    ----------
    name
        Name of the model.
    problem
        What it is for: ``tsp`` (symmetric distances), ``atsp`` or ``cvrp``.
    features
        Version of the features it was trained on, a key of `FEATURES`.
    ascent
        Iterations of the subgradient ascent its features come from.
    neighbors
        Edges of every node, fewer where there are fewer nodes.
    node_features, edge_features
        Numbers told of every node and of every edge.
    width
        Numbers that stand for a node or an edge between layers.
    layers
        Number of layers.
    symmetric
        Whether an edge and its reverse get the mean of their scores.
    heads
        What it predicts, of `HEADS`.
    """

    name: str
    problem: str
    features: str
    ascent: int
    neighbors: int
    node_features: int
    edge_features: int
    width: int
    layers: int
    symmetric: bool
    heads: tuple[str, ...]


def read_config(path: str | Path) -> ModelConfig:
    """Read a ``config.json``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    ModelConfig
        What it says, validated.

    Raises
    ------
    FormatError
        If it is no such file, or for features this version of cosolve does not make.
    OSError
        If it cannot be read.
    """
    root = parse(path, Path(path).read_bytes())
    root.only(("schema", *ModelConfig.__dataclass_fields__))
    schema = root.required("schema")
    if schema.whole() != _SCHEMA:
        raise schema.expected(f"{_SCHEMA}, the schema this version of cosolve reads")
    config = ModelConfig(
        name=root.required("name").text(),
        problem=root.required("problem").text(),
        features=root.required("features").text(),
        ascent=root.required("ascent").whole(0, 10_000),
        neighbors=root.required("neighbors").whole(2, 32),
        node_features=root.required("node_features").whole(1, 1024),
        edge_features=root.required("edge_features").whole(1, 1024),
        width=root.required("width").whole(1, 1024),
        layers=root.required("layers").whole(0, 64),
        symmetric=root.required("symmetric").flag(),
        heads=tuple(node.text() for node in root.required("heads").items()),
    )
    _check_config(root, config)
    return config


def _check_config(root: Node, config: ModelConfig) -> None:
    features = FEATURES.get(config.features)
    if features is None:
        raise root.error(
            f"the model is for features {config.features[:24]!r}, this version of cosolve makes "
            f"{', '.join(FEATURES)}; `pip install -U cosolve` brings the newest"
        )
    expected = {
        "problem": features.problem,
        "node_features": features.nodes,
        "edge_features": features.edges,
    }
    for key, value in expected.items():
        if getattr(config, key) != value:
            raise root.required(key).expected(f"{value!r}, as features {config.features} have it")
    heads = root.required("heads")
    if not config.heads or len(set(config.heads)) < len(config.heads):
        raise heads.expected("different heads, at least one")
    for head in config.heads:
        if head not in HEADS:
            raise heads.expected(f"heads of {', '.join(HEADS)}")
