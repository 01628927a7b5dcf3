"""MPS files, free and fixed, as the format says or refused with the line."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve import FormatError
from cosolve.io import read
from cosolve.problems import MIP

INF = np.inf

EXAMPLE = """* a comment
NAME          example
ROWS
 N  cost
 L  lim1
 G  lim2
 E  eqn
COLUMNS
    x  cost  1   lim1  1
    x  lim2  1
    M1  'MARKER'  'INTORG'
    y  cost  2.5   lim1  1
    y  eqn  -1
    M2  'MARKER'  'INTEND'
    z  eqn  1e0
RHS
    RHS  lim1  4   lim2  1
    RHS  eqn  7    cost  -3
RANGES
    RNG  lim1  2.5   lim2  4
BOUNDS
 UP BND  x  4
 LO BND  y  -1
 UP BND  y  9
ENDATA
"""

# Names with blanks, which only the fixed columns tell apart.
FIXED = """NAME          with blanks
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


def parse(tmp_path, text: str, name: str = "a.mps") -> MIP:
    """Read a text as a file."""
    path = tmp_path / name
    path.write_text(text)
    problem = read(path)
    assert isinstance(problem, MIP)
    return problem


def small(
    *, rows=" N o\n L c\n", columns="    x o 1 c 1\n", rest="RHS\n    R c 4\n", head="NAME t\n"
) -> str:
    """Text of a file of which only some parts matter."""
    return f"{head}ROWS\n{rows}COLUMNS\n{columns}{rest}ENDATA\n"


def test_example(tmp_path):
    """Every section says what the format says."""
    problem = parse(tmp_path, EXAMPLE)
    assert problem.name == "example"
    assert problem.columns == ("x", "y", "z")
    assert problem.rows == ("lim1", "lim2", "eqn")
    assert problem.objective.tolist() == [1, 2.5, 0]
    assert problem.offset == 3
    assert problem.indptr.tolist() == [0, 2, 3, 5]
    assert problem.indices.tolist() == [0, 1, 0, 1, 2]
    assert problem.coefficients.tolist() == [1, 1, 1, -1, 1]
    assert problem.row_lower.tolist() == [1.5, 1, 7]
    assert problem.row_upper.tolist() == [4, 5, 7]
    assert problem.lower.tolist() == [0, -1, 0]
    assert problem.upper.tolist() == [4, 9, INF]
    assert problem.integer.tolist() == [False, True, False]
    assert not problem.maximize


def test_names_with_blanks(tmp_path):
    """A file that makes no sense in words is read by its columns."""
    problem = parse(tmp_path, FIXED)
    assert problem.columns == ("a b", "c")
    assert problem.rows == ("row one",)
    assert problem.upper.tolist() == [3, INF]
    assert problem.row_upper.tolist() == [4]


@pytest.mark.parametrize(
    ("kind", "width", "sides"),
    [
        ("L", 3, (1, 4)), ("L", -3, (1, 4)), ("G", 3, (4, 7)), ("G", -3, (4, 7)),
        ("E", 3, (4, 7)), ("E", -3, (1, 4)), ("E", 0, (4, 4)), ("L", 1e30, (-INF, 4)),
    ],
)  # fmt: skip
def test_ranges(tmp_path, kind, width, sides):
    """The sign of a range matters in equations only."""
    text = small(rows=f" N o\n {kind} c\n", rest=f"RHS\n    R c 4\nRANGES\n    R c {width}\n")
    problem = parse(tmp_path, text)
    assert (problem.row_lower[0], problem.row_upper[0]) == sides


@pytest.mark.parametrize(
    ("lines", "bounds"),
    [
        (" UP B x 4", (0, 4)), (" UP x 4", (0, 4)), (" UP B x 0", (0, 0)),
        (" UP B x -4", (0, -4)), (" UP B x -4\n LO B x -9", (-9, -4)),
        (" LO B x -2", (-2, INF)), (" FX B x -2", (-2, -2)), (" FR B x", (-INF, INF)),
        (" FR x", (-INF, INF)), (" FR B x 0", (-INF, INF)), (" MI B x", (-INF, INF)),
        (" MI B x\n UP B x 3", (-INF, 3)), (" PL B x", (0, INF)), (" BV B x", (0, 1)),
        (" LI B x 2", (2, INF)), (" UI B x 5", (0, 5)), (" SC B x 7", (0, 7)),
        (" UP B x 1e20", (0, INF)), (" LO B x -1e30", (-INF, INF)), (" LO B x -inf", (-INF, INF)),
    ],
)  # fmt: skip
def test_bounds(tmp_path, lines, bounds):
    """What SCIP and HiGHS agree on holds, a negative upper bound included."""
    problem = parse(tmp_path, small(rest=f"BOUNDS\n{lines}\n"))
    assert (problem.lower[0], problem.upper[0]) == bounds


@pytest.mark.parametrize("line", [" BV B x", " LI B x 2", " UI B x 5"])
def test_bounds_that_make_integers(tmp_path, line):
    """Three kinds of bounds say that a column is an integer."""
    assert parse(tmp_path, small(rest=f"BOUNDS\n{line}\n")).integer.tolist() == [True]


@pytest.mark.parametrize(
    ("line", "bounds"),
    [
        ("", (0, 1)), (" UP B x 7", (0, 7)), (" LO B x 0", (0, INF)), (" PL B x", (0, INF)),
        (" MI B x", (-INF, INF)), (" FR B x", (-INF, INF)),
    ],
)  # fmt: skip
def test_integers_between_markers(tmp_path, line, bounds):
    """They are binary unless BOUNDS mentions them."""
    columns = "    M 'MARKER' 'INTORG'\n    x o 1 c 1\n    M 'MARKER' 'INTEND'\n"
    problem = parse(tmp_path, small(columns=columns, rest=f"BOUNDS\n{line}\n"))
    assert (problem.lower[0], problem.upper[0]) == bounds
    assert problem.integer.tolist() == [True]


@pytest.mark.parametrize(
    ("head", "maximize"),
    [
        ("NAME t\nOBJSENSE\n    MAX\n", True), ("NAME t\nOBJSENSE MAX\n", True),
        ("OBJSENSE MAXIMIZE\n", True), ("OBJSENSE\n  Maximize\n", True), ("OBJSENSE MIN\n", False),
    ],
)  # fmt: skip
def test_senses(tmp_path, head, maximize):
    """OBJSENSE stands on one line or two."""
    assert parse(tmp_path, small(head=head)).maximize is maximize


def test_objective_by_name(tmp_path):
    """OBJNAME names another row of type N; others are left out, and it is said."""
    rows = " N first\n L c\n N second\n"
    columns = "    x first 1 c 1\n    x second 5\n"
    text = small(head="NAME t\nOBJNAME\n  second\n", rows=rows, columns=columns)
    problem = parse(tmp_path, text)
    assert problem.objective.tolist() == [5]
    assert problem.rows == ("c",)
    assert "first" in problem.comment


def test_sides_of_rows_of_type_n(tmp_path):
    """They mean nothing, but for the constant of the objective."""
    rows = " N o\n L c\n N free\n"
    rest = "RHS\n    R o 5 free -3\n    R c 1\nRANGES\n    R o 3 free 4\n"
    problem = parse(tmp_path, small(rows=rows, rest=rest))
    assert problem.offset == -5
    assert problem.row_upper.tolist() == [1]


def test_free_rows_stay_rows(tmp_path):
    """A row without sides is not dropped unless it is of type N."""
    problem = parse(tmp_path, small(rows=" N o\n G c\n", rest="RHS\n    R c -1e30\n"))
    assert problem.rows == ("c",)
    assert problem.row_lower.tolist() == [-INF]


@pytest.mark.parametrize(
    "rest", ["RHS\n    c 4\n", "RHS\n\n*\n    R c 4\n", "RHS\n    R c 4 o 0\n"]
)
def test_right_hand_sides(tmp_path, rest):
    """The name of the set may be missing; blank lines and comments may be anywhere."""
    assert parse(tmp_path, small(rest=rest)).row_upper.tolist() == [4]


def test_the_first_set_counts(tmp_path):
    """Other right-hand sides, ranges and bounds are left aside, and it is said."""
    rest = "RHS\n    A c 4\n    B c 5\nBOUNDS\n UP A x 2\n UP B x 3\n"
    problem = parse(tmp_path, small(rest=rest))
    assert problem.row_upper.tolist() == [4]
    assert problem.upper.tolist() == [2]
    assert problem.comment.count("only the set 'A' is used") == 2


def test_no_rows_and_no_columns(tmp_path):
    """An empty program is one."""
    problem = parse(tmp_path, small(rows=" N o\n", columns="", rest=""))
    assert (problem.size, problem.row_count) == (0, 0)


def test_a_column_of_zeros(tmp_path):
    """A zero declares a column and is no coefficient."""
    problem = parse(tmp_path, small(columns="    x o 0 c 0\n"))
    assert problem.columns == ("x",)
    assert problem.coefficients.size == 0


def test_names_without_a_suffix(tmp_path):
    """The content tells an MPS file; the file gives the name where NAME does not."""
    assert parse(tmp_path, small(head="NAME\n"), name="thing.txt").name == "thing"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (small().replace("ENDATA\n", ""), None, "cut off"),
        ("\n", None, "cut off"),
        ("* nothing but a comment\n", None, "cut off"),
        (small(rest="QUADOBJ\n    x x 1\n"), 7, "'QUADOBJ' is none of a linear program"),
        (small(rest="INDICATORS\n IF c x 1\n"), 7, "'INDICATORS'"),
        (small(rest="SOS1\n"), 7, "'SOS1'"),
        (small(rest="RHS\nRHS\n"), 8, "a second section RHS"),
        (small(rows=" N o\n X c\n"), 4, "expected N, E, L or G"),
        (small(rows=" N o\n L c\n L c\n"), 5, "two rows are called 'c'"),
        (small(columns="    x o 1 d 1\n"), 6, "there is no row 'd'"),
        (small(columns="    x o 1 c one\n"), 6, "expected a number, found 'one'"),
        (small(columns="    x o 1 c nan\n"), 6, "is nan"),
        (small(columns="    y o 1\n    x o 1 c 1e25\n"), 7, r"column 'x' in row 'c' is 1e\+25"),
        (small(columns="    x o 1 c\n"), 6, "found 4 words"),
        (small(columns="    x o 1\n    y o 1\n    x c 1\n"), 8, "'x' is in two places"),
        (small(columns="    x c 1 c 2\n"), 6, "column 'x' has row 'c' twice"),
        (small(columns="    M 'MARKER' 'INTEND'\n"), 6, "expected a marker 'INTORG'"),
        (small(rest="RHS\n    R d 4\n"), 8, "there is no row 'd'"),
        (small(rest="RHS\n    R c four\n"), 8, "found 'four'"),
        (small(rest="RHS\n    R c 4\n    R c 5\n"), 9, "two numbers for row 'c'"),
        (small(rest="RHS\n    R c -1e30\n"), 8, "of type L cannot be met"),
        (small(rest="BOUNDS\n XX B x 1\n"), 8, "found 'XX'"),
        (small(rest="BOUNDS\n UP B y 1\n"), 8, "there is no column 'y'"),
        (small(rest="BOUNDS\n UP B x one\n"), 8, "found 'one'"),
        (small(rest="BOUNDS\n UP\n"), 8, "expected a set, a column and a number"),
        (small(rest="BOUNDS\n LO B x 1e30\n"), 8, "the lower bound of column 'x'"),
        (small(rest="BOUNDS\n SC B x 9\n LO B x 2\n"), 8, "'x' is semi-continuous"),
        (small(head="NAME t\nOBJSENSE\n  UP\n"), 3, "expected MAX or MIN"),
        (small(head="NAME t\nOBJNAME\n  c\n"), None, "no row 'c' of type N"),
        ("NAME t\nROWS\n N o\nENDATA\n", None, "expected a section COLUMNS"),
    ],
)
def test_refused(tmp_path, text, line, message):
    """What is wrong is said in one line, with the number of the line where there is one."""
    with pytest.raises(FormatError, match=message) as caught:
        parse(tmp_path, text)
    assert caught.value.line == line
