"""Conflicts: infeasible, irreducible, and checked by enumeration and by another back-end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mip_toys import enumerated, knapsack, program

import cosolve
from cosolve.core import BackendError, Run, Status, Stop
from cosolve.exact.infeasibility import explain, verify
from cosolve.exact.mip_backend import backend
from cosolve.exact.mip_conflict import Bound
from cosolve.problems.mip import MIP

pytestmark = pytest.mark.skipif(
    not (backend("highs").installed and backend("scip").installed), reason="needs HiGHS and SCIP"
)


def explained(problem: MIP, **options: object):
    """Explain without any limit."""
    return explain(problem, Run(Stop()), **options)


def odd() -> MIP:
    """2 x1 + 2 x2 = 3 has fractional solutions; the other row has nothing to do with it."""
    return program([1, 1], [[1, 1], [2, 2]], [(0, 9), (3, 3)], upper=[9, 9])


def test_feasible_program_has_a_solution_instead() -> None:
    """There is nothing to explain."""
    found = explained(knapsack())
    assert (found.status, found.conflict) == (Status.FEASIBLE, None)
    assert knapsack().check(found.solution) == []


def test_conflict_has_what_matters_alone() -> None:
    """Two rows exclude each other; the third, and all bounds, have nothing to do with it."""
    problem = program(
        [1, 1, 1],
        [[1, 1, 0], [1, 0, 1], [1, 1, 0]],
        [(5, np.inf), (0, 9), (-np.inf, 4)],
        upper=[9, 9, 9],
    )
    conflict = explained(problem).conflict
    assert (conflict.rows, conflict.bounds) == ((0, 2), ())
    assert conflict.irreducible
    assert conflict.relaxed


def test_bounds_are_part_of_a_conflict() -> None:
    """x1 + x2 >= 5 needs both upper bounds to be impossible."""
    problem = program([1, 1, 1], [[1, 1, 0]], [(5, np.inf)], upper=[2, 2, 2])
    conflict = explained(problem, backend="scip").conflict
    assert conflict.rows == (0,)
    assert conflict.bounds == (Bound(0, "upper", 2.0), Bound(1, "upper", 2.0))


def test_conflict_in_whole_numbers_alone() -> None:
    """There are fractional solutions."""
    conflict = explained(odd()).conflict
    assert (conflict.rows, conflict.bounds) == ((1,), ())
    assert conflict.irreducible
    assert not conflict.relaxed


def test_limits_that_cross_are_found_at_once() -> None:
    """No back-end is needed for them."""
    row = program([1], [[1]], [(3, 2)])
    assert explained(row).conflict.rows == (0,)
    column = program([1], [[1]], [(0, 9)], lower=[4], upper=[3])
    assert explained(column).conflict.bounds == (Bound(0, "lower", 4.0), Bound(0, "upper", 3.0))
    between = program([1], [[1]], [(0, 9)], lower=[0.25], upper=[0.75])
    assert len(explained(between).conflict.bounds) == 2


@pytest.mark.parametrize("seed", range(3))
def test_conflicts_against_another_back_end(seed: int) -> None:
    """Infeasible with all members, feasible without any one of them."""
    rng = np.random.default_rng(seed)
    n, m = 5, 6
    rows = rng.integers(-3, 4, (m, n))
    sides = [(float(b), np.inf) for b in rng.integers(4, 12, m)]
    problem = program([1] * n, rows, sides, upper=[1] * n)
    assert enumerated(problem)[0] is None
    found = explained(problem)
    assert found.status == Status.INFEASIBLE
    assert found.conflict.irreducible
    assert verify(problem, found.conflict, Run(Stop())) is True


@pytest.mark.parametrize("chosen", [None, "scip", "highs"])
def test_conflicts_of_whole_numbers(chosen: str | None) -> None:
    """Whoever looks for them, nothing is missing and nothing too much."""
    # Five columns in pairs that differ by one, and so not all even.
    rows = [[1, -1, 0, 0, 0], [0, 1, -1, 0, 0], [1, 0, -1, 0, 0], [2, 0, 2, -4, 0], [0, 0, 0, 1, 1]]
    sides = [(1.0, 1.0), (0.0, 3.0), (2.0, 2.0), (1.0, 1.0), (-9.0, 9.0)]
    problem = program([1] * 5, rows, sides, lower=[0] * 5, upper=[4] * 5)
    found = explained(problem, backend=chosen)
    assert found.status == Status.INFEASIBLE
    assert found.conflict.irreducible
    assert not found.conflict.relaxed
    assert verify(problem, found.conflict, Run(Stop()), backend="scip") is True
    assert verify(problem, found.conflict, Run(Stop()), backend="highs") is True


@pytest.mark.parametrize(
    "rows",
    [
        np.array([0]),
        np.array([1]),
        None,
        BackendError("the worker was ended by SIGKILL"),
    ],
    ids=["feasible", "right", "nothing", "dead"],
)
def test_what_another_finds_is_not_believed(rows: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that do have a solution are refused, and where there are none it goes without."""

    def claim(*_: object, **__: object) -> object:
        if isinstance(rows, BackendError):
            raise rows
        return rows

    monkeypatch.setattr("cosolve.exact.infeasibility.run_in_worker", claim)
    conflict = explained(odd()).conflict
    assert (conflict.rows, conflict.bounds) == ((1,), ())
    assert conflict.irreducible


def test_verification_sees_superfluous_and_missing_members() -> None:
    """Neither too much nor too little passes."""
    import dataclasses

    problem = program([1, 1], [[1, 1], [1, 0], [1, 1]], [(5, 9), (0, 1), (0, 4)], upper=[9, 9])
    conflict = explained(problem).conflict
    more = dataclasses.replace(conflict, rows=(0, 1, 2))
    less = dataclasses.replace(conflict, rows=conflict.rows[:1], bounds=())
    assert verify(problem, conflict, Run(Stop())) is True
    assert verify(problem, more, Run(Stop())) is False
    assert verify(problem, less, Run(Stop())) is False


def test_run_that_is_over_explains_nothing() -> None:
    """Without time nothing is known."""
    run = Run(Stop())
    run.interrupted.set()
    assert explain(knapsack(), run).status == Status.UNKNOWN


def test_infeasible_file(data: Path) -> None:
    """A shared file that other solvers call infeasible has nine rows and a bound to blame."""
    path = data / "mip" / "highs_check" / "infeasible-mip0.mps"
    if not path.exists():
        pytest.skip("the file is not here")
    problem = cosolve.read(path)
    conflict = explained(problem).conflict
    assert conflict.irreducible
    assert len(conflict.rows) + len(conflict.bounds) < 20
