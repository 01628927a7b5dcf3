"""Methods and bounds for scheduling against the optimum of tiny problems of every kind."""

from __future__ import annotations

import pytest
import scheduling_reference
from hypothesis import HealthCheck, Phase, assume, given, settings

from cosolve.bounds import lower_bound
from cosolve.core import BackendMissing, Run, Stop
from cosolve.problems import Scheduling
from cosolve.solvers import registry
from cosolve.testing import scheduling_samples
from cosolve.testing.scheduling_strategies import schedulings

METHODS = registry.for_kind(Scheduling.kind)
TINY = [problem for problem in scheduling_samples() if problem.name.endswith("-tiny")]
quickly = settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def check_method(method: str, problem: Scheduling) -> None:
    """Fail unless a schedule is feasible, no cheaper than the optimum, and bounds are no higher."""
    solver = registry.get(method)
    try:
        outcome = solver.run(problem, Run(Stop(iterations=50, time_limit=5.0), seed=1))
    except BackendMissing as missing:
        pytest.skip(str(missing))
    assert outcome.solution is not None
    violations = problem.check(outcome.solution)
    assert not violations, violations
    optimum = scheduling_reference.optimal_cost(problem)
    cost = problem.cost(outcome.solution)
    assert cost >= optimum - 1e-6
    assert scheduling_reference.schedule_cost(problem, outcome.solution) == pytest.approx(cost)
    assert outcome.bound is None or outcome.bound <= optimum + 1e-6 * (1 + optimum)
    assert not outcome.optimal or cost <= optimum + 1e-6
    assert not outcome.infeasible


@pytest.mark.parametrize("method", METHODS)
def test_methods_on_random_problems(method: str) -> None:
    """Whatever a problem has, a method solves it correctly or says that it cannot."""
    if method in SLOW:
        pytest.skip("a process for each problem; the samples below are enough")

    @quickly
    @given(schedulings(max_size=4))
    def check(problem: Scheduling) -> None:
        assume(registry.get(method).supports(problem) is None)
        check_method(method, problem)

    check()


SLOW = frozenset({"cpsat", "rho", "auto"})


@pytest.mark.parametrize("problem", TINY, ids=lambda problem: problem.name)
@pytest.mark.parametrize("method", METHODS)
def test_methods_on_tiny_samples(method: str, problem: Scheduling) -> None:
    """One sample of each kind, so small that the optimum is known."""
    if registry.get(method).supports(problem) is not None:
        return
    check_method(method, problem)


def test_bounds_are_not_above_the_optimum() -> None:
    """Whatever a problem has, its bound is valid."""

    @quickly
    @given(schedulings(max_size=4))
    def check(problem: Scheduling) -> None:
        bound = lower_bound(problem, Run(Stop(iterations=40, time_limit=5.0)))
        if bound is not None:
            optimum = scheduling_reference.optimal_cost(problem)
            assert bound.value <= optimum + 1e-6 * (1 + abs(optimum))

    check()
