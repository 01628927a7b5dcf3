"""The command as a process: signals, pipes, streams."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cosolve


def start(*arguments: str, ignoring: signal.Signals | None = None) -> subprocess.Popen[str]:
    """Start a command; `ignoring` is a signal the parent had ignored, as shells do behind ``&``."""
    prepare = "" if ignoring is None else f"signal.signal({int(ignoring)}, signal.SIG_IGN); "
    code = f"import os, signal, sys; {prepare}os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-m", "cosolve", *arguments]
    return subprocess.Popen(
        [sys.executable, "-c", code, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ignoring", [None, signal.SIGINT], ids=["plain", "background"])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_keeps_the_incumbent(
    instances: Path, tmp_path: Path, signum: signal.Signals, ignoring: signal.Signals | None
) -> None:
    """A signal ends the search: solution written, JSON complete, exit code 0."""
    file, out = instances / "pcb442.tsp", tmp_path / "x.tour"
    process = start(
        "solve", str(file), "-m", "lk", "-t", "60", "-o", str(out), "--json", ignoring=ignoring
    )
    time.sleep(2.0)  # the start of the process is not instant on a busy machine
    process.send_signal(signum)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    report = json.loads(stdout)
    assert (report["limit"], report["valid"]) == ("INTERRUPTED", True)
    problem = cosolve.read(file)
    assert problem.cost(cosolve.read_solution(out, problem)) == report["cost"]


def test_closed_pipe_is_no_traceback(instances: Path) -> None:
    """A reader that leaves early ends the command quietly."""
    process = start("info", str(instances / "pcb442.tsp"))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 141
    process.stderr.close()


def test_full_disk_is_one_line(instances: Path) -> None:
    """Output that cannot be written is an error, not silence."""
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "cosolve", "info", str(instances / "gr17.tsp")],
            check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30,
        )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr == "cosolve: error: No space left on device\n"


@pytest.mark.parametrize(("command", "code"), [("solve -m greedy", 0), ("info missing", 2)])
def test_closed_streams_are_no_traceback(instances: Path, command: str, code: int) -> None:
    """A shell may close the output: the exit code still tells."""
    line = f"exec {sys.executable} -m cosolve {command} {instances / 'gr17.tsp'} >&-"
    run = subprocess.run(
        ["/bin/sh", "-c", line], check=False, stderr=subprocess.PIPE, text=True, timeout=30
    )
    assert run.returncode == code
    assert "Traceback" not in run.stderr
