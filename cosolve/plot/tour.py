"""A tour on the map of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.plot.maps import map_of, pieces, require_map
from cosolve.plot.picture import new_axes
from cosolve.problems import TSP, Tour

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from cosolve.core import Problem

_SIZE_IN = 7.0
_MAX_MARKED = 2_000  # nodes beyond this would hide the tour
_MAX_VECTOR = 20_000  # legs beyond this make vector files too big to open


def plot_tour(problem: Problem[Any], tour: Tour | None = None, ax: Axes | None = None) -> Axes:
    """Draw a tour, its nodes if they are few, and the fixed edges.

    Works for a million nodes: beyond 20 000 the legs are drawn as pixels, in vector files too.

    Parameters
    ----------
    problem
        A TSP with coordinates or a display of its own; of three coordinates, the first two are
        drawn. Those of metric GEO are drawn in degrees, longitude to the right.
    tour
        What to draw; None draws the nodes only.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on.

    Raises
    ------
    ValueError
        If the problem is no TSP or has no coordinates.
    BackendMissing
        If matplotlib is not installed.
    """
    if not isinstance(problem, TSP):
        raise ValueError(f"{problem.name} is no TSP")
    require_map(problem)
    ax = new_axes(_SIZE_IN, _SIZE_IN) if ax is None else ax
    xy = map_of(problem)
    n = problem.size
    if tour is None or n <= _MAX_MARKED:
        size = min(12.0, max(0.2, 3_000 / n))
        nodes = ax.scatter(xy[:, 0], xy[:, 1], s=size, color="black", linewidths=0, zorder=3)
        nodes.set_gid("nodes")
        nodes.set_rasterized(n > _MAX_VECTOR)
    if tour is not None:
        order = tour.nodes if problem.path else np.append(tour.nodes, tour.nodes[:1])
        _draw_lines(ax, pieces(xy[order]), "tour", color="tab:blue")
    if problem.fixed_edges.size:
        _draw_lines(ax, list(xy[problem.fixed_edges]), "fixed", color="tab:red")
    ax.set_aspect("equal", adjustable="datalim")
    ax.autoscale_view()
    ax.set_axis_off()
    ax.set_title(_title(problem, tour))
    return ax


def _draw_lines(ax: Axes, lines: list[npt.NDArray[np.float64]], gid: str, *, color: str) -> None:
    from matplotlib.collections import LineCollection

    legs = sum(len(line) - 1 for line in lines)
    width = min(1.2, max(0.1, 60 / legs**0.5)) if legs else 1.2
    collection = LineCollection(lines, colors=color, linewidths=width, zorder=2)
    collection.set_gid(gid)
    collection.set_rasterized(legs > _MAX_VECTOR)
    ax.add_collection(collection)


def _title(problem: TSP, tour: Tour | None) -> str:
    if tour is None:
        return f"{problem.name}: {problem.size} nodes"
    cost = problem.cost(tour)
    return f"{problem.name}: {f'{cost:.0f}' if problem.integral else f'{cost:.10g}'}"
