"""The method rho."""

from __future__ import annotations

import numpy as np
import pytest
from scheduling_toys import Shuffle, random_shop, scattered

from cosolve import solve
from cosolve.core import Status, Stop
from cosolve.problems import TSP, Objective, Scheduling
from cosolve.solvers import presets, registry
from cosolve.solvers.rho import Rho
from cosolve.testing import check_solver

_SMALL = Rho(subsolver=Shuffle(), window=12, step=6, seconds=0.05, window_iterations=5)


def test_conformance() -> None:
    """It keeps every promise, with setups, downtime and precedence and for all objectives."""
    problems = [
        random_shop(1, jobs=8, machines=4, operations=5),
        random_shop(2, ordered=False),
        random_shop(3, features=frozenset({"release", "available", "downtime", "precedence"})),
        random_shop(4, features=frozenset({"setups", "preferred"}), objective=Objective.TARDINESS),
        random_shop(5, objective=Objective.FLOW_TIME),
    ]
    check_solver(_SMALL, problems)


def test_more_sweeps_help() -> None:
    """Later sweeps improve what the first one found."""
    problem = random_shop(8, jobs=12, machines=5, operations=8)
    costs = []
    for sweeps in (1, 6):
        method = Rho(Shuffle(), 12, 6, sweeps=sweeps, window_iterations=30)
        costs.append(solve(problem, method, stop=Stop(iterations=60), seed=1).cost)
    assert costs[1] < costs[0]


def test_as_many_sweeps_as_asked_for() -> None:
    """With two sweeps it ends by itself."""
    problem = random_shop(8, jobs=6)
    result = solve(problem, Rho(Shuffle(), 6, 3, sweeps=2, window_iterations=2), stop=None)
    assert result.limit is None
    assert result.status is Status.FEASIBLE


@pytest.mark.parametrize(
    "params",
    [
        {"subsolver": "lk"},
        {"window": 0},
        {"window": 5, "step": 6},
        {"seconds": 0.0},
        {"fixer": "most"},
        {"sweeps": 0},
    ],
)
def test_wrong_parameters_are_named(params: dict[str, object]) -> None:
    """A parameter out of range is refused with its name."""
    with pytest.raises(ValueError, match=next(iter(params)) + "|step"):
        Rho(**params)  # type: ignore[arg-type]


def test_other_problems_are_declined() -> None:
    """It schedules, it does not route."""
    assert "schedules" in str(Rho().supports(TSP(coords=np.eye(3))))


def test_the_published_settings() -> None:
    """The preset is the loop of the papers: windows of 80, steps of 30, one sweep, no gaps."""
    rho = registry.get("rho", presets.preset("rho", "published", 600))
    assert isinstance(rho, Rho)
    options = rho.options(random_shop(1))
    assert (options.window, options.step, options.backfill, rho.sweeps) == (80, 30, False, 1)


def test_a_start_is_improved_where_windows_allow() -> None:
    """It goes on from the start."""
    problem = random_shop(9, jobs=8, machines=4, operations=5)
    start = scattered(problem, 9)
    result = solve(problem, _SMALL, stop=Stop(iterations=30), start=start)
    assert result.cost is not None
    assert result.cost < 0.9 * problem.cost(start)


def test_nothing_to_schedule() -> None:
    """Without operations there is nothing to do, and that is optimal."""
    result = solve(Scheduling.from_jobs([[], []]), _SMALL, stop=1.0)
    assert result.status is Status.OPTIMAL
    assert result.cost == 0.0
