"""Dispatching: every feature, every rule, and known schedules."""

from __future__ import annotations

import numpy as np
import pytest
from scheduling_brute_force import KINDS, optimum, tiny

from cosolve.problems import Objective, Scheduling
from cosolve.search.calendars import merged_downtime
from cosolve.search.dispatch import (
    Dispatcher,
    Policy,
    Rule,
    dispatch,
    policies,
    ways_of,
)
from cosolve.search.heads_tails import heads_and_tails, latest_ends


def shop(jobs: int, machines: int, operations: int, seed: int, **options: object) -> Scheduling:
    """Return a flexible job shop with random times."""
    rng = np.random.default_rng(seed)
    listed = [
        [
            {int(m): int(rng.integers(1, 100)) for m in rng.permutation(machines)[: 1 + k % 3]}
            for k in range(operations)
        ]
        for _ in range(jobs)
    ]
    return Scheduling.from_jobs(listed, machines=machines, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_feasible(kind: str) -> None:
    """Schedules by all rules and with randomness are feasible, and cost what the kernel says."""
    for seed in range(8):
        problem = tiny(kind, seed, operations=12)
        engine = Dispatcher(problem, policies(problem), seed)
        previous = np.inf
        for _ in range(60):
            assert engine.run(10.0, 1) == 1
            schedule = engine.best()
            assert problem.check(schedule) == []
            assert engine.cost == pytest.approx(problem.cost(schedule))
            assert engine.cost <= previous
            previous = engine.cost


@pytest.mark.parametrize("kind", KINDS)
def test_random_repetitions_reach_tiny_optima(kind: str) -> None:
    """A few thousand schedules of five operations hold a best one, nearly always."""
    reached = 0
    for seed in range(6):
        problem = tiny(kind, seed)
        engine = Dispatcher(problem, policies(problem), 0)
        engine.run(10.0, 3000)
        best = optimum(problem)
        assert engine.cost >= best - 1e-9
        reached += engine.cost <= best + 1e-9
    assert reached >= 4


def test_rules_do_what_they_say() -> None:
    """On one machine the rules order by what their names stand for."""
    problem = Scheduling.from_jobs(
        [[{0: 4}], [{0: 2}], [{0: 7}], [{0: 3}]],
        due=[20, 9, 3, 5],
        weights=[1.0, 1.0, 70.0, 1.0],
        objective=Objective.TARDINESS,
    )
    orders = {
        "spt": [1, 3, 0, 2],
        "lpt": [2, 0, 3, 1],
        "edd": [2, 3, 1, 0],
        "wspt": [2, 1, 3, 0],
        "fifo": [2, 0, 3, 1],  # all ready at once, most work first
    }
    for rule, order in orders.items():
        schedule = dispatch(problem, rule, delay=1.0)
        assert np.argsort(schedule.start).tolist() == order, rule


def test_no_machine_waits_without_delay() -> None:
    """Delay 0 begins what is there, delay 1 waits for what is more important."""
    problem = Scheduling.from_jobs(
        [[{0: 10}], [{1: 1}, {0: 1}, {1: 30}]],
    )
    eager = dispatch(problem, "mwkr", delay=0.0)
    patient = dispatch(problem, "mwkr", delay=1.0)
    assert eager.start.tolist() == [0, 0, 10, 11]
    assert patient.start.tolist() == [2, 0, 1, 2]


def test_takes_the_machine_that_ends_first() -> None:
    """A slower machine that is free beats a faster one that is not, if that ends it sooner."""
    problem = Scheduling.from_jobs([[{0: 2, 1: 5}], [{0: 2, 1: 3}], [{0: 2, 1: 9}]])
    schedule = dispatch(problem, "lpt", delay=1.0)
    assert problem.cost(schedule) == 4


def test_loyalty_keeps_machines() -> None:
    """Where changes are dear, operations keep their machines."""
    problem = Scheduling.from_jobs(
        [[{0: 9, 1: 1}], [{0: 9, 1: 1}]], preferred=[0, 0], change_cost=1000.0
    )
    assert problem.changes(dispatch(problem)) == 0


def test_same_seed_same_schedule() -> None:
    """Slices do not matter, seeds do."""
    problem = shop(8, 5, 10, 3)

    def built(seed: int, slices: int) -> object:
        engine = Dispatcher(problem, [Policy(Rule.RANDOM)], seed)
        for _ in range(slices):
            engine.run(10.0, 60 // slices)
        return engine.best()

    assert built(1, 1) == built(1, 6)
    assert built(1, 1) != built(2, 1)


def test_short_slices_go_on() -> None:
    """A schedule that does not fit into a slice is gone on with in the next."""
    problem = shop(100, 10, 20, 4)
    engine = Dispatcher(problem, [Policy(Rule.MWKR)], 0)
    slices = 0
    while engine.cost is None:
        engine.run(0.0, 1)
        slices += 1
    assert slices > 1
    assert engine.best() == dispatch(problem, "mwkr", delay=1.0)


def test_downtime_is_merged() -> None:
    """What overlaps or touches on a machine becomes one row."""
    rows = [[1, 5, 9], [0, 3, 4], [0, 1, 3], [1, 9, 9], [1, 20, 30], [1, 6, 7]]
    problem = Scheduling.from_jobs([[{0: 1, 1: 1}]], downtime=rows)
    assert merged_downtime(problem).tolist() == [[0, 1, 4], [1, 5, 9], [1, 20, 30]]


def test_unknown_rules_are_named() -> None:
    """A wrong rule or delay is an error that says what is right."""
    problem = shop(2, 2, 2, 5)
    with pytest.raises(ValueError, match=r"no dispatching rule 'sptt'; the rules are spt, lpt"):
        dispatch(problem, "sptt")
    with pytest.raises(ValueError, match="rule edd needs due dates"):
        dispatch(problem, "edd")
    with pytest.raises(ValueError, match="delay must be between 0 and 1"):
        dispatch(problem, "spt", delay=2.0)
    assert ways_of(problem, "spt", 0.25) == [Policy(Rule.SPT, 0.25)]


@pytest.mark.timing
def test_large_problems_take_about_a_second() -> None:
    """100,000 operations are scheduled in a few seconds of processor time at most."""
    import time

    rng = np.random.default_rng(6)
    n, machines, choices = 100_000, 20, 5
    machine = np.argsort(rng.random((n, machines)), axis=1)[:, :choices]
    problem = Scheduling(
        jobs=np.repeat(np.arange(1000), 100),
        first=np.arange(n + 1) * choices,
        machine=machine.reshape(-1),
        duration=rng.integers(1, 100, n * choices),
    )
    began = time.process_time()
    schedule = dispatch(problem, "mwkr", delay=1.0)
    assert time.process_time() - began < 4.0
    assert problem.check(schedule) == []


def test_heads_and_tails() -> None:
    """Heads respect releases, machines and calendars; tails the shortest of what follows."""
    problem = Scheduling.from_jobs(
        [[{0: 3, 1: 5}, {1: 2}, {0: 4, 1: 1}], [{1: 6}, {0: 2}]],
        release=[2, 0],
        available=[0, 4],
        downtime=[[0, 4, 7]],
        precedence=[[3, 2]],
    )
    times = heads_and_tails(problem)
    # On machine 0 the first operation fits after its downtime only; machine 1 is free at 4.
    assert times.head.tolist() == [4, 9, 11, 4, 10]
    assert times.end.tolist() == [9, 11, 12, 10, 12]
    assert times.tail.tolist() == [3, 1, 0, 2, 0]
    assert times.longest == 12
    latest = latest_ends(problem, times, np.full(5, 20))
    assert latest.tolist() == [17, 19, 20, 18, 20]
