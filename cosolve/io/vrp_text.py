"""Readers of problems with time windows: Solomon, Gehring and Homberger, and Li and Lim.

References
----------
.. [1] M. M. Solomon, "Algorithms for the vehicle routing and scheduling problems with time window
   constraints", Operations Research 35 (1987).
.. [2] H. Gehring, J. Homberger, "A parallel hybrid evolutionary metaheuristic for the vehicle
   routing problem with time windows", EUROGEN99 (1999): the same format.
.. [3] H. Li, A. Lim, "A metaheuristic for the pickup and delivery problem with time windows",
   International Journal on Artificial Intelligence Tools 12 (2003).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.text import Block, clean, read_rows, reject_unusable
from cosolve.problems import VRP, Metric, VehicleType
from cosolve.problems.metrics import FloatArray
from cosolve.problems.tsp import MAX_LABEL

_SOLOMON = re.compile(
    rb"(?P<name>[^\n]*)\n\s*VEHICLE[ \t]*\n\s*NUMBER[ \t]+CAPACITY[ \t]*\n"
    rb"(?P<fleet>[^\n]*)\n\s*CUSTOMERS?[ \t]*\n\s*(?P<titles>CUST[^\n]*)\n",
    re.IGNORECASE,
)


def is_solomon(text: bytes) -> bool:
    """Whether a text begins as a file of Solomon does."""
    return _SOLOMON.match(text.lstrip()) is not None


def read_solomon(path: str | Path, data: bytes) -> VRP:
    """Read a problem of Solomon [1]_ or of Gehring and Homberger [2]_.

    Distances and travel times are Euclidean, cut to one decimal: the convention in which the
    distances alone are minimized. (Values that count vehicles first are not rounded.)

    Parameters
    ----------
    path
        The file, for messages and the name of a problem that has none.
    data
        Its content.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    text = clean(path, data)
    blank = len(text) - len(text.lstrip())
    match = _SOLOMON.match(text, blank)
    if match is None:
        raise FormatError(path, "expected a name, VEHICLE, NUMBER CAPACITY, CUSTOMER")
    fleet = Block(path, text, match.start("fleet"), match.end("fleet"), "VEHICLE")
    number, capacity = _line(fleet, "number and capacity of the vehicles", 2)
    block = Block(path, text, match.end(), len(text), "CUSTOMER")
    table = _table(block, 7)
    labels = _labels(block, table)
    name = match["name"].decode("utf-8", "replace").strip()
    return built(
        path,
        name=name or stem_and_suffix(path)[0],
        coords=table[:, 1:3],
        metric=Metric.TRUNC1,
        vehicles=(VehicleType(capacity=capacity, number=_count(fleet, number)),),
        demands=table[:, 3],
        windows=table[:, 4:6],
        service=table[:, 6],
        labels=labels,
    )


def read_li_lim(path: str | Path, data: bytes) -> VRP:
    """Read a pickup and delivery problem of Li and Lim [3]_; distances are not rounded.

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
    begin = len(text) - len(text.lstrip())
    end = text.find(b"\n", begin) + 1
    fleet = Block(path, text, begin, end, "first line")
    number, capacity, _speed = _line(fleet, "number, capacity and speed of the vehicles", 3)
    block = Block(path, text, end, len(text), "tasks")
    table = _table(block, 9)
    labels = _labels(block, table)
    pairs, loads = _pairs(block, table, labels)
    return built(
        path,
        name=stem_and_suffix(path)[0],
        coords=table[:, 1:3],
        vehicles=(VehicleType(capacity=capacity, number=_count(fleet, number)),),
        windows=table[:, 4:6],
        service=table[:, 6],
        pairs=pairs,
        pair_loads=loads,
        labels=labels,
    )


def _line(block: Block, what: str, count: int) -> list[float]:
    values = read_rows(block, None).ravel()
    if values.size != count or not ((values >= 0) & (values <= MAX_LABEL)).all():
        raise block.error(f"expected {what}, not below 0", block.first_line)
    numbers: list[float] = values.tolist()
    return numbers


def _count(block: Block, number: float) -> int:
    if number != int(number) or number < 1:
        raise block.error(
            f"expected a whole number of vehicles, at least 1, found {number:g}", block.first_line
        )
    return int(number)


def _table(block: Block, columns: int) -> FloatArray:
    table = read_rows(block, columns)
    if len(table) < 2:
        raise block.error(f"expected a depot and at least one client, found {len(table)} lines")
    if not block.text.endswith(b"\n") and not block.text[-1:].isdigit():
        raise block.error("expected a number at the end, the file may be cut off", block.last_line)
    reject_unusable(block, table, "a value")
    return table


def _labels(block: Block, table: FloatArray) -> npt.NDArray[np.int64]:
    numbers = table[:, 0]
    bad = ~((numbers >= 0) & (numbers <= MAX_LABEL) & (numbers == np.floor(numbers)))
    if bad.any():
        row = int(bad.argmax())
        raise block.row_error(row, f"number {numbers[row]:g}, expected a whole number")
    first = np.unique(numbers, return_index=True)[1]
    if first.size < len(numbers):
        row = int(np.setdiff1d(np.arange(len(numbers)), first)[0])
        raise block.row_error(row, f"{numbers[row]:g} is listed twice, expected each once")
    return numbers.astype(np.int64)


def _pairs(
    block: Block, table: FloatArray, labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Rows of pickups and their deliveries, and what goes between them."""
    row_of = {float(label): row for row, label in enumerate(labels)}
    demand, sources, targets = table[:, 3], table[:, 7], table[:, 8]
    pairs = []
    for row in range(1, len(table)):
        partner = targets[row] if targets[row] else sources[row]
        other = row_of.get(partner, 0)
        if other == 0:
            raise block.row_error(
                row, f"expected the number of the other half of the pair, found {partner:g}"
            )
        if not targets[row]:
            if targets[other] != labels[row]:
                raise block.row_error(
                    row, f"{partner:g} is to deliver here, but its own line says otherwise"
                )
            continue
        if sources[other] != labels[row] or demand[row] != -demand[other] or demand[row] < 0:
            raise block.row_error(
                row,
                f"expected {partner:g} to get the {demand[row]:g} picked up here, its line says "
                f"{demand[other]:g} from {sources[other]:g}",
            )
        pairs.append((row, other))
    found = np.array(pairs, dtype=np.int64)
    return found, demand[found[:, 0]]


def built(path: str | Path, **fields: object) -> VRP:
    """Make a problem of what a file says.

    Parameters
    ----------
    path
        The file, for messages.
    fields
        Arguments of ``VRP``.

    Raises
    ------
    FormatError
        If there is no such problem.
    """
    try:
        return VRP(**fields)  # type: ignore[arg-type]
    except ValueError as error:
        raise FormatError(path, str(error)) from None
