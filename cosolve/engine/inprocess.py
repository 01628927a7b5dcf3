"""Tasks run one after the other in the calling process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from cosolve.engine.base import Finished, one_line

T = TypeVar("T")


class InProcess:
    """The engine without processes: for debugging, and where starting one costs too much.

    Time limits are left to the tasks, memory is shared, and a crash takes the caller down.
    """

    def run(
        self,
        function: Callable[[Any], T],
        tasks: Sequence[Any],
        timeouts_s: Sequence[float | None],  # noqa: ARG002 - nothing here can cut a task short
    ) -> Iterator[Finished[T]]:
        """Call `function` on every task in order; see `Engine.run`."""
        for index, task in enumerate(tasks):
            try:
                value = function(task)
            except Exception as error:  # any failure belongs to the task
                yield Finished(index, failure=one_line(error))
            else:
                yield Finished(index, value)
