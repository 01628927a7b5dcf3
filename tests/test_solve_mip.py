"""The façade on mixed-integer programs: senses, statuses, bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fakes import Enumeration

from cosolve import MIP, Limit, Outcome, Progress, Status, Stop, Values, solve
from cosolve.core import KernelError
from cosolve.core.report import result_to_dict
from cosolve.solvers import registry
from cosolve.testing.mip_samples import all_integer_values, brute_force, mip_samples
from cosolve.testing.solutions import wrong_visits


def knapsack(**changes: Any) -> MIP:
    """Three things of which two fit; the best is 14."""
    fields = {"upper": np.ones(3), "integer": np.ones(3, dtype=np.bool_), "maximize": True}
    return MIP.from_dense([9, 5, 3], [[6, 4, 1.5]], [-np.inf], [10], **(fields | changes))


def claiming(**fields: Any) -> Enumeration:
    """Return a solver that claims something instead of a proof."""
    return Enumeration(lambda outcome: Outcome(outcome.solution, **fields))


def test_maximization():
    """Cost, bound and trace are the problem's own, and improve upwards."""
    result = solve(knapsack(), Enumeration(), stop=None)
    assert (result.cost, result.bound, result.gap) == (14.0, 14.0, 0.0)
    assert result.status is Status.OPTIMAL
    assert result.maximize
    costs = [point.cost for point in result.trace if point.cost is not None]
    assert costs == sorted(costs)
    assert costs[-1] == 14.0


@pytest.mark.parametrize(
    "problem",
    [p for p in mip_samples() if all_integer_values(p) is not None],
    ids=lambda problem: problem.name,
)
def test_samples(problem):
    """What is best by trying everything is what the façade reports."""
    found = brute_force(problem)
    assert found is not None
    result = solve(problem, Enumeration(), stop=None)
    assert result.cost == found[1]
    assert result.status is Status.OPTIMAL
    assert wrong_visits(problem, result.solution) is None


def test_upper_bounds():
    """A lower bound on the opposite is an upper bound on the cost."""
    result = solve(knapsack(), claiming(bound=-15.5), stop=None)
    assert (result.cost, result.bound) == (14.0, 15.0)  # costs are whole numbers
    assert result.gap == pytest.approx(1 / 14)
    assert result.status is Status.FEASIBLE


def test_the_bound_of_columns():
    """Where the method proves nothing, the bounds of the columns do."""
    result = solve(knapsack(), claiming(), stop=None)
    assert result.bound == 17.0
    assert solve(knapsack(maximize=False), claiming(), stop=None).bound == 0.0


def test_bounds_that_cannot_be():
    """An upper bound below the cost is a bug, and called one."""
    with pytest.raises(KernelError, match="claims a bound"):
        solve(knapsack(), claiming(bound=-13.0), stop=None)


def test_bounds_that_a_tolerance_explains():
    """A cost a little better than the bound counts as the bound."""
    problem = knapsack(offset=0.5)
    result = solve(problem, claiming(bound=-14.5 + 1e-6), stop=None)
    assert result.bound == result.cost == 14.5
    assert result.status is Status.OPTIMAL


def test_target_costs():
    """Of a maximization, a target is reached from below."""
    result = solve(knapsack(), Enumeration(), stop=Stop(target_cost=8))
    assert result.limit is Limit.TARGET
    assert result.cost is not None
    assert 8 <= result.cost < 14


def test_target_gaps():
    """The bound comes first, and the gap to it ends the search."""
    result = solve(knapsack(), claiming(), stop=Stop(target_gap=0.25))
    assert result.limit is Limit.GAP
    assert result.cost == 14.0


def test_starts():
    """A start is never worsened, in the sense of the problem."""
    start = Values([1, 0, 1])
    result = solve(knapsack(), claiming(), stop=Stop(iterations=0), start=start)
    assert result.solution == start
    assert result.cost == 12.0


def test_progress():
    """Listeners hear costs that rise and bounds that fall."""
    heard: list[Progress] = []
    solve(knapsack(), Enumeration(), stop=None, on_progress=heard.append)
    costs = [progress.cost for progress in heard if progress.cost is not None]
    assert costs == sorted(costs)
    assert all(progress.maximize for progress in heard)


def test_infeasible():
    """Without a solution there is a proof."""
    result = solve(_impossible(), Enumeration(), stop=None)
    assert result.status is Status.INFEASIBLE
    assert result.solution is None


def _impossible() -> MIP:
    """Return an even number that is odd."""
    return MIP.from_dense([1], [[2]], [3], [3], upper=[4], integer=np.array([True]))


def test_proven_infeasible_without_a_search():
    """What the bounds exclude needs no solver, and a note says why."""
    result = solve(knapsack(lower=[0, 2, 0]), Enumeration(), stop=None)
    assert result.status is Status.INFEASIBLE
    assert "column x2" in result.notes[0]


@pytest.mark.parametrize("found", [True, False])
def test_unbounded(found):
    """That is a status, with or without a solution, and there is no bound."""
    solver = Enumeration(lambda o: Outcome(o.solution if found else None, unbounded=True))
    result = solve(knapsack(), solver, stop=None)
    assert result.status is Status.UNBOUNDED
    assert result.bound is None
    assert (result.cost is None) is not found


def test_json():
    """A maximization says so; all other keys are as ever."""
    result = solve(knapsack(), Enumeration(), stop=None)
    report = result_to_dict(result, instance="a", problem="mip", valid=True)
    assert report["maximize"] is True
    assert report["cost"] == 14.0
    other = solve(knapsack(maximize=False), Enumeration(), stop=None)
    assert "maximize" not in result_to_dict(other, instance="a", problem="mip", valid=True)


def test_the_registry_knows_the_kind():
    """Methods can be asked for by kind, and those for other problems refuse."""
    assert "lk" not in registry.for_kind("mip")
    reason = registry.get("lk").supports(knapsack())
    assert isinstance(reason, str)
