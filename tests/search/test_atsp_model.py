"""The symmetric form of asymmetric problems keeps tours, paths and their costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.core import Run, Stop
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.eax import evolve, starting_tours
from cosolve.search.lin_kernighan import lin_kernighan
from cosolve.search.models import model_of
from cosolve.search.tiny import solve_tiny

ENDS = [None, (None, None), (2, None), (None, 4), (3, 1)]


def random_problem(n: int, seed: int, ends: tuple[int | None, int | None] | None) -> TSP:
    """Return an asymmetric problem that violates the triangle inequality."""
    matrix = np.random.default_rng(seed).integers(0, 100, (n, n)).astype(float)
    matrix[0, 1], matrix[1, 0] = 1.0, 2.0
    return TSP(matrix=matrix) if ends is None else TSP(matrix=matrix, path=True, ends=ends)


def feasible_tour(problem: TSP, seed: int) -> Tour:
    """Return a random tour, or path between the given ends."""
    first, last = problem.ends
    inner = [v for v in range(problem.size) if v not in problem.ends]
    nodes = np.random.default_rng(seed).permutation(inner).tolist()
    return Tour(
        np.array([*([first] * (first is not None)), *nodes, *([last] * (last is not None))])
    )


@given(n=st.integers(5, 12), seed=st.integers(0, 10**6), ends=st.sampled_from(ENDS))
@settings(max_examples=60, deadline=None)
def test_encoding_keeps_order_and_cost(
    n: int, seed: int, ends: tuple[int | None, int | None] | None
) -> None:
    """A tour survives the way to the kernels and back, also backwards, at the same cost."""
    problem = random_problem(n, seed, ends)
    model = model_of(problem)
    tour = feasible_tour(problem, seed)
    nodes = model.encode(tour)
    assert model.length(nodes) == problem.cost(tour)
    for seen in (nodes, np.ascontiguousarray(nodes[::-1]), np.roll(nodes, 3)):
        back = model.decode(seen)
        assert problem.check(back) == []
        assert problem.cost(back) == problem.cost(tour)


@pytest.mark.parametrize("ends", ENDS)
def test_search_finds_the_optimum_of_small_problems(
    ends: tuple[int | None, int | None] | None,
) -> None:
    """Crossover over the symmetric form ends at the optimum of the dynamic program."""
    for seed in range(4):
        problem = random_problem(8, seed, ends)
        model = model_of(problem)
        tours = starting_tours(model, seed, Run(Stop()))
        population = [next(tours) for _ in range(100)]
        run = Run(Stop())
        nodes, converged = evolve(model, population, run, seed=seed, children=30, share=0.0)
        assert converged
        assert problem.cost(model.decode(nodes)) == problem.cost(solve_tiny(problem))


@pytest.mark.parametrize("ends", ENDS)
def test_lin_kernighan_keeps_every_node_together(
    ends: tuple[int | None, int | None] | None,
) -> None:
    """Kicks and moves never separate the two copies of a node, nor use a forbidden edge."""
    problem = random_problem(60, 7, ends)
    model = model_of(problem)
    engine = lin_kernighan(model, model.greedy(), seed=3)
    engine.run(float("inf"), 300)
    tour = model.decode(engine.tour())
    assert problem.check(tour) == []
    assert problem.cost(tour) == pytest.approx(model.cost(engine.cost))
    assert problem.cost(tour) <= 100 * problem.size


@pytest.mark.parametrize("ends", [None, (None, None)])
def test_guidance_names_arcs(ends: tuple[int | None, int | None] | None) -> None:
    """Candidates of a leaving copy are the row's heads, of an arriving copy the tails, in order."""
    problem = random_problem(5, 0, ends)
    guidance = EdgeGuidance(
        np.array([0, 2, 3, 3, 4, 4]), np.array([1, 2, 2, 1]), np.array([1.0, 2.0, 5.0, 3.0])
    )
    model = model_of(problem, guidance)
    copies = model.size // 2
    hub = [] if ends is None else [5]

    def row(i: int) -> list[int]:
        return model.indices[model.indptr[i] : model.indptr[i + 1]].tolist()

    assert row(0) == [v + copies for v in [2, 1, *hub]]
    assert row(copies + 2) == [1, 0, *hub]
    assert row(copies + 1) == [3, 0, *hub]


def test_guidance_of_another_size_is_refused() -> None:
    """Rows for another number of nodes are an error."""
    guidance = EdgeGuidance(np.zeros(4, np.int32), np.empty(0, np.int32), np.empty(0))
    with pytest.raises(ValueError, match="3 nodes"):
        model_of(random_problem(6, 0, None), guidance)
