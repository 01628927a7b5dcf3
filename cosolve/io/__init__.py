"""Reading and writing problems and solutions."""

from __future__ import annotations

from pathlib import Path

from cosolve.io.arrays import read_npy, read_table
from cosolve.io.atomic import atomic_write, check_writable
from cosolve.io.files import read_bytes
from cosolve.io.sniff import Format, sniff
from cosolve.io.solutions import read_solution
from cosolve.io.tsplib import read_tsplib
from cosolve.io.write import write_problem, write_solution
from cosolve.problems import TSP

__all__ = [
    "atomic_write",
    "check_writable",
    "read",
    "read_solution",
    "write_problem",
    "write_solution",
]

_READERS = {
    Format.TSPLIB: read_tsplib,
    Format.NPY: read_npy,
    Format.TABLE: read_table,
}


def read(path: str | Path) -> TSP:
    """Read a problem from a file.

    The format is told by the content, or else by the suffix: TSPLIB95 files of TYPE TSP and ATSP;
    NumPy arrays and tables in text (commas, semicolons or white space) of shape (n, 2) or (n, 3)
    with coordinates, for which distances are exact Euclidean, or (n, n) with distances. Any of
    them may be compressed with gzip.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    TSP
        The problem.

    Raises
    ------
    OSError
        If the file cannot be read.
    FormatError
        If its content is not a problem; the message names the line and what was expected.
    """
    data = read_bytes(path)
    return _READERS[sniff(path, data)](path, data)
