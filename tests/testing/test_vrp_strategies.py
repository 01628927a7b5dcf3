"""The random vehicle routing problems, the slow reference, and the checker agree."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import vrp_reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.problems.vrp import VRP, Route, Routes, VehicleType
from cosolve.testing import vrp_samples
from cosolve.testing.vrp_strategies import VARIANTS, solutions, vrps

SAMPLES = {problem.name: problem for problem in vrp_samples()}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_checker_and_reference_agree(data: st.DataObject) -> None:
    """What the checker accepts is what the reference accepts, at the same cost."""
    problem = data.draw(vrps())
    solution = data.draw(solutions(problem))
    cost = vrp_reference.solution_cost(problem, solution)
    violations = problem.check(solution)
    assert (cost is None) == bool(violations), violations
    if cost is not None:
        assert problem.cost(solution) == pytest.approx(cost, abs=1e-6)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_solution_is_better_than_the_optimum(data: st.DataObject) -> None:
    """A feasible solution costs at least what the brute force finds, which then finds one."""
    problem = data.draw(vrps(max_size=4))
    solution = data.draw(solutions(problem))
    cost = vrp_reference.solution_cost(problem, solution)
    optimum = vrp_reference.optimal_cost(problem)
    if cost is not None:
        assert optimum is not None
        assert optimum <= cost + 1e-6


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(vrps(max_size=4))
def test_what_is_proven_infeasible_is(problem: VRP) -> None:
    """Where the problem says that it has no solution, the brute force finds none."""
    if problem.proven_infeasible() is not None:
        assert vrp_reference.optimal_cost(problem) is None


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_can_be_drawn_alone(variant: str) -> None:
    """Problems that have just one variant exist, and say so."""
    found = []

    @settings(max_examples=20, deadline=None, database=None)
    @given(vrps(min_size=3, variants=(variant,)))
    def draw(problem: VRP) -> None:
        found.append(problem.name)

    draw()
    assert set(found) == {"plain", variant}


def test_reference_finds_a_known_optimum() -> None:
    """Two vehicles of two serve three clients on a rectangle by the short sides."""
    coords = np.array([[0, 0], [0, 3], [4, 0], [4, 3]], float)
    problem = VRP(
        coords=coords, demands=np.array([0.0, 1, 1, 1]), vehicles=(VehicleType(capacity=2),)
    )
    assert vrp_reference.optimal_cost(problem) == pytest.approx(18.0)
    assert vrp_reference.solution_cost(problem, Routes((Route(np.array([1, 2, 3])),))) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_has_a_vehicle_for_every_client_alone(name: str) -> None:
    """Each client, or pair, of a sample fits a route of its own."""
    problem = SAMPLES[name]
    partner = {a: [a, b] for a, b in problem.pairs.tolist()}
    after = {b for _, b in problem.pairs.tolist()}
    fleet = tuple(dataclasses.replace(v, number=None) for v in problem.vehicles)
    plenty = dataclasses.replace(problem, vehicles=fleet)
    for client in range(problem.depots, problem.locations):
        if client in after:
            continue
        visits = np.array(partner.get(client, [client]), np.int32)
        costs = [
            vrp_reference.route_cost(plenty, tuple(visits.tolist()), vehicle) for vehicle in fleet
        ]
        assert any(cost is not None for cost in costs), client


def test_samples_have_different_names() -> None:
    """Messages of the conformance suite tell which sample they are about."""
    assert len(SAMPLES) == len(vrp_samples())
