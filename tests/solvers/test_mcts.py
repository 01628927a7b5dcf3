"""The method ``mcts``, improved and as published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import Limit, Run, Stop
from cosolve.problems import TSP, Tour
from cosolve.problems.random_tsp import random_tsp
from cosolve.solvers import presets, registry
from cosolve.solvers.mcts import Mcts
from cosolve.testing import check_solver

BEST_KNOWN = 23.205382  # of the 1000 nodes of default_rng(1234)


def square(n: int, seed: int) -> TSP:
    return TSP(coords=np.random.default_rng(seed).random((n, 2)))


@pytest.mark.parametrize(
    "parameters",
    [
        {"depth": 1},
        {"depth": 17},
        {"depth": 0, "published": True},
        {"breadth": ()},
        {"breadth": (33,)},
        {"walk": 0},
        {"candidates": 0},
        {"temperature": -0.1},
        {"alpha": float("nan")},
        {"actions": 0, "published": True},
    ],
)
def test_parameters_are_validated(parameters: dict[str, Any]) -> None:
    """A parameter out of range is an error when the solver is made."""
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Mcts(**parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {"walk": 3, "published": True},
        {"temperature": 1.0, "published": True},
        {"breadth": (5, 1), "published": True},
        {"actions": 3},
        {"use_heatmap": False},
        {"time_per_node": 1.0},
    ],
)
def test_parameters_of_the_other_search_are_errors(parameters: dict[str, Any]) -> None:
    """Nothing is ignored."""
    with pytest.raises(ValueError, match=f"{next(iter(parameters))} is a parameter of the"):
        Mcts(**parameters)


def test_a_thousand_nodes_come_close_to_the_best_known() -> None:
    """A limited number of actions, whatever the speed of the machine: well below 1 %."""
    result: Any = solve(square(1000, 1234), "mcts", stop=Stop(iterations=8000))
    assert result.cost <= 1.004 * BEST_KNOWN


def test_published_search_keeps_the_promises_too() -> None:
    """The conformance suite holds for it on what it handles."""
    problems = [square(n, n) for n in (1, 2, 3, 12, 60)]
    problems.append(TSP(coords=np.zeros((30, 2))))
    check_solver(Mcts(published=True, depth=20, actions=2), problems)


@pytest.mark.parametrize(
    "problem",
    [
        TSP(coords=np.random.default_rng(0).random((20, 2)), path=True),
        TSP(coords=np.random.default_rng(0).random((20, 2)), fixed_edges=np.array([[0, 5]])),
        TSP(matrix=np.random.default_rng(0).random((20, 20))),
    ],
)
def test_published_search_refuses_what_the_papers_do_not_handle(problem: TSP) -> None:
    """It says so instead of returning something infeasible."""
    with pytest.raises(ValueError, match="as published"):
        solve(problem, "mcts", params="published", stop=0.1)


def test_improved_search_beats_the_published_one() -> None:
    """At equal time, by far."""
    problem = square(400, 7)
    published: Any = solve(problem, "mcts", params="published", stop=1.0)
    improved: Any = solve(problem, "mcts", stop=1.0)
    assert improved.cost < published.cost


def test_published_presets_are_those_of_the_paper() -> None:
    """The tuned settings of GT-Prior, those of the nearest number of nodes."""
    found = presets.preset("mcts", "published", 1000)
    assert found == {
        "published": True, "alpha": 1.0, "beta": 10.0, "actions": 5, "candidates": 5,
        "use_heatmap": True, "depth": 200, "time_per_node": 0.1,
    }  # fmt: skip
    assert presets.preset("mcts", "published", 1400) == found
    assert presets.preset("mcts", "published", 400)["alpha"] == 0.0
    assert presets.preset("mcts", "published", 10**6)["use_heatmap"] is False
    assert presets.preset("mcts", "published-short", 1000)["actions"] == 2


def test_published_search_ends_by_itself() -> None:
    """After T n seconds, unless a time limit says otherwise."""
    problem = square(50, 1)
    solver = registry.get("mcts", {"published": True, "time_per_node": 0.004})
    for stop in ({}, {"stop": None}):
        result: Any = solve(problem, solver, bound_share=0, **stop)
        assert 0.19 < result.runtime < 0.5
    longer: Any = solve(problem, solver, stop=0.5, bound_share=0)
    assert 0.45 < longer.runtime < 0.8
    assert longer.limit is Limit.TIME


def test_published_search_returns_something_at_once() -> None:
    """Where there is no time for a random tour, a greedy one."""
    problem = square(2000, 1)
    solver = registry.get("mcts", presets.preset("mcts", "published", 2000))
    run = Run(Stop(time_limit=0.0))
    outcome = solver.run(problem, run)
    assert problem.check(outcome.solution) == []


def test_guides_decide_what_is_searched() -> None:
    """At equal actions the edges of a good tour do better than three nearest neighbors."""
    problem = random_tsp(300, seed=3)
    good: Any = solve(problem, "lk", stop=Stop(iterations=5000))
    indptr, nodes = np.arange(0, 601, 2), good.solution.nodes
    indices = np.empty((300, 2), np.int32)
    indices[nodes] = np.stack([np.roll(nodes, 1), np.roll(nodes, -1)], axis=1)
    from cosolve import EdgeGuidance

    tour = EdgeGuidance(indptr, indices.ravel(), np.ones(600, np.float32))
    costs = [
        solve(problem, "mcts", guide=guide, stop=Stop(iterations=20)).cost
        for guide in (tour, "knn:3")
    ]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0] < costs[1]
    assert costs[0] == pytest.approx(good.cost)


def test_a_start_is_improved() -> None:
    """The search begins where it is told."""
    problem = square(200, 2)
    start: Any = solve(problem, "lk", stop=Stop(iterations=500)).solution
    result: Any = solve(problem, "mcts", start=start, stop=Stop(iterations=0))
    assert result.cost <= problem.cost(start)
    worst = Tour(np.arange(200, dtype=np.int32))
    improved: Any = solve(problem, "mcts", start=worst, stop=Stop(iterations=200))
    assert improved.cost < 0.5 * problem.cost(worst)
