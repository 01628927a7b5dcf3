"""Trained networks: where they are, whether they are what was released, and loading them.

A model is a folder of ``weights.safetensors``, ``config.json`` and ``MODEL_CARD.md``. Those that
come with cosolve are in ``cosolve/models``, named for the problem they are for (``tsp``), and
``cosolve/models/registry.json`` holds the checksums of their files; the default model of a problem
is the one of its name.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cosolve import _kernels
from cosolve.core import FormatError
from cosolve.guidance.base import guide_is_late
from cosolve.guidance.model_config import ModelConfig, read_config
from cosolve.guidance.safetensors import read_safetensors
from cosolve.io.json_text import parse

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float32]
    IntArray = npt.NDArray[np.int32]

WEIGHTS, CONFIG, CARD = "weights.safetensors", "config.json", "MODEL_CARD.md"
"""Files of a model."""

MODEL_DIR = "COSOLVE_MODEL_DIR"
"""Environment variable that names a folder of further models."""

SHIPPED = Path(__file__).resolve().parent.parent / "models"
"""Folder of the models that come with cosolve."""

_REGISTRY = "registry.json"
_LIST = "`cosolve models list` shows what there is"
_INSTALL = "`pip install --force-reinstall cosolve` brings it back"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that is meant to hold a model.

    Parameters
    ----------
    path
        The folder.
    shipped
        Whether it came with cosolve, so that its files must have the registered checksums.
    """

    path: Path
    shipped: bool = False

    @property
    def name(self) -> str:
        """Name of the folder, under which the model is found."""
        return self.path.name


def list_models() -> list[ModelFolder]:
    """Models that can be used by name: those of cosolve, then those in ``$COSOLVE_MODEL_DIR``.

    Returns
    -------
    list of ModelFolder
        Folders that have a ``config.json``; what comes later under the same name is left out.

    Raises
    ------
    ValueError
        If ``$COSOLVE_MODEL_DIR`` is set but is no folder.
    """
    found: dict[str, ModelFolder] = {}
    for place, shipped in _places():
        for path in sorted(place.iterdir()):
            if (path / CONFIG).is_file():
                found.setdefault(path.name, ModelFolder(path, shipped))
    return list(found.values())


def _places() -> list[tuple[Path, bool]]:
    places = [(SHIPPED, True)] if SHIPPED.is_dir() else []
    further = os.environ.get(MODEL_DIR)
    if further:
        if not Path(further).is_dir():
            raise ValueError(f"{MODEL_DIR} is set to {further!r}, which is no folder")
        places.append((Path(further), False))
    return places


def find_model(spec: str | Path) -> ModelFolder:
    """Find a model.

    Parameters
    ----------
    spec
        A folder, or the name of a model that comes with cosolve or is in ``$COSOLVE_MODEL_DIR``;
        searched in this order.

    Returns
    -------
    ModelFolder
        Where it is.

    Raises
    ------
    ValueError
        If there is none; the message lists the names there are.
    """
    path = Path(spec)
    if (path / CONFIG).is_file():
        return ModelFolder(path, path.resolve().parent == SHIPPED)
    if len(path.parts) > 1:
        raise ValueError(f"{path} is no model: there is no {CONFIG} in it; {_LIST}")
    known = {folder.name: folder for folder in list_models()}
    if str(spec) not in known:
        names = ", ".join(known) or "none"
        raise ValueError(f"there is no model {str(spec)!r} (installed: {names}); {_LIST}")
    return known[str(spec)]


def sha256_of(path: str | Path) -> str:
    """Checksum of a file, as the registry has it: SHA-256 in hexadecimal digits.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def check_files(folder: ModelFolder) -> None:
    """Make sure that the files of a model are there and, if it was shipped, as released.

    Raises
    ------
    FormatError
        If one is missing or has another checksum than the registry says.
    """
    for name in (CONFIG, WEIGHTS):
        if not (folder.path / name).is_file():
            hint = _INSTALL if folder.shipped else _LIST
            raise FormatError(folder.path / name, f"this file of the model is missing; {hint}")
    if not folder.shipped:
        return
    registry = SHIPPED / _REGISTRY
    entry = parse(registry, registry.read_bytes()).required("models").get(folder.name)
    if entry is None:
        raise FormatError(registry, f"there is no model {folder.name!r} in it; {_INSTALL}")
    for name in (CONFIG, WEIGHTS):
        expected, found = entry.required(name).text(), sha256_of(folder.path / name)
        if found != expected:
            raise FormatError(
                folder.path / name,
                f"changed or damaged: sha256 is {found}, expected {expected}; {_INSTALL}",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained network, ready to run.

    Parameters
    ----------
    config
        What it consists of and expects.
    network
        The kernel.
    parameters
        Number of its weights.
    """

    config: ModelConfig
    network: _kernels.EdgeNetwork
    parameters: int

    def require(self, problem: str) -> None:
        """Raise ``ValueError`` unless the model is for problems of this kind."""
        if self.config.problem != problem:
            raise ValueError(
                f"model {self.config.name!r} is for problems of kind {self.config.problem!r}, "
                f"this one is of kind {problem!r}; {_LIST}"
            )

    def run(
        self,
        neighbors: IntArray,
        node_features: FloatArray,
        edge_features: FloatArray,
        threads: int = 1,
    ) -> dict[str, FloatArray]:
        """Predict.

        Parameters
        ----------
        neighbors
            Neighbors of every node, int32, shape (n, k).
        node_features
            Float32, shape (n, node_features).
        edge_features
            Float32, shape (n, k, edge_features).
        threads
            Threads to use; the result does not depend on it.

        Returns
        -------
        dict
            By head: ``edge``, the log-odds that an edge is in a good solution, and ``together``,
            that its ends belong together, shape (n, k); ``penalty``, of nodes, shape (n,), see
            `cosolve.guidance.penalties.predicted_multipliers`.

        Raises
        ------
        ValueError
            If shapes do not fit, or numbers are not finite.
        Stopped
            See `cosolve.guidance.base.guidance_within`.
        """
        return self.network.run(
            neighbors, node_features, edge_features, threads=threads, stop=guide_is_late
        )


def load_model(spec: str | Path) -> Model:
    """Find, check and load a model; one that was loaded before and has not changed is kept.

    Parameters
    ----------
    spec
        See `find_model`.

    Returns
    -------
    Model
        Ready to run.

    Raises
    ------
    ValueError
        If there is no such model.
    FormatError
        If a file is missing, was changed, or does not hold what it should.
    OSError
        If a file cannot be read.
    """
    folder = find_model(spec)
    check_files(folder)
    stamps = ((folder.path / name).stat() for name in (CONFIG, WEIGHTS))
    return _load(folder.path.resolve(), tuple((s.st_mtime_ns, s.st_size) for s in stamps))


@lru_cache(maxsize=8)
def _load(path: Path, _stamps: tuple[tuple[int, int], ...]) -> Model:
    config = read_config(path / CONFIG)
    if config.problem == "path":
        raise ValueError(f"model {config.name!r} is for the method subpath: it guides nothing")
    tensors = read_safetensors(path / WEIGHTS)
    try:
        network = _kernels.EdgeNetwork(tensors, config.layers, config.symmetric)
    except ValueError as error:
        raise FormatError(path / WEIGHTS, str(error)) from None
    for key in ("width", "node_features", "edge_features"):
        found, expected = getattr(network, key), getattr(config, key)
        if found != expected:
            raise FormatError(path / WEIGHTS, f"{key} is {found}, {CONFIG} says {expected}")
    if set(network.heads) != set(config.heads):
        raise FormatError(
            path / WEIGHTS,
            f"has the heads {', '.join(network.heads)}, {CONFIG} says {', '.join(config.heads)}",
        )
    return Model(config, network, sum(tensor.size for tensor in tensors.values()))
