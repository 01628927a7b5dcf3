"""Bounds of scheduling problems: below brute force, and where they are known."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling_brute_force import KINDS, optimum, tiny

from cosolve.bounds import lower_bound, proves, seconds_needed
from cosolve.bounds.scheduling import forced_changes, quick_bound
from cosolve.bounds.scheduling_machines import one_machine, preemptive_completions
from cosolve.core import Run, Stop
from cosolve.exact.scheduling_loads import (
    Task,
    climb,
    load_ascent,
    loads_of,
    weighted_bound,
    whole_rows,
)
from cosolve.problems import Objective, Scheduling
from cosolve.search.calendars import Calendar
from cosolve.search.dispatch import dispatch
from cosolve.search.heads_tails import heads_and_tails


class Ears:
    """Stands for the channel of a worker."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.heard: list[float] = []

    def send(self, message: float) -> None:
        """Remember it."""
        self.heard.append(message)


def flexible(operations: int, machines: int, seed: int, **options: object) -> Scheduling:
    """Return a flexible job shop of jobs with five operations."""
    rng = np.random.default_rng(seed)
    listed = [
        [
            {
                int(m): int(rng.integers(1, 100))
                for m in rng.permutation(machines)[: rng.integers(1, machines + 1)]
            }
            for _ in range(5)
        ]
        for _ in range(operations // 5)
    ]
    return Scheduling.from_jobs(listed, machines=machines, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_below_the_optimum(kind: str) -> None:
    """No bound is above the optimum that enumeration finds."""
    for seed in range(10):
        problem = tiny(kind, seed)
        best = optimum(problem)
        assert quick_bound(problem) <= best + 1e-9
        found = lower_bound(problem, Run(Stop(iterations=60)), upper=best)
        assert found is not None
        assert 0 <= found.value <= best + 1e-9


@pytest.mark.parametrize(
    "kind", ["flexible", "open-flexible", "available", "downtime", "preferred"]
)
def test_programs_are_below_the_optimum(kind: str) -> None:
    """Linear programs with cuts stay below the optimum, too, and are no worse than the ascent."""
    pytest.importorskip("ortools")
    for seed in range(10):
        problem = tiny(kind, seed)
        loads = loads_of(problem, heads_and_tails(problem))
        ears = Ears()
        assert climb(Task(loads, np.inf), ears)  # type: ignore[arg-type]
        best = optimum(problem) - forced_changes(problem)
        assert max(ears.heard, default=0.0) <= best + 1e-9
        ascent = max(load_ascent(loads, 300))
        assert max(ears.heard, default=0.0) >= ascent - 1e-6 * (1 + ascent)


def test_ascent_comes_near_the_program() -> None:
    """The ascent is within half a percent of the linear program of all loads."""
    pytest.importorskip("ortools")
    problem = flexible(100, 5, 1)
    loads = loads_of(problem, heads_and_tails(problem))
    ears = Ears()
    climb(Task(loads, np.inf), ears)  # type: ignore[arg-type]
    ascent = list(load_ascent(loads, 400))
    assert ascent == sorted(ascent)
    assert 0.995 * ears.heard[0] <= ascent[-1] <= ears.heard[0] + 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_any_weights_give_a_valid_bound(seed: int, weights: list[float]) -> None:
    """Weights of rows may be anything; the bound holds for every schedule."""
    problem = tiny("available", seed)
    loads = loads_of(problem, heads_and_tails(problem))
    rows = whole_rows(loads)
    value = weighted_bound(loads, rows, np.array(weights[: len(rows)]))
    assert value <= problem.cost(dispatch(problem)) + 1e-9


def test_idle_machines_do_not_count() -> None:
    """A machine that is free late bounds nothing if all can be done by others."""
    problem = Scheduling.from_jobs([[{0: 1, 1: 1}], [{0: 1, 1: 1}]], available=[0, 1000])
    found = lower_bound(problem, Run(Stop(iterations=100)))
    assert found is not None
    assert found.value <= 2


def test_one_machine_of_carlier() -> None:
    """The preemptive schedule of seven operations of Carlier (1982) takes 49; without, 50."""
    head = np.array([10, 13, 11, 20, 30, 0, 30])
    work = np.array([5, 6, 7, 4, 3, 6, 2])
    tail = np.array([7, 26, 24, 21, 8, 17, 0])
    assert one_machine(head, work, tail) == 49


def test_interruptions_follow_ranks() -> None:
    """What has a lower rank interrupts what is under way."""
    done = preemptive_completions(np.array([0, 2]), np.array([5, 1]), np.array([1.0, 0.0]))
    assert done.tolist() == [6, 3]


def test_calendar() -> None:
    """Working time stands still while a machine is down."""
    calendar = Calendar(np.array([[2, 5], [8, 9]]))
    when = np.array([0, 2, 3, 5, 7, 8, 9, 12])
    assert calendar.worked(when).tolist() == [0, 2, 2, 2, 4, 5, 5, 8]
    assert calendar.real(np.array([0, 2, 3, 5, 6])).tolist() == [0, 2, 6, 8, 10]


def test_setups_count() -> None:
    """One machine with setups between all operations needs the least of them."""
    problem = Scheduling.from_jobs(
        [[{0: 2}], [{0: 2}], [{0: 2}]], families=[0, 1, 2], setups=np.full((3, 3), 5)
    )
    assert quick_bound(problem) == 16


def test_flow_time_of_one_machine() -> None:
    """Shortest first is optimal on one machine, and the bound says so."""
    problem = Scheduling.from_jobs([[{0: 4}], [{0: 1}], [{0: 2}]], objective=Objective.FLOW_TIME)
    assert quick_bound(problem) == 1 + 3 + 7


def test_tardiness_of_one_machine() -> None:
    """Three jobs due at once are late one after the other."""
    problem = Scheduling.from_jobs(
        [[{0: 4}], [{0: 1}], [{0: 2}]], due=[1, 1, 1], objective=Objective.TARDINESS
    )
    assert quick_bound(problem) == 0 + 2 + 6


def test_forced_changes() -> None:
    """Operations that cannot have their machine cost something in every schedule."""
    problem = Scheduling.from_jobs(
        [[{0: 4}], [{0: 1, 1: 1}], [{0: 2}]], machines=3, preferred=[1, 2, -1], change_cost=1.5
    )
    assert forced_changes(problem) == 3.0


def test_stops_when_the_gap_is_closed() -> None:
    """A bound that meets the cost ends the computation."""
    problem = Scheduling.from_jobs([[{0: 3}, {1: 4}], [{1: 2}]])
    run = Run(Stop(time_limit=60))
    found = lower_bound(problem, run, upper=7.0)
    assert found is not None
    assert proves(problem, found.value, 7.0)
    assert found.converged
    assert run.elapsed < 1.0


def test_nothing_to_do() -> None:
    """Problems without operations have the bound 0."""
    problem = Scheduling(jobs=[], first=[0], machine=[], duration=[], job_count=2, machines=1)
    found = lower_bound(problem, Run(Stop(iterations=10)))
    assert found is not None
    assert found.value == 0
    assert seconds_needed(problem) is not None
