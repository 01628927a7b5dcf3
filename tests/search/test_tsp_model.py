"""The kernels' view of a TSP: renumbering, candidates, fixed edges and the hub of open paths."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import edges_of

from cosolve import _kernels
from cosolve.guidance import EdgeGuidance, KnnGuide
from cosolve.problems import TSP, Metric, Tour
from cosolve.search.tsp_model import TspModel
from cosolve.testing.strategies import tsps

COORDS = np.random.default_rng(8).random((50, 2))
UPPER = np.triu(np.random.default_rng(8).random((50, 50)), 1)
CHAIN = np.array([[3, 17], [17, 4], [8, 9]], np.int32)

PROBLEMS = {
    "closed": TSP(coords=COORDS),
    "matrix": TSP(matrix=UPPER + UPPER.T),
    "fixed": TSP(coords=COORDS, fixed_edges=CHAIN),
    "path": TSP(coords=COORDS, path=True),
    "path-from": TSP(coords=COORDS, path=True, ends=(5, None)),
    "path-to": TSP(coords=COORDS, path=True, ends=(None, 0)),
    "path-from-to": TSP(coords=COORDS, path=True, ends=(49, 2)),
    "path-fixed": TSP(coords=COORDS, path=True, ends=(3, 20), fixed_edges=CHAIN),
    "path-matrix": TSP(matrix=UPPER + UPPER.T, path=True, ends=(None, 7)),
    "path-geo": TSP(coords=COORDS * 80, metric=Metric.GEO, path=True),
}
OPEN = [name for name, p in PROBLEMS.items() if p.path and None in p.ends]


def row_of(model: TspModel, node: int) -> list[int]:
    """Candidates of a kernel node."""
    row: list[int] = model.indices[model.indptr[node] : model.indptr[node + 1]].tolist()
    return row


def kernel_numbers(model: TspModel) -> list[int]:
    """Kernel node of every node of the problem."""
    nodes = np.arange(model.problem.size, dtype=np.int32)
    numbers: list[int] = model.encode(Tour(nodes))[: model.problem.size].tolist()
    return numbers


def random_guidance(n: int, seed: int) -> EdgeGuidance:
    """Rows of up to 4 random neighbors with random weights, some of them empty."""
    rng = np.random.default_rng(seed)
    rows = [np.delete(np.arange(n), i)[rng.permutation(n - 1)[: i % 5]] for i in range(n)]
    indices = np.concatenate(rows).astype(np.int32)
    return EdgeGuidance(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32),
        indices=indices,
        weight=rng.random(indices.size).astype(np.float32),
    )


# --------------------------------------------------------------------------------- there and back


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_decode_undoes_encode(data: st.DataObject) -> None:
    """A feasible tour comes back with the same edges; a path in the same order and direction."""
    problem = data.draw(tsps(min_size=5, max_size=12, asymmetric=False))
    model = TspModel(problem)
    tour = model.decode(model.greedy(data.draw(st.integers(0, 99)), 1.0))
    back = model.decode(model.encode(tour))
    assert problem.check(back) == []
    if problem.path:
        forth = tour.nodes.tolist()
        free = problem.ends == (None, None)
        assert back.nodes.tolist() in ([forth, forth[::-1]] if free else [forth])
    else:
        assert edges_of(back.nodes) == edges_of(tour.nodes)


@settings(max_examples=100, deadline=None)
@given(
    tsps(min_size=5, max_size=12, asymmetric=False),
    st.integers(0, 99),
    st.integers(0, 11),
    st.booleans(),
)
def test_any_rotation_and_direction_decodes(
    problem: TSP, seed: int, shift: int, backward: bool
) -> None:
    """Kernels may begin their closed tour anywhere and run either way."""
    model = TspModel(problem)
    nodes = model.greedy(seed, 1.0)
    turned = np.roll(nodes[::-1] if backward else nodes, shift)
    tour, other = model.decode(nodes), model.decode(turned)
    assert problem.check(other) == []
    assert problem.cost(other) == pytest.approx(problem.cost(tour), rel=1e-12, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(tsps(min_size=5, max_size=12, asymmetric=False), st.integers(0, 99))
def test_costs_are_those_of_the_problem(problem: TSP, seed: int) -> None:
    """The kernel's cost of a tour, less what closes it, is the problem's of the decoded one."""
    model = TspModel(problem)
    nodes = model.greedy(seed, 1.0)
    expected = pytest.approx(problem.cost(model.decode(nodes)), rel=1e-9, abs=1e-6)
    assert model.length(nodes) == expected
    assert model.cost(_kernels.tour_cost(model.metric, nodes)) == expected


@pytest.mark.parametrize("name", PROBLEMS)
def test_encoded_tours_visit_every_kernel_node(name: str) -> None:
    """What ``encode`` returns is a tour over the kernel nodes, hub included."""
    model = TspModel(PROBLEMS[name])
    nodes = model.encode(model.decode(model.greedy()))
    assert nodes.dtype == np.int32
    assert sorted(nodes.tolist()) == list(range(model.size))


@pytest.mark.parametrize("name", PROBLEMS)
def test_encoding_keeps_fixed_edges(name: str) -> None:
    """A feasible tour of the problem has all of the kernel's fixed edges, hub and ends included."""
    model = TspModel(PROBLEMS[name])
    nodes = model.encode(model.decode(model.greedy(3, 2.0)))
    assert {frozenset(edge) for edge in model.fixed_edges.tolist()} <= edges_of(nodes)


@pytest.mark.parametrize("name", PROBLEMS)
def test_distances_are_those_of_the_problem(name: str) -> None:
    """The kernel's metric over the new numbers is the problem's over the old ones."""
    problem = PROBLEMS[name]
    model = TspModel(problem)
    number = kernel_numbers(model)
    for i, j in itertools.combinations(range(0, problem.size, 7), 2):
        assert model.metric(number[i], number[j]) == pytest.approx(float(problem.distance(i, j)))


def test_neighbors_have_near_numbers() -> None:
    """Renumbered nodes lie along a curve: consecutive ones are near each other."""
    problem = TSP(coords=np.random.default_rng(1).random((2000, 2)))
    along = np.argsort(kernel_numbers(TspModel(problem)))
    steps = problem.distance(along[:-1], along[1:])
    assert steps.mean() < problem.distance(np.arange(1999), np.arange(1, 2000)).mean() / 10


# ------------------------------------------------------------------------------------ candidates


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("seed", [1, 2])
def test_guidance_is_renumbered(name: str, seed: int) -> None:
    """Every kernel row is the row of its node, in the same order, after the hub if there is one."""
    problem = PROBLEMS[name]
    guidance = random_guidance(problem.size, seed)
    model = TspModel(problem, guidance)
    number = kernel_numbers(model)
    hub = [problem.size] if name in OPEN else []
    for node in range(problem.size):
        row = guidance.indices[guidance.indptr[node] : guidance.indptr[node + 1]].tolist()
        assert row_of(model, number[node]) == hub + [number[k] for k in row]


def test_default_candidates_hold_the_nearest() -> None:
    """Without guidance the five nearest nodes are candidates of every node."""
    problem = PROBLEMS["closed"]
    model = TspModel(problem)
    number = kernel_numbers(model)
    nearest = KnnGuide(5)(problem)
    for node in range(problem.size):
        row = nearest.indices[5 * node : 5 * node + 5].tolist()
        assert {number[k] for k in row} <= set(row_of(model, number[node]))


def test_default_candidates_of_a_matrix_are_the_nearest() -> None:
    """Without guidance the candidates of a matrix row are its eight smallest entries."""
    problem = PROBLEMS["matrix"]
    model = TspModel(problem)
    for node in range(problem.size):
        others = sorted(set(range(problem.size)) - {node}, key=lambda k: problem.distance(node, k))
        assert row_of(model, node) == others[:8]


@pytest.mark.parametrize("name", PROBLEMS)
def test_rows_are_well_formed(name: str) -> None:
    """Rows name other nodes, each once, and cover all kernel nodes."""
    model = TspModel(PROBLEMS[name])
    assert model.indptr.dtype == model.indices.dtype == np.int32
    assert model.indptr.size == model.size + 1
    assert (model.indptr[0], model.indptr[-1]) == (0, model.indices.size)
    for node in range(model.size):
        row = row_of(model, node)
        assert len(set(row)) == len(row) > 0
        assert set(row) <= set(range(model.size)) - {node}


@pytest.mark.parametrize(
    "guidance", [random_guidance(49, 1), random_guidance(51, 1)], ids=["fewer", "more"]
)
def test_guidance_of_another_size_is_refused(guidance: EdgeGuidance) -> None:
    """The message names both sizes."""
    with pytest.raises(ValueError, match=rf"for {guidance.size} nodes, the problem has 50"):
        TspModel(PROBLEMS["closed"], guidance)


# ---------------------------------------------------------------------------- paths and fixed edges


@pytest.mark.parametrize("name", PROBLEMS)
def test_only_paths_with_a_free_end_have_a_hub(name: str) -> None:
    """The hub is one more node; paths with both ends given do without."""
    assert TspModel(PROBLEMS[name]).size == PROBLEMS[name].size + (name in OPEN)


@pytest.mark.parametrize("name", OPEN)
def test_hub_is_near_to_all(name: str) -> None:
    """It is at distance 0 from every node and every node's first candidate."""
    model = TspModel(PROBLEMS[name])
    hub = model.size - 1
    assert all(model.metric(node, hub) == 0 for node in range(hub))
    assert all(row_of(model, node)[0] == hub for node in range(hub))


@pytest.mark.parametrize("name", OPEN)
def test_hub_has_candidates_of_its_own(name: str) -> None:
    """Its row is a sample of different nodes."""
    model = TspModel(PROBLEMS[name])
    row = row_of(model, model.size - 1)
    assert len(set(row)) == len(row) == 10


@pytest.mark.parametrize(
    ("ends", "tied"),
    [((None, None), []), ((5, None), [(5, "hub")]), ((None, 5), [(5, "hub")]), ((5, 9), [(5, 9)])],
)
@pytest.mark.parametrize("fixed", [np.empty((0, 2), np.int32), CHAIN], ids=["plain", "fixed"])
def test_ends_become_fixed_edges(ends: Any, tied: list[Any], fixed: Any) -> None:
    """A given end is tied to the hub, two given ends to each other; fixed edges are renumbered."""
    model = TspModel(TSP(coords=COORDS, path=True, ends=ends, fixed_edges=fixed))
    number = [*kernel_numbers(model), 50]
    wanted = fixed.tolist() + [(a, 50 if b == "hub" else b) for a, b in tied]
    found = {frozenset(edge) for edge in model.fixed_edges.tolist()}
    assert found == {frozenset((number[a], number[b])) for a, b in wanted}
    assert model.fixed_edges.shape == (len(wanted), 2)
    assert model.fixed_edges.dtype == np.int32


def test_greedy_depends_on_its_seed() -> None:
    """Randomized greedy tours repeat with the seed and differ between seeds."""
    model = TspModel(PROBLEMS["closed"])
    one, again, other = (model.greedy(seed, 1.0) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert edges_of(one) != edges_of(other)
