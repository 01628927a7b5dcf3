"""``cosolve solve``: what it prints, writes, refuses and returns."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cosolve
from cosolve import KernelError, Limit, Progress, Result, Status, TracePoint
from cosolve.cli import solve as command
from cosolve.cli.main import run
from cosolve.cli.progress import ProgressLine

KEYS = [
    "instance", "problem", "solver", "status", "limit", "cost", "bound", "gap", "runtime", "seed",
    "threads", "iterations", "valid", "trace", "versions",
]  # fmt: skip


@pytest.fixture
def berlin(instances: Path) -> str:
    """Path of an instance with integral costs, of which the best known is 7542."""
    return str(instances / "berlin52.tsp")


@pytest.fixture
def points(tmp_path: Path) -> str:
    """Coordinates of 30 nodes without a metric."""
    path = tmp_path / "points.npy"
    np.save(path, np.random.default_rng(2).random((30, 2)))
    return str(path)


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid the search to begin."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the search began")

    monkeypatch.setattr(command, "solve_problem", fail)


def test_summary(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read the cost, the gap to the best known, what stopped it and whether it is valid."""
    assert run(["solve", berlin, "-m", "lk", "--iterations", "50"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["instance"] == "berlin52 (tsp, 52 nodes)"
    assert lines["cost"].isdigit()
    assert lines["bound"] == "7542"
    assert lines["gap"].endswith(" %")
    assert lines["best"].startswith("known 7542 (+")
    status = "OPTIMAL" if lines["cost"] == "7542" else "FEASIBLE"
    assert lines["status"] == f"{status}, stopped by ITERATIONS"
    assert "50 iterations" in lines["time"]
    assert lines["valid"] == "yes"


def test_quiet_prints_nothing(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--quiet`` leaves the exit code and the files."""
    assert run(["solve", berlin, "-m", "greedy", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [["--json", "FILE"], ["FILE", "--json"]], ids=str)
def test_json_summary(
    berlin: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--json`` may stand anywhere and prints one object with the agreed keys."""
    assert run(["solve", "-m", "greedy", *(berlin if a == "FILE" else a for a in arguments)]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert list(report) == KEYS
    assert isinstance(report["cost"], int)
    assert report["trace"][-1][1] == report["cost"]
    assert report["bound"] == 7542
    assert report["gap"] == pytest.approx(1 - 7542 / report["cost"])
    assert report["limit"] is None
    assert report["valid"] is True
    assert err == ""


def test_json_with_solution(points: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json=full`` adds the zero-based tour, whose cost is the one printed."""
    assert run(["solve", points, "-m", "greedy", "--json=full"]) == 0
    report = json.loads(capsys.readouterr().out)
    tour = cosolve.Tour(np.array(report["solution"]["tour"], np.int32))
    assert report["cost"] == cosolve.read(points).cost(tour)
    assert list(report) == [*KEYS, "solution"]


def test_output_is_the_solution(
    berlin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file written with ``-o`` reads back as the tour that was found."""
    out = tmp_path / "berlin.tour"
    assert run(["solve", berlin, "-m", "greedy", "-o", str(out), "--json=full"]) == 0
    report = json.loads(capsys.readouterr().out)
    tour = cosolve.read_solution(out, cosolve.read(berlin))
    assert tour.nodes.tolist() == report["solution"]["tour"]


def test_pictures_are_drawn(berlin: str, tmp_path: Path) -> None:
    """``--plot`` and ``--plot-convergence`` write pictures."""
    tour, curve = tmp_path / "tour.svg", tmp_path / "curve.png"
    arguments = ["--plot", str(tour), "--plot-convergence", str(curve)]
    assert run(["solve", berlin, "-m", "greedy", "-q", *arguments]) == 0
    assert b"<svg" in tour.read_bytes()
    assert curve.read_bytes().startswith(b"\x89PNG")


def test_start_is_never_worsened(
    berlin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good tour given with ``--start`` is kept by a poor method."""
    first = str(tmp_path / "first.tour")
    assert run(["solve", berlin, "-m", "lk", "--iterations", "2000", "-o", first, "--json"]) == 0
    good = json.loads(capsys.readouterr().out)["cost"]
    assert run(["solve", berlin, "-m", "space-filling-curve", "--start", first, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost"] == good


def test_options_reach_the_search(
    berlin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every option about the search arrives there, percents as fractions."""
    seen: dict[str, Any] = {}

    def record(problem: cosolve.Problem[Any], method: str, **options: Any) -> Result[Any]:
        seen.update(options, method=method)
        return cosolve.solve(problem, "greedy")

    monkeypatch.setattr(command, "solve_problem", record)
    arguments = (
        "-m eax -t 3 --iterations 7 --stall 2 --target-cost 8000 --target-gap 1.5 -s 5 -j 2 "
        "--guide knn:6 -p pop-size=30 -p children=9"
    )
    assert run(["solve", berlin, *arguments.split()]) == 0
    assert seen["method"] == "eax"
    assert seen["stop"] == cosolve.Stop(3.0, 7, 8000.0, 0.015, 2.0)
    assert (seen["seed"], seen["threads"], seen["guide"]) == (5, 2, "knn:6")
    assert seen["params"] == {"pop_size": "30", "children": "9"}


@pytest.mark.parametrize(("extra", "limit"), [([], 10.0), (["--iterations", "5"], None)])
def test_default_time_limit(
    berlin: str, extra: list[str], limit: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds, unless the iterations are limited."""
    seen: list[cosolve.Stop] = []

    def record(problem: cosolve.Problem[Any], method: str, **options: Any) -> Result[Any]:
        seen.append(options["stop"])
        return cosolve.solve(problem, "greedy")

    monkeypatch.setattr(command, "solve_problem", record)
    assert run(["solve", berlin, "-q", *extra]) == 0
    assert seen[0].time_limit == limit


def test_open_path(berlin: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--from`` and ``--to`` name the ends as files do, counted from 1."""
    assert run(["solve", berlin, "-m", "greedy", "--from", "4", "--to", "52", "--json=full"]) == 0
    tour = json.loads(capsys.readouterr().out)["solution"]["tour"]
    assert (tour[0], tour[-1]) == (3, 51)


def test_metric_of_bare_coordinates(points: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--metric`` gives coordinates a rounded metric: then costs are integers."""
    assert run(["solve", points, "-m", "greedy", "--metric", "ceil", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost"] == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "no/such/folder/x.tour"], "no/such/folder/x.tour: cannot write"),
        (["-o", "FILE"], "would overwrite the instance"),
        (["-o", "."], "is a directory"),
        (["--plot", "x.bmp"], "a picture ends in .svg, .html, .png, .pdf"),
        (["--plot", "no/such/folder/x.svg"], "no/such/folder/x.svg: cannot write"),
        (["--start", "no-such.tour"], "no-such.tour: cannot read"),
        (["--start", "FILE"], "TOUR_SECTION"),
        (["--param", "depth"], "'depth' is not of the form name=value"),
        (["--metric", "EUC"], "names its own metric"),
        (["--metric", "MILES"], "--metric must be one of EUCLIDEAN, EUC, CEIL"),
        (["--from", "53"], "--from must be a node from 1 to 52, got 53"),
        (["--from", "3", "--to", "3"], "cannot begin and end at the same node"),
        (["-t", "-1"], "time_limit must not be negative, got -1"),
        (["-t", "nan"], "time_limit must be a number"),
        (["--target-gap", "-3"], "target_gap must not be negative"),
        (["--json=all"], "'all' is not one of 'summary', 'full'"),
        (["--seed", "x"], "'x' is not a valid integer"),
        (["--no-such-option"], "No such option"),
    ],
    ids=str,
)
def test_bad_usage_is_found_before_the_search(
    berlin: str,
    arguments: list[str],
    message: str,
    no_search: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every mistake is one line on stderr and exit code 2, before anything is searched."""
    assert run(["solve", berlin, *(berlin if a == "FILE" else a for a in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cosolve: error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-m", "nope"], "there is no method 'nope'; the methods are"),
        (["-m", "greedy", "-p", "x=1"], "method greedy has no parameter 'x'; they are random"),
        (["-m", "greedy", "-p", "randomization=-1"], "randomization must be between"),
        (["-m", "greedy", "--guide", "nope"], "nope"),
        (["-m", "greedy", "--seed", "-1"], "seed must be at least 0"),
        (["-m", "greedy", "--threads", "0"], "threads must be at least 1"),
    ],
    ids=str,
)
def test_what_the_library_refuses_is_one_line(
    berlin: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors of the library become one line and exit code 2."""
    assert run(["solve", berlin, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cosolve: error: ")
    assert err.count("\n") == 1
    assert message in err


def test_missing_matplotlib_is_found_before_the_search(
    berlin: str,
    no_search: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without matplotlib, ``--plot`` says how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run(["solve", berlin, "--plot", str(tmp_path / "x.svg")]) == 2
    assert "pip install 'cosolve[plot]'" in capsys.readouterr().err


def test_matrix_cannot_be_drawn(
    tmp_path: Path, no_search: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of a matrix is refused before the search."""
    path = tmp_path / "matrix.npy"
    np.save(path, np.ones((12, 12)))
    assert run(["solve", str(path), "--plot", str(tmp_path / "x.svg")]) == 2
    assert "has no coordinates" in capsys.readouterr().err


def result(**changes: Any) -> Result[Any]:
    """Make the result of a run that found nothing."""
    fields: dict[str, Any] = {
        "solution": None, "cost": None, "bound": None, "status": Status.UNKNOWN,
        "limit": Limit.TIME, "trace": (TracePoint(0.1, None, 3.0),), "solver": "x", "seed": 0,
        "threads": 1, "runtime": 1.0, "iterations": 0,
    }  # fmt: skip
    return Result(**{**fields, **changes})


@pytest.mark.parametrize(("status", "code"), [(Status.UNKNOWN, 1), (Status.INFEASIBLE, 0)])
def test_exit_code_without_a_solution(
    berlin: str,
    status: Status,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing found is 1, a proof is 0; no file is written, and JSON is complete."""
    monkeypatch.setattr(command, "solve_problem", lambda *_, **__: result(status=status))
    out = tmp_path / "x.tour"
    assert run(["solve", berlin, "--json=full", "-o", str(out)]) == code
    report = json.loads(capsys.readouterr().out)
    assert (report["cost"], report["solution"], report["valid"]) == (None, None, False)
    assert not out.exists()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KernelError("lost a node"), 1, "lost a node (this is a bug in cosolve"),
        (MemoryError(), 2, "not enough memory"),
        (OSError(28, "No space left on device", "x.tour"), 2, "x.tour: No space left on device"),
        (ValueError("two\nlines"), 2, "two lines"),
        (KeyboardInterrupt(), 130, "aborted"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_of_the_search_is_one_line(
    berlin: str,
    error: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever goes wrong in a search is one line without a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(command, "solve_problem", fail)
    assert run(["solve", berlin]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cosolve: ")
    assert err.count("\n") == 1
    assert message in err


def test_notes_go_to_stderr(
    berlin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Remarks of the method never mix with the result."""
    monkeypatch.setattr(command, "solve_problem", lambda *_, **__: result(notes=("too short",)))
    run(["solve", berlin])
    out, err = capsys.readouterr()
    assert "too short" not in out
    assert err == "note: too short\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_progress_is_live_on_a_terminal(berlin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal one line is rewritten, and empty in the end."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    assert run(["solve", berlin, "-m", "lk", "-t", "0.4", "--json"]) == 0
    written = stream.getvalue()
    assert "cost 7" in written
    assert "bound none" in written
    assert written.endswith("\r\x1b[K")
    assert "\n" not in written


def test_progress_line_shows_what_is_known() -> None:
    """The line has time, cost, bound, gap, iterations and their rate."""
    line = ProgressLine(io.StringIO(), integral=True)
    text = line.text(Progress(2.0, 500, 7600.0, 7524.0, "lk"))
    expected = "2.0 s cost 7600 bound 7524 gap 1.0000 % 500 iterations (250/s) lk"
    assert text.split() == expected.split()


def test_progress_line_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that follow one another closely are not all shown, and long lines are cut."""
    monkeypatch.setenv("COLUMNS", "30")
    stream = io.StringIO()
    line = ProgressLine(stream, integral=False)
    for thousandth in range(300):
        line(Progress(thousandth / 1000, 1, 1.5, None, ""))
    shown = stream.getvalue().split("\r")[1:]
    assert len(shown) == 3
    assert all(len(part.removesuffix("\x1b[K")) == 29 for part in shown)
