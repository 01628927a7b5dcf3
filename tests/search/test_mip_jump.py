"""Local search for mixed-integer programs: what it finds is feasible, and good."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mip_toys import enumerated, knapsack, market_split, mixed, program

from cosolve import _kernels
from cosolve.core import Run, Stop
from cosolve.problems.mip import MIP, Values
from cosolve.search.mip_jump import JumpSearch


def searched(problem: MIP, steps: int, seed: int = 0) -> tuple[JumpSearch, list[np.ndarray]]:
    """Search from values near zero, and return all that was told."""
    search, told = JumpSearch(problem, seed), []
    search.begin(None)
    search.run(Run(Stop()), math.inf, steps, told.append)
    return search, told


def cost_of(problem: MIP, values: np.ndarray) -> float:
    """Return the cost to be minimized."""
    return (-1.0 if problem.maximize else 1.0) * problem.cost(Values(values))


@st.composite
def programs(draw: st.DrawFn) -> MIP:
    """Draw integer programs of up to five columns and four rows, feasible or not."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(0, 4))
    whole = st.integers(-4, 4)
    rows = [[draw(whole) for _ in range(n)] for _ in range(m)]
    sides = []
    for _ in range(m):
        low = draw(st.integers(-8, 6))
        high = low + draw(st.integers(0, 6))
        sides.append(
            draw(st.sampled_from([(low, high), (low, np.inf), (-np.inf, high), (low, low)]))
        )
    lower = [draw(st.integers(-2, 1)) for _ in range(n)]
    return program(
        [draw(whole) for _ in range(n)],
        rows,
        sides,  # type: ignore[arg-type]
        lower=lower,  # type: ignore[arg-type]
        upper=[low + draw(st.integers(0, 3)) for low in lower],
        offset=draw(whole),
        maximize=draw(st.booleans()),
    )


@settings(max_examples=80, deadline=None)
@given(programs(), st.integers(0, 3))
def test_tiny_programs_are_solved(problem: MIP, seed: int) -> None:
    """The optimum of enumeration, and nothing where there is no solution."""
    best, _ = enumerated(problem)
    search, told = searched(problem, 60_000, seed)
    for values in told:
        assert problem.check(Values(values)) == []
    costs = [cost_of(problem, values) for values in told]
    assert costs == sorted(costs, reverse=True)
    assert search.cost == (math.inf if best is None else best)
    assert bool(told) == (best is not None)


@pytest.mark.parametrize("seed", range(8))
def test_programs_without_rows_are_solved(seed: int) -> None:
    """Whichever column is changed first, and whether by a lift or by a push."""
    problem = program([0.0, 1.0, -1.0], [], [], upper=[0.0, 2.0, 1.0], maximize=True)
    assert searched(problem, 1000, seed)[0].cost == -2.0


@pytest.mark.parametrize("seed", range(8))
def test_solutions_that_no_tight_move_leads_to(seed: int) -> None:
    """Rows that hold each other fast: few values of the columns meet both."""
    problem = program(
        [-1.0, 4.0, 2.0, -4.0],
        [[-4.0, -1.0, -3.0, 1.0], [3.0, -3.0, 1.0, -3.0]],
        [(-np.inf, -3.0), (-5.0, 0.0)],
        lower=[-1.0, -1.0, 0.0, -1.0],
        upper=[1.0, 1.0, 3.0, -1.0],
    )
    assert searched(problem, 60_000, seed)[0].cost == 13.0


def test_better_solutions_are_told_once() -> None:
    """However often the search is gone on with."""
    search, told = JumpSearch(knapsack(14, seed=3), 0), []
    search.begin(None)
    for _ in range(5):
        search.run(Run(Stop()), math.inf, 40_000, told.append)
    costs = [cost_of(knapsack(14, seed=3), values) for values in told]
    assert costs == sorted(set(costs), reverse=True)


@pytest.mark.parametrize("maximize", [True, False])
def test_knapsacks_are_solved(maximize: bool) -> None:
    """In the sense of the problem, constant included."""
    problem = knapsack(14, seed=3, maximize=maximize)
    search, told = searched(problem, 200_000)
    assert search.cost == enumerated(problem)[0] == cost_of(problem, told[-1])


def test_continuous_columns_take_part() -> None:
    """The fixed charges are paid where loads need them, and nothing is violated by rounding."""
    search, told = searched(mixed(), 50_000)
    assert mixed().check(Values(told[-1])) == []
    assert search.cost == pytest.approx(19.5, rel=0.1)


def test_covers_are_near_the_planted_one() -> None:
    """A set cover whose best solution is known by its making."""
    rng = np.random.default_rng(5)
    rows, groups = 300, 20
    # Twenty sets that are disjoint cover all rows; others are smaller than each.
    owner = rng.permutation(rows) % groups
    planted = (owner[:, None] == np.arange(groups)).astype(float)
    others = (rng.random((rows, 180)) < 10 / rows).astype(float)
    matrix = np.hstack([planted, others])
    problem = program([1.0] * 200, matrix.tolist(), [(1.0, np.inf)] * rows, upper=[1.0] * 200)
    search, _ = searched(problem, 100_000)
    assert search.cost == groups


def test_the_same_seed_gives_the_same_solutions() -> None:
    """Steps do not depend on the clock, nor on how they are divided."""
    problem, _ = market_split(30, 3)
    first = searched(problem, 30_000, seed=4)[0].cost
    search = JumpSearch(problem, 4)
    search.begin(None)
    for _ in range(3):
        search.run(Run(Stop()), math.inf, 10_000, lambda _: None)
    assert search.cost == first
    assert {searched(problem, 300, seed)[0].cost for seed in range(8)} != {first}


def test_a_better_start_is_gone_on_from() -> None:
    """And never worsened; a worse one is left alone."""
    problem, planted = market_split(30, 3)
    search, _ = searched(problem, 1000)
    found = search.cost
    search.begin(np.zeros(problem.size), 0.0)
    assert search.cost == found
    best = cost_of(problem, planted)
    search.begin(planted, best)
    told: list[np.ndarray] = []
    search.run(Run(Stop()), math.inf, 1000, told.append)
    assert search.cost == best
    assert np.array_equal(told[-1], planted)


def test_programs_without_anything_to_search_are_over() -> None:
    """No whole number in a column; no columns; no costs."""
    none = program([1.0], [[1.0]], [(0, 1)], lower=[0.2], upper=[0.8])
    search, told = searched(none, 1000)
    assert search.over
    assert not told
    empty = MIP.from_dense([], np.zeros((0, 0)), [], [])
    search, told = searched(empty, 1000)
    assert search.over
    assert search.cost == 0.0
    free = program([0.0, 0.0], [[1, 1]], [(1, 1)], upper=[1, 1])
    search, told = searched(free, 1000)
    assert search.over
    assert len(told) == 1


def test_unbounded_columns_do_no_harm() -> None:
    """Where costs fall without end there is nothing to find but some solution."""
    endless = program([-1.0, 1.0], [[1, -1]], [(0, 5)], lower=[-np.inf, -np.inf])
    search, told = searched(endless, 20_000)
    assert told
    assert all(endless.check(Values(values)) == [] for values in told)
    assert math.isfinite(search.cost)


def test_the_time_limit_is_kept() -> None:
    """By the clock of the run, and by the seconds given."""
    problem, _ = market_split()
    search = JumpSearch(problem, 0)
    search.begin(None)
    run = Run(Stop(time_limit=100.0))
    began_s = run.elapsed
    search.run(run, 0.2, None, lambda _: None)
    assert 0.2 <= run.elapsed - began_s < 2.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"indptr": np.array([0, 1])}, "wrong length"),
        ({"indptr": np.array([0, 3, 2])}, "wrong length|in order"),
        ({"indices": np.array([0, 7])}, "no such column"),
        ({"lower": np.array([2.0, 0.0])}, "exclude each other"),
        ({"coefficients": np.ones(3)}, "wrong length"),
        ({"upper": np.ones(5)}, "wrong length"),
    ],
)
def test_the_kernel_refuses_malformed_arrays(change: dict[str, np.ndarray], words: str) -> None:
    """Before it reads anything."""
    arrays: dict[str, np.ndarray] = {
        "cost": np.ones(2),
        "indptr": np.array([0, 1, 2]),
        "indices": np.array([0, 1]),
        "coefficients": np.ones(2),
        "row_lower": np.zeros(2),
        "row_upper": np.ones(2),
        "lower": np.zeros(2),
        "upper": np.ones(2),
        "integer": np.ones(2, dtype=bool),
    }
    with pytest.raises(ValueError, match=words):
        _kernels.MipProgram(**{**arrays, **change})
    good = _kernels.MipProgram(**arrays)
    with pytest.raises(ValueError, match="wrong length"):
        _kernels.JumpSearch(good, np.zeros(3), 0)
