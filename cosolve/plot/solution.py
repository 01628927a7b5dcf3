"""A solution of any problem that has a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cosolve.plot.maps import require_drawable
from cosolve.plot.routes import plot_routes
from cosolve.plot.tour import plot_tour
from cosolve.problems import VRP

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cosolve.core import Problem


def plot_solution(
    problem: Problem[Any], solution: Any | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a tour or routes, whichever the problem asks for.

    Parameters
    ----------
    problem
        A TSP or a VRP with coordinates or a display of its own.
    solution
        What to draw; None draws the problem only.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on.

    Raises
    ------
    ValueError
        If the problem cannot be drawn.
    BackendMissing
        If matplotlib is not installed.
    """
    draw = plot_routes if isinstance(require_drawable(problem), VRP) else plot_tour
    return draw(problem, solution, ax)
