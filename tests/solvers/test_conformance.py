"""Every solver keeps every promise of the conformance suite."""

from __future__ import annotations

import pytest

from cosolve.solvers import registry
from cosolve.testing import check_solver, scheduling_samples, tsp_samples, vrp_samples

# Each of its runs starts a process; tests of its own look at every feature.
FEW = ("flexible-job-shop", "open-shop", "everything", "setups-tiny", "no-operations-tiny")


# Its problems are in its own tests: time limits have to leave room to start processes.
ELSEWHERE = ("alns",)


@pytest.mark.parametrize("name", [name for name in registry.SOLVERS if name not in ELSEWHERE])
def test_conformance(name: str) -> None:
    """The solver passes ``check_solver`` on all samples."""
    samples = [*tsp_samples(), *vrp_samples(), *scheduling_samples()]
    few = [problem for problem in scheduling_samples() if problem.name in FEW]
    check_solver(name, few if name == "cpsat" else samples)
