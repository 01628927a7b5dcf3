"""Released sub-path networks: a folder of weights and what they are the weights of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load

from cosolve.core import FormatError
from cosolve.neural.subpath_graph import EDGE_FEATURES, NODE_FEATURES
from cosolve.neural.subpath_net import SubpathNet

SHIPPED = Path(__file__).parent / "weights"
"""Where the models are that come with cosolve; ``checksums.json`` has the sums of their files."""

FEATURES = "subpath-1"
WEIGHTS, CONFIG, CHECKSUMS = "weights.safetensors", "config.json", "checksums.json"


def find_subpath_model(spec: str) -> Path:
    """Find a model.

    Parameters
    ----------
    spec
        A folder, or the name of a model that comes with cosolve.

    Raises
    ------
    ValueError
        If there is none.
    """
    for folder in (Path(spec), SHIPPED / spec):
        if (folder / CONFIG).is_file():
            return folder
    names = ", ".join(sorted(p.parent.name for p in SHIPPED.glob(f"*/{CONFIG}"))) or "none"
    raise ValueError(
        f"there is no sub-path model {spec!r}: give a folder with {CONFIG} and {WEIGHTS}, as "
        f"`cosolve train subpath` writes it, or one of those that come with cosolve ({names})"
    )


def load_subpath_net(spec: str) -> SubpathNet:
    """Load a network, ready to be used.

    Parameters
    ----------
    spec
        See :func:`find_subpath_model`.

    Raises
    ------
    ValueError
        If there is no such model.
    FormatError
        If a file of it is not what it should be.
    """
    folder = find_subpath_model(spec)
    try:
        config = json.loads((folder / CONFIG).read_bytes())
        features = config["features"], config["node_features"], config["edge_features"]
        net = SubpathNet(int(config["width"]), int(config["layers"]))
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(folder / CONFIG, f"not the configuration of a model: {error}") from None
    if features != (FEATURES, NODE_FEATURES, EDGE_FEATURES):
        raise FormatError(
            folder / CONFIG,
            f"the model is for other features, {features[0]!r}: this version of cosolve makes "
            f"{FEATURES!r}",
        )
    net.load_state_dict(_weights(folder, net))
    return net.eval()


def _weights(folder: Path, net: SubpathNet) -> dict[str, torch.Tensor]:
    path = folder / WEIGHTS
    if not path.is_file():
        raise FormatError(path, "there are no weights; `cosolve train subpath` makes some")
    data = path.read_bytes()
    _check_sum(folder, data)
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise FormatError(path, f"not a safetensors file: {error}") from None
    wanted = {name: tensor.shape for name, tensor in net.state_dict().items()}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    if found != wanted:
        raise FormatError(path, f"its tensors are not those that {CONFIG} promises")
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise FormatError(path, f"{name} holds a number that is not finite")
    return tensors


def _check_sum(folder: Path, data: bytes) -> None:
    """Models that come with cosolve must be what was released."""
    if folder.parent.resolve() != SHIPPED.resolve():
        return
    expected = json.loads((SHIPPED / CHECKSUMS).read_bytes()).get(folder.name)
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise FormatError(
            folder / WEIGHTS,
            f"sha256 is {found}, not {expected} as released; "
            "`pip install --force-reinstall cosolve` brings it back",
        )
