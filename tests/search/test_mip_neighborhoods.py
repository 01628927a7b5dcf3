"""Neighborhoods of solutions of mixed-integer programs: what they fix and what they leave free."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosolve.problems.mip import MIP, Values
from cosolve.search.mip_graph import ColumnGraph
from cosolve.search.mip_neighborhoods import FAMILIES
from cosolve.search.mip_pool import SolutionPool
from cosolve.search.mip_view import Neighborhood, Relaxation, View


def sparse(n: int, rows: list[list[int]], integer: list[bool] | None = None) -> MIP:
    """Return a program of unit coefficients: at least one of each row, columns from 0 to 1."""
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.array(list(itertools.chain(*rows)), dtype=np.int64)
    return MIP(
        np.arange(1.0, n + 1),
        indptr,
        indices,
        np.ones(len(indices)),
        np.ones(len(rows)),
        np.full(len(rows), np.inf),
        upper=np.ones(n),
        integer=np.array([True] * n if integer is None else integer),
    )


def ring(n: int) -> MIP:
    """Columns in a ring, each of which meets the next."""
    return sparse(n, [sorted((j, (j + 1) % n)) for j in range(n)])


def span(columns: set[int], n: int) -> int:
    """Length of the shortest arc of a ring that has some columns."""
    places = sorted(columns)
    gaps = [b - a for a, b in itertools.pairwise([*places, places[0] + n])]
    return n - max(gaps) + 1


def view(
    problem: MIP,
    *,
    seed: int = 0,
    pool: tuple[np.ndarray, ...] = (),
    relaxed: np.ndarray | None = None,
    reduced: np.ndarray | None = None,
) -> View:
    """Look at the solution of all ones."""
    graph = ColumnGraph(problem)
    current = np.ones(problem.size)
    relaxation = None
    if relaxed is not None:
        relaxation = Relaxation(relaxed, float(problem.objective @ relaxed), reduced)
    return View(
        problem,
        problem.objective,
        graph,
        np.flatnonzero(graph.deciding()),
        current,
        problem.cost(Values(current)),
        pool,
        relaxation,
        np.random.default_rng(seed),
    )


def freed(found: Neighborhood | None, problem: MIP) -> set[int]:
    """Columns that a neighborhood leaves free."""
    assert found is not None
    assert found.lower is not None
    assert found.upper is not None
    assert (found.lower >= problem.lower).all()
    assert (found.upper <= problem.upper).all()
    return set(np.flatnonzero(found.lower < found.upper).tolist())


FIXING = ("mutation", "ball", "balls", "costly", "rins", "crossover", "kernel")


@pytest.mark.parametrize("family", FIXING)
@pytest.mark.parametrize("size", [0.1, 0.35, 1.0])
def test_as_many_columns_are_free_as_asked_for(family: str, size: float) -> None:
    """All others are fixed at the values of the solution."""
    problem = ring(40)
    other = np.ones(40)
    other[:20:2] = 0
    relaxed = np.full(40, 0.5)
    relaxed[30:] = 1
    for seed in range(5):
        seen = view(problem, seed=seed, pool=(np.ones(40), other), relaxed=relaxed)
        found = FAMILIES[family](seen, size)
        free = freed(found, problem)
        assert len(free) == round(40 * size)
        assert found is not None
        assert found.free == len(free)
        assert found.lower is not None
        assert all(found.lower[j] == 1 for j in range(40) if j not in free)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_continuous_columns_are_never_fixed(family: str) -> None:
    """Nor bounded more tightly, by any neighborhood."""
    integer = [j % 2 == 0 for j in range(12)]
    problem = sparse(12, [[j, j + 1] for j in range(11)], integer)
    other = np.zeros(12)
    seen = view(problem, pool=(other,), relaxed=np.full(12, 0.5), reduced=np.ones(12))
    found = FAMILIES[family](seen, 0.2)
    assert found is not None
    for bounds, own in ((found.lower, problem.lower), (found.upper, problem.upper)):
        if bounds is not None:
            assert (bounds == own)[~problem.integer].all()


def test_columns_that_others_decide_are_not_fixed() -> None:
    """A column of one row follows from the column of several rows that it meets there."""
    # Nodes 0 to 2 are in two rows each; columns 3 to 5 stand for the edges between them.
    problem = sparse(6, [[0, 1, 3], [1, 2, 4], [0, 2, 5]])
    assert ColumnGraph(problem).deciding().tolist() == [True] * 3 + [False] * 3
    assert freed(FAMILIES["mutation"](view(problem), 0.34), problem) >= {3, 4, 5}
    # Where no column has several rows, none follows.
    alone = sparse(4, [[0, 1], [2, 3]])
    assert ColumnGraph(alone).deciding().all()
    # Nor where there are so many that they are hard to decide.
    crowd = sparse(6, [[0, 1], [0, 2, 3, 4, 5]])
    assert np.flatnonzero(~ColumnGraph(crowd).deciding()).tolist() == [1]


def test_columns_with_equal_bounds_are_not_counted() -> None:
    """They are fixed already."""
    problem = ring(5)
    fixed = MIP(
        problem.objective,
        problem.indptr,
        problem.indices,
        problem.coefficients,
        problem.row_lower,
        problem.row_upper,
        lower=np.array([0, 1, 0, 0, 0.0]),
        upper=np.ones(5),
        integer=np.ones(5, dtype=bool),
    )
    assert np.flatnonzero(ColumnGraph(fixed).deciding()).tolist() == [0, 2, 3, 4]


def test_a_ball_belongs_together() -> None:
    """On a ring it is an arc."""
    problem = ring(50)
    for seed in range(10):
        free = freed(FAMILIES["ball"](view(problem, seed=seed), 0.2), problem)
        assert span(free, 50) <= 11  # one of two as near may be missing


def test_a_ball_goes_on_elsewhere_where_its_part_ends() -> None:
    """Parts that no row connects do not keep it from reaching its size."""
    problem = sparse(20, [[2 * k, 2 * k + 1] for k in range(10)])
    assert len(freed(FAMILIES["ball"](view(problem), 0.5), problem)) == 10


@given(st.integers(2, 30), st.integers(0, 60), st.integers(0, 2**20), st.floats(0, 1))
def test_growing_yields_what_was_chosen_and_the_count(
    n: int, rows: int, seed: int, share: float
) -> None:
    """Counted columns only, as many as asked for, those chosen among them."""
    rng = np.random.default_rng(seed)
    problem = sparse(n, [sorted(rng.choice(n, 2, replace=False).tolist()) for _ in range(rows)])
    counted = rng.random(n) < 0.7
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.integers(n)] = True
    count = max(int((chosen & counted).sum()), round(share * int(counted.sum())))
    grown = ColumnGraph(problem).grow(chosen, count, counted, rng)
    assert not (grown & ~counted).any()
    assert (grown >= (chosen & counted)).all()
    assert grown.sum() == count


def test_long_rows_say_nothing_about_what_belongs_together() -> None:
    """A budget over all columns does not make them neighbors."""
    n = 300
    problem = sparse(n, [list(range(n)), *(sorted((j, (j + 1) % n)) for j in range(n))])
    free = freed(FAMILIES["ball"](view(problem), 0.1), problem)
    assert span(free, n) <= 31


def test_rins_frees_where_solution_and_relaxation_differ() -> None:
    """And then those whose reduced cost is small."""
    problem = ring(10)
    relaxed = np.ones(10)
    relaxed[[2, 5]] = 0.4
    reduced = np.full(10, 1000.0)
    reduced[[1, 7]] = 0.0
    seen = view(problem, relaxed=relaxed, reduced=reduced)
    assert freed(FAMILIES["rins"](seen, 0.2), problem) == {2, 5}
    reduced[[0, 3, 4, 6, 8, 9]] = 1e9
    assert freed(FAMILIES["rins"](seen, 0.2), problem) == {2, 5}


def test_crossover_keeps_what_all_parents_share() -> None:
    """Only where they differ is anything free, if that is enough."""
    problem = ring(10)
    other = np.ones(10)
    other[[3, 4, 5]] = 0
    seen = view(problem, pool=(np.ones(10), other))
    assert freed(FAMILIES["crossover"](seen, 0.3), problem) == {3, 4, 5}
    assert FAMILIES["crossover"](view(problem, pool=(np.ones(10),)), 0.3) is None


def test_kernel_frees_what_is_used_first() -> None:
    """And a bucket of other columns, the cheapest by the relaxation among them."""
    problem = ring(20)
    seen = view(problem, relaxed=np.zeros(20))
    current = np.zeros(20)
    current[[2, 3, 11]] = 1
    for seed in range(10):
        rng = np.random.default_rng(seed)
        used = View(
            problem, seen.costs, seen.graph, seen.deciding, current, 0.0, (), seen.relaxation, rng
        )
        free = freed(FAMILIES["kernel"](used, 0.4), problem)
        assert free >= {2, 3, 11}
        assert len(free) == 8
        # At most three fifths are used, where others could be freed.
        assert len(freed(FAMILIES["kernel"](used, 0.1), problem) & {2, 3, 11}) == 2


def test_rens_rounds_the_relaxation() -> None:
    """Whole values of the relaxation are kept, the others may go either way."""
    problem = ring(10)
    relaxed = np.zeros(10)
    relaxed[[1, 3]] = 0.5
    found = FAMILIES["rens"](view(problem, relaxed=relaxed), 0.2)
    assert freed(found, problem) == {1, 3}
    assert found is not None
    assert not found.inside
    assert found.upper is not None
    assert found.upper.sum() == 2  # the others at 0, as the relaxation has them


def test_dins_fixes_what_pool_and_relaxation_agree_on() -> None:
    """Other binaries are free within a distance."""
    problem = ring(8)
    relaxed = np.ones(8)
    relaxed[0] = 0.2
    other = np.ones(8)
    other[5] = 0
    found = FAMILIES["dins"](view(problem, pool=(other,), relaxed=relaxed), 0.25)
    assert freed(found, problem) == {0, 5}
    assert found is not None
    assert len(found.rows) == 1


@pytest.mark.parametrize("family", ["rins", "rens", "dins"])
def test_without_a_relaxation_some_do_not_apply(family: str) -> None:
    """They say so."""
    assert FAMILIES[family](view(ring(5)), 0.5) is None


def distance_allowed(row_values: np.ndarray, found: Neighborhood) -> bool:
    """Whether values satisfy the rows of a neighborhood."""
    return all(
        float(row.coefficients @ row_values[row.columns]) <= row.upper + 1e-9 for row in found.rows
    )


def test_local_branching_lets_so_many_binaries_change() -> None:
    """The row holds exactly for solutions within the distance."""
    problem = ring(8)
    found = FAMILIES["local_branching"](view(problem), 0.25)
    assert found is not None
    for bits in itertools.product((0.0, 1.0), repeat=8):
        assert distance_allowed(np.array(bits), found) == (8 - sum(bits) <= 2)


def test_proximity_minimizes_the_distance_to_a_better_solution() -> None:
    """Its objective counts changes; its row asks for a gain."""
    problem = ring(6)
    found = FAMILIES["proximity"](view(problem, relaxed=np.full(6, 0.5)), 0.5)
    assert found is not None
    assert found.objective is not None
    for bits in itertools.product((0.0, 1.0), repeat=6):
        values = np.array(bits)
        assert found.objective @ values + found.offset == pytest.approx(6 - sum(bits))
        gain = problem.objective.sum() - problem.objective @ values
        assert distance_allowed(values, found) == (gain >= 0.25 * problem.objective.sum())


def test_costly_looks_for_what_could_cost_less() -> None:
    """A column with a gain that is at 0 could, one that costs and is at 0 could not."""
    problem = ring(12)
    gains = np.zeros(12)
    gains[4], gains[9] = -5.0, 3.0
    priced = MIP(
        gains,
        problem.indptr,
        problem.indices,
        problem.coefficients,
        np.zeros(12),
        problem.row_upper,
        upper=np.ones(12),
        integer=np.ones(12, dtype=bool),
    )
    seen = view(priced)
    none = View(priced, gains, seen.graph, seen.deciding, np.zeros(12), 0.0, (), None, seen.rng)
    assert freed(FAMILIES["costly"](none, 0.05), priced) == {4}
    assert freed(FAMILIES["costly"](seen, 0.05), priced) == {9}


def test_costly_wants_a_cost() -> None:
    """Where nothing costs anything it does not apply."""
    problem = sparse(4, [[0, 1], [2, 3]])
    free_of_charge = MIP(
        np.zeros(4),
        problem.indptr,
        problem.indices,
        problem.coefficients,
        problem.row_lower,
        problem.row_upper,
        upper=np.ones(4),
        integer=np.ones(4, dtype=bool),
    )
    assert FAMILIES["costly"](view(free_of_charge), 0.5) is None


def test_the_same_seed_makes_the_same_neighborhoods() -> None:
    """They depend on nothing but what they are given."""
    problem = ring(30)
    for family in FAMILIES.values():
        one, two = (
            family(view(problem, seed=4, relaxed=np.full(30, 0.5), pool=(np.zeros(30),)), 0.3)
            for _ in range(2)
        )
        assert one is not None
        assert two is not None
        for a, b in ((one.lower, two.lower), (one.objective, two.objective)):
            assert a is b is None or np.array_equal(a, b)  # type: ignore[arg-type]


def test_the_pool_keeps_the_best_of_different_solutions() -> None:
    """Solutions that decide the same are one: the cheapest of them."""
    pool = SolutionPool(np.array([0, 1]), most=2)
    assert pool.add(np.array([0.0, 1.0, 5.0]), 9.0)
    assert pool.add(np.array([0.0, 1.0, 4.0]), 8.0)
    assert not pool.add(np.array([0.0, 1.0, 6.0]), 8.5)
    assert len(pool) == 1
    assert pool.add(np.array([1.0, 1.0, 0.0]), 7.0)
    assert not pool.add(np.array([1.0, 0.0, 0.0]), 10.0)
    assert [s.tolist() for s in pool.solutions] == [[1, 1, 0], [0, 1, 4]]
