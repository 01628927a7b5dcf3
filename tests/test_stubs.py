"""The committed stub of the kernels describes the kernels that were built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_committed_stub_is_current(root: Path, tmp_path: Path) -> None:
    """A fresh stub of ``cosolve._kernels`` equals the committed one."""
    fresh = tmp_path / "_kernels.pyi"
    subprocess.run(
        [sys.executable, "-m", "nanobind.stubgen", "-m", "cosolve._kernels", "-o", str(fresh)],
        check=True,
        cwd=tmp_path,
        timeout=120,
    )
    committed = root / "cosolve" / "_kernels.pyi"
    assert fresh.read_text() == committed.read_text(), (
        "cosolve/_kernels.pyi is stale; in the root of the checkout run: "
        "python -m nanobind.stubgen -m cosolve._kernels -o cosolve/_kernels.pyi"
    )
