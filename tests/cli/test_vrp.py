"""The commands on vehicle routing problems."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import Shuttle

import cosolve
from cosolve.cli import solve as command
from cosolve.cli.main import run

FILE = """NAME : four
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 4
NODE_COORD_SECTION
1 0 0
2 0 3
3 4 0
4 4.3 3
DEMAND_SECTION
1 0
2 2
3 2
4 2
DEPOT_SECTION
1
-1
EOF
"""


@pytest.fixture
def four(tmp_path: Path) -> str:
    """Path of an instance of three clients, of which a vehicle takes two."""
    path = tmp_path / "four.vrp"
    path.write_text(FILE)
    return str(path)


@pytest.fixture
def shuttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a simple solver instead of the one that is asked for."""

    def solve(problem: Any, _method: object, **options: Any) -> object:
        options["params"] = None
        return cosolve.solve(problem, Shuttle(), **{**options, "bound_share": 0})

    monkeypatch.setattr(command, "solve_problem", solve)


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what was printed, by the first word of each line."""
    return dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())


@pytest.mark.usefixtures("shuttle")
def test_summary(four: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read how distances are rounded and how many routes there are."""
    assert run(["solve", four, "--vehicles", "7"]) == 0
    found = lines(capsys)
    assert found["instance"] == "four (vrp, 3 clients)"
    assert found["distances"] == "Euclidean, rounded to the nearest integer (nint)"
    assert found["routes"] == "3 of at most 7"
    assert found["cost"] == "24"
    assert found["valid"] == "yes"


@pytest.mark.usefixtures("shuttle")
def test_rounding_is_an_option(four: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It changes the cost."""
    costs = []
    for rounding in ("none", "trunc1"):
        assert run(["solve", four, "--round", rounding, "--json"]) == 0
        costs.append(json.loads(capsys.readouterr().out)["cost"])
    exact = (4.3**2 + 3**2) ** 0.5
    assert costs == pytest.approx([14 + 2 * exact, 14 + 2 * 5.2])


@pytest.mark.usefixtures("shuttle")
def test_json_has_the_routes(four: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the numbers of solution files."""
    assert run(["solve", four, "--json=full"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["solution"] == {"routes": [[1], [2], [3]]}
    assert report["problem"] == "vrp"


def test_json_has_the_vehicles_of_a_mixed_fleet() -> None:
    """One number for each route."""
    import numpy as np

    from cosolve.cli.kinds import solution_json

    types = (cosolve.VehicleType(), cosolve.VehicleType())
    problem = cosolve.VRP(coords=np.zeros((3, 2)), vehicles=types)
    routes = cosolve.Routes((cosolve.Route(np.array([2, 1]), vehicle=1),))
    assert solution_json(problem, routes) == {"routes": [[2, 1]], "vehicles": [1]}


@pytest.mark.usefixtures("shuttle")
def test_solution_is_written_and_checked(
    four: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As CVRPLIB writes it; check reads it again."""
    target = tmp_path / "four.sol"
    assert run(["solve", four, "-q", "-o", str(target)]) == 0
    assert target.read_text() == "Route #1: 1\nRoute #2: 2\nRoute #3: 3\nCost 24\n"
    assert run(["check", four, str(target)]) == 0
    assert lines(capsys)["cost"] == "24"
    assert run(["check", four, str(target), "--vehicles", "2"]) == 3
    assert capsys.readouterr().out == (
        "violation: 3 vehicles are used, 1 more than the 2 there are\n"
    )


@pytest.mark.usefixtures("shuttle")
def test_proof_of_infeasibility(four: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is a note; a proof is a success."""
    assert run(["solve", four, "--vehicles", "1"]) == 0
    output = capsys.readouterr()
    assert "status     INFEASIBLE" in output.out
    assert output.err == (
        "note: the clients get 6 together, more than the 1 vehicles can hold, 4, by 2\n"
    )


@pytest.mark.usefixtures("shuttle")
def test_no_solution_found(four: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What came closest is described, and not written."""
    target = tmp_path / "four.sol"
    assert run(["solve", four, "--vehicles", "2", "-o", str(target)]) == 1
    output = capsys.readouterr()
    assert "status     UNKNOWN" in output.out
    assert "violation: 3 vehicles are used, 1 more than the 2 there are" in output.err
    assert not target.exists()
    assert run(["solve", four, "--vehicles", "2", "--json=full"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["solution"] is None
    assert report["attempt"] == {"routes": [[1], [2], [3]]}
    assert report["violations"][0]["kind"] == "fleet"


@pytest.mark.usefixtures("shuttle")
def test_start(four: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The result is never worse."""
    start = tmp_path / "start.sol"
    start.write_text("Route #1: 3 2\nRoute #2: 1\n")
    assert run(["solve", four, "--start", str(start), "--json=full"]) == 0
    assert json.loads(capsys.readouterr().out)["solution"] == {"routes": [[3, 2], [1]]}


@pytest.mark.usefixtures("shuttle")
def test_pictures(four: str, tmp_path: Path) -> None:
    """Of the solution that was found, and of one in a file."""
    solution, first, second = (tmp_path / name for name in ("a.sol", "a.svg", "b.svg"))
    assert run(["solve", four, "-q", "-o", str(solution), "--plot", str(first)]) == 0
    assert run(["plot", four, str(solution), "-o", str(second)]) == 0
    for picture in (first, second):
        assert b"<svg" in picture.read_bytes()


def test_info(four: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Sizes, capacities and conventions."""
    assert run(["info", four]) == 0
    found = {
        line[:14].strip(): line[14:] for line in capsys.readouterr().out.splitlines()
    }  # fmt: skip
    assert found["clients"] == "3"
    assert found["vehicles"] == "unlimited"
    assert found["capacity"] == "4"
    assert found["demand"] == "6"
    assert found["rounding"] == "nint"
    assert "infeasible" not in found
    assert run(["info", four, "--vehicles", "1", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["vehicles"] == 1
    assert "more than the 1 vehicles can hold" in facts["infeasible"]


def test_convert(four: str, tmp_path: Path) -> None:
    """With another rounding."""
    target = tmp_path / "exact.vrp"
    assert run(["convert", four, str(target), "--round", "none"]) == 0
    assert "EDGE_WEIGHT_TYPE : EXACT_2D" in target.read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--path"], "--path is not for vehicle routing problems"),
        (["--from", "2"], "--from is not for vehicle routing problems"),
        (["--metric", "EUC"], "--metric is not for vehicle routing problems"),
        (["--round", "up"], "'up' is not one of"),
        (["--vehicles", "0"], "0 is not in the range"),
    ],
)
def test_bad_options(
    four: str, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what is wrong."""
    assert run(["info", four, *options]) == 2
    assert message in capsys.readouterr().err


def test_vehicles_are_for_routing(instances: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tour has none."""
    assert run(["info", str(instances / "gr17.tsp"), "--vehicles", "2"]) == 2
    assert "is a TSP" in capsys.readouterr().err


def test_best_known_values_are_for_one_rounding(
    four: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are not shown beside costs in another."""
    entry = {"four": {"value": 20, "convention": "integer (nint)"}}
    (Path(four).parent / "bks.json").write_text(json.dumps(entry))
    found = []
    for options in ([], ["--round", "nint"], ["--round", "none"]):
        assert run(["info", four, "--json", *options]) == 0
        found.append(json.loads(capsys.readouterr().out)["best_known"])
    assert found == [20, 20, None]


@pytest.mark.parametrize(
    ("guide", "message"),
    [
        ("nonsense", r"unknown guide 'nonsense'; valid are .*savings\[:K\]"),
        ("savings:0", "expected a positive integer"),
        ("file:{}", "for 3 nodes, the problem has 4"),
    ],
)
def test_bad_guides_are_named(
    four: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    guide: str,
    message: str,
) -> None:
    """One line and exit code 2."""
    path = tmp_path / "guide.npz"
    np.savez(path, indptr=np.zeros(4, np.int32), indices=np.zeros(0, np.int32), weight=np.zeros(0))
    assert run(["solve", four, "-t", "1", "--guide", guide.format(path)]) == 2
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("guide", ["knn:2", "quadrant", "savings", "alpha", "gt-prior"])
def test_guides_by_name(four: str, capsys: pytest.CaptureFixture[str], guide: str) -> None:
    """All named guides serve routes."""
    assert run(["solve", four, "-m", "ils", "--iterations", "20", "--guide", guide]) == 0
    assert lines(capsys)["cost"] == "18"
