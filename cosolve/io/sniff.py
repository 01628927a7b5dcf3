"""Which format a file is in, told by its content first and its name second."""

from __future__ import annotations

import re
from enum import Enum, unique
from pathlib import Path

from cosolve.core import FormatError
from cosolve.io.depots_text import is_taillard
from cosolve.io.files import stem_and_suffix
from cosolve.io.fjs import parses_as_job
from cosolve.io.jsplib import is_taillard_shop
from cosolve.io.schedules import SCHEDULE_LINE
from cosolve.io.text import is_number, quote
from cosolve.io.vrp_text import is_solomon
from cosolve.io.vrplib import VRPLIB

NPY_MAGIC = b"\x93NUMPY"
_TSPLIB_SUFFIXES = frozenset({".tsp", ".atsp", ".tour"})
_SHOP_SUFFIXES = frozenset({".fjs", ".jsp"})
_TABLE_SUFFIXES = frozenset({".csv", ".txt", ".dat", ".xy"})
_LOOKED_AT = 4096  # bytes in which the first line is expected
_MPS_LINE = re.compile(
    rb"^(ROWS|OBJSENSE([ \t]+MAX(IMIZE)?|[ \t]+MIN(IMIZE)?)?)[ \t]*$", re.MULTILINE
)
_LP_LINE = re.compile(r"(max|min)(imi[sz]e|imum)?\b(?!\s*[=<>(])", re.IGNORECASE)
_VALUES_LINE = re.compile(
    r"=obj=|=infeas=|=unbd=|solution status\s*:|model status|# objective value", re.I
)
_TYPE_LINE = re.compile(rb"^\s*TYPE\s*:[ \t]*(\w+)", re.IGNORECASE | re.MULTILINE)
_ROUTE_LINE = re.compile(r"route\s*#?\s*\d+\s*:", re.IGNORECASE)
_KEYWORD_LINE = re.compile(r"(NAME|TYPE|COMMENT|DIMENSION|[A-Z]+_[A-Z_]+)\s*(:.*)?", re.IGNORECASE)


@unique
class Format(Enum):
    """The formats that hold problems or solutions."""

    TSPLIB = "TSPLIB95"
    """Keywords and sections."""
    NPY = ".npy"
    """One NumPy array."""
    TABLE = "table"
    """Numbers in text, separated by commas, semicolons or white space."""
    VRPLIB = "VRPLIB"
    """Keywords and sections of a vehicle routing problem."""
    SOLOMON = "Solomon"
    """Windows, as Solomon and Gehring and Homberger write them."""
    LI_LIM = "Li and Lim"
    """Pickups and deliveries with windows: three numbers, then lines of nine."""
    CORDEAU = "Cordeau"
    """Several depots: four numbers, then lines of two."""
    TAILLARD = "Taillard"
    """A mixed fleet: comments, then six numbers."""
    ROUTES = "routes"
    """Solution of a vehicle routing problem, as CVRPLIB writes it."""
    SHOP = "job shop"
    """A job shop or a flexible one: FJS, lines of machine and duration, or Taillard's layout."""
    SCHEDULING = "JSON"
    """A scheduling problem, or a schedule, in the format of cosolve."""
    SCHEDULE = "schedule"
    """A schedule: job, operation, machine, begin and end in each line."""
    MPS = "MPS"
    """A mixed-integer program, by columns."""
    LP = "LP"
    """A mixed-integer program, by rows, as people write it."""
    VALUES = "values"
    """Values of the columns of a mixed-integer program."""


# Words in the first two lines.
_BY_COUNTS = {(3, 9): Format.LI_LIM, (4, 2): Format.CORDEAU}


def sniff(path: str | Path, data: bytes) -> Format:
    """Tell the format of a file.

    Parameters
    ----------
    path
        The file; its suffix decides where the content does not.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is none of the known formats.
    """
    suffix = stem_and_suffix(path)[1]
    if data.startswith(NPY_MAGIC):
        return Format.NPY
    if suffix == ".npy":
        raise FormatError(path, "expected a NumPy array, as the name says, but the file holds none")
    first = _first_line(data)
    if first.startswith("{") or suffix == ".json":
        return Format.SCHEDULING
    program = _program(data, suffix)
    if program is not None:
        return program
    if SCHEDULE_LINE.match(first):
        return Format.SCHEDULE
    if _ROUTE_LINE.match(first):
        return Format.ROUTES
    head = data[:_LOOKED_AT].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if is_solomon(head):
        return Format.SOLOMON
    if is_taillard(head):
        return Format.TAILLARD
    if suffix in _SHOP_SUFFIXES or is_taillard_shop(head) or _is_shop(head):
        return Format.SHOP
    if _KEYWORD_LINE.fullmatch(first) or suffix in _TSPLIB_SUFFIXES or suffix == ".vrp":
        return Format.VRPLIB if _is_vrplib(head, suffix) else Format.TSPLIB
    counts = tuple(len(line.split()) for line in head.split(b"\n") if line.strip())[:2]
    if is_number(first.split()[0] if first else "") and counts in _BY_COUNTS:
        return _BY_COUNTS[counts]
    words = re.split(r"[\s,;]+", first)
    if suffix in _TABLE_SUFFIXES or is_number(words[0]):
        return Format.TABLE
    raise FormatError(
        path,
        "expected TSPLIB or VRPLIB keywords, MPS, LP, a .npy array, JSON or lines of numbers, "
        f"found {quote(first)}",
        1,
    )


def _program(data: bytes, suffix: str) -> Format | None:
    """Tell files of mixed-integer programs, which may begin with comments."""
    head = data[:_LOOKED_AT].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if suffix == ".mps" or _MPS_LINE.search(head):
        return Format.MPS
    lines = (line.strip() for line in head.decode("utf-8-sig", "replace").split("\n"))
    first = next((line for line in lines if line and not line.startswith("\\")), "")
    if suffix == ".lp" or _LP_LINE.match(first):
        return Format.LP
    return Format.VALUES if _VALUES_LINE.match(first) else None


def _is_shop(head: bytes) -> bool:
    """Whether numbers of jobs and machines come first, and then lines that are no table.

    A job shop in which every job has one operation looks like coordinates: it needs the suffix.
    """
    kept = [line.partition(b"#")[0].split() for line in head.split(b"\n")]
    lines = [words for words in kept if words]
    if len(lines) < 2 or not all(word.isdigit() for word in lines[0][:2]):
        return False
    if not all(is_number(word.decode("latin-1")) for word in lines[1][:-1]):
        return False
    counts = len(lines[0]), len(lines[1])
    if counts[0] == 2:
        # Shorter lines of numbers of other kinds: a job without operations, one machine by blocks.
        return counts[1] > 2 or (counts[1] == 1 and len(lines) > 2)
    if counts[0] == 3 and is_number(lines[0][2].decode("latin-1")) and counts[1] != 3:
        return counts not in _BY_COUNTS or (
            lines[1][0] != b"0"
            and all(word.isdigit() for word in lines[1])
            and parses_as_job([int(word[:9]) for word in lines[1]])
        )
    return False


def _is_vrplib(head: bytes, suffix: str) -> bool:
    match = _TYPE_LINE.search(head)
    if match is None:
        return suffix == ".vrp"
    word = match[1].decode("latin-1").upper()
    return word in VRPLIB.types or (suffix == ".vrp" and word not in ("TSP", "ATSP", "TOUR"))


def _first_line(data: bytes) -> str:
    text = data[:_LOOKED_AT].decode("utf-8-sig", "replace").lstrip()
    return text.splitlines()[0].strip() if text else ""
