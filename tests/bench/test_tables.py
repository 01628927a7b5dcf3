"""Rows become lines and texts."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from cosolve.bench.store import Row
from cosolve.bench.tables import (
    cells,
    failures,
    headers,
    markdown,
    method_label,
    per_instance,
    per_method,
    summary,
)


def row(
    instance: str, seed: int, cost: float | None, best: float | None = 100.0, **more: Any
) -> Row:
    gap = None if cost is None or best is None else (cost - best) / best
    return {
        "key": f"{instance}{seed}{more}",
        "instance": instance,
        "source": f"/{instance}.tsp",
        "method": "lk",
        "params": {},
        "guide": None,
        "seed": seed,
        "best_known": best,
        "cost": cost,
        "valid": cost is not None,
        "bound": None,
        "runtime": 1.0 + seed,
        "cpu": 0.5,
        "memory": 40.0 + seed,
        "size": 7,
        "gap_to_best": gap,
        "at_best": None if gap is None else gap <= 0,
        **more,
    }


def failed(instance: str, seed: int) -> Row:
    question = ("key", "instance", "source", "method", "params", "guide", "seed", "best_known")
    return {**{k: row(instance, seed, 1.0)[k] for k in question}, "error": "worker died"}


def test_seeds_are_condensed() -> None:
    """Best and mean cost, mean and best gap, share at the best value, largest memory."""
    (line,) = per_instance([row("a", 0, 100.0, bound=90.0), row("a", 1, 103.0, bound=95.0)])
    assert (line.cost, line.mean_cost, line.bound) == (100.0, 101.5, 95.0)
    assert line.best_gap == 0.0
    assert line.gap == pytest.approx(0.015)
    assert (line.at_best, line.runs, line.valid, line.failed) == (0.5, 2, 2, 0)
    assert (line.seconds, line.cpu_s, line.memory_mib) == (1.5, 0.5, 41.0)


def test_maximization() -> None:
    """There, the best cost is the largest one and the best bound the least."""
    rows = [
        row("a", s, c, bound=b, maximize=True) for s, c, b in ((0, 90.0, 120.0), (1, 95.0, 110.0))
    ]
    (line,) = per_instance(rows)
    assert (line.cost, line.bound) == (95.0, 110.0)


def test_failed_runs_count_against_the_method() -> None:
    """They have no cost, but a run without a solution did not reach the best value."""
    (line,) = per_instance([row("a", 0, 100.0), failed("a", 1)])
    assert (line.runs, line.failed, line.valid, line.at_best) == (2, 1, 1, 0.5)
    assert line.cost == 100.0
    assert cells(line)[-1] == "1/2, 1 failed"


def test_invalid_solutions_have_no_cost() -> None:
    """What the checker rejects is not compared with anything."""
    (line,) = per_instance([row("a", 0, 90.0, valid=False, gap_to_best=None, at_best=None)])
    assert (line.cost, line.gap, line.at_best, line.valid) == (None, None, 0.0, 0)


def test_only_failures_still_make_a_line() -> None:
    """A method that always crashes must not vanish from the table."""
    lines = per_instance([failed("a", 0)])
    assert (lines[0].runs, lines[0].failed, lines[0].cost, lines[0].seconds) == (1, 1, None, None)
    (total,) = per_method(lines)
    assert (total.runs, total.failed, total.gap) == (1, 1, None)


def test_methods_parameters_and_guides_are_told_apart() -> None:
    """Every combination has a line and a label of its own."""
    rows = [
        row("a", 0, 100.0),
        row("a", 0, 101.0, params={"depth": "6", "breadth": "5"}),
        row("a", 0, 102.0, guide="knn:5"),
    ]
    assert [line.method for line in per_instance(rows)] == [
        "lk",
        "lk (breadth=5, depth=6)",
        "lk (guide knn:5)",
    ]
    assert method_label(rows[1]) == "lk (breadth=5, depth=6)"


def test_instances_of_one_name_in_two_places_are_told_apart() -> None:
    """The path identifies an instance, its name need not."""
    assert len(per_instance([row("a", 0, 1.0), row("a", 0, 2.0, source="/other/a.tsp")])) == 2


def test_methods_are_averaged_over_instances() -> None:
    """Instances weigh the same, however many seeds each has; those without a value are left out."""
    rows = [row("a", 0, 100.0), row("a", 1, 102.0), row("b", 0, 104.0), row("c", 0, 5.0, best=None)]
    (total,) = per_method(per_instance(rows))
    assert total.instance == "(3 instances)"
    assert total.gap == pytest.approx((0.01 + 0.04) / 2)
    assert total.best_gap == pytest.approx((0.0 + 0.04) / 2)
    assert total.at_best == 0.25
    assert (total.runs, total.cost) == (4, None)


def test_cells_are_readable() -> None:
    """Gaps in percent, integers without decimals, blanks where nothing is known."""
    (line,) = per_instance([row("a", 0, 23.2057, best=23.205382)])
    text = dict(zip(headers(), cells(line), strict=True))
    assert text["gap %"] == "0.0014"
    assert text["cost"] == "23.205700"
    assert text["bound"] == ""
    assert text["valid"] == "1/1"
    (line,) = per_instance([row("a", 0, 142382641.0, best=142382641.0)])
    assert dict(zip(headers(), cells(line), strict=True))["cost"] == "142382641"


def test_markdown_is_a_table() -> None:
    """Every line has as many cells as the header."""
    text = markdown(per_instance([row("a", 0, 100.0), failed("b", 0)]))
    assert {line.count("|") for line in text.splitlines()} == {len(headers()) + 1}
    assert len(text.splitlines()) == 4


def test_csv_keeps_every_digit() -> None:
    """Other programs get fractions and full precision, instances first, then methods."""
    cost = 23.205382000000123
    text = summary([row("a, b", 0, cost, best=23.205382)], ".csv")
    records = list(csv.DictReader(io.StringIO(text)))
    assert [r["instance"] for r in records] == ["a, b", "(1 instance)"]
    assert float(records[0]["cost"]) == cost
    assert float(records[0]["gap"]) == (cost - 23.205382) / 23.205382
    assert records[0]["bound"] == ""


def test_a_markdown_summary_has_both_tables() -> None:
    """Methods come first: that is what one looks for."""
    text = summary([row("a", 0, 100.0)], ".md")
    assert text.index("# Methods") < text.index("(1 instance)") < text.index("# Instances")


def test_other_summaries_are_errors() -> None:
    """There are two formats."""
    with pytest.raises(ValueError, match=r"\.md or \.csv"):
        summary([], ".txt")


def test_failures_are_named() -> None:
    """One line per failed run says which and why."""
    assert failures([row("a", 0, 100.0), failed("b", 4)]) == ["b, lk, seed 4: worker died"]
