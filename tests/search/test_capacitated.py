"""Ruin and recreate for capacitated routing, and the savings heuristic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vrp_reference import optimal_cost

from cosolve import _kernels
from cosolve.core import Run, Stop
from cosolve.problems import VRP, Metric, Routes, VehicleType
from cosolve.search.capacitated import CapacitatedModel, LocalAnnealing, anneal, unsupported


def problem(n: int, seed: int, capacity: float = 20, **how: Any) -> VRP:
    """Clients on a grid of 100 x 100 with demands from 1 to 9."""
    rng = np.random.default_rng(seed)
    vehicle = {k: how.pop(k) for k in ("max_duration", "number") if k in how}
    return VRP(
        coords=rng.integers(0, 100, (n + 1, 2)).astype(float),
        demands=rng.integers(1, 10, n + 1).astype(float),
        vehicles=(VehicleType(capacity=capacity, **vehicle),),
        metric=how.pop("metric", Metric.EUC),
        **how,
    )


def searched(
    vrp: VRP, iterations: int, seed: int = 0, **annealing: Any
) -> _kernels.CapacitatedSearch:
    model = CapacitatedModel(vrp)
    engine = model.search(model.savings(), seed, LocalAnnealing(**annealing))
    engine.run(60.0, iterations, 20.0, 0.1)
    return engine


@pytest.mark.parametrize("metric", [Metric.EUC, Metric.EUCLIDEAN, Metric.TRUNC1, Metric.MAN])
@pytest.mark.parametrize("width", [0, 10])
def test_solutions_are_feasible_and_their_cost_is_right(metric: Metric, width: int) -> None:
    """The best and the present routes serve every client, and cost what the kernel says."""
    vrp = problem(60, 1, metric=metric)
    engine = searched(vrp, 2000, width=width)
    model = CapacitatedModel(vrp)
    for flat, cost in (
        (engine.best(), engine.best_cost),
        (engine.current(), engine.current_cost),
    ):
        routes = model.decode(flat)
        assert not vrp.check(routes)
        assert vrp.cost(routes) == pytest.approx(cost, rel=1e-9)


def test_a_matrix_gives_what_its_coordinates_give() -> None:
    """Explicit distances are searched as well as those of coordinates."""
    plane = problem(40, 2)
    where = np.arange(plane.locations)
    matrix = plane.distance(where[:, None], where[None, :])
    explicit = VRP(matrix=matrix, demands=plane.demands, vehicles=plane.vehicles)
    engine = searched(explicit, 3000)
    routes = CapacitatedModel(explicit).decode(engine.best())
    assert not explicit.check(routes)
    assert engine.best_cost == pytest.approx(plane.cost(routes))
    assert engine.best_cost <= 1.02 * searched(plane, 3000).best_cost


def test_length_limits_are_kept() -> None:
    """Routes are no longer than allowed, their services included."""
    vrp = problem(
        50, 3, 100, max_duration=320.0, service=np.full(51, 10.0), metric=Metric.EUCLIDEAN
    )
    free = problem(50, 3, 100, service=np.full(51, 10.0), metric=Metric.EUCLIDEAN)
    limited, unlimited = (searched(p, 3000) for p in (vrp, free))
    routes = CapacitatedModel(vrp).decode(limited.best())
    assert not vrp.check(routes)
    assert vrp.cost(routes) == pytest.approx(limited.best_cost)
    assert vrp.check(CapacitatedModel(free).decode(unlimited.best()))


def test_no_more_routes_than_vehicles() -> None:
    """A limited fleet is not exceeded."""
    vrp = problem(40, 4, number=12)
    model = CapacitatedModel(vrp)
    flat = model.savings()
    assert model.allows(flat)
    engine = model.search(flat, 1, LocalAnnealing(hot=10.0))
    engine.run(60.0, 3000, 100.0, 1.0)
    for routes in (engine.best(), engine.current()):
        assert np.count_nonzero(routes == 0) <= 12


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10_000), st.sampled_from([10, 15, 30]))
def test_small_problems_are_solved(n: int, seed: int, capacity: int) -> None:
    """Up to six clients the best of all solutions is found."""
    vrp = problem(n, seed, capacity)
    assert searched(vrp, 2000).best_cost == optimal_cost(vrp)


def test_the_same_seed_gives_the_same_routes() -> None:
    """Runs of as many iterations repeat each other, other seeds do not."""
    vrp = problem(80, 5)
    one, two, other = (searched(vrp, 500, seed=s) for s in (3, 3, 4))
    assert np.array_equal(one.current(), two.current())
    assert not np.array_equal(one.current(), other.current())


def test_the_best_is_never_worse_than_the_start() -> None:
    """However hot it is, the best solution is kept."""
    vrp = problem(60, 6)
    start = searched(vrp, 3000)
    model = CapacitatedModel(vrp)
    engine = model.search(start.best(), 1, LocalAnnealing())
    engine.run(60.0, 500, 1e6, 1e6)
    assert engine.best_cost <= start.best_cost
    assert engine.current_cost > engine.best_cost
    assert vrp.cost(model.decode(engine.best())) == engine.best_cost


def test_local_search_finds_what_insertions_cannot() -> None:
    """Crossing tails are exchanged although all routes are full."""
    coords = np.array([[0, 0], [10, 10], [20, 10], [30, 10], [10, -10], [20, -10], [30, -10]])
    vrp = VRP(coords=coords.astype(float), demands=np.r_[0, np.ones(6)], vehicles=(VehicleType(3),))
    model = CapacitatedModel(vrp)
    crossed = model.encode([[1, 5, 6], [4, 2, 3]])
    engine = model.search(crossed, 0, LocalAnnealing())
    engine.run(60.0, 300, 0.0, 0.0)
    assert {frozenset(r.visits.tolist()) for r in model.decode(engine.best()).routes} == {
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6}),
    }


def savings_reference(vrp: VRP) -> float:
    """Cost of the savings heuristic over all pairs, by plain Python."""
    n = vrp.locations
    routes = [[i] for i in range(1, n)]
    pairs = [(i, j) for i in range(1, n) for j in range(i + 1, n)]
    saving = {
        (i, j): float(vrp.distance(0, i) + vrp.distance(0, j) - vrp.distance(i, j))
        for i, j in pairs
    }
    for i, j in sorted(pairs, key=lambda p: -saving[p]):
        one = next(r for r in routes if i in r)
        two = next(r for r in routes if j in r)
        ends = i in (one[0], one[-1]) and j in (two[0], two[-1])
        if one is two or not ends or saving[i, j] <= 0:
            continue
        if float(vrp.demands[[*one, *two]].sum()) > 20:
            continue
        if one[-1] != i:
            one.reverse()
        if two[0] != j:
            two.reverse()
        one.extend(two)
        routes.remove(two)
    return vrp.cost(Routes(routes))


def test_savings_equal_the_textbook() -> None:
    """With all clients for neighbors the heuristic is that of Clarke and Wright."""
    vrp = problem(30, 8, metric=Metric.EUCLIDEAN)  # no two savings are equal
    model = CapacitatedModel(vrp, neighbors=30)
    routes = model.decode(model.savings())
    assert not vrp.check(routes)
    assert vrp.cost(routes) == pytest.approx(savings_reference(vrp))


@pytest.mark.parametrize(
    "vrp",
    [
        problem(5, 1, windows=np.tile([1.0, 500.0], (6, 1))),
        VRP(matrix=np.arange(16.0).reshape(4, 4)),
        VRP(coords=np.eye(4, 2), depots=2),
        VRP(coords=np.eye(4, 2), vehicles=(VehicleType(open=True),)),
        VRP(coords=np.eye(4, 2), vehicles=(VehicleType(distance_cost=2.0),)),
    ],
)
def test_other_problems_are_declined(vrp: VRP) -> None:
    """Whatever the kernel cannot express has a reason."""
    assert unsupported(vrp) is not None


@pytest.mark.parametrize("flat", [[1, 2, 3], [1, 2, 0], [1, 2, 2, 3, 0], [1, 2, 3, 4, 0], []])
def test_bad_routes_are_refused(flat: list[int]) -> None:
    """Routes that miss or repeat clients, or do not end, do not reach the kernel."""
    model = CapacitatedModel(problem(3, 1, 100))
    with pytest.raises(ValueError, match=r"routes must|node out of range"):
        model.search(np.array(flat, np.int32), 0, LocalAnnealing())


def test_progress_is_reported_and_limits_are_kept() -> None:
    """The run is told every slice and ends it."""
    vrp = problem(50, 9)
    model = CapacitatedModel(vrp)
    annealing = LocalAnnealing()
    engine = model.search(model.savings(), 0, annealing)
    run = Run(Stop(iterations=1000))
    anneal(engine, run, annealing)
    assert run.iterations == engine.iterations == 1000
    assert run.cost == engine.best_cost
