"""Every solver keeps every promise of the conformance suite."""

from __future__ import annotations

from typing import Any

import pytest

from cosolve.core import Problem
from cosolve.solvers import registry
from cosolve.testing import check_solver, mip_samples, scheduling_samples, tsp_samples, vrp_samples

# Each of its runs starts a process; tests of its own look at every feature.
FEW = ("flexible-job-shop", "open-shop", "everything", "setups-tiny", "no-operations-tiny")
FEW_TOURS = ("duplicates", "all-equal", "matrix-fixed-edges", "path-fixed-edges", "size-1")
FEW_ROUTES = ("full-vehicles", "windows", "clients-1", "clients-3-windows")
# Its problems are in its own tests: time limits have to leave room to start processes.
ELSEWHERE = ("alns",)


@pytest.mark.parametrize("name", [name for name in registry.SOLVERS if name not in ELSEWHERE])
def test_conformance(name: str) -> None:
    """The solver passes ``check_solver`` on all samples."""
    samples: list[Problem[Any]] = [*tsp_samples(), *vrp_samples(), *scheduling_samples()]
    if name == "cpsat":
        samples = [problem for problem in scheduling_samples() if problem.name in FEW]
    elif name == "exact":
        samples = [tsp_samples()[0], *(p for p in tsp_samples() if p.name in FEW_TOURS)]
        samples += [p for p in vrp_samples() if p.name in FEW_ROUTES]
    elif name == "jump":
        samples = list(mip_samples())
    check_solver(name, samples)
