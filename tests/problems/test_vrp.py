"""The vehicle routing problem: what it accepts, fills in and says of itself."""

import dataclasses
import math
import pickle
import re

import numpy as np
import pytest

from cosolve.problems import VRP, ClientGroup, Metric, Route, Routes, VehicleType

COORDS = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])
N = len(COORDS)


def vrp(**fields):
    """Four locations, of which one is the depot, unless told otherwise."""
    return VRP(**{"coords": COORDS, **fields})


def test_everything_left_out_is_filled_in():
    """Arrays have one shape whatever was given."""
    problem = vrp()
    assert problem.demands.shape == problem.pickups.shape == (N, 1)
    assert problem.windows.tolist() == [[0, math.inf]] * N
    assert (
        problem.service.tolist() == problem.release.tolist() == problem.prizes.tolist() == [0] * N
    )
    assert problem.required.tolist() == [False, True, True, True]
    assert problem.pairs.shape == (0, 2)
    assert problem.pair_loads.shape == (0, 1)
    assert problem.vehicles[0].capacity == (math.inf,)
    assert (problem.size, problem.locations, problem.dimensions) == (3, 4, 1)


def test_values_of_depots_are_dropped():
    """Files have a demand and a service time for depots, too."""
    problem = vrp(demands=[7, 1, 1, 1], service=[7, 1, 1, 1], prizes=[7, 0, 0, 0])
    assert problem.demands[0, 0] == problem.service[0] == problem.prizes[0] == 0


def test_dimensions_agree():
    """One infinite capacity is one for every dimension."""
    problem = vrp(demands=np.ones((N, 2)))
    assert problem.vehicles[0].capacity == (math.inf, math.inf)
    assert problem.pickups.shape == (N, 2)


def test_arrays_are_copied_and_read_only():
    """A problem does not change."""
    demands = np.ones(N)
    problem = vrp(demands=demands)
    demands[1] = 9
    assert problem.demands[1, 0] == 1
    for name in ("coords", "demands", "windows", "service", "required", "pairs"):
        assert not getattr(problem, name).flags.writeable


def test_prizes_count_for_optional_clients_only():
    """What must be visited has no prize."""
    required = np.array([True, True, False, True])
    problem = vrp(prizes=[0, 5, 6, 7], required=required)
    assert problem.prizes.tolist() == [0, 0, 6, 0]


def test_groups_rule_their_members():
    """Members are not required one by one."""
    problem = vrp(groups=(ClientGroup((1, 2)),))
    assert problem.required.tolist() == [False, False, False, True]


MATRIX = np.ones((3, 3))
BAD = [
    ({"matrix": MATRIX}, "either coords or matrix"),
    ({"coords": None}, "either coords or matrix"),
    ({"coords": COORDS[:1]}, "at least one client, got 1 locations and 1 depots"),
    ({"depots": 0}, "at least one depot"),
    ({"depots": 1.5}, "depots must be a whole number"),
    ({"depots": 4}, "at least one client"),
    ({"coords": [[0, 0], [0, np.nan]]}, "client 1 has coordinates"),
    ({"coords": [[np.inf, 0], [0, 1]]}, "depot 0 has coordinates"),
    ({"coords": None, "matrix": -MATRIX}, "distance from depot 0 to client 1 is -1.0; it must not"),
    ({"coords": None, "matrix": MATRIX * np.nan}, "it must be finite"),
    ({"coords": None, "matrix": [[0, 1, np.inf], [1, 0, 1], [1, 1, 0]]}, "to client 2 is inf"),
    ({"coords": None, "matrix": MATRIX[:2]}, "must be square"),
    ({"coords": None, "matrix": MATRIX, "metric": Metric.EUC}, "needs coords"),
    ({"metric": Metric.EXPLICIT}, "needs a matrix"),
    ({"durations": MATRIX}, "durations must have shape"),
    ({"demands": [0, 1, 2]}, "demand must have shape"),
    ({"demands": [0, 1, -2, 0]}, "client 2 has demand -2"),
    ({"demands": [0, 1, np.nan, 0]}, "client 2 has demand nan"),
    ({"demands": [0, 1, np.inf, 0]}, "client 2 has demand inf"),
    ({"demands": ["a"] * 4}, "must be numbers"),
    ({"demands": np.ones((4, 2)) * [1, -1]}, "client 1 has demand in dimension 1 -1"),
    ({"pickups": [0, 0, 0, -1]}, "client 3 has pickup -1"),
    ({"service": [0, 0, -4, 0]}, "client 2 has service time -4"),
    ({"release": [0, 0, np.inf, 0]}, "client 2 has release time inf"),
    ({"prizes": [0, 0, np.nan, 0]}, "client 2 has prize nan"),
    ({"windows": [[0, 1]] * 3}, "windows must have shape"),
    ({"windows": [[0, 9], [5, 4], [0, 9], [0, 9]]}, "client 1 is 5 to 4; it ends before it begins"),
    ({"windows": [[0, 9], [-1, 4], [0, 9], [0, 9]]}, "client 1 is -1 to 4; it must begin"),
    ({"windows": [[0, np.nan], [0, 4], [0, 9], [0, 9]]}, "depot 0 is 0 to nan; it must end"),
    ({"required": [1, 1, 1, 1]}, "required must be true or false"),
    ({"labels": [0, 1, 1, 2]}, "label 1 is given to more than one client"),
    ({"labels": [0, -1, 1, 2]}, "labels must be 0"),
    ({"display": [[0, 0]]}, "display must have shape"),
    ({"vehicles": ()}, "at least one vehicle type"),
    ({"vehicles": (VehicleType(start=1),)}, "vehicle type 0 starts at 1, which is no depot"),
    ({"vehicles": (VehicleType(end=-1),)}, "vehicle type 0 ends at -1, which is no depot"),
    (
        {"vehicles": (VehicleType(capacity=1), VehicleType(capacity=(1, 2)))},
        "capacities of 1 and 2 dimensions",
    ),
    (
        {"demands": np.ones((4, 2)), "vehicles": (VehicleType(capacity=1),)},
        "agree in their number of dimensions, got demands 2, capacity 1",
    ),
    ({"pairs": [[1, 2]]}, "pairs need pair_loads"),
    ({"pairs": [[0, 2]], "pair_loads": [1]}, "pair 0 has 0, which is a depot"),
    ({"pairs": [[1, 4]], "pair_loads": [1]}, "pair 0 has 4, which is no location"),
    ({"pairs": [[1, 1]], "pair_loads": [1]}, "client 1 is in more than one pair"),
    ({"pairs": [[1, 2], [2, 3]], "pair_loads": [1, 1]}, "client 2 is in more than one pair"),
    ({"pairs": [[1, 2]], "pair_loads": [-1]}, "pair 0 has load"),
    ({"pairs": [[1, 2]], "pair_loads": [1, 1]}, "one row for each of 1 pairs"),
    (
        {"pairs": [[1, 2]], "pair_loads": [1], "demands": [0, 0, 4, 0]},
        "client 2 is in a pair and has demand 4",
    ),
    (
        {"pairs": [[1, 2]], "pair_loads": [1], "required": np.array([0, 1, 0, 1], bool)},
        "clients 1 and 2 are a pair, but only one of them is required",
    ),
    (
        {"pairs": [[1, 2]], "pair_loads": [1], "groups": (ClientGroup((1, 3)),)},
        "client 1 is both in a pair and in a group",
    ),
    ({"groups": (ClientGroup((1, 2)), ClientGroup((2, 3)))}, "client 2 is in groups 0 and 1"),
    ({"groups": (ClientGroup((1, 1)),)}, "client 1 is in group 0 twice"),
    ({"groups": (ClientGroup((0, 1)),)}, "group 0 has 0, which is no client"),
    (
        {"backhauls": True, "demands": [0, 1, 1, 1], "pickups": [0, 0, 1, 0]},
        "client 2 has both demand and pickup",
    ),
]


@pytest.mark.parametrize(("fields", "message"), BAD)
def test_bad_arguments_are_named(fields, message):
    """The message says where and how much."""
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        vrp(**fields)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"capacity": -1}, "capacity of a vehicle type must not be negative or NaN, got -1"),
        ({"capacity": math.nan}, "NaN"),
        ({"capacity": ()}, "at least one capacity"),
        ({"capacity": "9"}, "must be a number"),
        ({"number": 0}, "at least 1"),
        ({"number": 1.5}, "whole number"),
        ({"fixed_cost": math.inf}, "must be finite"),
        ({"shift": (5, 4)}, "earliest and latest"),
        ({"shift": (0,)}, "earliest and latest"),
        ({"open": True, "end": 0}, "no end depot"),
        ({"start": 0.5}, "whole number"),
        ({"max_duration": -1}, "max_duration"),
    ],
)
def test_bad_vehicles_are_named(fields, message):
    """A vehicle type is looked at when it is made."""
    with pytest.raises(ValueError, match=message):
        VehicleType(**fields)


def test_routes_are_made_of_rows():
    """Empty routes are left out, rows are routes of the first type."""
    routes = Routes([[1, 2], [], Route(np.array([3]), vehicle=1)])
    assert [(r.visits.tolist(), r.vehicle) for r in routes.routes] == [([1, 2], 0), ([3], 1)]
    assert len(routes) == 2
    assert routes == Routes((Route(np.array([1, 2])), Route(np.array([3]), 1)))


@pytest.mark.parametrize("visits", [[1.5], [[1]], ["a"], [2**40]])
def test_visits_are_integers(visits):
    """Anything else is refused at once."""
    with pytest.raises(ValueError, match="route"):
        Route(np.array(visits))


PLAIN = {"demands": [0, 1, 1, 1], "vehicles": (VehicleType(capacity=2, max_duration=50),)}


def test_a_capacitated_problem_is_plain():
    """Limits on routes and a fleet do not change that."""
    assert vrp(**PLAIN).plain
    assert vrp(**PLAIN, service=np.ones(N)).plain


@pytest.mark.parametrize(
    "fields",
    [
        {"windows": [[0, 9]] * N},
        {"release": np.ones(N)},
        {"vehicles": (VehicleType(shift=(0, 9)),)},
        {"durations": np.ones((N, N))},
    ],
)
def test_a_problem_with_times_is_not_plain(fields):
    """But it is plain apart from them."""
    problem = vrp(**{**PLAIN, **fields})
    assert not problem.plain
    assert problem.plain_but_for_time


@pytest.mark.parametrize(
    "fields",
    [
        {"vehicles": (VehicleType(open=True),)},
        {"vehicles": (VehicleType(), VehicleType())},
        {"vehicles": (VehicleType(fixed_cost=1),)},
        {"vehicles": (VehicleType(time_cost=1),)},
        {"depots": 2},
        {"demands": np.ones((N, 2)), "vehicles": (VehicleType(),)},
        {"pickups": np.ones(N)},
        {"groups": (ClientGroup((1, 2)),)},
        {"required": np.array([True, True, True, False])},
        {"pairs": [[1, 2]], "pair_loads": [1], "demands": None},
    ],
)
def test_a_richer_problem_is_not_plain(fields):
    """Whatever makes it richer."""
    problem = vrp(**{**PLAIN, **fields})
    assert not problem.plain
    assert not problem.plain_but_for_time


@pytest.mark.parametrize(
    ("fields", "integral"),
    [
        ({}, False),
        ({"metric": Metric.EUC}, True),
        ({"metric": Metric.TRUNC1}, False),
        ({"metric": Metric.EUC, "vehicles": (VehicleType(fixed_cost=0.5),)}, False),
        ({"metric": Metric.EUC, "vehicles": (VehicleType(distance_cost=0.5),)}, False),
        ({"metric": Metric.EUC, "vehicles": (VehicleType(time_cost=1),)}, True),
        (
            {
                "metric": Metric.EUC,
                "vehicles": (VehicleType(time_cost=1),),
                "service": [0, 0.5, 0, 0],
            },
            False,
        ),
        ({"metric": Metric.EUC, "service": [0, 0.5, 0, 0]}, True),
        ({"vehicles": (VehicleType(distance_cost=0, fixed_cost=3),)}, True),
        (
            {
                "metric": Metric.EUC,
                "prizes": [0, 0, 0, 0.5],
                "required": np.array([False, True, True, False]),
            },
            False,
        ),
    ],
)
def test_integral_says_whether_all_costs_are(fields, integral):
    """Rounded distances alone do not make it so."""
    assert vrp(**fields).integral is integral


def test_asymmetric_matrices_are_told():
    """Kernels may rely on it."""
    matrix = np.ones((3, 3))
    assert VRP(matrix=matrix).symmetric
    matrix[0, 1] = 2
    assert not VRP(matrix=matrix).symmetric


def test_labels_are_what_solution_files_say():
    """Usual ones are not kept."""
    assert vrp(labels=[9, 1, 2, 3]).labels is None
    problem = vrp(labels=[0, 11, 12, 13])
    assert problem.label(2) == 12
    assert vrp().label(2) == 2


def test_fleet_size_counts_all_types():
    """As many as wanted of one type have no number."""
    assert vrp(vehicles=(VehicleType(number=2), VehicleType(number=3))).fleet_size == 5
    assert vrp(vehicles=(VehicleType(number=2), VehicleType())).fleet_size is None


def test_pickling_and_replacing_keep_everything():
    """Problems go to worker processes, and are read again with other vehicles."""
    problem = vrp(**PLAIN, labels=[0, 7, 8, 9], groups=(ClientGroup((1, 2)),))
    for copy in (pickle.loads(pickle.dumps(problem)), dataclasses.replace(problem)):
        for field in dataclasses.fields(VRP):
            np.testing.assert_array_equal(getattr(copy, field.name), getattr(problem, field.name))
