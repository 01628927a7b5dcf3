"""Damaged files of mixed-integer programs never give anything but a program or a one-line error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from damaged import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.io import read, read_solution
from cosolve.problems import MIP, Values
from cosolve.testing.strategies import damaged

FEW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MPS = b"""NAME a
OBJSENSE
  MAX
ROWS
 N o
 L c
 G d
COLUMNS
 M 'MARKER' 'INTORG'
 x o 1 c 2
 x d 3.5
 M 'MARKER' 'INTEND'
 y c -1 d 1e3
RHS
 R c 4 o -2
 R d -1
RANGES
 R c 2.5
BOUNDS
 UP B x 9
 MI B y
 BV B x
ENDATA
"""
FIXED = b"""NAME          f
ROWS
 N  the cost
 L  row one
COLUMNS
    a b       the cost             1   row one              1
    c         the cost             2   row one             -1
RHS
    right     row one              4
BOUNDS
 UP limits    a b                  3
ENDATA
"""
LP = b"""\\ comment
Maximize
 obj: 3 x + 2 y - -4 z + 10
Subject To
 t: x + y <= 4
 1 <= x - y <= 3
 x >= 0.5 y
Bounds
 -inf <= y <= 8
 z free
General
 x
Binary
 b
End
"""
FILES = {"a.mps": MPS, "f.mps": FIXED, "a.lp": LP, "a": MPS, "b.txt": LP}
SOLUTIONS = {
    "scip": b"solution status: optimal\nobjective value: 7\nx1 1 \t(obj:1)\nx2 3\n",
    "miplib": b"=obj= 7\nx1 1\nx2 3\n",
    "highs": b"Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective 7\n"
    b"# Columns 2\nx1 1\nx2 3\n# Rows 1\nc1 4\n",
}


@pytest.mark.parametrize("name", FILES)
def test_the_undamaged_file_is_read(folder: Path, name: str) -> None:
    """The properties below begin with a good file."""
    (folder / name).write_bytes(FILES[name])
    assert isinstance(read(folder / name), MIP)


@pytest.mark.parametrize("name", FILES)
@FEW
@given(data=st.data())
def test_damaged_files(folder: Path, name: str, data: st.DataObject) -> None:
    """What is read is a whole program, which can be checked."""
    path = folder / name
    path.write_bytes(data.draw(damaged(FILES[name])))
    problem = outcome(path, read)
    if isinstance(problem, MIP):
        values = Values(np.zeros(problem.size))
        problem.check(values)
        problem.proven_infeasible()
        problem.trivial_bound()
        assert np.isfinite(problem.cost(values))


@pytest.mark.parametrize("name", SOLUTIONS)
@FEW
@given(data=st.data())
def test_damaged_solutions(folder: Path, name: str, data: st.DataObject) -> None:
    """Values that are read are finite, one for each column."""
    problem = MIP.from_dense([1, 2], [[1, 1]], [0], [9])
    path = folder / "a.sol"
    path.write_bytes(data.draw(damaged(SOLUTIONS[name])))
    found = outcome(path, lambda path: read_solution(path, problem))
    if found is not None:
        problem.check(found)
