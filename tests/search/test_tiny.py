"""The exact solution of tiny problems, against all permutations."""

from __future__ import annotations

import time
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import optimal_cost

from cosolve.problems import TSP, Tour
from cosolve.search.tiny import TINY, solve_tiny


def best_cost(problem: TSP) -> float:
    """Cost of the best feasible permutation."""
    tours = (Tour(np.array(order, np.int32)) for order in permutations(range(problem.size)))
    return min(problem.cost(tour) for tour in tours if not problem.check(tour))


@st.composite
def tiny_problems(draw: st.DrawFn) -> TSP:
    """Symmetric and asymmetric problems of up to 6 nodes, with everything a TSP can ask for."""
    n = draw(st.integers(1, 6))
    entries = st.lists(st.integers(0, 20), min_size=n * n, max_size=n * n)
    matrix = np.array(draw(entries), float).reshape(n, n)
    if draw(st.booleans()):
        matrix = np.minimum(matrix, matrix.T)
    path = draw(st.booleans())
    order = draw(st.permutations(range(n)))
    ends = (None, None)
    if path and n > 1:
        ends = (
            order[0] if draw(st.booleans()) else None,
            order[-1] if draw(st.booleans()) else None,
        )
    edges = [(a, b) for a, b in pairwise(order) if draw(st.booleans())]
    return TSP(
        matrix=matrix,
        path=path,
        ends=ends,
        fixed_edges=np.array(edges, np.int32).reshape(-1, 2),
    )


@settings(max_examples=150, deadline=None)
@given(tiny_problems())
def test_tour_is_optimal(problem: TSP) -> None:
    """The tour is feasible and no permutation is better."""
    tour = solve_tiny(problem)
    assert problem.check(tour) == []
    assert problem.cost(tour) == best_cost(problem)


@pytest.mark.parametrize("path", [False, True])
def test_largest_size(path: bool) -> None:
    """Twelve nodes in a circle are visited around it."""
    angle = np.random.default_rng(1).permutation(TINY) * 2 * np.pi / TINY
    problem = TSP(coords=np.stack([np.cos(angle), np.sin(angle)], axis=1), path=path)
    side = 2 * np.sin(np.pi / TINY)
    assert problem.cost(solve_tiny(problem)) == pytest.approx((TINY - path) * side)


def test_more_nodes_are_refused() -> None:
    """Thirteen nodes are an error, not a long wait."""
    with pytest.raises(ValueError, match="13 nodes are too many"):
        solve_tiny(TSP(coords=np.zeros((TINY + 1, 2))))


@pytest.mark.parametrize("n", [9, 11, TINY])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fixed_edges": np.array([[3, 7], [7, 1], [8, 0]])},
        {"path": True},
        {"path": True, "ends": (4, None)},
        {"path": True, "ends": (None, 4), "fixed_edges": np.array([[4, 2]])},
        {"path": True, "ends": (3, 5)},
    ],
    ids=["closed", "fixed", "path", "from", "to-fixed", "from-to"],
)
def test_tour_is_optimal_up_to_the_largest_size(n: int, fields: dict[str, Any]) -> None:
    """Another dynamic program, with other means for fixed edges and ends, agrees."""
    matrix = np.random.default_rng(n).integers(0, 100, (n, n)).astype(float)
    problem = TSP(matrix=matrix, **fields)
    tour = solve_tiny(problem)
    assert problem.check(tour) == []
    assert problem.cost(tour) == optimal_cost(problem)


def test_fixed_edges_cost_no_digits() -> None:
    """A fixed edge, however long, leaves the other distances what they are."""
    matrix = np.random.default_rng(0).random((7, 7))
    matrix[2, 5] = matrix[5, 2] = 1e15
    problem = TSP(matrix=matrix, fixed_edges=np.array([[2, 5]]))
    tour = solve_tiny(problem)
    without = np.where(matrix == 1e15, 0.0, matrix)
    rest = TSP(matrix=without, fixed_edges=np.array([[2, 5]]))
    assert rest.cost(tour) == pytest.approx(best_cost(rest), rel=1e-12)


@pytest.mark.timing
def test_largest_size_takes_no_time() -> None:
    """Twelve nodes are solved in less than 50 ms."""
    problem = TSP(matrix=np.random.default_rng(1).random((TINY, TINY)), path=True)
    began = time.perf_counter()
    solve_tiny(problem)
    assert time.perf_counter() - began < 0.05
