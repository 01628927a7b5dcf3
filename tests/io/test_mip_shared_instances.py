"""Public mixed-integer programs: read as others read them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from cosolve.bench.best_known import for_file
from cosolve.io import read
from cosolve.problems import MIP

# Fixed and free files, ranges, bounds of all kinds, a constant, names like 19L0A012, LP.
COMPARED = (
    "scip_check/bell5.mps", "scip_check/gt2.mps", "scip_check/flugpl.mps", "scip_check/dcmulti.mps",
    "highs_check/small_mip.mps", "highs_check/infeasible-mip1.mps", "miplib3/danoint.mps.gz",
    "miplib3/vpm2.mps.gz", "miplib2017/noswot.mps", "miplib2017/gen-ip054.mps",
    "miplib2017/markshare_4_0.mps", "miplib2017/pk1.mps",
    "generated_dmiplib_style/correctness_mk_5_maximize.lp",
)  # fmt: skip

# In a process of its own: back-ends are never loaded beside cosolve.
ORACLE = """
import json, sys
import pyscipopt
def cut(x):
    return None if abs(x) >= 1e20 else x
for path in sys.argv[1:]:
    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(path)
    columns = {v.name: [v.getObj(), cut(v.getLbOriginal()), cut(v.getUbOriginal()),
               v.vtype() != "CONTINUOUS"] for v in model.getVars()}
    rows = {c.name: [cut(model.getLhs(c)), cut(model.getRhs(c)), dict(model.getValsLinear(c))]
            for c in model.getConss()}
    print(json.dumps([model.getObjectiveSense(), model.getObjoffset(True), columns, rows]))
"""


def facts(problem: MIP) -> list[object]:
    """Return what a program says, by names."""

    def cut(value: float) -> float | None:
        return value if np.isfinite(value) else None

    columns = {
        name: [float(c), cut(float(low)), cut(float(high)), bool(integer)]
        for name, c, low, high, integer in zip(
            problem.columns, problem.objective, problem.lower, problem.upper, problem.integer,
            strict=True,
        )
    }  # fmt: skip
    rows = {}
    for r, name in enumerate(problem.rows):
        row = range(problem.indptr[r], problem.indptr[r + 1])
        entries = {problem.columns[problem.indices[k]]: problem.coefficients[k] for k in row}
        rows[name] = [cut(problem.row_lower[r]), cut(problem.row_upper[r]), entries]
    sense = "maximize" if problem.maximize else "minimize"
    return [sense, problem.offset, columns, rows]


def test_programs_are_what_scip_reads(data: Path) -> None:
    """Objective, bounds, types, sides and coefficients agree, name by name."""
    if find_spec("pyscipopt") is None:
        pytest.skip("pyscipopt is not installed")
    paths = [str(data / "mip" / name) for name in COMPARED]
    run = subprocess.run(
        [sys.executable, "-c", ORACLE, *paths],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]
    assert len(answers) == len(paths)
    for path, answer in zip(paths, answers, strict=True):
        problem = read(path)
        assert isinstance(problem, MIP)
        assert facts(problem) == answer, path


@pytest.mark.parametrize(
    ("name", "columns", "rows", "entries", "integers"),
    [
        ("miplib3/fast0507.mps.gz", 63009, 507, 409349, 63009),
        ("miplib2017/50v-10.mps", 2013, 233, 2745, 1647),
        ("generated_dmiplib_style/correctness_mis_2_maximize.lp", 9000, 44861, 89777, 9000),
    ],
)
def test_sizes(data: Path, name: str, columns: int, rows: int, entries: int, integers: int) -> None:
    """The largest files are read whole."""
    problem = read(data / "mip" / name)
    assert isinstance(problem, MIP)
    assert (problem.size, problem.row_count) == (columns, rows)
    assert (problem.coefficients.size, int(problem.integer.sum())) == (entries, integers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("miplib2017/50v-10.mps", 3311.1799841), ("miplib3/stein45.mps.gz", 30),
        ("generated_dmiplib_style/correctness_mis_2_maximize.lp", 3757),
    ],
)  # fmt: skip
def test_best_known_values(data: Path, name: str, value: float) -> None:
    """The list beside the folders is found."""
    known = for_file(data / "mip" / name)
    assert known is not None
    assert known.value == pytest.approx(value)


def test_infeasible_programs_have_no_best_known_value(data: Path) -> None:
    """There is nothing to compare with."""
    assert for_file(data / "mip" / "highs_check" / "infeasible-mip0.mps") is None
