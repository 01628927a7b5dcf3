"""What the runner asks of a place where work runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    """How one task ended.

    Parameters
    ----------
    index
        Position of the task in the list that was handed over.
    value
        What the function returned; None if it failed.
    failure
        One line that says why there is no value, or None if there is one.
    """

    index: int
    value: T | None = None
    failure: str | None = None


class Engine(Protocol):
    """A place where independent tasks run."""

    def run(
        self,
        function: Callable[[Any], T],
        tasks: Sequence[Any],
        timeouts_s: Sequence[float | None],
    ) -> Iterator[Finished[T]]:
        """Call `function` on every task and yield each outcome as soon as it is known.

        A task that fails in any way yields a failure and does not disturb the others. Closing the
        iterator gives up the tasks that still run.

        Parameters
        ----------
        function
            Called with one task.
        tasks
            Its arguments.
        timeouts_s
            For every task, the wall seconds after which it counts as hung; None for never.
        """


def one_line(error: BaseException) -> str:
    """Return an exception as one line: its type and the first line of its message.

    Parameters
    ----------
    error
        Any exception.
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
