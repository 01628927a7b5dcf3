"""Routes on the map of their depots and clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.plot.colors import color_of
from cosolve.plot.maps import map_of, pieces, require_map
from cosolve.plot.picture import new_axes
from cosolve.problems import VRP

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from cosolve.core import Problem
    from cosolve.problems import Route, Routes

_SIZE_IN = 8.0
_MAX_VECTOR = 20_000  # legs beyond this make vector files too big to open
_MAX_MARKED = 2_000  # clients beyond this would hide the routes
_MAX_SHAPE = 2.5  # of a picture that is wider than high, or the other way round
_FAINT_FROM = 300  # clients from which on the legs to and from depots would hide the others


def plot_routes(
    problem: Problem[Any], routes: Routes | None = None, ax: Axes | None = None
) -> Axes:
    """Draw routes, each in a color of its own, their clients and the depots.

    Routes that go in the same direction from their depot have different colors. From 300 clients
    on, the legs to and from depots are thin and gray, so that the others can be seen; beyond 2000,
    clients on routes are not marked. Works for tens of thousands of clients: beyond 20 000 legs
    they are drawn as pixels, in vector files too.

    Parameters
    ----------
    problem
        A VRP with coordinates or a display of its own; of three coordinates, the first two are
        drawn. Those of metric GEO are drawn in degrees, longitude to the right.
    routes
        What to draw; None draws the clients and depots only.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on.

    Raises
    ------
    ValueError
        If the problem is no VRP or has no coordinates.
    BackendMissing
        If matplotlib is not installed.
    """
    if not isinstance(problem, VRP):
        raise ValueError(f"{problem.name} is no vehicle routing problem")
    require_map(problem)
    xy = map_of(problem)
    ax = _axes(xy) if ax is None else ax
    if routes is not None:
        _draw_routes(ax, problem, xy, routes)
    _draw_clients(ax, problem, xy, routes)
    depots = xy[: problem.depots]
    marks = ax.scatter(
        depots[:, 0], depots[:, 1], s=70, marker="s", color="black", edgecolors="white", zorder=5
    )
    marks.set_gid("depots")
    ax.set_aspect("equal", adjustable="datalim")
    ax.autoscale_view()
    ax.set_axis_off()
    ax.set_title(_title(problem, routes))
    return ax


def _axes(xy: npt.NDArray[np.float64]) -> Axes:
    """Make axes about as wide and high as the map is."""
    width, height = (float(x) for x in np.ptp(xy, axis=0))
    shape = width / height if width > 0 and height > 0 else 1.0
    shape = min(_MAX_SHAPE, max(1 / _MAX_SHAPE, shape))
    return new_axes(_SIZE_IN * min(1.0, shape), _SIZE_IN * min(1.0, 1 / shape))


def _draw_routes(ax: Axes, problem: VRP, xy: npt.NDArray[np.float64], routes: Routes) -> None:
    """Draw the legs between clients in color and those to and from depots."""
    from matplotlib.collections import LineCollection

    ordered = _around(problem, xy, routes)
    faint = problem.size >= _FAINT_FROM
    inner: list[npt.NDArray[np.float64]] = []
    colors: list[tuple[float, float, float]] = []
    outer: list[npt.NDArray[np.float64]] = []
    for number, route in enumerate(ordered):
        out, back = _depots(problem, route)
        visits = route.visits
        stops = visits if faint else np.concatenate([out, visits, back])
        if faint:
            outer.append(xy[np.concatenate([out, visits[:1]])])
            if back.size:
                outer.append(xy[np.concatenate([visits[-1:], back])])
        lines = pieces(xy[stops]) if stops.size > 1 else []
        inner += lines
        colors += [color_of(number)] * len(lines)
    legs = sum(len(route.visits) + 1 for route in ordered)
    width = min(1.6, max(0.25, 60 / legs**0.5)) if legs else 1.6
    for lines, color, share, gid in (
        (outer, "0.75", 0.4, "depot-legs"),
        (inner, colors, 1.0, "routes"),
    ):
        drawn = LineCollection(lines, colors=color, linewidths=share * width, zorder=2)
        drawn.set_gid(gid)
        drawn.set_rasterized(legs > _MAX_VECTOR)
        ax.add_collection(drawn)


def _depots(problem: VRP, route: Route) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Where a route begins and where it ends, which is nowhere if it is open."""
    vehicle = problem.vehicles[route.vehicle]
    back = [] if vehicle.back is None else [vehicle.back]
    return np.array([vehicle.start], np.int32), np.array(back, np.int32)


def _around(problem: VRP, xy: npt.NDArray[np.float64], routes: Routes) -> list[Route]:
    """Routes by depot and by the direction in which their middle lies."""

    def key(route: Route) -> tuple[int, float]:
        start = problem.vehicles[route.vehicle].start
        dx, dy = xy[route.visits].mean(axis=0) - xy[start]
        return start, float(np.arctan2(dy, dx))

    return sorted(routes.routes, key=key)


def _draw_clients(
    ax: Axes, problem: VRP, xy: npt.NDArray[np.float64], routes: Routes | None
) -> None:
    """Draw a dot for each client, and a circle for those left out."""
    visited = np.zeros(problem.locations, bool)
    for route in () if routes is None else routes.routes:
        visited[route.visits] = True
    clients = np.arange(problem.depots, problem.locations)
    size = min(14.0, max(0.3, 4_000 / problem.size))
    if routes is None or problem.size <= _MAX_MARKED:
        shown = xy[clients if routes is None else clients[visited[clients]]]
        dots = ax.scatter(shown[:, 0], shown[:, 1], s=size, color="black", linewidths=0, zorder=3)
        dots.set_gid("clients")
        dots.set_rasterized(problem.size > _MAX_VECTOR)
    left = xy[clients[~visited[clients]]] if routes is not None else xy[:0]
    if len(left):
        circles = ax.scatter(
            left[:, 0], left[:, 1], s=max(6.0, 2 * size), facecolors="white", edgecolors="0.4",
            linewidths=0.8, zorder=4,
        )  # fmt: skip
        circles.set_gid("left-out")


def _title(problem: VRP, routes: Routes | None) -> str:
    if routes is None:
        return f"{problem.name}: {problem.size} clients"
    cost = problem.cost(routes)
    count = len(routes.routes)
    text = f"{cost:.0f}" if problem.integral else f"{cost:.10g}"
    return f"{problem.name}: {text} with {count} route{'s' if count != 1 else ''}"
