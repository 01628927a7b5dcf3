"""Closed tours over a matrix stand for tours and paths at equal cost."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import closed_length

from cosolve.problems import TSP, Tour
from cosolve.search.closed_arcs import ClosedArcs

ENDS = [None, (None, None), (2, None), (None, 4), (3, 1)]
Ends = tuple[int | None, int | None] | None


def problem_of(n: int, seed: int, ends: Ends) -> TSP:
    """Return an asymmetric problem that violates the triangle inequality."""
    matrix = np.random.default_rng(seed).integers(0, 100, (n, n)).astype(float)
    matrix[0, 1], matrix[1, 0] = 1.0, 2.0
    return TSP(matrix=matrix) if ends is None else TSP(matrix=matrix, path=True, ends=ends)


@given(n=st.integers(5, 9), seed=st.integers(0, 10**6), ends=st.sampled_from(ENDS))
@settings(max_examples=80, deadline=None)
def test_every_closed_tour_is_feasible_at_its_cost(n: int, seed: int, ends: Ends) -> None:
    """Any closed tour decodes to a feasible solution of the same cost, and back to itself."""
    problem = problem_of(n, seed, ends)
    closed = ClosedArcs(problem)
    order = np.random.default_rng(seed).permutation(closed.size).astype(np.int32)
    tour = closed.decode(order)
    assert problem.check(tour) == []
    assert problem.cost(tour) == closed_length(closed.matrix, order)
    back = closed.encode(tour)
    at = int(np.flatnonzero(back == order[0])[0])
    assert np.array_equal(np.roll(back, -at), order)


@pytest.mark.parametrize("ends", ENDS)
def test_every_solution_is_a_closed_tour(ends: Ends) -> None:
    """Nothing feasible is lost: encoding is one to one up to rotation."""
    problem = problem_of(5, 3, ends)
    closed = ClosedArcs(problem)
    seen = set()
    for nodes in permutations(range(5)):
        tour = Tour(np.array(nodes))
        if problem.check(tour):
            continue
        order = closed.encode(tour)
        assert problem.cost(tour) == closed_length(closed.matrix, order)
        seen.add(np.roll(order, -int(order.argmin())).tobytes())
    count = 1
    for k in range(2, closed.size):
        count *= k
    assert len(seen) == count


@pytest.mark.parametrize("ends", ENDS)
def test_arcs_are_translated(ends: Ends) -> None:
    """Exactly the arcs that feasible solutions use are kept, with their lengths."""
    problem = problem_of(5, 8, ends)
    assert problem.matrix is not None
    closed = ClosedArcs(problem)
    used = set()
    for nodes in permutations(range(5)):
        if problem.check(Tour(np.array(nodes))):
            continue
        used |= set(pairwise(nodes))
        if not problem.path:
            used.add((nodes[-1], nodes[0]))
    arcs = [(i, j) for i in range(5) for j in range(5) if i != j]
    tail, head = np.array(arcs).T
    kept, new_tail, new_head = closed.translate(tail, head)
    assert {arc for arc, k in zip(arcs, kept, strict=True) if k} == used
    lengths = problem.matrix[tail[kept], head[kept]]
    assert np.array_equal(closed.matrix[new_tail, new_head], lengths)


def test_the_matrix_of_a_tour_is_not_copied() -> None:
    """A closed problem is searched on its own matrix, whatever its size."""
    problem = problem_of(6, 1, None)
    assert ClosedArcs(problem).matrix is problem.matrix
