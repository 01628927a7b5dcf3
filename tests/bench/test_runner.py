"""The runner makes what is missing, and one bad run is one bad row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cosolve.bench import Instance, Task, answers, remaining, run_bench
from cosolve.bench.store import Row
from cosolve.engine import Finished, InProcess

TASKS = [Task(Instance(name, f"uniform:4:{k}", name), "lk") for k, name in enumerate("abc")]


def solved(task: Task) -> Row:
    if task.instance.name == "b":
        raise RuntimeError("no luck")
    return {**task.question(), "cost": 1.0}


def test_every_task_makes_a_row() -> None:
    """A run that raises is a row with an error; those after it are made."""
    rows: list[Row] = []
    run_bench(TASKS, InProcess(), rows.append, run=solved)
    assert [(row["instance"], row.get("error")) for row in rows] == [
        ("a", None),
        ("b", "RuntimeError: no luck"),
        ("c", None),
    ]
    assert [row["key"] for row in rows] == [task.key for task in TASKS]


def test_failures_of_the_engine_are_rows_too() -> None:
    """What the engine reports in any order ends up in the row of its task."""

    class Backwards:
        def run(
            self, function: Any, tasks: Sequence[Any], timeouts_s: Sequence[float | None]
        ) -> Iterator[Finished[Any]]:
            assert all(t is not None and t > 10.0 for t in timeouts_s)
            for index in reversed(range(len(tasks))):
                yield Finished(index, failure="the worker was ended by SIGSEGV")

    rows: list[Row] = []
    run_bench(TASKS, Backwards(), rows.append)
    assert [row["instance"] for row in rows] == ["c", "b", "a"]
    assert {row["error"] for row in rows} == {"the worker was ended by SIGSEGV"}


def test_rows_that_cannot_be_kept_end_the_benchmark() -> None:
    """A full disk must not be noticed only after all runs."""
    made: list[str] = []

    def counted(task: Task) -> Row:
        made.append(task.instance.name)
        return task.question()

    def full_disk(_row: Row) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        run_bench(TASKS, InProcess(), full_disk, run=counted)
    assert made == ["a"]


def test_finished_runs_are_not_made_again_but_failed_ones_are() -> None:
    """Only rows with a result count as done."""
    rows = [TASKS[0].question(), TASKS[1].failed("crash")]
    assert remaining(TASKS, rows) == TASKS[1:]
    assert remaining(TASKS, []) == TASKS


def test_the_last_row_of_a_task_counts() -> None:
    """Answers come in the order of the tasks; rows of other benchmarks are left out."""
    rows = [TASKS[1].failed("crash"), {"key": "other"}, TASKS[1].question(), TASKS[0].question()]
    assert answers(TASKS, rows) == [TASKS[0].question(), TASKS[1].question()]
