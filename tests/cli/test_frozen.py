"""``cosolve solve --frozen-until``: going on with a schedule on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve import Schedule, Scheduling, write_problem, write_solution
from cosolve.cli.main import run


@pytest.fixture
def shop(tmp_path: Path) -> tuple[str, str]:
    """Paths of a problem with a breakdown and of the schedule from before it."""
    jobs = [[{0: 4, 1: 6}, {1: 3}], [{0: 4, 1: 6}], [{1: 9}, {0: 2}]]
    planned = Schedule([0, 1, 0, 1, 0], [0, 9, 4, 0, 9])
    paths = str(tmp_path / "shop.json"), str(tmp_path / "plan.sol")
    write_problem(Scheduling.from_jobs(jobs, downtime=[(0, 6, 16)]), paths[0])
    write_solution(Scheduling.from_jobs(jobs), planned, paths[1])
    return paths


def test_what_has_begun_stays(shop: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The past is kept, what the breakdown interrupts is done anew, and changes have a price."""
    common = ["solve", shop[0], "--start", shop[1], "--frozen-until", "6", "-m", "rho"]
    more = ["-t", "0.5", "--no-bound", "--change-cost", "100", "--json=full"]
    assert run([*common, *more]) == 0
    report = capsys.readouterr()
    found = json.loads(report.out)
    rows = {(o["job"], o["operation"]): o for o in found["solution"]["operations"]}
    assert [rows[key]["start"] for key in ((0, 0), (2, 0))] == [0, 0]
    # At the price of 100 the interrupted operation waits for its machine: 16 + 4.
    assert (rows[1, 0]["machine"], rows[1, 0]["start"] >= 16) == (0, True)
    assert found["valid"] is True
    assert "interrupted by downtime and begun anew: 1" in report.err


def test_bad_calls_are_exit_code_2(
    shop: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a schedule to go on with there is one line on standard error."""
    assert run(["solve", shop[0], "--frozen-until", "6", "-m", "rho"]) == 2
    assert "needs a start" in capsys.readouterr().err
    assert run(["solve", shop[0], "--change-cost", "6", "-m", "rho"]) == 2
    assert "--start" in capsys.readouterr().err
