"""Every solver keeps every promise of the conformance suite."""

from __future__ import annotations

from typing import Any

import pytest

from cosolve.core import Problem
from cosolve.solvers import registry
from cosolve.testing import check_solver, scheduling_samples, tsp_samples

# Each of its runs starts a process; tests of its own look at every feature.
FEW = ("flexible-job-shop", "open-shop", "everything", "setups-tiny", "no-operations-tiny")
FEW_TOURS = ("duplicates", "all-equal", "matrix-fixed-edges", "path-fixed-edges", "size-1")


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_conformance(name: str) -> None:
    """The solver passes ``check_solver`` on all samples."""
    few: list[Problem[Any]] | None = None
    if name == "cpsat":
        few = [problem for problem in scheduling_samples() if problem.name in FEW]
    elif name == "exact":
        few = [tsp_samples()[0], *(p for p in tsp_samples() if p.name in FEW_TOURS)]
    check_solver(name, few)
