"""Examples made by worker processes, in the order of their numbers."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue
    from types import TracebackType

T = TypeVar("T")

_AHEAD = 64  # examples each worker keeps ready
_PATIENCE_S = 5.0  # between two looks at whether a worker is alive


class Stream(Generic[T]):
    """Examples 0, 1, 2, ... of a maker, made in parallel; which worker made one changes nothing.

    Parameters
    ----------
    make
        What makes example i; picklable, as it is sent to the workers.
    workers
        Number of processes; 0 makes examples here, when they are asked for.
    first
        Number of the first example.

    Raises
    ------
    ValueError
        If `workers` is negative.
    """

    def __init__(self, make: Callable[[int], T], workers: int = 1, first: int = 0) -> None:
        if workers < 0:
            raise ValueError(f"workers must not be negative, got {workers}")
        self._make = make
        self._next = first
        self._first = first
        self._queues: list[Queue[T]] = []
        self._processes: list[BaseProcess] = []
        context = multiprocessing.get_context("spawn")
        for number in range(workers):
            ready: Queue[T] = context.Queue(_AHEAD)
            process = context.Process(
                target=_work, args=(make, ready, first + number, workers), daemon=True
            )
            process.start()
            self._queues.append(ready)
            self._processes.append(process)

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __next__(self) -> T:
        """Return the next example."""
        number = self._next
        self._next += 1
        if not self._queues:
            return self._make(number)
        worker = (number - self._first) % len(self._queues)
        while True:
            try:
                return self._queues[worker].get(timeout=_PATIENCE_S)
            except queue.Empty:
                if not self._processes[worker].is_alive():
                    raise RuntimeError("a process that makes examples died") from None

    def close(self) -> None:
        """End the workers."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for ready in self._queues:
            ready.cancel_join_thread()
            ready.close()
        self._processes, self._queues = [], []


def _work(make: Callable[[int], T], ready: Queue[T], first: int, step: int) -> None:
    # Ctrl-C reaches the whole group; the trainer saves what it has and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()
    number = first
    while True:
        example = make(number)
        number += step
        while True:
            try:
                ready.put(example, timeout=_PATIENCE_S)
                break
            except queue.Full:
                if os.getppid() != parent:
                    return
