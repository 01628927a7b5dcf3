"""What every picture needs: matplotlib, axes to draw on, and a file."""

from __future__ import annotations

import importlib.util
import io
from typing import TYPE_CHECKING

from cosolve.core import BackendMissing
from cosolve.io.atomic import atomic_write

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

_DPI = 150


def require_matplotlib() -> None:
    """Raise if matplotlib is not installed, without importing it.

    Raises
    ------
    BackendMissing
        With the line that installs it.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise BackendMissing("pictures need matplotlib: pip install 'cosolve[plot]'")


def new_axes(width_in: float, height_in: float) -> Axes:
    """Return the axes of a new figure that belongs to no window and no global state.

    Parameters
    ----------
    width_in, height_in
        Size in inches.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    axes: Axes = Figure(figsize=(width_in, height_in), layout="constrained").add_subplot()
    return axes


def save_picture(axes: Axes, path: Path) -> None:
    """Write the figure of some axes to a file, completely or not at all.

    The same figure gives the same bytes: dates and random identifiers are left out.

    Parameters
    ----------
    axes
        Any axes of the figure.
    path
        Where to; the suffix (``.svg``, ``.png``, ``.pdf``) names the format. ``.html`` is a web
        page to zoom and move in.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    import matplotlib as mpl

    figure = axes.get_figure(root=True)
    assert figure is not None
    suffix = path.suffix.lower().removeprefix(".")
    form = "svg" if suffix == "html" else suffix
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    data = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "cosolve"}):
        figure.savefig(data, format=form, dpi=_DPI, metadata=undated)
    picture = data.getvalue()
    if suffix == "html":
        from cosolve.plot.page import page

        picture = page(picture.decode(), path.stem).encode()
    atomic_write(path, picture)
