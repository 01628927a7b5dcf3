"""Guides: priors over the decisions of a problem, as plain NumPy arrays."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cosolve.guidance.alpha import AlphaGuide
from cosolve.guidance.base import EdgeGuidance, EdgeGuide, guidance_within
from cosolve.guidance.file import FileGuide, load_guidance, save_guidance
from cosolve.guidance.gnn import GnnGuide
from cosolve.guidance.gt_prior import GtPriorGuide
from cosolve.guidance.knn import KnnGuide
from cosolve.guidance.model_config import ModelConfig
from cosolve.guidance.models import Model, find_model, list_models, load_model
from cosolve.guidance.quadrant import QuadrantGuide
from cosolve.guidance.savings import SavingsGuide
from cosolve.problems import TSP, VRP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "GUIDES",
    "KINDS",
    "AlphaGuide",
    "EdgeGuidance",
    "EdgeGuide",
    "FileGuide",
    "GnnGuide",
    "GtPriorGuide",
    "KnnGuide",
    "Model",
    "ModelConfig",
    "QuadrantGuide",
    "SavingsGuide",
    "find_model",
    "guidance_within",
    "list_models",
    "load_guidance",
    "load_model",
    "make_guide",
    "save_guidance",
]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"expected a positive integer after the colon, got {text!r}")
    return int(text)


def _knn(argument: str | None) -> EdgeGuide:
    return KnnGuide() if argument is None else KnnGuide(_count(argument))


def _quadrant(argument: str | None) -> EdgeGuide:
    return QuadrantGuide() if argument is None else QuadrantGuide(_count(argument))


def _savings(argument: str | None) -> EdgeGuide:
    return SavingsGuide() if argument is None else SavingsGuide(_count(argument))


def _alpha(argument: str | None) -> EdgeGuide:
    return AlphaGuide() if argument is None else AlphaGuide(_count(argument))


def _gt_prior(argument: str | None) -> EdgeGuide:
    return GtPriorGuide() if argument is None else GtPriorGuide(_count(argument))


def _gnn(argument: str | None) -> EdgeGuide:
    if argument == "":
        raise ValueError("expected a model after the colon; see `cosolve models list`")
    return GnnGuide(argument)


def _file(argument: str | None) -> EdgeGuide:
    if not argument:
        raise ValueError("expected the path of an .npz file after the colon")
    return FileGuide(argument)


GUIDES: Mapping[str, tuple[str, Callable[[str | None], EdgeGuide]]] = MappingProxyType(
    {
        "knn": ("knn[:K]", _knn),
        "quadrant": ("quadrant[:K]", _quadrant),
        "savings": ("savings[:K]", _savings),
        "alpha": ("alpha[:K]", _alpha),
        "gt-prior": ("gt-prior[:K]", _gt_prior),
        "gnn": ("gnn[:MODEL]", _gnn),
        "file": ("file:PATH", _file),
    }
)
"""Guides by name: how to write each one, and what makes it of the text after the colon."""

KINDS = (TSP.kind, VRP.kind)
"""Kinds of problems that named guides are for; some of them are for one of these only."""


def make_guide(spec: str) -> EdgeGuide:
    """Make a guide from its name.

    Parameters
    ----------
    spec
        ``knn[:K]``, the K nearest nodes; ``quadrant[:K]``, the K nearest in each quadrant and five
        overall; ``savings[:K]``, the K clients best by distance and savings, for vehicle routing;
        ``alpha[:K]``, the K edges nearest to a minimum 1-tree; ``gt-prior[:K]``, the K nearest,
        weighted by how often optimal tours go to a neighbor of that rank; ``gnn[:MODEL]``, the
        edges a trained network finds probable; or ``file:PATH``, from an ``.npz`` file.

    Returns
    -------
    EdgeGuide
        The guide.

    Raises
    ------
    ValueError
        If there is no such guide or its argument is malformed; the message lists the valid ones.

    Examples
    --------
    >>> make_guide("knn:8")
    KnnGuide(k=8)
    """
    name, colon, argument = spec.partition(":")
    if name not in GUIDES:
        valid = ", ".join(usage for usage, _ in GUIDES.values())
        raise ValueError(f"unknown guide {spec!r}; valid are {valid}")
    usage, make = GUIDES[name]
    try:
        return make(argument if colon else None)
    except ValueError as error:
        raise ValueError(f"guide {spec!r}, to be written {usage}: {error}") from None
