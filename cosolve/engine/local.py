"""Tasks run in worker processes of this machine, a fresh one for each."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import IO, Any, TypeVar

from cosolve.engine.base import Finished, one_line

T = TypeVar("T")

_BOOT = "import sys; sys.path[:] = {path!r}; from cosolve.engine.child import main; main({handle})"
_STDERR_TAIL = 4096  # bytes of a dead worker's last words that are looked at


@dataclass(frozen=True, slots=True)
class _Worker:
    index: int
    process: subprocess.Popen[bytes]
    connection: Connection
    stderr: IO[bytes]
    deadline_s: float | None  # on the clock of time.monotonic
    timeout_s: float | None


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Up to `jobs` worker processes at a time, each a fresh interpreter that runs one task.

    Whatever a task does (raise, crash, run out of memory, hang), only that task fails. Workers do
    not get the terminal's Ctrl-C, and end when the process that started them does. Functions,
    tasks and values must be picklable; the function is imported by name in the worker.

    Parameters
    ----------
    jobs
        Number of workers at a time.

    Raises
    ------
    ValueError
        If `jobs` is not positive.
    """

    jobs: int = 1

    def __post_init__(self) -> None:
        """Reject a pool without workers."""
        if self.jobs < 1:
            raise ValueError(f"jobs must be at least 1, got {self.jobs}")

    def run(
        self,
        function: Callable[[Any], T],
        tasks: Sequence[Any],
        timeouts_s: Sequence[float | None],
    ) -> Iterator[Finished[T]]:
        """Call `function` on every task, each in its own process; see `Engine.run`."""
        calls = [pickle.dumps((function, task)) for task in tasks]
        waiting = list(enumerate(zip(calls, timeouts_s, strict=True)))[::-1]
        running: dict[Connection, _Worker] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    index, (call, timeout_s) = waiting.pop()
                    worker = _start(index, call, timeout_s)
                    running[worker.connection] = worker
                for worker in _ready(running.values()):
                    del running[worker.connection]
                    yield _collect(worker)
        finally:
            for worker in running.values():
                _end(worker)


def _start(index: int, call: bytes, timeout_s: float | None) -> _Worker:
    ours, theirs = Pipe()
    stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
    handle = theirs.fileno()
    process = subprocess.Popen(
        [sys.executable, "-c", _BOOT.format(path=sys.path, handle=handle)],
        pass_fds=[handle],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,  # Ctrl-C is for the caller to handle
    )
    theirs.close()
    with suppress(OSError):  # it died at once: _collect says how
        ours.send_bytes(call)
    deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
    return _Worker(index, process, ours, stderr, deadline_s, timeout_s)


def _ready(workers: Iterable[_Worker]) -> list[_Worker]:
    """Wait until workers have answered, died or run out of time, and return those."""
    workers = list(workers)
    deadlines = [w.deadline_s for w in workers if w.deadline_s is not None]
    patience_s = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
    answered = set(wait([w.connection for w in workers], patience_s))
    now = time.monotonic()
    return [
        w
        for w in workers
        if w.connection in answered or (w.deadline_s is not None and w.deadline_s <= now)
    ]


def _collect(worker: _Worker) -> Finished[Any]:
    try:
        if not worker.connection.poll():
            failure = f"did not end within {worker.timeout_s:g} s and was killed"
            return Finished(worker.index, failure=failure)
        try:
            succeeded, answer = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            return Finished(worker.index, failure=_cause_of_death(worker))
        except Exception as error:  # an answer that cannot be read here
            return Finished(worker.index, failure=one_line(error))
        return Finished(worker.index, answer) if succeeded else Finished(worker.index, None, answer)
    finally:
        _end(worker)


def _end(worker: _Worker) -> None:
    # The whole session: a back-end may have started processes of its own.
    with suppress(ProcessLookupError):
        os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    worker.connection.close()
    worker.stderr.close()


def _cause_of_death(worker: _Worker) -> str:
    status = worker.process.wait()
    if status >= 0:
        cause = f"the worker exited with status {status}"
    else:
        name = signal.Signals(-status).name
        hint = " (out of memory?)" if name == "SIGKILL" else ""
        cause = f"the worker was ended by {name}{hint}"
    worker.stderr.seek(0, os.SEEK_END)
    worker.stderr.seek(max(0, worker.stderr.tell() - _STDERR_TAIL))
    words = worker.stderr.read().decode(errors="replace").strip().splitlines()
    return f"{cause}: {words[-1].strip()}" if words else cause
