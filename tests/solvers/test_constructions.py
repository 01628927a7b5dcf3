"""The methods that construct a tour and end."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve import solve
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.solvers import registry


@pytest.mark.parametrize(("method", "worst"), [("greedy", 1.25), ("space-filling-curve", 1.45)])
def test_quality(method: str, worst: float) -> None:
    """On uniform nodes a construction is within its usual distance of the optimum."""
    n = 2000
    result = solve(random_tsp(n, seed=5), method)
    assert result.cost < worst * 0.7124 * np.sqrt(n * 1.0)
    assert (result.limit, result.iterations) == (None, 1)


def test_randomized_greedy_depends_on_the_seed() -> None:
    """Different seeds give different tours only if randomization is asked for."""
    problem = random_tsp(200, seed=5)
    plain, noisy = (
        {solve(problem, "greedy", seed=seed, params={"randomization": r}).cost for seed in range(4)}
        for r in (0.0, 0.3)
    )
    assert len(plain) == 1
    assert len(noisy) == 4


@pytest.mark.parametrize("randomization", [-0.1, float("nan")])
def test_randomization_is_validated(randomization: float) -> None:
    """A negative randomization is an error when the solver is made."""
    with pytest.raises(ValueError, match="randomization must be"):
        registry.get("greedy", {"randomization": randomization})


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (TSP(matrix=np.ones((13, 13))), "needs coordinates"),
        (TSP(coords=np.zeros((13, 2)), path=True, ends=(0, None)), "ends"),
        (TSP(coords=np.zeros((13, 2)), fixed_edges=np.array([[1, 2]])), "fixed edges"),
    ],
    ids=["matrix", "ends", "fixed"],
)
def test_curve_says_what_it_cannot_do(problem: TSP, reason: str) -> None:
    """A curve refuses what it could not keep."""
    with pytest.raises(ValueError, match=reason):
        solve(problem, "space-filling-curve")


def test_asymmetric_fixed_edges_are_refused() -> None:
    """Fixed edges in an asymmetric problem are an error, not a wrong answer."""
    matrix = np.random.default_rng(0).random((13, 13))
    with pytest.raises(ValueError, match="asymmetric"):
        solve(TSP(matrix=matrix, fixed_edges=np.array([[1, 2]])), "greedy")
