"""Best-known values are found beside or above an instance."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cosolve.bench.best_known import BestKnown, for_file, for_name
from cosolve.core import FormatError
from cosolve.io import read, read_solution


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("file", ["a280.tsp", "a280.tsp.gz", "a280"])
def test_suffixes_do_not_matter(tmp_path: Path, file: str) -> None:
    """A key names the file without its suffix."""
    write(tmp_path / "bks.json", '{"a280": {"value": 2579, "proven": true}}')
    assert for_file(write(tmp_path / file, "")) == BestKnown(2579.0, True)


@pytest.mark.parametrize("file", ["E1k.0", "E1k.0.gz"])
def test_numbered_files_are_listed_as_they_are(tmp_path: Path, file: str) -> None:
    """The end of E1k.0 is no suffix."""
    write(tmp_path / "bks.json", '{"dimacs/E1k.0": {"value": 1}, "dimacs/E1k.1": {"value": 2}}')
    assert for_file(write(tmp_path / "dimacs" / file, "")) == BestKnown(1.0, False)


def test_one_list_serves_the_folders_below(tmp_path: Path) -> None:
    """Keys are paths relative to the list."""
    write(tmp_path / "bks.json", '{"vlsi/x": {"value": 5}, "x": {"value": 6}}')
    assert for_file(write(tmp_path / "vlsi" / "x.tsp", "")) == BestKnown(5.0, False)
    assert for_file(write(tmp_path / "art" / "x.tsp", "")) is None


def test_the_nearest_list_counts(tmp_path: Path) -> None:
    """A list beside the instance hides those further up."""
    write(tmp_path / "bks.json", '{"sub/x": {"value": 5}}')
    write(tmp_path / "sub" / "best_known.json", '{"x": {"value": 7}}')
    assert for_file(write(tmp_path / "sub" / "x.tsp", "")) == BestKnown(7.0, False)


@pytest.mark.parametrize("entry", ['"infeasible"', '{"value": "infeasible"}', "{}", "[]", "3"])
def test_entries_without_a_number_are_no_value(tmp_path: Path, entry: str) -> None:
    """Some sets list words, or several conventions: nothing to compare with."""
    write(tmp_path / "bks.json", f'{{"x": {entry}}}')
    assert for_file(tmp_path / "x.tsp") is None


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_list_is_an_error(tmp_path: Path, text: str) -> None:
    """Gaps must not vanish silently because a list cannot be read."""
    write(tmp_path / "bks.json", text)
    with pytest.raises(FormatError, match=r"bks\.json"):
        for_file(tmp_path / "x.tsp")


def test_names_are_looked_up_as_they_are(tmp_path: Path) -> None:
    """Generated instances have no file; a list that is not there knows nothing."""
    values = write(tmp_path / "values.json", '{"uniform-10-0": {"value": 2.5}}')
    assert for_name(values, "uniform-10-0") == BestKnown(2.5, False)
    assert for_name(values, "uniform-10-1") is None
    assert for_name(tmp_path / "none.json", "uniform-10-0") is None


@pytest.mark.parametrize(
    ("value", "cost", "gap"),
    [(100.0, 101.0, 0.01), (100.0, 99.0, -0.01), (-100.0, -99.0, 0.01), (0.0, 0.0, 0.0)],
)
def test_gap_is_a_fraction_of_the_value(value: float, cost: float, gap: float) -> None:
    """Worse is positive, whatever the sign of the value."""
    assert BestKnown(value, False).gap(cost) == pytest.approx(gap)


def test_gap_to_zero_is_infinite() -> None:
    """No fraction of nothing is finite."""
    assert BestKnown(0.0, True).gap(1.0) == math.inf


def test_rounded_values_are_reached_within_a_millionth() -> None:
    """Float optima are written down with six decimals; integers are exact, however large."""
    assert BestKnown(23.205382, False).reached(23.2053824, integral=False)
    assert not BestKnown(23.205382, False).reached(23.2055, integral=False)
    assert BestKnown(142382641.0, False).reached(142382641.0, integral=True)
    assert not BestKnown(142382641.0, False).reached(142382642.0, integral=True)


WINDOWS = """{"c101": {
    "dimacs": {"value": 827.3, "proven": true, "convention": "distances truncated to 1 decimal"},
    "hierarchical": {"vehicles": 10, "distance": 828.94, "proven": false},
    "distance_double": {"value": 828.94, "proven": false},
    "value": 827.3, "proven": true}}"""


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (None, BestKnown(827.3, True)),
        ("trunc1", BestKnown(827.3, True)),
        ("none", BestKnown(828.94, False)),
        ("nint", None),
    ],
)
def test_each_rounding_has_its_value(
    tmp_path: Path, rounding: str | None, expected: BestKnown | None
) -> None:
    """Entries with a value for each convention are asked for that of the rounding."""
    write(tmp_path / "bks.json", WINDOWS)
    assert for_file(tmp_path / "c101.txt", rounding) == expected


def test_a_value_of_another_rounding_is_none(tmp_path: Path) -> None:
    """Rounded to integers, an instance has no value that was found without rounding."""
    write(tmp_path / "bks.json", '{"x": {"value": 5, "convention": "double precision"}}')
    assert for_file(tmp_path / "x.vrp", "nint") is None
    assert for_file(tmp_path / "x.vrp", "none") == BestKnown(5.0, False)


def test_of_vehicles_and_distance_the_distance_is_compared(tmp_path: Path) -> None:
    """Of a value that counts vehicles first, the distance is what costs can be compared with."""
    convention = "minimise vehicles first, then distance, double precision"
    write(
        tmp_path / "bks.json", f'{{"lc1": {{"value": [10, 828.9], "convention": "{convention}"}}}}'
    )
    found = for_file(tmp_path / "lilim" / "lc1.txt")
    assert found == BestKnown(828.9, False)
    assert "vehicles" in found.reference


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        ("original units; instance file costs are x100 (see README)", 500.0),
        ("value in scaled integer units of the x100 instance file", 0.005),
    ],
)
def test_values_are_in_the_unit_of_costs(tmp_path: Path, convention: str, expected: float) -> None:
    """Some sets list values in another unit than that of the costs in their files."""
    write(tmp_path / "bks.json", f'{{"x": {{"value": 5, "convention": "{convention}"}}}}')
    assert for_file(tmp_path / "x.vrp") == BestKnown(expected, False)


def test_optima_for_limited_fleets_are_no_proof(tmp_path: Path) -> None:
    """Files of some sets do not state the number of vehicles that their values are for."""
    note = "value is for at most k vehicles as in the name"
    write(tmp_path / "bks.json", f'{{"x-k2": {{"value": 5, "proven": true, "note": "{note}"}}}}')
    assert for_file(tmp_path / "x-k2.vrp") == BestKnown(5.0, False)


def test_letters_of_either_case_are_the_same(tmp_path: Path) -> None:
    """The list may say C1_2_1 where the file is called c1_2_1.txt."""
    write(tmp_path / "bks.json", '{"homberger/C1_2_1": {"value": 5}}')
    assert for_file(tmp_path / "homberger" / "c1_2_1.txt") == BestKnown(5.0, False)


def test_values_belong_to_the_costs_of_the_shared_instances(data: Path) -> None:
    """Published solutions cost what the lists say, in the unit and rounding that is read."""
    for name in (
        "cvrplib/X/X-n101-k25.vrp", "cvrplib/Taillard/tai75a.vrp", "vrptw/solomon/C101.txt",
        "hfvrp/pessoa-X/X101-FSMFD.vrp", "hfvrp/pessoa-X/X129-FSMFD.vrp",
        "mdvrp/mdvrptw-vidal/PR11A.vrp",
    ):  # fmt: skip
        path = data / name
        problem = read(path)
        known = for_file(path)
        solution = read_solution(path.with_suffix(".sol"), problem)
        assert known is not None
        assert problem.cost(solution) == pytest.approx(known.value, rel=1e-5), name


@pytest.mark.parametrize(("cost", "gap"), [(90.0, 0.1), (110.0, -0.1), (100.0, 0.0)])
def test_gap_of_a_maximization(cost: float, gap: float) -> None:
    """There, a cost is behind the value where it is below."""
    assert BestKnown(100.0, True).gap(cost, maximize=True) == pytest.approx(gap)


@pytest.mark.parametrize(
    ("value", "cost", "integral", "maximize", "reached"),
    [
        (100.0, 100.0, True, True, True), (100.0, 99.0, True, True, False),
        (100.0, 101.0, True, True, True), (100.0, 99.99999, False, True, True),
        (753.9999999999128, 754.0, True, False, True),
        (753.9999999999128, 755.0, True, False, False),
        (754.0000000001, 754.0, True, True, True), (0.0, -1.0, True, False, True),
        (0.0, 1.0, True, False, False),
    ],
)  # fmt: skip
def test_reaching_a_value(
    value: float, cost: float, integral: bool, maximize: bool, reached: bool
) -> None:
    """A value written by a floating-point solver stands for the whole number beside it."""
    known = BestKnown(value, True)
    assert known.reached(cost, integral=integral, maximize=maximize) is reached
