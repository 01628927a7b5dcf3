"""``solve`` where there may be no solution: proofs, attempts and starts."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import Shuttle

from cosolve import VRP, Routes, Status, VehicleType, solve
from cosolve.core.report import result_to_dict

COORDS = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])


def vrp(**vehicle: float) -> VRP:
    """Make a problem of three clients with a demand of 2 each."""
    return VRP(coords=COORDS, demands=np.full(4, 2.0), vehicles=(VehicleType(**vehicle),))


def test_a_solution_is_checked_and_costed() -> None:
    """As for every other problem."""
    result = solve(vrp(capacity=4), Shuttle(), stop=1.0, bound_share=0)
    assert result.status is Status.FEASIBLE
    assert result.cost == 6 + 8 + 10
    assert result.attempt is None
    assert result.violations == ()


def test_proven_infeasible() -> None:
    """The reason is a note, and there is no search."""
    result = solve(vrp(capacity=1), Shuttle(), stop=1.0)
    assert result.status is Status.INFEASIBLE
    assert result.solution is None
    assert result.iterations == 0
    assert result.notes == (
        "client 1 has a load of 2, more than the largest capacity of 1 by 1",
    )  # fmt: skip


def test_what_came_closest_is_not_a_solution() -> None:
    """It comes with its violations, and without a cost."""
    problem = vrp(capacity=4, number=2)
    result = solve(problem, Shuttle(), stop=1.0)
    assert result.status is Status.UNKNOWN
    assert (result.solution, result.cost, result.gap) == (None, None, None)
    assert isinstance(result.attempt, Routes)
    assert [v.kind for v in result.violations] == ["fleet"]
    report = result_to_dict(result, instance="a", problem="vrp", valid=False)
    assert report["violations"] == [
        {"kind": "fleet", "message": "3 vehicles are used, 1 more than the 2 there are"}
    ]


def test_a_start_is_better_than_an_attempt() -> None:
    """It is a solution."""
    start = Routes([[1, 2], [3]])
    result = solve(vrp(capacity=4, number=2), Shuttle(), stop=1.0, start=start, bound_share=0)
    assert result.status is Status.FEASIBLE
    assert result.solution is start


def test_an_infeasible_start_is_refused() -> None:
    """Before the search."""
    with pytest.raises(ValueError, match="start solution is not feasible: client 3 is not visited"):
        solve(vrp(capacity=4), Shuttle(), start=Routes([[1, 2]]))


def test_an_attempt_that_violates_nothing_is_a_solution() -> None:
    """Whatever the solver thought of it."""

    class Doubtful(Shuttle):
        def run(self, problem, run, *, start=None, guide=None):  # type: ignore[no-untyped-def]
            found = super().run(problem, run)
            return type(found)(None, attempt=found.solution)

    result = solve(vrp(capacity=4), Doubtful(), stop=1.0, bound_share=0)
    assert result.status is Status.FEASIBLE
    assert result.cost == 24


def test_guidance_is_over_locations() -> None:
    """Depots are nodes, too."""
    result = solve(vrp(capacity=4), Shuttle(), stop=1.0, guide="knn:2", bound_share=0)
    assert result.status is Status.FEASIBLE
