"""One run: its key and its row."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from cosolve.bench import Instance, Task, execute, find_suite, make_tasks
from cosolve.bench.best_known import BestKnown
from cosolve.bench.task import compare

INSTANCE = Instance("square", "uniform:4:0", "abc", BestKnown(1.0, True))
TASK = Task(INSTANCE, "puppet", {"deed": "solve", "seconds": "0"}, None, 3, 1, 2.0)


@pytest.mark.parametrize(
    "change",
    [
        {
            "instance": dataclasses.replace(
                INSTANCE, name="renamed", source="moved", best_known=None
            )
        },
        {"params": {"seconds": "0", "deed": "solve"}},
        {"time_limit_s": 2},
    ],
)
def test_keys_ignore_what_does_not_change_the_run(change: dict[str, object]) -> None:
    """A moved file, the order of parameters and the type of a number do not matter."""
    assert dataclasses.replace(TASK, **change).key == TASK.key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"instance": dataclasses.replace(INSTANCE, digest="abd")},
        {"method": "lk"},
        {"params": {"deed": "raise", "seconds": "0"}},
        {"params": {}},
        {"guide": "knn"},
        {"seed": 4},
        {"threads": 2},
        {"time_limit_s": 2.5},
        {"bound_share": 0.0},
    ],
)
def test_keys_tell_runs_apart(change: dict[str, object]) -> None:
    """Everything that is asked for is part of the key."""
    assert dataclasses.replace(TASK, **change).key != TASK.key  # type: ignore[arg-type]


def test_tasks_are_all_combinations() -> None:
    """Every instance meets every method, guide and seed, instance by instance."""
    other = dataclasses.replace(INSTANCE, digest="abd")
    tasks = make_tasks(
        [INSTANCE, other], ["a", "b"], [0, 1], params={"b": {"k": 1}}, guides=[None, "knn"]
    )
    assert len({task.key for task in tasks}) == len(tasks) == 16
    assert [task.instance for task in tasks] == [INSTANCE] * 8 + [other] * 8
    assert {(task.method, tuple(task.params)) for task in tasks} == {("a", ()), ("b", ("k",))}


def test_a_row_says_what_was_asked_and_what_came_out(puppet: Path, suite: Path) -> None:
    """The row has the keys of a result, the question, and the comparison with the best value."""
    (instance,) = find_suite(str(suite / "line8.tsp"))
    row = json.loads(
        json.dumps(execute(Task(instance, "puppet", seed=1, time_limit_s=2.0, bound_share=0.0)))
    )
    assert next(iter(row)) == "key"
    assert (row["instance"], row["problem"], row["size"]) == ("line8", "tsp", 8)
    assert (row["method"], row["solver"], row["seed"]) == ("puppet", "puppet", 1)
    assert (row["status"], row["valid"], row["bound"]) == ("FEASIBLE", True, 1.0)
    assert row["cost"] >= 14
    assert row["gap_to_best"] == pytest.approx((row["cost"] - 14) / 14)
    assert row["at_best"] == (row["cost"] == 14)
    assert row["memory"] > 10
    assert 0 <= row["cpu"] < 2
    assert row["runtime"] < 2


def test_a_run_without_a_solution_has_no_gap(puppet: Path, suite: Path) -> None:
    """Nothing found is not valid and compares with nothing."""
    (instance,) = find_suite(str(suite / "line8.tsp"))
    row = execute(Task(instance, "puppet", {"deed": "nothing"}))
    assert (row["cost"], row["valid"], row["gap_to_best"], row["at_best"]) == (
        None,
        False,
        None,
        None,
    )


def test_comparison_of_a_maximization() -> None:
    """Less is worse, and as much as the best known value is enough."""
    instance = Instance("a", "a.lp", "0", BestKnown(100.0, True))
    behind = compare(instance, 90.0, integral=True, maximize=True)
    assert behind == {"gap_to_best": 0.1, "at_best": False}
    assert compare(instance, 100.0, integral=True, maximize=True)["at_best"] is True
