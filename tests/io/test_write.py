"""Tests of the writers: what is written reads back as it was."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.io import read, read_solution, write_problem, write_solution
from cosolve.io.arrays import is_matrix
from cosolve.problems import TSP, Metric, Tour
from cosolve.testing.strategies import tours, tsps

SQUARE = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
MATRIX = np.array([[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]])
FIELDS = ("coords", "matrix", "metric", "fixed_edges", "labels", "display", "symmetric", "integral")
# Every example is flushed to the disk, which may take any time.
FEW = settings(max_examples=60, deadline=None)
ROUNDED = [metric for metric in Metric if metric not in (Metric.EUCLIDEAN, Metric.TRUNC1)]
ARRAYS = (Metric.EUCLIDEAN, Metric.EXPLICIT)


def assert_same(found, expected, fields=FIELDS):
    for name in fields:
        a, b = getattr(found, name), getattr(expected, name)
        assert np.array_equal(a, b) if isinstance(b, np.ndarray) else a == b, name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("written")


@FEW
@given(tsps(metrics=ROUNDED, paths=False), st.sampled_from((".tsp", ".atsp", ".tsp.gz")))
def test_tsplib_round_trip(folder, problem, suffix):
    """Every problem TSPLIB can hold comes back bit by bit."""
    path = folder / f"a{suffix}"
    write_problem(problem, path)
    assert_same(read(path), problem, (*FIELDS, "name"))


@FEW
@given(
    tsps(metrics=ARRAYS, paths=False, fixed_edges=False),
    st.sampled_from((".npy", ".csv", ".txt", ".csv.gz")),
)
def test_array_round_trip(folder, problem, suffix):
    """Every problem an array can hold comes back bit by bit, any other is refused."""
    path = folder / f"a{suffix}"
    array = problem.matrix if problem.coords is None else problem.coords
    if is_matrix(array) != (problem.coords is None):
        with pytest.raises(ValueError, match="would be read wrongly"):
            write_problem(problem, path)
        return
    write_problem(problem, path)
    assert_same(read(path), problem)


@FEW
@given(st.data())
def test_tour_round_trip(folder, data):
    """A tour comes back as it was, and the file tells its cost."""
    problem = data.draw(tsps(fixed_edges=False))
    tour = data.draw(tours(problem.size).filter(lambda tour: not problem.check(tour)))
    path = folder / data.draw(st.sampled_from(("a.sol", "a.tour", "a.sol.gz")))
    write_solution(problem, tour, path)
    assert read_solution(path, problem) == tour


def test_labels_and_display_round_trip(tmp_path):
    """Labels name the nodes in every section of the file."""
    problem = TSP(
        coords=SQUARE,
        metric=Metric.EUC,
        labels=[10, 20, 30, 45],
        display=SQUARE[::-1] / 3,
        fixed_edges=[[0, 3]],
    )
    write_problem(problem, tmp_path / "a.tsp")
    assert_same(read(tmp_path / "a.tsp"), problem)


def test_display_of_a_matrix_round_trip(tmp_path):
    """Where the nodes of a matrix are drawn is kept."""
    problem = TSP(matrix=MATRIX, display=SQUARE)
    write_problem(problem, tmp_path / "a.tsp")
    assert_same(read(tmp_path / "a.tsp"), problem)


def test_tsplib_text(tmp_path):
    """The file is what one would write by hand."""
    problem = TSP(coords=SQUARE, metric=Metric.CEIL, name="four", comment="a\nb")
    write_problem(problem, tmp_path / "a.tsp")
    assert (tmp_path / "a.tsp").read_text() == (
        "NAME : four\nCOMMENT : a\nCOMMENT : b\nTYPE : TSP\nDIMENSION : 4\n"
        "EDGE_WEIGHT_TYPE : CEIL_2D\nNODE_COORD_SECTION\n1 0 0\n2 1 0\n3 1 1\n4 0 1\nEOF\n"
    )


def test_tour_text(tmp_path):
    """The file is what one would write by hand, with the cost as a comment."""
    problem = TSP(coords=SQUARE, name="four")
    write_solution(problem, Tour(np.array([0, 3, 2, 1])), tmp_path / "a.sol")
    assert (tmp_path / "a.sol").read_text() == (
        "NAME : four.tour\nCOMMENT : tour of length 4\nTYPE : TOUR\nDIMENSION : 4\n"
        "TOUR_SECTION\n1\n4\n3\n2\n-1\nEOF\n"
    )


def test_tour_file_uses_labels(tmp_path):
    """Other programs read the tour with the numbers of the instance file."""
    problem = TSP(coords=SQUARE, labels=[40, 10, 30, 20])
    write_solution(problem, Tour(np.array([0, 1, 2, 3])), tmp_path / "a.sol")
    assert "\n40\n10\n30\n20\n-1\n" in (tmp_path / "a.sol").read_text()


def test_csv_text(tmp_path):
    """Numbers are the shortest that read back the same."""
    write_problem(TSP(coords=np.array([[0.1, 1 / 3]])), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "0.1,0.3333333333333333\n"


@pytest.mark.parametrize("text", ["two\nlines", "  spaces  ", "", "EOF\nTYPE : HCP", "a\0b", "é:"])
def test_names_and_comments_cannot_break_the_file(tmp_path, text):
    """Whatever a name holds, the file still reads."""
    problem = TSP(coords=SQUARE, metric=Metric.EUC, name=text, comment=text)
    write_problem(problem, tmp_path / "a.tsp")
    assert_same(read(tmp_path / "a.tsp"), problem)
    write_solution(problem, Tour(np.arange(4)), tmp_path / "a.sol")
    assert len(read_solution(tmp_path / "a.sol", problem)) == 4


def test_compressed_files_are_reproducible(tmp_path):
    """The same problem gives the same bytes, without a time stamp."""
    problem = TSP(coords=SQUARE, metric=Metric.EUC)
    write_problem(problem, tmp_path / "a.tsp.gz")
    data = (tmp_path / "a.tsp.gz").read_bytes()
    assert data[4:8] == bytes(4)
    assert gzip.decompress(data).startswith(b"NAME")


@pytest.mark.parametrize(
    ("problem", "name", "message"),
    [
        (TSP(coords=SQUARE), "a.tsp", "no Euclidean distance without rounding"),
        (TSP(coords=SQUARE, metric="EUC", path=True), "a.tsp", "no open paths"),
        (TSP(matrix=MATRIX, labels=[4, 3, 2, 1]), "a.tsp", "no node labels for a matrix"),
        (TSP(coords=SQUARE, metric="EUC"), "a.npy", ".npy cannot hold the metric EUC"),
        (TSP(coords=SQUARE, path=True), "a.csv", ".csv cannot hold the path"),
        (TSP(coords=SQUARE, fixed_edges=[[0, 1]]), "a.npy", "cannot hold the fixed edges"),
        (TSP(coords=SQUARE, labels=[4, 3, 2, 1]), "a.npy", "cannot hold the node labels"),
        (TSP(coords=np.array([[0, 1], [1, 0]])), "a.npy", "would be read wrongly"),
        (TSP(matrix=np.array([[0, 1], [2, 0]])), "a.csv", "would be read wrongly"),
        (TSP(coords=SQUARE), "a.xyz", "expected one of: .tsp .atsp .npy .csv .txt"),
        (TSP(coords=SQUARE), "a", "expected one of: .tsp .atsp .npy .csv .txt"),
        (TSP(coords=SQUARE), ".gz", "expected one of: .tsp .atsp .npy .csv .txt"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, problem, name, message):
    """Nothing is lost silently, and nothing is written."""
    with pytest.raises(ValueError, match=message):
        write_problem(problem, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nodes", [[0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4]])
def test_infeasible_tours_are_refused(tmp_path, nodes):
    """No file ever holds an infeasible tour."""
    with pytest.raises(ValueError, match="infeasible: node"):
        write_solution(TSP(coords=SQUARE), Tour(np.array(nodes)), tmp_path / "a.sol")
    assert list(tmp_path.iterdir()) == []


@FEW
@given(st.floats(-1e15, 1e15))
def test_every_double_survives_text(folder, value):
    """Text holds all 17 digits where they are needed."""
    write_problem(TSP(coords=np.array([[value, 0.5]])), folder / "a.csv")
    assert read(folder / "a.csv").coords[0, 0] == value
