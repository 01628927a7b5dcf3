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


@pytest.mark.parametrize("ends", [(2, None), (None, 4), (3, 1)])
def test_guidance_leaves_out_what_no_path_contains(ends: tuple[int | None, int | None]) -> None:
    """Only free arcs lead into the first end and from the last; these are candidates of all."""
    n = 6
    full = EdgeGuidance(
        np.arange(0, n * (n - 1) + 1, n - 1),
        np.array([j for i in range(n) for j in range(n) if i != j]),
        np.ones(n * (n - 1)),
    )
    problem = random_problem(n, 0, ends)
    model = model_of(problem, full)
    copies = model.size // 2
    for node in range(copies):
        leaving = model.indices[model.indptr[node] : model.indptr[node + 1]] - copies
        arriving = model.indices[model.indptr[copies + node] : model.indptr[copies + node + 1]]
        others = [v for v in range(copies) if v != node]
        assert sorted(leaving) == ([] if ends == (None, node) else others)
        assert sorted(arriving) == ([] if ends == (node, None) else others)


def nearly_symmetric(n: int) -> TSP:
    """Return a problem whose tours are about as long in either direction."""
    rng = np.random.default_rng(5)
    points = rng.random((n, 2))
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return TSP(matrix=distance * (1 + 0.02 * rng.random((n, n))))


@pytest.mark.parametrize("kind", ["random", "nearly-symmetric", "few", "path"])
def test_tours_to_begin_with(kind: str) -> None:
    """They are feasible, varied ones depend on the seed only, and the first is a good one."""
    problem = {
        "random": random_problem(150, 1, None),
        "nearly-symmetric": nearly_symmetric(150),
        "few": random_problem(20, 2, None),
        "path": random_problem(140, 3, (2, None)),
    }[kind]
    model = model_of(problem)
    first = problem.cost(model.decode(model.first_tour()))
    costs = []
    for seed in range(5):
        nodes = model.varied_tour(seed)
        assert np.array_equal(nodes, model.varied_tour(seed))
        tour = model.decode(nodes)
        assert problem.check(tour) == []
        costs.append(problem.cost(tour))
    assert len(set(costs)) > 1
    assert first <= min(costs) * 1.1
    assert problem.check(model.decode(model.first_tour())) == []


def test_varied_tours_of_a_nearly_symmetric_problem_run_one_way() -> None:
    """Local optima of varied tours share arcs with the first, whichever way they were built."""
    problem = nearly_symmetric(200)
    model = model_of(problem)

    def arcs(nodes: np.ndarray) -> set[tuple[int, int]]:
        order = model.decode(nodes).nodes.tolist()
        return set(zip(order, order[1:] + order[:1], strict=True))

    first = arcs(model.first_tour())
    for seed in range(8):
        other = arcs(model.varied_tour(seed))
        assert len(first & other) >= len(first & {(b, a) for a, b in other})


def test_bound_is_that_of_the_assignment() -> None:
    """The model knows the bound, and when a cost meets it."""
    problem = random_problem(40, 3, None)
    model = model_of(problem)
    assert model.bound is not None
    best = np.ceil(model.bound - 1e-6)
    assert model.is_optimal(best)
    assert not model.is_optimal(best + 1)
    plain = model_of(problem, reduce=False)
    assert plain.bound == 0.0
    nodes = plain.encode(Tour(np.arange(40)))
    assert plain.length(nodes) == model.length(nodes) == problem.cost(Tour(np.arange(40)))


def test_forbidden_arcs_do_not_blur_costs() -> None:
    """Potentials of huge size are not used, so that lengths keep their digits."""
    rng = np.random.default_rng(1)
    matrix = rng.random((30, 30))
    matrix[4, :] = 1e14  # node 4 cannot be left at less
    problem = TSP(matrix=matrix)
    model = model_of(problem)
    tour = Tour(rng.permutation(30))
    assert model.length(model.encode(tour)) == pytest.approx(problem.cost(tour), rel=1e-15)


def test_guidance_of_another_size_is_refused() -> None:
    """Rows for another number of nodes are an error."""
    guidance = EdgeGuidance(np.zeros(4, np.int32), np.empty(0, np.int32), np.empty(0))
    with pytest.raises(ValueError, match="3 nodes"):
        model_of(random_problem(6, 0, None), guidance)
