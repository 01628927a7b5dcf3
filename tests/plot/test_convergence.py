"""Pictures of runs."""

from __future__ import annotations

from typing import Any

import pytest

from cosolve import Limit, Result, Status, TracePoint
from cosolve.plot import plot_convergence

pytest.importorskip("matplotlib")


def result(*trace: TracePoint) -> Result[Any]:
    """Make a result with a trace."""
    return Result(None, None, None, Status.FEASIBLE, Limit.TIME, trace, "lk", 0, 1, 5.0, 10)


def test_cost_and_bound_are_steps_to_the_end() -> None:
    """Each line holds its values where they were reached, the last one until the end."""
    trace = (
        TracePoint(0.5, 20.0, None),
        TracePoint(1.0, 15.0, 8.0),
        TracePoint(2.0, 15.0, 10.0),
    )
    lines = {line.get_label(): line for line in plot_convergence(result(*trace)).get_lines()}
    assert lines["cost"].get_xydata().tolist() == [[0.5, 20], [1, 15], [2, 15], [5, 15]]
    assert lines["bound"].get_xydata().tolist() == [[1, 8], [2, 10], [5, 10]]
    assert {line.get_drawstyle() for line in lines.values()} == {"steps-post"}


def test_no_bound_no_line() -> None:
    """Without a bound there is the cost alone."""
    axes = plot_convergence(result(TracePoint(0.5, 20.0, None)))
    assert [line.get_label() for line in axes.get_lines()] == ["cost"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["cost"]


def test_empty_run() -> None:
    """A run that found nothing gives empty axes with their labels."""
    axes = plot_convergence(result())
    assert axes.get_lines()[:] == []
    assert (axes.get_xlabel(), axes.get_title()) == ("seconds", "lk: FEASIBLE")
