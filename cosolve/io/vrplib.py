"""Reader of VRPLIB files: CVRPLIB, and the dialect of richer problems that PyVRP made common.

The dialect adds sections for time windows, service and release times, prizes, backhauls, groups,
several depots, and one line for each vehicle. `cosolve.io.vrplib_fleet` reads the vehicles.

References
----------
.. [1] I. Lima, E. Uchoa et al., "CVRPLIB", http://vrp.galgos.inf.puc-rio.br: the format, TSPLIB's
   with capacities, demands and depots, and in which solutions number the clients from 1.
.. [2] N. A. Wouda, L. Lan, W. Kool, "PyVRP: a high-performance VRP solver package", INFORMS Journal
   on Computing 36 (2024): the dialect, and the rounding in which values of its sets are reported.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.io.rounding import Rounding, rounded_metric
from cosolve.io.text import clean, read_words
from cosolve.io.tsplib import (
    WEIGHT_TYPES,
    LabelArray,
    description,
    explicit_weights,
    node_table,
)
from cosolve.io.tsplib_sections import TSPLIB, Grammar, Sections, split_sections
from cosolve.io.vrplib_fleet import FLEET_SECTIONS, FLEET_VALUES, read_fleet, scalar
from cosolve.problems import VRP, ClientGroup, Metric
from cosolve.problems.metrics import FloatArray

# What values of the sets of each type are rounded to, where a file does not say. Plain CVRP follows
# TSPLIB, sets with windows the DIMACS challenge; others are reported as they are [2].
_DEFAULT_ROUNDING = {
    "CVRP": Rounding.NINT,
    "DCVRP": Rounding.NINT,
    "VRPTW": Rounding.TRUNC1,
    "CVRPTW": Rounding.TRUNC1,
    "PCVRPTW": Rounding.TRUNC1,
    "OVRP": Rounding.NONE,
    "MDVRP": Rounding.NONE,
    "MDVRPTW": Rounding.NONE,
    "HFVRP": Rounding.NONE,
    "PCVRP": Rounding.NONE,
    "VRPB": Rounding.NONE,
    "VRPMPD": Rounding.NONE,
    "VRPSPD": Rounding.NONE,
    "GVRP": Rounding.NONE,
}
VRPLIB = Grammar(
    name="VRPLIB",
    types=tuple(_DEFAULT_ROUNDING),
    values=TSPLIB.values | FLEET_VALUES | {"SERVICE_TIME", "RELEASE_TIME"},
    sections=(
        TSPLIB.sections
        | FLEET_SECTIONS
        | {
            "SERVICE_TIME_SECTION", "TIME_WINDOW_SECTION", "RELEASE_TIME_SECTION",
            "PRIZE_SECTION", "BACKHAUL_SECTION", "MUTUALLY_EXCLUSIVE_GROUP_SECTION",
        }
    ),
    aliases={"LINEHAUL_SECTION": "DEMAND_SECTION", "PICKUP_SECTION": "BACKHAUL_SECTION"},
    terminated=frozenset({"DEPOT_SECTION"}),
)  # fmt: skip
_WEIGHT_TYPES = WEIGHT_TYPES | {
    "EXACT_2D": (Metric.EUCLIDEAN, 2),
    "EXACT_3D": (Metric.EUCLIDEAN, 3),
}
_COORDINATES = {"TWOD_COORDS": 2, "THREED_COORDS": 3, "NO_COORDS": 0}
_REFUSED = ("FIXED_EDGES_SECTION", "TOUR_SECTION", "EDGE_DATA_SECTION", "EDGE_DATA_FORMAT")
# A best-known value with a fraction, such as "COMMENT : 524.61" of the sets of Christofides et al.,
# Taillard, Golden et al. and Li et al., was found with distances that are not rounded.
_UNROUNDED_VALUE = re.compile(
    r"(?:.*\b(?:value|optimal|optimum|best|bks)\s*[:=]?)?\s*\d+\.\d+\s*\)?", re.IGNORECASE
)


def read_vrplib(path: str | Path, data: bytes) -> VRP:
    """Read a vehicle routing problem.

    The depots become the first locations, the other nodes follow in the order of their labels.
    Solutions are expected to call a client by its label less the smallest one (which is mostly 1),
    as those of CVRPLIB do.

    Distances of EDGE_WEIGHT_TYPE EUC_2D are rounded to the nearest integer in files of TYPE CVRP,
    unless the COMMENT states a best-known value with a fraction; cut to one decimal with TYPE VRPTW
    and PCVRPTW; and not rounded in all others.

    Parameters
    ----------
    path
        The file, for messages and the name of a problem that has none.
    data
        Its content, see `cosolve.io.files.read_bytes`.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    sections = split_sections(path, clean(path, data), VRPLIB)
    kind = sections.word("TYPE")
    if kind is None:
        raise sections.error(f"expected a TYPE line, one of: {' '.join(VRPLIB.types)}; found none")
    for keyword in _REFUSED:
        if keyword in sections.values or keyword in sections.blocks:
            raise sections.error(f"{keyword} does not belong in a file of TYPE {kind}", keyword)
    n = sections.dimension()
    if n is None:
        raise sections.error("expected a DIMENSION line, found none")
    labels, fields = _distances(sections, n, kind)
    fields |= _per_node(sections, labels)
    depots = _depots(sections, labels)
    fleet = read_fleet(sections, labels[depots], kind)
    groups = _groups(sections, labels, depots)
    order = np.concatenate([depots, np.setdiff1d(np.arange(n), depots)])
    position = np.empty(n, np.int64)
    position[order] = np.arange(n)
    for name, value in fields.items():
        if name == "matrix":
            fields[name] = value[np.ix_(order, order)]
        elif name != "metric":
            fields[name] = value[order]
    if "prizes" in fields:
        fields["required"] = fields["prizes"] == 0
    try:
        return VRP(
            depots=len(depots),
            vehicles=fleet,
            groups=tuple(ClientGroup(tuple(position[list(g)].tolist())) for g in groups),
            backhauls=kind == "VRPB",
            labels=(labels - labels[0])[order],
            **fields,
            **description(sections),
        )
    except ValueError as error:
        raise sections.error(str(error)) from None


def _distances(sections: Sections, n: int, kind: str) -> tuple[LabelArray, dict[str, Any]]:
    """Labels of the nodes in rising order, and what distances are made of."""
    weight_type = sections.choice("EDGE_WEIGHT_TYPE", _WEIGHT_TYPES)
    if weight_type is None:
        raise sections.error(
            f"expected an EDGE_WEIGHT_TYPE line, one of: {' '.join(_WEIGHT_TYPES)}; found none"
        )
    metric, dimensions = _WEIGHT_TYPES[weight_type]
    declared = sections.choice("NODE_COORD_TYPE", _COORDINATES)
    if metric is Metric.EXPLICIT:
        fields = explicit_weights(sections, n, symmetric=False)
        labels = np.arange(1, n + 1)
        if "NODE_COORD_SECTION" in sections.blocks:
            columns = _COORDINATES[declared] or None if declared is not None else None
            labels = node_table(sections, "NODE_COORD_SECTION", n, columns)[0]
        return labels, fields
    for keyword, wanted in (("NODE_COORD_SECTION", True), ("EDGE_WEIGHT_SECTION", False)):
        if (keyword in sections.blocks) != wanted:
            found = "found none" if wanted else "found one"
            raise sections.error(
                f"expected {'a' if wanted else 'no'} {keyword} for EDGE_WEIGHT_TYPE {weight_type}, "
                f"{found}",
                None if wanted else keyword,
            )
    labels, coords = node_table(sections, "NODE_COORD_SECTION", n, dimensions)
    if metric is Metric.EUC:
        metric = rounded_metric(_rounding(sections, kind))
    return labels, {"coords": coords, "metric": metric}


def _rounding(sections: Sections, kind: str) -> Rounding:
    comment = sections.values["COMMENT"].text if "COMMENT" in sections.values else ""
    if any(map(states_unrounded_value, comment.split("\n"))):
        return Rounding.NONE
    return _DEFAULT_ROUNDING[kind]


def states_unrounded_value(comment: str) -> bool:
    """Whether a comment states a best-known value with a fraction."""
    return _UNROUNDED_VALUE.fullmatch(comment.strip()) is not None


def _per_node(sections: Sections, labels: LabelArray) -> dict[str, FloatArray]:
    """Arrays over the nodes, in the order of their labels."""
    n = len(labels)
    fields: dict[str, FloatArray] = {}
    for name, keyword, columns, what in (
        ("demands", "DEMAND_SECTION", None, "a demand"),
        ("pickups", "BACKHAUL_SECTION", None, "a pickup"),
        ("windows", "TIME_WINDOW_SECTION", 2, "a time"),
        ("service", "SERVICE_TIME_SECTION", 1, "a service time"),
        ("release", "RELEASE_TIME_SECTION", 1, "a release time"),
        ("prizes", "PRIZE_SECTION", 1, "a prize"),
    ):
        if keyword in sections.blocks:
            table = _nodes_as(sections, keyword, labels, columns, what)
            fields[name] = table[:, 0] if columns == 1 else table
    for name, keyword in (("service", "SERVICE_TIME"), ("release", "RELEASE_TIME")):
        value = scalar(sections, keyword)
        if value is None:
            continue
        if name in fields:
            raise sections.error(f"{keyword} contradicts {keyword}_SECTION", keyword)
        fields[name] = np.full(n, value)
    if "demands" not in fields:
        raise sections.error("expected a DEMAND_SECTION, found none")
    return fields


def _nodes_as(
    sections: Sections, keyword: str, labels: LabelArray, columns: int | None, what: str
) -> FloatArray:
    """Read a section that must have a line for each of the nodes known already."""
    found, table = node_table(sections, keyword, len(labels), columns, what)
    if not np.array_equal(found, labels):
        strange = np.setdiff1d(found, labels)
        block = sections.blocks[keyword]
        raise block.error(f"there is no node {strange[0]}", block.last_line)
    if not table.shape[1]:
        block = sections.blocks[keyword]
        raise block.row_error(0, f"expected a node and {what}, found one number")
    return table


def _depots(sections: Sections, labels: LabelArray) -> npt.NDArray[np.int64]:
    """Positions of the depots among the labels, in the order of the file."""
    if "DEPOT_SECTION" not in sections.blocks:
        raise sections.error("expected a DEPOT_SECTION, found none")
    block = sections.blocks["DEPOT_SECTION"]
    values = read_words(block)
    ends = np.flatnonzero(values == -1)
    if ends.size and ends[0] != values.size - 1:
        raise block.word_error(int(ends[0]) + 1, "expected one list ended by -1, found more")
    values = values[: values.size - ends.size]
    if not values.size:
        raise block.error("expected the node number of a depot, found none", block.last_line)
    where = np.searchsorted(labels, values)
    where[where == len(labels)] = 0
    unknown = labels[where] != values  # true for NaN and fractions
    if unknown.any():
        word = int(unknown.argmax())
        raise block.word_error(word, f"there is no node {values[word]:g}")
    if len(np.unique(where)) < len(where):
        raise block.error("a depot is listed twice", block.last_line)
    return where.astype(np.int64)


def _groups(
    sections: Sections, labels: LabelArray, depots: npt.NDArray[np.int64]
) -> list[list[int]]:
    """Clients of the same group number, by position; one alone makes no group."""
    keyword = "MUTUALLY_EXCLUSIVE_GROUP_SECTION"
    if keyword not in sections.blocks:
        return []
    numbers = _nodes_as(sections, keyword, labels, 1, "a group")[:, 0]
    members: dict[float, list[int]] = {}
    for node in np.setdiff1d(np.arange(len(labels)), depots).tolist():
        members.setdefault(float(numbers[node]), []).append(node)
    return [group for group in members.values() if len(group) > 1]
