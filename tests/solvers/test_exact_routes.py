"""Proofs of routes: true at tiny sizes, and within reach at real ones."""

from __future__ import annotations

import importlib.util
import math
import time
from pathlib import Path

import numpy as np
import pytest
from vrp_reference import optimal_cost

from cosolve import VRP, Run, Stop, VehicleType
from cosolve.bounds.vrp_edge_proof import has_edges
from cosolve.bounds.vrp_model import route_model
from cosolve.bounds.vrp_proof import Step, Task, Verdict, common_unit, cutoff_below
from cosolve.core.errors import BackendMissing
from cosolve.exact import run_in_worker
from cosolve.io import read
from cosolve.problems import Metric, Routes
from cosolve.problems.vrp import Route
from cosolve.solvers.exact_routes import prove_routes, supports_routes

needs_solvers = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("ortools", "pyscipopt")),
    reason="OR-tools or PySCIPOpt is not installed",
)


def tiny(seed: int, *, windows: bool = False, number: int | None = None) -> VRP:
    rng = np.random.default_rng(seed)
    n = 7
    times = None
    if windows:
        begin = rng.integers(0, 60, n).astype(float)
        times = np.column_stack([begin, begin + 50])
        times[0] = 0, 200
    return VRP(
        coords=rng.integers(0, 40, (n, 2)).astype(float),
        metric=Metric.EUC if seed % 2 else Metric.TRUNC1,
        demands=np.concatenate([[0.0], rng.integers(1, 6, n - 1)]),
        vehicles=(VehicleType(capacity=10, number=number),),
        windows=times,
        name=f"tiny-{seed}",
    )


def heard(way: str, problem: VRP, upper: float) -> tuple[Verdict, float, float]:
    """Verdict of a worker, its best bound, and the cost of its best solution."""
    model = route_model(problem)
    assert model is not None
    bound, cost = -math.inf, upper

    def hear(step: Step) -> None:
        nonlocal bound, cost
        bound = max(bound, -math.inf if step.bound is None else step.bound)
        if step.routes is not None:
            routes = Routes(tuple(Route(np.array(r, np.int32), 0) for r in step.routes))
            assert not problem.check(routes)
            cost = min(cost, problem.cost(routes))

    task = Task(model, upper, common_unit(model.cost, problem.integral), time.time() + 60)
    verdict = run_in_worker(f"{way}:prove", task, Run(Stop(time_limit=60)), on_message=hear)
    assert isinstance(verdict, Verdict)
    return verdict, bound, cost


@needs_solvers
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_columns_find_and_prove_the_optimum(seed: int, windows: bool) -> None:
    """From a cost far above it, the optimum is found, and every bound is below it."""
    problem = tiny(seed, windows=windows)
    best = optimal_cost(problem)
    assert best is not None
    verdict, bound, cost = heard("cosolve.bounds.vrp_proof", problem, 1.5 * best)
    assert verdict.proven
    assert cost == pytest.approx(best)
    assert bound <= best + 1e-9


@needs_solvers
@pytest.mark.parametrize("number", [None, 3])
@pytest.mark.parametrize("seed", range(2))
def test_edges_find_and_prove_the_optimum(seed: int, number: int | None) -> None:
    """Likewise by branch and cut, also with as many vehicles as there are."""
    problem = tiny(seed, number=number)
    best = optimal_cost(problem)
    if best is None:
        pytest.skip("three vehicles are too few")
    verdict, bound, cost = heard("cosolve.bounds.vrp_edge_proof", problem, 1.5 * best)
    assert verdict.proven
    assert cost == pytest.approx(best)
    assert bound <= best + 1e-9


@needs_solvers
def test_a_driver_limit_on_the_duration_is_kept() -> None:
    """The proven routes are as short as they must be, and the cheapest of those."""
    base = tiny(1)
    problem = VRP(
        coords=base.coords,
        metric=base.metric,
        demands=base.demands,
        vehicles=(VehicleType(capacity=10, max_duration=110.0),),
    )
    best = optimal_cost(problem)
    outcome = prove_routes(problem, Run(Stop(time_limit=60)))
    assert outcome.optimal
    assert outcome.solution is not None
    assert not problem.check(outcome.solution)
    assert problem.cost(outcome.solution) == pytest.approx(best)


@needs_solvers
@pytest.mark.parametrize(
    ("file", "clients", "best"),
    [("cvrplib/E/E-n22-k4.vrp", None, 375.0), ("vrptw/solomon/C101.txt", 25, 191.3)],
)
def test_published_optima_are_proven(
    data: Path, file: str, clients: int | None, best: float
) -> None:
    """The bound reaches the published optimum, and says so at every moment."""
    problem = read(data / file)
    assert isinstance(problem, VRP)
    if clients is not None:
        problem = first_clients(problem, clients)
    run = Run(Stop(time_limit=60))
    outcome = prove_routes(problem, run)
    assert outcome.optimal
    assert outcome.solution is not None
    assert problem.cost(outcome.solution) == pytest.approx(best)
    assert outcome.bound == pytest.approx(best)
    assert all(point.bound is None or point.bound <= best + 1e-6 for point in run.trace)


def first_clients(problem: VRP, count: int) -> VRP:
    """Return the problem of the first clients, with the same vehicles."""
    kept = count + 1
    assert problem.coords is not None
    return VRP(
        coords=problem.coords[:kept],
        metric=problem.metric,
        vehicles=problem.vehicles,
        demands=problem.demands[:kept],
        windows=problem.windows[:kept],
        service=problem.service[:kept],
    )


@needs_solvers
def test_exact_distances_are_proven_up_to_a_millionth() -> None:
    """Without a unit of costs the bound stays a little below the cost, and is no more than it."""
    base = tiny(0)
    problem = VRP(coords=base.coords, demands=base.demands, vehicles=base.vehicles)
    best = optimal_cost(problem)
    assert best is not None
    outcome = prove_routes(problem, Run(Stop(time_limit=60)))
    assert outcome.optimal
    assert outcome.solution is not None
    assert outcome.bound is not None
    assert problem.cost(outcome.solution) == pytest.approx(best)
    assert best * (1 - 2e-6) <= outcome.bound <= best + 1e-9


def test_missing_packages_are_named_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without OR-tools or PySCIPOpt the message says what installs them."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackendMissing, match="pip install ortools"):
        prove_routes(tiny(0), Run(Stop(time_limit=1)))


@needs_solvers
def test_no_proof_begins_when_the_iterations_are_used_up() -> None:
    """A limit on the individuals of the search gives the same result every time."""
    problem = tiny(3)
    found = [prove_routes(problem, Run(Stop(iterations=30))) for _ in range(2)]
    assert all(outcome.solution is not None and outcome.bound is None for outcome in found)
    assert found[0].solution == found[1].solution


@needs_solvers
def test_a_start_is_never_worsened_and_no_time_proves_nothing() -> None:
    """Without time the start comes back, without a proof."""
    problem = tiny(0)
    start = Routes([[i] for i in range(1, 7)])
    outcome = prove_routes(problem, Run(Stop(time_limit=0.0)), start)
    assert outcome.solution is not None
    assert problem.cost(outcome.solution) <= problem.cost(start)
    assert not outcome.optimal


def test_what_cannot_be_proven_is_refused() -> None:
    """Open routes and several depots are refused, with the reason."""
    coords = np.arange(10.0).reshape(5, 2)
    several = VRP(coords=coords, depots=2)
    assert "one depot" in (supports_routes(several) or "")
    with pytest.raises(ValueError, match="one depot"):
        prove_routes(several, Run(Stop(time_limit=1)))
    both = VRP(coords=coords, vehicles=(VehicleType(max_distance=9, max_duration=9),))
    assert "more than one way" in (supports_routes(both) or "")
    unlimited = VRP(coords=coords, demands=np.ones(5))
    assert supports_routes(unlimited) == "nothing limits its routes"
    assert supports_routes(tiny(0, windows=True)) is None


def test_cutoffs_lie_between_multiples_of_the_unit() -> None:
    """Costs below the known one are kept, equal ones are not."""
    assert 374 < cutoff_below(375.0, 1.0) < 375
    assert 191.2 <= cutoff_below(191.3, 0.1) < 191.25
    assert math.isinf(cutoff_below(math.inf, 1.0))
    assert cutoff_below(10.0, None) < 10.0


def test_units_are_those_of_all_costs() -> None:
    """Truncated distances are tenths, exact ones have no unit."""
    assert common_unit(np.array([1.0, 2.0, np.inf]), False) == 1.0
    assert common_unit(np.array([1.1, 20.3]), False) == 0.1
    assert common_unit(np.array([math.sqrt(2), 20.3]), False) is None


def test_only_plain_loads_are_left_to_edges() -> None:
    """Time windows are no matter of edges."""
    with_times, without = route_model(tiny(0, windows=True)), route_model(tiny(0))
    assert with_times is not None
    assert without is not None
    assert has_edges(without)
    assert not has_edges(with_times)
