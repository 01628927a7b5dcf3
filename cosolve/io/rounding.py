"""How Euclidean distances are rounded: a convention of data sets that files rarely state."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum, unique
from typing import overload

import numpy as np

from cosolve.problems import TSP, VRP, Metric


@unique
class Rounding(StrEnum):
    """Conventions of published best-known values."""

    NINT = "nint"
    """To the nearest integer: TSPLIB, and the integer sets of CVRPLIB."""
    TRUNC1 = "trunc1"
    """Cut to one decimal: the DIMACS challenge, for problems with time windows."""
    NONE = "none"
    """Not at all."""


_METRICS = {
    Rounding.NINT: Metric.EUC,
    Rounding.TRUNC1: Metric.TRUNC1,
    Rounding.NONE: Metric.EUCLIDEAN,
}


def rounded_metric(rounding: Rounding) -> Metric:
    """Euclidean metric of a convention."""
    return _METRICS[rounding]


def rounding_of(problem: TSP | VRP) -> Rounding | None:
    """Convention of the distances of a problem; None where they are not Euclidean."""
    return next((r for r, metric in _METRICS.items() if metric is problem.metric), None)


@overload
def with_rounding(problem: TSP, rounding: str) -> TSP: ...
@overload
def with_rounding(problem: VRP, rounding: str) -> VRP: ...
@overload
def with_rounding(problem: TSP | VRP, rounding: str) -> TSP | VRP: ...


def with_rounding(problem: TSP | VRP, rounding: str) -> TSP | VRP:
    """Return a problem whose distances are rounded in another way.

    Parameters
    ----------
    problem
        With Euclidean distances in any rounding, or a matrix that is rounded entry by entry.
    rounding
        ``"nint"``, ``"trunc1"`` or ``"none"``.

    Raises
    ------
    ValueError
        If the rounding is unknown, or the distances are neither Euclidean nor a matrix.
    """
    try:
        wanted = Rounding(rounding)
    except ValueError:
        known = ", ".join(Rounding)
        raise ValueError(f"unknown rounding {rounding!r}; expected one of: {known}") from None
    if problem.matrix is not None:
        if wanted is Rounding.NONE:
            return problem
        scale = 1.0 if wanted is Rounding.NINT else 10.0
        half = 0.5 if wanted is Rounding.NINT else 0.0
        return replace(problem, matrix=np.floor(scale * problem.matrix + half) / scale)
    if rounding_of(problem) is None:
        raise ValueError(
            f"rounding {wanted} is for Euclidean distances, those of {problem.name} are "
            f"{problem.metric}"
        )
    return replace(problem, metric=_METRICS[wanted])
