"""Cost and bound of a run over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cosolve.plot.picture import new_axes

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from cosolve.core import Result, TracePoint


def plot_convergence(result: Result[Any], ax: Axes | None = None) -> Axes:
    """Draw how the cost fell and the bound rose.

    Parameters
    ----------
    result
        What ``solve`` returned.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on; its lines are labeled ``cost`` and, if there is one, ``bound``.

    Raises
    ------
    BackendMissing
        If matplotlib is not installed.
    """
    ax = new_axes(7.0, 4.5) if ax is None else ax
    for label, value_of, color in (
        ("cost", lambda p: p.cost, "tab:blue"),
        ("bound", lambda p: p.bound, "tab:orange"),
    ):
        _draw(ax, result, label, value_of, color)
    ax.set_xlabel("seconds")
    ax.set_ylabel("cost")
    ax.set_title(f"{result.solver}: {result.status}")
    if ax.get_lines():
        ax.legend()
    return ax


def _draw(
    ax: Axes,
    result: Result[Any],
    label: str,
    value_of: Callable[[TracePoint], float | None],
    color: str,
) -> None:
    steps = [(p.seconds, v) for p in result.trace if (v := value_of(p)) is not None]
    if not steps:
        return
    # The last value held until the end of the run.
    seconds, values = zip(*steps, (max(result.runtime, steps[-1][0]), steps[-1][1]), strict=True)
    ax.step(seconds, values, where="post", label=label, color=color)
