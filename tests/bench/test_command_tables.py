"""Tables of ``cosolve bench``: guides by suites, presets, limits per node, references."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve.bench import read_rows
from cosolve.cli.main import run


def test_guides_by_suites_in_one_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shape of the paper's table, shown and in the summary, against an own reference."""
    reference = tmp_path / "reference.jsonl"
    suites = ["uniform:20x2", "uniform:30"]
    assert run(["bench", *suites, "-m", "eax", "-t", "5", "-o", str(reference), "-q"]) == 0
    out, summary = tmp_path / "guides.jsonl", tmp_path / "guides.md"
    arguments = [
        "bench", *suites, "-m", "mcts:published", "--guide", "knn:5,gt-prior",
        "--time-per-node", "0.01", "--reference", str(reference), "--pivot", "guide:suite",
        "-o", str(out), "--summary", str(summary),
    ]  # fmt: skip
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    text = summary.read_text()
    assert "Mean gap in % to reference.jsonl" in shown
    assert "| guide | uniform:20x2 (0.2 s) | uniform:30 (0.3 s) |" in text
    cells = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| gt-prior")]
    assert len(cells) == 1
    assert all(float(cell) >= -1e-9 for cell in cells[0][1:])
    rows = read_rows(out)
    assert {(row["method"], row["preset"]) for row in rows} == {("mcts", "published")}
    assert {row["time_limit"] for row in rows} == {0.2, 0.3}


def test_presets_and_parameters_name_methods(tmp_path: Path) -> None:
    """Parameters go to one method, with or without its preset; files become parameters."""
    best = tmp_path / "best.json"
    best.write_text(json.dumps({"method": "lk", "params": {"depth": 3}}))
    out = tmp_path / "out.jsonl"
    arguments = [
        "bench", "uniform:12", "-m", f"mcts,mcts:published,lk:{best}", "-t", "0.05",
        "-p", "mcts.alpha=0.5", "-p", "mcts:published.actions=3", "-o", str(out), "-q",
    ]  # fmt: skip
    assert run(arguments) == 0
    found = [(row["method"], row["preset"], row["params"]) for row in read_rows(out)]
    assert found == [
        ("mcts", None, {"alpha": "0.5"}),
        ("mcts", "published", {"alpha": "0.5", "actions": "3"}),
        ("lk", None, {"depth": 3}),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pivot", "guide"],
        ["--time-per-node", "0.1", "-t", "1"],
        ["-m", "mcts:nothing"],
        ["--reference", "missing.jsonl"],
        ["-m", "mcts:published", "-p", "walk=3"],
    ],
)
def test_bad_usage(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything runs."""
    monkeypatch.chdir(tmp_path)
    assert run(["bench", "uniform:12", *arguments, "-o", "out.jsonl", "-q"]) == 2
    assert not Path("out.jsonl").exists()
