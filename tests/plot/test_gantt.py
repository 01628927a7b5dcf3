"""Pictures of schedules."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cosolve import TSP, Schedule, Scheduling
from cosolve.plot import plot_schedule, plot_solution, plot_tour, require_drawable, save_picture
from cosolve.problems.random_scheduling import random_fjsp
from cosolve.testing import scheduling_samples
from cosolve.testing.solutions import one_by_one

matplotlib = pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
SAMPLES = {problem.name: problem for problem in scheduling_samples()}
# Job 0: machine 0 or 1, then 1; job 1: machine 1 or 0.
PROBLEM = Scheduling.from_jobs([[{0: 3, 1: 2}, {1: 2}], [{1: 2, 0: 5}]], name="three")
PLAN = Schedule([0, 1, 1], [0, 3, 0])


def bars(axes: matplotlib.axes.Axes, gid: str) -> list[tuple[float, float, float]]:
    """Return begin, end and machine of each bar of a collection."""
    (collection,) = (c for c in axes.collections if c.get_gid() == gid)
    found = []
    for path in collection.get_paths():
        x, y = path.vertices[:4].T
        found.append((float(x.min()), float(x.max()), float((y.min() + y.max()) / 2)))
    return found


def test_bars_are_where_and_when_operations_are_done() -> None:
    """Begin, end and machine; a color for each job, which has its number on it."""
    axes = plot_schedule(PROBLEM, PLAN)
    assert bars(axes, "operations") == [(0, 3, 0), (3, 5, 1), (0, 2, 1)]
    (collection,) = (c for c in axes.collections if c.get_gid() == "operations")
    colors = collection.get_facecolors()
    assert np.array_equal(colors[0], colors[1])
    assert not np.array_equal(colors[0], colors[2])
    assert [text.get_text() for text in axes.texts] == ["0", "0", "1"]
    assert axes.get_xlim() == (0, 5)
    # The first machine is on top.
    assert axes.get_ylim() == (1.5, -0.5)


def test_critical_path_is_framed() -> None:
    """The operations that explain the makespan, and no others."""
    assert bars(plot_schedule(PROBLEM, PLAN), "critical-path") == [(0, 3, 0), (3, 5, 1)]


def test_closed_machines_and_setups_are_shown() -> None:
    """Before they are available, while they are down, and while they are set up."""
    problem = dataclasses.replace(
        PROBLEM, available=[0, 4], downtime=[[0, 2, 3], [0, 900, 999]], families=[0, 0, 1],
        setups=[[0, 0], [4, 0]],
    )  # fmt: skip
    schedule = Schedule([0, 1, 1], [3, 10, 4])
    axes = plot_schedule(problem, schedule)
    # Downtime behind the end is left out.
    assert bars(axes, "closed") == [(0, 4, 1), (2, 3, 0)]
    assert bars(axes, "setups") == [(6, 10, 1)]
    assert bars(plot_schedule(problem), "closed")[-1] == (900, 999, 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_drawn(name: str, tmp_path: Path) -> None:
    """With and without a schedule; the parts have names in the file."""
    problem = SAMPLES[name]
    save_picture(plot_solution(problem), tmp_path / "empty.svg")
    schedule = one_by_one(problem)
    save_picture(plot_solution(problem, schedule), tmp_path / "x.svg")
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    groups = {g.get("id") for g in root.iter(f"{SVG}g")}
    if problem.operations:
        assert {"operations", "critical-path"} <= groups


def test_title_has_objective_and_cost() -> None:
    """Without decimals if integral; without a schedule, the number of operations."""
    assert plot_schedule(PROBLEM, PLAN).get_title() == "three: makespan 5"
    weighted = dataclasses.replace(PROBLEM, objective="flow-time", weights=[1, 0.25])
    assert plot_schedule(weighted, PLAN).get_title() == "three: flow-time 5.5"
    assert plot_schedule(PROBLEM).get_title() == "three: 3 operations"


@pytest.mark.parametrize(("operations", "pixels"), [(10_000, False), (60_000, True)])
def test_large_schedules_have_no_text_and_stay_small(operations: int, pixels: bool) -> None:
    """Tens of thousands of bars are drawn as one collection, more than that as pixels."""
    problem = random_fjsp(100, 50, operations // 100)
    began = time.process_time()
    axes = plot_schedule(problem, one_by_one(problem))
    assert time.process_time() - began < 10
    assert len(axes.texts) == 0
    (collection,) = (c for c in axes.collections if c.get_gid() == "operations")
    assert bool(collection.get_rasterized()) == pixels
    assert len(axes.get_yticks()) <= 40


def test_each_picture_is_for_its_kind_of_problem() -> None:
    """Schedules, tours and routes are not mixed up; plot_solution tells them apart."""
    tsp = TSP(coords=np.eye(2), name="pair")
    with pytest.raises(ValueError, match="pair is no scheduling problem"):
        plot_schedule(tsp)
    with pytest.raises(ValueError, match="three is no TSP"):
        plot_tour(PROBLEM)
    assert require_drawable(PROBLEM) is PROBLEM
    assert plot_solution(PROBLEM, PLAN).get_title() == "three: makespan 5"
