"""Sets with one instance per line, and the values that go with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from cosolve.bench import find_suite
from cosolve.bench.best_known import BestKnown
from cosolve.bench.line_sets import LineSet
from cosolve.core import FormatError

LINES = (
    "0 0 0 1 1 1 1 0 output 1 2 3 4 1\n0 0 0 2 2 2 2 0 output 1 2 3 4 1 \n0 0 0.5 0.25 1 1 1e-1 0\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder like the shared tsp-uniform: a set of 4 nodes, and a list of values."""
    home = tmp_path / "tsp-sets"
    home.mkdir()
    (home / "tsp4_test.txt.gz").write_bytes(gzip.compress(LINES.encode()))
    (home / "tsp40_test.txt").write_text("0 0 1 1\n")
    values = {
        "tsp4_test.txt.gz": {"value": 6.0, "per_instance": [4.0, 8.0, 3.0]},
        "tsp40_test": {"value": 2.5, "per_instance": None},
    }
    (home / "bks.json").write_text(json.dumps(values))
    return home


def test_every_line_is_an_instance(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come in order with their values; a suite names the folder and the number of nodes."""
    monkeypatch.setenv("COSOLVE_DATA", str(folder.parent))
    found = find_suite("tsp-sets:4")
    assert [i.name for i in found] == ["tsp4_test-0", "tsp4_test-1", "tsp4_test-2"]
    assert [i.best_known for i in found] == [BestKnown(v, False) for v in (4.0, 8.0, 3.0)]
    assert {i.suite for i in found} == {"tsp-sets:4"}
    assert [i.size() for i in found] == [4, 4, 4]
    np.testing.assert_array_equal(found[2].load().coords, [[0, 0], [0.5, 0.25], [1, 1], [0.1, 0]])
    assert found[1].load().cost(_square()) == 8.0


def _square() -> object:
    from cosolve.problems import Tour

    return Tour(np.arange(4, dtype=np.int32))


def test_some_of_a_set(folder: Path) -> None:
    """COUNT and FIRST choose lines; the file itself is the whole set."""
    names = [i.name for i in find_suite(f"{folder}:4x1:1")]
    assert names == ["tsp4_test-1"]
    assert [i.name for i in find_suite(f"{folder}:4:2")] == ["tsp4_test-2"]
    assert len(find_suite(str(folder / "tsp4_test.txt.gz"))) == 3


def test_a_mean_value_is_named_as_such(folder: Path) -> None:
    """Where there is one value for all, tables say so."""
    (found,) = find_suite(f"{folder}:40")
    assert found.best_known is not None
    assert found.best_known.value == 2.5
    assert "mean value" in found.best_known.reference


def test_digests_go_by_the_points(folder: Path) -> None:
    """The stored tours do not matter."""
    digests = LineSet(folder / "tsp4_test.txt.gz").digests()
    assert len(set(digests)) == 3
    other = folder / "tsp4_other.txt"
    other.write_text(LINES.replace("output 1 2 3 4 1", "output 4 3 2 1 4"))
    assert LineSet(other).digests() == digests


@pytest.mark.parametrize("text", ["0 0 1\n", "0 0 x 1\n"])
def test_broken_lines_are_named(tmp_path: Path, text: str) -> None:
    """The message has the number of the line."""
    path = tmp_path / "tsp2_x.txt"
    path.write_text(LINES + text)
    with pytest.raises(FormatError, match=r"tsp2_x\.txt:4: expected x y"):
        LineSet(path).load(3)
    with pytest.raises(FormatError, match="only 4 instances"):
        LineSet(path).load(4)


def test_missing_sizes_are_errors(folder: Path) -> None:
    """The message says which file was looked for."""
    with pytest.raises(ValueError, match=r"no file tsp7_\*"):
        find_suite(f"{folder}:7")
