"""Schedules as bars on machines over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.plot.colors import color_of
from cosolve.plot.picture import new_axes
from cosolve.problems import Scheduling
from cosolve.problems.scheduling_critical import critical_path, on_machines, setups_between

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from cosolve.core import Problem
    from cosolve.problems import Schedule

_WIDTH_IN = 11.0
_LINE_IN = 0.32  # height of a machine
_HEIGHT_IN = (2.0, 12.0)
_BAR = 0.4  # half the height of a bar, in machines
_MAX_LABELED = 150  # bars beyond this are too narrow for the number of their job
_LABELED_SHARE = 0.006  # of the width of the picture that a bar needs for it, for each digit
_MAX_EDGED = 1_500  # bars beyond this would be all edge
_MAX_VECTOR = 50_000  # bars beyond this make vector files too big to open
_MAX_TICKS = 40


def plot_schedule(
    problem: Problem[Any], schedule: Schedule | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a schedule: machines from top to bottom, time to the right, a color for each job.

    A critical path has black frames. Gray is when machines are down or not yet available, hatched
    is setup. Up to 150 operations have the number of their job, where there is room for it. Tens of
    thousands of operations stay sharp in vector files, however far one zooms; beyond 50 000 they
    are drawn as pixels.

    Parameters
    ----------
    problem
        A scheduling problem.
    schedule
        What to draw; None draws when machines are down only.
    ax
        Axes to draw on; None makes a new figure.

    Returns
    -------
    Axes
        What was drawn on.

    Raises
    ------
    ValueError
        If the problem is no scheduling problem.
    BackendMissing
        If matplotlib is not installed.
    """
    if not isinstance(problem, Scheduling):
        raise ValueError(f"{problem.name} is no scheduling problem")
    if ax is None:
        low, high = _HEIGHT_IN
        ax = new_axes(_WIDTH_IN, min(high, max(low, 1.0 + _LINE_IN * problem.machines)))
    end = _end(problem, schedule)
    _draw_closed(ax, problem, end)
    if schedule is not None and len(schedule):
        _draw_setups(ax, problem, schedule)
        _draw_operations(ax, problem, schedule)
        _draw_path(ax, problem, schedule)
    ax.set_xlim(0, max(1, end))
    ax.set_ylim(problem.machines - 0.5, -0.5)
    step = -(-problem.machines // _MAX_TICKS)
    ax.set_yticks(range(0, problem.machines, max(1, step)))
    ax.set_xlabel("time")
    ax.set_ylabel("machine")
    ax.set_title(_title(problem, schedule))
    return ax


def _end(problem: Scheduling, schedule: Schedule | None) -> int:
    if schedule is not None:
        return int(problem.ends(schedule).max(initial=0))
    return int(problem.downtime[:, 2].max(initial=problem.available.max(initial=0)))


def _boxes(
    begin: npt.ArrayLike, end: npt.ArrayLike, machine: npt.ArrayLike, half: float = _BAR
) -> npt.NDArray[np.float64]:
    """Corners of bars, shape (k, 4, 2)."""
    left, right, middle = (np.asarray(v, np.float64) for v in (begin, end, machine))
    x = np.stack([left, right, right, left], axis=-1)
    y = np.stack([middle - half, middle - half, middle + half, middle + half], axis=-1)
    return np.stack([x, y], axis=-1)


def _add(ax: Axes, boxes: npt.NDArray[np.float64], gid: str, **style: Any) -> None:
    from matplotlib.collections import PolyCollection

    bars = PolyCollection(list(boxes), **style)
    bars.set_gid(gid)
    bars.set_rasterized(len(boxes) > _MAX_VECTOR)
    ax.add_collection(bars, autolim=False)


def _draw_closed(ax: Axes, problem: Scheduling, end: int) -> None:
    """Shade when machines are down or not yet available."""
    late = np.flatnonzero(problem.available)
    down = problem.downtime[problem.downtime[:, 1] < max(1, end)]
    boxes = [
        _boxes(np.zeros(late.size), problem.available[late], late, 0.5),
        _boxes(down[:, 1], down[:, 2], down[:, 0], 0.5),
    ]
    _add(ax, np.concatenate(boxes), "closed", facecolors="0.82", linewidths=0, zorder=1)


def _draw_setups(ax: Axes, problem: Scheduling, schedule: Schedule) -> None:
    a, b = on_machines(schedule, problem.ends(schedule))
    machine = schedule.machine[b].astype(np.int64)
    needed = setups_between(problem, machine, a, b)
    some = needed > 0
    begin = schedule.start[b][some]
    boxes = _boxes(begin - needed[some], begin, machine[some], _BAR / 2)
    _add(
        ax, boxes, "setups", facecolors="white", edgecolors="0.4", hatch="////", linewidths=0.4,
        zorder=2,
    )  # fmt: skip


def _draw_operations(ax: Axes, problem: Scheduling, schedule: Schedule) -> None:
    ends = problem.ends(schedule)
    colors = np.array([color_of(job) for job in range(problem.job_count)])[problem.jobs]
    boxes = _boxes(schedule.start, ends, schedule.machine)
    edged = len(schedule) <= _MAX_EDGED
    _add(
        ax, boxes, "operations", facecolors=colors, edgecolors="white" if edged else "none",
        linewidths=0.4 if edged else 0, zorder=3,
    )  # fmt: skip
    if len(schedule) > _MAX_LABELED:
        return
    for job, begin, end, machine in zip(
        problem.jobs.tolist(), schedule.start.tolist(), ends.tolist(), schedule.machine.tolist(),
        strict=True,
    ):  # fmt: skip
        if end - begin > _LABELED_SHARE * len(str(job)) * ends.max():
            ax.text(
                (begin + end) / 2, machine, str(job), ha="center", va="center", fontsize=7,
                color="white", clip_on=True, zorder=5,
            )  # fmt: skip


def _draw_path(ax: Axes, problem: Scheduling, schedule: Schedule) -> None:
    """Frame the operations of a critical path."""
    path = critical_path(problem, schedule)
    ends = problem.ends(schedule)
    boxes = _boxes(schedule.start[path], ends[path], schedule.machine[path])
    width = 1.4 if len(schedule) <= _MAX_EDGED else 0.6
    _add(
        ax, boxes, "critical-path", facecolors="none", edgecolors="black", linewidths=width,
        zorder=4,
    )  # fmt: skip


def _title(problem: Scheduling, schedule: Schedule | None) -> str:
    if schedule is None:
        return f"{problem.name}: {problem.operations} operations"
    cost = problem.cost(schedule)
    text = f"{cost:.0f}" if problem.integral else f"{cost:.10g}"
    return f"{problem.name}: {problem.objective} {text}"
