"""The vehicles of a VRPLIB file: one line for each in a section, or one value for all."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from cosolve.io.text import is_number, quote, read_rows, reject_unusable
from cosolve.io.tsplib import LabelArray
from cosolve.io.tsplib_sections import Sections
from cosolve.problems import VehicleType
from cosolve.problems.metrics import FloatArray
from cosolve.problems.tsp import MAX_COORDINATE

_CAPACITY = "CAPACITY"
_DEPOT = "VEHICLES_DEPOT"
_LIMITS = {
    "VEHICLES_MAX_DURATION": "max_duration",
    "VEHICLES_MAX_DISTANCE": "max_distance",
    "VEHICLES_FIXED_COST": "fixed_cost",
    "VEHICLES_UNIT_DISTANCE_COST": "distance_cost",
    "VEHICLES_UNIT_DURATION_COST": "time_cost",
}
_PER_VEHICLE = frozenset({_DEPOT, *_LIMITS})
FLEET_VALUES = _PER_VEHICLE | {"VEHICLES", "DISTANCE"}
FLEET_SECTIONS = frozenset(f"{name}_SECTION" for name in _PER_VEHICLE | {_CAPACITY})
_MAX_VEHICLES = 1_000_000


def scalar(sections: Sections, keyword: str) -> float | None:
    """Value of a keyword, a finite number not below 0, or None where it is absent."""
    word = sections.word(keyword)
    if word is None:
        return None
    value = float(word) if is_number(word) else math.nan
    if not 0 <= value <= MAX_COORDINATE:
        raise sections.error(
            f"{keyword} is {quote(word)}, expected a finite number not below 0", keyword
        )
    return value


def read_fleet(sections: Sections, depots: LabelArray, kind: str) -> tuple[VehicleType, ...]:
    """Vehicle types of a file; vehicles that are alike and follow each other make one.

    DISTANCE limits the duration of a route, which is its length and the service times.

    Parameters
    ----------
    sections
        The file.
    depots
        Labels of the depots.
    kind
        Value of TYPE.

    Raises
    ------
    FormatError
        If a value is no number, or a section has another number of lines than there are vehicles.
    """
    count = _count(sections)
    columns = {name: _column(sections, name, count) for name in (_CAPACITY, _DEPOT, *_LIMITS)}
    limit = scalar(sections, "DISTANCE")
    if limit is not None:
        if columns["VEHICLES_MAX_DURATION"] is not None:
            raise sections.error("DISTANCE contradicts VEHICLES_MAX_DURATION", "DISTANCE")
        columns["VEHICLES_MAX_DURATION"] = np.array([[limit]])
    rows = max(1 if c is None else len(c) for c in columns.values())
    if rows == 1:
        return (replace(_vehicle(sections, columns, 0, depots, kind), number=count),)
    # A line that differs from the one above begins a type.
    lines = np.hstack([c for c in columns.values() if c is not None and len(c) == rows])
    first = np.flatnonzero(np.r_[True, (lines[1:] != lines[:-1]).any(axis=1)])
    numbers = np.diff(first, append=rows)
    return tuple(
        replace(_vehicle(sections, columns, k, depots, kind), number=number)
        for k, number in zip(first.tolist(), numbers.tolist(), strict=True)
    )


def _count(sections: Sections) -> int | None:
    value = scalar(sections, "VEHICLES")
    if value is None:
        return None
    if value != int(value) or not 1 <= value <= _MAX_VEHICLES:
        raise sections.error(
            f"VEHICLES is {value:g}, expected a whole number from 1 to {_MAX_VEHICLES}", "VEHICLES"
        )
    return int(value)


def _column(sections: Sections, name: str, count: int | None) -> FloatArray | None:
    """One row for every vehicle, or one for all, or None; shape (rows, k)."""
    keyword = f"{name}_SECTION"
    if keyword not in sections.blocks:
        value = scalar(sections, name)
        return None if value is None else np.array([[value]])
    if name in sections.values:
        raise sections.error(f"{name} contradicts {keyword}", name)
    block = sections.blocks[keyword]
    if count is None:
        raise block.error("expected a VEHICLES line that says how many lines follow, found none")
    table = read_rows(block, None if name == _CAPACITY else 2)
    if len(table) != count:
        raise block.error(f"expected {count} vehicles, found {len(table)}", block.last_line)
    if table.shape[1] < 2:
        raise block.row_error(0, "expected the number of a vehicle and a value, found one number")
    reject_unusable(block, table, "a value")
    wrong = table[:, 0] != np.arange(1, count + 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise block.row_error(row, f"expected vehicle {row + 1}, found {table[row, 0]:g}")
    if (table[:, 1:] < 0).any():
        row = int((table[:, 1:] < 0).any(axis=1).argmax())
        raise block.row_error(row, f"expected numbers not below 0, found {table[row, 1]:g}")
    return table[:, 1:]


def _vehicle(
    sections: Sections,
    columns: dict[str, FloatArray | None],
    k: int,
    depots: LabelArray,
    kind: str,
) -> VehicleType:
    def of(name: str) -> list[float] | None:
        column = columns[name]
        if column is None:
            return None
        row: list[float] = column[k if len(column) > 1 else 0].tolist()
        return row

    start = 0
    label = of(_DEPOT)
    if label is not None:
        where = np.flatnonzero(depots == label[0])
        if not where.size:
            keyword = _DEPOT if _DEPOT in sections.values else f"{_DEPOT}_SECTION"
            raise sections.error(f"vehicle {k + 1} is at {label[0]:g}, which is no depot", keyword)
        start = int(where[0])
    limits: dict[str, Any] = {
        field: found[0] for name, field in _LIMITS.items() if (found := of(name)) is not None
    }
    capacity = of(_CAPACITY)
    return VehicleType(
        capacity=math.inf if capacity is None else tuple(capacity),
        start=start,
        open=kind == "OVRP",
        **limits,
    )
