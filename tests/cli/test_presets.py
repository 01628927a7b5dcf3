"""Presets on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve.cli.main import run

BERLIN = str(Path(__file__).parents[2] / "instances" / "berlin52.tsp")


def test_a_preset_sets_parameters_and_the_time_limit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a limit the published search takes T n seconds; ``--param`` goes over the preset."""
    arguments = ["solve", BERLIN, "-m", "mcts", "--params", "published", "--json"]
    assert run([*arguments, "-p", "time_per_node=0.005"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["limit"] == "TIME"
    assert 0.2 < report["runtime"] < 0.6
    assert run([*arguments, "-t", "0.5"]) == 0
    assert 0.4 < json.loads(capsys.readouterr().out)["runtime"] < 0.9


@pytest.mark.parametrize("name", ["nothing", "nothing.json"])
def test_unknown_presets_are_bad_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names what was asked for."""
    assert run(["solve", BERLIN, "-m", "mcts", "--params", name]) == 2
    assert name in capsys.readouterr().err


def test_methods_lists_presets(capsys: pytest.CaptureFixture[str]) -> None:
    """As they are to be written, and in JSON."""
    assert run(["methods"]) == 0
    assert "--params published\n" in capsys.readouterr().out
    assert run(["methods", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["mcts"]["presets"][0] == "published"
    assert found["greedy"]["presets"] == []
