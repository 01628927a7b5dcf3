"""The method ``exact``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import read, solve
from cosolve.core import Limit, Status, Stop
from cosolve.problems import TSP, Metric, Scheduling
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp
from cosolve.solvers import registry
from cosolve.solvers.exact import Exact


@pytest.mark.parametrize(("name", "value"), [("population", 1), ("agreement", 0)])
def test_parameters_are_validated(name: str, value: int) -> None:
    """A parameter out of range is an error that names it."""
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        registry.get("exact", {name: value})


def test_what_is_not_supported_is_named() -> None:
    """Asymmetric distances, other problems and too many nodes are declined with the reason."""
    matrix = np.random.default_rng(1).random((30, 30))
    solver = Exact()
    assert "asymmetric" in str(solver.supports(TSP(matrix=matrix)))
    assert "20000" in str(solver.supports(random_tsp(20_001, seed=1)))
    assert "tours and routes" in str(solver.supports(Scheduling.from_jobs([[{0: 1}]])))
    assert solver.supports(random_vrp(10, seed=1)) is None
    assert solver.supports(random_tsp(200, seed=1)) is None


def test_a_tour_is_proven(instances: Path) -> None:
    """Berlin52 is solved with status OPTIMAL and a bound that meets the cost."""
    result: Any = solve(read(instances / "berlin52.tsp"), "exact", stop=60.0)
    assert (result.cost, result.bound, result.status) == (7542, 7542, Status.OPTIMAL)
    assert result.limit is None


def test_lengths_that_are_not_whole_are_proven() -> None:
    """A Euclidean problem ends with a gap of next to nothing."""
    result: Any = solve(random_tsp(120, seed=4), "exact", stop=60.0)
    assert result.status is Status.OPTIMAL
    assert result.bound == pytest.approx(result.cost, rel=2e-9)


def test_a_path_is_proven() -> None:
    """A path between two nodes with a fixed edge keeps all of that, and is proven."""
    points = np.random.default_rng(5).random((60, 2)) * 1000
    fixed = np.array([[7, 31]], np.int32)
    problem = TSP(coords=points, metric=Metric.EUC, path=True, ends=(3, None), fixed_edges=fixed)
    result: Any = solve(problem, "exact", stop=60.0)
    assert result.status is Status.OPTIMAL
    assert problem.check(result.solution) == []
    assert result.cost == result.bound


def test_the_only_tour_is_optimal() -> None:
    """Fixed edges that leave a single tour leave nothing to prove."""
    points = np.random.default_rng(6).random((20, 2))
    chain = np.stack([np.arange(19), np.arange(1, 20)], axis=1).astype(np.int32)
    result: Any = solve(TSP(coords=points, fixed_edges=chain), "exact", stop=20.0)
    assert result.status is Status.OPTIMAL


def test_a_target_ends_the_search_before_the_proof(instances: Path) -> None:
    """With a target cost that is reached there is nothing left to prove."""
    problem = read(instances / "eil51.tsp")
    result: Any = solve(problem, "exact", stop=Stop(target_cost=430, time_limit=60))
    assert result.limit is Limit.TARGET
    assert result.cost <= 430
