"""The method ``clusters``."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import Run
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
    joined = (np.concatenate(part.visits),)
    gain = vrp.cost(Routes(tuple(map(Route, part.visits)))) - vrp.cost(Routes((Route(joined[0]),)))
    search.close(part, Improvement(part, joined, gain))
    assert not search.stalled
    for _ in range(len(search)):
        part = search.next_part()
        assert part is not None
        search.close(part, None)
    assert search.stalled
