"""Where to draw the nodes and locations of a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.problems import TSP, VRP, Metric

if TYPE_CHECKING:
    import numpy.typing as npt

    from cosolve.core import Problem

_LEGS_PER_LINE = 1_000  # longer lines overflow the rasterizer's cells


def require_map(problem: Problem[Any]) -> TSP | VRP:
    """Return the problem if it has a map to draw on.

    Parameters
    ----------
    problem
        Any problem.

    Raises
    ------
    ValueError
        If the problem is of another kind than TSP and VRP, or given by a matrix alone.
    """
    if isinstance(problem, TSP | VRP) and not (problem.coords is None and problem.display is None):
        return problem
    raise ValueError(f"{problem.name} has no coordinates and cannot be drawn")


def map_of(problem: TSP | VRP) -> npt.NDArray[np.float64]:
    """Return where to draw the nodes or locations of a drawable problem, shape (n, 2).

    Parameters
    ----------
    problem
        A problem with coordinates or a display of its own, which comes first. Coordinates of
        metric GEO become degrees, longitude to the right; of three, the first two count.
    """
    if problem.display is not None:
        return problem.display
    assert problem.coords is not None
    if problem.metric is not Metric.GEO:
        return problem.coords[:, :2]
    # DDD.MM with the latitude first.
    degrees = np.trunc(problem.coords)
    decimal: npt.NDArray[np.float64] = degrees + (problem.coords - degrees) / 0.6
    return decimal[:, ::-1]


def pieces(line: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """Cut a line into pieces that can be drawn as pixels; each begins where the last one ends.

    Parameters
    ----------
    line
        Points, shape (k, 2).
    """
    starts = range(0, max(1, len(line) - 1), _LEGS_PER_LINE)
    return [line[i : i + _LEGS_PER_LINE + 1] for i in starts]
