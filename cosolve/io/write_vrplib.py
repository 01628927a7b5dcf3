"""Writer of VRPLIB files, see `cosolve.io.vrplib`.

What the format cannot say is refused. Every file is read back before it is written: conventions
such as the rounding are implied by other words of the format, and must not change on the way.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cosolve.core import FormatError
from cosolve.io.numbers import one_line, row_lines, rows_of, shortest
from cosolve.io.vrplib import read_vrplib, states_unrounded_value
from cosolve.problems import VRP, Metric

if TYPE_CHECKING:
    from cosolve.problems import VehicleType
    from cosolve.problems.metrics import FloatArray

_TYPES = {Metric.TRUNC1: "VRPTW", Metric.EUC: "CVRP"}
# What one vehicle type has as a keyword and several have as a section.
_LIMITS = (
    ("VEHICLES_MAX_DURATION", "max_duration", math.inf),
    ("VEHICLES_MAX_DISTANCE", "max_distance", math.inf),
    ("VEHICLES_FIXED_COST", "fixed_cost", 0.0),
    ("VEHICLES_UNIT_DISTANCE_COST", "distance_cost", 1.0),
    ("VEHICLES_UNIT_DURATION_COST", "time_cost", 0.0),
)


def vrplib_bytes(problem: VRP, path: str | Path) -> bytes:
    """Content of a VRPLIB file.

    Parameters
    ----------
    problem
        The problem.
    path
        The file, for messages.

    Raises
    ------
    ValueError
        If the format cannot hold the problem; the message says what of it.
    """
    lost = _lost(problem)
    if lost:
        raise ValueError(f"{path}: VRPLIB cannot hold the {', '.join(lost)} of the problem")
    data = ("\n".join(_lines(problem)) + "\n").encode()
    try:
        changed = _differences(problem, read_vrplib(path, data))
    except FormatError as error:
        raise ValueError(f"{path}: VRPLIB cannot hold the problem: {error.message}") from None
    if changed:
        raise ValueError(f"{path}: VRPLIB cannot hold the {', '.join(changed)} of the problem")
    return data


def _lost(problem: VRP) -> list[str]:
    """Name what no keyword of the format stands for."""
    vehicles = problem.vehicles
    several = len(vehicles) > 1 or problem.dimensions > 1
    present = {
        "pickup and delivery pairs": len(problem.pairs) > 0,
        "travel times": problem.durations is not None,
        "shifts": any(v.shift != (0.0, math.inf) for v in vehicles),
        "different start and end depots": any(v.back not in (None, v.start) for v in vehicles),
        "open routes of some vehicles": len({v.open for v in vehicles}) > 1,
        "backhauls of open routes": problem.backhauls and any(v.open for v in vehicles),
        "unlimited number of vehicles of several types": several and problem.fleet_size is None,
        "infinite capacities": several and any(math.inf in v.capacities for v in vehicles),
        "limits of some vehicles": any(
            several
            and any(getattr(v, name) == math.inf for v in vehicles)
            and any(getattr(v, name) < math.inf for v in vehicles)
            for _, name, _ in _LIMITS
        ),
        "windows without end": bool(
            np.isinf(problem.windows[:, 1]).any() and np.isfinite(problem.windows[:, 1]).any()
        ),
        "windows that only begin": bool(
            problem.windows[:, 0].any() and np.isinf(problem.windows[:, 1]).any()
        ),
        "groups that need not be visited": any(not group.required for group in problem.groups),
    }
    return [what for what, there in present.items() if there]


def _type(problem: VRP) -> str:
    if problem.backhauls:
        return "VRPB"
    if problem.vehicles[0].open:
        return "OVRP"
    if problem.metric in _TYPES:
        return _TYPES[problem.metric]
    return "HFVRP" if len(problem.vehicles) > 1 else "CVRP"


def _lines(problem: VRP) -> list[str]:
    labels = np.arange(problem.locations) if problem.labels is None else problem.labels
    nodes = (labels + 1).tolist()
    lines = [f"NAME : {one_line(problem.name)}"]
    for line in problem.comment.split("\n") if problem.comment else []:
        # Such a comment would say that distances are not rounded.
        remark = " (distances are rounded)" if states_unrounded_value(line) else ""
        lines.append(f"COMMENT : {' '.join(line.replace(chr(0), ' ').split())}{remark}")
    lines += [f"TYPE : {_type(problem)}", f"DIMENSION : {problem.locations}"]
    header, sections = _fleet(problem, nodes)
    lines += header
    if problem.coords is not None:
        dimensions = problem.coords.shape[1]
        name = "EXACT" if problem.metric is Metric.EUCLIDEAN else str(problem.metric)
        name = "EUC" if problem.metric is Metric.TRUNC1 else name
        plain = problem.metric in (Metric.GEO, Metric.ATT)
        lines.append(f"EDGE_WEIGHT_TYPE : {name if plain else f'{name}_{dimensions}D'}")
        lines += ["NODE_COORD_SECTION", *row_lines(nodes, problem.coords)]
    else:
        assert problem.matrix is not None
        lines += ["EDGE_WEIGHT_TYPE : EXPLICIT", "EDGE_WEIGHT_FORMAT : FULL_MATRIX"]
        lines.append("EDGE_WEIGHT_SECTION")
        lines += [" ".join(map(repr, row)) for row in rows_of(problem.matrix)]
        if problem.display is not None:
            lines += ["NODE_COORD_SECTION", *row_lines(nodes, problem.display)]
    for keyword, values, needed in (
        ("DEMAND_SECTION", problem.demands, True),
        ("BACKHAUL_SECTION", problem.pickups, bool(problem.pickups.any())),
        ("TIME_WINDOW_SECTION", problem.windows, bool(np.isfinite(problem.windows).all())),
        ("SERVICE_TIME_SECTION", problem.service[:, None], bool(problem.service.any())),
        ("RELEASE_TIME_SECTION", problem.release[:, None], bool(problem.release.any())),
        ("PRIZE_SECTION", problem.prizes[:, None], bool(problem.prizes.any())),
    ):
        if needed:
            lines += [keyword, *row_lines(nodes, values)]
    if problem.groups:
        lines += ["MUTUALLY_EXCLUSIVE_GROUP_SECTION", *row_lines(nodes, _group_numbers(problem))]
    lines += sections
    return [*lines, "DEPOT_SECTION", *map(str, nodes[: problem.depots]), "-1", "EOF"]


def _group_numbers(problem: VRP) -> FloatArray:
    numbers = np.arange(1.0, problem.locations + 1)  # each alone, which is no group
    for g, group in enumerate(problem.groups):
        numbers[list(group.clients)] = problem.locations + 1 + g
    return numbers[:, None]


def _fleet(problem: VRP, nodes: list[int]) -> tuple[list[str], list[str]]:
    """Keywords, and sections where vehicles differ or their load has several dimensions."""
    vehicles = problem.vehicles
    header = [] if problem.fleet_size is None else [f"VEHICLES : {problem.fleet_size}"]
    if len(vehicles) == 1 and problem.dimensions == 1:
        vehicle = vehicles[0]
        (capacity,) = vehicle.capacities
        if capacity < math.inf:
            header.append(f"CAPACITY : {shortest(capacity)}")
        if vehicle.start:
            header.append(f"VEHICLES_DEPOT : {nodes[vehicle.start]}")
        for keyword, name, usual in _LIMITS:
            value = getattr(vehicle, name)
            if value != usual:
                header.append(f"{keyword} : {shortest(value)}")
        return header, []
    each = [v for v in vehicles for _ in range(v.number or 0)]
    numbers = list(range(1, len(each) + 1))

    def section(keyword: str, rows: list[list[float]]) -> list[str]:
        return [f"{keyword}_SECTION", *row_lines(numbers, np.array(rows))]

    sections = section("CAPACITY", [list(v.capacities) for v in each])
    if problem.depots > 1:
        sections += section("VEHICLES_DEPOT", [[float(nodes[v.start])] for v in each])
    for keyword, name, usual in _LIMITS:
        if any(getattr(v, name) != usual for v in vehicles):
            sections += section(keyword, [[getattr(v, name)] for v in each])
    return header, sections


def _differences(a: VRP, b: VRP) -> list[str]:
    """Name the arguments in which two problems differ, but for names."""

    def same(x: object, y: object) -> bool:
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
            return np.array_equal(x, y)
        return x == y

    differing = [
        field.name
        for field in dataclasses.fields(VRP)
        if field.name not in ("name", "comment", "groups", "vehicles")
        and not same(getattr(a, field.name), getattr(b, field.name))
    ]
    if [_unnamed(v) for v in a.vehicles] != [_unnamed(v) for v in b.vehicles]:
        differing.append("vehicles")
    if {frozenset(g.clients) for g in a.groups} != {frozenset(g.clients) for g in b.groups}:
        differing.append("groups")
    return differing


def _unnamed(vehicle: VehicleType) -> VehicleType:
    back = None if vehicle.end == vehicle.start else vehicle.end
    return dataclasses.replace(vehicle, name="", end=back)
