"""LP files, as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve import FormatError
from cosolve.io import read
from cosolve.problems import MIP

INF = np.inf

EXAMPLE = r"""\ a comment
Maximize
 profit: 3 x + 2y - - 4 z
   + 10
Subject To
 time: x + y <= 4 \ another one
 1 <= x - y
   + z <= 3
 x >= 0.5 y
 last: 2 x + 3 x - 1 >= 4 - y
Bounds
 -inf <= y <= 8
 z free
 5 >= x
General
 x
Binary
 b
End
what follows is ignored
"""


def parse(tmp_path, text: str, name: str = "a.lp") -> MIP:
    """Read a text as a file."""
    path = tmp_path / name
    path.write_text(text)
    problem = read(path)
    assert isinstance(problem, MIP)
    return problem


def test_example(tmp_path):
    """Terms, constants, ranges, bounds and sections are what they look like."""
    problem = parse(tmp_path, EXAMPLE)
    assert problem.maximize
    assert problem.columns == ("x", "y", "z", "b")
    assert problem.objective.tolist() == [3, 2, 4, 0]
    assert problem.offset == 10
    assert problem.rows == ("time", "c2", "c3", "last")
    assert problem.row_lower.tolist() == [-INF, 1, 0, 5]
    assert problem.row_upper.tolist() == [4, 3, INF, INF]
    assert problem.indptr.tolist() == [0, 2, 5, 7, 9]
    assert problem.coefficients.tolist() == [1, 1, 1, -1, 1, 1, -0.5, 5, 1]
    assert problem.lower.tolist() == [0, -INF, -INF, 0]
    assert problem.upper.tolist() == [5, 8, INF, 1]
    assert problem.integer.tolist() == [True, False, False, True]


def row(tmp_path, text: str) -> tuple[list[float], float, float]:
    """Coefficients and sides of one row over x and y."""
    problem = parse(tmp_path, f"min\n x + y\nst\n {text}\nend\n")
    dense = np.zeros(problem.size)
    dense[problem.indices] = problem.coefficients
    return dense[:2].tolist(), float(problem.row_lower[0]), float(problem.row_upper[0])


@pytest.mark.parametrize(
    ("text", "coefficients", "lower", "upper"),
    [
        ("x + y = 3", [1, 1], 3, 3), ("x + y =< 3", [1, 1], -INF, 3),
        ("x + y < 3", [1, 1], -INF, 3), ("x + y => 3", [1, 1], 3, INF),
        ("4 <= x + y", [1, 1], 4, INF), ("5 >= x - y >= 2", [1, -1], 2, 5),
        ("r: 2 x - -y >= -1e30", [2, 1], -INF, INF), ("x <= y", [1, -1], -INF, 0),
        ("x >= -infinity", [1, 0], -INF, INF), ("2e1x + .5 y >= +3", [20, 0.5], 3, INF),
        ("x - x + y >= 1", [0, 1], 1, INF), ("x + 2 <= 3 x + y + 7", [-2, -1], -INF, 5),
    ],
)  # fmt: skip
def test_rows(tmp_path, text, coefficients, lower, upper):
    """Columns go to the left, constants to the right."""
    assert row(tmp_path, text) == (coefficients, lower, upper)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("x <= 4", (0, 4)), ("x >= -4", (-4, INF)), ("x = 3", (3, 3)), ("x free", (-INF, INF)),
        ("-2 <= x <= 2", (-2, 2)), ("2 >= x >= -2", (-2, 2)), ("x <= -1", (0, -1)),
        ("x >= -inf", (-INF, INF)), ("-inf <= x <= 3", (-INF, 3)), ("x <= +1e20", (0, INF)),
    ],
)  # fmt: skip
def test_bounds(tmp_path, text, bounds):
    """A negative upper bound leaves the lower one at 0, as SCIP and HiGHS have it."""
    problem = parse(tmp_path, f"min\n x\nst\n x >= -9\nbounds\n {text}\nend\n")
    assert (problem.lower[0], problem.upper[0]) == bounds


@pytest.mark.parametrize("header", ["st", "s.t.", "such that", "SUBJECT TO", "St"])
def test_headers(tmp_path, header):
    """Rows begin behind one of several words."""
    assert parse(tmp_path, f"minimum\n x\n{header}\n x >= 2\nend\n").row_lower.tolist() == [2]


def test_one_line_for_everything(tmp_path):
    """The first two headers may have something behind them."""
    problem = parse(tmp_path, "Minimize obj: x + y\nsubject to r: x + y >= 2\nend\n")
    assert problem.rows == ("r",)
    assert problem.objective.tolist() == [1, 1]


def test_binaries_keep_tighter_bounds(tmp_path):
    """A column that is fixed stays fixed."""
    problem = parse(tmp_path, "min\n x + y\nst\n x + y >= 0\nbounds\n x = 1\n y <= 9\nbin\n x y\n")
    assert problem.lower.tolist() == [1, 0]
    assert problem.upper.tolist() == [1, 1]


def test_a_missing_end(tmp_path):
    """The file is read, and the comment says so: it may be cut off."""
    assert "no line 'end'" in parse(tmp_path, "min\n x\nst\n x >= 1\n").comment


def test_numbers_of_rows_avoid_names(tmp_path):
    """Rows without a name get one that no other row has."""
    problem = parse(tmp_path, "min\n x\nst\n x >= 1\n c1: x >= 2\nend\n")
    assert problem.rows == ("c1_", "c1")


def test_content_without_a_suffix(tmp_path):
    """The first word tells an LP file."""
    assert parse(tmp_path, EXAMPLE, name="thing.txt").size == 4


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x >= 2\n", 1, "expected maximize or minimize"),
        ("st\n x >= 2\nend\n", 1, "expected maximize or minimize first"),
        ("min\n x + [ x ^ 2 ] / 2\nst\n x >= 1\nend\n", 2, "quadratic terms"),
        ("min\n x\nst\n x >= 1\n q: x + [ x * y ] >= 1\nend\n", 5, "quadratic terms"),
        ("min\n x\nst\n 2 * x >= 1\nend\n", 4, "products"),
        ("min\n x\nst\n i: b = 1 -> x >= 1\nend\n", 4, "indicators"),
        ("min\n x\nst\n x >= 1\nsemi-continuous\n x\nend\n", 5, "semi-continuous columns"),
        ("min\n x\nst\n x >= 1\nSOS\n s: S1:: x:1\nend\n", 5, "special ordered sets"),
        ("min\n x\nst\n x >= 1\nGeneral Constraints\nend\n", 5, "general constraints"),
        ("min\n x\nst\n x y >= 1\nend\n", 4, "expected <=, >= or =, found 'y'"),
        ("min\n x\nst\n x 3 >= 1\nend\n", 4, "found '3'"),
        ("min\n x\nst\n x + >= 1\nend\n", 4, "expected a number or a column, found '>='"),
        ("min\n x\nst\n x >=\nend\n", 4, "the end of the section"),
        ("min\n x\nst\n x\nend\n", 4, "expected <=, >= or ="),
        ("min\n x\nst\n x >= inf\nend\n", 4, "no row can be >= inf"),
        ("min\n x\nst\n inf + x >= inf\nend\n", 4, "infinity stands on both sides"),
        ("min\n x\nst\n 1 <= x >= 1\nend\n", 4, "number <= expression <= number"),
        ("min\n x\nst\n r: x >= 1\n r: x >= 2\nend\n", 5, "two rows are called 'r'"),
        ("min\n x + 1e30\nst\n x >= 1\nend\n", 2, "a constant is infinite"),
        ("min\n 1e30 x\nst\n x >= 1\nend\n", None, "the objective has a number"),
        ("min\n x\nst\n r: 1e25 x >= 1\nend\n", None, "row 'r' has a coefficient"),
        ("min\n x\nst\n x >= 1\nbounds\n x >= y\nend\n", 6, "expected a number, found 'y'"),
        ("min\n x\nst\n x >= 1\nbounds\n x >= inf\nend\n", 6, "leaves no value"),
        ("min\n x\nst\n x >= 1\nbounds\n x\nend\n", 6, "expected <=, >= or ="),
        ("min\n x\nst\n x >= 1\ngeneral\n 3\nend\n", 6, "expected the name of a column"),
        ("min\n x\nmax\n x\nend\n", 3, "a second objective"),
        ("min\n x >= 2\nst\n x >= 1\nend\n", 2, "expected a term of the objective"),
    ],
)
def test_refused(tmp_path, text, line, message):
    """What is wrong is said in one line, with the number of the line where there is one."""
    with pytest.raises(FormatError, match=message) as caught:
        parse(tmp_path, text)
    assert caught.value.line == line
