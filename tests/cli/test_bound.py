"""``cosolve bound``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cosolve.cli.main import run

KEYS = [
    "instance", "problem", "method", "status", "cost", "bound", "gap", "converged", "runtime",
    "iterations",
]  # fmt: skip


@pytest.fixture
def berlin(instances: Path) -> str:
    """Name an instance whose Held-Karp bound is its optimum."""
    return str(instances / "berlin52.tsp")


def test_summary(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read the bound, how it was found and how long it took."""
    assert run(["bound", berlin]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["instance"] == "berlin52 (tsp, 52 nodes)"
    assert lines["bound"] == "7542"
    assert lines["method"].startswith("held-karp, ")
    assert lines["method"].endswith(" iterations, converged")
    assert set(lines) == {"instance", "bound", "method", "time"}


def test_tour_is_compared(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With a tour, its gap is printed, and here that it is optimal."""
    tour = berlin.replace(".tsp", ".opt.tour")
    assert run(["bound", berlin, "--tour", tour, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == KEYS
    assert (report["cost"], report["bound"], report["gap"]) == (7542, 7542, 0)
    assert report["status"] == "OPTIMAL"
    assert report["converged"] is True


def test_method_is_chosen(instances: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cuts give a better bound than trees; another name is bad usage."""
    arguments = ["bound", str(instances / "eil51.tsp"), "--method"]
    assert run([*arguments, "cuts", "--upper", "426"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["method"].startswith("cuts, ")
    assert float(lines["bound"]) > 424
    assert run([*arguments, "magic"]) == 2
    assert "magic" in capsys.readouterr().err


def test_upper_bound_is_compared(instances: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cost stands for a tour."""
    assert run(["bound", str(instances / "pcb442.tsp"), "--upper", "50778"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["cost"] == "50778"
    assert lines["status"] == "FEASIBLE"
    assert 0.5 < float(lines["gap"].removesuffix(" %")) < 0.7


def test_nothing_proven(instances: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without time there is no bound, and the exit code says so."""
    assert run(["bound", str(instances / "pcb442.tsp"), "--time-limit", "0", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["bound"], report["method"], report["status"]) == (None, None, "UNKNOWN")


def test_path_is_bounded(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The options that say how to understand an instance hold here, too."""
    assert run(["bound", berlin, "--path", "--from", "1", "--json"]) == 0
    assert 6500 < json.loads(capsys.readouterr().out)["bound"] < 7542


def test_quiet(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed with ``--quiet``."""
    assert run(["bound", berlin, "-q"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["missing.tsp"], "cannot read"),
        (["BERLIN", "--time-limit", "-1"], "must not be negative"),
        (["BERLIN", "--upper", "7000"], "no solution costs 7000: 7542 is a lower bound"),
        (["BERLIN", "--upper", "1", "--tour", "x"], "both say"),
        (["BERLIN", "--tour", "missing.tour"], "cannot read"),
        (["BERLIN", "--metric", "EUC"], "names its own metric"),
    ],
)
def test_errors(
    berlin: str, arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input is one line and exit code 2."""
    assert run(["bound", *(berlin if a == "BERLIN" else a for a in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cosolve: error: ")
    assert err.count("\n") == 1
    assert error in err


def test_tour_of_another_instance(berlin: str, instances: Path) -> None:
    """A tour that does not fit is refused."""
    other = instances / "gr17.opt.tour"
    if not other.exists():
        pytest.skip("no such tour")
    assert run(["bound", berlin, "--tour", str(other)]) == 2


@pytest.mark.timing
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_prints_what_is_proven(tmp_path: Path, signum: signal.Signals) -> None:
    """The first signal ends the ascent, and what it reached is priced and printed."""
    path = tmp_path / "points.npy"
    np.save(path, np.random.default_rng(1).random((60_000, 2)))
    process = subprocess.Popen(
        [sys.executable, "-m", "cosolve", "bound", str(path), "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    time.sleep(2.5)
    process.send_signal(signum)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    report = json.loads(out)
    assert report["converged"] is False
    assert report["bound"] > 0


def test_bound_beside_a_search(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``cosolve solve`` computes a bound unless told not to."""
    for option, known in (([], True), (["--no-bound"], False), (["--bound-share", "0"], False)):
        assert run(["solve", berlin, "-m", "lk", "--iterations", "5", "--json", *option]) == 0
        assert (json.loads(capsys.readouterr().out)["bound"] is not None) is known


def test_wrong_share(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A share above 100 percent is refused."""
    assert run(["solve", berlin, "--bound-share", "150"]) == 2
    assert "between 0 and 1" in capsys.readouterr().err
