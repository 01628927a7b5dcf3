"""Job shops as suites, and their best-known values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve.bench.best_known import BestKnown, for_file
from cosolve.bench.scheduling_names import scheduling_keys
from cosolve.bench.suites import find_suite
from cosolve.io import write_problem
from cosolve.problems.random_scheduling import random_fjsp


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("dauzere/18a.fjs", ["dpp18a"]),
        ("behnke/lar04_5.fjs", ["behnke60"]),
        ("behnke/sm01_1.fjs", ["behnke1"]),
        ("behnke/med02_3.fjs.gz", ["behnke28"]),
        ("hurink_vdata/la40.fjs", ["la40_vdata"]),
        ("hurink_edata/mt06.fjs", ["ft06_edata"]),
        ("fattahi/sfjs03.fjs", ["fattahi3"]),
        ("fattahi/mfjs10.fjs", ["fattahi20"]),
        ("kacem/k4.fjs", ["kacem4"]),
        ("mt10.txt", ["ft10"]),
        ("ta41.txt", ["ta41js"]),
        ("brandimarte/mk10.fjs", []),
        ("ta41js.txt", []),
    ],
)
def test_other_names(path: str, names: list[str]) -> None:
    """Files are found under the names of the list."""
    assert scheduling_keys(path) == names


def test_bounds_are_values(tmp_path: Path) -> None:
    """The upper bound is the best known value, and proven if it is the lower one, too."""
    values = {"a": {"lb": 5, "ub": 7, "status": "open"}, "b": {"lb": 7, "ub": 7}, "c": {"lb": 3}}
    (tmp_path / "bks.json").write_text(json.dumps(values))
    found = [for_file(tmp_path / f"{name}.fjs") for name in "abc"]
    assert found == [BestKnown(7, False), BestKnown(7, True), None]


def test_a_folder_of_job_shops_is_a_suite(tmp_path: Path) -> None:
    """Text and JSON that hold an instance count, lists and schedules do not."""
    write_problem(random_fjsp(2, 2, 2), tmp_path / "a.fjs")
    write_problem(random_fjsp(2, 2, 2), tmp_path / "b.json")
    (tmp_path / "c.txt").write_text("2 2\n0 3 1 2\n1 2 0 5\n")
    (tmp_path / "notes.txt").write_text("nothing\n")
    (tmp_path / "bks.json").write_text('{"a": {"lb": 3, "ub": 3}}')
    (tmp_path / "plan.json").write_text('{"format": "cosolve-schedule", "version": 1}')
    found = find_suite(str(tmp_path))
    assert [instance.name for instance in found] == ["a", "b", "c"]
    assert [instance.load().operations for instance in found] == [4, 4, 4]
