"""List schedules, gaps and left shifts."""

from __future__ import annotations

import numpy as np
import pytest
from scheduling_toys import random_shop, scattered, variants

from cosolve.problems import Objective, Schedule, Scheduling
from cosolve.search.list_schedule import Timetable, left_shifted, list_schedule, precedence_order


@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_every_feature_is_kept(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str]
) -> None:
    """List schedules of any order are feasible, whatever the problem has."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    rank = np.random.default_rng(seed).permutation(problem.operations).astype(np.int64)
    assert problem.check(list_schedule(problem, rank)) == []


def test_the_machine_where_it_ends_first_is_taken() -> None:
    """A faster machine that is busy loses against a free one."""
    problem = Scheduling.from_jobs([[{0: 5}], [{0: 2, 1: 6}]])
    found = list_schedule(problem, np.array([0, 1]))
    assert found == Schedule([0, 1], [0, 0])


def test_operations_wait_for_those_before_them_whatever_their_rank() -> None:
    """An order against the order of the job and the arcs is put right."""
    problem = Scheduling.from_jobs([[{0: 1}, {0: 1}], [{0: 1}]], precedence=[(2, 0)])
    assert precedence_order(problem, np.array([1, 0, 2])).tolist() == [2, 0, 1]


@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_left_shift_delays_nothing(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str]
) -> None:
    """Every operation of a feasible schedule begins as early as before, or earlier."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    planned = scattered(problem, seed)
    shifted = left_shifted(problem, planned)
    assert problem.check(shifted) == []
    assert (shifted.start <= planned.start).all()


def test_left_shift_repairs_a_wrong_machine() -> None:
    """An operation on a machine that it no longer has gets another one."""
    problem = Scheduling.from_jobs([[{1: 3}], [{0: 2}]])
    assert problem.check(left_shifted(problem, Schedule([0, 0], [0, 0]))) == []


def test_gaps_are_found() -> None:
    """An operation goes into the first gap that is long enough, not into downtime."""
    problem = Scheduling.from_jobs([[{0: 1}]], available=[1], downtime=[(0, 12, 14)])
    table = Timetable(problem)
    begins = [table.insert(0, ready, lasts) for ready, lasts in ((4, 2), (8, 2), (0, 2), (0, 3))]
    assert begins == [4, 8, 1, 14]
    assert [table.insert(0, 0, 2), table.insert(0, 5, 0)] == [6, 6]
