"""Assignment and arborescence bounds: never above the optimum, and close to it."""

from __future__ import annotations

import json
import math
import os
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import FloatArray, optimal_cost

import cosolve
from cosolve import _kernels
from cosolve.bounds import LowerBound
from cosolve.bounds.asymmetric import asymmetric_bound
from cosolve.core import Run, Stop
from cosolve.problems import TSP
from cosolve.search.assignment import assign

FOLDER = (
    Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[2] / "../shared/instances"))
    / "tsplib"
)
INSTANCES = sorted(p.name for p in FOLDER.glob("*.atsp")) if FOLDER.is_dir() else []
ENTRIES = [
    st.integers(0, 3).map(float),
    st.integers(0, 10**15).map(float),
    st.floats(0, 1e6, allow_subnormal=False),
    st.sampled_from([0.0, 1e-3, 1.0, 1e15]),
]
ENDS = [None, (None, None), (2, None), (None, 4), (3, 1)]


def ascent(matrix: FloatArray, k: int, upper: float = math.inf) -> Any:
    """Kernel on a sparse digraph of k arcs into every node and those of a tour."""
    found = assign(matrix)
    n = len(matrix)
    _, tails = _kernels.nearest_arcs(matrix, found.tails, found.heads, k)
    tour = np.arange(n, dtype=np.int32)
    return _kernels.ArborescenceAscent(matrix, found.tails, tails, tour, upper, math.inf)


def best_length(matrix: FloatArray) -> float:
    """Length of the shortest closed tour."""
    n = len(matrix)
    orders = np.array([(0, *rest) for rest in permutations(range(1, n))])
    return float(matrix[orders, np.roll(orders, -1, axis=1)].sum(axis=1).min())


def shortest_1_arborescence(matrix: FloatArray) -> float:
    """Length of the shortest arcs that enter every node once and form one cycle, through node 0."""
    n = len(matrix)
    best = math.inf
    for tails in np.ndindex(*(n,) * n):
        if any(i == j for i, j in enumerate(tails)):
            continue
        reached = [0]
        for node in reached:
            reached += [j for j in range(1, n) if tails[j] == node]
        if len(reached) == n:
            best = min(best, float(matrix[list(tails), np.arange(n)].sum()))
    return best


@st.composite
def matrices(draw: st.DrawFn) -> FloatArray:
    """Matrices of 3 to 7 nodes whose diagonal must not be looked at."""
    n = draw(st.integers(3, 7))
    entry = draw(st.sampled_from(ENTRIES))
    matrix = np.array(draw(st.lists(entry, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(matrix, 0.0)
    return matrix


@given(matrix=matrices(), k=st.integers(1, 6), data=st.data())
@settings(max_examples=200, deadline=None)
def test_bound_never_exceeds_the_shortest_tour(
    matrix: FloatArray, k: int, data: st.DataObject
) -> None:
    """Whatever the lengths, the sparse digraph, the aim and the number of iterations."""
    best = best_length(matrix)
    upper = data.draw(st.sampled_from([math.inf, best, 2 * best + 1, 0.0]))
    engine = ascent(matrix, min(k, len(matrix) - 1), upper)
    engine.run(float("inf"), data.draw(st.sampled_from([0, 1, 10, -1])))
    slack = 1e-12 * float(matrix.max())
    assert engine.bound() <= best + slack


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [1, 4])
def test_first_value_is_the_shortest_1_arborescence(seed: int, k: int) -> None:
    """Pricing turns the dual of a sparse digraph into a bound; on all arcs nothing is lost."""
    n = 5
    matrix = np.random.default_rng(seed).integers(0, 20, (n, n)).astype(float)
    np.fill_diagonal(matrix, 0.0)
    tails = np.array([[i for i in range(n) if i != j][:k] for j in range(n)], np.int32)
    tour = np.arange(n, dtype=np.int32)
    engine = _kernels.ArborescenceAscent(matrix, np.zeros(n), tails, tour, math.inf, math.inf)
    exact = shortest_1_arborescence(matrix)
    assert engine.bound() <= exact
    if k == n - 1:
        assert engine.bound() == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("seed", range(3))
def test_small_problems(ends: tuple[int | None, int | None] | None, seed: int) -> None:
    """Closed tours and paths of thirteen nodes: between the assignment and the optimum."""
    matrix = np.random.default_rng(seed).integers(1, 100, (13, 13)).astype(float)
    problem = TSP(matrix=matrix) if ends is None else TSP(matrix=matrix, path=True, ends=ends)
    optimum = optimal_cost(problem)
    found = asymmetric_bound(problem, Run(Stop()))
    assert found is not None
    assert found.converged
    assert 0.9 * optimum <= found.value <= optimum
    known = asymmetric_bound(problem, Run(Stop()), upper=optimum)
    assert known is not None
    assert math.ceil(known.value - 1e-6) >= math.ceil(found.value - 1e-3)


def test_twelve_nodes_are_solved() -> None:
    """Up to twelve nodes the bound is the optimum, fixed edges included."""
    matrix = np.random.default_rng(0).integers(1, 100, (9, 9)).astype(float)
    problem = TSP(matrix=matrix, fixed_edges=np.array([[2, 5], [5, 1]]))
    found = asymmetric_bound(problem, Run(Stop()))
    assert found == LowerBound(optimal_cost(problem), "exact", 0, converged=True)


def test_fixed_edges_leave_the_bound_valid() -> None:
    """They are ignored, so that the bound is one of the problem without them."""
    matrix = np.random.default_rng(1).integers(1, 100, (13, 13)).astype(float)
    fixed = asymmetric_bound(TSP(matrix=matrix, fixed_edges=np.array([[0, 1]])), Run(Stop()))
    assert fixed == asymmetric_bound(TSP(matrix=matrix), Run(Stop()))


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((20, 20)),
        np.full((20, 20), 1e15),
        np.where(np.eye(20, k=1) + np.eye(20, k=-19) > 0, 1.0, 1e15),
        np.where(np.eye(20, k=1) + np.eye(20, k=-19) > 0, 0.1, 1e15),
        np.ones((20, 20)) + np.eye(20, k=3),
        np.kron(np.full((5, 5), 1e6), np.ones((4, 4))) * (1 - np.kron(np.eye(5), np.ones((4, 4)))),
    ],
    ids=["zeros", "huge", "one-way-ring", "fractions", "one-entry", "clusters"],
)
def test_extreme_matrices(matrix: FloatArray) -> None:
    """The bound is finite, not above a good tour, and tight where all arcs are alike."""
    problem = TSP(matrix=matrix)
    found = asymmetric_bound(problem, Run(Stop()))
    result: Any = cosolve.solve(problem, "lk", stop=cosolve.Stop(iterations=2000))
    assert found is not None
    assert found.value <= result.cost
    assert found.value >= result.cost * (1 - 1e-6) - 1e-9


def test_bound_is_reported_and_the_clock_has_no_influence() -> None:
    """Without a time limit the same bound comes out twice, and the run has been told."""
    matrix = np.random.default_rng(3).random((80, 80))
    runs = [Run(Stop()), Run(Stop())]
    found = [asymmetric_bound(TSP(matrix=matrix), run) for run in runs]
    assert found[0] == found[1]
    assert found[0] is not None
    assert runs[0].bound == found[0].value
    assert runs[0].iterations == found[0].iterations > 0


def test_iterations_are_limited() -> None:
    """An iteration limit ends the ascent, at a valid bound that is at least the assignment's."""
    matrix = np.random.default_rng(3).random((80, 80))
    found = asymmetric_bound(TSP(matrix=matrix), Run(Stop(iterations=7)))
    assert found is not None
    assert (found.iterations, found.converged) == (7, False)
    assert found.value >= assign(matrix).bound
    assert asymmetric_bound(TSP(matrix=matrix), Run(Stop(iterations=0))) is None


def test_interruption_leaves_the_assignment_bound() -> None:
    """Interrupted before it began, a run still gets what the potentials say."""
    matrix = np.random.default_rng(3).random((80, 80))
    run = Run(Stop())
    run.interrupted.set()
    found = asymmetric_bound(TSP(matrix=matrix), run)
    assert found is not None
    assert found.method == "assignment"
    assert not found.converged
    assert found.value <= assign(matrix).bound


@pytest.mark.timing
def test_time_limit_is_kept() -> None:
    """A fraction of a second is kept to, and gives a bound."""
    matrix = np.random.default_rng(3).random((1200, 1200))
    problem = TSP(matrix=matrix)
    run = Run(Stop(time_limit=0.3))
    found = asymmetric_bound(problem, run)
    assert run.elapsed < 0.5
    assert found is not None
    assert found.value > 0
    assert asymmetric_bound(problem, Run(Stop(time_limit=0.0))) is None


def test_coordinates_are_refused() -> None:
    """There is no matrix to bound."""
    with pytest.raises(ValueError, match="matrix"):
        asymmetric_bound(TSP(coords=np.zeros((20, 2))), Run(Stop()))


@pytest.mark.skipif(not INSTANCES, reason="the shared instances are not here")
@pytest.mark.parametrize("name", INSTANCES)
def test_bound_of_published_instances(name: str) -> None:
    """Never above the proven optimum, and close to it but where that takes long (p43)."""
    problem = cosolve.read(FOLDER / name)
    optimum = json.loads((FOLDER / "bks.json").read_text())[Path(name).stem]["value"]
    found = asymmetric_bound(problem, Run(Stop(iterations=3000)))
    assert found is not None
    assert found.value <= optimum
    assert found.value >= (0.02 if name.startswith("p43") else 0.97) * optimum
