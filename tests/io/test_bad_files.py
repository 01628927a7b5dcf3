"""Tests that bad problem files give one line that names file, line and what was expected."""

import gzip
import os
import socket

import numpy as np
import pytest

from cosolve.core import FormatError
from cosolve.io import read
from cosolve.problems import TSP

GOOD = """NAME : triangle
TYPE : TSP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 0
3 0 4
EOF
"""
MATRIX = """NAME : m
TYPE : TSP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : FULL_MATRIX
EDGE_WEIGHT_SECTION
0 1 2
1 0 3
2 3 0
EOF
"""


def failure(path):
    """Text of the one-line error that reading a file gives."""
    with pytest.raises((FormatError, OSError)) as caught:
        read(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text.removeprefix(str(path))


def bad(tmp_path, text, name="bad.tsp"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return failure(path)


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        # Header.
        ("TYPE : TSP\n", "", None, "expected a TYPE line"),
        ("TYPE : TSP", "TYPE :", 2, "expected a value, found none"),
        ("TYPE : TSP", "TYPE TSP", 2, "expected 'TYPE : value', found no colon"),
        ("TYPE : TSP", "TYPE : HCP", 2, "TYPE is 'HCP', expected one of: TSP ATSP TOUR"),
        ("TYPE : TSP", "TYPE : SOP", 2, "expected one of: TSP ATSP TOUR"),
        ("TYPE : TSP", "TYPE : CVRP\nCAPACITY : 5", None, "expected a DEMAND_SECTION"),
        ("TYPE : TSP", "TYPE : TOUR", 2, "found a tour"),
        ("TYPE : TSP", "TYPE : TSP\nCAPACITY : 5", 3, "CAPACITY does not belong"),
        ("TYPE : TSP", "TYPE : TSP\nTYPE : TSP", 3, "TYPE appears twice, first in line 2"),
        ("DIMENSION : 3\n", "", None, "expected a DIMENSION line"),
        ("DIMENSION : 3", "DIMENSION : 0", 3, "at least one node"),
        ("DIMENSION : 3", "DIMENSION : -3", 3, "at least one node"),
        ("DIMENSION : 3", "DIMENSION : three", 3, "'three', expected a whole number"),
        ("DIMENSION : 3", "DIMENSION : 3.0", 3, "'3.0', expected a whole number"),
        ("DIMENSION : 3", "DIMENSION : 1_0", 3, "'1_0', expected a whole number"),
        ("DIMENSION : 3", "DIMENSION :", 3, "'', expected a whole number"),
        ("DIMENSION : 3", "DIMENSION : " + "9" * 5000, 3, "expected a whole number"),
        ("DIMENSION : 3", "DIMENSION : 4", 8, "expected 4 nodes (DIMENSION in line 3), found 3"),
        ("DIMENSION : 3", "DIMENSION : 2", 8, "expected 2 nodes (DIMENSION in line 3), found 3"),
        ("DIMENSION : 3", "DIMENSION : 1000000000000", 8, "expected 1000000000000 nodes"),
        ("DIMENSION : 3", "DIMENSIONS : 3", 3, "found 'DIMENSIONS'; did you mean DIMENSION?"),
        ("DIMENSION : 3", "FOO : 3", 3, "expected a TSPLIB keyword, found 'FOO'"),
        ("DIMENSION : 3", "DIMENSION = 3", 3, "expected 'DIMENSION : value', found no colon"),
        ("DIMENSION : 3", "1 2 3", 3, "expected a TSPLIB keyword, found '1'"),
        ("DIMENSION : 3", ": 3", 3, "expected a TSPLIB keyword, found ':'"),
        ("EDGE_WEIGHT_TYPE : EUC_2D\n", "", None, "expected an EDGE_WEIGHT_TYPE line"),
        *(
            ("EUC_2D", name, 4, f"EDGE_WEIGHT_TYPE is '{name}', expected one of: EUC_2D")
            for name in ("XRAY1", "XRAY2", "SPECIAL", "EUC", "EUC_4D")
        ),
        ("EUC_2D", "EUC_3D", 6, "expected 4 numbers, found 3"),
        ("EUC_2D", "EXPLICIT", None, "expected an EDGE_WEIGHT_FORMAT line"),
        ("NODE", "NODE_COORD_TYPE : THREED_COORDS\nNODE", 5, "contradicts EDGE_WEIGHT_TYPE EUC_2D"),
        ("NODE", "NODE_COORD_TYPE : FOUR\nNODE", 5, "expected one of: TWOD_COORDS"),
        ("NODE", "DISPLAY_DATA_TYPE : X\nNODE", 5, "expected one of: COORD_DISPLAY"),
        ("NODE", "EDGE_WEIGHT_FORMAT : X\nNODE", 5, "expected one of: FUNCTION"),
        # Sections.
        ("NODE_COORD_SECTION", "NODE_COORD_SECTION 1 0 0", 5, "nothing behind NODE_COORD_S"),
        ("NODE_COORD_SECTION", "NODE_COORD_SECTION : 1", 5, "nothing behind NODE_COORD_SECTION"),
        ("NODE_COORD_SECTION", "NODE_COORDS", 5, "did you mean NODE_COORD"),
        ("NODE_COORD_SECTION\n1 0 0\n2 3 0\n3 0 4\n", "", None, "expected a NODE_COORD_SECTION"),
        ("1 0 0\n2 3 0\n3 0 4\n", "", 5, "expected 3 nodes (DIMENSION in line 3), found 0"),
        ("EOF", "NODE_COORD_SECTION\n1 0 0\n", 9, "NODE_COORD_SECTION appears twice"),
        ("EOF", "EDGE_WEIGHT_SECTION\n1 0 0\n", 9, "expected no EDGE_WEIGHT_SECTION"),
        ("EOF", "EDGE_DATA_SECTION\n1 2\n-1", 9, "EDGE_DATA_SECTION does not belong"),
        ("EOF", "EO", 9, "did you mean EOF?"),
        ("EOF", "4 0 0\nEOF", 9, "expected 3 nodes (DIMENSION in line 3), found 4"),
        ("3 0 4\nEOF\n", "3 0\n", 8, "expected 3 numbers, found 2"),
        ("3 0 4\nEOF\n", "3 0", 8, "expected EOF or a line break at the end"),
        ("3 0 4\nEOF\n", "3 0 4", 8, "expected EOF or a line break at the end"),
        ("2 3 0", "2 3", 7, "expected 3 numbers, found 2"),
        ("2 3 0", "2 3 0 0", 7, "expected 3 numbers, found 4"),
        ("2 3 0", "2 3\n0", 7, "expected 3 numbers, found 2"),
        ("2 3 0", "2 3 x", 7, "expected a number, found 'x'"),
        ("2 3 0", "2 3,5 0", 7, "expected a number, found '3,5'"),
        ("2 3 0", "2 1.2.3 0", 7, "expected a number, found '1.2.3'"),
        ("2 3 0", "2 0x10 0", 7, "expected a number, found '0x10'"),
        ("2 3 0", "2 1_0 0", 7, "expected a number, found '1_0'"),
        ("2 3 0", "2 nan 0", 7, "a coordinate is nan, expected a finite number"),
        ("2 3 0", "2 0 -inf", 7, "a coordinate is -inf, expected a finite number"),
        ("2 3 0", "2 1e999 0", 7, "a coordinate is inf, expected a finite number"),
        ("2 3 0", "2 1e16 0", 7, "at most 1e+15 in size"),
        ("2 3 0", "nan 3 0", 7, "node label nan, expected a whole number"),
        ("2 3 0", "-2 3 0", 7, "node label -2, expected a whole number"),
        ("2 3 0", "1.5 3 0", 7, "node label 1.5, expected a whole number"),
        ("2 3 0", "b 3 0", 7, "expected a TSPLIB keyword, found 'b'"),
        ("2 3 0", "1 3 0", 7, "node 1 is listed twice"),
        ("3 0 4", "2 0 4", 8, "node 2 is listed twice"),
        ("2 3 0", "1e300 3 0", 7, "node label 1e+300, expected a whole number"),
        # Fixed edges.
        ("EOF", "FIXED_EDGES_SECTION\n1 2\nEOF", 10, "expected -1 at its end, found none"),
        ("EOF", "FIXED_EDGES_SECTION\n1 2 3\n-1", 11, "expected pairs of nodes"),
        ("EOF", "FIXED_EDGES_SECTION\n1 2\n1 4\n-1", 11, "there is no node 4, expected 1 to 3"),
        ("EOF", "FIXED_EDGES_SECTION\n1 0\n-1", 10, "there is no node 0, expected 1 to 3"),
        ("EOF", "FIXED_EDGES_SECTION\n1 -2\n-1", 10, "expected a node label, found -2"),
        ("EOF", "FIXED_EDGES_SECTION\n1 1.5\n-1", 10, "expected a whole number, found 1.5"),
        ("EOF", "FIXED_EDGES_SECTION\n1 x\n-1", 10, "expected a number, found 'x'"),
        ("EOF", "FIXED_EDGES_SECTION\n2 2\n-1", 9, "joins a node with itself"),
        ("EOF", "FIXED_EDGES_SECTION\n1 2\n-1\n3", 12, "expected one list ended by -1"),
        # Display.
        ("EOF", "DISPLAY_DATA_SECTION\n1 0 0\n", 10, "DISPLAY_DATA_SECTION: expected 3 nodes"),
        ("EOF", "DISPLAY_DATA_SECTION\n1 0 0\n2 0\n3 0 0", 11, "expected 3 numbers, found 2"),
    ],
)
def test_bad_coordinate_file(tmp_path, old, new, line, expected):
    """The message says which line is wrong and what was expected there."""
    assert old in GOOD
    message = bad(tmp_path, GOOD.replace(old, new, 1))
    assert expected in message
    assert message.startswith(": " if line is None else f":{line}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("EDGE_WEIGHT_FORMAT : FULL_MATRIX\n", "", None, "expected an EDGE_WEIGHT_FORMAT line"),
        ("FULL_MATRIX", "FUNCTION", 5, "'FUNCTION', expected one of: FULL_MATRIX"),
        ("FULL_MATRIX", "UPPER_ROW", 8, "expected 3 weights (UPPER_ROW, DIMENSION 3), found 9"),
        ("FULL_MATRIX", "LOWER_DIAG_ROW", 9, "expected 6 weights"),
        ("DIMENSION : 3", "DIMENSION : 4", 9, "expected 16 weights (FULL_MATRIX, DIMENSION 4)"),
        ("DIMENSION : 3", "DIMENSION : 999999999999", 9, "expected 999999999998000000000001"),
        ("1 0 3\n", "", 8, "expected 9 weights (FULL_MATRIX, DIMENSION 3), found 6"),
        ("0 1 2\n1 0 3\n2 3 0\n", "", 6, "expected 9 weights"),
        ("EDGE_WEIGHT_SECTION\n0 1 2\n1 0 3\n2 3 0\n", "", None, "expected an EDGE_WEIGHT_SECTION"),
        ("2 3 0", "2 3 0 7", 9, "expected 9 weights"),
        ("2 3 0\nEOF\n", "2 3 0", 9, "expected EOF or a line break at the end"),
        ("2 3 0", "2 x 0", 9, "expected a number, found 'x'"),
        ("2 3 0", "2 nan 0", 9, "from node 3 to 2 is nan, expected a finite weight"),
        ("2 3 0", "2 inf 0", 9, "from node 3 to 2 is inf, expected a finite weight"),
        ("1 0 3", "1 0 -3", 8, "from node 2 to 3 is -3, expected a finite weight from 0"),
        ("1 0 3", "1 0 1e16", 8, "from node 2 to 3 is 1e+16, expected a finite weight from 0"),
        ("2 3 0", "2 4 0", 9, "from node 3 to 2 is 4, expected 3 as from 2 to 3"),
        ("EOF", "NODE_COORD_SECTION\n1 0\n2 0\n3 0\n", 11, "expected 2 or 3 coordinates, found 1"),
    ],
)
def test_bad_matrix_file(tmp_path, old, new, line, expected):
    """The message says which line is wrong and what was expected there."""
    assert old in MATRIX
    message = bad(tmp_path, MATRIX.replace(old, new, 1))
    assert expected in message
    assert message.startswith(": " if line is None else f":{line}: ")


def test_line_numbers_survive_carriage_returns(tmp_path):
    """Windows line ends count once."""
    assert bad(tmp_path, GOOD.replace("2 3 0", "2 3").replace("\n", "\r\n")).startswith(":7: ")


def test_triangular_rows_name_their_line(tmp_path):
    """The line of a bad weight is found in a triangular format as well."""
    text = MATRIX.replace("FULL_MATRIX", "LOWER_DIAG_ROW").replace(
        "0 1 2\n1 0 3\n2 3 0\n", "0\n1 0\n2 -3 0\n"
    )
    assert bad(tmp_path, text).startswith(":9: ")


def test_impossible_fixed_edges_name_their_section(tmp_path):
    """Edges no tour can contain are found when the file is read."""
    nodes = "\n".join(f"{k} {k} 0" for k in range(1, 5))
    text = (
        GOOD.replace("DIMENSION : 3", "DIMENSION : 4")
        .replace("1 0 0\n2 3 0\n3 0 4", nodes)
        .replace("EOF", "FIXED_EDGES_SECTION\n1 2\n2 3\n3 1\n-1\nEOF")
    )
    message = bad(tmp_path, text)
    assert message.startswith(":10: ")
    assert "cycle" in message


def test_binary_data(tmp_path):
    """Binary data are told from text."""
    message = bad(tmp_path, b"NAME : x\nTYPE\0\1\2")
    assert message == ":2: expected text, found binary data"


@pytest.mark.parametrize("seed", range(20))
def test_garbage(tmp_path, seed):
    """Random bytes are refused, whatever the suffix."""
    data = np.random.default_rng(seed).bytes(200)
    for name in ("a.tsp", "a.csv", "a.npy", "a", "a.tsp.gz"):
        bad(tmp_path, data, name)


@pytest.mark.parametrize("name", ["a.tsp", "a.csv", "a.npy", "a", "a.tsp.gz"])
def test_empty_file(tmp_path, name):
    """An empty file is called empty."""
    assert bad(tmp_path, b"", name) == ": the file is empty"


@pytest.mark.parametrize("name", ["a.tsp", "a.csv", "a", "a.gz"])
def test_blank_file(tmp_path, name):
    """A file of blanks holds nothing either."""
    bad(tmp_path, gzip.compress(b" \n\n") if name.endswith("gz") else b" \n\n", name)


def test_unknown_format(tmp_path):
    """Text of another kind is quoted."""
    message = bad(tmp_path, b"Dear reader,\n", "letter")
    assert message == (
        ":1: expected TSPLIB or VRPLIB keywords, MPS, LP, a .npy array, JSON or lines of numbers, "
        "found 'Dear reader,'"
    )


def test_directory(tmp_path):
    """A directory is no file."""
    assert failure(tmp_path) == ": is a directory, expected a file"


def test_missing_file(tmp_path):
    """A file that does not exist is named."""
    assert failure(tmp_path / "none.tsp") == ": cannot read: no such file or directory"


def test_file_below_a_file(tmp_path):
    """A path through a file cannot be read."""
    (tmp_path / "a").write_text("")
    assert failure(tmp_path / "a" / "b.tsp") == ": cannot read: not a directory"


def test_long_name(tmp_path):
    """Names beyond what the file system allows are an error, not a crash."""
    assert "too long" in failure(tmp_path / ("a" * 300))


def test_null_character_in_the_name():
    """Such a name cannot exist."""
    with pytest.raises(ValueError, match="null character"):
        read("a\0b.tsp")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_unreadable_file(tmp_path):
    """Missing permission is reported."""
    path = tmp_path / "a.tsp"
    path.write_text(GOOD)
    path.chmod(0)
    assert failure(path) == ": cannot read: permission denied"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_device(device):
    """Reading a device, which may never end, is refused."""
    assert failure(device) == ": is a device or socket, expected a file"


def test_socket(tmp_path, monkeypatch):
    """A socket is refused."""
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert failure("s") == ": is a device or socket, expected a file"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (gzip.compress(GOOD.encode())[:-12], "the gzip data is damaged"),
        (gzip.compress(GOOD.encode())[:5], "the gzip data is damaged"),
        (gzip.compress(GOOD.encode()) + b"more", "the gzip data is damaged"),
        (gzip.compress(GOOD.encode())[:20] + b"x" * 40, "the gzip data is damaged"),
        (GOOD.encode(), "expected gzip data"),
        (gzip.compress(b""), "empty after decompression"),
    ],
    # The data would make ids that change with the clock: gzip files hold the time.
    ids=["truncated", "header-only", "trailing", "damaged", "plain", "empty"],
)
def test_bad_gzip(tmp_path, data, expected):
    """Damaged, missing and empty gzip data are told apart."""
    assert expected in bad(tmp_path, data, "a.tsp.gz")


def test_bad_checksum(tmp_path):
    """A flipped bit is found by the checksum."""
    data = bytearray(gzip.compress(GOOD.encode()))
    data[-8] ^= 1
    assert "the gzip data is damaged" in bad(tmp_path, bytes(data), "a.tsp.gz")


def test_size_is_bounded(tmp_path, monkeypatch):
    """Decompression stops at the limit instead of filling the memory."""
    monkeypatch.setattr("cosolve.io.files.MAX_BYTES", 1 << 20)
    data = gzip.compress(b" " * (1 << 22))
    assert "expected at most" in bad(tmp_path, data, "a.tsp.gz")


def test_errors_deep_in_a_large_file_are_located(tmp_path):
    """Line numbers are right behind a hundred thousand good lines."""
    n = 100_000
    lines = [f"{k} {k} 0" for k in range(1, n + 1)]
    lines[-2] = "99999 oops 0"
    text = GOOD.replace("DIMENSION : 3", f"DIMENSION : {n}").replace(
        "1 0 0\n2 3 0\n3 0 4", "\n".join(lines)
    )
    assert bad(tmp_path, text) == (
        f":{5 + n - 1}: NODE_COORD_SECTION: expected a number, found 'oops'"
    )


def test_good_file_is_good(tmp_path):
    """The files that the tests above damage are fine to begin with."""
    for text in (GOOD, MATRIX):
        path = tmp_path / "good.tsp"
        path.write_text(text)
        assert isinstance(read(path), TSP)
