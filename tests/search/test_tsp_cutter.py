"""The cutting plane kernel: what it separates is valid and complete, what it prices a bound."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import FloatArray, IntArray, best_closed_length, distance_matrix

from cosolve import TSP, Metric, _kernels
from cosolve.problems.kernel import kernel_metric

SUBTOURS, BLOSSOMS, EXACT_BLOSSOMS, COMBS, POOL = range(5)
CUTS = npt.NDArray[np.int32]


def complete(n: int) -> IntArray:
    """All edges of n nodes."""
    return np.array(list(itertools.combinations(range(n), 2)), np.int32)


def cutter_of(n: int, seed: int = 0) -> _kernels.TspCutter:
    """Make a cutter whose columns are all edges of n nodes."""
    problem = TSP(coords=np.random.default_rng(seed).random((n, 2)))
    cutter = _kernels.TspCutter(kernel_metric(problem), seed)
    cutter.add_columns(complete(n))
    return cutter


def half_integral(cycles: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Odd cycles at one half, whose nodes are joined in pairs by edges at one."""
    n = sum(cycles)
    x = np.zeros((n, n))
    nodes, groups, begin = rng.permutation(n), np.empty(n, int), 0
    for k, size in enumerate(cycles):
        cycle = nodes[begin : begin + size]
        x[cycle, np.roll(cycle, -1)] = 0.5
        groups[cycle] = k
        begin += size
    while True:  # a matching between different cycles, but for what is left of the largest
        pairs = rng.permutation(n).reshape(-1, 2)
        x2 = x + x.T
        if not (x2[pairs[:, 0], pairs[:, 1]] > 0).any():
            break
    x[pairs[:, 0], pairs[:, 1]] = 1.0
    x += x.T
    edges = complete(n)
    values: FloatArray = x[edges[:, 0], edges[:, 1]]
    return values


def value_of(cutter: _kernels.TspCutter, cut: int, x: FloatArray) -> tuple[float, float]:
    """Left and right side of a cut, from its row."""
    least, _, column, coefficient = cutter.rows(np.array([cut], np.int32))
    return float(coefficient @ x[column]), float(least[0])


def worst_subtour(n: int, x: FloatArray) -> float:
    """Smallest weight of edges that leave a set of nodes."""
    edges = complete(n)
    masks = np.arange(1, 2 ** (n - 1))
    inside = (masks[:, None] >> np.arange(n)) & 1
    crossing = inside[:, edges[:, 0]] != inside[:, edges[:, 1]]
    return float((crossing * x).sum(axis=1).min())


def worst_blossom(n: int, x: FloatArray) -> float:
    """Largest violation of a 2-matching inequality, over all handles and the best teeth of each."""
    edges = complete(n)
    worst = -np.inf
    for mask in range(1, 2 ** (n - 1)):
        inside = (mask >> np.arange(n)) & 1
        leaving = x[inside[edges[:, 0]] != inside[edges[:, 1]]]
        teeth = leaving > 0.5
        value = np.minimum(leaving, 1 - leaving).sum()
        if teeth.sum() % 2 == 0:
            value += np.abs(1 - 2 * leaving).min()
        worst = max(worst, 1.0 - value)
    return worst


def tours(n: int) -> npt.NDArray[np.bool_]:
    """Incidence vectors of all tours of n nodes."""
    number = {frozenset(edge): k for k, edge in enumerate(complete(n).tolist())}
    rows = []
    for order in itertools.permutations(range(1, n)):
        if order[0] < order[-1]:
            row = np.zeros(len(number), bool)
            nodes = (0, *order)
            row[[number[frozenset(e)] for e in zip(nodes, (*order, 0), strict=True)]] = True
            rows.append(row)
    return np.array(rows)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_subtours_are_found_if_there_are_any(seed: int) -> None:
    """A subtour elimination constraint is violated if and only if one is returned."""
    rng = np.random.default_rng(seed)
    cycles = [(3, 3), (3, 5), (3, 3, 3, 3), (5, 5)][seed % 4]
    n = sum(cycles)
    share = rng.random()
    x = share * half_integral(cycles, rng) + (1 - share) * half_integral(cycles, rng)
    cutter = cutter_of(n)
    ids, violations = cutter.separate(x, SUBTOURS)
    assert (worst_subtour(n, x) < 2 - 1e-6) == (ids.size > 0)
    for cut, violation in zip(ids.tolist(), violations.tolist(), strict=True):
        value, least = value_of(cutter, cut, x)
        assert least == 2
        assert violation == pytest.approx(2 - value)
        assert violation > 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_blossoms_are_found_if_there_are_any(seed: int) -> None:
    """Exact separation finds something wherever a 2-matching inequality is violated."""
    rng = np.random.default_rng(seed)
    cycles = [(3, 3), (3, 5), (3, 3, 3, 3), (5, 5)][seed % 4]
    n = sum(cycles)
    share = rng.choice([1.0, 0.5, rng.random()])
    x = share * half_integral(cycles, rng) + (1 - share) * half_integral(cycles, rng)
    if worst_subtour(n, x) < 2 - 1e-6:
        return
    ids, _ = cutter_of(n).separate(x, EXACT_BLOSSOMS)
    worst = worst_blossom(n, x)
    if worst > 0.02:
        assert ids.size
    if worst < 1e-6:
        assert not ids.size


def test_heuristic_finds_the_blossom_of_a_prism() -> None:
    """Two triangles at one half, joined by three edges at one, are cut off."""
    edges = complete(6)
    x = np.zeros(len(edges))
    for a, b, value in [(0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.5), (3, 4, 0.5), (4, 5, 0.5),
                        (3, 5, 0.5), (0, 3, 1.0), (1, 4, 1.0), (2, 5, 1.0)]:  # fmt: skip
        x[(edges == [a, b]).all(axis=1)] = value
    cutter = cutter_of(6)
    ids, violations = cutter.separate(x, BLOSSOMS)
    assert violations[0] == pytest.approx(1.0)
    sets = [s.tolist() for s in cutter.sets(int(ids[0]))]
    assert len(sets) == 4
    assert sorted(map(len, sets)) == [2, 2, 2, 3]
    assert cutter.separate(x, POOL)[0].tolist() == ids.tolist()


@pytest.mark.parametrize("family", [SUBTOURS, BLOSSOMS, EXACT_BLOSSOMS, COMBS])
def test_cuts_hold_for_every_tour(family: int) -> None:
    """No tour of eight nodes violates anything that is ever separated."""
    n = 8
    everything, found = tours(n), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        share = rng.choice([1.0, 0.5, rng.random()])
        x = share * half_integral((3, 5), rng) + (1 - share) * half_integral((3, 5), rng)
        cutter = cutter_of(n, seed)
        if family == SUBTOURS:
            x = rng.random(x.size) / 3
        elif worst_subtour(n, x) < 2 - 1e-6:
            continue
        ids, _ = cutter.separate(x, family, 5)
        for cut in ids.tolist():
            least, _, column, coefficient = cutter.rows(np.array([cut], np.int32))
            assert (everything[:, column] @ coefficient).min() >= least[0] - 1e-9
            found += 1
    assert found


def test_columns_and_rows_agree() -> None:
    """Entries of edges in the rows of cuts are the same, whichever came first."""
    n, rng = 12, np.random.default_rng(3)
    cutter = cutter_of(n)
    x = half_integral((3, 3, 3, 3), rng)
    ids = np.concatenate([cutter.separate(x, family)[0] for family in range(4)])
    ids = np.unique(ids).astype(np.int32)
    assert ids.size
    _, start, column, coefficient = cutter.rows(ids)
    by_rows = np.zeros((ids.size, len(complete(n))))
    by_rows[np.repeat(np.arange(ids.size), np.diff(start)), column] = coefficient
    start, row, coefficient = cutter.entries(complete(n), ids)
    by_columns = np.zeros_like(by_rows)
    by_columns[row, np.repeat(np.arange(len(complete(n))), np.diff(start))] = coefficient
    np.testing.assert_array_equal(by_rows, by_columns)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), whole=st.booleans())
def test_no_duals_prove_too_much(seed: int, whole: bool) -> None:
    """Whatever the dual values, the bound is no more than the shortest tour is long."""
    n, rng = 8, np.random.default_rng(seed)
    coords = rng.random((n, 2)) * (100 if whole else 1)
    problem = TSP(coords=coords, metric=Metric.EUC if whole else Metric.EUCLIDEAN)
    matrix = distance_matrix(problem)
    cutter = _kernels.TspCutter(kernel_metric(problem), seed)
    columns = complete(n)[rng.random(n * (n - 1) // 2) < 0.6]
    cutter.add_columns(columns)
    ids = []
    values = np.zeros(len(columns))
    for _ in range(3):
        values = rng.random(len(columns))
        ids += cutter.separate(values, SUBTOURS)[0].tolist()
    ids = np.unique(np.array(ids, np.int32)).astype(np.int32)
    # About half the distance to near nodes: not a bad guess, so that the bound is worth testing.
    duals = np.sort(matrix, axis=1)[:, 1:3].mean(axis=1) / 2 * rng.uniform(0.5, 1.5, n)
    best = best_closed_length(matrix)
    u = rng.uniform(-0.1, 0.2, ids.size) * matrix.mean()
    known = np.ones(len(columns), np.int8)
    priced = cutter.price(duals, ids, u, known, best, True)
    assert priced.bound <= best + 1e-9
    assert not priced.hopeless
    # Edges excluded are in no tour of the length of the best one.
    left = {tuple(e) for e in columns[priced.states != 0].tolist()}
    left |= {tuple(e) for e in cutter.universe.tolist()} if cutter.listed else set()
    orders = np.array([(0, *o) for o in itertools.permutations(range(1, n)) if o[0] < o[-1]])
    lengths = matrix[orders, np.roll(orders, -1, axis=1)].sum(axis=1)
    shortest = orders[int(lengths.argmin())]
    of_best = {tuple(sorted(e)) for e in zip(shortest.tolist(), np.roll(shortest, -1).tolist(),
                                            strict=True)}  # fmt: skip
    if cutter.listed:
        assert of_best <= left


def test_bad_arguments_are_refused() -> None:
    """Wrong sizes and numbers are errors."""
    cutter = cutter_of(6)
    ones = np.ones(6)
    none = np.empty(0, np.int32)
    with pytest.raises(ValueError, match="every column has one value"):
        cutter.separate(ones, SUBTOURS)
    with pytest.raises(ValueError, match="no such family"):
        cutter.separate(np.ones(15), 9)
    with pytest.raises(ValueError, match="no such cut"):
        cutter.rows(np.array([4], np.int32))
    with pytest.raises(ValueError, match="every node, cut and column"):
        cutter.price(ones, none, np.empty(0), np.ones(3, np.int8), 1.0, False)
