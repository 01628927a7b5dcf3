"""The programs that compare guides."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve.bench import run_bench
from cosolve.engine import LocalProcesses
from cosolve.guidance import EdgeGuidance, KnnGuide
from cosolve.problems import VRP, Routes

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def row(guide: str | None, instance: str, seed: int, cost: float | None, **more: Any) -> Any:
    """Return what a run leaves behind."""
    known = {
        "method": "lk", "params": {}, "suite": "uniform-9", "time_limit": 2.0, "clock": "cpu",
        "best_known": None, "time": "2026-01-01T00:00:00Z", "load": 1.0, "machine": "M",
    }  # fmt: skip
    return known | {"guide": guide, "instance": instance, "seed": seed, "cost": cost} | more


def test_guides_are_compared_run_by_run(program: Any) -> None:
    """Gaps are to the best of an instance, differences to the first guide on the same run."""
    rows = [
        row(None, "a", 0, 110.0), row("knn:5", "a", 0, 100.0),
        row(None, "b", 0, 204.0), row("knn:5", "b", 0, 202.0),
        row(None, "b", 1, 200.0), row("knn:5", "b", 1, None, error="crashed"),
    ]  # fmt: skip
    text = program("guides").render(rows)
    assert "## uniform-9, 2 s (cpu)" in text
    assert "| lk | none | 3 | 4.000 ± 3.055 |  |  |" in text
    assert "| lk | knn:5 | 2, 1 failed | 0.500 ± 0.500 | -5.500 ± 4.500 |  |" in text


def test_parameters_are_compared_run_by_run(program: Any) -> None:
    """With the method without them, under the same guide."""
    rows = [
        row("knn:5", "a", 0, 103.0, best_known=100.0),
        row("knn:5", "a", 0, 101.0, best_known=100.0, params={"depth": 5}),
    ]
    text = program("guides").render(rows)
    assert "| lk@depth=5 | knn:5 | 1 | 1.000 |  | -2.000 |" in text


def test_known_costs_are_what_gaps_are_to(program: Any) -> None:
    """Where an instance has one; and one run has no standard error."""
    text = program("guides").render([row(None, "a", 0, 110.0, best_known=100.0)])
    assert "| lk | none | 1 | 10.000 |  |  |" in text


def test_methods_come_with_parameters(program: Any) -> None:
    """After an @, joined by +; wrong ones are named."""
    guides = program("guides")
    name, params = guides._method("lk@depth=5+guided_kicks=true")
    assert (name, params) == ("lk", {"depth": "5", "guided_kicks": "true"})
    assert guides.label({"method": name, "params": params}) == "lk@depth=5+guided_kicks=true"
    with pytest.raises(ValueError, match="no parameter 'deep'"):
        guides._method("lk@deep=5")


def test_limits_can_be_seconds_of_the_processor(program: Any) -> None:
    """The run says so, has another key than one by the wall clock, and takes as long."""
    runs = program("guides_runs")
    instance = runs.generated("clustered", 60, 3)
    task = runs.CpuTask(instance, "mcts", guide="knn:5", time_limit_s=0.3, bound_share=0.0)
    wall = program("cosolve.bench").Task(
        instance, "mcts", guide="knn:5", time_limit_s=0.3, bound_share=0.0
    )
    assert task.key != wall.key
    found: list[Any] = []
    run_bench([task], LocalProcesses(1), found.append, run=runs.measured)
    assert found[0].get("error") is None
    assert (found[0]["clock"], found[0]["suite"], found[0]["key"]) == (
        "cpu",
        "clustered-60",
        task.key,
    )
    assert found[0]["limit"] == "TIME"
    assert 0.2 < found[0]["cpu"] < 0.8


def test_recall_counts_edges_between_clients(program: Any) -> None:
    """Either end may have the edge; the legs of depots do not count."""
    vrp = VRP(coords=np.array([[0, 0], [1, 0], [2, 0], [3, 0], [10, 0]]))
    routes = Routes([[1, 2, 3], [4]])
    contained = program("guide_recall").contained
    share, width = contained(vrp, KnnGuide(1)(vrp), routes)
    assert (share, width) == (1.0, 1.5)  # 1-2 and 2-1 or 2-3, 3-2, 4-3
    nothing = EdgeGuidance(np.zeros(6, int), np.zeros(0, int), np.zeros(0))
    assert contained(vrp, nothing, routes) == (0.0, 0.0)
