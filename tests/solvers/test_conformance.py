"""Every solver keeps every promise of the conformance suite."""

from __future__ import annotations

import pytest

from cosolve.solvers import registry
from cosolve.testing import check_solver


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_conformance(name: str) -> None:
    """The solver passes ``check_solver`` on all samples."""
    check_solver(name)
