"""Every solver keeps every promise of the conformance suite."""

from __future__ import annotations

import pytest

from cosolve.solvers import registry
from cosolve.testing import check_solver, scheduling_samples

# Each of its runs starts a process; tests of its own look at every feature.
FEW = ("flexible-job-shop", "open-shop", "everything", "setups-tiny", "no-operations-tiny")


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_conformance(name: str) -> None:
    """The solver passes ``check_solver`` on all samples."""
    few = [problem for problem in scheduling_samples() if problem.name in FEW]
    check_solver(name, few if name == "cpsat" else None)
