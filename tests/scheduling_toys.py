"""A method for scheduling that is simple enough to be trusted, and random problems for tests."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cosolve.core import Outcome, Run
from cosolve.problems import Objective, Schedule, Scheduling
from cosolve.search.list_schedule import list_schedule


@dataclass(frozen=True)
class Shuffle:
    """Schedules the operations again and again in slightly other orders."""

    name: ClassVar[str] = "shuffle"
    summary: ClassVar[str] = "random list schedules"

    def supports(self, problem: Any) -> str | None:
        """Handle everything."""
        return None if isinstance(problem, Scheduling) else "it is a toy"

    def run(
        self, problem: Scheduling, run: Run, *, start: Schedule | None = None, guide: Any = None
    ) -> Outcome[Schedule]:
        """Search until told to stop."""
        rng = np.random.default_rng(run.seed)
        n = problem.operations
        best = list_schedule(problem, np.arange(n)) if start is None else start
        cost = problem.cost(best)
        run.report(cost)
        while n and run.limit() is None:
            order = np.argsort(best.start + rng.normal(0.0, 5.0, n), kind="stable")
            rank = np.empty(n, np.int64)
            rank[order] = np.arange(n)
            machine = np.where(rng.random(n) < 0.3, -1, best.machine).astype(np.int32)
            found = list_schedule(problem, rank, machine)
            if problem.cost(found) <= cost:
                best, cost = found, problem.cost(found)
            run.report(cost, iterations=1)
        return Outcome(best)


@dataclass(frozen=True)
class Nothing(Shuffle):
    """Finds nothing, as an exact method may in a short time."""

    name: ClassVar[str] = "nothing"

    def run(self, problem: Scheduling, run: Run, **others: Any) -> Outcome[Schedule]:
        """Return no solution."""
        return Outcome(None)


def random_shop(
    seed: int,
    jobs: int = 4,
    machines: int = 3,
    operations: int = 3,
    *,
    ordered: bool = True,
    objective: Objective = Objective.MAKESPAN,
    features: frozenset[str] = frozenset(),
) -> Scheduling:
    """Return a flexible shop, with some of: release, available, downtime, setups, precedence."""
    rng = np.random.default_rng(seed)
    listed = [
        [
            {
                int(m): int(rng.integers(0, 9))
                for m in rng.choice(machines, rng.integers(1, machines + 1), replace=False)
            }
            for _ in range(operations)
        ]
        for _ in range(jobs)
    ]
    n = jobs * operations
    more: dict[str, Any] = {}
    if "release" in features:
        more["release"] = rng.integers(0, 20, jobs)
    if "available" in features:
        more["available"] = rng.integers(0, 10, machines)
    if "downtime" in features:
        more["downtime"] = [(m, 5 + 9 * m, 9 + 10 * m) for m in range(machines)]
    if "setups" in features:
        more["families"] = rng.integers(0, 3, n)
        more["setups"] = rng.integers(0, 6, (machines, 3, 3))
    if "precedence" in features:
        more["precedence"] = [(1, operations + 2), (operations, n - 1)]
    if "preferred" in features:
        more["preferred"] = rng.integers(-1, machines, n)
        more["change_cost"] = 2.0
    if objective is not Objective.MAKESPAN:
        more["due"] = rng.integers(0, 30, jobs)
        more["weights"] = rng.integers(0, 4, jobs)
    return Scheduling.from_jobs(
        listed, machines=machines, ordered=ordered, objective=objective, **more
    )


FEATURES = ("release", "available", "downtime", "setups", "precedence", "preferred")


def variants() -> list[Any]:
    """Return a shop for each objective, ordered and open, with each and with all features."""
    sets = [frozenset(), *(frozenset({f}) for f in FEATURES), frozenset(FEATURES)]
    return [
        (seed, objective, ordered, features)
        for seed, (objective, ordered, features) in enumerate(
            itertools.product(Objective, (True, False), sets)
        )
    ]


def scattered(problem: Scheduling, seed: int) -> Schedule:
    """Return a feasible schedule in random order on random machines."""
    rng = np.random.default_rng(seed)
    machine = [
        int(rng.choice(problem.machine[a:b]))
        for a, b in zip(problem.first[:-1], problem.first[1:], strict=True)
    ]
    rank = rng.permutation(problem.operations).astype(np.int64)
    return list_schedule(problem, rank, np.array(machine, np.int32))
