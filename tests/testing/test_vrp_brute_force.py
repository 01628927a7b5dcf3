"""Methods and bounds for vehicle routing against the optimum of tiny problems of every variant."""

from __future__ import annotations

import pytest
import vrp_reference
from hypothesis import HealthCheck, Phase, assume, given, settings

from cosolve.bounds import lower_bound
from cosolve.core import Run, Stop
from cosolve.problems.random_vrp import random_vrp
from cosolve.problems.vrp import VRP
from cosolve.solvers import registry
from cosolve.testing.vrp_strategies import vrps

PLAIN = random_vrp(5)
METHODS = [name for name in registry.SOLVERS if registry.get(name).supports(PLAIN) is None]
quickly = settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("method", METHODS)
def test_methods_find_feasible_routes_no_cheaper_than_the_optimum(method: str) -> None:
    """A solution is feasible, so that it cannot cost less than the least; none is made up."""

    @quickly
    @given(vrps(max_size=4))
    def check(problem: VRP) -> None:
        solver = registry.get(method)
        assume(solver.supports(problem) is None)
        outcome = solver.run(problem, Run(Stop(iterations=50), seed=1))
        optimum = vrp_reference.optimal_cost(problem)
        if outcome.solution is None:
            return
        violations = problem.check(outcome.solution)
        assert optimum is not None or violations
        assert not violations, violations
        assert optimum is not None
        assert problem.cost(outcome.solution) >= optimum - 1e-6
        assert vrp_reference.solution_cost(problem, outcome.solution) == pytest.approx(
            problem.cost(outcome.solution), abs=1e-6
        )

    check()


def test_bounds_are_not_above_the_optimum() -> None:
    """Whatever a problem has, its bound is valid."""
    pytest.importorskip("cosolve.bounds.vrp")

    @quickly
    @given(vrps(max_size=4))
    def check(problem: VRP) -> None:
        optimum = vrp_reference.optimal_cost(problem)
        bound = lower_bound(problem, Run(Stop(iterations=40)))
        if bound is not None and optimum is not None:
            assert bound.value <= optimum + 1e-6 * (1 + abs(optimum))

    check()
