"""Groups and strings of routes: what they are, and putting them back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.divide.base import Cutter, Part
from cosolve.divide.routes import RouteGroups, no_groups, put_routes_back
from cosolve.divide.strings import RouteStrings, no_strings, put_strings_back
from cosolve.problems import VRP, Routes, VehicleType
from cosolve.problems.random_vrp import random_vrp
from cosolve.search.rich_vrp import construct


def plain(clients: int = 80, *, open_: bool = False) -> VRP:
    """Make a problem whose routes have about five clients."""
    problem = random_vrp(clients, 3, route_size=5)
    return replace(problem, vehicles=(replace(problem.vehicles[0], open=open_),))


def fleet() -> VRP:
    """Make a problem with two depots and few vehicles of some types."""
    base = random_vrp(81, 4, route_size=5)
    room = base.vehicles[0].capacities[0]
    vehicles = (
        VehicleType(capacity=room, number=30, start=0),
        VehicleType(capacity=2 * room, number=5, start=1, end=0, fixed_cost=10),
    )
    return replace(base, depots=2, vehicles=vehicles)


def another(part: Part, seed: int) -> Routes:
    """Make some other feasible solution of a part."""
    found = construct(part.problem, seed)
    assert part.problem.check(found) == []
    return found


@pytest.mark.parametrize("polar", [False, True])
@given(seed=st.integers(0, 99), size=st.integers(8, 60))
@settings(max_examples=8, deadline=None)
def test_groups_are_of_whole_routes_and_have_every_one(polar: bool, seed: int, size: int) -> None:
    """No client is in two groups, and none is left out."""
    problem = plain()
    routes = construct(problem, seed)
    parts = RouteGroups(size, polar)(problem, routes, 0, np.random.default_rng(seed))
    clients = np.concatenate([part.nodes[1:] for part in parts])
    assert np.array_equal(np.sort(clients), np.arange(1, problem.locations))
    assert sum(len(part.solution.routes) for part in parts) == len(routes.routes)


@pytest.mark.parametrize("name", ["plain", "open", "fleet"])
@given(seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_what_a_group_saves_the_solution_saves(name: str, seed: int) -> None:
    """Any routes of any groups can be put back together, and the differences add up."""
    problem = {"plain": plain(), "open": plain(open_=True), "fleet": fleet()}[name]
    routes = construct(problem, seed)
    assert problem.check(routes) == []
    parts = RouteGroups(25)(problem, routes, 0, np.random.default_rng(seed))
    assert len(parts) > 1
    for part in parts:
        assert part.problem.check(part.solution) == []
    found = [(part, construct(part.problem, seed + 1)) for part in parts]
    better = [(part, new) for part, new in found if not part.problem.check(new)]
    difference = sum(part.problem.cost(new) - part.problem.cost(part.solution)
                     for part, new in better)  # fmt: skip
    changed = put_routes_back(problem, routes, better)
    assert problem.check(changed) == []
    assert problem.cost(changed) - problem.cost(routes) == pytest.approx(difference)


@pytest.mark.parametrize("open_", [False, True])
@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_strings_put_back_are_feasible_and_cost_no_more_than_they_seem(
    open_: bool, seed: int
) -> None:
    """A string as it is gives the same routes; any other one gives feasible routes."""
    problem = plain(open_=open_)
    routes = construct(problem, seed)
    parts = RouteStrings(25)(problem, routes, 0, np.random.default_rng(seed))
    same = put_strings_back(problem, routes, [(part, part.solution) for part in parts])
    assert {tuple(r.visits) for r in same.routes} == {tuple(r.visits) for r in routes.routes}
    for part in parts:
        assert part.problem.check(part.solution) == []
        changed = put_strings_back(problem, routes, [(part, another(part, seed))])
        assert problem.check(changed) == []


def test_strings_begin_and_end_within_routes() -> None:
    """Of most pieces the first and the last route are cut, and what is outside keeps its room."""
    problem = plain()
    routes = construct(problem, 1)
    parts = RouteStrings(25)(problem, routes, 0, np.random.default_rng(5))
    cut = [part for part in parts if len(part.problem.vehicles) == 3]
    assert cut
    for part in cut:
        usual, first, last = part.problem.vehicles
        head = problem.demands[part.place.head].sum()
        tail = problem.demands[part.place.tail].sum()
        assert first.capacities[0] == usual.capacities[0] - head
        assert last.capacities[0] == usual.capacities[0] - tail


@pytest.mark.parametrize(
    ("cut", "merge"),
    [(RouteGroups(25), put_routes_back), (RouteStrings(25), put_strings_back)],
)
def test_parts_can_be_put_back_one_after_the_other(cut: Cutter, merge: object) -> None:
    """What became of the other parts of a cut does not matter."""
    problem = plain()
    routes = now = construct(problem, 1)
    for part in cut(problem, routes, 0, np.random.default_rng(5)):
        now = merge(problem, now, [(part, another(part, 2))])  # type: ignore[operator]
        assert problem.check(now) == []


def test_what_cannot_be_cut_says_why() -> None:
    """Pairs, groups and optional clients tie routes together; so does the lack of places."""
    base = plain(20)
    optional = replace(base, required=np.arange(21) != 3, prizes=np.ones(21))
    matrix = VRP(matrix=np.ones((5, 5)), vehicles=(VehicleType(capacity=1),))
    limited = replace(base, vehicles=(VehicleType(capacity=99, number=20),))
    assert no_groups(base) is None
    assert no_strings(base) is None
    for problem, reason in ((optional, "need not be visited"), (matrix, "coordinates")):
        assert reason in str(no_groups(problem))
    assert "number of vehicles" in str(no_strings(limited))
    assert "vehicle types" in str(no_strings(fleet()))
