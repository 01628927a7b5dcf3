"""What a training measured, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosolve.plot.picture import new_axes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes


def plot_training(rows: Sequence[Mapping[str, float]], ax: Axes | None = None) -> Axes:
    """Draw what a training measured on held-out data, and what needs no training.

    Parameters
    ----------
    rows
        Measurements, oldest first, each with its ``step``; names that contain a slash are drawn,
        those of the first row alone as dashed lines.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on; every line is labeled with its name.

    Raises
    ------
    BackendMissing
        If matplotlib is not installed.
    """
    ax = new_axes(7.0, 4.5) if ax is None else ax
    names = [name for row in rows for name in row if "/" in name or name == "loss"]
    for name in dict.fromkeys(names):
        steps, values = zip(*((row["step"], row[name]) for row in rows if name in row), strict=True)
        if len(steps) == 1 and steps[0] == 0:
            ax.axhline(values[0], linestyle="--", linewidth=1, color="gray", label=name)
        else:
            ax.plot(steps, values, marker=".", label=name)
    ax.set_xlabel("step")
    ax.set_title("training")
    if names:
        ax.legend(fontsize="small")
    return ax
