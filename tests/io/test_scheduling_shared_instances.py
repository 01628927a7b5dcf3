"""Tests on the published sets of job shops; skipped where the data are absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cosolve.bench import best_known
from cosolve.bench.suites import find_suite
from cosolve.io import read, write_problem

COUNTS = {"fjsp": 317, "jsp": 222}
# Those of which the list and the file do not agree on the number of machines.
OTHER_SIZE = {"mk06", "sfjs06", "k1"}


@pytest.mark.parametrize("name", COUNTS)
def test_every_instance_is_read_and_has_a_best_known_value(data: Path, name: str) -> None:
    """Sizes are those of the list, which calls some files by other names."""
    found = find_suite(str(data / name))
    assert len(found) >= COUNTS[name]
    values = best_known._load(data / name / "bks.json")
    for instance in found:
        problem = instance.load()
        assert problem.kind == "scheduling"
        assert problem.flexible == (name == "fjsp")
        assert problem.ordered
        assert instance.best_known is not None, instance.name
        path = Path(instance.source)
        relative = path.relative_to(data / name).as_posix()
        keys = [*best_known.scheduling_keys(relative), path.stem]
        size = next(values[key]["size"] for key in keys if key in values)
        if path.stem not in OTHER_SIZE:
            assert size.split()[:3:2] == [str(problem.job_count), str(problem.machines)], path
        assert int(problem.duration.min()) >= 0


@pytest.mark.parametrize(
    "path", ["jsp/Taillard1993/ta01js.txt", "fjsp/dauzere/18a.fjs", "fjsp/kacem/k1.fjs"]
)
@pytest.mark.parametrize("suffix", [".fjs", ".json"])
def test_instances_are_written_and_read_back(
    data: Path, tmp_path: Path, path: str, suffix: str
) -> None:
    """Nothing is lost, whichever number the first machine has in the file."""
    problem = read(data / path)
    write_problem(problem, tmp_path / f"a{suffix}")
    found = read(tmp_path / f"a{suffix}")
    for name in ("jobs", "first", "machine", "duration"):
        assert np.array_equal(getattr(found, name), getattr(problem, name))
    assert found.machines == problem.machines


@pytest.mark.parametrize(
    ("path", "value", "proven"),
    [
        ("fjsp/dauzere/18a.fjs", 2070, False),
        ("fjsp/hurink_vdata/la40.fjs", 955, True),
        ("fjsp/hurink_edata/mt06.fjs", 55, True),
        ("fjsp/behnke/lar04_5.fjs", 402, False),
        ("fjsp/fattahi/mfjs10.fjs", None, None),
        ("jsp/Taillard1993/ta71js.txt", 5464, True),
    ],
)
def test_best_known_values(data: Path, path: str, value: float | None, proven: bool | None) -> None:
    """Upper bounds count, and are proven where the lower bound is the same."""
    found = best_known.for_file(data / path)
    assert found is not None
    if value is not None:
        assert (found.value, found.proven) == (value, proven)
