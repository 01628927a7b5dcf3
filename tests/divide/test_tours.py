"""Segments and regions of tours: what they are, and putting them back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.divide.base import Part
from cosolve.divide.regions import Regions, no_regions, put_region_back
from cosolve.divide.tours import Segments, put_segments_back
from cosolve.problems import TSP, Tour
from cosolve.search.construct import greedy_tour


def problems() -> dict[str, TSP]:
    """Everything a problem may have that has no influence on what can be cut."""
    rng = np.random.default_rng(4)
    points = rng.random((60, 2))
    matrix = rng.integers(1, 90, (60, 60)).astype(float)
    fixed = np.array([[3, 17], [17, 40], [50, 51]], np.int32)
    return {
        "tour": TSP(coords=points),
        "fixed": TSP(coords=points, fixed_edges=fixed),
        "path": TSP(coords=points, path=True),
        "path-from": TSP(coords=points, path=True, ends=(5, None)),
        "path-to": TSP(coords=points, path=True, ends=(None, 5)),
        "path-from-to": TSP(coords=points, path=True, ends=(5, 27), fixed_edges=fixed),
        "space": TSP(coords=rng.random((50, 3))),
        "matrix": TSP(matrix=np.minimum(matrix, matrix.T)),
        "asymmetric": TSP(matrix=matrix),
        "asymmetric-path": TSP(matrix=matrix, path=True, ends=(2, None)),
    }


def another(part: Part, rng: np.random.Generator) -> Tour:
    """Make some other feasible solution of a part."""
    tour = greedy_tour(part.problem, seed=int(rng.integers(1000)), randomization=100.0)
    assert part.problem.check(tour) == []
    return tour


@pytest.mark.parametrize("name", problems())
@given(size=st.integers(8, 59), number=st.integers(0, 3), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_what_a_segment_saves_the_tour_saves(name: str, size: int, number: int, seed: int) -> None:
    """Any paths of any segments can be put back together, and the differences add up."""
    problem = problems()[name]
    rng = np.random.default_rng(seed)
    tour = greedy_tour(problem, seed=seed, randomization=3.0)
    parts = Segments(size)(problem, tour, number, rng)
    assert parts
    assert max(part.size for part in parts) <= size
    better = []
    difference = 0.0
    for part in parts:
        assert part.problem.check(part.solution) == []
        if part.problem.symmetric or not part.problem.fixed_edges.size:
            found = another(part, rng)
            difference += part.problem.cost(found) - part.problem.cost(part.solution)
            better.append((part, found))
    changed = put_segments_back(problem, tour, better)
    assert problem.check(changed) == []
    assert problem.cost(changed) - problem.cost(tour) == pytest.approx(difference, abs=1e-9)


def test_segments_share_no_node_and_leave_none_out() -> None:
    """Every node of a closed tour is in one segment, whatever the shift."""
    problem = problems()["tour"]
    tour = greedy_tour(problem)
    for number in range(3):
        parts = Segments(17)(problem, tour, number, np.random.default_rng(number))
        nodes = np.concatenate([part.nodes for part in parts])
        assert np.array_equal(np.sort(nodes), np.arange(60))


def test_the_second_cut_is_in_the_middle_of_the_first_segments() -> None:
    """Borders of the first round are inner nodes of the second."""
    problem = problems()["tour"]
    tour = Tour(np.arange(60))
    rng = np.random.default_rng(0)
    begins = [[int(p.nodes[0]) for p in Segments(20)(problem, tour, k, rng)] for k in (0, 1)]
    assert begins == [[0, 20, 40], [10, 30, 50]]


def test_the_direction_of_a_segment_counts_where_distances_do() -> None:
    """A part of an asymmetric tour is a path from its first node to its last."""
    problem = problems()["asymmetric"]
    tour = greedy_tour(problem)
    part = Segments(30)(problem, tour, 0, np.random.default_rng(0))[0]
    assert part.problem.ends == (0, part.size - 1)
    assert part.problem.matrix is not None
    assert part.problem.matrix[0, 1] == problem.matrix[tour.nodes[0], tour.nodes[1]]  # type: ignore[index]


@pytest.mark.parametrize("name", ["tour", "fixed", "space"])
@given(size=st.integers(10, 50), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_what_a_region_saves_the_tour_saves(name: str, size: int, seed: int) -> None:
    """Any tour of a region that keeps the fixed edges can be put back."""
    problem = problems()[name]
    rng = np.random.default_rng(seed)
    tour = greedy_tour(problem, seed=seed, randomization=3.0)
    cut = Regions(size)
    for number in range(4):
        for part in cut(problem, tour, number, rng):
            assert part.problem.check(part.solution) == []
            found = another(part, rng)
            difference = part.problem.cost(found) - part.problem.cost(part.solution)
            changed = put_region_back(problem, tour, [(part, found)])
            assert problem.check(changed) == []
            assert problem.cost(changed) - problem.cost(tour) == pytest.approx(difference)
            tour = changed


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (TSP(matrix=np.ones((9, 9)) - np.eye(9)), "coordinates"),
        (TSP(coords=np.eye(9)[:, :2], path=True), "path"),
    ],
)
def test_what_has_no_regions_says_why(problem: Any, reason: str) -> None:
    """Regions are compact in the plane and of closed tours."""
    found = no_regions(problem)
    assert found is not None
    assert reason in found
