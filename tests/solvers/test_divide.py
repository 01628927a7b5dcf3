"""The method ``divide``."""

from __future__ import annotations

import resource
import sys
from typing import Any

import numpy as np
import pytest

import cosolve
from cosolve.core import Limit, Stop
from cosolve.problems import TSP, VRP
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp
from cosolve.solvers.divide import Divide
from cosolve.testing import check_solver, tsp_samples, vrp_samples


def solve(problem: Any, *args: Any, **kwargs: Any) -> Any:
    """Solve without a bound, which would take longer than the search."""
    return cosolve.solve(problem, *args, bound_share=0.0, **kwargs)


FEW_TOURS = ("duplicates", "asymmetric", "one-way-path", "path-fixed-edges", "path-from", "size-1")
FEW_ROUTES = ("full-vehicles", "windows", "asymmetric", "clients-1")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"part": 7}, "part must be at least 8"),
        ({"rounds": 0}, "rounds must be at least 1"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"fresh": -1}, "fresh must be at least 0"),
        ({"part_iterations": 0}, "part_iterations must be at least 1"),
        ({"divider_share": 1.5}, "divider_share must be between 0 and 1"),
        ({"seconds_per_node": 0.0}, "seconds_per_node must be positive"),
        ({"cut": "slices"}, "cut must be one of segments, regions, clusters"),
        ({"conqueror": "sword"}, "there is no method 'sword'"),
        ({"divider": "ruler"}, "there is no method 'ruler'"),
        ({"conqueror": "eax", "conqueror_params": "popolation=3"}, "no parameter 'popolation'"),
        ({"conqueror": "eax", "conqueror_params": "population"}, "name=value"),
        ({"conqueror_params": "population=30"}, "name of a conqueror"),
    ],
)
def test_parameters_are_validated(parameters: dict[str, Any], message: str) -> None:
    """A parameter out of range, or one of the conqueror, is an error when the solver is made."""
    with pytest.raises(ValueError, match=message):
        Divide(**parameters)


@pytest.mark.parametrize("cut", ["segments", "regions"])
def test_conformance_with_parts_of_tours(cut: str) -> None:
    """The promises hold where even the samples are cut into parts."""
    samples = [tsp_samples()[0], *(p for p in tsp_samples() if p.name in FEW_TOURS)]
    solver = Divide("lk", part=20, cut=cut, divider="greedy", part_iterations=50)
    check_solver(solver, samples, seconds=0.2)


@pytest.mark.parametrize("cut", ["clusters", "sectors", "strings"])
def test_conformance_with_parts_of_routes(cut: str) -> None:
    """The promises hold where even the samples are cut into parts."""
    samples = [vrp_samples()[0], *(p for p in vrp_samples() if p.name in FEW_ROUTES)]
    solver = Divide("ils", part=20, cut=cut, divider="insertion", part_iterations=50)
    check_solver(solver, samples, seconds=0.2)


@pytest.mark.parametrize(
    "problem",
    [
        random_tsp(200, seed=1),
        TSP(matrix=np.random.default_rng(1).random((80, 80))),
        random_vrp(100, 1),
    ],
)
def test_threads_do_not_change_what_iterations_give(problem: Any) -> None:
    """First solution, cuts and parts are the same with one thread and with three."""
    stop = Stop(iterations=9)
    solver = Divide(part=30, part_iterations=20)
    costs = {solve(problem, solver, stop=stop, threads=threads).cost for threads in (1, 3)}
    assert len(costs) == 1


@pytest.mark.parametrize(
    ("conqueror", "parameters"),
    [("eax", "population=10"), ("lk", "depth=5 kick_segment=20"), ("mcts", ""), ("exact", "")],
)
def test_any_method_can_conquer_segments(conqueror: str, parameters: str) -> None:
    """Its parameters are passed on, and the tour becomes better than the divider's."""
    problem = random_tsp(120, seed=4)
    first = solve(problem, "space-filling-curve")
    solver = Divide(
        conqueror, parameters, part=40, divider="space-filling-curve", part_iterations=10, rounds=1
    )
    result = solve(problem, solver, stop=20.0)
    assert result.cost < 0.9 * first.cost


@pytest.mark.parametrize("conqueror", ["hgs", "ils", "clusters"])
def test_any_method_can_conquer_routes(conqueror: str) -> None:
    """The routes become better than the divider's."""
    problem = random_vrp(120, 4)
    first = solve(problem, "savings")
    solver = Divide(conqueror, part=40, divider="savings", part_iterations=200, rounds=2)
    result = solve(problem, solver, stop=3.0)
    assert problem.check(result.solution) == []
    assert result.cost < first.cost


@pytest.mark.parametrize("divider", ["greedy", "heaviest", "argmax", "sample", "lk"])
def test_dividers_of_tours(divider: str) -> None:
    """Methods and ways to follow a guide make first solutions."""
    problem = random_tsp(200, seed=4)
    solver = Divide("lk", part=50, divider=divider, samples=3)
    result = solve(problem, solver, stop=Stop(iterations=8), guide="alpha:5")
    assert problem.check(result.solution) == []
    assert result.cost < 1.2 * 0.7124 * np.sqrt(200) + 0.55


@pytest.mark.parametrize("divider", ["argmax", "sample", "insertion"])
def test_dividers_of_routes(divider: str) -> None:
    """Methods and ways to follow a guide make first solutions."""
    problem = random_vrp(100, 5, "uniform")
    solver = Divide("ils", part=40, divider=divider)
    result = solve(problem, solver, stop=Stop(iterations=6))
    assert problem.check(result.solution) == []


def test_of_several_samples_the_best_is_taken() -> None:
    """More draws make no worse first solution."""
    problem = random_tsp(100, seed=4)
    solvers = [Divide("lk", part=50, divider="sample", samples=k) for k in (1, 5, 25)]
    costs = [solve(problem, one, stop=Stop(iterations=1)).trace[0].cost for one in solvers]
    assert costs == sorted(costs, reverse=True)
    assert costs[2] < costs[0]


def test_what_is_no_larger_than_a_part_is_not_cut() -> None:
    """It is the conqueror's, with all it can prove."""
    problem = random_tsp(60, seed=4)
    whole = solve(problem, "eax", stop=Stop(iterations=50))
    result = solve(problem, "divide", stop=Stop(iterations=50))
    assert result.solution == whole.solution
    assert result.iterations == whole.iterations


@pytest.mark.parametrize(
    ("parameters", "problem", "reason"),
    [
        ({"conqueror": "hgs"}, random_tsp(60), "hgs does not handle its parts"),
        ({"cut": "clusters"}, random_tsp(60), "cut clusters is not for tsp problems"),
        ({"cut": "regions"}, TSP(matrix=np.eye(60)), "coordinates"),
        ({"divider": "heaviest"}, random_vrp(60), "heaviest makes tours"),
        ({}, VRP(matrix=np.ones((60, 60)) - np.eye(60)), "coordinates"),
    ],
)
def test_what_does_not_go_together_is_declined(
    parameters: dict[str, Any], problem: Any, reason: str
) -> None:
    """The reason names what is in the way."""
    found = Divide(part=20, **parameters).supports(problem)
    assert found is not None
    assert reason in found


def test_a_start_is_cut_and_not_worsened() -> None:
    """There is no divider then."""
    problem = random_tsp(150, seed=3)
    start = solve(problem, "eax", stop=Stop(iterations=300)).solution
    result = solve(problem, Divide("lk", part=30), start=start, stop=Stop(iterations=10))
    assert result.cost <= problem.cost(start)
    assert result.iterations == 10
    assert result.limit is Limit.ITERATIONS


def test_parts_come_close_to_the_whole() -> None:
    """Segments of a tenth, cut at other places every round, cost little."""
    problem = random_tsp(600, seed=3)
    whole = solve(problem, "eax", stop=Stop(iterations=200))
    solver = Divide(part=60, part_iterations=30, divider="lk")
    parts = solve(problem, solver, stop=Stop(iterations=80))
    assert parts.cost < 1.03 * whole.cost


@pytest.mark.timing
@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss differs")
@pytest.mark.parametrize(
    "problem", [random_tsp(100_000, seed=1), random_vrp(30_000, 1, "uniform")], ids=["tsp", "vrp"]
)
def test_large_problems_need_little_memory(problem: Any) -> None:
    """Nothing grows with the square of the number of nodes."""
    result = solve(problem, "divide", stop=15.0, threads=2)
    assert problem.check(result.solution) == []
    assert result.runtime < 16.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2e6  # kB


def test_a_conqueror_that_finds_nothing_leaves_it_to_the_divider() -> None:
    """A population may have nothing feasible when time is up."""
    problem = next(p for p in vrp_samples() if p.name == "x-60-3")
    result = solve(problem, Divide("hgs", divider="insertion"), stop=0.0)
    assert problem.check(result.solution) == []
