"""The method ``exact``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import read, solve
from cosolve.core import BackendError, BackendMissing, Limit, Status, Stop
from cosolve.problems import TSP, Metric, Scheduling
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp
from cosolve.solvers import registry
from cosolve.solvers.exact import Exact, within_reach


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


def test_minimum_trees_prove_without_a_process(
    instances: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where their bound is the optimum nothing else is asked."""

    def refuse(*_: object) -> None:
        raise AssertionError("there was nothing left to prove")

    monkeypatch.setattr("cosolve.exact.tsp_proof.in_worker", refuse)
    result: Any = solve(read(instances / "berlin52.tsp"), "exact", stop=60.0)
    assert (result.cost, result.bound, result.status) == (7542, 7542, Status.OPTIMAL)


@pytest.mark.parametrize("kind", ["tsp", "vrp"])
def test_a_proof_that_breaks_off_leaves_the_solution(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the worker dies, what was found is returned, with a note."""

    def die(*_: object, **__: object) -> None:
        raise BackendError("the worker was ended by SIGKILL")

    monkeypatch.setattr("cosolve.exact.tsp_proof.run_in_worker", die)
    monkeypatch.setattr("cosolve.solvers.exact_routes.run_in_worker", die)
    problem: Any = random_tsp(60, seed=2) if kind == "tsp" else random_vrp(12, seed=2)
    result: Any = solve(problem, "exact", stop=10.0, bound_share=0.0)
    assert problem.check(result.solution) == []
    assert result.status is Status.FEASIBLE
    assert any("broke off: the worker was ended" in note for note in result.notes)


def test_what_is_not_installed_is_named_before_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour of search is not lost because the proof cannot begin."""
    monkeypatch.setattr("cosolve.exact.tsp_program.PACKAGE", "no_such_package_anywhere")
    with pytest.raises(BackendMissing, match="pip install no_such_package_anywhere"):
        solve(random_tsp(60, seed=1), "exact", stop=10.0)
    assert not within_reach(random_tsp(60, seed=1), 60.0)


@pytest.mark.parametrize(
    ("problem", "seconds", "expected"),
    [
        (random_tsp(100, seed=1), 10.0, True),
        (random_tsp(100, seed=1), 0.9, False),
        (random_tsp(100, seed=1), 0.0, False),
        (random_tsp(500, seed=1), 10.0, False),
        (random_tsp(500, seed=1), 60.0, True),
        (random_tsp(500, seed=1), float("inf"), True),
        (random_tsp(1500, seed=1), 600.0, True),
        (random_tsp(1500, seed=1), float("inf"), False),
        (random_tsp(5000, seed=1), float("inf"), False),
        (random_vrp(20, seed=1), 10.0, True),
        (random_vrp(20, seed=1), 1.0, False),
        (random_vrp(200, seed=1), 600.0, False),
        (TSP(matrix=np.random.default_rng(1).random((30, 30))), 60.0, False),
        (Scheduling.from_jobs([[{0: 1}]]), 60.0, False),
    ],
)
def test_what_is_within_reach(problem: Any, seconds: float, expected: bool) -> None:
    """Size and time decide, and what can be proven at all."""
    assert within_reach(problem, seconds) is expected
