"""The conformance suite on mixed-integer programs, and the samples it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from fakes import Enumeration
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.core import Outcome, Run
from cosolve.problems import MIP, Values
from cosolve.testing import check_solver, mip_samples
from cosolve.testing.mip_samples import all_integer_values, brute_force
from cosolve.testing.mip_strategies import mips, values_of
from cosolve.testing.solutions import wrong_visits

TINY = [problem for problem in mip_samples() if problem.name.endswith("-tiny")]


@dataclass(frozen=True)
class WrongSense(Enumeration):
    """Reports the costs of users instead of those of solvers."""

    def run(self, problem: MIP, run: Run, *, start: Any = None, guide: Any = None) -> Outcome[Any]:
        """Enumerate, then claim the problem's own cost."""
        outcome = super().run(problem, Run(run.stop), start=start)
        run.report(problem.cost(outcome.solution))
        return outcome


def test_correct_solver_passes() -> None:
    """A solver that does everything right passes, on either sense."""
    check_solver(Enumeration(), TINY, seconds=0.2)


def test_costs_in_the_wrong_sense_are_caught() -> None:
    """A solver has to report the opposite of what is maximized."""
    problem = MIP.from_dense(
        [1], [[1]], [0], [3], upper=[3], integer=np.array([True]), maximize=True
    )
    with pytest.raises(AssertionError, match=r"reported a cost of 3\.0, not -3\.0"):
        check_solver(WrongSense(), [problem], seconds=0.2)


def test_samples() -> None:
    """They have names of their own, either sense, the largest first, and none is impossible."""
    samples = mip_samples()
    assert len({problem.name for problem in samples}) == len(samples)
    assert {problem.maximize for problem in samples} == {True, False}
    assert {0, 2} <= {problem.size for problem in samples}
    assert all(problem.proven_infeasible() is None for problem in samples)
    for problem in TINY:
        if all_integer_values(problem) is not None:
            assert brute_force(problem) is not None


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_checker_and_the_suite_agree(data: st.DataObject) -> None:
    """What multiplying row by row finds wrong is violated, and what it accepts hardly is."""
    problem = data.draw(mips(whole=True))
    solution = data.draw(values_of(problem))
    if wrong_visits(problem, solution) is None:
        assert problem.check(solution, feasibility=1e-5, integrality=1e-5) == []
    else:
        assert problem.check(solution)


def test_wrong_values_are_named() -> None:
    """A column, an integer or a row."""
    problem = MIP.from_dense(
        [1, 1], [[1, 1]], [2], [2], upper=[1, 9], integer=np.array([True, False])
    )
    assert wrong_visits(problem, Values([1, 1])) is None
    assert wrong_visits(problem, Values([2, 0])) == "column x1 is 2.0"
    assert wrong_visits(problem, Values([0.5, 1.5])) == "column x1 is 0.5, no whole number"
    assert wrong_visits(problem, Values([1, 2])) == "row c1 is 3.0"


def test_brute_force_refuses_what_is_large() -> None:
    """A million products are none to try."""
    with pytest.raises(ValueError, match="too large"):
        brute_force(mip_samples()[0])
