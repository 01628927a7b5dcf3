"""The conformance suite passes what is right about schedules and catches what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import Schedule, Scheduling
from cosolve.testing import check_solver, scheduling_samples
from cosolve.testing.solutions import one_by_one

SAMPLES = {problem.name: problem for problem in scheduling_samples()}


@dataclass(frozen=True)
class Pusher:
    """Let a random operation begin earlier where that is feasible."""

    name: ClassVar[str] = "pusher"
    summary: ClassVar[str] = "pushes operations to the left"

    spoil: Callable[[Scheduling, Schedule], Schedule] | None = None

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for scheduling problems."""
        return None if isinstance(problem, Scheduling) else "it pushes operations"

    def run(
        self, problem: Scheduling, run: Run, *, start: Schedule | None = None, guide: object = None
    ) -> Outcome[Schedule]:
        """Push."""
        rng = np.random.default_rng(run.seed)
        best = one_by_one(problem) if start is None else start
        cost = problem.cost(best)
        run.report(cost)
        while run.limit() is None and problem.operations:
            begin = best.start.copy()
            i = rng.integers(problem.operations)
            begin[i] = rng.integers(0, begin[i] + 1)
            candidate = Schedule(best.machine, begin)
            if not problem.check(candidate):
                best, cost = candidate, problem.cost(candidate)
            run.report(cost, iterations=1)
        return Outcome(best if self.spoil is None else self.spoil(problem, best))


def some(*names: str) -> list[Scheduling]:
    """Return samples by name."""
    return [SAMPLES[name] for name in names]


def test_correct_solver_passes() -> None:
    """A solver that does everything right passes on problems of many kinds."""
    names = ("setups", "open-shop", "downtime", "everything", "empty-jobs-tiny", "one-job-tiny")
    check_solver(Pusher(), some(*names, "no-operations-tiny"), seconds=0.2)


def fewer(problem: Scheduling, schedule: Schedule) -> Schedule:
    """Leave out the last operation."""
    return Schedule(schedule.machine[:-1], schedule.start[:-1])


def together(problem: Scheduling, schedule: Schedule) -> Schedule:
    """Begin everything at once."""
    return Schedule(schedule.machine, schedule.start * 0)


def early(problem: Scheduling, schedule: Schedule) -> Schedule:
    """Begin the second operation of the first job before the first one ends."""
    start = np.array(schedule.start) + 1000
    start[1] = start[0]
    return Schedule(schedule.machine, start)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (fewer, "scheduled 23 operations"),
        (together, "does two operations at once"),
        (early, "the solution is wrong"),
    ],
    ids=["fewer", "together", "early"],
)
def test_wrong_schedules_are_caught(
    spoil: Callable[[Scheduling, Schedule], Schedule], message: str
) -> None:
    """Operations left out, at once or out of order are no solution."""
    with pytest.raises(AssertionError, match=message):
        check_solver(Pusher(spoil), some("job-shop-plain"), seconds=0.2)
