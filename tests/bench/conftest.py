"""A small package with a solver that does what a test asks for, found like a third party's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosolve.solvers import registry

_MODULE = '''
import os, signal, time
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from cosolve.core import Outcome
from cosolve.problems import Tour

@dataclass(frozen=True)
class Puppet:
    """Does as told, and writes a line to a log file for every run."""

    name: ClassVar[str] = "puppet"
    summary: ClassVar[str] = "Does as told."
    deed: str = "solve"
    log: str = ""
    seconds: float = 0.0

    def supports(self, problem):
        return "it is too large" if problem.size > 50 else None

    def run(self, problem, run, *, start=None, guide=None):
        if self.log:
            with open(self.log, "a") as file:
                file.write(f"{problem.name} {run.seed} {os.getpid()}\\n")
        time.sleep(self.seconds)
        if self.deed == "crash" or self.deed == f"crash on {problem.name}":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.deed == "raise":
            raise RuntimeError("as told")
        if self.deed == "nothing":
            return Outcome(None)
        order = np.random.default_rng(run.seed).permutation(problem.size)
        return Outcome(Tour(order.astype(np.int32)), bound=0.5)
'''


@pytest.fixture
def puppet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of the package, on the path of this process and of those that it starts."""
    home = tmp_path / "site"
    info = home / "puppet-1.0.dist-info"
    info.mkdir(parents=True)
    (home / "puppet_solver.py").write_text(_MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: puppet\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cosolve.solvers]\npuppet = puppet_solver:Puppet\n")
    monkeypatch.syspath_prepend(str(home))
    monkeypatch.setenv("PYTHONPATH", str(home))
    registry._homes.cache_clear()
    yield home
    registry._homes.cache_clear()


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Folder with three instances (8, 9 and 10 nodes), values for two of them, and other files."""
    folder = tmp_path / "suite"
    (folder / "deep").mkdir(parents=True)
    for name, n in (("line8", 8), ("deep/line10", 10), ("line9", 9)):
        nodes = "\n".join(f"{i + 1} {i} 0" for i in range(n))
        (folder / f"{name}.tsp").write_text(
            f"NAME: {Path(name).name}\nTYPE: TSP\nDIMENSION: {n}\nEDGE_WEIGHT_TYPE: EUC_2D\n"
            f"NODE_COORD_SECTION\n{nodes}\nEOF\n"
        )
    (folder / "bks.json").write_text(
        '{"line8": {"value": 14, "proven": true}, "deep/line10": {"value": 18, "proven": false}}'
    )
    (folder / "README.md").write_text("Not an instance.\n")
    (folder / "line8.opt.tour").write_text("Not an instance either.\n")
    return folder
