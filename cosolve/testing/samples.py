"""Small problems that between them need everything a solver may be asked for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from cosolve.problems import TSP, Metric
from cosolve.problems.metrics import FloatArray
from cosolve.problems.random_tsp import random_tsp
from cosolve.problems.random_vrp import random_vrp
from cosolve.problems.vrp import VRP, ClientGroup, VehicleType


def tsp_samples() -> list[TSP]:
    """Return TSPs for the conformance suite, the one with the most nodes first.

    They are: uniform, clustered and degenerate nodes (duplicates, all equal, on a line, on a grid),
    two and three coordinates, exact and rounded metrics, matrices, also asymmetric ones (random,
    hardly or only in one entry asymmetric, with many zeros, with forbidden directions), open paths
    with and without ends, fixed edges, and small sizes.
    """
    rng = np.random.default_rng(20)
    points = rng.random((40, 2))
    matrix = rng.integers(1, 100, size=(30, 30)).astype(float)
    symmetric = np.minimum(matrix, matrix.T)
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    one_way = np.where(rng.random((40, 40)) < 0.3, 1e12, distance)
    one_entry = symmetric.copy()
    one_entry[4, 9] += 1.0
    chain = np.array([[3, 17], [17, 4], [8, 9]], np.int32)
    samples = [
        random_tsp(200, seed=1),
        random_tsp(150, seed=2, kind="clustered"),
        random_tsp(49, kind="grid"),
        TSP(coords=np.repeat(points[:12], 4, axis=0), name="duplicates"),
        TSP(coords=np.full((25, 2), 7.0), name="all-equal"),
        TSP(coords=np.stack([rng.permutation(30), np.zeros(30)], axis=1), name="collinear"),
        TSP(coords=np.rint(points * 1e9), metric=Metric.EUC, name="large-coordinates"),
        TSP(coords=rng.random((40, 3)) * 100, metric=Metric.CEIL, name="three-coordinates"),
        TSP(coords=points * 80, metric=Metric.GEO, name="geographic"),
        TSP(matrix=symmetric, name="matrix"),
        TSP(matrix=matrix, name="asymmetric"),
        TSP(matrix=distance * (1 + 0.1 * rng.random((40, 40))), name="nearly-symmetric"),
        TSP(matrix=one_entry, name="one-entry-asymmetric"),
        TSP(matrix=rng.integers(0, 2, (60, 60)).astype(float), name="asymmetric-zeros"),
        TSP(matrix=one_way, name="one-way-streets"),
        TSP(matrix=one_way, path=True, ends=(7, 2), name="one-way-path"),
        TSP(coords=points, fixed_edges=chain, name="fixed-edges"),
        TSP(matrix=symmetric, fixed_edges=chain, name="matrix-fixed-edges"),
        TSP(coords=points, path=True, name="path"),
        TSP(coords=points, path=True, ends=(5, None), name="path-from"),
        TSP(coords=points, path=True, ends=(None, 0), name="path-to"),
        TSP(coords=points, path=True, ends=(39, 2), name="path-from-to"),
        TSP(coords=points, path=True, ends=(3, 20), fixed_edges=chain, name="path-fixed-edges"),
        TSP(matrix=matrix, path=True, name="asymmetric-path"),
        TSP(matrix=matrix, path=True, ends=(1, None), name="asymmetric-path-from"),
        TSP(matrix=matrix, path=True, ends=(None, 0), name="asymmetric-path-to"),
        TSP(matrix=matrix, path=True, ends=(0, 29), name="asymmetric-path-from-to"),
        TSP(coords=np.zeros((15, 2)), path=True, ends=(4, 0), name="path-all-equal"),
        TSP(matrix=matrix[:13, :13], path=True, ends=(4, 0), name="asymmetric-path-size-13"),
    ]
    samples += [TSP(coords=points[:n], name=f"size-{n}") for n in (*range(1, 9), 12, 13)]
    samples += [TSP(coords=points[:n], path=True, name=f"path-size-{n}") for n in (1, 2, 3, 13)]
    samples += [TSP(matrix=matrix[:n, :n], name=f"matrix-size-{n}") for n in (1, 2, 3, 5, 13)]
    return samples


def vrp_samples() -> list[VRP]:
    """Return vehicle routing problems for the conformance suite, the largest first.

    They all have feasible solutions and between them: random and clustered clients, tight
    capacities, limited fleets, loads of two dimensions, time windows, release times, several
    depots, different vehicles, open routes, limits of distance and duration, costs of time,
    pickups, backhauls, pairs, prizes, groups, asymmetric matrices, exact and rounded metrics,
    equal points, and small sizes.
    """
    return [
        *_capacitated_samples(),
        *_timed_samples(),
        *_fleet_samples(),
        *_choice_samples(),
        *_small_samples(),
    ]


def _points(n: int, seed: int) -> FloatArray:
    return np.rint(100 * np.random.default_rng(seed).random((n, 2)))


def _demands(n: int, seed: int, depots: int = 1) -> FloatArray:
    demands = np.random.default_rng(seed).integers(1, 10, size=n).astype(np.float64)
    demands[:depots] = 0
    return demands


def _plain(n: int, seed: int, depots: int = 1) -> VRP:
    """Return n clients with demands of 5 on average and vehicles for about six of them."""
    return VRP(
        coords=_points(n + depots, seed),
        metric=Metric.EUC,
        depots=depots,
        demands=_demands(n + depots, seed, depots),
        vehicles=tuple(VehicleType(capacity=30.0, start=d) for d in range(depots)),
    )


def _capacitated_samples() -> list[VRP]:
    base = _plain(40, 31)
    rng = np.random.default_rng(32)
    matrix = rng.integers(1, 100, size=(31, 31)).astype(np.float64)
    np.fill_diagonal(matrix, 0)
    # 24 clients of 5 fill four vehicles of 30 to the last unit, in sixes.
    full = np.where(np.arange(25) > 0, 5.0, 0.0)
    symmetric = np.minimum(matrix, matrix.T)
    return [
        random_vrp(120, 1, clients="random-clustered", demand="1-10"),
        random_vrp(100, 2, "uniform"),
        random_vrp(60, 3, clients="clustered", demand="small-large", route_size=4),
        dataclasses.replace(base, metric=Metric.EUCLIDEAN, name="exact"),
        dataclasses.replace(base, metric=Metric.TRUNC1, name="truncated"),
        dataclasses.replace(base, metric=Metric.CEIL, name="rounded-up"),
        VRP(
            coords=_points(25, 35), metric=Metric.EUC, demands=full,
            vehicles=(VehicleType(capacity=30.0, number=4),), name="full-vehicles",
        ),
        VRP(
            coords=base.coords, metric=Metric.EUC,
            demands=np.stack([_demands(41, 33), _demands(41, 34)], axis=1),
            vehicles=(VehicleType(capacity=(35.0, 30.0)),), name="two-loads",
        ),
        VRP(
            matrix=matrix, demands=_demands(31, 36), vehicles=(VehicleType(capacity=30.0),),
            name="asymmetric",
        ),
        VRP(
            matrix=symmetric, demands=_demands(31, 36), vehicles=(VehicleType(capacity=30.0),),
            name="matrix",
        ),
        VRP(
            coords=np.repeat(_points(11, 37), 3, axis=0), metric=Metric.EUC,
            demands=_demands(33, 37), vehicles=(VehicleType(capacity=30.0),), name="duplicates",
        ),
        VRP(
            coords=np.full((20, 2), 7.0), demands=_demands(20, 38),
            vehicles=(VehicleType(capacity=30.0),), name="all-equal",
        ),
        VRP(
            coords=base.coords, metric=Metric.EUC, vehicles=(VehicleType(number=1),),
            name="one-tour",
        ),
    ]  # fmt: skip


def _timed_samples() -> list[VRP]:
    base = dataclasses.replace(_plain(30, 41), metric=Metric.TRUNC1)
    away = base.distance(np.zeros(31, int), np.arange(31))
    rng = np.random.default_rng(42)
    # Within reach of the depot at the earliest, so that a vehicle for each client would do.
    opens = np.rint(away + 200 * rng.random(31))
    windows = np.stack([opens, opens + 60], axis=1)
    windows[0] = (0.0, 500.0)
    service = np.where(np.arange(31) > 0, 10.0, 0.0)
    late = np.where(np.arange(31) % 3 == 1, np.rint(opens - away) // 2, 0.0).clip(0)
    slow = np.round(base.distance(np.arange(31)[:, None], np.arange(31)[None, :]) * 1.5, 1)
    timed = dataclasses.replace(base, windows=windows, service=service, name="windows")
    plain = dataclasses.replace(base, service=service)

    own = {
        "max-duration": VehicleType(capacity=30.0, max_duration=300.0),
        "max-distance": VehicleType(capacity=30.0, max_distance=260.0),
        "time-cost": VehicleType(capacity=30.0, time_cost=0.5),
        "shift": VehicleType(capacity=30.0, shift=(10.0, 480.0)),
        "fixed-cost": VehicleType(capacity=30.0, fixed_cost=1000.0),
    }
    free = {"max-duration": plain, "max-distance": base}
    return [
        timed,
        dataclasses.replace(timed, release=late, name="release-times"),
        dataclasses.replace(plain, durations=slow, name="durations"),
        *(
            dataclasses.replace(free.get(name, timed), vehicles=(vehicle,), name=name)
            for name, vehicle in own.items()
        ),
    ]


def _fleet_samples() -> list[VRP]:
    depots = _plain(30, 51, depots=3)
    timed = dataclasses.replace(
        depots,
        windows=np.stack([np.zeros(33), np.where(np.arange(33) < 3, 1000.0, 300.0)], axis=1),
        service=np.where(np.arange(33) < 3, 0.0, 5.0),
    )
    one = _plain(30, 52)
    types = (
        VehicleType(capacity=20.0, number=4, fixed_cost=20.0, name="van"),
        VehicleType(capacity=40.0, number=3, fixed_cost=45.0, distance_cost=1.25, name="truck"),
        VehicleType(capacity=60.0, fixed_cost=80.0, distance_cost=1.5, name="lorry"),
    )
    open_routes = (VehicleType(capacity=30.0, open=True),)
    between = (VehicleType(capacity=30.0, start=0, end=1), VehicleType(capacity=30.0, start=2))
    few = tuple(dataclasses.replace(v, number=4) for v in depots.vehicles)
    return [
        dataclasses.replace(depots, name="depots"),
        dataclasses.replace(depots, vehicles=few, name="depots-limited"),
        dataclasses.replace(timed, name="depots-windows"),
        dataclasses.replace(depots, vehicles=between, name="other-end"),
        dataclasses.replace(one, vehicles=types, name="heterogeneous"),
        dataclasses.replace(one, vehicles=open_routes, name="open"),
    ]


def _choice_samples() -> list[VRP]:
    base = _plain(30, 61)
    index = np.arange(31)
    prizes = np.where(index > 0, 15.0 + index, 0.0)
    optional = index % 2 == 0
    groups = (ClientGroup((1, 2, 3)), ClientGroup((10, 20), required=False))
    goods = base.demands[:, 0]
    backward = (index % 3 == 0) & (index > 0)
    linehaul = np.where(backward, 0.0, goods)
    back = np.where(backward, goods, 0.0)
    pairs = np.arange(1, 31, dtype=np.int32).reshape(15, 2)
    away = base.distance(np.zeros(31, int), index)
    windows = np.stack([np.zeros(31), 2 * away + 150], axis=1)
    windows[0] = (0.0, math.inf)
    paired = VRP(
        coords=base.coords, metric=Metric.EUC, vehicles=base.vehicles, pairs=pairs,
        pair_loads=goods[pairs[:, 0]], name="pairs",
    )  # fmt: skip
    return [
        dataclasses.replace(base, prizes=prizes, required=~optional, name="prizes"),
        dataclasses.replace(base, prizes=prizes, required=index < 1, name="all-optional"),
        dataclasses.replace(base, prizes=prizes, groups=groups, name="groups"),
        dataclasses.replace(base, demands=linehaul, pickups=back, name="pickups"),
        dataclasses.replace(base, demands=linehaul, pickups=back, backhauls=True, name="backhauls"),
        paired,
        dataclasses.replace(
            paired, windows=windows, service=np.where(index > 0, 5.0, 0.0), name="pairs-windows"
        ),
    ]


def _small_samples() -> list[VRP]:
    found = [dataclasses.replace(_plain(n, 71), name=f"clients-{n}") for n in (1, 2, 3, 5)]
    base = _plain(3, 72)
    windows = np.array([[0.0, 900.0], [300.0, 400.0], [0.0, 200.0], [100.0, 500.0]])
    found.append(dataclasses.replace(base, windows=windows, name="clients-3-windows"))
    two = _plain(1, 73, depots=2)
    return [*found, dataclasses.replace(two, name="depots-2-client")]
