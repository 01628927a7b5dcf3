"""The method ``popmusic``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import Stop
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.solvers.popmusic import Popmusic
from cosolve.testing import check_solver


@pytest.mark.parametrize("parameters", [{"part": 9}, {"kick_share": 1.5}, {"passes": 0}])
def test_parameters_are_validated(parameters: dict[str, Any]) -> None:
    """A parameter out of range is an error when the solver is made."""
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Popmusic(**parameters)


def test_conformance_with_many_parts() -> None:
    """The promises hold where even the samples are cut into parts."""
    check_solver(Popmusic(part=30), seconds=0.3)


def test_matrices_are_declined() -> None:
    """Without coordinates there is nothing to group the nodes by."""
    problem = TSP(matrix=np.ones((20, 20)) - np.eye(20))
    reason = Popmusic().supports(problem)
    assert reason is not None
    assert "coordinates" in reason


def test_it_ends_by_itself_when_nothing_improves() -> None:
    """Without any limit the search is over after passes that save nothing."""
    result: Any = solve(random_tsp(60, seed=2), Popmusic(part=25), stop=None)
    assert result.limit is None


def test_more_parts_are_not_much_worse() -> None:
    """The frame that the tour outside makes costs little: parts of 100 come close to the whole."""
    problem = random_tsp(600, seed=3)
    whole: Any = solve(problem, "eax", stop=Stop(iterations=200))
    parts: Any = solve(problem, Popmusic(part=100), stop=Stop(iterations=60))
    assert parts.cost < 1.02 * whole.cost
