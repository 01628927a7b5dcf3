"""Parts of a capacitated problem that are annealed side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cosolve
from cosolve.core import Run, Stop
from cosolve.problems import VRP, Metric, VehicleType
from cosolve.search.capacitated import CapacitatedModel, IntArray, LocalAnnealing
from cosolve.search.capacitated_parts import anneal_side_by_side
from cosolve.search.parallel_annealing import threads_of_use


def problem(n: int, seed: int, number: int | None = None, max_distance: float = np.inf) -> VRP:
    """Clients on a grid of 1000 x 1000 with demands from 1 to 9, ten to a vehicle."""
    rng = np.random.default_rng(seed)
    return VRP(
        coords=rng.integers(0, 1000, (n + 1, 2)).astype(float),
        demands=rng.integers(1, 10, n + 1).astype(float),
        vehicles=(VehicleType(capacity=50, number=number, max_distance=max_distance),),
        metric=Metric.EUC,
    )


def split(flat: IntArray) -> list[IntArray]:
    """Return the routes, each with the 0 after it."""
    return np.split(flat, np.flatnonzero(flat == 0)[:-1] + 1)


def cost_of(model: CapacitatedModel, flat: IntArray) -> float:
    """Return what routes cost, which may be a part of them."""
    vrp = model.problem
    legs = [
        vrp.distance(np.append(0, route), np.append(route, 0)).sum() for route in model.visits(flat)
    ]
    return float(sum(legs))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_a_part_is_searched_without_the_rest(seed: int, data: st.DataObject) -> None:
    """Its clients stay, nobody joins them, and costs are those of the part alone."""
    model = CapacitatedModel(problem(60, seed))
    flat = model.savings()
    engine = model.search(flat, seed, LocalAnnealing())
    for _ in range(3):
        routes = split(engine.current() if len(split(engine.current())) > 4 else flat)
        some = data.draw(st.sets(st.integers(0, len(routes) - 1), min_size=1))
        part = np.concatenate([routes[k] for k in sorted(some)])
        engine.begin(part, 60)
        before = cost_of(model, part)
        assert engine.best_cost == engine.current_cost == pytest.approx(before)
        engine.run(60.0, 200, 100.0, 1.0)
        for found, cost in (
            (engine.best(), engine.best_cost),
            (engine.current(), engine.current_cost),
        ):
            assert sorted(found[found > 0]) == sorted(part[part > 0])
            assert cost == pytest.approx(cost_of(model, found))
            assert all(
                model.problem.demands[visits, 0].sum() <= 50 for visits in model.visits(found)
            )
        assert engine.best_cost <= before + 1e-9


def test_a_part_has_no_more_routes_than_it_may() -> None:
    """However hot it is."""
    model = CapacitatedModel(problem(60, 1))
    routes = split(model.savings())
    part = np.concatenate(routes[:5])
    engine = model.search(model.savings(), 0, LocalAnnealing())
    engine.begin(part, 5)
    engine.run(60.0, 2000, 1e4, 1e3)
    assert np.count_nonzero(engine.current() == 0) == 5


@pytest.mark.parametrize("routes", [[], [0], [1, 2], [1, 0, 1, 0], [1, 99, 0], [-1, 0]])
def test_parts_that_are_none_are_refused(routes: list[int]) -> None:
    """Without clients, open at the end, twice the same, unknown."""
    model = CapacitatedModel(problem(20, 1))
    engine = model.search(model.savings(), 0, LocalAnnealing())
    with pytest.raises((ValueError, IndexError)):
        engine.begin(np.array(routes, dtype=np.int32), 9)


@pytest.mark.parametrize("number", [None, 60])
@pytest.mark.parametrize("max_distance", [np.inf, 3000.0])
def test_parts_together_are_a_solution(number: int | None, max_distance: float) -> None:
    """Feasible, of the cost that was reported, better than the start; all iterations are done."""
    vrp = problem(500, 3, number, max_distance)
    model = CapacitatedModel(vrp)
    flat = model.savings()
    seen: list[IntArray] = []
    run = Run(Stop(iterations=20_000), seed=1)
    best = model.decode(anneal_side_by_side(model, flat, run, LocalAnnealing(), 3, seen.append))
    assert vrp.check(best) == []
    assert run.cost == vrp.cost(best)
    assert vrp.cost(best) < vrp.cost(model.decode(flat))
    assert run.iterations == 20_000
    assert len(seen) > 20
    assert all(vrp.check(model.decode(now)) == [] for now in seen)


def test_few_iterations_are_not_exceeded() -> None:
    """Even if there are fewer of them than parts."""
    model = CapacitatedModel(problem(500, 3))
    run = Run(Stop(iterations=2), seed=1)
    anneal_side_by_side(model, model.savings(), run, LocalAnnealing(), 3)
    assert run.iterations == 2


def test_same_seed_same_routes() -> None:
    """With a limit on the iterations nothing depends on which thread is faster."""
    vrp = problem(520, 9)
    costs = {
        cosolve.solve(
            vrp, "ils", stop=Stop(iterations=8000), threads=2, seed=3, bound_share=0.0
        ).cost
        for _ in range(3)
    }
    assert len(costs) == 1


def test_parts_are_no_worse_than_the_whole() -> None:
    """As many iterations find as good routes, although no part sees all of them."""
    vrp = problem(600, 5)
    model = CapacitatedModel(vrp)
    costs = []
    for threads in (1, 2):
        result = cosolve.solve(
            vrp, "ils", stop=Stop(iterations=60_000), threads=threads, bound_share=0.0
        )
        assert result.cost is not None
        costs.append(result.cost)
    assert costs[1] <= 1.02 * costs[0]
    assert model.points.shape == (601, 2)


def test_how_many_parts() -> None:
    """No more than threads, and each of some size."""
    assert [threads_of_use(problem(n, 1), 4) for n in (1, 400, 600, 5000)] == [1, 1, 2, 4]
    assert threads_of_use(problem(1000, 1), 1) == 1


def test_without_places_nothing_is_cut() -> None:
    """A matrix says nothing about what is near a route: one thread does all."""
    plane = problem(520, 7)
    where = np.arange(plane.locations)
    vrp = VRP(
        matrix=plane.distance(where[:, None], where[None, :]),
        demands=plane.demands,
        vehicles=plane.vehicles,
    )
    assert threads_of_use(vrp, 2) == 1
    result = cosolve.solve(vrp, "ils", stop=Stop(iterations=500), threads=2, bound_share=0.0)
    assert result.solution is not None
    assert vrp.check(result.solution) == []
