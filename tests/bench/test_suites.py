"""Words on the command line become lists of instances."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from cosolve.bench.best_known import BestKnown
from cosolve.bench.suites import find_suite, uniform
from cosolve.problems import Metric

DATA = Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[3] / "shared" / "instances"))


def test_a_folder_is_searched_with_those_below(suite: Path) -> None:
    """Instances come in natural order, other files are left out, values are found."""
    found = find_suite(str(suite))
    assert [i.name for i in found] == ["deep/line10", "line8", "line9"]
    assert [i.best_known for i in found] == [BestKnown(18, False), BestKnown(14, True), None]
    assert [i.load().size for i in found] == [10, 8, 9]


def test_numbers_in_names_are_sorted_by_value(tmp_path: Path) -> None:
    """rat99 comes before rat195."""
    for name in ("rat195", "rat99", "a280"):
        (tmp_path / f"{name}.tsp").touch()
    assert [i.name for i in find_suite(str(tmp_path))] == ["a280", "rat99", "rat195"]


def test_a_file_is_a_suite_of_one(suite: Path) -> None:
    """A path of an instance stands for it, with its value."""
    (found,) = find_suite(str(suite / "line8.tsp"))
    assert (found.name, found.best_known) == ("line8", BestKnown(14, True))


def test_suites_are_found_by_name(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """COSOLVE_DATA names the folder with the suites; files in it can be named, too."""
    monkeypatch.setenv("COSOLVE_DATA", str(suite.parent))
    assert len(find_suite("suite")) == 3
    assert [i.name for i in find_suite("suite/line9.tsp")] == ["line9"]


def test_numbered_files_count_if_a_list_names_them(tmp_path: Path) -> None:
    """E1k.0 is an instance, notes.1 is not; both may be compressed."""
    (tmp_path / "bks.json").write_text('{"E1k.0": {"value": 3}, "E1k.1": {"value": 4}}')
    (tmp_path / "E1k.0").touch()
    (tmp_path / "E1k.1.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "notes.1").touch()
    found = find_suite(str(tmp_path))
    assert [(i.name, i.best_known and i.best_known.value) for i in found] == [
        ("E1k.0", 3.0),
        ("E1k.1", 4.0),
    ]


def test_the_same_content_has_the_same_digest(suite: Path, tmp_path: Path) -> None:
    """An instance is known again after it was moved, and not after it was changed."""
    (before,) = find_suite(str(suite / "line8.tsp"))
    moved = tmp_path / "elsewhere.tsp"
    moved.write_bytes((suite / "line8.tsp").read_bytes())
    assert find_suite(str(moved))[0].digest == before.digest
    moved.write_bytes(moved.read_bytes() + b"\n")
    assert find_suite(str(moved))[0].digest != before.digest


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (9, None, ["deep/line10", "line9"]),
        (None, 8, ["line8"]),
        (9, 9, ["line9"]),
    ],
)
def test_sizes_are_limited(
    suite: Path, low: int | None, high: int | None, names: list[str]
) -> None:
    """Both limits are inclusive."""
    assert [i.name for i in find_suite(str(suite), min_size=low, max_size=high)] == names


def test_files_that_cannot_be_read_stay_in(suite: Path) -> None:
    """A broken file must show up as a failure, not vanish through a filter."""
    (suite / "broken.tsp").write_text("DIMENSION: many\n")
    assert "broken" in [i.name for i in find_suite(str(suite), max_size=8)]


def test_generated_suites_count_their_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """uniform:NxCOUNT:SEED makes COUNT instances from SEED on."""
    found = find_suite("uniform:12x3:7")
    assert [i.name for i in found] == ["uniform-12-7", "uniform-12-8", "uniform-12-9"]
    problem = found[1].load()
    assert np.array_equal(problem.coords, np.random.default_rng(8).random((12, 2)))
    assert problem.metric is Metric.EUCLIDEAN
    assert len({i.digest for i in found}) == 3


def test_generated_suites_have_defaults() -> None:
    """Without count and seed there is one instance, of seed 0."""
    assert [i.source for i in find_suite("uniform:12")] == ["uniform:12:0"]
    assert uniform(12, 0).name == "uniform-12-0"


def test_values_of_generated_instances_are_known() -> None:
    """The checkout lists the best tours known of the benchmark's instances."""
    known = [i.best_known for i in find_suite("uniform:1000x3:1234")]
    quoted = [23.205382, 22.838615, 23.068273]  # summed over rounded points
    assert [k and k.value for k in known] == pytest.approx(quoted, rel=2e-6)


@pytest.mark.parametrize(
    "target",
    ["uniform:", "uniform:0", "uniform:5x0", "uniform:5:-1", "uniform:5x2:1:1", "uniform:x"],
)
def test_malformed_generated_suites_are_errors(target: str) -> None:
    """What does not parse is not silently something else."""
    with pytest.raises(ValueError, match="uniform:N"):
        find_suite(target)


def test_a_suite_that_is_not_there_is_an_error() -> None:
    """The message says where it was looked for."""
    with pytest.raises(ValueError, match=r"no suite, folder or file nowhere .*instances"):
        find_suite("nowhere")


def test_an_empty_suite_is_an_error(tmp_path: Path, suite: Path) -> None:
    """No instances at all, or none of the size asked for, is not a benchmark."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty"):
        find_suite(str(tmp_path / "empty"))
    with pytest.raises(ValueError, match="empty"):
        find_suite(str(suite), min_size=1000)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared instances")
@pytest.mark.parametrize(
    ("name", "count", "known"), [("tsplib", 100, 100), ("tsp-large", 121, 121)]
)
def test_shared_suites_are_complete(name: str, count: int, known: int) -> None:
    """All files are found, and nearly all of their values, nested lists included."""
    found = find_suite(str(DATA / name))
    assert len(found) >= count
    assert sum(i.best_known is not None for i in found) >= known


SOLOMON = """C1

VEHICLE
NUMBER     CAPACITY
   2          50

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      40         50          0          0       1000          0
    1      45         68         10          0        900         10
    2      45         70         30        100        400         10
"""


def test_vehicle_routing_is_found_by_suffix_and_by_content(tmp_path: Path) -> None:
    """Files of Solomon end in .txt as many others do."""
    (tmp_path / "c1.txt").write_text(SOLOMON)
    (tmp_path / "README.txt").write_text("Not an instance.\n")
    (tmp_path / "points.txt").write_text("1 2\n3 4\n")
    (tmp_path / "x.vrp").touch()
    assert [i.name for i in find_suite(str(tmp_path))] == ["c1", "x"]


def test_another_rounding_is_another_instance(tmp_path: Path) -> None:
    """It is read in that rounding, compared with its value, and known by another digest."""
    (tmp_path / "c1.txt").write_text(SOLOMON)
    (tmp_path / "bks.json").write_text(
        '{"c1": {"value": 1.5, "dimacs": {"value": 1.5}, "distance_double": {"value": 2.5}}}'
    )
    (usual,) = find_suite(str(tmp_path))
    (exact,) = find_suite(str(tmp_path), rounding="none")
    assert usual.digest != exact.digest
    assert [i.best_known and i.best_known.value for i in (usual, exact)] == [1.5, 2.5]
    assert [i.load().metric for i in (usual, exact)] == [Metric.TRUNC1, Metric.EUCLIDEAN]


def test_generated_instances_have_no_rounding() -> None:
    """Only files can be read in another rounding."""
    with pytest.raises(ValueError, match="no file"):
        find_suite("uniform:10", rounding="nint")
