"""Greedy and space-filling tours."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve import _kernels
from cosolve.guidance import EdgeGuidance, KnnGuide
from cosolve.problems import TSP, Metric
from cosolve.problems.kernel import kernel_metric
from cosolve.search.construct import greedy_tour, space_filling_tour


def tour_edges(nodes):
    return {frozenset(edge) for edge in zip(nodes, np.roll(nodes, -1), strict=True)}


def reference_greedy(problem):
    """Greedy edges over all pairs, the textbook way."""
    n = problem.size
    pairs = sorted(itertools.combinations(range(n), 2), key=lambda p: problem.distance(*p))
    fragment = list(range(n))
    degree = [0] * n
    edges = set()
    for a, b in pairs:
        closes = fragment[a] == fragment[b] and len(edges) < n - 1
        if degree[a] == 2 or degree[b] == 2 or closes:
            continue
        edges.add(frozenset((a, b)))
        degree[a] += 1
        degree[b] += 1
        fragment = [fragment[a] if f == fragment[b] else f for f in fragment]
    return edges


def everyone(problem):
    return KnnGuide(problem.size)(problem)


@pytest.mark.parametrize("seed", range(8))
def test_greedy_is_the_textbook_algorithm(seed):
    """With all edges as candidates the tour is that of the definition."""
    rng = np.random.default_rng(seed)
    points = TSP(coords=rng.random((40, 2)))
    upper = np.triu(rng.random((40, 40)), 1)
    for problem in (points, TSP(matrix=upper + upper.T)):
        tour = greedy_tour(problem, everyone(problem))
        assert tour_edges(tour.nodes) == reference_greedy(problem)


@pytest.mark.parametrize("n", [1000, 5000])
def test_greedy_is_as_good_as_it_should_be(n):
    """On uniform points greedy edges are 14 to 19 % above the optimum, about 0.7124 sqrt(n A)."""
    problem = TSP(coords=np.random.default_rng(1234).random((n, 2)))
    optimum = 0.7124 * np.sqrt(n) * (1 + 0.33 / np.sqrt(n))
    assert 1.10 < problem.cost(greedy_tour(problem)) / optimum < 1.20


def test_joining_fragments_needs_no_candidates():
    """Without any candidate the rounds of joining alone give a greedy-like tour."""
    n = 2000
    problem = TSP(coords=np.random.default_rng(1).random((n, 2)))
    nothing = EdgeGuidance(np.zeros(n + 1, int), np.empty(0, int), np.empty(0))
    tour = greedy_tour(problem, nothing)
    assert not problem.check(tour)
    assert problem.cost(tour) < 1.05 * problem.cost(greedy_tour(problem))


@pytest.mark.parametrize("metric", [m for m in Metric if m is not Metric.EXPLICIT])
def test_constructions_serve_every_metric(metric):
    """Both give tours of all nodes, better than the order of the file."""
    problem = TSP(coords=np.random.default_rng(6).uniform(-80, 80, (300, 2)), metric=metric)
    for tour in (greedy_tour(problem), space_filling_tour(problem)):
        assert not problem.check(tour)
        assert problem.cost(tour) < problem.cost(type(tour)(np.arange(300))) / 3


@pytest.mark.parametrize("n", range(1, 6))
@pytest.mark.parametrize("path", [False, True])
@pytest.mark.parametrize("make", ["coords", "matrix", "equal"])
def test_tiny_problems_have_tours(n, path, make):
    """One to five nodes, closed or open."""
    rng = np.random.default_rng(n)
    upper = np.triu(rng.random((n, n)), 1)
    problem = {
        "coords": lambda: TSP(coords=rng.random((n, 2)), path=path),
        "matrix": lambda: TSP(matrix=upper + upper.T, path=path),
        "equal": lambda: TSP(coords=np.zeros((n, 3)), path=path),
    }[make]()
    assert not problem.check(greedy_tour(problem))
    if make != "matrix":
        assert not problem.check(space_filling_tour(problem))


@st.composite
def constrained_problems(draw):
    """Problems with fixed edges cut from a random tour or path, and given ends."""
    n = draw(st.integers(1, 14))
    path = draw(st.booleans())
    nodes = draw(st.permutations(range(n)))
    legs = list(itertools.pairwise(nodes))
    if not path and n > 2:
        legs.append((nodes[-1], nodes[0]))
    fixed = [leg for leg in legs if draw(st.booleans())]
    first, last = (draw(st.booleans()) for _ in range(2))
    ends = (nodes[0] if path and first else None, nodes[-1] if path and last else None)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shared = {
        "fixed_edges": np.array(fixed, np.int32).reshape(-1, 2),
        "path": path,
        "ends": ends,
    }
    if draw(st.booleans()):
        upper = np.triu(rng.integers(0, 9, (n, n)), 1)
        return TSP(matrix=upper + upper.T, **shared)
    return TSP(coords=rng.integers(0, 9, (n, 2)), **shared)


@settings(deadline=None, max_examples=300)
@given(constrained_problems(), st.sampled_from([0.0, 0.5]))
def test_fixed_edges_and_ends_are_kept(problem, randomization):
    """Every construction gives a feasible tour whatever is fixed."""
    tour = greedy_tour(problem, seed=3, randomization=randomization)
    assert problem.check(tour) == []
    if problem.coords is not None:
        assert problem.check(space_filling_tour(problem)) == []


def test_all_edges_may_be_fixed():
    """Fixing a whole tour gives that tour."""
    nodes = np.random.default_rng(1).permutation(20)
    edges = np.column_stack([nodes, np.roll(nodes, -1)])
    problem = TSP(coords=np.random.default_rng(2).random((20, 2)), fixed_edges=edges)
    assert tour_edges(greedy_tour(problem).nodes) == tour_edges(nodes)


@pytest.mark.parametrize("ends", [None, (None, None), (7, None), (None, 0), (7, 0)])
def test_a_matrix_with_one_center_is_joined(ends):
    """Where all nodes have the same few nearest, fragments are still joined."""
    weight = np.random.default_rng(1).random(400)
    star = weight[:, None] + weight[None]
    shared = {} if ends is None else {"path": True, "ends": ends}
    problem = TSP(matrix=star - np.diag(np.diag(star)), **shared)
    assert not problem.check(greedy_tour(problem))


def test_randomization_depends_on_the_seed_alone():
    """The same seed repeats a tour, another gives another, and quality stays."""
    problem = TSP(coords=np.random.default_rng(1).random((2000, 2)))
    first, again, other = (greedy_tour(problem, seed=s, randomization=0.1) for s in (1, 1, 2))
    assert first == again
    assert first != other
    plain = problem.cost(greedy_tour(problem))
    assert problem.cost(first) == pytest.approx(plain, rel=0.05)


def test_seed_does_not_matter_without_randomization():
    """The plain greedy tour is deterministic."""
    problem = TSP(coords=np.random.default_rng(1).random((500, 2)))
    assert greedy_tour(problem, seed=1) == greedy_tour(problem, seed=2)


@pytest.mark.parametrize("randomization", [-0.1, np.nan, np.inf])
def test_randomization_must_be_a_positive_number(randomization):
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match="randomization must be"):
        greedy_tour(TSP(coords=np.eye(2)), randomization=randomization)


def test_asymmetric_fixed_edges_are_refused():
    """Fixed edges in an asymmetric problem are an error, not a wrong answer."""
    with pytest.raises(ValueError, match="asymmetric"):
        greedy_tour(TSP(matrix=np.triu(np.ones((12, 12))), fixed_edges=np.array([[0, 1]])))


def test_a_curve_needs_coordinates():
    """A matrix cannot be laid along a curve."""
    with pytest.raises(ValueError, match="needs coordinates"):
        space_filling_tour(TSP(matrix=np.ones((3, 3))))


def test_a_path_along_the_curve_leaves_out_its_longest_edge():
    """The closed curve is cut at its longest edge."""
    coords = np.random.default_rng(3).random((200, 2))
    closed = TSP(coords=coords)
    tour = space_filling_tour(closed)
    legs = closed.distance(tour.nodes, np.roll(tour.nodes, -1))
    problem = TSP(coords=coords, path=True)
    expected = closed.cost(tour) - legs.max()
    assert problem.cost(space_filling_tour(problem)) == pytest.approx(expected)


def test_tour_cost_is_the_length_of_the_closed_tour():
    """The kernel's sum is the problem's."""
    problem = TSP(coords=np.random.default_rng(3).random((200, 2)))
    tour = greedy_tour(problem)
    assert _kernels.tour_cost(kernel_metric(problem), tour.nodes) == pytest.approx(
        problem.cost(tour), rel=1e-12
    )


@pytest.mark.parametrize("dim", [2, 3])
def test_hilbert_order_steps_from_cell_to_cell(dim):
    """Through a full lattice of a power of two a side, every step has length one."""
    side = 2 ** (8 // dim)
    lattice = np.stack(np.meshgrid(*[np.arange(side)] * dim), axis=-1).reshape(-1, dim)
    shuffled = np.random.default_rng(1).permutation(lattice).astype(float)
    order = _kernels.hilbert_order(shuffled)
    steps = np.abs(np.diff(shuffled[order], axis=0)).sum(axis=1)
    assert (steps == 1).all()


@pytest.mark.parametrize(
    "coords",
    [
        np.random.default_rng(1).random((5000, 2)),
        np.random.default_rng(1).normal(size=(5000, 3)) * 1e15,
        np.random.default_rng(1).integers(0, 3, (5000, 2)).astype(float),
        np.empty((0, 2)),
        np.array([[1.0, 2.0]]),
    ],
    ids=["plane", "space", "duplicates", "none", "one"],
)
def test_hilbert_order_is_a_permutation(coords):
    """Every point comes exactly once."""
    order = _kernels.hilbert_order(coords)
    assert np.sort(order).tolist() == list(range(len(coords)))


def test_hilbert_order_keeps_duplicates_in_order():
    """Points at one place stay in index order."""
    assert _kernels.hilbert_order(np.zeros((3000, 2))).tolist() == list(range(3000))


@pytest.mark.parametrize(
    ("indptr", "indices", "fixed", "message"),
    [
        ([0, 1], [1], [], "one entry more"),
        ([0, 1, 1, 2], [1, 3], [], "out of range"),
        ([0, 2, 1, 2], [1, 0], [], "decrease"),
        ([0, 1, 1, 1], [1, 0], [], "number of indices"),
        ([0, 0, 0, 0], [], [[0, 3]], "out of range"),
        ([0, 0, 0, 0], [], [[0, 0]], "fit in no tour"),
    ],
)
def test_the_greedy_kernel_checks_its_arrays(indptr, indices, fixed, message):
    """Malformed rows and impossible fixed edges are ValueErrors, never memory errors."""
    metric = kernel_metric(TSP(coords=np.eye(3)))
    arrays = (np.array(a, np.int32) for a in (indptr, indices))
    with pytest.raises(ValueError, match=message):
        _kernels.greedy_tour(metric, *arrays, np.array(fixed, np.int32).reshape(-1, 2), 0, 0.0)
