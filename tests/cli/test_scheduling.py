"""The commands on scheduling problems."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import cosolve
from cosolve import Schedule, Scheduling
from cosolve.cli import solve as command
from cosolve.cli.main import run
from cosolve.core import Outcome, Run
from cosolve.problems.random_scheduling import random_fjsp, random_jsp
from cosolve.testing.solutions import one_by_one

FILE = "2 2\n2 2 1 3 2 2 1 2 2\n1 2 2 2 1 5\n"  # as in tests/plot/test_gantt.py
PLAN = "0 0 0 0 3\n0 1 1 3 5\n1 0 1 0 2\n"


@dataclass(frozen=True)
class Sequential:
    """Does one operation after the other."""

    name: ClassVar[str] = "sequential"
    summary: ClassVar[str] = "one after the other"

    def supports(self, _problem: object) -> str | None:
        """Return None: everything."""
        return None

    def run(self, problem: Scheduling, run: Run, **_others: object) -> Outcome[Schedule]:
        """Schedule."""
        found = one_by_one(problem)
        run.report(problem.cost(found), iterations=1)
        return Outcome(found)


@pytest.fixture
def three(tmp_path: Path) -> str:
    """Path of an instance of two jobs and three operations."""
    path = tmp_path / "three.fjs"
    path.write_text(FILE)
    return str(path)


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """Path of a schedule of it."""
    path = tmp_path / "plan.sol"
    path.write_text(PLAN)
    return str(path)


@pytest.fixture
def sequential(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a simple solver instead of the one that is asked for."""

    def solve(problem: Any, _method: object, **options: Any) -> object:
        options["params"] = None
        return cosolve.solve(problem, Sequential(), **{**options, "bound_share": 0})

    monkeypatch.setattr(command, "solve_problem", solve)


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what was printed, by the first word of each line."""
    return dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())


@pytest.mark.usefixtures("sequential")
def test_summary(three: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read how large it is, what is minimized and when it ends."""
    assert run(["solve", three]) == 0
    found = lines(capsys)
    assert found["instance"] == "three (scheduling, 3 operations)"
    assert found["objective"] == "makespan"
    assert found["schedule"] == "ends at 10, uses 2 of 2 machines"
    assert (found["cost"], found["valid"]) == ("10", "yes")


@pytest.mark.usefixtures("sequential")
@pytest.mark.parametrize("output", ["a.sol", "a.json"])
def test_what_solve_writes_is_checked_and_drawn(
    tmp_path: Path, three: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Solution files and pictures, from the search and from the file."""
    pytest.importorskip("matplotlib")
    target = str(tmp_path / output)
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    assert run(["solve", three, "-o", target, "--plot", str(pictures[0]), "--json=full"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["problem"], found["cost"], found["valid"]) == ("scheduling", 10, True)
    first = {"job": 0, "operation": 0, "machine": 0, "start": 0, "end": 3}
    assert found["solution"]["operations"][0] == first
    assert run(["check", three, target]) == 0
    assert lines(capsys)["cost"] == "10"
    assert run(["plot", three, target, "-o", str(pictures[1])]) == 0
    # But for the names of clip paths they are the same.
    one, two = (re.sub(r"p[0-9a-f]{10}", "", p.read_text()) for p in pictures)
    assert one == two


def test_check_lists_violations(three: str, plan: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and every violation in a line."""
    assert run(["check", three, plan]) == 0
    assert lines(capsys) == {
        "valid": "yes",
        "cost": "5",
        "objective": "makespan",
        "schedule": "ends at 5, uses 2 of 2 machines",
    }
    Path(plan).write_text(PLAN.replace("0 1 1 3 5", "0 1 1 1 3"))
    assert run(["check", three, plan]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "violation: operation 1 of job 0 begins at 1, 2 before operation 0 of job 0 ends",
        "violation: machine 1 begins operation 1 of job 0 at 1, 1 before operation 0 of job 1 ends",
    ]
    Path(plan).write_text(PLAN.partition("\n")[0])
    assert run(["check", three, plan]) == 3
    assert "operation 1 of job 0 is not scheduled" in capsys.readouterr().out


def test_bad_input_is_exit_code_2(
    three: str, plan: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names file, line and operation."""
    Path(plan).write_text(PLAN.replace("3 5", "3 9"))
    assert run(["check", three, plan]) == 2
    assert f"{plan}:2: schedule: operation 1 of job 0 ends at 9" in capsys.readouterr().err
    Path(three).write_text(FILE.replace("5\n", "-5\n"))
    assert run(["info", three]) == 2
    found = capsys.readouterr().err
    assert f"{three}:3: operation 0 of job 1: expected a duration of 0 or more" in found
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize(
    "options", [["--metric", "EUC"], ["--path"], ["--round", "nint"], ["--vehicles", "3"]]
)
def test_options_of_other_problems_are_refused(
    three: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather than ignored."""
    assert run(["info", three, *options]) == 2
    assert "scheduling problem" in capsys.readouterr().err


def test_info(three: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What the file holds, for people and programs."""
    assert run(["info", three, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["jobs"], found["operations"], found["machines"]) == (2, 3, 2)
    assert (found["alternatives"], found["durations"]) == (1.6667, [2, 5])
    assert found["features"] == ["choice of machines"]
    assert run(["info", three]) == 0
    assert lines(capsys)["durations"] == "2 to 5"


def test_convert(three: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To JSON and back; what the target cannot hold is an error."""
    assert run(["convert", three, str(tmp_path / "a.json")]) == 0
    assert run(["convert", str(tmp_path / "a.json"), str(tmp_path / "b.fjs")]) == 0
    assert (tmp_path / "b.fjs").read_text() == FILE
    assert run(["convert", three, str(tmp_path / "c.jsp")]) == 2
    assert "cannot hold the choice of machines" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".fjs", ".json", ".fjs.gz"])
def test_generate_flexible_job_shops(tmp_path: Path, suffix: str) -> None:
    """What is read is what was made, one file for each seed."""
    options = ["--jobs", "4", "--machines", "3", "--operations", "5", "--seed", "7"]
    target = tmp_path / f"a{suffix}"
    assert run(["generate", "fjsp", *options, "--count", "2", "-o", str(target)]) == 0
    for seed in (7, 8):
        found, made = cosolve.read(tmp_path / f"a-{seed}{suffix}"), random_fjsp(4, 3, 5, seed)
        assert np.array_equal(found.machine, made.machine)
        assert np.array_equal(found.duration, made.duration)
        assert found.machines == 3


def test_generate_breakdowns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They need a format that holds them."""
    assert run(["generate", "fjsp", "--breakdowns", "-o", str(tmp_path / "a.json")]) == 0
    made = random_fjsp(breakdowns=True)
    assert np.array_equal(cosolve.read(tmp_path / "a.json").downtime, made.downtime)
    assert run(["generate", "fjsp", "--breakdowns", "-o", str(tmp_path / "a.fjs")]) == 2
    assert "--breakdowns need a file that ends in .json" in capsys.readouterr().err


def test_generate_job_shops(tmp_path: Path) -> None:
    """Jobs and machines are those asked for."""
    target = str(tmp_path / "a.jsp")
    assert run(["generate", "jsp", "--jobs", "4", "--machines", "3", "-o", target]) == 0
    assert np.array_equal(cosolve.read(target).duration, random_jsp(4, 3).duration)


def test_named_guides_are_for_tours_and_routes(
    instances: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line and exit code 2."""
    assert run(["solve", str(instances / "ft06.jsp"), "--guide", "knn", "-t", "1"]) == 2
    assert "guides are for tours and vehicle routing" in capsys.readouterr().err
