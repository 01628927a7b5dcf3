"""Proofs of tours: right on small problems, whatever they start from; within their limits."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from references import optimal_cost
from tsp_targets import Proven

from cosolve import Run, Stop, read, read_solution
from cosolve.exact import run_in_worker
from cosolve.exact.tsp_proof import prove_tour
from cosolve.problems import TSP, Tour
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.tiny import solve_tiny
from cosolve.search.tsp_model import TspModel

pytestmark = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("highspy") is None, reason="needs HiGHS"
)


@pytest.fixture(scope="module")
def proven() -> list[Proven]:
    """Proofs of small problems."""
    found: list[Proven] = run_in_worker(
        "tsp_targets:prove_small", range(64), Run(Stop()), on_message=lambda _: None
    )
    return found


def greedy(problem: TSP) -> Tour:
    """Return a tour that is not good."""
    model = TspModel(problem)
    return model.decode(model.greedy())


def test_small_problems_are_solved(proven: list[Proven]) -> None:
    """The tour proven is as short as that of a dynamic program, which the worker does not use."""
    for one in proven:
        best = one.problem.cost(solve_tiny(one.problem))
        if one.problem.integral:
            assert best == optimal_cost(one.problem)
        assert one.proof.optimal
        assert one.best == pytest.approx(best, rel=1e-9, abs=1e-12)


def test_no_bound_is_above_the_optimum(proven: list[Proven]) -> None:
    """Every bound on the way is valid, and the last one proves the tour."""
    for one in proven:
        assert max(one.bounds) <= one.best + 1e-9 * abs(one.best)
        last = max(one.bounds)
        gap = 1.0 if one.problem.integral else 1e-8
        assert one.best - last < gap


def test_better_tours_are_found(proven: list[Proven]) -> None:
    """Greedy tours are often not the shortest; what is proven then is a better one."""
    assert sum(one.best < one.start - 1e-9 for one in proven) > 10


def test_instance_with_a_gap_is_proven(data: Path) -> None:
    """From its best tour, lin318 is proven, although the relaxation is below it."""
    problem = read(data / "tsplib" / "lin318.tsp")
    assert isinstance(problem, TSP)
    tour = read_solution(data / "tsplib" / "lin318.opt.tour", problem)
    run = Run(Stop())
    outcome = prove_tour(problem, run, tour)
    assert outcome.optimal
    assert problem.cost(outcome.solution) == 42029
    assert math.ceil(outcome.bound - 1e-6) == 42029


def test_a_poor_start_is_improved(instances: Path) -> None:
    """The search tree finds the optimum of eil51 from a greedy tour, and reports it."""
    problem = read(instances / "eil51.tsp")
    assert isinstance(problem, TSP)
    run = Run(Stop())
    outcome = prove_tour(problem, run, greedy(problem))
    assert outcome.optimal
    assert run.cost == problem.cost(outcome.solution) == 426


def test_nodes_are_iterations() -> None:
    """A limit on the iterations limits the nodes of the tree; the bound is still valid."""
    problem = random_tsp(200, seed=3)
    runs = []
    for _ in range(2):
        run = Run(Stop(iterations=3), seed=5)
        start = greedy(problem)
        outcome = prove_tour(problem, run, start)
        assert run.iterations <= 3
        assert outcome.bound is not None
        assert outcome.bound <= problem.cost(outcome.solution)
        assert problem.check(outcome.solution) == []
        runs.append((outcome.bound, outcome.solution))
    assert runs[0] == runs[1]


def test_time_is_kept() -> None:
    """A limit far below what the proof takes ends it, with a valid bound if there is one."""
    problem = random_tsp(1500, seed=3)
    run = Run(Stop(time_limit=1.0))
    outcome = prove_tour(problem, run, greedy(problem))
    assert run.elapsed < 1.5
    assert not outcome.optimal
    assert outcome.bound is None or outcome.bound < problem.cost(outcome.solution)
    assert np.array_equal(np.sort(outcome.solution.nodes), np.arange(1500))
