"""The instances that come with the project are what SOURCES.md and best_known.json say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import cosolve
from cosolve.cli.main import run

FOLDER = Path(__file__).resolve().parent.parent / "instances"
SUFFIXES = {".tsp", ".atsp", ".npy", ".vrp", ".fjs", ".jsp"}
FILES = sorted(p for p in FOLDER.iterdir() if p.suffix in SUFFIXES)
TOURS = sorted(FOLDER.glob("*.opt.tour"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_instance_is_documented(path: Path) -> None:
    """Every instance is read, has a source, and has the size and kind of its best-known value."""
    problem = cosolve.read(path)
    entry = json.loads((FOLDER / "best_known.json").read_text())[path.stem]
    if problem.kind == "scheduling":
        size = (problem.job_count, problem.machines, problem.operations)
        assert size == (entry["jobs"], entry["machines"], entry["operations"])
    else:
        assert (problem.size, problem.symmetric) == (entry["n"], entry["symmetric"])
    assert f"| {path.name} |" in (FOLDER / "SOURCES.md").read_text()


def test_best_known_values_have_instances() -> None:
    """No value is listed without its instance."""
    values = json.loads((FOLDER / "best_known.json").read_text())
    assert set(values) == {path.stem for path in FILES}


@pytest.mark.parametrize("path", TOURS, ids=lambda path: path.name)
def test_optimal_tour_has_the_best_known_cost(path: Path) -> None:
    """Every optimal tour is feasible and as long as listed."""
    name = path.name.removesuffix(".opt.tour")
    problem = cosolve.read(FOLDER / f"{name}.tsp")
    tour = cosolve.read_solution(path, problem)
    assert problem.check(tour) == []
    assert problem.cost(tour) == json.loads((FOLDER / "best_known.json").read_text())[name]["value"]


def test_uniform_instance_is_made_as_documented() -> None:
    """The uniform instance equals what SOURCES.md says it is."""
    problem = cosolve.read(FOLDER / "uniform-1000-1234.npy")
    assert np.array_equal(problem.coords, np.random.default_rng(1234).random((1000, 2)))


@pytest.mark.parametrize("name", ["clustered-500-1.tsp", "x-60-7.vrp", "fjsp-6x4x5-1.fjs"])
def test_generated_instances_are_made_as_documented(tmp_path: Path, name: str) -> None:
    """The command in SOURCES.md writes a generated instance again, byte for byte."""
    command = re.search(rf"`cosolve (generate .* -o {name})`", (FOLDER / "SOURCES.md").read_text())
    assert command is not None
    made = tmp_path / name
    assert run([*command[1].split()[:-1], str(made)]) == 0
    assert made.read_bytes() == (FOLDER / name).read_bytes()
