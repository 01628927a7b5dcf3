"""No bound of a vehicle routing problem exceeds a best known value; skipped without the data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cosolve.bounds import lower_bound, rounded_up
from cosolve.core import Run, Stop
from cosolve.io import read

FOLDER = Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[2] / "../shared/instances"))
pytestmark = pytest.mark.skipif(
    not (FOLDER / "cvrplib").is_dir(), reason="the shared instances are not here"
)
FEW_STEPS = 10
LARGEST = 600  # clients, to keep the test short


def listed(family: str) -> dict[str, dict[str, object]]:
    """Everything that is known about a family of instances."""
    path = FOLDER / family / "bks.json"
    return json.loads(path.read_text()) if path.exists() else {}


def files(family: str, folders: tuple[str, ...], suffix: str, every: int) -> list[Path]:
    """Return some of the instances of some sets."""
    found = [p for f in folders for p in sorted((FOLDER / family / f).rglob(f"*{suffix}"))]
    return found[::every]


CASES = [
    *files("cvrplib", ("A", "B", "E", "P", "F", "CMT", "Tai"), ".vrp", 6),
    *files("cvrplib", ("X",), ".vrp", 12),
    *files("vrptw", ("solomon",), ".txt", 8),
    *files("mdvrp", ("cordeau",), "", 8),
    *files("hfvrp", ("taillard",), ".vrp", 5),
]


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.name)
def test_bound_is_below_the_best_known_value(path: Path) -> None:
    """A few steps of the ascent give a bound, and none is above the best known value."""
    family, *rest = path.relative_to(FOLDER).with_suffix("").parts
    entry = listed(family).get("/".join(rest))
    if entry is None:
        pytest.skip("no value is listed")
    entry = entry.get("dimacs", entry)  # type: ignore[assignment]
    assert isinstance(entry, dict)
    value = entry.get("value")
    problem = read(path)
    if not isinstance(value, int | float) or problem.size > LARGEST:
        pytest.skip("of another convention, or large")
    found = lower_bound(problem, Run(Stop(iterations=FEW_STEPS)))
    assert found is not None
    assert 0 < rounded_up(problem, found.value) <= value + 1e-6 * abs(value)
