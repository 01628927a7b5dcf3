"""A solution of any problem that can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cosolve.plot.gantt import plot_schedule
from cosolve.plot.maps import require_map
from cosolve.plot.routes import plot_routes
from cosolve.plot.tour import plot_tour
from cosolve.problems import VRP, Scheduling

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cosolve.core import Problem


def require_drawable(problem: Problem[Any]) -> Problem[Any]:
    """Return the problem if its solutions can be drawn.

    Parameters
    ----------
    problem
        Any problem.

    Raises
    ------
    ValueError
        If it is of an unknown kind, or has no map to draw on but needs one.
    """
    return problem if isinstance(problem, Scheduling) else require_map(problem)


def plot_solution(
    problem: Problem[Any], solution: Any | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a tour, routes or a schedule, whichever the problem asks for.

    Parameters
    ----------
    problem
        A scheduling problem, or a TSP or a VRP with coordinates or a display of its own.
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
    if isinstance(require_drawable(problem), Scheduling):
        return plot_schedule(problem, solution, ax)
    draw = plot_routes if isinstance(problem, VRP) else plot_tour
    return draw(problem, solution, ax)
