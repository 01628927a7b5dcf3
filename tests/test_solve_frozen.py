"""Going on with a schedule: ``solve(problem, start=…, frozen_until=…)``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scheduling_toys import Shuffle, random_shop, scattered, variants

from cosolve import solve
from cosolve.core import Limit, Progress, Status, Stop
from cosolve.problems import TSP, Objective, Schedule, Scheduling, Tour, preferring


@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_the_past_stays_and_the_rest_is_no_worse(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str]
) -> None:
    """What has begun is kept, the result is feasible and costs no more than the plan."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    planned = scattered(problem, seed)
    result = solve(problem, Shuffle(), stop=Stop(iterations=5), start=planned, frozen_until=12)
    found = result.solution
    assert found is not None
    assert result.cost is not None
    assert problem.check(found) == []
    past = planned.start < 12
    assert (found.start[past] == planned.start[past]).all()
    assert (found.machine[past] == planned.machine[past]).all()
    assert (found.start[~past] >= 12).all()
    assert result.cost == problem.cost(found) <= problem.cost(planned)
    assert result.trace[-1].cost == result.cost


def test_a_breakdown_is_worked_around() -> None:
    """After a breakdown the plan is no longer feasible, and what is left is planned anew."""
    problem = random_shop(1, jobs=8, machines=4, operations=5)
    planned = scattered(problem, 1)
    middle = int(problem.cost(planned)) // 2
    broken = replace(problem, downtime=[(0, middle, middle + 30)])
    assert broken.check(planned)
    result = solve(broken, Shuffle(), stop=Stop(iterations=20), start=planned, frozen_until=middle)
    assert result.solution is not None
    assert broken.check(result.solution) == []
    assert any("another machine" in note for note in result.notes)


def test_changes_that_cost_are_fewer() -> None:
    """With a price for other machines, fewer operations get one."""
    problem = random_shop(2, jobs=8, machines=4, operations=5)
    planned = scattered(problem, 2)
    broken = replace(problem, downtime=[(1, 20, 40)])
    changes = []
    for price in (0.0, 50.0):
        priced = preferring(broken, planned, price)
        stop = Stop(iterations=150)
        result = solve(priced, Shuffle(), stop=stop, start=planned, frozen_until=20)
        assert result.solution is not None
        assert result.cost == priced.cost(result.solution)
        changes.append(priced.changes(result.solution))
    assert changes[1] < changes[0]


def test_nothing_left() -> None:
    """When everything has begun, the schedule is what there is."""
    problem = random_shop(3)
    planned = scattered(problem, 3)
    result = solve(problem, Shuffle(), start=planned, frozen_until=10**6)
    assert result.solution == planned
    assert result.status is Status.OPTIMAL
    assert result.cost == result.bound == problem.cost(planned)


def test_targets_and_progress_are_those_of_the_whole() -> None:
    """A target cost and what listeners hear include what has been done."""
    problem = random_shop(4, jobs=6, objective=Objective.FLOW_TIME)
    planned = scattered(problem, 4)
    heard: list[Progress] = []
    result = solve(
        problem,
        Shuffle(),
        stop=Stop(target_cost=problem.cost(planned), time_limit=20),
        start=planned,
        frozen_until=10,
        on_progress=heard.append,
    )
    assert result.limit is Limit.TARGET
    costs = [p.cost for p in heard if p.cost is not None]
    assert costs
    assert costs[-1] == result.cost


def test_wrong_arguments_are_named() -> None:
    """It needs a schedule, of a scheduling problem, and a whole number."""
    problem = random_shop(5)
    planned = scattered(problem, 5)
    with pytest.raises(ValueError, match="needs a start"):
        solve(problem, Shuffle(), frozen_until=3)
    with pytest.raises(TypeError, match="whole number"):
        solve(problem, Shuffle(), start=planned, frozen_until=3.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="this is a tsp problem"):
        solve(TSP(coords=np.eye(3)), start=Tour(np.arange(3)), frozen_until=3)


def test_a_plan_that_was_not_possible_is_refused() -> None:
    """What has begun must be feasible."""
    problem = Scheduling.from_jobs([[{0: 4}], [{0: 4}]])
    with pytest.raises(ValueError, match="what has begun before time 3 is wrong: machine 0"):
        solve(problem, Shuffle(), start=Schedule([0, 0], [0, 2]), frozen_until=3)
