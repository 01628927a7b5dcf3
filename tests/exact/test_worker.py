"""Workers: their messages, their ends, and what becomes of a crash."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from cosolve.core import Run, Stop
from cosolve.core.errors import BackendError, BackendMissing
from cosolve.exact import Worker, run_in_worker

SOON_S = 20.0  # a loaded machine may take that long to start an interpreter


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers, which get this process's search path, find the functions."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent), *sys.path])


def test_messages_arrive_in_order_before_the_result() -> None:
    """All that is sent is heard, then the result is returned."""
    heard: list[int] = []
    result = run_in_worker("targets:count", 5, Run(Stop()), on_message=heard.append)
    assert (heard, result) == ([0, 1, 2, 3, 4], 5)


def test_exception_becomes_a_backend_error() -> None:
    """The message names the function and says what it raised."""
    with pytest.raises(BackendError, match=r"targets:fail: ValueError: no such thing"):
        run_in_worker("targets:fail", "no such thing", Run(Stop()), on_message=lambda _: None)


def test_crash_becomes_a_backend_error_after_its_messages() -> None:
    """What was sent before the process died is heard."""
    heard: list[str] = []
    with pytest.raises(BackendError, match="exited with status 3"):
        run_in_worker("targets:die", 3, Run(Stop()), on_message=heard.append)
    assert heard == ["last words"]


def test_missing_function_becomes_a_backend_error() -> None:
    """A wrong name is the worker's error."""
    with pytest.raises(BackendError, match="AttributeError"):
        run_in_worker("targets:nothing", 0, Run(Stop()), on_message=lambda _: None)


def test_missing_package_is_named() -> None:
    """No process is started for a package that is not there."""
    with pytest.raises(BackendMissing, match="pip install no_such_package_anywhere"):
        Worker("targets:count", 1, package="no_such_package_anywhere")


def test_interrupted_worker_may_still_return() -> None:
    """With some grace, a function that listens returns what it has."""
    run = Run(Stop())

    def hear(message: object) -> None:
        run.interrupted.set()

    result = run_in_worker("targets:wait", 60.0, run, on_message=hear, grace_s=SOON_S)
    assert result == "asked"


@pytest.mark.timing
def test_worker_that_hangs_is_killed_in_time() -> None:
    """The time limit holds whatever the function does."""
    run = Run(Stop(time_limit=3.0))
    assert run_in_worker("targets:hang", 60.0, run, on_message=lambda _: None) is None
    assert run.elapsed < 4.0


def test_kill_ends_the_process() -> None:
    """Leaving the context leaves no process behind."""
    with Worker("targets:hang", 600.0) as worker:
        assert worker.receive(SOON_S) == ("ready",)
    assert worker._process.poll() is not None


@pytest.mark.timing
def test_memory_limit_holds() -> None:
    """An allocation beyond it fails in the worker alone."""
    with pytest.raises(BackendError, match="MemoryError"):
        run_in_worker(
            "targets:allocate", 4096, Run(Stop()), on_message=lambda _: None, memory_mib=2048
        )


def test_interruption_from_another_thread_ends_the_wait() -> None:
    """Nothing waits for the next message."""
    run = Run(Stop())
    threading.Timer(0.3, run.interrupted.set).start()
    started = time.perf_counter()
    assert run_in_worker("targets:hang", 600.0, run, on_message=lambda _: None) is None
    assert time.perf_counter() - started < SOON_S


def test_messages_to_the_function_arrive_in_order() -> None:
    """They are in the inbox of its channel, whatever they are."""
    with Worker("targets:echo", 3) as worker:
        for message in ("one", {"two": 2}, [3]):
            worker.send(message)
        heard = [worker.receive(SOON_S) for _ in range(3)]
    assert heard == [("one",), ({"two": 2},), ([3],)]


def test_used_cpu_seconds_are_told() -> None:
    """Starting an interpreter takes some."""
    with Worker("targets:wait", 600.0) as worker:
        assert worker.receive(SOON_S) == ("ready",)
        assert worker.cpu_s > 0
