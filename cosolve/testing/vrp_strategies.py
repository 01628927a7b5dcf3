"""Hypothesis strategies for vehicle routing problems of every variant, and for solutions.

Importing this module needs the ``test`` extra.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from cosolve.problems.metrics import FloatArray, Metric
from cosolve.problems.vrp import VRP, ClientGroup, Route, Routes, VehicleType
from cosolve.testing.strategies import matrices

VARIANTS = (
    "matrix", "loads", "windows", "service", "release", "durations", "depots", "fleet", "open",
    "limits", "costs", "pickups", "backhauls", "pairs", "prizes", "groups",
)  # fmt: skip
"""What problems may have besides demands."""

_METRICS = (Metric.EUC, Metric.EUCLIDEAN, Metric.TRUNC1, Metric.CEIL)


@st.composite
def vrps(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 5,
    variants: Collection[str] = VARIANTS,
) -> VRP:
    """Problems with small whole numbers, which make ties and exact fits common.

    A vehicle can serve any one client (or pair) alone, but fleets may be too small and windows too
    narrow for all of them: some problems have no feasible solution.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    min_size, max_size
        Numbers of clients.
    variants
        Those of ``VARIANTS`` that problems may have, alone or together.
    """
    chosen = draw(st.sets(st.sampled_from(sorted(variants)))) if variants else set()
    depots = draw(st.integers(1, 3)) if "depots" in chosen else 1
    n = depots + draw(st.integers(min_size, max_size))
    fields: dict[str, Any] = {"depots": depots}
    if "matrix" in chosen:
        fields["matrix"] = draw(matrices(n, symmetric=False))
    else:
        flat = draw(st.lists(st.integers(0, 20), min_size=2 * n, max_size=2 * n))
        fields["coords"] = np.array(flat, np.float64).reshape(n, 2)
        fields["metric"] = draw(st.sampled_from(_METRICS))
    dimensions = 2 if "loads" in chosen else 1
    fields |= _loads(draw, n, depots, dimensions, chosen)
    fields |= _times(draw, n, depots, chosen)
    fields |= _choices(draw, n, depots, chosen)
    fields["vehicles"] = _vehicles(draw, depots, dimensions, chosen)
    return VRP(**fields, name="+".join(sorted(chosen)) or "plain")


def _column(draw: st.DrawFn, n: int, depots: int, low: int, high: int) -> FloatArray:
    values = draw(st.lists(st.integers(low, high), min_size=n, max_size=n))
    column = np.array(values, np.float64)
    column[:depots] = 0.0
    return column


def _amounts(draw: st.DrawFn, n: int, depots: int, dimensions: int) -> FloatArray:
    columns = [_column(draw, n, depots, 0, 5) for _ in range(dimensions)]
    return np.stack(columns, axis=1) if dimensions > 1 else columns[0]


def _loads(
    draw: st.DrawFn, n: int, depots: int, dimensions: int, chosen: Collection[str]
) -> dict[str, Any]:
    demands = _amounts(draw, n, depots, dimensions)
    fields: dict[str, Any] = {"demands": demands}
    if {"pickups", "backhauls"} & set(chosen):
        pickups = _amounts(draw, n, depots, dimensions)
        if "backhauls" in chosen:
            fields["backhauls"] = True
            # A client has either.
            pickups = np.where(demands > 0, 0.0, pickups)
            if dimensions > 1:
                pickups[(demands > 0).any(axis=1)] = 0.0
        fields["pickups"] = pickups
    if "pairs" in chosen and n - depots >= 2:
        order = draw(st.permutations(range(depots, n)))
        count = draw(st.integers(1, len(order) // 2))
        pairs = np.array(order[: 2 * count], np.int32).reshape(count, 2)
        loads = _amounts(draw, count, 0, dimensions)
        for name in ("demands", "pickups"):
            if name in fields:
                fields[name][pairs] = 0.0
        fields |= {"pairs": pairs, "pair_loads": loads}
    return fields


def _times(draw: st.DrawFn, n: int, depots: int, chosen: Collection[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "windows" in chosen:
        opens = _column(draw, n, depots, 0, 40)
        width = _column(draw, n, depots, 0, 60)
        windows = np.stack([opens, opens + width], axis=1)
        windows[:depots] = (0.0, draw(st.sampled_from((60.0, 100.0, 200.0))))
        if draw(st.booleans()):
            windows[draw(st.integers(0, n - 1)), 1] = math.inf
        fields["windows"] = windows
    if "service" in chosen:
        fields["service"] = _column(draw, n, depots, 0, 8)
    if "release" in chosen:
        fields["release"] = _column(draw, n, depots, 0, 20)
    if "durations" in chosen:
        flat = draw(st.lists(st.integers(0, 30), min_size=n * n, max_size=n * n))
        durations = np.array(flat, np.float64).reshape(n, n)
        np.fill_diagonal(durations, 0.0)
        fields["durations"] = durations
    return fields


def _choices(draw: st.DrawFn, n: int, depots: int, chosen: Collection[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    clients = list(range(depots, n))
    if "prizes" in chosen and "pairs" not in chosen:
        fields["prizes"] = _column(draw, n, depots, 0, 40)
        flags = draw(st.lists(st.booleans(), min_size=n, max_size=n))
        fields["required"] = np.array(flags, np.bool_)
    if "groups" in chosen and "pairs" not in chosen and len(clients) >= 2:
        order = draw(st.permutations(clients))
        cut = draw(st.integers(1, len(order) - 1))
        parts = [order[:cut], order[cut:]][: draw(st.integers(1, 2))]
        fields["groups"] = tuple(
            ClientGroup(tuple(part), required=draw(st.booleans())) for part in parts
        )
    return fields


def _vehicles(
    draw: st.DrawFn, depots: int, dimensions: int, chosen: Collection[str]
) -> tuple[VehicleType, ...]:
    count = draw(st.integers(1, 3)) if "fleet" in chosen else depots
    return tuple(_vehicle(draw, k, depots, dimensions, chosen) for k in range(count))


def _vehicle(
    draw: st.DrawFn, number: int, depots: int, dimensions: int, chosen: Collection[str]
) -> VehicleType:
    capacities = [float(draw(st.integers(5, 15))) for _ in range(dimensions)]
    fields: dict[str, Any] = {
        "capacity": tuple(capacities) if dimensions > 1 else capacities[0],
        "start": number % depots,
    }
    if "fleet" in chosen:
        fields["number"] = draw(st.none() | st.integers(1, 3))
    if "open" in chosen and draw(st.booleans()):
        fields["open"] = True
    elif depots > 1 and draw(st.booleans()):
        fields["end"] = draw(st.integers(0, depots - 1))
    if "costs" in chosen:
        fields["fixed_cost"] = float(draw(st.integers(0, 20)))
        fields["distance_cost"] = draw(st.sampled_from((0.0, 1.0, 1.5)))
        fields["time_cost"] = draw(st.sampled_from((0.0, 0.5)))
    if "limits" in chosen:
        fields["max_distance"] = float(draw(st.integers(40, 120)))
        fields["max_duration"] = float(draw(st.integers(40, 150)))
        fields["shift"] = (float(draw(st.integers(0, 10))), float(draw(st.integers(80, 200))))
    return VehicleType(**fields)


@st.composite
def solutions(draw: st.DrawFn, problem: VRP) -> Routes:
    """Routes that visit some of the clients once, feasible or not.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    problem
        The problem.
    """
    order = draw(st.permutations(range(problem.depots, problem.locations)))
    order = order[: len(order) - draw(st.sampled_from((0, 0, 0, 1)))]
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=3)) | {0, len(order)})
    return Routes(
        tuple(
            Route(_visits(order[a:b]), draw(st.integers(0, len(problem.vehicles) - 1)))
            for a, b in itertools.pairwise(cuts)
        )
    )


def _visits(clients: list[int]) -> npt.NDArray[np.int32]:
    return np.array(clients, np.int32)
