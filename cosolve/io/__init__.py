"""Reading and writing problems and solutions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cosolve.core import FormatError
from cosolve.io.arrays import read_npy, read_table
from cosolve.io.atomic import atomic_write, check_writable
from cosolve.io.depots_text import read_cordeau, read_taillard
from cosolve.io.files import read_bytes
from cosolve.io.jsplib import read_shop
from cosolve.io.lp import read_lp
from cosolve.io.mps import read_mps
from cosolve.io.rounding import with_rounding
from cosolve.io.scheduling_json import read_scheduling
from cosolve.io.sniff import Format, sniff
from cosolve.io.solutions import read_solution
from cosolve.io.tsplib import read_tsplib
from cosolve.io.vrp_text import read_li_lim, read_solomon
from cosolve.io.vrplib import read_vrplib
from cosolve.io.write import write_problem, write_solution
from cosolve.problems import MIP, TSP, VRP, Scheduling

__all__ = [
    "atomic_write",
    "check_writable",
    "read",
    "read_solution",
    "write_problem",
    "write_solution",
]

_READERS: dict[Format, Callable[[str | Path, bytes], TSP | VRP | Scheduling | MIP]] = {
    Format.TSPLIB: read_tsplib,
    Format.NPY: read_npy,
    Format.TABLE: read_table,
    Format.VRPLIB: read_vrplib,
    Format.SOLOMON: read_solomon,
    Format.LI_LIM: read_li_lim,
    Format.CORDEAU: read_cordeau,
    Format.TAILLARD: read_taillard,
    Format.SHOP: read_shop,
    Format.SCHEDULING: read_scheduling,
    Format.MPS: read_mps,
    Format.LP: read_lp,
}


def read(path: str | Path, rounding: str | None = None) -> TSP | VRP | Scheduling | MIP:
    """Read a problem from a file.

    The format is told by the content, or else by the suffix. TSP: TSPLIB95 files of TYPE TSP and
    ATSP; NumPy arrays and tables in text (commas, semicolons or white space) of shape (n, 2) or
    (n, 3) with coordinates, for which distances are exact Euclidean, or (n, n) with distances. VRP:
    VRPLIB files, and those of Solomon, Gehring and Homberger, Li and Lim, Cordeau and Taillard.
    Scheduling: the FJS format, lines of machine and duration (JSPLIB), durations and then machines
    (Taillard), and the JSON of `cosolve.io.scheduling_json`, which holds everything.
    Mixed-integer programs: MPS, see `cosolve.io.mps`, and LP, see `cosolve.io.lp`.
    Any of them may be compressed with gzip.

    Parameters
    ----------
    path
        The file.
    rounding
        How Euclidean distances are rounded: ``"nint"``, ``"trunc1"`` or ``"none"``, see
        `cosolve.io.rounding.Rounding`. None for the convention of best-known values of the format:
        TSPLIB and CVRPLIB round to the nearest integer (where a best-known value in the COMMENT has
        a fraction, not at all); files of Solomon and of Gehring and Homberger cut to one decimal;
        all others do not round.

    Returns
    -------
    TSP, VRP, Scheduling or MIP
        The problem; the ``metric`` of the former two tells the rounding.

    Raises
    ------
    OSError
        If the file cannot be read.
    FormatError
        If its content is not a problem; the message names the line and what was expected.
    ValueError
        If the rounding is unknown or does not apply to the distances of the file.
    """
    data = read_bytes(path)
    found = sniff(path, data)
    if found is Format.ROUTES:
        raise FormatError(path, "expected a problem, found the routes of a solution", 1)
    if found is Format.SCHEDULE:
        raise FormatError(path, "expected a problem, found a schedule", 1)
    if found is Format.VALUES:
        raise FormatError(path, "expected a problem, found the values of a solution", 1)
    problem = _READERS[found](path, data)
    if rounding is None:
        return problem
    if isinstance(problem, Scheduling | MIP):
        raise ValueError(f"rounding is for distances, {path} is a {problem.kind} problem")
    return with_rounding(problem, rounding)
