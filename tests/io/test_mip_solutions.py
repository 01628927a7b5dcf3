"""Values of columns in files, as several solvers write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve import FormatError
from cosolve.io import read, read_solution, write_problem, write_solution
from cosolve.problems import MIP, Values
from cosolve.testing.mip_samples import brute_force, mip_samples
from cosolve.testing.mip_strategies import mips

NAMES = ("x", "y with blanks", "=obj=")
PROBLEM = MIP.from_dense(
    [1, 2, 3], [[1, 1, 1]], [0], [9], columns=NAMES, lower=[-5, 0, 0], name="example"
)
FILES = {
    "scip": "solution status: optimal solution found\nobjective value:        7\n"
    "x         1 \t(obj:1)\ny with blanks          3 \t(obj:6)\n",
    "miplib": "=obj= 0 7\nx 1\ny with blanks 3.0\n",
    "gurobi": "# Solution for model a\n# Objective value = 7\nx 1\ny with blanks 3e0\n=obj= 0\n",
    "highs": "Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective 7\n"
    "# Columns 3\nx 1\ny with blanks 3\n=obj= 0\n# Rows 1\nc1 4\n\n# Dual solution values\nNone\n",
    "crlf": "x 1\r\n\r\ny with blanks 3\r\n",
}
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def parse(tmp_path, text: str) -> Values:
    """Read a text as a file of values."""
    path = tmp_path / "a.sol"
    path.write_bytes(text.encode())
    return read_solution(path, PROBLEM)


@pytest.mark.parametrize("name", FILES)
def test_layouts(tmp_path, name):
    """What is not named is 0, and what is no value is passed over."""
    text = FILES[name].replace("=obj= 0 7\n", "=obj= 0\n")
    assert parse(tmp_path, text).values.tolist() == [1, 3, 0]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x 1\nz 2\n", 2, "there is no column 'z'"),
        ("x 1\nx 2\n", 2, "two values of column 'x'"),
        ("x one\n", 1, "expected a finite number, found 'one'"),
        ("x inf\n", 1, "expected a finite number"),
        ("x\n", 1, "expected a column and a value"),
        ("solution status: infeasible\nno solution available\n", 2, "there is no solution"),
        ("=infeas=\n", 1, "there is no solution"),
        ("Model status\nInfeasible\n\n# Primal solution values\nNone\n", 5, "no solution"),
        ("# Columns 3\nx 1\n", 1, "cut off"),
    ],
)
def test_refused(tmp_path, text, line, message):
    """What is wrong is said in one line."""
    with pytest.raises(FormatError, match=message) as caught:
        parse(tmp_path, text)
    assert caught.value.line == line


def test_an_objective_value_is_no_column(tmp_path):
    """Unless a column has that name, ``=obj=`` is the objective."""
    other = MIP.from_dense([1], [[1]], [0], [9])
    path = tmp_path / "a.sol"
    path.write_text("=obj= 3\nx1 3\n")
    assert read_solution(path, other).values.tolist() == [3]


def test_read_refuses_values(tmp_path):
    """They are no problem, and the message says what they are."""
    path = tmp_path / "a.sol"
    path.write_text(FILES["scip"])
    with pytest.raises(FormatError, match="the values of a solution"):
        read(path)


@FEW
@given(problem=mips(pure=True))
def test_written_values_read_back(tmp_path, problem):
    """Values survive, to the last bit."""
    found = brute_force(problem)
    if found is not None:
        write_solution(problem, found[0], tmp_path / "a.sol.gz")
        assert read_solution(tmp_path / "a.sol.gz", problem) == found[0]


def test_infeasible_values_are_not_written(tmp_path):
    """A file that exists holds a solution."""
    with pytest.raises(ValueError, match="not written, the values are infeasible"):
        write_solution(PROBLEM, Values([10, 0, 0]), tmp_path / "a.sol")
    assert not (tmp_path / "a.sol").exists()


def same(a: MIP, b: MIP) -> None:
    """Fail unless two programs are equal in all but name and comment."""
    for name in ("objective", "indptr", "indices", "coefficients", "row_lower", "row_upper",
                 "lower", "upper", "integer"):  # fmt: skip
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    for name in ("offset", "maximize", "columns", "rows"):
        assert getattr(a, name) == getattr(b, name), name


@pytest.mark.parametrize("suffix", [".mps", ".lp", ".mps.gz"])
@FEW
@given(data=st.data())
def test_written_programs_read_back(tmp_path, suffix, data):
    """A program survives, to the last bit, or is refused because the format cannot hold it."""
    problem = data.draw(mips())
    path = tmp_path / f"drawn{suffix}"
    if suffix == ".lp" and problem.row_count and not problem.size:
        with pytest.raises(ValueError, match="no rows without columns"):
            write_problem(problem, path)
        return
    try:
        write_problem(problem, path)
    except ValueError as error:
        refused = str(error)
    else:
        refused = None
        same(read(path), problem)
    assert refused is None or "no exact difference" in refused


@pytest.mark.parametrize("suffix", [".mps", ".lp"])
@pytest.mark.parametrize("problem", mip_samples(), ids=lambda problem: problem.name)
def test_samples_read_back(tmp_path, suffix, problem):
    """So do all samples."""
    write_problem(problem, tmp_path / f"a{suffix}")
    same(read(tmp_path / f"a{suffix}"), problem)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a b", ".mps"), ("a b", ".lp"), ("3x", ".lp"), ("free", ".lp"), ("Inf", ".lp"), ("", ".mps"),
     ("end", ".lp"), ("x:y", ".lp"), ("e5", None), ("3x", None)],
)  # fmt: skip
def test_names(tmp_path, name, suffix):
    """What a format cannot hold is refused by name, in every place."""
    problem = MIP.from_dense([1], [[1]], [0], [9], columns=(name,))
    if suffix is None:
        write_problem(problem, tmp_path / "a.mps")
        assert read(tmp_path / "a.mps").columns == (name,)
        return
    with pytest.raises(ValueError, match="has no column name such as"):
        write_problem(problem, tmp_path / f"a{suffix}")


def test_huge_numbers_are_not_written(tmp_path):
    """Readers would take them for infinite."""
    with pytest.raises(ValueError, match=r"a bound is 1e\+25"):
        write_problem(MIP.from_dense([1], [[1]], [0], [9], upper=[1e25]), tmp_path / "a.mps")


def test_other_suffixes(tmp_path):
    """Programs are written as MPS or LP."""
    with pytest.raises(ValueError, match=r"expected \.mps or \.lp"):
        write_problem(PROBLEM, tmp_path / "a.json")
