"""The peers for mixed-integer programs read files and are right; and the primal integral."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mip_toys import enumerated, knapsack

import cosolve
from cosolve.exact.mip_backend import backend

# Each in a process of its own: some of these libraries cannot be loaded beside each other.
SCRIPT = """
import json, sys
from importlib import import_module
from pathlib import Path
import cosolve
from peers.mip import values_of
path = Path(sys.argv[2])
found = import_module("peers." + sys.argv[1]).solve_file(path, 30.0, 1)
problem = cosolve.read(path)
values = values_of(problem, found)
print(json.dumps([
    [str(v) for v in problem.check(values)], problem.cost(values), found.bound, found.trace
]))
"""


@pytest.mark.parametrize(
    ("module", "name"), [("scip_mip", "scip"), ("highs_mip", "highs"), ("cpsat_mip", "cpsat")]
)
def test_peer_finds_the_optimum(module: str, name: str, root: Path, tmp_path: Path) -> None:
    """What it found is a solution by our checker, in the sense of the file."""
    if not backend(name).installed:
        pytest.skip(f"{name} is not installed")
    problem = knapsack()
    best, _ = enumerated(problem)
    path = tmp_path / "knapsack.mps"
    cosolve.write_problem(problem, path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "benchmarks"), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    violations, cost, bound, trace = json.loads(done.stdout.splitlines()[-1])
    assert violations == []
    assert cost == pytest.approx(-best)
    assert bound == pytest.approx(-best)
    assert trace[-1][1] == pytest.approx(-best)


def test_primal_integral(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gap is 1 until there is a solution, and counts as long as it lasts."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    mip = importlib.import_module("peers.mip")
    assert mip.primal_integral([], 10.0, 60.0) == 1.0
    trace = [(10.0, 20.0, None), (40.0, 10.0, None), (70.0, 5.0, None)]
    # 10 s without, 30 s at a gap of one half, 20 s at the best.
    assert mip.primal_integral(trace, 10.0, 60.0) == pytest.approx((10 + 15) / 60)
    assert mip.primal_gap(-5.0, 10.0) == 1.0
    assert mip.primal_gap(0.0, 0.0) == 0.0
