"""Tables of mean gaps, and what the gaps are measured from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosolve.bench import Instance, Row, Task, answers, load_references, parse_axes, pivot
from cosolve.bench.best_known import BestKnown
from cosolve.core import FormatError


def row(guide: str | None, suite: str, source: str, gap: float | None, **more: Any) -> Row:
    known = {"preset": None, "params": {}, "time_limit": 2.0, "reference": "best known", "seed": 0}
    return {
        **known, "method": "mcts", "guide": guide, "suite": suite, "source": source,
        "gap_to_best": gap, **more,
    }  # fmt: skip


def test_cells_are_means_over_instances() -> None:
    """Every instance weighs the same, however many runs it has."""
    rows = [
        row("knn", "small", "a", 0.01),
        row("knn", "small", "a", 0.03),
        row("knn", "small", "b", 0.04),
        row(None, "small", "a", 0.001),
        row(None, "small", "b", 0.002),
        row("knn", "large", "c", 0.05, time_limit=3.0),
    ]
    table = pivot(rows, ("guide", "suite"))
    assert table.title == "Mean gap in % to best known"
    assert table.headers == ["guide", "small (2 s)", "large (3 s)"]
    assert table.body == [["knn", "3.0000", "5.0000"], ["(its own)", "0.1500", ""]]
    assert table.markdown().splitlines()[2:4] == [
        "| guide | small (2 s) | large (3 s) |",
        "| --- | ---: | ---: |",
    ]


def test_cells_say_what_they_leave_out() -> None:
    """A mean over fewer runs than were made is not the same mean."""
    rows = [
        row("knn", "s", "a", 0.01),
        row("knn", "s", "b", None, error="crash"),
        row("alpha", "s", "a", None),
    ]
    table = pivot(rows, ("guide", "suite"))
    assert [line[1] for line in table.body] == ["1.0000 (1 of 2 runs)", "-"]


def test_methods_are_told_apart_by_preset_and_parameters() -> None:
    """A guide is another axis; limits per node leave the header without a limit."""
    rows = [
        row("knn", "s", "a", 0.01),
        row("knn", "s", "a", 0.02, preset="published", time_limit=4.0),
        row("knn", "s", "a", 0.03, params={"alpha": 2}),
    ]
    table = pivot(rows, ("method", "suite"))
    assert table.headers == ["method", "s"]
    assert [line[0] for line in table.body] == ["mcts", "mcts:published", "mcts (alpha=2)"]


@pytest.mark.parametrize("text", ["guide", "guide:guide", "guide:color", ":suite", "a:b:c"])
def test_other_axes_are_errors(text: str) -> None:
    """The message lists the valid ones."""
    with pytest.raises(ValueError, match="guide, method, suite"):
        parse_axes(text)


INSTANCES = [
    Instance("a", "a.tsp", "aa", BestKnown(10.0, True)),
    Instance("b", "b.tsp", "bb", BestKnown(10.0, True)),
]


def test_a_former_benchmark_is_a_reference(tmp_path: Path) -> None:
    """The least valid cost of each instance counts, known by content; others lose their value."""
    path = tmp_path / "former.jsonl"
    rows = [
        {"key": "1", "digest": "aa", "cost": 9.0, "valid": True},
        {"key": "2", "digest": "aa", "cost": 8.0, "valid": True},
        {"key": "3", "digest": "aa", "cost": 1.0, "valid": False},
        {"key": "4", "digest": "bb", "error": "crash"},
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    first, second = load_references(path).apply(INSTANCES)
    assert first.best_known == BestKnown(8.0, False)
    assert first.best_known is not None
    assert first.best_known.reference == "former.jsonl"
    assert second.best_known is None


def test_a_former_benchmark_of_a_maximization_is_a_reference(tmp_path: Path) -> None:
    """There, the largest valid cost counts."""
    path = tmp_path / "former.jsonl"
    rows = [
        {"key": str(cost), "digest": "aa", "cost": cost, "valid": True, "maximize": True}
        for cost in (8.0, 9.0, 7.0)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert load_references(path).apply(INSTANCES)[0].best_known == BestKnown(9.0, False)


def test_a_list_of_values_is_a_reference(tmp_path: Path) -> None:
    """Numbers, or objects as in bks.json, by name of the instance."""
    path = tmp_path / "lkh.json"
    path.write_text('{"a": 9.5, "b": {"value": 9}, "c": {"value": "infeasible"}}')
    found = load_references(path).apply(INSTANCES)
    assert [i.best_known and i.best_known.value for i in found] == [9.5, 9.0]


def test_a_reference_for_nothing_is_an_error(tmp_path: Path) -> None:
    """As is a file that is no reference at all."""
    path = tmp_path / "lkh.json"
    path.write_text('{"z": 9.5}')
    with pytest.raises(ValueError, match="no value for any"):
        load_references(path).apply(INSTANCES)
    path.write_text("[1]")
    with pytest.raises(FormatError, match="one entry per instance"):
        load_references(path)


def test_kept_runs_are_compared_with_the_current_reference() -> None:
    """A row made before is shown with the gap to what is asked for now."""
    task = Task(Instance("a", "a.tsp", "aa", BestKnown(8.0, False, "lkh"), suite="s"), "lk")
    old = {**task.question(), "best_known": 10.0, "suite": "", "cost": 9.0, "valid": True}
    (found,) = answers([task], [{**old, "gap_to_best": -0.1, "at_best": True}])
    assert found["gap_to_best"] == pytest.approx(0.125)
    assert (found["at_best"], found["reference"], found["suite"]) == (False, "lkh", "s")
