"""Column generation with subset-row cuts: its bounds rise and stay below the optimum."""

from __future__ import annotations

import importlib.util
import itertools
import math
import time

import numpy as np
import pytest
from vrp_reference import optimal_cost

from cosolve import VRP, VehicleType
from cosolve.bounds import vrp_subset_rows
from cosolve.bounds.vrp_edges import CutSet
from cosolve.bounds.vrp_model import route_model
from cosolve.bounds.vrp_subset_rows import SubsetMaster

needs_ortools = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-tools is not installed"
)


def problem(seed: int, windows: bool) -> VRP:
    """Six clients, two or three to a vehicle by load, or by time."""
    rng = np.random.default_rng(seed)
    coords = rng.integers(0, 20, (7, 2)).astype(float)
    coords[1:, 0] += 30.0
    if not windows:
        demands = np.concatenate([[0.0], rng.integers(2, 5, 6)])
        return VRP(coords=coords, demands=demands, vehicles=(VehicleType(capacity=8),))
    return VRP(
        coords=coords,
        windows=np.tile([0.0, 185.0], (7, 1)),
        service=np.full(7, 35.0),
        vehicles=(VehicleType(),),
    )


@needs_ortools
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_cuts_raise_the_bound_and_keep_it_below_the_optimum(seed: int, windows: bool) -> None:
    """Every bound that is told is valid, before and after cuts."""
    instance = problem(seed, windows)
    best = optimal_cost(instance)
    model = route_model(instance)
    assert best is not None
    assert model is not None
    bounds: list[float] = []
    deadline_s = time.perf_counter() + 60
    master = SubsetMaster(model, CutSet(model.nodes))
    master.run(lambda bound, _: bounds.append(bound), deadline_s)
    assert master.proof is not None
    before = master.proof[0]
    for _ in range(5):
        if not master.tighten(lambda bound, _: bounds.append(bound), deadline_s):
            break
    assert master.proof[0] >= before
    assert max(bounds) <= best + 1e-9
    end, routes = master.enumerate(best - master.proof[0] + 1e-6, (1e6, 1e6, 1e6), 60.0)
    assert end == "complete"
    # The routes within the gap still make an optimal solution.
    sets = {
        frozenset(routes[1][a:b].tolist()): float(cost)
        for (a, b), cost in zip(itertools.pairwise(routes[0]), routes[2], strict=True)
    }
    assert partition(frozenset(range(1, 7)), sets) == pytest.approx(best)


@needs_ortools
def test_three_clients_of_whom_two_fit_need_a_subset_row() -> None:
    """Half of each of three pairs serves three clients; the cut asks for two routes."""
    near = np.array([[30.0, 0.0], [31.0, 1.0], [31.0, -1.0]])
    instance = VRP(
        coords=np.vstack([[[0.0, 0.0]], near, -near]),
        windows=np.tile([0.0, 150.0], (7, 1)),
        service=np.full(7, 35.0),
        vehicles=(VehicleType(),),
    )
    model = route_model(instance)
    assert model is not None
    master = SubsetMaster(model, CutSet(model.nodes))
    deadline_s = time.perf_counter() + 60
    master.run(lambda *_: None, deadline_s)
    assert master.proof is not None
    before = master.proof[0]
    while master.tighten(lambda *_: None, deadline_s):
        pass
    assert before < 190
    assert master.proof[0] == pytest.approx(optimal_cost(instance), abs=0.1)
    assert master.subset_rows()


@needs_ortools
def test_cuts_that_are_dropped_cost_nothing_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small their prices were: no more may be priced than there is room for."""
    monkeypatch.setattr(vrp_subset_rows, "MOST_ROWS", 6)
    monkeypatch.setattr(vrp_subset_rows, "_MOST_NEW", 3)
    rng = np.random.default_rng(5)
    demands = np.concatenate([[0.0], rng.integers(10, 60, 40)])
    coords = rng.integers(0, 100, (41, 2)).astype(float)
    model = route_model(VRP(coords=coords, demands=demands, vehicles=(VehicleType(capacity=100),)))
    assert model is not None
    deadline_s = time.perf_counter() + 60
    master = SubsetMaster(model, CutSet(model.nodes))
    master.run(lambda *_: None, deadline_s)
    while sum(master._alive) < 4 and master.tighten(lambda *_: None, deadline_s):
        pass
    assert master._best is not None
    bound, prices = master._best
    tiny = np.full(len(master._members), 5e-7)
    master._best = (bound, prices._replace(subsets=tiny))
    master._forget_slack(np.zeros(max(master._rows) + 1))
    assert sum(master._alive) == np.count_nonzero(master._best[1].subsets) < len(tiny)


def partition(clients: frozenset[int], sets: dict[frozenset[int], float]) -> float:
    """Least cost of disjoint sets that hold all clients."""
    if not clients:
        return 0.0
    first = min(clients)
    costs = (
        cost + partition(clients - part, sets)
        for part, cost in sets.items()
        if first in part and part <= clients
    )
    return min(costs, default=math.inf)
