"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def instances(root: Path) -> Path:
    """Folder of the instances that come with the project."""
    return root / "instances"


@pytest.fixture(scope="session")
def data(root: Path) -> Path:
    """Folder of the public benchmark sets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("COSOLVE_DATA", root.parent / "shared" / "instances"))
    if not folder.is_dir():
        pytest.skip("the benchmark sets are not here; set COSOLVE_DATA to their folder")
    return folder
