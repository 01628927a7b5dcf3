"""Pools of routes."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve.core import Run, Stop
from cosolve.problems import VRP, Routes, VehicleType
from cosolve.search.capacitated import CapacitatedModel, LocalAnnealing, anneal
from cosolve.search.rich_vrp import ruin_and_recreate
from cosolve.search.route_pool import RoutePool


def problem(clients: int = 12, seed: int = 0, **vehicle: float) -> VRP:
    rng = np.random.default_rng(seed)
    return VRP(
        coords=rng.integers(0, 100, (clients + 1, 2)).astype(float),
        demands=np.r_[0.0, np.ones(clients)],
        vehicles=(VehicleType(capacity=3, **vehicle),),  # type: ignore[arg-type]
    )


def rows(*routes: list[int]) -> list[np.ndarray]:
    return [np.array(route, np.int32) for route in routes]


def content(pool: RoutePool) -> set[tuple[int, ...]]:
    columns = pool.columns()
    return {tuple(columns.route(k).tolist()) for k in range(len(columns))}


def test_cheapest_order_of_the_same_clients_is_kept() -> None:
    """Whatever is added first."""
    vrp = problem()
    orders = [[1, 2, 3], [2, 1, 3], [1, 3, 2]]
    cost = {tuple(o): vrp.cost(Routes([o])) for o in orders}
    cheapest = min(orders, key=lambda o: cost[tuple(o)])
    for first in range(3):
        pool = RoutePool(vrp)
        for order in orders[first:] + orders[:first]:
            pool.add(rows(order))
        assert content(pool) == {tuple(cheapest)}
        assert pool.columns().costs[0] == cost[tuple(cheapest)]


def test_costs_add_up_to_those_of_the_problem() -> None:
    """With a fixed cost and a cost per distance, too."""
    vrp = problem(fixed_cost=7.0, distance_cost=1.5)
    routes = [[1, 2, 3], [4, 5], [6], [7, 8, 9], [10, 11, 12]]
    pool = RoutePool(vrp)
    pool.add(rows(*routes))
    assert pool.columns().costs.sum() == pytest.approx(vrp.cost(Routes(routes)), rel=1e-12)


def test_empty_routes_are_no_routes() -> None:
    """And an empty pool has no columns."""
    pool = RoutePool(problem())
    pool.add(rows([], []))
    assert len(pool) == len(pool.columns()) == 0


def test_full_pool_forgets_what_was_added_longest_ago() -> None:
    """A route that is added again counts as new."""
    pool = RoutePool(problem(), most=4)
    for client in (1, 2, 3, 4, 1, 5):
        pool.add(rows([client]))
    assert content(pool) == {(4,), (1,), (5,)}


def test_latest_columns_can_be_asked_for() -> None:
    """The most recent ones, not the first."""
    pool = RoutePool(problem())
    pool.add(rows([1], [2], [3]))
    columns = pool.columns(2)
    assert columns.visits.tolist() == [2, 3]


def test_later_changes_of_an_array_do_not_matter() -> None:
    """The pool keeps copies."""
    pool = RoutePool(problem())
    (row,) = rows([1, 2])
    pool.add([row])
    row[:] = 5
    assert content(pool) == {(1, 2)}


def test_costs_of_time_are_refused() -> None:
    """They are not a matter of distances."""
    with pytest.raises(ValueError, match="cost of time"):
        RoutePool(problem(time_cost=1.0))


@pytest.mark.parametrize("kind", ["capacitated", "rich"])
def test_searches_feed_the_pool(kind: str) -> None:
    """All routes keep the capacity, and the best solution is made of them."""
    vrp = problem(40)
    pool = RoutePool(vrp)
    run = Run(Stop(iterations=2000))
    if kind == "rich":
        best = ruin_and_recreate(vrp, run, pool=pool).solution
        assert best is not None
        ours = {frozenset(route.visits.tolist()) for route in best.routes}
        assert ours <= {frozenset(route) for route in content(pool)}
    else:
        model = CapacitatedModel(vrp)
        engine = model.search(model.savings(), 0, LocalAnnealing())
        anneal(engine, run, LocalAnnealing(), lambda flat: pool.add(model.visits(flat)))
    assert len(pool) > 20
    assert all(1 <= len(route) <= 3 for route in content(pool))
