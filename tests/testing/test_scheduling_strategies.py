"""The random scheduling problems, the slow reference, and the checker agree."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scheduling_reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.problems import Schedule, Scheduling
from cosolve.testing import scheduling_samples
from cosolve.testing.scheduling_strategies import VARIANTS, schedules, schedulings
from cosolve.testing.solutions import bad_start, wrong_visits

SAMPLES = {problem.name: problem for problem in scheduling_samples()}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_checker_and_reference_agree(data: st.DataObject) -> None:
    """What the checker accepts is what the reference accepts, at the same cost."""
    problem = data.draw(schedulings())
    schedule = data.draw(schedules(problem))
    cost = scheduling_reference.schedule_cost(problem, schedule)
    violations = problem.check(schedule)
    assert (cost is None) == bool(violations), violations
    if cost is not None:
        assert problem.cost(schedule) == pytest.approx(cost)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_schedule_is_better_than_the_optimum(data: st.DataObject) -> None:
    """A feasible schedule costs at least what the brute force finds."""
    problem = data.draw(schedulings(max_size=4))
    optimum = scheduling_reference.optimal_cost(problem)
    for schedule in (data.draw(schedules(problem)), bad_start(problem)):
        cost = scheduling_reference.schedule_cost(problem, schedule)
        assert cost is None or cost >= optimum - 1e-9
    assert optimum < float("inf")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_can_be_drawn_alone(variant: str) -> None:
    """Problems that have just one variant exist, and say so."""
    found = []

    @settings(max_examples=20, deadline=None, database=None)
    @given(schedulings(min_size=3, variants=(variant,)))
    def draw(problem: Scheduling) -> None:
        found.append(problem.name)

    draw()
    assert set(found) == {"plain", variant}


def test_both_feasible_and_infeasible_schedules_are_drawn() -> None:
    """The comparison above sees enough of either."""
    feasible = []

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        problem = data.draw(schedulings(min_size=2))
        feasible.append(not problem.check(data.draw(schedules(problem))))

    draw()
    assert 0.2 < np.mean(feasible) < 0.9


def test_reference_finds_known_optima() -> None:
    """Two jobs that cross on two machines; with a setup; and with a break in the middle."""
    problem = Scheduling.from_jobs([[{0: 3}, {1: 2}], [{1: 2}, {0: 4}]])
    assert scheduling_reference.optimal_cost(problem) == 7
    setups = dataclasses.replace(problem, families=[0, 0, 1, 1], setups=[[0, 5], [6, 0]])
    # The second job waits for the first on both machines: 3 + 5 + 4.
    assert scheduling_reference.optimal_cost(setups) == 12
    down = dataclasses.replace(problem, downtime=[[0, 2, 4]])
    # Machine 0 is free from 4 on, and has 3 + 4 to do.
    assert scheduling_reference.optimal_cost(down) == 11


@pytest.mark.parametrize("name", SAMPLES)
def test_one_after_the_other_is_feasible(name: str) -> None:
    """What the conformance suite starts from is a schedule of every sample, and a bad one."""
    problem = SAMPLES[name]
    start = bad_start(problem)
    assert problem.check(start) == []
    assert wrong_visits(problem, start) is None
    assert scheduling_reference.schedule_cost(problem, start) == pytest.approx(problem.cost(start))


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith("-tiny")])
def test_tiny_samples_have_an_optimum(name: str) -> None:
    """Trying all orders tells it in a moment."""
    problem = SAMPLES[name]
    assert problem.operations <= 6
    optimum = scheduling_reference.optimal_cost(problem)
    assert optimum <= problem.cost(bad_start(problem))


def test_samples_have_different_names() -> None:
    """Messages of the conformance suite tell which sample they are about."""
    assert len(SAMPLES) == len(scheduling_samples())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: Schedule(s.machine[1:], s.start[1:]), "scheduled 7 operations"),
        (lambda s: Schedule(s.machine, s.start * 0), "two operations at once"),
        (lambda s: Schedule(s.machine * 0 + 9, s.start), "none of its machines"),
        (lambda s: Schedule(s.machine, s.start - 10**6), "begins at -"),
    ],
    ids=["fewer", "together", "elsewhere", "before"],
)
def test_wrong_schedules_are_caught_without_the_checker(change: object, words: str) -> None:
    """Operations left out, at once, on other machines or too early are seen in plain Python."""
    problem = dataclasses.replace(SAMPLES["setups"], families=None, setups=None)
    problem = Scheduling.from_jobs(
        [[{0: 3}, {1: 5}, {0: 1}, {2: 1}], [{2: 4}, {1: 5}, {0: 2}, {1: 1}]]
    )
    wrong = wrong_visits(problem, change(bad_start(problem)))
    assert wrong is not None
    assert words in wrong
