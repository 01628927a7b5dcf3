"""Scheduling problems: what they refuse, what schedules cost and violate."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from cosolve.problems import Objective, Schedule, Scheduling
from cosolve.problems.scheduling_critical import critical_path
from cosolve.problems.scheduling_features import features
from cosolve.testing import scheduling_samples
from cosolve.testing.solutions import one_by_one

SAMPLES = {problem.name: problem for problem in scheduling_samples()}
# Job 0: machine 0 or 1, then 1; job 1: machine 1 or 0.
PROBLEM = Scheduling.from_jobs([[{0: 3, 1: 2}, {1: 2}], [{1: 2, 0: 5}]], name="three")
PLAN = Schedule([0, 1, 1], [0, 3, 0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first": [0, 2, 2, 5]}, "operation 1 of job 0 has no machine"),
        ({"duration": [3, 2, 2, 2, -5]}, "operation 2 has the negative duration -5"),
        ({"duration": [3, 2, 2, 2, 2**41]}, "numbers beyond 1099511627776 are not supported"),
        ({"duration": [3, 2, 2, 2, float("nan")]}, "duration of alternative 4 must be a whole"),
        ({"machine": [0, 1, 1, 1, 1]}, "operation 2 names machine 1 twice"),
        ({"machine": [0, -1, 1, 1, 0]}, "operation 0 has the negative machine -1"),
        ({"machines": 1}, "machines is 1, but number 1 is named"),
        ({"job_count": 1}, "job_count is 1, but number 1 is named"),
        ({"jobs": [0, 1, 0]}, "jobs must be numbers from 0 that do not decrease"),
        ({"jobs": [0, 1]}, "must have shape"),
        ({"precedence": [[1, 0]]}, "operation 0 of job 0 would have to end before it begins"),
        ({"precedence": [[0, 2], [2, 1], [1, 2]]}, "would have to end before it begins"),
        ({"precedence": [[0, 3]]}, "precedence names an operation that is not one of 0 to 2"),
        ({"release": [1]}, "release must have shape (2,), one for each of the jobs, got (1,)"),
        ({"release": [1, -1]}, "release 1 is negative: -1"),
        ({"objective": "tardiness"}, "to minimize tardiness, jobs need due dates"),
        ({"weights": [1, -1]}, "the weight of job 1 must be at least 0, got -1"),
        ({"available": [0]}, "one for each of the machines"),
        ({"downtime": [[2, 0, 5]]}, "downtime names machine 2, but there are 2"),
        ({"downtime": [[0, 5, 4]]}, "machine 0 cannot be down from 5 to 4"),
        ({"families": [0, 0, 0]}, "families and setups go together"),
        ({"families": [0, 1, 0], "setups": [[0]]}, "families must be from 0 to 0"),
        ({"families": [0, 0, 0], "setups": [[-1]]}, "a setup time is negative"),
        ({"preferred": [0, 1, 2]}, "preferred machines must be from -1 to 1"),
        ({"change_cost": -1.0}, "change_cost must be at least 0 and finite, got -1"),
        ({"ordered": 2}, "ordered must be True or False, got 2"),
    ],
)
def test_malformed_arguments_are_errors(changes: dict[str, Any], words: str) -> None:
    """The message says what and where."""
    with pytest.raises(ValueError, match=re.escape(words)):
        dataclasses.replace(PROBLEM, **changes)


def test_arrays_are_copied_and_read_only() -> None:
    """Nobody can change a problem later."""
    release = np.array([1, 2])
    problem = dataclasses.replace(PROBLEM, release=release)
    release[0] = 9
    assert problem.release.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        problem.release[0] = 9


@pytest.mark.parametrize(
    ("changes", "cost", "integral"),
    [
        ({}, 5, True),
        ({"objective": "flow-time"}, 5 + 2, True),
        ({"objective": "flow-time", "weights": [1, 2.5]}, 5 + 5, False),
        ({"objective": "flow-time", "release": [0, 0]}, 7, True),
        ({"objective": "tardiness", "due": [4, 4], "weights": [3, 1]}, 3, True),
        ({"objective": "tardiness", "due": [-1, 0]}, 6 + 2, True),
        ({"preferred": [1, 1, -1], "change_cost": 0.5}, 5.5, False),
        (
            {
                "objective": "flow-time",
                "job_count": 4,
                "release": [0, 0, 9, 9],
                "weights": [1] * 4,
            },
            7,
            True,
        ),
    ],
)
def test_costs(changes: dict[str, Any], cost: float, integral: bool) -> None:
    """Makespan, weighted sums and changes; jobs without operations cost nothing."""
    problem = dataclasses.replace(PROBLEM, **changes)
    assert problem.check(PLAN) == []
    assert problem.cost(PLAN) == cost
    assert problem.integral == integral


@pytest.mark.parametrize(
    ("changes", "schedule", "message"),
    [
        ({}, ([0, 1], [0, 3]), "the schedule has 2 operations, 3 are to do"),
        ({}, ([0, 0, 1], [0, 3, 0]), "operation 1 of job 0 cannot be done by machine 0"),
        ({}, ([0, -1, 1], [0, 3, 0]), "operation 1 of job 0 is not scheduled"),
        ({"release": [1, 0]}, ([0, 1, 1], [0, 3, 0]), "1 before its job is released"),
        ({"available": [2, 0]}, ([0, 1, 1], [0, 3, 0]), "2 before its machine is available"),
        ({}, ([0, 1, 1], [0, 2, 0]), "operation 1 of job 0 begins at 2, 1 before operation 0 of"),
        ({"precedence": [[2, 0]]}, ([0, 1, 1], [1, 4, 0]), "operation 0 of job 0 begins at 1, 1 "),
        ({}, ([0, 1, 1], [0, 3, 2]), "machine 1 begins operation 1 of job 0 at 3, 1 before"),
        (
            {"families": [0, 0, 1], "setups": [[0, 0], [4, 0]]},
            ([0, 1, 1], [0, 3, 0]),
            "operation 1 of job 0 at 3, 3 before operation 0 of job 1 and its setup of 4 ends",
        ),
        (
            {"ordered": False},
            ([0, 1, 1], [0, 2, 0]),
            "job 0 begins operation 1 of job 0 at 2, 1 before operation 0 of job 0 ends",
        ),
        (
            {"downtime": [[1, 4, 9]]},
            ([0, 1, 1], [0, 3, 0]),
            "operation 1 of job 0 is under way while machine 1 is down from 4 to 9",
        ),
    ],
)
def test_violations(
    changes: dict[str, Any], schedule: tuple[list[int], list[int]], message: str
) -> None:
    """Each is named with its operation, and by how much it is wrong."""
    problem = dataclasses.replace(PROBLEM, **changes)
    found = problem.check(Schedule(*schedule))
    assert len(found) == 1, found
    assert message in found[0].message


def test_operations_meet_downtime_without_touching_it() -> None:
    """Ending when it begins, beginning when it ends; empty downtime is none."""
    problem = dataclasses.replace(PROBLEM, downtime=[[1, 2, 3], [0, 1, 1]])
    assert problem.downtime.tolist() == [[1, 2, 3]]
    assert problem.check(PLAN) == []


def test_overlapping_downtime_is_seen_whole() -> None:
    """A short break within a long one does not hide it."""
    problem = dataclasses.replace(PROBLEM, downtime=[[1, 2, 90], [1, 2, 3], [1, 4, 5]])
    found = problem.check(Schedule([0, 1, 1], [0, 20, 0]))
    assert [v.message for v in found] == [
        "operation 1 of job 0 is under way while machine 1 is down from 2 to 90"
    ]
    assert problem.check(Schedule([0, 1, 1], [0, 90, 0])) == []


def test_only_some_of_many_violations_are_listed() -> None:
    """Twenty and how many more there are."""
    problem = Scheduling.from_jobs([[{0: 3}]] * 40)
    found = problem.check(Schedule(np.zeros(40, int), np.zeros(40, int)))
    assert len(found) == 21
    assert found[-1].message == "19 more like these"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_critical_path_explains_the_makespan(name: str) -> None:
    """Its operations follow each other without a break, setups apart, and the last one is last."""
    problem = SAMPLES[name]
    schedule = one_by_one(problem)
    path = critical_path(problem, schedule)
    ends = problem.ends(schedule)
    if problem.operations == 0:
        assert path.size == 0
        return
    assert ends[path[-1]] == ends.max()
    gaps = schedule.start[path[1:]] - ends[path[:-1]]
    assert (gaps >= 0).all()
    if problem.setups is None:
        assert (gaps == 0).all()


def test_critical_path_through_a_setup() -> None:
    """Machine, setup and job arcs are followed."""
    problem = dataclasses.replace(
        PROBLEM, families=[0, 0, 1], setups=[[0, 0], [4, 0]], machine=[0, 1, 1, 1, 0]
    )
    schedule = Schedule([0, 1, 1], [0, 6, 0])
    assert critical_path(problem, schedule).tolist() == [2, 1]
    assert critical_path(PROBLEM, PLAN).tolist() == [0, 1]


def test_features_are_named() -> None:
    """Everything has nothing to miss, a job shop has nothing."""
    assert features(SAMPLES["job-shop"]) == []
    assert features(SAMPLES["flexible-job-shop"]) == ["choice of machines"]
    assert len(features(SAMPLES["everything"])) == 9
    assert features(SAMPLES["open-shop"]) == ["jobs without order"]
    assert SAMPLES["tardiness"].objective is Objective.TARDINESS
