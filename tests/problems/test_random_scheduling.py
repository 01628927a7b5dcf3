"""Random job shops follow the laws they are named after."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve.problems.random_scheduling import random_fjsp, random_jsp


def test_flexible_job_shops_have_the_published_law() -> None:
    """From 1 to all machines, each number and each machine as likely; durations from 1 to 99."""
    problem = random_fjsp(20, 10, 100, seed=3)
    counts = np.diff(problem.first)
    assert np.bincount(counts, minlength=11)[1:].min() > 150
    assert counts.mean() == pytest.approx(5.5, abs=0.2)
    shares = np.bincount(problem.machine) / len(problem.machine)
    assert np.abs(shares - 0.1).max() < 0.01
    assert (problem.duration.min(), problem.duration.max()) == (1, 99)
    assert problem.duration.mean() == pytest.approx(50, abs=1)
    assert (problem.job_count, problem.machines, problem.operations) == (20, 10, 2000)
    assert np.bincount(problem.jobs).tolist() == [100] * 20


def test_job_shops_visit_every_machine_once() -> None:
    """In orders that differ."""
    problem = random_jsp(30, 6, seed=1)
    orders = problem.machine.reshape(30, 6)
    assert (np.sort(orders, axis=1) == np.arange(6)).all()
    assert len(np.unique(orders, axis=0)) > 20
    assert not problem.flexible


def test_seeds_decide() -> None:
    """The same one gives the same instance, another one another."""
    for make in (random_fjsp, random_jsp):
        one, two, other = make(seed=5), make(seed=5), make(seed=6)
        assert np.array_equal(one.duration, two.duration)
        assert np.array_equal(one.machine, two.machine)
        assert not np.array_equal(one.machine, other.machine)


def test_instances_do_not_change_between_releases() -> None:
    """These numbers are part of the interface."""
    problem = random_fjsp(2, 3, 2, seed=0)
    assert problem.first.tolist() == FIRST
    assert problem.machine.tolist() == MACHINE
    assert problem.duration.tolist() == DURATION


FIRST = [0, 3, 5, 7, 8]
MACHINE = [0, 1, 2, 1, 2, 0, 2, 0]
DURATION = [76, 73, 84, 18, 9, 86, 3, 54]


def test_breakdowns_have_the_published_law() -> None:
    """A fifth of the machines, for 100, first at 50 to 150, then every 400 to 600."""
    problem = random_fjsp(20, 10, 30, seed=2, breakdowns=True)
    rows = problem.downtime
    begins = np.unique(rows[:, 1])
    assert (rows[:, 2] - rows[:, 1] == 100).all()
    assert 50 <= begins[0] <= 150
    assert np.diff(begins).min() >= 400
    assert np.diff(begins).max() <= 600
    assert all((rows[:, 1] == begin).sum() == 2 for begin in begins)
    # As long as a schedule may take: fair ones end near 1600.
    assert begins[-1] > 3000
    plain = random_fjsp(20, 10, 30, seed=2)
    assert np.array_equal(plain.duration, problem.duration)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"jobs": 0}, "jobs must be at least 1, got 0"),
        ({"machines": -1}, "machines must be at least 1, got -1"),
        ({"operations": 0}, "operations must be at least 1, got 0"),
        ({"seed": -1}, "seed must not be negative, got -1"),
        ({"jobs": 10**6, "operations": 10**6}, "are too many"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, int], words: str) -> None:
    """Are errors that name the argument."""
    with pytest.raises(ValueError, match=words):
        random_fjsp(**arguments)
