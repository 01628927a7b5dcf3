"""Tests of reading tours."""

import gzip

import numpy as np
import pytest

from cosolve.core import FormatError
from cosolve.io import read_solution
from cosolve.problems import TSP, Tour

FOUR = TSP(coords=np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), name="four")
TOUR = """NAME : four.tour
COMMENT : length 4
TYPE : TOUR
DIMENSION : 4
TOUR_SECTION
1
4
2
3
-1
EOF
"""


def tour(*nodes):
    return Tour(np.array(nodes, np.int32))


def write(tmp_path, content, name="a.tour"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def failure(path, problem=FOUR):
    with pytest.raises(FormatError) as caught:
        read_solution(path, problem)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("EOF\n", ""),
        ("DIMENSION : 4\n", ""),
        ("1\n4\n2\n3\n-1", "1 4 2 3 -1"),
        ("1\n4\n2\n3\n-1", "1 4\n2 3\n-1\n-1"),
        ("\n", "\r\n"),
        (" : ", ": "),
    ],
)
def test_tour_file(tmp_path, old, new):
    """Labels up to -1, however they are spread over lines."""
    assert read_solution(write(tmp_path, TOUR.replace(old, new)), FOUR) == tour(0, 3, 1, 2)


@pytest.mark.parametrize("name", ["a.sol", "a.opt.tour", "a", "a.txt", "a.sol.gz"])
def test_tour_file_is_told_by_content(tmp_path, name):
    """The suffix does not matter, nor does compression."""
    content = gzip.compress(TOUR.encode()) if name.endswith(".gz") else TOUR
    assert read_solution(write(tmp_path, content, name), FOUR) == tour(0, 3, 1, 2)


def test_tour_file_uses_the_labels_of_the_instance(tmp_path):
    """Where an instance numbers its nodes otherwise, so do its tours."""
    problem = TSP(coords=FOUR.coords, labels=[40, 10, 30, 20])
    content = TOUR.replace("1\n4\n2\n3\n", "10\n20\n30\n40\n")
    assert read_solution(write(tmp_path, content), problem) == tour(1, 3, 2, 0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n4\n2\n3\n", (0, 3, 1, 2)),
        ("0\n3\n1\n2\n", (0, 3, 1, 2)),
        ("3\n1\n0\n2", (3, 1, 0, 2)),
        ("1 4\n2 3\n", (0, 3, 1, 2)),
        ("4\n0 3 1 2\n", (0, 3, 1, 2)),
        ("4\n1\n4\n2\n3\n", (0, 3, 1, 2)),
    ],
)
def test_plain_list(tmp_path, content, expected):
    """Zero-based if it contains 0, else one-based; the length may come first."""
    assert read_solution(write(tmp_path, content, "a.txt"), FOUR) == tour(*expected)


@pytest.mark.parametrize("content", ["0\n", "1\n"])
def test_plain_list_of_one_node(tmp_path, content):
    """The only tour of one node, either way."""
    problem = TSP(coords=np.zeros((1, 2)))
    assert read_solution(write(tmp_path, content, "a.txt"), problem) == tour(0)


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("-1\n", "", 9, "expected -1 at its end, found none"),
        ("3\n-1\nEOF\n", "", 8, "expected -1 at its end, found none"),
        ("DIMENSION : 4", "DIMENSION : 5", 10, "expected 5 nodes (DIMENSION), found 4"),
        ("3\n-1", "-1", 9, "expected 4 nodes (DIMENSION), found 3"),
        (
            "DIMENSION : 4\nTOUR_SECTION\n1",
            "TOUR_SECTION",
            None,
            "expected the 4 nodes of four, fo",
        ),
        ("4\n2", "4\n4", 8, "node 4 is visited twice"),
        ("4\n2", "5\n2", 7, "there is no node 5, expected 1 to 4"),
        ("4\n2", "0\n2", 7, "there is no node 0, expected 1 to 4"),
        ("4\n2", "-4\n2", 7, "expected a node label, found -4"),
        ("4\n2", "99999999999999\n2", 7, "there is no node 99999999999999"),
        ("4\n2", "1e300\n2", 7, "expected a whole number, found 1e+300"),
        ("4\n2", "4.5\n2", 7, "expected a whole number, found 4.5"),
        ("4\n2", "nan\n2", 7, "expected a whole number, found nan"),
        ("4\n2", "4,\n2", 7, "expected a number, found '4,'"),
        ("4\n2", "x\n2", 7, "expected a TSPLIB keyword, found 'x'"),
        ("-1\n", "-1\n1 2 3 4\n-1\n", 11, "expected one list ended by -1, found more numbers"),
        ("TOUR_SECTION\n1\n4\n2\n3\n-1\n", "", None, "expected a TOUR_SECTION, found none"),
        ("TYPE : TOUR", "TYPE : SOP", 3, "expected one of: TSP ATSP TOUR"),
    ],
)
def test_bad_tour_file(tmp_path, old, new, line, expected):
    """The message says which line is wrong and what was expected there."""
    assert old in TOUR
    message = failure(write(tmp_path, TOUR.replace(old, new, 1)))
    assert expected in message
    assert message.startswith(": " if line is None else f":{line}: ")


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        ("1\n2\n3\n", None, "expected the 4 nodes of four, found 3"),
        ("1\n2\n3\n4\n5\n", None, "expected the 4 nodes of four, found 5"),
        ("1\n2\n3\n5\n", 4, "there is no node 5, expected 1 to 4"),
        ("0\n2\n3\n4\n", 4, "there is no node 4, expected 0 to 3"),
        ("1\n2\n3\n3\n", 4, "node 3 is visited twice"),
        ("4\n0\n1\n\n2\n2\n", 6, "node 2 is visited twice"),
        ("1\n2\n3\n-4\n", 4, "expected a node number, found -4"),
        ("1\n2\n3.5\n4\n", 3, "expected a node number, found 3.5"),
        ("1\n2\nx\n4\n", 3, "expected a number, found 'x'"),
        ("1,2,3,4\n", 1, "expected a number, found '1,2,3,4'"),
    ],
)
def test_bad_plain_list(tmp_path, content, line, expected):
    """The message says which line is wrong and what was expected there."""
    message = failure(write(tmp_path, content, "a.txt"))
    assert expected in message
    assert message.startswith(": " if line is None else f":{line}: ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n2\n2\n", ["missing-node", "repeated-node"]),
        ("1\n2\n3\n4\n4\n", ["repeated-node"]),
        ("1\n2\n3\n5\n", ["unknown-node"]),
        ("TYPE: TOUR\nTOUR_SECTION\n0 1 2 3\n-1\n", ["unknown-node"]),
        (f"TYPE: TOUR\nTOUR_SECTION\n1 2 3 {2**32 + 4}\n-1\n", ["unknown-node"]),
        ("4\n2\n3\n1\n", []),
    ],
)
def test_incomplete_tours_are_left_to_the_checker(tmp_path, content, expected):
    """On request, tours with violations are read, so that all of them can be listed."""
    tour = read_solution(write(tmp_path, content, "a.txt"), FOUR, complete=False)
    assert [violation.kind for violation in FOUR.check(tour)] == expected


def test_incomplete_tour_of_a_labelled_instance(tmp_path):
    """Labels are translated all the same."""
    problem = TSP(coords=FOUR.coords, labels=[40, 10, 30, 20])
    content = "TYPE: TOUR\nTOUR_SECTION\n10 40 10\n-1\n"
    assert read_solution(write(tmp_path, content), problem, complete=False) == tour(1, 0, 1)


def test_unknown_label_of_a_labelled_instance(tmp_path):
    """Labels with gaps cannot be given as a range."""
    problem = TSP(coords=FOUR.coords, labels=[40, 10, 30, 20])
    message = failure(write(tmp_path, TOUR), problem)
    assert message == ":6: TOUR_SECTION: there is no node 1, expected a label of the instance"


def test_array_is_no_tour(tmp_path):
    """Solutions are text."""
    path = tmp_path / "a.npy"
    np.save(path, np.arange(4))
    assert "expected a tour as text" in failure(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello\n", b"\x00\x01", b"\x1f\x8b\x00"])
def test_no_tour_at_all(tmp_path, content):
    """Empty files, prose and binary data are refused."""
    failure(write(tmp_path, content, "a.sol"))


def test_missing_file(tmp_path):
    """A missing file is an OSError that names it."""
    with pytest.raises(FileNotFoundError, match=r"none\.sol: cannot read: no such file"):
        read_solution(tmp_path / "none.sol", FOUR)
