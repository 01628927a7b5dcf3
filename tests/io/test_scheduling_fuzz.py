"""Damaged files of scheduling never give anything but a problem or a one-line error."""

from __future__ import annotations

from pathlib import Path

import pytest
from damaged import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.io import read, read_solution
from cosolve.problems import Scheduling
from cosolve.testing.solutions import one_by_one
from cosolve.testing.strategies import damaged

FEW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FJS = b"2 3 1.5\n2 2 1 5 2 4 1 3 0\n3 1 2 7 1 1 8 3 1 1 2 2 3 3\n"
FJS_FROM_0 = b"2 3\n2 2 0 5 1 4 1 2 0\n1 1 1 7\n"
JSP = b"# an example\n 2 2\n0 3 1 2\n1 2 0 5\n"
TAILLARD = (
    b"Nb of jobs, Nb of Machines, Time seed\n 2 3 77\nTimes\n 4 5 6\n 7 8 9\nMachines\n 1 2 3\n"
    b" 3 2 1\n"
)
BARE = b"2 3\n4 5 6\n7 8 9\n1 2 3\n3 2 1\n"
JSON = b"""{
"format": "cosolve-scheduling", "version": 1, "name": "x", "comment": "y", "machines": 2,
"objective": "tardiness", "ordered": false, "precedence": [[[0, 0], [1, 1]]], "available": [0, 4],
"downtime": [[0, 3, 5]], "setups": [[0, 1], [2, 0]], "change_cost": 1.5,
"jobs": [
{"release": 3, "due": 9, "weight": 2.5, "operations": [
{"alternatives": [[0, 5], [1, 6]], "family": 0, "preferred": 1}]},
{"due": -1, "operations": [{"alternatives": [[1, 0]], "family": 1, "preferred": -1},
{"alternatives": [[0, 7]], "family": 1}]}]}
"""
FILES = {
    "fjs": FJS,
    "fjs-from-0": FJS_FROM_0,
    "jsp": JSP,
    "taillard": TAILLARD,
    "bare": BARE,
    "json": JSON,
}


@pytest.mark.parametrize("name", FILES)
def test_the_undamaged_file_is_read(folder: Path, name: str) -> None:
    """The properties below begin with a good file."""
    path = folder / "good"
    path.write_bytes(FILES[name])
    problem = read(path)
    assert isinstance(problem, Scheduling)
    assert problem.job_count == 2


@pytest.mark.parametrize("name", FILES)
@FEW
@given(data=st.data())
def test_damaged_files(folder: Path, name: str, data: st.DataObject) -> None:
    """What is read is a whole problem, of which there is a schedule."""
    path = folder / data.draw(st.sampled_from(("a.fjs", "a.jsp", "a.txt", "a.json", "a")))
    path.write_bytes(data.draw(damaged(FILES[name])))
    problem = outcome(path, read)
    if isinstance(problem, Scheduling):
        assert problem.check(one_by_one(problem)) == []


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("form", ["text", "json"])
@FEW
@given(data=st.data())
def test_damaged_schedules(folder: Path, form: str, complete: bool, data: st.DataObject) -> None:
    """A schedule that is read has every operation on a machine of its own, or may be checked."""
    problem = Scheduling.from_jobs([[{0: 3, 1: 2}, {1: 2}], [{1: 2, 0: 5}]])
    text = b"# schedule of x\n0 0 0 0 3\n0 1 1 3 5\n1 0 1 0 2\n"
    if form == "json":
        text = (
            b'{"format": "cosolve-schedule", "version": 1, "operations": [\n'
            b'{"job": 0, "operation": 0, "machine": 0, "start": 0, "end": 3},\n'
            b'{"job": 0, "operation": 1, "machine": 1, "start": 3, "end": 5},\n'
            b'{"job": 1, "operation": 0, "machine": 1, "start": 0, "end": 2}]}'
        )
    path = folder / "a.sol"
    path.write_bytes(data.draw(damaged(text)))
    found = outcome(path, lambda path: read_solution(path, problem, complete=complete))
    if found is not None:
        kinds = {violation.kind for violation in problem.check(found)}
        if complete:
            assert not kinds & {"wrong-machine", "missing-operation", "wrong-size"}
