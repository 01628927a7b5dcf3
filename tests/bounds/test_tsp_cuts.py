"""The bound by cutting planes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import Run, Stop, read
from cosolve.bounds import lower_bound, rounded_up
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp


def test_it_is_above_that_of_held_and_karp(instances: Path) -> None:
    """On pcb442 it leaves a tenth of the gap, and is below the optimum."""
    problem: Any = read(instances / "pcb442.tsp")
    cuts = lower_bound(problem, Run(Stop()), method="cuts")
    trees = lower_bound(problem, Run(Stop()), method="held-karp")
    assert cuts is not None
    assert trees is not None
    assert (cuts.method, cuts.converged) == ("cuts", True)
    assert trees.value < 50_600 < 50_700 < cuts.value <= 50_778


def test_a_known_cost_may_be_proven(instances: Path) -> None:
    """With the cost of the best tour, the bound of berlin52 meets it."""
    problem: Any = read(instances / "berlin52.tsp")
    found = lower_bound(problem, Run(Stop()), upper=7542, method="cuts")
    assert found is not None
    assert rounded_up(problem, found.value) == 7542


def test_iterations_limit_the_bounds() -> None:
    """An iteration is a bound."""
    run = Run(Stop(iterations=2))
    found = lower_bound(random_tsp(60, seed=1), run, method="cuts")
    assert found is not None
    assert found.iterations == run.iterations == 2


def test_many_nodes_are_bounded_by_trees_first() -> None:
    """In a time too short for linear programs of many nodes, the bound is that of minimum trees."""
    problem = random_tsp(2500, seed=1)
    found = lower_bound(problem, Run(Stop(time_limit=3.0)), method="cuts")
    assert found is not None
    assert found.value > 0.68 * 2500**0.5


def test_what_it_is_not_for_is_refused() -> None:
    """Other problems, asymmetric distances and other names are errors."""
    asymmetric = TSP(matrix=np.random.default_rng(1).random((20, 20)))
    for problem in (asymmetric, random_vrp(10, seed=1)):
        with pytest.raises(ValueError, match="symmetric distances"):
            lower_bound(problem, Run(Stop()), method="cuts")
    with pytest.raises(ValueError, match="no bound 'magic'"):
        lower_bound(random_tsp(20, seed=1), Run(Stop()), method="magic")
