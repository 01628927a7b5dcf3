"""Files of job shops in every layout, and what is wrong with bad ones."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.core import FormatError
from cosolve.io import read, write_problem
from cosolve.problems import TSP, Objective, Scheduling
from cosolve.problems.random_scheduling import random_fjsp, random_jsp
from cosolve.testing import scheduling_samples
from cosolve.testing.scheduling_strategies import schedulings

SAMPLES = {problem.name: problem for problem in scheduling_samples()}
ARRAYS = (
    "jobs", "first", "machine", "duration", "precedence", "release", "due", "weights", "available",
    "downtime", "families", "setups", "preferred",
)  # fmt: skip
VALUES = ("machines", "job_count", "ordered", "objective", "change_cost", "name", "comment")


def written(folder: Path, text: str, name: str = "a.txt") -> Scheduling:
    """Return the problem that a text is read as."""
    path = folder / name
    path.write_text(text)
    return read(path)


def operations(problem: Scheduling) -> list[list[dict[int, int]]]:
    """Return durations by machine of each operation of each job."""
    found: list[list[dict[int, int]]] = [[] for _ in range(problem.job_count)]
    for i, (a, b) in enumerate(zip(problem.first, problem.first[1:], strict=False)):
        pairs = zip(problem.machine[a:b].tolist(), problem.duration[a:b].tolist(), strict=True)
        found[problem.jobs[i]].append(dict(pairs))
    return found


def assert_same(one: Scheduling, two: Scheduling) -> None:
    """Compare everything two problems have."""
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(two, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert a.dtype == b.dtype, name
            assert np.array_equal(a, b), name
    assert [getattr(one, name) for name in VALUES] == [getattr(two, name) for name in VALUES]


TWO_JOBS = [[{0: 5, 1: 4}, {2: 0}], [{1: 7}]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2 3\n2 2 1 5 2 4 1 3 0\n1 1 2 7\n", "a.fjs"),
        ("2 3\n2 2 1 5 2 4 1 3 0\n1 1 2 7\n", "a.txt"),
        ("2 3 1.33\n2 2 1 5 2 4 1 3 0\n1 1 2 7\n", "a"),
        ("2 3\n2 2 0 5 1 4 1 2 0\n1 1 1 7\n", "a.fjs"),
        ("2 3 2\r\n2   2 0 5\t1 4 1 2 0\r\n\r\n 1 1 1 7", "a.txt"),
        ("# by hand\n2 3 # jobs, machines\n2 2 0 5 1 4 1 2 0\n# the other one\n1 1 1 7\n", "a"),
    ],
    ids=["from-1", "text", "third-number", "from-0", "spaces", "comments"],
)
def test_flexible_job_shops(tmp_path: Path, text: str, name: str) -> None:
    """Machines are from 0 or 1, a third number may come first, lines may end as they like."""
    problem = written(tmp_path, text, name)
    assert operations(problem) == TWO_JOBS
    assert (problem.machines, problem.job_count) == (3, 2)
    assert problem.objective is Objective.MAKESPAN


@pytest.mark.parametrize(
    "text",
    [
        "2 2\n0 3 1 2\n1 2 0 5\n",
        "# ft00\n# a remark\n2 2\n0 3 1 2\n1 2 0 5\n",
        "2 2\n1 3 2 2\n2 2 1 5\n",
        "Nb of jobs, Nb of Machines, seed\n 2 2 123\nTimes\n3 2\n2 5\nMachines\n1 2\n2 1\n",
        "2 2\ntimes\n3 2\n2 5\nmachines\n1 2\n2 1\n",
        "2 2 9 9 1 1\nTimes\n3 2\n2 5\nMachines\n1 2\n2 1\n",
    ],
    ids=["pairs", "comments", "pairs-from-1", "taillard", "words", "seeds"],
)
def test_job_shops(tmp_path: Path, text: str) -> None:
    """Pairs of machine and duration, or durations first and then machines."""
    assert operations(written(tmp_path, text)) == [[{0: 3}, {1: 2}], [{1: 2}, {0: 5}]]


def test_blocks_without_words(tmp_path: Path) -> None:
    """Twice as many lines as jobs, each with a number for each machine: durations, machines."""
    text = "2 3\n4 5 6\n7 8 9\n1 2 3\n3 2 1\n"
    expected = [[{0: 4}, {1: 5}, {2: 6}], [{2: 7}, {1: 8}, {0: 9}]]
    assert operations(written(tmp_path, text)) == expected


def test_one_operation_a_job_needs_the_suffix(tmp_path: Path) -> None:
    """Lines of two numbers are coordinates, unless the name says that they are a job shop."""
    text = "3 1\n0 5\n0 3\n0 2\n"
    assert isinstance(written(tmp_path, text), TSP)
    assert operations(written(tmp_path, text, "a.jsp")) == [[{0: 5}], [{0: 3}], [{0: 2}]]


def test_edge_cases_of_flexible_job_shops(tmp_path: Path) -> None:
    """Jobs without operations, no jobs at all, and machines without work."""
    assert operations(written(tmp_path, "3 9\n0\n1 1 1 0\n0\n", "a.fjs")) == [[], [{0: 0}], []]
    assert operations(written(tmp_path, "0 0\n", "a.fjs")) == []
    assert written(tmp_path, "1 9\n1 1 1 5\n").machines == 9


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("2 3\n2 2 1 5 2 4 1 3 0\n", 2, "expected 2 lines, one for each job, found 1"),
        ("1 3\n1 1 1 5\n1 1 1 5\n", 3, "expected 1 lines, one for each job, found 2"),
        ("2 3\n1 1 1 5\n1 0\n", 3, "operation 0 of job 1: expected one machine or more, found 0"),
        ("2 3\n1 1 1 5\n2 1 1 5\n", 3, "job 1: expected 2 operations, found 1 in the line"),
        ("2 3\n1 1 1 5\n1 1 1 5 7\n", 3, "1 more numbers"),
        ("2 3\n1 1 1 5\n1 2 1 5\n", 3, "operation 0 of job 1: expected machine and duration 2"),
        ("2 3\n1 1 1 5\n\n1 1 4 5\n", 4, "operation 0 of job 1: expected a machine from 1 to 3, f"),
        ("2 3\n1 1 0 5\n1 1 3 5\n", 3, "operation 0 of job 1: expected a machine from 0 to 2"),
        ("2 3\n1 1 1 5\n2 1 1 5 1 1 -5\n", 3, "operation 1 of job 1: expected a duration of 0"),
        ("2 3\n1 1 1 5\n1 2 2 5 2 5\n", 3, "operation 0 of job 1: machine 2 is named twice"),
        ("2 3\n1 1 1 5\n1 1 1 1e13\n", 3, "expected a whole number of at most"),
        ("2 3\n1 1 1 5\n1 1 1 99999999999999999999999\n", 3, "expected a whole number of at most"),
        ("2 3\n1 1 1 5\n1 1 1 1.5\n", 3, "expected a whole number of at most"),
        ("2 3\n1 1 1 5\n1 1 1 nan\n", 3, "expected a whole number of at most"),
        ("2 3\n1 1 1 5\n1 1 1 x\n", 3, "expected a number, found 'x'"),
        ("2\n1 1 1 5\n", 1, "expected the number of machines, found the end of the line"),
        ("x 3\n1 1 1 5\n", 1, "expected the number of jobs, found 'x'"),
        ("-1 3\n1 1 1 5\n", 1, "expected the number of jobs, found '-1'"),
        ("1 3 2 2\n1 1 1 5\n", 1, "expected 2 or 3 numbers, found 4"),
        ("1 3 x\n1 1 1 5\n", 1, "expected a number, found 'x'"),
    ],
)
def test_bad_flexible_job_shops(tmp_path: Path, text: str, line: int, words: str) -> None:
    """The message names line, job and operation."""
    with pytest.raises(FormatError) as caught:
        written(tmp_path, text, "a.fjs")
    assert str(caught.value).startswith(f"{tmp_path / 'a.fjs'}:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("2 2\n0 3 1 2\n1 2 0\n", 3, "job 1: expected pairs of machine and duration, found 3 num"),
        ("2 2\n0 3 1 2\n1 2 2 1\n", 3, "operation 1 of job 1: expected a machine from 0 to 1"),
        ("2 2\n0 3 1 -2\n1 2 0 1\n", 2, "operation 1 of job 0: expected a duration of 0 or more"),
        ("3 2\n0 3 1 2\n1 2 0 1\n", 3, "expected 3 lines, one for each job, found 2"),
        ("2 2 3 4\n0 3 1 2\n1 2 0 1\n", 1, "expected 2 numbers, found 4"),
        ("2 2\ntimes\n3 2\n2 5\nmachines\n1 2\n2 7\n", 7, "operation 1 of job 1: expected a mach"),
        ("2 2\ntimes\n3 2\n2 5\nmachines\n1 2\n2\n", 7, "job 1: expected 2 machines"),
        ("2 2\ntimes\n3 2\n2 5\nmachines\n1 2\n", 6, "expected 2 lines of durations and 2 of"),
        ("2 2\ntimes\n3 2\n2 5\n", None, "expected the words times and machines once each"),
    ],
)
def test_bad_job_shops(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    """The message names line, job and operation."""
    with pytest.raises(FormatError) as caught:
        written(tmp_path, text, "a.jsp")
    where = "" if line is None else f":{line}"
    assert str(caught.value).startswith(f"{tmp_path / 'a.jsp'}{where}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_json_holds_everything(tmp_path: Path, name: str, suffix: str) -> None:
    """What is written is read back, array by array."""
    path = tmp_path / f"a{suffix}"
    write_problem(SAMPLES[name], path)
    assert_same(read(path), SAMPLES[name])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=schedulings(), comment=st.text(max_size=20))
def test_any_problem_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, problem: Scheduling, comment: str
) -> None:
    """JSON holds what hypothesis finds, too."""
    object.__setattr__(problem, "comment", comment)
    path = tmp_path_factory.getbasetemp() / "any.json"
    write_problem(problem, path)
    assert_same(read(path), problem)


@pytest.mark.parametrize(
    "problem",
    [
        random_fjsp(4, 5, 3, 1),
        random_jsp(4, 5, 2),
        Scheduling.from_jobs([[], [{2: 3, 1: 0}, {1: 1}], []], machines=7),
        Scheduling.from_jobs([[{1: 3}], [{1: 2}]]),
    ],
    ids=["flexible", "job-shop", "empty-jobs", "idle-machine"],
)
@pytest.mark.parametrize("suffix", [".fjs", ".jsp", ".fjs.gz"])
def test_shops_are_read_back(tmp_path: Path, problem: Scheduling, suffix: str) -> None:
    """FJS and JSP files hold (flexible) job shops exactly, or are refused."""
    path = tmp_path / f"a{suffix}"
    bare = suffix == ".jsp" and (problem.flexible or problem.job_count == 3)
    if bare:
        with pytest.raises(ValueError, match="cannot hold the"):
            write_problem(problem, path)
        assert not path.exists()
    else:
        write_problem(problem, path)
        found = read(path)
        assert operations(found) == operations(problem)
        assert (found.machines, found.job_count) == (problem.machines, problem.job_count)


@pytest.mark.parametrize(
    "name", ["setups", "open-shop", "downtime", "tardiness", "preferred", "available", "precedence"]
)
def test_what_shops_cannot_hold_is_an_error(tmp_path: Path, name: str) -> None:
    """Nothing is dropped silently."""
    with pytest.raises(ValueError, match=r"the FJS format cannot hold the .* write \.json"):
        write_problem(SAMPLES[name], tmp_path / "a.fjs")


def test_unknown_suffix(tmp_path: Path) -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match=r"expected one of: \.json \.fjs \.jsp"):
        write_problem(random_jsp(2, 2), tmp_path / "a.tsp")


GOOD = {
    "format": "cosolve-scheduling",
    "version": 1,
    "machines": 2,
    "jobs": [
        {"operations": [{"alternatives": [[0, 5], [1, 6]]}], "due": 4},
        {"operations": [{"alternatives": [[0, 5]]}, {"alternatives": [[1, 7]]}], "due": 3},
    ],
}


def _set(path: str, value: object) -> str:
    """Return the good file with another value at a path such as jobs.0.due."""
    problem = json.loads(json.dumps(GOOD))
    *way, last = [int(k) if k.isdigit() else k for k in path.split(".")]
    place = problem
    for key in way:
        place = place[key]
    place[last] = value
    return json.dumps(problem)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_set("version", 2), "version: expected 1, found 2"),
        (_set("format", "x"), 'format: expected "cosolve-scheduling", found "x"'),
        (_set("format", "cosolve-schedule"), 'found "cosolve-schedule"'),
        (_set("machines", -1), "machines: expected a number from 0 to"),
        (_set("machines", 1), "jobs[0].operations[0].alternatives[1][0]: expected a number from 0"),
        (_set("extra", 1), 'unknown key "extra", expected one of: format, version'),
        (_set("jobs.0.until", 1), 'jobs[0]: unknown key "until"'),
        (_set("jobs.0.operations.0.alternatives", []), "expected one machine or more, found none"),
        (_set("jobs.0.operations.0.alternatives.1.1", -3), "alternatives[1][1]: expected a number"),
        (_set("jobs.0.operations.0.alternatives.1.1", 1.5), "alternatives[1][1]: expected a whole"),
        (_set("jobs.0.operations.0.alternatives.1.1", True), "expected a whole number, found true"),
        (_set("jobs.0.operations.0.alternatives.1.1", 10**400), "expected a number from 0 to 1099"),
        (_set("jobs.0.operations.0.alternatives.1.0", 0), "[1][0]: machine 0 is named twice"),
        (_set("jobs.0.operations.0.alternatives.1", [1]), "[1]: expected 2 values, found 1"),
        (_set("jobs.0.operations", 3), "jobs[0].operations: expected a list, found 3"),
        (_set("jobs.0", []), "jobs[0]: expected an object, found []"),
        (_set("jobs.0", {"operations": []}), 'jobs[0]: expected the key "due"'),
        (_set("jobs.1.weight", -1), "jobs[1].weight: expected a number of 0 or more"),
        (_set("jobs.1.release", "x"), 'jobs[1].release: expected a whole number, found "x"'),
        (_set("objective", "cost"), 'objective: expected "makespan" or "tardiness" or'),
        (_set("ordered", 1), "ordered: expected true or false, found 1"),
        (_set("precedence", [[[0, 0], [1, 2]]]), "precedence[0][1][1]: expected a number from 0 t"),
        (_set("precedence", [[[1, 1], [1, 0]]]), "operation 0 of job 1 would have to end before"),
        (_set("downtime", [[0, 3]]), "downtime[0]: expected 3 values, found 2"),
        (_set("downtime", [[0, 3, 2]]), "machine 0 cannot be down from 3 to 2"),
        (_set("available", [1]), "available must have shape (2,)"),
        (_set("setups", [[0]]), "setups: expected a family for every operation"),
        (_set("jobs.0.operations.0.family", 0), "expected a family for every operation or for"),
        (_set("jobs.0.operations.0.preferred", 2), "preferred: expected a number from -1 to 1"),
        (json.dumps(GOOD)[:-1], "not valid JSON"),
        (json.dumps(GOOD).replace("7", "NaN"), "expected numbers that are finite, found NaN"),
        (json.dumps(GOOD).replace('"due": 4', '"due": 4, "due": 5'), 'the key "due" is there twi'),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(GOOD).replace("7", "7" * 5000), "a number has too many digits"),
        ("[1, 2]", "expected an object, found [1, 2]"),
    ],
)
def test_bad_json(tmp_path: Path, text: str, words: str) -> None:
    """The message names the key, in one line."""
    with pytest.raises(FormatError) as caught:
        written(tmp_path, text, "a.json")
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "a.json"))
    assert len(str(caught.value).splitlines()) == 1


def test_bad_json_has_its_line(tmp_path: Path) -> None:
    """A syntax error is found where it is."""
    with pytest.raises(FormatError, match=r"a\.json:2: not valid JSON"):
        written(tmp_path, '{"format": "cosolve-scheduling",\n"version": 1,,}', "a.json")


def test_rounding_is_not_for_scheduling(tmp_path: Path) -> None:
    """There are no distances."""
    path = tmp_path / "a.fjs"
    write_problem(random_fjsp(2, 2, 2), path)
    with pytest.raises(ValueError, match="rounding is for distances"):
        read(path, "nint")


def test_compressed_files(tmp_path: Path) -> None:
    """Any of them may be packed."""
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"2 2\n0 3 1 2\n1 2 0 5\n"))
    assert read(path).operations == 4


@pytest.mark.timing
@pytest.mark.parametrize("suffix", [".fjs", ".json"])
def test_a_hundred_thousand_operations_are_read_in_a_second(tmp_path: Path, suffix: str) -> None:
    """Half a million alternatives."""
    problem = random_fjsp(100, 10, 1000)
    path = tmp_path / f"a{suffix}"
    write_problem(problem, path)
    began = time.process_time()
    found = read(path)
    assert time.process_time() - began < 1.0
    assert found.operations == 100_000
