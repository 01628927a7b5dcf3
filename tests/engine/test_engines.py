"""Tasks run, fail, hang and crash without disturbing one another."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cosolve.engine import Engine, InProcess, LocalProcesses, peak_memory_mib

ENGINES = [InProcess(), LocalProcesses(2)]


def outcomes(engine: Engine, function: object, tasks: list[object]) -> dict[int, object]:
    finished = engine.run(function, tasks, [30.0] * len(tasks))  # type: ignore[arg-type]
    return {f.index: f.value if f.failure is None else f.failure for f in finished}


@pytest.mark.parametrize("engine", ENGINES)
def test_values_come_back_under_their_index(engine: Engine) -> None:
    """Every task is called once and its value is found under its position."""
    assert outcomes(engine, math.sqrt, [4.0, 9.0, 16.0]) == {0: 2.0, 1: 3.0, 2: 4.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_exception_becomes_one_line(engine: Engine) -> None:
    """A task that raises fails with the type and the message; the others go on."""
    assert outcomes(engine, int, ["one", "4"]) == {
        0: "ValueError: invalid literal for int() with base 10: 'one'",
        1: 4,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_no_tasks_no_outcomes(engine: Engine) -> None:
    """An empty list of tasks ends at once."""
    assert outcomes(engine, math.sqrt, []) == {}


def test_every_task_has_a_process_of_its_own() -> None:
    """No two tasks share a process, and none runs in the caller's."""
    ids = outcomes(LocalProcesses(1), eval, ["__import__('os').getpid()"] * 3).values()
    assert len(set(ids) | {os.getpid()}) == 4


@pytest.mark.parametrize(
    ("function", "task", "message"),
    [
        (signal.raise_signal, signal.SIGKILL, "SIGKILL (out of memory?)"),
        (signal.raise_signal, signal.SIGSEGV, "SIGSEGV"),
        (os._exit, 3, "exited with status 3"),
        (bytearray, 1 << 60, "MemoryError"),
        (eval, "lambda: 0", "pickle"),
    ],
)
def test_a_worker_that_dies_fails_only_its_task(
    function: object, task: object, message: str
) -> None:
    """Crashes, exits, exhausted memory and unreadable answers are failures of one task."""
    engine = LocalProcesses(1)
    finished = list(engine.run(function, [task], [30.0]))  # type: ignore[arg-type]
    assert message in str(finished[0].failure)
    assert outcomes(engine, math.sqrt, [4.0]) == {0: 2.0}


def test_the_last_words_of_a_worker_are_reported() -> None:
    """What a dying worker wrote to stderr ends up in the failure."""
    code = "__import__('os').write(2, b'out of cheese\\n') and __import__('os')._exit(7)"
    assert outcomes(LocalProcesses(1), eval, [code]) == {
        0: "the worker exited with status 7: out of cheese"
    }


def test_a_worker_that_hangs_is_killed() -> None:
    """A task past its timeout fails, long before it would have ended."""
    began = time.monotonic()
    finished = list(LocalProcesses(2).run(time.sleep, [60.0, 0.0], [0.5, 30.0]))
    assert time.monotonic() - began < 10
    failures = {f.index: f.failure for f in finished}
    assert failures == {0: "did not end within 0.5 s and was killed", 1: None}


def test_jobs_run_side_by_side() -> None:
    """Two workers sleep at the same time."""
    stamp = "(__import__('time').sleep(0.5), __import__('time').time())[1]"
    ends = list(outcomes(LocalProcesses(2), eval, [stamp, stamp]).values())
    assert abs(ends[0] - ends[1]) < 0.5  # type: ignore[operator]


def test_closing_the_iterator_ends_the_workers() -> None:
    """Giving up leaves no process behind."""
    pid = "(__import__('time').sleep(0.2), __import__('os').getpid())[1]"
    tasks = ["__import__('time').sleep(60)", pid]
    iterator = LocalProcesses(2).run(eval, tasks, [None, None])
    assert next(iterator).index == 1
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("needs /proc")
    assert children.read_text().split()
    iterator.close()  # type: ignore[attr-defined]
    assert not children.read_text().split()


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """A kill -9 of the caller leaves no worker running."""
    pid_file = tmp_path / "pid"
    task = f"(open({str(pid_file)!r}, 'w').write(str(__import__('os').getpid())), "
    task += "__import__('time').sleep(60))"
    script = "from cosolve.engine import LocalProcesses\n"
    script += f"list(LocalProcesses().run(eval, [{task!r}], [None]))"
    parent = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    worker = int(pid_file.read_text())
    parent.kill()
    parent.wait()
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_the_peak_of_a_worker_is_its_own() -> None:
    """A small worker of a large caller reports little memory, a large one reports much."""
    ballast = bytearray(b"x") * (300 << 20)
    small = "__import__('cosolve.engine').engine.peak_memory_mib()"
    large = f"(bytearray(b'x') * (200 << 20), {small})[1]"
    memory = outcomes(LocalProcesses(1), eval, [small, large])
    assert peak_memory_mib() > 300
    assert memory[0] < 150  # type: ignore[operator]
    assert memory[1] > 200  # type: ignore[operator]
    del ballast


def test_no_jobs_is_an_error() -> None:
    """A pool without workers would never end."""
    with pytest.raises(ValueError, match="at least 1"):
        LocalProcesses(0)
