"""Tuning: the search, its file of trials, and the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cosolve.bench import Instance, Row
from cosolve.bench.best_known import BestKnown
from cosolve.bench.suites import find_suite
from cosolve.bench.tune import TrialReport, Tuning, tune
from cosolve.cli.main import run
from cosolve.core import BackendMissing
from cosolve.solvers import registry

pytest.importorskip("optuna")


class Pretended(Tuning):
    """Runs whose cost is a plain function of the parameters."""

    def run(self, instance: Instance, params: Any) -> Row:
        """Pretend."""
        known = {**registry.parameters("mcts"), **params}
        cost = 10.0 + abs(known["walk"] - 30) / 100 + (known["breadth"] != (5, 1)) * 0.5
        return {"limit": "TIME", "valid": True, "cost": cost}


def pretended(count: int = 2, known: float | None = 10.0) -> Pretended:
    value = None if known is None else BestKnown(known, False)
    instances = [Instance(f"i{k}", f"uniform:9:{k}", f"{k}", value) for k in range(count)]
    return Pretended("mcts", instances, 0.1)


def test_the_search_finds_better_parameters() -> None:
    """The defaults are the first trial; the best is at least as good, and in the space."""
    reports: list[TrialReport] = []
    best = tune(pretended(), 40, on_trial=reports.append)
    assert reports[0].params == {
        name: registry.parameters("mcts")[name] for name in pretended().space
    }
    assert reports[0].gap == pytest.approx(best.default_gap)
    assert best.gap < 0.5 * best.default_gap
    assert best.params["breadth"] == (5, 1)
    assert best.trials == len(reports) == 40
    assert max(best.importance, key=lambda name: best.importance[name]) in ("breadth", "walk")


def test_trials_that_lag_are_given_up() -> None:
    """A trial that is worse than the median after some instances does not see them all."""
    reports: list[TrialReport] = []
    tune(pretended(count=5), 40, on_trial=reports.append)
    given_up = [report for report in reports if report.gap is None]
    assert 0 < len(given_up) < 40


def test_without_known_values_the_defaults_are_the_reference() -> None:
    """Gaps are to what the first trial reached."""
    best = tune(pretended(known=None), 12)
    assert best.default_gap == 0.0
    assert best.gap <= 0.0


def test_a_tuning_goes_on(tmp_path: Path) -> None:
    """Trials in the file count; another question in the same file does not disturb."""
    storage = tmp_path / "trials"
    first = tune(pretended(), 6, storage=storage)
    made: list[TrialReport] = []
    second = tune(pretended(), 9, storage=storage, on_trial=made.append)
    assert [report.number for report in made] == [6, 7, 8]
    assert second.trials == 9
    assert second.gap <= first.gap
    assert tune(pretended(count=1), 2, storage=storage).trials == 2


def test_an_interruption_keeps_the_best(tmp_path: Path) -> None:
    """Ctrl-C in a run ends the search with what was found; it can go on later."""

    class Interrupted(Pretended):
        made = 0

        def run(self, instance: Instance, params: Any) -> Row:
            """Pretend, and be interrupted once."""
            type(self).made += 1
            limit = "INTERRUPTED" if self.made == 8 else "TIME"
            return {**super().run(instance, params), "limit": limit}

    tuning = pretended()
    question = Interrupted(tuning.method, tuning.instances, tuning.time_limit_s)
    best = tune(question, 20, storage=tmp_path / "trials")
    assert 0 < best.trials < 8
    assert tune(question, 10, storage=tmp_path / "trials").trials == 10


@pytest.mark.parametrize(
    ("method", "preset"), [("mcts", None), ("mcts", "published"), ("lk", None), ("eax", None)]
)
def test_methods_are_tuned(method: str, preset: str | None) -> None:
    """Three trials on tiny instances, of every method that declares a space."""
    tuning = Tuning(method, find_suite("uniform:30x2"), 0.03, guide="knn:6", preset=preset)
    best = tune(tuning, 3)
    assert best.trials == 3
    assert best.gap <= best.default_gap
    registry.get(method, best.params)


def test_the_command_writes_what_solve_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file of the best parameters goes to ``--params``, and to a benchmark."""
    out = tmp_path / "best.json"
    arguments = ["tune", "mcts", "uniform:30x2", "--trials", "3", "-t", "0.03", "-o", str(out)]
    assert run(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err.count("trial ") == 3
    assert "gap" in captured.out
    content = json.loads(out.read_text())
    assert content["method"] == "mcts"
    berlin = str(Path(__file__).parents[2] / "instances" / "berlin52.tsp")
    assert run(["solve", berlin, "-m", "mcts", "--params", str(out), "-t", "0.1"]) == 0
    assert run(["bench", "uniform:30", "-m", f"mcts:{out}", "-t", "0.1"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["tune", "greedy-no", "uniform:30", "-o", "x.json"],
        ["tune", "space-filling-curve", "uniform:30", "-o", "x.json"],
        ["tune", "mcts", "uniform:30", "-o", "x.txt"],
        ["tune", "mcts", "nowhere", "-o", "x.json"],
        ["tune", "mcts", "uniform:30", "--guide", "no", "-o", "x.json"],
        ["tune", "mcts", "uniform:30", "--params", "no", "-o", "x.json", "-n", "1"],
        ["tune", "mcts", "uniform:30"],
    ],
)
def test_bad_usage(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line and exit code 2."""
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    assert not list(tmp_path.glob("x.json"))


def test_without_optuna_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(BackendMissing, match=r"cosolve\[tune\]"):
        tune(pretended(), 1)
