"""Proofs of infeasibility: right reasons, and never a wrong proof."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.problems import VRP, ClientGroup, Metric, Route, Routes, VehicleType

COORDS = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])
FEW = settings(max_examples=300, deadline=None)
WIDE = [[0, 99]] * 4


def windows(**changes):
    """Wide windows but for some locations, such as ``at2=(0, 3)``."""
    found = [list(window) for window in WIDE]
    for name, window in changes.items():
        found[int(name[2:])] = list(window)
    return found


CASES = [
    (
        {"demands": [0, 1, 5, 1], "vehicles": (VehicleType(capacity=4),)},
        "client 2 has a load of 5, more than the largest capacity of 4 by 1",
    ),
    (
        {"pickups": [0, 1, 5, 1], "vehicles": (VehicleType(capacity=4),)},
        "client 2 has a load of 5, more than the largest capacity of 4 by 1",
    ),
    (
        {
            "demands": [[0, 0], [1, 9], [1, 1], [1, 1]],
            "vehicles": (VehicleType(capacity=(4, 8)), VehicleType(capacity=(9, 3))),
        },
        "client 1 has a load of 9 in dimension 1, more than the largest capacity of 8 by 1, and no "
        "other vehicle can do better",
    ),
    (
        {"pairs": [[1, 3]], "pair_loads": [5], "vehicles": (VehicleType(capacity=4),)},
        "client 1 has a load of 5",
    ),
    (
        {"windows": windows(at3=(0, 4))},
        "client 3 can be reached at 5 at the earliest, 1 after its window closes at 4",
    ),
    (
        {"windows": windows(at0=(0, 9))},
        "client 3 keeps a vehicle out until 10 at the earliest, 1 after the latest time to be back",
    ),
    ({"vehicles": (VehicleType(shift=(4, 13)),)}, "until 14 at the earliest, 1 after"),
    (
        {"windows": windows(at0=(0, 20)), "release": [0, 0, 21, 0]},
        "client 2 can be left for at 21 at the earliest, 1 after the latest time to leave, 20",
    ),
    (
        {"windows": windows(at2=(0, 20)), "release": [0, 0, 21, 0]},
        "client 2 can be reached at 25 at the earliest, 5 after its window closes at 20",
    ),
    (
        {"vehicles": (VehicleType(max_duration=11),), "service": [0, 0, 0, 2]},
        "client 3 is too far away: a trip to it alone takes 12, more than the limit of 11 by 1",
    ),
    (
        {"vehicles": (VehicleType(max_distance=8),)},
        "client 3 is too far away: a trip to it alone is 10 long, more than the limit of 8 by 2",
    ),
    (
        {"demands": [0, 2, 2, 2], "vehicles": (VehicleType(capacity=5, number=1),)},
        "the clients get 6 together, more than the 1 vehicles can hold, 5, by 1",
    ),
    (
        {"demands": [0, 2, 2, 2], "vehicles": (VehicleType(capacity=3, number=2),)},
        "3 clients get more than half of the largest capacity each",
    ),
    (
        {
            "pairs": [[1, 3]],
            "pair_loads": [1],
            "windows": windows(at1=(5, 9), at3=(0, 8)),
        },
        "goods from client 1 reach client 3 at 9 at the earliest, 1 after its window closes at 8",
    ),
    ({"groups": (ClientGroup(()),)}, "one client of group 0 must be visited, but it has none"),
    (
        {
            "groups": (ClientGroup((1, 2)),),
            "demands": [0, 5, 6, 0],
            "vehicles": (VehicleType(capacity=4),),
        },
        "client 1 has a load of 5",
    ),
]


@pytest.mark.parametrize(("fields", "reason"), CASES)
def test_reason(fields, reason):
    """It names the client and the amount."""
    assert reason in VRP(coords=COORDS, **fields).proven_infeasible()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"demands": [0, 4, 4, 4], "vehicles": (VehicleType(capacity=4, number=3),)},
        {"windows": windows(at3=(0, 5))},
        {"vehicles": (VehicleType(max_duration=10, max_distance=10),)},
        {"vehicles": (VehicleType(open=True, max_duration=5, shift=(0, 5)),)},
        {"demands": [0, 5, 0, 0], "vehicles": (VehicleType(capacity=4), VehicleType(capacity=5))},
        {
            "demands": [0, 5, 0, 0],
            "prizes": [0, 1, 0, 0],
            "required": np.array([False, False, True, True]),
            "vehicles": (VehicleType(capacity=4),),
        },
        {
            "groups": (ClientGroup((1, 2)),),
            "demands": [0, 5, 4, 0],
            "vehicles": (VehicleType(capacity=4),),
        },
        {
            "groups": (ClientGroup((1, 2), required=False),),
            "demands": [0, 5, 5, 0],
            "vehicles": (VehicleType(capacity=4),),
        },
    ],
)
def test_nothing_is_proven(fields):
    """What can be done is not called impossible."""
    assert VRP(coords=COORDS, **fields).proven_infeasible() is None


def test_detours_may_be_shorter():
    """The direct way of a matrix proves nothing by itself."""
    matrix = np.array([[0, 1, 9], [1, 0, 1], [9, 1, 0]])
    limited = (VehicleType(max_distance=4),)
    assert VRP(matrix=matrix, vehicles=limited).proven_infeasible() is None
    tighter = (VehicleType(max_distance=3),)
    assert (
        "is 4 long, more than the limit of 3"
        in VRP(matrix=matrix, vehicles=tighter).proven_infeasible()
    )


def test_rounded_distances_are_summed_leg_by_leg():
    """Many short legs are rounded to nothing."""
    coords = np.stack([np.arange(6) * 0.4, np.zeros(6)], axis=1)
    problem = VRP(coords=coords, metric=Metric.EUC, vehicles=(VehicleType(max_distance=0),))
    assert problem.check(Routes([[1, 2, 3, 4, 5]]))[0].kind == "distance"
    there_and_back = [1, 3, 5, 4, 2]  # legs of 0.8 are rounded to 1
    assert problem.check(Routes([there_and_back])) != []
    assert (
        VRP(
            coords=coords, metric=Metric.EUC, vehicles=(VehicleType(open=True, max_distance=0),)
        ).proven_infeasible()
        is None
    )


def test_depots_are_not_passed_on_the_way():
    """A shortest path through another depot is none."""
    matrix = np.array([[0, 1, 9], [1, 0, 1], [9, 1, 0]])
    vehicles = (VehicleType(max_distance=17),)
    assert "is 18 long" in VRP(matrix=matrix, depots=2, vehicles=vehicles).proven_infeasible()


def partitions(clients):
    """All ways of serving clients in order, by lists of routes."""
    if not clients:
        yield []
        return
    for order in itertools.permutations(clients):
        for cuts in itertools.product((False, True), repeat=len(order) - 1):
            routes = [[order[0]]]
            for client, cut in zip(order[1:], cuts, strict=True):
                if cut:
                    routes.append([client])
                else:
                    routes[-1].append(client)
            yield routes


@st.composite
def tight_problems(draw):
    """Small problems that often have no solution."""
    n = draw(st.integers(2, 4))
    small = st.integers(0, 6)

    def numbers(high):
        return np.array(draw(st.lists(st.integers(0, high), min_size=n, max_size=n)))

    matrix = np.array(draw(st.lists(small, min_size=n * n, max_size=n * n))).reshape(n, n)
    starts = numbers(8)
    distances = {"matrix": matrix}
    if draw(st.booleans()):
        distances = {
            "coords": np.stack([numbers(6), numbers(6)], axis=1) * 0.7,
            "metric": draw(st.sampled_from((Metric.EUC, Metric.EUCLIDEAN, Metric.TRUNC1))),
        }
    pairs = {}
    demands = numbers(5)
    if n > 2 and draw(st.booleans()):
        pairs = {"pairs": [[1, 2]], "pair_loads": [draw(st.integers(0, 5))]}
        demands[1:3] = 0
    types = [
        VehicleType(
            capacity=draw(st.integers(2, 9)),
            number=draw(st.sampled_from((1, 2, None))),
            open=draw(st.booleans()),
            max_duration=draw(st.integers(4, 30)),
            max_distance=draw(st.integers(4, 30)),
            shift=(draw(st.integers(0, 3)), draw(st.integers(8, 40))),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    return VRP(
        **distances,
        **pairs,
        demands=demands,
        windows=np.stack([starts, starts + numbers(20)], axis=1),
        service=numbers(4),
        release=numbers(6),
        vehicles=tuple(types),
    )


@FEW
@given(tight_problems())
def test_no_proof_is_wrong(problem):
    """Nothing feasible is found among all solutions of a problem that is proven to have none."""
    if problem.proven_infeasible() is None:
        return
    clients = list(range(1, problem.locations))
    for routes in partitions(clients):
        for types in itertools.product(range(len(problem.vehicles)), repeat=len(routes)):
            solution = Routes(
                tuple(Route(np.array(r), k) for r, k in zip(routes, types, strict=True))
            )
            assert problem.check(solution), problem.proven_infeasible()
