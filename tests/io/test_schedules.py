"""Schedules as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosolve.core import FormatError
from cosolve.io import read, read_solution, write_solution
from cosolve.problems import Schedule, Scheduling
from cosolve.testing import scheduling_samples
from cosolve.testing.solutions import one_by_one

SAMPLES = {problem.name: problem for problem in scheduling_samples()}
PROBLEM = Scheduling.from_jobs([[{0: 3, 1: 2}, {1: 2}], [], [{1: 2, 0: 5}]], name="three")
PLAN = Schedule([0, 1, 1], [0, 3, 0])
TEXT = "0 0 0 0 3\n0 1 1 3 5\n2 0 1 0 2\n"


def from_text(folder: Path, text: str, *, complete: bool = True) -> Schedule:
    """Return the schedule that a text is read as."""
    path = folder / "a.sol"
    path.write_text(text)
    return read_solution(path, PROBLEM, complete=complete)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("file", ["a.sol", "a.json", "a.txt.gz"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str, file: str) -> None:
    """As text and as JSON, packed or not."""
    problem = SAMPLES[name]
    schedule = one_by_one(problem)
    write_solution(problem, schedule, tmp_path / file)
    assert read_solution(tmp_path / file, problem) == schedule


def test_text(tmp_path: Path) -> None:
    """A line for each operation, which say themselves what they are."""
    write_solution(PROBLEM, PLAN, tmp_path / "a.sol")
    head = "# schedule of three, makespan 5\n# job operation machine start end\n"
    assert (tmp_path / "a.sol").read_text() == head + TEXT


def test_order_and_remarks_do_not_matter(tmp_path: Path) -> None:
    """Lines may come by machine or by time, with remarks and blank lines between."""
    text = "# by hand\n2 0 1 0 2 # first\n\n0 1 1 3 5\r\n  0 0 0 0 3\n"
    assert from_text(tmp_path, text) == PLAN


def test_json_has_cost_and_names(tmp_path: Path) -> None:
    """Others can read it without this program."""
    write_solution(PROBLEM, PLAN, tmp_path / "a.json")
    found = json.loads((tmp_path / "a.json").read_text())
    assert (found["problem"], found["cost"]) == ("three", 5.0)
    assert found["operations"][1] == {"job": 0, "operation": 1, "machine": 1, "start": 3, "end": 5}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("0 0 0 0 3\n0 1 1 3 5\n", None, "1 of 3 operations are not scheduled, the first is oper"),
        (TEXT + "0 0 1 5 7\n", 4, "operation 0 of job 0 is scheduled twice"),
        (TEXT.replace("2 0", "3 0"), 3, "there is no job 3: expected 0 to 2"),
        (TEXT.replace("2 0", "1 0"), 3, "job 1 has no operation 0: it has 0"),
        (TEXT.replace("0 1 1", "0 2 1"), 2, "job 0 has no operation 2: it has 2, from 0"),
        (TEXT.replace("0 1 1", "0 -1 1"), 2, "job 0 has no operation -1"),
        (TEXT.replace("2 0 1", "2 0 2"), 3, "there is no machine 2: expected 0 to 1"),
        (TEXT.replace("0 1 1 3 5", "0 1 0 3 5"), 2, "operation 1 of job 0 cannot be done by mach"),
        (TEXT.replace("3 5", "3 6"), 2, "ends at 6, but it begins at 3 and takes 2 on machine 1"),
        (TEXT.replace("3 5", "3"), 2, "expected 5 numbers, found 4"),
        (TEXT.replace("3 5", "x 5"), 2, "expected a number, found 'x'"),
        (TEXT.replace("3 5", "3.5 5.5"), 2, "expected whole numbers"),
        (TEXT.replace("3 5", "nan 5"), 2, "expected whole numbers"),
        (TEXT.replace("3 5", "1e18 1e18"), 2, "expected numbers of at most"),
        ("# nothing\n", None, "expected the 3 operations, found none"),
    ],
)
def test_bad_text(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    """The message names line and operation."""
    with pytest.raises(FormatError) as caught:
        from_text(tmp_path, text)
    where = "" if line is None else f":{line}"
    assert str(caught.value).startswith(f"{tmp_path / 'a.sol'}{where}: ")
    assert words in str(caught.value)


def test_the_checker_says_what_is_missing_or_elsewhere(tmp_path: Path) -> None:
    """Without insisting on a complete schedule, `check` lists what is wrong."""
    found = from_text(tmp_path, "0 0 0 0 3\n", complete=False)
    assert [v.message for v in PROBLEM.check(found)] == [
        "operation 1 of job 0 is not scheduled",
        "operation 0 of job 2 is not scheduled",
    ]
    found = from_text(tmp_path, TEXT.replace("0 1 1 3 5", "0 1 0 3 4"), complete=False)
    assert [v.kind for v in PROBLEM.check(found)] == ["wrong-machine"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda o: o[1].pop("machine"), 'operations[1]: expected the key "machine"'),
        (lambda o: o[1].update(machine="1"), "operations[1].machine: expected a whole number"),
        (lambda o: o[1].update(end=9), "operations[1]: operation 1 of job 0 ends at 9"),
        (lambda o: o[1].update(note=""), 'operations[1]: unknown key "note"'),
        (lambda o: o.append(o[0]), "operations[3]: operation 0 of job 0 is scheduled twice"),
    ],
    ids=["missing", "text", "end", "unknown", "twice"],
)
def test_bad_json(tmp_path: Path, change: object, words: str) -> None:
    """The message names the entry."""
    path = tmp_path / "a.json"
    write_solution(PROBLEM, PLAN, path)
    value = json.loads(path.read_text())
    change(value["operations"])
    path.write_text(json.dumps(value))
    with pytest.raises(FormatError) as caught:
        read_solution(path, PROBLEM)
    assert words in str(caught.value)


def test_a_schedule_is_no_problem(tmp_path: Path) -> None:
    """Neither as text nor as JSON."""
    for name in ("a.sol", "a.json"):
        write_solution(PROBLEM, PLAN, tmp_path / name)
        with pytest.raises(FormatError, match="schedule"):
            read(tmp_path / name)


def test_infeasible_schedules_are_not_written(tmp_path: Path) -> None:
    """As with all other solutions."""
    with pytest.raises(ValueError, match="the schedule is infeasible: operation 1 of job 0 begins"):
        write_solution(PROBLEM, Schedule([0, 1, 1], [0, 2, 0]), tmp_path / "a.sol")
    assert not (tmp_path / "a.sol").exists()
