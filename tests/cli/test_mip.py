"""The commands on mixed-integer programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import Enumeration

import cosolve
from cosolve.cli.main import run
from cosolve.cli.progress import ProgressLine
from cosolve.core import Progress
from cosolve.solvers import registry

FILE = """\\ three things, of which two fit
maximize
 worth: 9 tent + 5 stove + 3 book
subject to
 weight: 6 tent + 4 stove + 1.5 book <= 10
binary
 tent stove book
end
"""


@pytest.fixture
def bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with a program of which the best is 14, and a method that finds it."""
    (tmp_path / "bag.lp").write_text(FILE)
    (tmp_path / "bks.json").write_text('{"bag": {"value": 14, "proven": true}}')
    (tmp_path / "good.sol").write_text("tent 1\nbook 1\n")
    (tmp_path / "bad.sol").write_text("tent 1\nstove 1.000001\nbook 0.5\n")
    monkeypatch.setattr(registry, "get", lambda *_arguments: Enumeration())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a command and return what it printed."""
    assert run(list(arguments)) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_solve(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary names the sense, the upper bound and the best known value."""
    lines = call(capsys, "solve", "bag.lp", "-o", "bag.sol").splitlines()
    rows = {line[:11].strip(): line[11:] for line in lines}
    assert rows["instance"] == "bag (mip, 3 columns)"
    assert rows["objective"] == "maximize"
    assert rows["cost"] == "14"
    assert rows["bound"] == "14 (upper bound)"
    assert rows["best known"] == "14 (+0.0000 %)"
    assert rows["status"] == "OPTIMAL"
    problem = cosolve.read("bag.lp")
    assert cosolve.read_solution(bag / "bag.sol", problem) == cosolve.Values([1, 1, 0])


@pytest.mark.usefixtures("bag")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Values come by name, those of 0 left out."""
    report = json.loads(call(capsys, "solve", "bag.lp", "--json=full"))
    assert report["maximize"] is True
    assert (report["cost"], report["bound"], report["problem"]) == (14, 14, "mip")
    assert report["solution"] == {"values": {"tent": 1, "stove": 1}}


@pytest.mark.usefixtures("bag")
def test_target_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """A target is given in the sense of the problem."""
    report = json.loads(call(capsys, "solve", "bag.lp", "--target-cost", "3", "--json"))
    assert report["limit"] == "TARGET"
    assert 3 <= report["cost"] < 14


@pytest.mark.usefixtures("bag")
def test_check(capsys: pytest.CaptureFixture[str]) -> None:
    """A solution is valid or its violations are named with their amounts."""
    out = call(capsys, "check", "bag.lp", "good.sol")
    assert "cost       12\n" in out
    assert "best known 14 (-14.2857 %)" in out
    out = call(capsys, "check", "bag.lp", "bad.sol", code=3)
    assert "column book is 0.5, 0.5 from a whole number" in out
    assert "row weight is 10.750004, 0.750004 above 10" in out


@pytest.mark.usefixtures("bag")
def test_check_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a tolerance, in rational numbers, a millionth counts."""
    Path("near.sol").write_text("tent 1.0000001\n")
    assert "valid      yes" in call(capsys, "check", "bag.lp", "near.sol")
    out = call(
        capsys, "check", "bag.lp", "near.sol", "--exact", "--tolerance", "0", "--json", code=3
    )
    assert {v["kind"] for v in json.loads(out)["violations"]} == {"bound", "integrality"}


@pytest.mark.usefixtures("bag")
def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    """Facts are counted."""
    facts = json.loads(call(capsys, "info", "bag.lp", "--json"))
    assert facts["sense"] == "maximize"
    assert (facts["columns"], facts["integers"], facts["binaries"]) == (3, 3, 3)
    assert (facts["rows"], facts["nonzeros"], facts["density"]) == (1, 3, 1.0)
    assert facts["coefficients"] == [1.5, 6.0]
    assert facts["best_known"] == 14
    assert "coefficients           1.5 to 6" in call(capsys, "info", "bag.lp")


@pytest.mark.usefixtures("bag")
def test_convert(capsys: pytest.CaptureFixture[str]) -> None:
    """LP becomes MPS and reads back."""
    call(capsys, "convert", "bag.lp", "bag.mps.gz")
    problem = cosolve.read("bag.mps.gz")
    assert isinstance(problem, cosolve.MIP)
    assert problem.maximize
    assert problem.rows == ("weight",)


@pytest.mark.usefixtures("bag")
def test_bound(capsys: pytest.CaptureFixture[str]) -> None:
    """What is proven is an upper bound here: by the columns at once, by a back-end with time."""
    assert "bound      17 (upper bound)" in call(capsys, "bound", "bag.lp", "--iterations", "1")
    assert "bound      14 (upper bound)" in call(capsys, "bound", "bag.lp")
    report = json.loads(call(capsys, "bound", "bag.lp", "--upper", "12", "--json"))
    assert (report["cost"], report["bound"]) == (12, 14)
    assert run(["bound", "bag.lp", "--upper", "18"]) == 2
    assert "no solution costs 18: 17 is an upper bound" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "bag.lp", "--path"], "is a mip problem: --metric"),
        (["check", "square.csv", "t.txt", "--exact"], "--exact and --tolerance are for mixed"),
    ],
)
@pytest.mark.usefixtures("bag")
def test_refused(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Options for other problems are refused in one line."""
    Path("square.csv").write_text("0,0\n0,1\n1,1\n1,0\n")
    Path("t.txt").write_text("0 1 2 3\n")
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_live_line_calls_an_upper_bound_one() -> None:
    """The live line says which side the bound is on."""
    line = ProgressLine(None, True)  # type: ignore[arg-type]
    assert "upper bound 10" in line.text(Progress(1.0, 2, 8.0, 10.0, "", True))
    assert "upper" not in line.text(Progress(1.0, 2, 8.0, 7.0, ""))
