"""The method ``clusters``."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import Run, Stop
from cosolve.problems import VRP, Metric, Route, Routes, VehicleType
from cosolve.search.route_clusters import ClusterOptions, Improvement, RouteClusters
from cosolve.search.route_pool import RoutePool
from cosolve.solvers import clusters

needs_ortools = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-Tools is not installed"
)


def problem(clients: int = 120, number: int | None = None) -> VRP:
    rng = np.random.default_rng(1)
    return VRP(
        coords=rng.integers(0, 1000, (clients + 1, 2)).astype(float),
        demands=np.r_[0.0, rng.integers(1, 10, clients)],
        vehicles=(VehicleType(capacity=30, number=number),),
        metric=Metric.EUC,
    )


class Watched:
    """Stands in for ``recombine`` and looks at what it is given and gives back."""

    def __init__(self) -> None:
        self.costs: list[tuple[float, float | None]] = []
        self.pooled = 0

    def __call__(
        self, problem: VRP, pool: RoutePool, routes: Routes, run: Run, seconds: float
    ) -> Routes | None:
        """Combine routes."""
        from cosolve.exact.route_selection import recombine

        self.pooled = len(pool)
        found = recombine(problem, pool, routes, run, seconds)
        after = None if found is None else problem.cost(found)
        self.costs.append((problem.cost(routes), after))
        return found


@needs_ortools
@pytest.mark.parametrize("number", [None, 25])
def test_polish_is_feasible_and_never_worse(
    monkeypatch: pytest.MonkeyPatch, number: int | None
) -> None:
    """It is given routes of the whole search, and the result costs no more than before."""
    watched = Watched()
    monkeypatch.setattr(clusters, "recombine", watched)
    vrp = problem(number=number)
    params = {"polish": 0.3, "share": 0.2, "clients": 60, "seconds_per_client": 0.002}
    result = solve(vrp, "clusters", stop=5.0, params=params)
    assert result.solution is not None
    assert not vrp.check(result.solution)
    assert watched.costs
    for before, after in watched.costs:
        assert result.cost <= before
        assert after is None or (after < before and result.cost <= after)
    assert watched.pooled > 3 * len(result.solution.routes)


@pytest.mark.parametrize(("stop", "polish"), [(3.0, 0.0), (1.0, 0.5)])
def test_no_polish_where_it_is_off_or_time_is_short(
    monkeypatch: pytest.MonkeyPatch, stop: float, polish: float
) -> None:
    """Its time goes to the clusters."""
    watched = Watched()
    monkeypatch.setattr(clusters, "recombine", watched)
    params = {"polish": polish, "clients": 30, "seconds_per_client": 0.002}
    result = solve(problem(60), "clusters", stop=stop, params=params)
    assert result.solution is not None
    assert not watched.costs


def test_without_the_back_end_there_is_no_polish(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no error."""
    watched = Watched()
    monkeypatch.setattr(clusters, "recombine", watched)
    monkeypatch.setattr(clusters, "PACKAGE", "no_such_package_anywhere")
    params = {"polish": 0.5, "clients": 30, "seconds_per_client": 0.002}
    result = solve(problem(60), "clusters", stop=2.5, params=params)
    assert result.solution is not None
    assert not watched.costs


def test_polish_out_of_range_is_refused() -> None:
    """It is a share."""
    with pytest.raises(ValueError, match="polish must be between 0 and 1"):
        clusters.Clusters(polish=1.5)


def test_stalled_when_every_route_was_searched_in_vain() -> None:
    """An improvement starts the count anew."""
    vrp = problem(40)
    start = Routes(tuple(Route(np.array([c])) for c in range(1, 41)))
    search = RouteClusters(vrp, start, 0, ClusterOptions(clients=10))
    for _ in range(3):
        part = search.next_part()
        assert part is not None
        search.close(part, None)
    assert not search.stalled
    part = search.next_part()
    assert part is not None
    joined = (Route(np.concatenate([route.visits for route in part.routes])),)
    gain = vrp.cost(Routes(part.routes)) - vrp.cost(Routes(joined))
    search.close(part, Improvement(part, joined, gain))
    assert not search.stalled
    for _ in range(len(search)):
        part = search.next_part()
        assert part is not None
        search.close(part, None)
    assert search.stalled


def fleet_problem() -> VRP:
    """Make a problem with two depots, two types of vehicles at each and few of one of them."""
    base = problem(99)
    vehicles = tuple(
        VehicleType(capacity=20 + 20 * k, number=number, fixed_cost=50 * k, start=depot)
        for depot in (0, 1)
        for k, number in ((0, None), (1, 4))
    )
    return dataclasses.replace(base, depots=2, vehicles=vehicles)


def test_parts_of_fleets_use_the_vehicles_that_are_left() -> None:
    """What clusters find keeps the numbers of vehicles and costs what was reckoned."""
    vrp = fleet_problem()
    result = solve(vrp, "clusters", stop=3.0, params={"share": 0.1, "clients": 40})
    assert result.solution is not None
    assert vrp.check(result.solution) == []


def test_a_search_of_a_part_keeps_the_fleet() -> None:
    """The part has its own vehicles and those nobody uses, and its routes are of their types."""
    vrp = fleet_problem()
    start = solve(vrp, "insertion").solution
    assert start is not None
    search = RouteClusters(vrp, start, 0, ClusterOptions(clients=40, seconds_per_client=0.01))
    for _ in range(3):
        part = search.next_part()
        assert part is not None
        search.close(part, search.search(part, Run(Stop(time_limit=10.0))))
    assert vrp.check(search.solution()) == []
    assert search.cost == pytest.approx(vrp.cost(search.solution()))
    assert search.cost < vrp.cost(start)
