"""``cosolve explain``: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve.cli.main import run
from cosolve.exact.mip_backend import backend

pytestmark = pytest.mark.skipif(not backend("highs").installed, reason="needs HiGHS")

INFEASIBLE = """NAME toy
ROWS
 N cost
 G need
 L have
 L spare
COLUMNS
 apples cost 1 need 1
 apples have 1
 pears cost 2 need 1
 pears have 1 spare 1
RHS
 RHS need 5 have 4
 RHS spare 7
ENDATA
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Write a program in which two rows exclude each other."""
    path = tmp_path / "toy.mps"
    path.write_text(INFEASIBLE)
    return path


def test_rows_are_named_as_in_the_file(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People read which rows, and what they say."""
    assert run(["explain", str(toy)]) == 0
    text = capsys.readouterr().out
    assert "INFEASIBLE" in text
    assert "need: 5 <= +1 apples +1 pears" in text
    assert "have: +1 apples +1 pears <= 4" in text
    assert "spare" not in text
    assert "without any one of them there is one" in text


def test_json(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with names, and whether it is irreducible."""
    assert run(["explain", str(toy), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "INFEASIBLE"
    assert report["rows"] == ["need", "have"]
    assert report["bounds"] == []
    assert report["irreducible"] is True


def test_feasible_program_says_so(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what a solution costs."""
    toy.write_text(INFEASIBLE.replace("have 4", "have 6"))
    assert run(["explain", str(toy), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["status"], report["rows"]) == ("FEASIBLE", None)
    assert report["cost"] >= 5


def test_other_problems_have_reasons_or_nothing(
    instances: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tour always exists, but no search is made for one."""
    assert run(["explain", str(instances / "gr17.tsp"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "UNKNOWN"


def test_unknown_back_end_is_one_line(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the valid names."""
    assert run(["explain", str(toy), "--backend", "nothing"]) == 2
    assert "the back-ends are" in capsys.readouterr().err
