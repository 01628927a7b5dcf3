"""Result files of the benchmarks become tables that say what was reached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def row(method: str, seed: int, gap: float, **more: Any) -> dict[str, Any]:
    return {
        "key": f"{method}{seed}{more}",
        "case": "u10000",
        "instance": "uniform-10000-1234",
        "method": method,
        "seed": seed,
        "time_limit": 10.0,
        "cost": 71.655 * (1 + gap),
        "valid": True,
        "gap_to_best": gap,
        "at_best": gap <= 1e-6,
        "runtime": 10.0,
        "cpu": 9.5 + seed,
        "memory": 50.0,
        "machine": "a machine",
        "load": 0.5,
        "time": "2026-01-01T00:00:00Z",
        "command": "a command",
        **more,
    }


@pytest.fixture
def render(tmp_path: Path) -> Any:
    def call(*rows: dict[str, Any]) -> str:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(r) + "\n" for r in rows))
        command = [sys.executable, str(BENCHMARKS / "report.py"), str(path)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        tables, notes, _ = text.partition("\n## Where it falls short")
        assert notes
        return tables

    return call


def test_runs_of_one_method_become_medians(render: Any) -> None:
    """Length and times are medians over the seeds, the gap is a mean."""
    text = render(row("auto", 0, 0.0), row("auto", 1, 0.001), row("auto", 2, 0.005))
    (line,) = [x for x in text.splitlines() if x.startswith("| **auto**")]
    assert [c.strip() for c in line.split("|")[2:-1]] == [
        *("71.726655", "0.2000", "0.5000", "33", "10.00", "10.50", "50", "0")
    ]
    assert "a machine" in text
    assert "`a command`" in text


@pytest.mark.parametrize(("gap", "words"), [(0.0005, ": reached"), (0.001, "**not reached**")])
def test_targets_are_judged(render: Any, gap: float, words: str) -> None:
    """71.72 is the target for 10 s at 10 000 nodes."""
    assert words in render(row("auto", 0, gap))


def test_a_failed_run_misses_the_target(render: Any) -> None:
    """What did not run cannot have reached anything, and is counted."""
    failed = {k: v for k, v in row("auto", 1, 0.0).items() if k != "cost"} | {"error": "crash"}
    text = render(row("auto", 0, 0.0), failed)
    assert "**not reached**" in text
    (line,) = [x for x in text.splitlines() if x.startswith("| **auto**")]
    assert line.split("|")[-2].strip() == "1"


def test_peers_are_named_and_not_judged(render: Any) -> None:
    """Targets are for cosolve only."""
    text = render(row("peer:lkh", 0, 0.0))
    assert "| LKH 3.0.8 |" in text
    assert "reached" not in text


def test_the_last_measurement_counts(render: Any) -> None:
    """A run that was repeated replaces the earlier one."""
    text = render(row("auto", 0, 0.01), row("auto", 0, 0.0))
    assert "71.655000" in text
    assert "72.37" not in text


def routing(method: str, instance: str, cost: float, **more: Any) -> dict[str, Any]:
    """Return a row of a case in which cosolve is to be ahead of PyVRP."""
    case = {"case": "hfvrp", "instance": instance, "problem": "vrp", "time_limit": 60.0}
    return row(method, 0, cost / 100 - 1, **case, cost=cost, **more)


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ((99.0, 100.5), "-0.250 % on average, ahead on 1, behind on 1 of 2"),
        ((99.0, 102.0), "+0.500 % on average, ahead on 1, behind on 1 of 2"),
    ],
)
def test_methods_are_compared_with_their_rival(
    render: Any, costs: tuple[float, float], words: str
) -> None:
    """On the variants, being ahead of PyVRP in the same run is the target."""
    own = [routing("auto", f"i{k}", cost) for k, cost in enumerate(costs)]
    theirs = [routing("peer:pyvrp", f"i{k}", 100.0) for k in range(2)]
    text = render(*own, *theirs)
    assert f"auto against PyVRP: {words}" in text
    assert ("ahead of it: reached" in text) == words.startswith("-")


def test_a_rival_that_solves_more_is_not_beaten(render: Any) -> None:
    """Being better on the few that were solved is not being ahead."""
    failed = {k: v for k, v in routing("auto", "i1", 100.0).items() if k != "cost"}
    text = render(
        routing("auto", "i0", 99.0),
        failed | {"error": "crash"},
        routing("peer:pyvrp", "i0", 100.0),
        routing("peer:pyvrp", "i1", 100.0),
    )
    assert "ahead of it: **not reached**" in text


def test_whole_costs_have_no_decimals(render: Any) -> None:
    """The cost of a single instance of vehicle routing is shown as it is."""
    one = routing("auto", "X-n101-k25", 27591.0) | {"case": "x101", "time_limit": 8.0}
    text = render(one)
    assert "| solver | cost |" in text
    assert "| **auto** | 27591 |" in text


def test_results_of_another_kind_are_passed_over(render: Any, tmp_path: Path) -> None:
    """All files of the folder can be named, whatever they hold."""
    assert "| LKH 3.0.8 |" in render(row("peer:lkh", 0, 0.0))
    (tmp_path / "divide.jsonl").write_text('{"step": 0}\n')
    files = [str(tmp_path / name) for name in ("divide.jsonl", "rows.jsonl")]
    command = [sys.executable, str(BENCHMARKS / "report.py"), *files]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "| LKH 3.0.8 |" in found.stdout
