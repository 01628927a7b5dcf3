"""Readers of problems with several depots (Cordeau) and of mixed fleets (Taillard).

References
----------
.. [1] J.-F. Cordeau, M. Gendreau, G. Laporte, "A tabu search heuristic for periodic and multi-depot
   vehicle routing problems", Networks 30 (1997).
.. [2] J.-F. Cordeau, G. Laporte, A. Mercier, "A unified tabu search heuristic for vehicle routing
   problems with time windows", Journal of the Operational Research Society 52 (2001).
.. [3] E. D. Taillard, "A heuristic column generation method for the heterogeneous fleet VRP", RAIRO
   Operations Research 33 (1999).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.text import Block, clean, is_number, quote
from cosolve.io.vrp_text import built
from cosolve.problems import VRP, VehicleType
from cosolve.problems.tsp import MAX_COORDINATE

Row = tuple[int, list[float]]

# Problem types in the first line: VRP, MDVRP and the two with windows. The others are periodic, or
# have clients that not every depot may serve.
_CORDEAU_TYPES = (0, 2, 4, 6)
_WINDOWED = 4  # from this type on
_DEPOT_FIRST = (0, 4)
_RANGE = 999_999.0  # of the files of Taillard's set, where there is none
_MAX_COUNT = 1_000_000


def read_cordeau(path: str | Path, data: bytes) -> VRP:
    """Read a problem with several depots of Cordeau et al. [1]_ [2]_; distances are not rounded.

    A duration or capacity of 0 means that there is no limit. Depots stand behind the clients, but
    before them in problems of type 0 (VRP) and 4 (VRPTW).

    Parameters
    ----------
    path
        The file, for messages and the name.
    data
        Its content.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    rows = _rows(path, clean(path, data))
    line, head = rows[0]
    kind, vehicles, clients, depots = (_whole(path, line, value) for value in head)
    if kind not in _CORDEAU_TYPES:
        raise FormatError(
            path,
            f"problem type {kind}, expected 0 (VRP), 2 (MDVRP), 4 (VRPTW) or 6 (MDVRPTW)",
            line,
        )
    if min(vehicles, clients, depots) < 1:
        raise FormatError(path, "expected at least one vehicle, client and depot", line)
    expected = 1 + depots + clients + depots
    if len(rows) != expected:
        raise FormatError(
            path,
            f"expected {expected} lines: the first, {depots} of vehicles, {clients} clients and "
            f"{depots} depots; found {len(rows)}",
            rows[min(len(rows), expected) - 1][0],
        )
    fleet = []
    for depot, (line, row) in enumerate(rows[1 : 1 + depots]):
        duration, capacity = _numbers(path, line, row, 2)
        fleet.append(
            VehicleType(
                capacity=capacity or math.inf,
                number=vehicles,
                start=depot,
                max_duration=duration or math.inf,
            )
        )
    places = [_cordeau_place(path, line, row, kind) for line, row in rows[1 + depots :]]
    if kind not in _DEPOT_FIRST:
        places = places[clients:] + places[:clients]
    table = np.array(places)
    return built(
        path,
        name=stem_and_suffix(path)[0],
        coords=table[:, 1:3],
        depots=depots,
        vehicles=tuple(fleet),
        service=table[:, 3],
        demands=table[:, 4],
        windows=table[:, 5:7] if kind >= _WINDOWED else None,
        labels=table[:, 0].astype(np.int64),
    )


def _cordeau_place(path: str | Path, line: int, row: list[float], kind: int) -> list[float]:
    """Return number, x, y, service time, demand and window of a client or depot."""
    if len(row) < 5:
        raise FormatError(path, f"expected at least 5 numbers, found {len(row)}", line)
    row = _numbers(path, line, row, len(row), least=-MAX_COORDINATE)
    _whole(path, line, row[0])
    # Frequency, number of combinations of visits, their list; then the window.
    listed = 0
    if len(row) > 6:
        listed = _whole(path, line, row[6])
        if len(row) < 7 + listed:
            raise FormatError(
                path, f"expected {7 + listed} numbers or more, found {len(row)}", line
            )
    window = row[7 + listed :]
    if kind < _WINDOWED:
        if len(window) not in (0, 2):
            raise FormatError(path, f"expected {7 + listed} numbers, found {len(row)}", line)
        return [*row[:5], 0.0, math.inf]
    if len(window) != 2:
        raise FormatError(
            path, f"expected {7 + listed} numbers and a time window, found {len(row)}", line
        )
    return [*row[:5], *window]


def is_taillard(text: bytes) -> bool:
    """Whether a text begins as a file of Taillard's set does: with comments and six numbers."""
    lines = [line for line in text.split(b"\n")[:50] if line.strip()]
    if not lines or not lines[0].lstrip().startswith(b"//"):
        return False
    rest = [line for line in lines if not line.lstrip().startswith(b"//")]
    return not rest or len(rest[0].split()) == 6


def read_taillard(path: str | Path, data: bytes) -> VRP:
    """Read a problem with a mixed fleet of Taillard [3]_; distances are not rounded.

    Parameters
    ----------
    path
        The file, for messages and the name.
    data
        Its content.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    text = clean(path, data)
    kept = [b"" if line.lstrip().startswith(b"//") else line for line in text.split(b"\n")]
    rows = _rows(path, b"\n".join(kept))
    line, head = rows[0]
    if len(head) != 6:
        raise FormatError(
            path,
            "expected numbers of clients and vehicle types, range, service time, a bound and a "
            "best-known value",
            line,
        )
    clients, types = (_whole(path, line, value) for value in head[:2])
    if min(clients, types) < 1:
        raise FormatError(path, "expected at least one client and one vehicle type", line)
    reach, service = _numbers(path, line, head[2:4], 2)
    if len(rows) != 2 + types + clients:
        raise FormatError(
            path,
            f"expected {2 + types + clients} lines: the first, {types} of vehicles, a depot and "
            f"{clients} clients; found {len(rows)}",
            rows[min(len(rows), 2 + types + clients) - 1][0],
        )
    fleet = []
    for line, row in rows[1 : 1 + types]:
        number, capacity, fixed, per_distance = _numbers(path, line, row, 4)
        fleet.append(
            VehicleType(
                capacity=capacity,
                number=_at_least_one(path, line, number),
                fixed_cost=fixed,
                distance_cost=per_distance,
                max_duration=reach if 0 < reach < _RANGE else math.inf,
            )
        )
    line, row = rows[1 + types]
    places = [[*_numbers(path, line, row, 2, least=-MAX_COORDINATE), 0.0]]
    for line, row in rows[2 + types :]:
        places.append(_numbers(path, line, row, 3, least=-MAX_COORDINATE))
    table = np.array(places)
    return built(
        path,
        name=stem_and_suffix(path)[0],
        coords=table[:, :2],
        vehicles=tuple(fleet),
        demands=table[:, 2],
        service=np.full(len(table), service),
    )


def _rows(path: str | Path, text: bytes) -> list[Row]:
    """Line number and numbers of every line that is not blank."""
    found: list[Row] = []
    for line, words in Block(path, text, 0, len(text), "").rows():
        for word in words:
            if not is_number(word):
                raise FormatError(path, f"expected a number, found {quote(word)}", line)
        found.append((line, [float(word) for word in words]))
    if not found:
        raise FormatError(path, "expected lines of numbers, found none")
    return found


def _numbers(
    path: str | Path, line: int, row: list[float], count: int, least: float = 0.0
) -> list[float]:
    if len(row) != count:
        raise FormatError(path, f"expected {count} numbers, found {len(row)}", line)
    for value in row:
        if not least <= value <= MAX_COORDINATE:
            raise FormatError(
                path,
                f"found {value:g}, expected a finite number from {least:g} to {MAX_COORDINATE:g}",
                line,
            )
    return row


def _whole(path: str | Path, line: int, value: float) -> int:
    if not 0 <= value <= _MAX_COUNT or value != int(value):
        raise FormatError(path, f"found {value:g}, expected a whole number not below 0", line)
    return int(value)


def _at_least_one(path: str | Path, line: int, value: float) -> int:
    number = _whole(path, line, value)
    if number < 1:
        raise FormatError(path, "expected at least one vehicle of each type, found 0", line)
    return number
