"""Pictures of problems, solutions and runs; matplotlib is imported only when one is drawn."""

from cosolve.plot.convergence import plot_convergence
from cosolve.plot.picture import require_matplotlib, save_picture
from cosolve.plot.tour import plot_tour, require_drawable

__all__ = [
    "plot_convergence",
    "plot_tour",
    "require_drawable",
    "require_matplotlib",
    "save_picture",
]
