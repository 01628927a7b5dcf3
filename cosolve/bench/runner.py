"""Makes the runs of a benchmark that are still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cosolve.bench.store import Row
from cosolve.bench.task import Task, compare, execute
from cosolve.engine import Engine


def remaining(tasks: Iterable[Task], rows: Iterable[Row]) -> list[Task]:
    """Tasks that no row answers yet; runs that failed are made again.

    Parameters
    ----------
    tasks
        Everything that is asked for.
    rows
        What is known already.
    """
    done = {row["key"] for row in rows if row.get("error") is None}
    return [task for task in tasks if task.key not in done]


def answers(tasks: Iterable[Task], rows: Iterable[Row]) -> list[Row]:
    """Rows that answer tasks, in the order of the tasks; the last row of a key counts.

    What is known about the instance, and the gap to it, is that of the task: a run that was made
    before may have been compared with something else.

    Parameters
    ----------
    tasks
        Everything that is asked for.
    rows
        What is known, about these tasks and others.
    """
    by_key = {row["key"]: row for row in rows}
    return [_compared(task, by_key[task.key]) for task in tasks if task.key in by_key]


def _compared(task: Task, row: Row) -> Row:
    current = {**row, **task.question()}
    cost = row.get("cost")
    if row.get("error") is not None or cost is None or not row.get("valid"):
        return current
    integral = row.get("integral", float(cost).is_integer())
    return {
        **current,
        **compare(task.instance, cost, integral=integral, maximize=bool(row.get("maximize"))),
    }


def run_bench(
    tasks: Sequence[Task],
    engine: Engine,
    on_row: Callable[[Row], None],
    *,
    run: Callable[[Task], Row] = execute,
) -> None:
    """Make every run and hand over its row as soon as it is known.

    A run that raises, crashes or hangs becomes a row with an ``error``; the others go on. An
    exception of `on_row`, and Ctrl-C, end the benchmark and the runs that are under way.

    Parameters
    ----------
    tasks
        The runs.
    engine
        Where they are made.
    on_row
        Called with every row, such as the ``append`` of a ``ResultStore``.
    run
        What makes one run.
    """
    for finished in engine.run(run, tasks, [task.timeout_s for task in tasks]):
        if finished.value is not None:
            on_row(finished.value)
        else:
            on_row(tasks[finished.index].failed(finished.failure or "the run returned nothing"))
