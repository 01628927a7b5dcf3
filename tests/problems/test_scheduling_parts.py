"""Parts of scheduling problems, and what is left of a schedule at some time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scheduling_toys import random_shop, scattered, variants

from cosolve.problems import Objective, Schedule, Scheduling, preferring
from cosolve.problems.scheduling_begun import Begun
from cosolve.problems.scheduling_parts import Part, Tails, part_of
from cosolve.problems.scheduling_remaining import remaining
from cosolve.search.list_schedule import list_schedule, ranks, start_ranks


def _as_planned(problem: Scheduling, part: Part, planned: Schedule) -> Schedule:
    rank = part.rank(start_ranks(problem, planned))
    return list_schedule(part.problem, rank, part.machines_of(planned.machine))


@pytest.mark.parametrize("time", [0, 7, 16, 200])
@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_costs_of_what_is_left(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str], time: int
) -> None:
    """Merged schedules are feasible, keep the past, and cost what the part does plus its offset."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    planned = scattered(problem, seed)
    part = remaining(problem, planned, time)
    for attempt in range(3):
        machine = _as_planned(problem, part, planned).machine
        if attempt:
            machine = np.full(machine.size, -1, np.int32)
        chance = np.random.default_rng(attempt).random(part.place.size)
        found = list_schedule(part.problem, ranks(np.lexsort((chance, part.place))), machine)
        assert part.problem.check(found) == []
        merged = part.merged(planned, found)
        assert problem.check(merged) == []
        past = planned.start < time
        assert (merged.start[past] == planned.start[past]).all()
        assert (merged.start[~past] >= time).all()
        if part.own.size:
            assert problem.cost(merged) == part.problem.cost(found) + part.offset


@pytest.mark.parametrize("time", [7, 16])
@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_the_plan_stays_possible(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str], time: int
) -> None:
    """Nothing of the plan has to begin later in the part than it was to."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    planned = scattered(problem, seed)
    part = remaining(problem, planned, time)
    merged = part.merged(planned, _as_planned(problem, part, planned))
    assert (merged.start <= planned.start).all()


def test_an_interrupted_operation_begins_anew() -> None:
    """What is under way when its machine breaks down is left to do, after the breakdown."""
    problem = Scheduling.from_jobs([[{0: 6}], [{1: 2}]], downtime=[(0, 4, 9)])
    part = remaining(problem, Schedule([0, 1], [0, 0]), 4)
    assert part.origin[part.own].tolist() == [0]
    assert _as_planned(problem, part, Schedule([0, 1], [0, 0])).start[part.own].tolist() == [9]


def test_a_delay_moves_what_comes_after() -> None:
    """With a longer duration of what is under way, its job goes on later."""
    late = Scheduling.from_jobs([[{0: 8}, {1: 1}]])
    part = remaining(late, Schedule([0, 1], [0, 3]), 2)
    assert part.problem.release[0] == 8


def test_a_contradiction_with_the_past_is_named() -> None:
    """What has begun must have been possible."""
    problem = Scheduling.from_jobs([[{0: 8}, {1: 1}]])
    with pytest.raises(ValueError, match="before time 5 is wrong: operation 1 of job 0 begins at"):
        remaining(problem, Schedule([0, 1], [0, 3]), 5)


def test_an_operation_does_not_begin_before_an_interrupted_one() -> None:
    """A successor of what must be done anew cannot have begun."""
    problem = Scheduling.from_jobs([[{0: 3}, {1: 1}]], downtime=[(0, 1, 2)])
    with pytest.raises(ValueError, match=r"operation 1 of job 0 has begun before time 9, but"):
        remaining(problem, Schedule([0, 1], [0, 3]), 9)


def test_wrong_arguments_are_named() -> None:
    """A schedule of another problem or a time that is no whole number is refused."""
    problem = Scheduling.from_jobs([[{0: 3}]])
    with pytest.raises(ValueError, match="has 2 operations, 1 are to do"):
        remaining(problem, Schedule([0, 0], [0, 3]), 1)
    with pytest.raises(TypeError, match="whole number"):
        remaining(problem, Schedule([0], [0]), 1.5)  # type: ignore[arg-type]


def test_tails_count_for_the_makespan() -> None:
    """What follows the window of a job or a machine comes after it."""
    problem = Scheduling.from_jobs([[{0: 2}, {1: 5}], [{0: 3}]])
    tails = Tails(np.array([5, 0]), np.array([4, 0]), np.zeros(2, np.int32))
    part = part_of(problem, [0, 2], Begun(problem), tails=tails)
    # Operation 0 first: 2 + 5; on machine 0 the rest comes at 2 + 3.
    found = list_schedule(part.problem, part.rank(np.array([0, 2, 1])))
    assert part.problem.cost(found) == 9.0
    found = list_schedule(part.problem, part.rank(np.array([1, 2, 0])))
    assert part.problem.cost(found) == 10.0


def test_only_one_machine_is_left_where_it_is_fixed() -> None:
    """A fixed operation has its one machine, another one keeps all."""
    problem = Scheduling.from_jobs([[{0: 2, 1: 5}], [{0: 3, 1: 1}]])
    part = part_of(problem, [0, 1], Begun(problem), only=np.array([1, -1], np.int32))
    assert np.diff(part.problem.first).tolist() == [1, 2]
    assert part.problem.machine.tolist() == [1, 0, 1]


def test_preferring_counts_changes() -> None:
    """Every operation on another machine than planned costs what was said."""
    problem = Scheduling.from_jobs([[{0: 2, 1: 2}], [{0: 3, 1: 3}]])
    priced = preferring(problem, Schedule([0, 1], [0, 0]), 7.0)
    assert priced.cost(Schedule([0, 0], [0, 2])) == 12.0
    assert replace(priced, preferred=None, change_cost=0.0).cost(Schedule([0, 0], [0, 2])) == 5.0
