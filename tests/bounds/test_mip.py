"""Bounds of mixed-integer programs by an exact back-end."""

from __future__ import annotations

import numpy as np
import pytest
from mip_toys import enumerated, knapsack, program

from cosolve.bounds import LowerBound, lower_bound, rounded_up
from cosolve.core import BackendError, Run, Stop
from cosolve.exact.mip_backend import backend
from cosolve.exact.mip_session import Session
from cosolve.problems import MIP

needs_back_end = pytest.mark.skipif(
    not (backend("scip").installed or backend("highs").installed), reason="needs a back-end"
)


def covering(seed: int) -> MIP:
    """Covering rows over ten columns with costs of all kinds."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 2, (12, 10))
    rows[np.arange(12), rng.integers(0, 10, 12)] = 1
    return program(rng.random(10) + 0.5, rows, [(1.0, np.inf)] * 12, upper=[1] * 10)


@needs_back_end
@pytest.mark.parametrize("seed", range(3))
def test_bound_converges_to_the_optimum(seed: int) -> None:
    """With time, and never above it without."""
    problem = covering(seed)
    best = enumerated(problem)[0]
    assert best is not None
    found = lower_bound(problem, Run(Stop(time_limit=30)))
    assert found is not None
    assert found.converged
    assert found.value == pytest.approx(best, rel=1e-6)
    root = lower_bound(problem, Run(Stop()))
    assert root is not None
    assert root.value <= best + 1e-6


@needs_back_end
def test_bounds_of_what_is_maximized() -> None:
    """They are bounds of the opposite; a known solution ends them."""
    best = enumerated(knapsack())[0]
    assert best is not None
    for upper in (best, best + 5, None):
        found = lower_bound(knapsack(), Run(Stop(time_limit=30)), upper=upper)
        assert found is not None
        assert found.value == pytest.approx(best)
    # What nobody can have found is refuted.
    found = lower_bound(knapsack(), Run(Stop(time_limit=30)), upper=best - 5)
    assert found is not None
    assert rounded_up(knapsack(), found.value) == best - 4


@pytest.mark.parametrize("case", ["iterations", "hurry", "quick", "dead"])
def test_the_columns_alone(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no time, or the back-end dies, there is what the columns say."""

    def die(*_: object) -> None:
        raise BackendError("the worker was ended by SIGKILL")

    monkeypatch.setattr(Session, "solve", die)
    limits = {"iterations": Stop(iterations=3), "hurry": Stop(time_limit=0.5)}
    run = Run(limits.get(case, Stop(time_limit=30)))
    problem = covering(1)
    found = lower_bound(problem, run, quick=case == "quick")
    assert found == LowerBound(0.0, "columns", 0, True)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(9.2, 10.0), (9.9999999, 10.0), (10.0000001, 10.0), (10.001, 11.0), (4e6 + 0.5, 4e6)],
)
def test_rounding_forgives_what_back_ends_do(bound: float, expected: float) -> None:
    """A bound that is a little above a whole number proves no more than that number."""
    problem = program([1, 1], [[1, 1]], [(1, 9)], upper=[9, 9])
    assert problem.integral
    assert rounded_up(problem, bound) == expected
