"""``cosolve bench`` from the outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cosolve.bench import read_rows
from cosolve.cli.main import run

COMMAND = [sys.executable, "-m", "cosolve", "bench"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.05)


def test_instances_times_methods_times_seeds(
    puppet: Path, suite: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All combinations are run, stored, and shown with their gap."""
    args = [str(suite), "-m", "puppet", "-s", "0-1,5", "-t", "2", "--max-size", "9"]
    assert run(["bench", *args, "-o", str(out)]) == 0
    rows = read_rows(out)
    assert sorted((r["instance"], r["seed"]) for r in rows) == [
        (name, seed) for name in ("line8", "line9") for seed in (0, 1, 5)
    ]
    assert all(r["valid"] for r in rows)
    printed = capsys.readouterr()
    assert "gap %" in printed.out
    assert "3/3" in printed.out
    assert "(2 instances)" in printed.out
    assert printed.err == ""


def test_runs_have_processes_of_their_own(puppet: Path, suite: Path, log: Path) -> None:
    """Parameters reach the solver, and no process makes two runs."""
    assert run(["bench", str(suite), "-m", "puppet", "-p", f"log={log}", "--jobs", "2"]) == 0
    pids = {line.split()[-1] for line in lines(log)}
    assert len(pids) == 3
    assert str(os.getpid()) not in pids


def test_a_crash_is_one_row(
    puppet: Path, suite: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that crashes is reported and stored as failed; the others go on."""
    deed = ["-p", "puppet.deed=crash on line8"]
    assert run(["bench", str(suite), "-m", "puppet", *deed, "-o", str(out)]) == 0
    errors = {r["instance"]: r.get("error") for r in read_rows(out)}
    assert errors == {
        "deep/line10": None,
        "line8": "the worker was ended by SIGSEGV",
        "line9": None,
    }
    printed = capsys.readouterr()
    assert "failed: line8, puppet (deed=crash on line8), seed 0: the worker" in printed.err
    assert "1 failed" in printed.out


def test_what_cannot_be_read_or_solved_is_a_row(puppet: Path, suite: Path, out: Path) -> None:
    """Broken files and methods that do not fit fail on their own."""
    (suite / "broken.tsp").write_text("no instance\n")
    assert run(["bench", str(suite), "uniform:60", "-m", "puppet", "-o", str(out), "-q"]) == 0
    failed = {r["instance"]: r["error"] for r in read_rows(out) if r.get("error")}
    assert set(failed) == {"broken", "uniform-60-0"}
    assert "broken.tsp" in failed["broken"]
    assert "too large" in failed["uniform-60-0"]


def test_finished_runs_are_not_made_again(
    puppet: Path, suite: Path, out: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second call makes only what is new, and shows everything that was asked for."""
    args = ["bench", str(suite), "-m", "puppet", "-p", f"log={log}", "-o", str(out)]
    assert run([*args, "-s", "0"]) == 0
    assert run([*args, "-s", "0-1"]) == 0
    assert sorted(line.split()[1] for line in lines(log)) == ["0"] * 3 + ["1"] * 3
    assert len(read_rows(out)) == 6
    assert capsys.readouterr().out.count("2/2") == 3


def test_a_killed_benchmark_goes_on(puppet: Path, suite: Path, out: Path, log: Path) -> None:
    """After kill -9 in the middle of a run, and a torn line, nothing is lost or made twice."""
    args = [str(suite), "-m", "puppet", "-s", "0-1", "-p", f"log={log}", "-p", "seconds=0.4"]
    args += ["-o", str(out), "-q"]
    first = subprocess.Popen([*COMMAND, *args])
    wait_for(lambda: len(lines(out)) >= 2)
    first.kill()
    first.wait()
    finished = len(read_rows(out))
    assert finished < 6
    begun = len(lines(log))
    with out.open("a") as file:
        file.write('{"key":"0123')
    wait_for(lambda: run(["bench", *args]) == 0)
    rows = read_rows(out)
    assert len(rows) == len({r["key"] for r in rows}) == 6
    assert all(r["valid"] for r in rows)
    assert len(lines(log)) - begun <= 6 - finished
    assert not [line for line in lines(out) if not json.loads(line)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_finished_runs(
    puppet: Path, suite: Path, out: Path, log: Path, number: signal.Signals
) -> None:
    """Ctrl-C ends the workers, keeps and shows what is finished, and says what is missing."""
    slow = ["-p", "seconds=0.3", "-p", f"log={log}", "-s", "0-9"]
    args = [*COMMAND, str(suite), "-m", "puppet", *slow, "-o", str(out)]
    process = subprocess.Popen(
        args,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background inherit that SIGINT is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # A line that is only just being written when the signal comes is taken back.
    wait_for(lambda: len(lines(out)) >= 2)
    process.send_signal(number)
    printed, errors = process.communicate(timeout=30)
    rows = read_rows(out)
    assert process.returncode == 130
    assert f"interrupted: {len(rows)} of 30 runs are finished" in errors
    assert "Traceback" not in errors
    assert "gap %" in printed
    worker = lines(log)[-1].split()[-1]
    assert not Path(f"/proc/{worker}").exists()


@pytest.mark.parametrize("suffix", ["md", "csv"])
def test_a_summary_is_written(puppet: Path, suite: Path, tmp_path: Path, suffix: str) -> None:
    """The file has the instances and the methods."""
    path = tmp_path / f"summary.{suffix}"
    assert run(["bench", str(suite), "-m", "puppet", "-q", "--summary", str(path)]) == 0
    text = path.read_text()
    assert "deep/line10" in text
    assert "(3 instances)" in text


def test_guides_are_compared(puppet: Path, suite: Path, out: Path) -> None:
    """Every guide is a run of its own."""
    guides = ["--guide", "knn:3,quadrant"]
    file = str(suite / "line8.tsp")
    assert run(["bench", file, "-m", "puppet", *guides, "-o", str(out), "-q"]) == 0
    assert [r["guide"] for r in read_rows(out)] == ["knn:3", "quadrant"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-m", "nonsense"], "no method 'nonsense'"),
        (["-m", ","], "--methods"),
        (["-p", "nonsense=1"], "no parameter 'nonsense'"),
        (["-p", "seconds=long"], "must be a number"),
        (["-p", "seconds"], "NAME=VALUE"),
        (["-p", "lk.seconds=1"], "not one of the methods"),
        (["-s", "3-1"], "list of seeds"),
        (["-s", "one"], "list of seeds"),
        (["-t", "0"], "--time-limit"),
        (["--jobs", "0"], "--jobs"),
        (["--guide", "nonsense"], "nonsense"),
        (["--min-size", "1000"], "empty"),
        (["-o", "missing/results.jsonl"], "missing"),
        (["--summary", "missing/summary.md"], "missing"),
        (["--summary", "summary.txt"], ".csv or .md"),
    ],
)
def test_bad_usage_is_found_before_anything_runs(
    puppet: Path,
    suite: Path,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    """One line on stderr, exit code 2, no run, no file."""
    monkeypatch.chdir(suite.parent)
    before = sorted(suite.parent.rglob("*"))
    args = ["bench", "suite", "-m", "puppet", "-p", f"log={log}", *options]
    assert run(args) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""
    assert sorted(p for p in suite.parent.rglob("*") if p.suffix != ".pyc") == [
        p for p in before if p.suffix != ".pyc"
    ]


def test_an_unknown_suite_is_bad_usage(puppet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line says what is missing."""
    assert run(["bench", "nowhere", "-m", "puppet"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_results_of_someone_else_are_not_overwritten(
    puppet: Path, suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Giving the instance as output by mistake changes nothing."""
    file = suite / "line8.tsp"
    before = file.read_bytes()
    assert run(["bench", str(suite), "-m", "puppet", "-o", str(file)]) == 2
    assert "line8.tsp:1" in capsys.readouterr().err
    assert file.read_bytes() == before
