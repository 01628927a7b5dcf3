"""Tests of reading coordinates and matrices from ``.npy`` files and tables in text."""

import io
import pickle

import numpy as np
import pytest

from cosolve.core import FormatError
from cosolve.io import read
from cosolve.problems import Metric

POINTS = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.1]])
MATRIX = np.array([[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]])


def npy(tmp_path, array, name="a.npy"):
    path = tmp_path / name
    with path.open("wb") as file:
        np.save(file, array)
    return path


def text(tmp_path, content, name="a.csv"):
    path = tmp_path / name
    path.write_text(content)
    return path


def failure(path):
    with pytest.raises(FormatError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i4", "i8", "u1", "u8", ">f8", ">i4"])
def test_coordinates_of_every_type(tmp_path, dtype):
    """Real and whole numbers of any size and byte order are coordinates."""
    array = np.array([[0, 1], [2, 3], [4, 5], [6, 7]]).astype(dtype)
    problem = read(npy(tmp_path, array))
    assert problem.metric is Metric.EUCLIDEAN
    assert problem.coords.tolist() == array.tolist()


def test_coordinates_in_space(tmp_path):
    """Three columns are three coordinates."""
    array = np.arange(15.0).reshape(5, 3)
    assert np.array_equal(read(npy(tmp_path, array)).coords, array)


def test_column_major_array(tmp_path):
    """Fortran order is undone."""
    array = np.asfortranarray(POINTS)
    assert np.array_equal(read(npy(tmp_path, array)).coords, POINTS)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format(tmp_path, version):
    """Versions differ in the width of a length."""
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        np.lib.format.write_array(file, POINTS, version=version)
    assert np.array_equal(read(path).coords, POINTS)


def test_npy_is_told_by_content(tmp_path):
    """The suffix is not needed."""
    assert read(npy(tmp_path, POINTS, "points")).size == 5


def test_name_is_the_file_name(tmp_path):
    """Arrays have no name of their own."""
    assert read(npy(tmp_path, POINTS, "five.npy")).name == "five"


def test_square_array_is_a_matrix(tmp_path):
    """Four by four are distances."""
    problem = read(npy(tmp_path, MATRIX))
    assert np.array_equal(problem.matrix, MATRIX)
    assert problem.symmetric


def test_asymmetric_array_makes_an_asymmetric_problem(tmp_path):
    """Both triangles are kept."""
    array = MATRIX + np.triu(MATRIX)
    problem = read(npy(tmp_path, array))
    assert not problem.symmetric
    assert problem.matrix[0, 3] == 6
    assert problem.matrix[3, 0] == 3


@pytest.mark.parametrize(
    ("rows", "matrix"),
    [
        ([[0, 5], [5, 0]], True),
        ([[0, 5], [4, 0]], False),
        ([[1, 5], [5, 1]], False),
        ([[0, -5], [-5, 0]], False),
        ([[0, 1, 2], [1, 0, 3], [2, 3, 0]], True),
        ([[0, 1, 2], [1, 0, 3], [2, 4, 0]], False),
        ([[7]], True),
        ([[1, 2]], False),
        ([[1, 2, 3]], False),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_ambiguous_shapes(tmp_path, rows, matrix, suffix):
    """Two by two and three by three are a matrix if they look like distances."""
    if suffix == ".npy":
        path = npy(tmp_path, np.array(rows))
    else:
        path = text(tmp_path, "\n".join(",".join(map(str, row)) for row in rows))
    assert (read(path).matrix is not None) == matrix


@pytest.mark.parametrize(
    "content",
    [
        "0,0\n1,0\n1,1\n0,1\n.5,1e-1\n",
        "0;0\n1;0\n1;1\n0;1\n.5;1e-1",
        "0 0\n1 0\n1 1\n0 1\n.5 1e-1\n",
        "  0\t0\n1  0\n\n1 1 \n0 1\n.5 1e-1\n\n",
        "0, 0\r\n1, 0\r\n1, 1\r\n0, 1\r\n.5, 1e-1\r\n",
        "x,y\n0,0\n1,0\n1,1\n0,1\n.5,1e-1\n",
        "\n x y\n0 0\n1 0\n1 1\n0 1\n.5 1e-1\n",
        "# 5 points: x y\n0 0\n1 0\n1 1\n0 1\n.5 1e-1\n",
        "\ufeffx;y\n0;0\n1;0\n1;1\n0;1\n.5;1e-1\n",
        '"x","y"\n0,0\n1,0\n1,1\n0,1\n.5,1e-1\n',
        "# x, y\n0 0\n1 0\n1 1\n0 1\n.5 1e-1\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_tables(tmp_path, content, name):
    """Commas, semicolons and white space separate; one line of names may come first."""
    assert np.array_equal(read(text(tmp_path, content, name)).coords, POINTS)


def test_table_is_told_by_content(tmp_path):
    """A file of numbers needs no suffix."""
    assert read(text(tmp_path, "0 0\n1 0\n", "points")).size == 2


def test_matrix_as_a_table(tmp_path):
    """A square table is a matrix."""
    content = "\n".join(";".join(map(str, row)) for row in MATRIX.tolist())
    assert np.array_equal(read(text(tmp_path, content)).matrix, MATRIX)


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a"])
def test_one_node(tmp_path, name):
    """A single point is a valid problem."""
    assert read(text(tmp_path, "3 4", name)).size == 1


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        ("x,y\n", None, "expected rows of numbers, found none"),
        (
            "1\n2\n",
            1,
            "expected 2 or 3 columns of coordinates or a square matrix, found 2 rows of 1",
        ),
        ("1,2,3,4\n5,6,7,8\n", 1, "found 2 rows of 4"),
        ("1,2\n3\n", 2, "expected 2 numbers, found 1"),
        ("1,2\n3,4,5\n", 2, "expected 2 numbers, found 3"),
        ("1,2\n3,\n", 2, "expected a number, found ''"),
        ("1,2\n3,x\n", 2, "expected a number, found 'x'"),
        ("x,y\n\n1,2\n3,z\n", 4, "expected a number, found 'z'"),
        ("x,y\nx,y\n1,2\n", 2, "expected a number, found 'x'"),
        ("1,2\n# remark\n3,4\n", 2, "expected a number, found '# remark'"),
        ("1;2\n3,5;4\n", 2, "expected a number, found '3,5'"),
        ("1 2\n3 nan\n", 2, "column 2 is nan, expected a finite number"),
        ("1 2\ninf 3\n", 2, "column 1 is inf, expected a finite number"),
        ("1 2\n3 1e16\n", 2, "column 2 is 1e+16, expected a finite number"),
        (
            "0 1 2 3\n1 0 4 5\n2 4 0 -6\n3 5 6 0",
            3,
            "column 4 is -6, expected a finite number from 0",
        ),
        ("id,x,y\n1,0,0\n2,1,1\n", 1, "the first column is called 'id', expected only coordinates"),
        (",x,y\n0,0,0\n1,1,1\n", 1, "the first column is called ''"),
        ("1,2\n3,\0\n", 2, "expected text, found binary data"),
    ],
)
def test_bad_tables(tmp_path, content, line, expected):
    """The message says which line is wrong and what was expected there."""
    message = failure(text(tmp_path, content))
    assert expected in message
    assert message.startswith(": " if line is None else f":{line}: ")


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros(4), "expected shape (n, 2), (n, 3) or (n, n), found (4,)"),
        (np.float64(4), "found ()"),
        (np.zeros((3, 2, 2)), "found (3, 2, 2)"),
        (np.zeros((3, 5)), "found (3, 5)"),
        (np.zeros((0, 2)), "at least one node"),
        (np.zeros((0, 0)), "at least one node"),
        (np.array([[0, np.nan]]), "node 0 has coordinates [0.0, nan]"),
        (np.where(MATRIX == 6, -6, MATRIX), "from node 2 to 3 is -6.0; it must not be negative"),
        (np.zeros((3, 2), complex), "expected a .npy header of real numbers"),
        (np.zeros((3, 2), bool), "expected a .npy header of real numbers"),
        (np.array([["a", "b"]]), "expected a .npy header of real numbers"),
        (np.zeros(3, [("x", float), ("y", float)]), "expected a .npy header of real numbers"),
    ],
)
def test_bad_arrays(tmp_path, array, expected):
    """Shapes and types that are neither coordinates nor distances are refused."""
    assert expected in failure(npy(tmp_path, array))


def test_objects_are_never_unpickled(tmp_path):
    """A file that would run code when loaded is refused."""

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    path = tmp_path / "a.npy"
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "|O", "fortran_order": False, "shape": (1, 2)}
    )
    path.write_bytes(buffer.getvalue() + pickle.dumps([Trap(), Trap()]))
    assert "expected a .npy header of real numbers" in failure(path)


def test_claimed_size_is_not_allocated(tmp_path):
    """A header that claims more than the file holds is refused."""
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**15, 2)}
    np.lib.format.write_array_header_1_0(buffer, header)
    path = tmp_path / "a.npy"
    path.write_bytes(buffer.getvalue() + bytes(32))
    assert "expected 16000000000000000 bytes of data" in failure(path)


@pytest.mark.parametrize("keep", [6, 7, 8, 9, 20, 128, 200])
def test_truncated_npy(tmp_path, keep):
    """A file cut anywhere is refused."""
    path = npy(tmp_path, POINTS)
    path.write_bytes(path.read_bytes()[:keep])
    failure(path)


def test_unknown_npy_version(tmp_path):
    """Future versions are refused."""
    path = npy(tmp_path, POINTS)
    data = bytearray(path.read_bytes())
    data[6] = 9
    path.write_bytes(bytes(data))
    assert failure(path) == ": expected .npy format version 1, 2 or 3"


def test_npy_by_name_only(tmp_path):
    """A file called .npy that is none is refused."""
    assert "expected a NumPy array" in failure(text(tmp_path, "1 2\n3 4\n", "a.npy"))
