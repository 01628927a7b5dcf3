"""Pictures of problems, solutions and runs; matplotlib is imported only when one is drawn."""

from cosolve.plot.convergence import plot_convergence
from cosolve.plot.gantt import plot_schedule
from cosolve.plot.picture import require_matplotlib, save_picture
from cosolve.plot.routes import plot_routes
from cosolve.plot.solution import plot_solution, require_drawable
from cosolve.plot.tour import plot_tour
from cosolve.plot.training import plot_training

__all__ = [
    "plot_convergence",
    "plot_routes",
    "plot_schedule",
    "plot_solution",
    "plot_tour",
    "plot_training",
    "require_drawable",
    "require_matplotlib",
    "save_picture",
]
