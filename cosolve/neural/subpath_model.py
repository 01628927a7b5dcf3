"""Sub-path networks out of models."""

from __future__ import annotations

import torch

from cosolve.core import FormatError
from cosolve.guidance.model_config import read_config
from cosolve.guidance.models import CONFIG, WEIGHTS, check_files, find_model
from cosolve.guidance.safetensors import read_safetensors
from cosolve.neural.subpath_net import SubpathNet

FEATURES = "subpath-1"
PROBLEM = "path"


def load_subpath_net(spec: str) -> SubpathNet:
    """Load a network, ready to be used.

    Parameters
    ----------
    spec
        A folder, or the name of a model, see `cosolve.guidance.find_model`.

    Raises
    ------
    ValueError
        If there is no such model, or it is for something else.
    FormatError
        If a file of it is not what it should be.
    """
    folder = find_model(spec)
    check_files(folder)
    config = read_config(folder.path / CONFIG)
    if config.problem != PROBLEM:
        raise ValueError(
            f"model {config.name!r} is for problems of kind {config.problem!r}, not for sub-paths; "
            "`cosolve train subpath` makes one"
        )
    net = SubpathNet(config.width, config.layers)
    path = folder.path / WEIGHTS
    tensors = {
        name: torch.from_numpy(array.copy()) for name, array in read_safetensors(path).items()
    }
    wanted = {name: tensor.shape for name, tensor in net.state_dict().items()}
    if {name: tensor.shape for name, tensor in tensors.items()} != wanted:
        raise FormatError(path, f"its tensors are not those that {CONFIG} promises")
    net.load_state_dict(tensors)
    return net.eval()
