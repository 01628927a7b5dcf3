"""Random vehicle routing problems with any mixture of features."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from cosolve.problems.metrics import Metric
from cosolve.problems.vrp import VRP
from cosolve.problems.vrp_parts import ClientGroup, VehicleType

FEATURES = (
    "windows",
    "pickups",
    "backhauls",
    "depots",
    "fleet",
    "open",
    "limits",
    "time-cost",
    "release",
    "optional",
    "groups",
    "pairs",
    "asymmetric",
    "dimensions",
)


def vehicles_of(rng: np.random.Generator, features: set[str], depots: int) -> list[VehicleType]:
    """One vehicle type, or several."""
    vehicles = []
    for k in range(2 if "fleet" in features else 1):
        capacity = tuple(float(rng.integers(6, 15)) for _ in range(1 + ("dimensions" in features)))
        is_open = "open" in features and bool(rng.integers(2))
        vehicles.append(
            VehicleType(
                capacity=capacity,
                number=int(rng.integers(1, 3)) if "fleet" in features else None,
                start=int(rng.integers(depots)),
                end=None if is_open else int(rng.integers(depots)),
                open=is_open,
                fixed_cost=float(rng.integers(20)) if "fleet" in features else 0.0,
                distance_cost=float(1 + k),
                time_cost=float(rng.integers(3)) if "time-cost" in features else 0.0,
                shift=(float(rng.integers(5)), 300.0) if "windows" in features else (0.0, math.inf),
                max_distance=float(rng.integers(60, 160)) if "limits" in features else math.inf,
                max_duration=float(rng.integers(60, 160)) if "limits" in features else math.inf,
            )
        )
    return vehicles


def random_problem(seed: int, features: set[str], clients: int) -> VRP:
    """Make a problem that has the features."""
    rng = np.random.default_rng(seed)
    depots = 2 if "depots" in features else 1
    n = depots + clients
    arrays: dict[str, object] = {}
    size = (n, 2) if "dimensions" in features else (n, 1)
    demands = rng.integers(0, 6, size).astype(float)
    pickups = np.zeros(size)
    if "pickups" in features or "backhauls" in features:
        picks = rng.random(n) < 0.5
        pickups[picks] = rng.integers(1, 6, (int(picks.sum()), size[1]))
        if "backhauls" in features:
            demands[picks] = 0.0
    required = np.ones(n, bool)
    prizes = np.zeros(n)
    if "optional" in features:
        required[depots:] = rng.random(clients) < 0.5
        prizes = rng.integers(0, 60, n).astype(float)
    if "pairs" in features:
        pair = np.array([[depots, depots + 1]], dtype=np.int32)
        demands[pair] = pickups[pair] = 0.0
        required[depots + 1] = required[depots]
        arrays["pairs"] = pair
        arrays["pair_loads"] = rng.integers(1, 8, (1, size[1])).astype(float)
    if "groups" in features:
        group = ClientGroup((n - 1, n - 2), required=bool(rng.integers(2)))
        arrays["groups"] = (group,)
    if "windows" in features:
        early = rng.integers(0, 100, n).astype(float)
        windows = np.column_stack((early, early + rng.integers(20, 120, n)))
        windows[:depots] = (0.0, 400.0)
        arrays["windows"] = windows
    demands[:depots] = pickups[:depots] = prizes[:depots] = 0.0
    if "asymmetric" in features:
        # Detours are never shorter: else a client may fit a route only together with another.
        matrix = rng.integers(1, 60, (n, n)).astype(float)
        for k in range(n):
            matrix = np.minimum(matrix, matrix[:, [k]] + matrix[[k]])
        arrays["matrix"] = matrix
    else:
        arrays["coords"] = rng.integers(0, 50, (n, 2)).astype(float)
        arrays["metric"] = Metric.EUC
    if "release" in features:
        arrays["release"] = np.where(np.arange(n) < depots, 0.0, rng.integers(0, 60, n))
    return VRP(
        depots=depots,
        vehicles=tuple(vehicles_of(rng, features, depots)),
        demands=demands,
        pickups=pickups,
        service=np.where(np.arange(n) < depots, 0.0, rng.integers(0, 10, n)),
        prizes=prizes,
        required=required,
        backhauls="backhauls" in features,
        **arrays,  # type: ignore[arg-type]
    )


feature_sets = st.sets(st.sampled_from(FEATURES), max_size=5).filter(
    lambda f: not ({"pairs", "groups"} <= f)
)
