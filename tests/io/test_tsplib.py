"""Tests of the TSPLIB95 reader on well-formed files."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from cosolve.core import FormatError
from cosolve.io import read
from cosolve.io.tsplib import WEIGHT_FORMATS, WEIGHT_TYPES, read_tsplib
from cosolve.problems import Metric, Tour
from cosolve.testing.strategies import tsplib_files

TRIANGLE = """NAME : triangle
COMMENT : three nodes
TYPE : TSP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 0
3 0 4
EOF
"""

# Distances between 5 nodes; entry (i, j) is 10 i + j + 1 above the diagonal.
FIVE = np.array(
    [[0 if i == j else 10 * min(i, j) + max(i, j) + 1 for j in range(5)] for i in range(5)]
)


def parse(text):
    return read_tsplib("file.tsp", text.encode())


def explicit(kind, weights, n=5, problem_type="TSP", extra=""):
    return (
        f"NAME: m\nTYPE: {problem_type}\nDIMENSION: {n}\nEDGE_WEIGHT_TYPE: EXPLICIT\n"
        f"EDGE_WEIGHT_FORMAT: {kind}\nEDGE_WEIGHT_SECTION\n{weights}\n{extra}EOF\n"
    )


def same(a, b):
    """Whether two problems agree in all that a file can hold."""
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        if isinstance(getattr(a, name), np.ndarray)
        else getattr(a, name) == getattr(b, name)
        for name in ("coords", "matrix", "metric", "fixed_edges", "path", "ends", "labels",
                     "display", "name", "symmetric", "integral")
    )  # fmt: skip


def test_coordinates_are_read():
    """Name, comment, metric and coordinates arrive."""
    problem = parse(TRIANGLE)
    assert (problem.name, problem.comment) == ("triangle", "three nodes")
    assert problem.metric is Metric.EUC
    assert problem.coords.tolist() == [[0, 0], [3, 0], [0, 4]]
    assert problem.cost(Tour(np.array([0, 1, 2]))) == 12


@pytest.mark.parametrize("name", [t for t in WEIGHT_TYPES if t != "EXPLICIT"])
def test_every_weight_type_is_read(name):
    """Each EDGE_WEIGHT_TYPE gives its metric, in two and three dimensions."""
    metric, dimensions = WEIGHT_TYPES[name]
    nodes = "1 0 0 0\n2 1 2 3\n3 4 5 6\n" if dimensions == 3 else "1 0 0\n2 1 2\n3 4 5\n"
    problem = parse(
        f"NAME: a\nTYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: {name}\nNODE_COORD_SECTION\n{nodes}"
    )
    assert problem.metric is metric
    assert problem.coords.shape == (3, dimensions)


# Each format as the TSPLIB95 text describes it, written out by hand for FIVE.
WRITTEN_OUT = {
    "FULL_MATRIX": "0 2 3 4 5  2 0 13 14 15  3 13 0 24 25  4 14 24 0 35  5 15 25 35 0",
    "UPPER_ROW": "2 3 4 5  13 14 15  24 25  35",
    "LOWER_ROW": "2  3 13  4 14 24  5 15 25 35",
    "UPPER_DIAG_ROW": "0 2 3 4 5  0 13 14 15  0 24 25  0 35  0",
    "LOWER_DIAG_ROW": "0  2 0  3 13 0  4 14 24 0  5 15 25 35 0",
    "UPPER_COL": "2  3 13  4 14 24  5 15 25 35",
    "LOWER_COL": "2 3 4 5  13 14 15  24 25  35",
    "UPPER_DIAG_COL": "0  2 0  3 13 0  4 14 24 0  5 15 25 35 0",
    "LOWER_DIAG_COL": "0 2 3 4 5  0 13 14 15  0 24 25  0 35  0",
}


@pytest.mark.parametrize("kind", WEIGHT_FORMATS)
def test_every_weight_format_is_read(kind):
    """Each EDGE_WEIGHT_FORMAT gives the same matrix."""
    assert np.array_equal(parse(explicit(kind, WRITTEN_OUT[kind])).matrix, FIVE)


def test_weights_may_be_spread_over_lines_at_will():
    """One weight a line is as good as one row a line."""
    text = explicit("UPPER_ROW", "\n".join(WRITTEN_OUT["UPPER_ROW"].split()))
    assert np.array_equal(parse(text).matrix, FIVE)


def test_asymmetric_matrix_is_read():
    """TYPE ATSP keeps both directions, row by row."""
    problem = parse(explicit("FULL_MATRIX", "9999 1 2\n3 9999 4\n5 6 9999", 3, "ATSP"))
    assert problem.matrix.tolist() == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]
    assert not problem.symmetric


def test_fractional_weights_are_not_rounded():
    """A matrix of reals stays one."""
    problem = parse(explicit("UPPER_ROW", "0.1 0.2 0.30000000000000004", 3))
    assert problem.matrix[1, 2] == 0.30000000000000004
    assert not problem.integral


@pytest.mark.parametrize("n", [1, 2, 3])
def test_smallest_sizes_are_read(n):
    """Files of one, two and three nodes are valid."""
    nodes = "".join(f"{k} {k} {k}\n" for k in range(1, n + 1))
    text = f"NAME: a\nTYPE: TSP\nDIMENSION: {n}\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n"
    assert parse(text + nodes).size == n


def test_one_node_without_weights():
    """UPPER_ROW of one node is an empty section."""
    assert parse(explicit("UPPER_ROW", "", 1)).size == 1


def test_equal_points_are_read():
    """All nodes may be in one place."""
    assert parse(TRIANGLE.replace("3 0\n", "0 0\n").replace("0 4", "0 0")).size == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" : ", ":"),
        (" : ", ": "),
        (" : ", "\t:\t"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n", "\n\n"),
        ("\n", "  \n"),
        ("\n", "\n\t "),
        (" 0", "\t0.0e+0"),
        ("EOF\n", ""),
        ("4\nEOF\n", "4 "),
        ("EOF\n", "EOF\nwhatever comes 1 2 3\n"),
        ("TYPE : TSP", "TYPE : TSP (M.~Hofmeister)"),
        ("NODE_COORD_SECTION", "NODE_COORD_SECTION:"),
        ("NODE_COORD_SECTION", "node_coord_section"),
        ("1 0 0\n2 3 0\n", "2 3 0\n1 0 0\n"),
        ("2 3 0", "2.0 +3. .0"),
        ("EDGE_WEIGHT", "EDGE_WEIGHT_FORMAT : FUNCTION\nEDGE_WEIGHT"),
        ("EDGE_WEIGHT", "NODE_COORD_TYPE : TWOD_COORDS\nEDGE_WEIGHT"),
        ("EDGE_WEIGHT", "DISPLAY_DATA_TYPE : COORD_DISPLAY\nEDGE_WEIGHT"),
    ],
)
def test_harmless_variants_read_the_same(old, new):
    """Spaces, line ends, order and redundant keywords make no difference."""
    assert old in TRIANGLE
    assert same(parse(TRIANGLE.replace(old, new)), parse(TRIANGLE))


def test_byte_order_mark_is_skipped():
    """Editors on Windows write one."""
    assert read_tsplib("a.tsp", b"\xef\xbb\xbf" + TRIANGLE.encode()).size == 3


def test_comments_are_joined():
    """Several COMMENT lines are kept, one below the other."""
    text = TRIANGLE.replace("TYPE", "COMMENT : and: more\nTYPE", 1)
    assert parse(text).comment == "three nodes\nand: more"


def test_name_defaults_to_the_file_name():
    """A file without NAME is called after itself."""
    text = TRIANGLE.replace("NAME : triangle\n", "").encode()
    assert read_tsplib("some/where.tsp.gz", text).name == "where"


def test_fixed_edges_are_read():
    """Pairs of labels up to -1, before or after the coordinates."""
    text = TRIANGLE.replace("NODE_COORD", "FIXED_EDGES_SECTION\n1 3\n-1\nNODE_COORD")
    assert parse(text).fixed_edges.tolist() == [[0, 2]]


def test_other_labels_are_kept():
    """Nodes are numbered in the order of their labels, which are kept for writing tours."""
    text = TRIANGLE.replace("\n1 0", "\n30 0").replace("\n2 3", "\n10 3").replace("\n3 0", "\n20 0")
    text = text.replace("EOF", "FIXED_EDGES_SECTION\n20 30\n-1\nEOF")
    problem = parse(text)
    assert problem.labels.tolist() == [10, 20, 30]
    assert problem.coords.tolist() == [[3, 0], [0, 4], [0, 0]]
    assert problem.fixed_edges.tolist() == [[1, 2]]


def test_display_coordinates_are_kept():
    """DISPLAY_DATA_SECTION says where to draw the nodes of a matrix."""
    extra = "DISPLAY_DATA_SECTION\n2 5 6\n1 3 4\n3 7 8\n"
    problem = parse(explicit("UPPER_ROW", "1 2 3", 3, extra=extra))
    assert problem.display.tolist() == [[3, 4], [5, 6], [7, 8]]


def test_coordinates_of_a_matrix_are_for_display():
    """NODE_COORD_SECTION beside explicit weights does not change them."""
    extra = "NODE_COORD_SECTION\n1 3 4\n2 5 6\n3 7 8\n"
    problem = parse(explicit("UPPER_ROW", "1 2 3", 3, extra=extra))
    assert problem.display.tolist() == [[3, 4], [5, 6], [7, 8]]
    assert problem.coords is None


@settings(deadline=None)
@given(tsplib_files())
def test_every_legal_layout_reads_as_its_problem(case):
    """Whatever order, spacing, labels and format a file uses, the problem is the one meant."""
    content, problem = case
    assert same(read_tsplib("unnamed.tsp", content), problem)


# --- the shared instances ------------------------------------------------------------------

DATA = Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[2] / "../shared/instances"))
needs_data = pytest.mark.skipif(not (DATA / "tsplib").is_dir(), reason="no shared instances")


@pytest.mark.parametrize(
    ("path", "n"),
    [
        ("national/wi29.tsp", 29),
        ("national/ch71009.tsp.gz", 71009),
        ("vlsi/bch2762.tsp", 2762),
        ("dimacs/E1k.0", 1000),
        ("dimacs/E100k.0.gz", 100_000),
        ("art/mona-lisa100K.tsp.gz", 100_000),
    ],
)
@needs_data
def test_large_instances_are_read(path, n):
    """Large, compressed and suffixless files are read whole."""
    assert read(DATA / "tsp-large" / path).size == n


def test_compressed_file_equals_the_plain_one(tmp_path):
    """Gzip is recognized by content, whatever the name."""
    path = tmp_path / "triangle.tsp"
    path.write_bytes(gzip.compress(TRIANGLE.encode()))
    assert same(read(path), parse(TRIANGLE))


def test_format_is_told_by_content(tmp_path):
    """A TSPLIB file needs no particular suffix."""
    path = tmp_path / "E1k.0"
    path.write_text(TRIANGLE)
    assert read(path).size == 3


def test_path_may_be_a_string(tmp_path):
    """``read`` takes strings as well as paths."""
    path = tmp_path / "a.tsp"
    path.write_text(TRIANGLE)
    assert read(str(path)).size == 3


@pytest.mark.parametrize("node", [" 0 0\n", " 3 0\n", " 0 4\n"])
def test_node_split_over_lines_is_an_error(node):
    """Line breaks are no spaces: the numbers would be read as other nodes."""
    with pytest.raises(FormatError):
        parse(TRIANGLE.replace(node, node.replace(" ", "\n")))
