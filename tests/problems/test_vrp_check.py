"""The checker of routes: every violation is found, and said with its size."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.problems import VRP, ClientGroup, Metric, Route, Routes, VehicleType

COORDS = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])
FEW = settings(max_examples=200, deadline=None)


def vrp(**fields):
    """Make a rectangle of 4 by 3 with the depot in one corner, unless told otherwise."""
    return VRP(**{"coords": COORDS, **fields})


def kinds(problem, routes):
    """Kinds of the violations of routes."""
    return [violation.kind for violation in problem.check(Routes(routes))]


def only_message(problem, routes):
    """Text of the only violation of routes."""
    (violation,) = problem.check(Routes(routes))
    return violation.message


def test_a_feasible_solution_has_no_violation():
    """And its cost is the length."""
    problem = vrp(demands=[0, 1, 1, 1], vehicles=(VehicleType(capacity=2, number=2),))
    routes = Routes([[1], [3, 2]])
    assert problem.check(routes) == []
    assert problem.cost(routes) == 6 + 12


def test_unknown_clients_and_vehicles():
    """The rest of such a solution is not looked at."""
    assert "route 2 visits location 4" in only_message(vrp(), [[1, 2, 3], [4]])
    assert "route 1 visits location 0" in only_message(vrp(), [[0, 1, 2, 3]])
    routes = [Route(np.array([1, 2, 3]), vehicle=1)]
    assert only_message(vrp(), routes) == "route 1 has vehicle type 1: they are 0 to 0"
    with pytest.raises(ValueError, match="location 4"):
        vrp().cost(Routes([[4]]))
    with pytest.raises(ValueError, match="vehicle type 1"):
        vrp().cost(Routes(routes))


def test_missing_and_repeated_clients():
    """By the names that files use."""
    problem = vrp(labels=[0, 11, 12, 13])
    assert only_message(problem, [[1, 3]]) == "client 12 is not visited"
    assert "clients 11, 12, 13 are not visited" in only_message(problem, [])
    assert only_message(problem, [[1, 2], [3, 2]]) == "client 12 is visited 2 times, in routes 1, 2"


def test_optional_clients_may_be_left_out():
    """For their prize."""
    problem = vrp(prizes=[0, 0, 0, 7], required=np.array([False, True, True, False]))
    routes = Routes([[1, 2]])
    assert problem.check(routes) == []
    assert problem.cost(routes) == 12 + 7


@pytest.mark.parametrize(
    ("routes", "message"),
    [
        ([[1, 3]], None),
        ([[1, 2, 3]], "clients 1, 2 of group 0 are visited, 1 too many"),
        ([[3]], "no client of group 0 is visited: one of clients 1, 2"),
    ],
)
def test_groups(routes, message):
    """One client of a required group is visited."""
    problem = vrp(groups=(ClientGroup((1, 2)),))
    assert [v.message for v in problem.check(Routes(routes))] == ([message] if message else [])


def test_an_optional_group_may_be_left_out():
    """But not be visited twice."""
    problem = vrp(groups=(ClientGroup((1, 2), required=False),))
    assert kinds(problem, [[3]]) == []
    assert kinds(problem, [[3, 1], [2]]) == ["group"]


def test_fleet():
    """Of each vehicle type."""
    one = vrp(vehicles=(VehicleType(number=1),))
    assert only_message(one, [[1], [2, 3]]) == "2 vehicles are used, 1 more than the 1 there are"
    two = vrp(vehicles=(VehicleType(number=2), VehicleType(number=1, name="van")))
    routes = [Route(np.array([k]), vehicle=1) for k in (1, 2, 3)]
    assert "3 vehicles of type van are used, 2 more" in only_message(two, routes)


def test_capacity_of_deliveries():
    """By how much a route has too much."""
    problem = vrp(demands=[0, 2, 3, 4], vehicles=(VehicleType(capacity=5.5),))
    assert kinds(problem, [[1, 2], [3]]) == []
    assert only_message(problem, [[2, 3], [1]]) == (
        "route 1 carries 7, more than its capacity of 5.5 by 1.5"
    )


def test_capacity_by_dimension():
    """Only the one that is exceeded is named."""
    problem = vrp(
        demands=[[0, 0], [1, 5], [1, 5], [1, 5]], vehicles=(VehicleType(capacity=(3, 9)),)
    )
    assert "carries 15 in dimension 1, more than its capacity of 9 by 6" in only_message(
        problem, [[1, 2, 3]]
    )


def test_capacity_is_that_of_the_vehicle():
    """A large one takes what a small one does not."""
    vehicles = (VehicleType(capacity=1), VehicleType(capacity=3))
    problem = vrp(demands=[0, 1, 1, 1], vehicles=vehicles)
    assert kinds(problem, [Route(np.array([1, 2, 3]), vehicle=1)]) == []
    assert kinds(problem, [Route(np.array([1, 2, 3]), vehicle=0)]) == ["capacity"]


def test_pickups_fill_what_deliveries_leave():
    """The largest load on the way counts."""
    vehicles = (VehicleType(capacity=4),)
    problem = vrp(demands=[0, 4, 0, 0], pickups=[0, 0, 3, 1], vehicles=vehicles)
    assert kinds(problem, [[1, 2, 3]]) == []
    assert "carries 7" in only_message(problem, [[2, 1, 3]])


def test_pairs_are_on_board_in_between():
    """Goods that are unloaded make room."""
    pairs = {"pairs": [[1, 2], [3, 4]], "pair_loads": [2, 2]}
    problem = VRP(coords=np.arange(10).reshape(5, 2), **pairs, vehicles=(VehicleType(capacity=3),))
    assert kinds(problem, [[1, 2, 3, 4]]) == []
    assert "carries 4, more than its capacity of 3 by 1" in only_message(problem, [[1, 3, 2, 4]])


def test_pairs_need_order_and_one_vehicle():
    """The pickup comes first."""
    problem = vrp(pairs=[[1, 3]], pair_loads=[1])
    assert "route 1 visits client 3 before client 1" in only_message(problem, [[3, 2, 1]])
    assert "client 1 is in route 1 and client 3 in route 2" in only_message(problem, [[1, 2], [3]])
    missing = problem.check(Routes([[1, 2]]))
    assert [v.kind for v in missing] == ["missing-client", "pair-vehicle"]


def test_backhauls_come_last():
    """Mixed routes only in this order."""
    fields = {"demands": [0, 1, 0, 1], "pickups": [0, 0, 1, 0]}
    problem = vrp(**fields, backhauls=True)
    assert kinds(problem, [[1, 3, 2]]) == []
    assert only_message(problem, [[1, 2, 3]]) == (
        "route 1 delivers to client 3 after its first pickup, at client 2"
    )
    assert kinds(vrp(**fields), [[1, 2, 3]]) == []


def test_distance_limit():
    """The way back counts."""
    problem = vrp(vehicles=(VehicleType(max_distance=13),))
    assert only_message(problem, [[1, 3, 2]]) == (
        "route 1 is 14 long, more than the limit of 13 by 1"
    )


def test_open_routes_end_at_their_last_client():
    """In cost, length and time."""
    vehicle = VehicleType(open=True, max_distance=10.5, max_duration=15, shift=(0, 15), time_cost=1)
    problem = vrp(vehicles=(vehicle,), service=[0, 1, 1, 1])
    routes = Routes([[1, 3, 2]])
    assert kinds(problem, routes.routes) == []
    assert problem.cost(routes) == 10 + 13
    assert kinds(problem, [[1, 2, 3]]) == ["distance"]


def test_routes_between_different_depots():
    """A vehicle ends where its type says."""
    problem = VRP(coords=COORDS, depots=2, vehicles=(VehicleType(start=0, end=1),))
    assert problem.cost(Routes([[2, 3]])) == 4 + 3 + 4


def test_lateness_is_told_with_the_client():
    """At its earliest arrival."""
    problem = vrp(windows=[[0, 99], [5, 9], [0, 11], [0, 99]], service=[0, 2, 0, 0])
    assert only_message(problem, [[1, 2, 3]]) == (
        "route 1 reaches client 2 at 12 at the earliest, 1 after its window closes at 11"
    )


def test_late_return():
    """To a depot that closes, or at the end of a shift."""
    late = "route 1 is back at 14 at the earliest, 4 after the latest time, 10"
    assert only_message(vrp(windows=[[0, 10]] + [[0, 99]] * 3), [[1, 3, 2]]) == late
    assert only_message(vrp(vehicles=(VehicleType(shift=(0, 10)),)), [[1, 3, 2]]) == late
    open_shift = vrp(vehicles=(VehicleType(shift=(3, 12), open=True),))
    assert "route 1 is done at 13" in only_message(open_shift, [[1, 3, 2]])


def test_release_times_delay_the_departure():
    """Of the whole route."""
    windows = [[0, 6], [0, 99], [0, 99], [0, 99]]
    problem = vrp(release=[0, 0, 8, 0], windows=windows)
    assert [v.kind for v in problem.check(Routes([[1], [2], [3]]))][:1] == ["release"]
    (first, *_) = problem.check(Routes([[1], [2], [3]]))
    assert first.message == (
        "route 2 leaves at 8, when its clients are released, 2 after the latest time to leave, 6"
    )


def test_duration_is_the_least_over_the_time_of_leaving():
    """A vehicle does not wait where it could leave later."""
    windows = [[0, 99], [50, 60], [0, 99], [0, 99]]
    vehicles = (VehicleType(max_duration=14),)
    assert kinds(vrp(windows=windows, vehicles=vehicles), [[1, 3, 2]]) == []
    held = [[0, 99], [50, 60], [0, 99], [0, 20]]
    # From 3 at 20 at the latest, where it leaves at 15, it waits at 1 and goes on at 50.
    assert only_message(vrp(windows=held, vehicles=vehicles), [[3, 1, 2]]) == (
        "route 1 takes 44, more than the limit of 14 by 30"
    )


def test_rounding_is_forgiven():
    """A millionth of the limit."""
    problem = vrp(demands=[0, 0.1, 0.2, 0], vehicles=(VehicleType(capacity=0.3),))
    assert kinds(problem, [[1, 2, 3]]) == []
    problem = vrp(demands=[0, 0.1, 0.21, 0], vehicles=(VehicleType(capacity=0.3),))
    assert kinds(problem, [[1, 2, 3]]) == ["capacity"]


def simulated(problem, visits, leave):
    """Time of being back if a route leaves then; None if it is late anywhere."""
    now, at = leave, 0
    for client in visits:
        now += float(problem.duration(at, client))
        if now > problem.windows[client, 1]:
            return None
        now = max(now, problem.windows[client, 0]) + problem.service[client]
        at = client
    now += float(problem.duration(at, 0))
    return now if now <= problem.windows[0, 1] else None


@st.composite
def timed_problems(draw):
    """Small integer problems with windows, service and release times, and costs of time."""
    n = draw(st.integers(2, 5))
    number = st.integers(0, 9)
    matrix = np.array(draw(st.lists(number, min_size=n * n, max_size=n * n))).reshape(n, n)
    starts = np.array(draw(st.lists(st.integers(0, 25), min_size=n, max_size=n)))
    widths = np.array(draw(st.lists(st.integers(0, 25), min_size=n, max_size=n)))
    starts[0] = 0
    widths[0] = 60
    return VRP(
        matrix=matrix,
        windows=np.stack([starts, starts + widths], axis=1),
        service=np.array(draw(st.lists(number, min_size=n, max_size=n))),
        release=np.array(draw(st.lists(number, min_size=n, max_size=n))),
        vehicles=(VehicleType(distance_cost=0, time_cost=1),),
    )


@FEW
@given(problem=timed_problems(), data=st.data())
def test_times_agree_with_trying_all_departures(problem, data):
    """Feasible if some departure is, at the least duration of all of them."""
    visits = data.draw(st.permutations(range(1, problem.locations)))
    release = int(problem.release.max())
    backs = {leave: simulated(problem, visits, leave) for leave in range(release, 61)}
    durations = [back - leave for leave, back in backs.items() if back is not None]
    routes = Routes([visits])
    assert (problem.check(routes) == []) == bool(durations)
    if durations:
        # All times are whole numbers, so the best departure is one, too.
        assert problem.cost(routes) == min(durations)


@FEW
@given(
    data=st.data(),
    demands=st.lists(st.integers(0, 4), min_size=5, max_size=5),
    pickups=st.lists(st.integers(0, 4), min_size=5, max_size=5),
    load=st.integers(0, 4),
)
def test_loads_agree_with_driving_the_route(data, demands, pickups, load):
    """Loading all deliveries at the depot, then stop by stop."""
    demands, pickups = [0, *demands, 0, 0], [0, *pickups, 0, 0]
    problem = VRP(
        coords=np.zeros((8, 2)),
        demands=demands,
        pickups=pickups,
        pairs=[[6, 7]],
        pair_loads=[load],
        vehicles=(VehicleType(capacity=8),),
    )
    visits = data.draw(st.permutations(range(1, 8)).filter(lambda p: p.index(6) < p.index(7)))
    on_board = peak = sum(demands)
    for client in visits:
        on_board += pickups[client] - demands[client] + {6: load, 7: -load}.get(client, 0)
        peak = max(peak, on_board)
    found = problem.check(Routes([visits]))
    assert [v.kind for v in found] == (["capacity"] if peak > 8 else [])
    if found:
        assert f"carries {peak}, more than its capacity of 8 by {peak - 8}" in found[0].message


def test_cost_does_not_depend_on_the_order_of_routes():
    """To the last digit."""
    rng = np.random.default_rng(1)
    problem = VRP(coords=rng.random((60, 2)))
    rows = [row.tolist() for row in np.array_split(1 + rng.permutation(59), 20)]
    assert problem.cost(Routes(rows)) == problem.cost(Routes(rows[::-1]))


def test_all_costs_add_up():
    """Fixed, per distance, per time and prizes."""
    vehicles = (VehicleType(fixed_cost=10, distance_cost=2, time_cost=3), VehicleType(fixed_cost=1))
    problem = vrp(
        vehicles=vehicles,
        service=[0, 5, 0, 0],
        prizes=[0, 0, 0, 100],
        required=np.array([True, True, True, False]),
    )
    routes = Routes([[1], Route(np.array([2]), vehicle=1)])
    assert problem.cost(routes) == (10 + 2 * 6 + 3 * 11) + (1 + 8) + 100


@pytest.mark.parametrize("limit", [math.inf, 1e9])
def test_thirty_thousand_clients_are_checked_in_a_moment(limit):
    """With and without times."""
    n = 30_001
    rng = np.random.default_rng(0)
    problem = VRP(
        coords=rng.integers(0, 9999, (n, 2)),
        metric=Metric.EUC,
        demands=np.ones(n),
        vehicles=(VehicleType(capacity=100, max_duration=limit),),
    )
    routes = Routes(tuple(np.array_split(1 + rng.permutation(n - 1), 310)))
    began = time.process_time()
    assert problem.check(routes) == []
    assert problem.cost(routes) > 0
    assert time.process_time() - began < 0.5


def test_matrix_and_travel_times_differ():
    """Cost follows the distances, time the durations."""
    durations = np.full((3, 3), 7)
    problem = VRP(
        matrix=np.ones((3, 3)), durations=durations, vehicles=(VehicleType(shift=(0, 20)),)
    )
    assert problem.cost(Routes([[1, 2]])) == 3
    assert kinds(problem, [[1, 2]]) == ["shift"]


def test_every_order_of_an_asymmetric_matrix():
    """Costs follow the direction."""
    rng = np.random.default_rng(3)
    matrix = rng.integers(1, 99, (4, 4))
    problem = VRP(matrix=matrix)
    for visits in itertools.permutations((1, 2, 3)):
        a, b, c = visits
        expected = matrix[0, a] + matrix[a, b] + matrix[b, c] + matrix[c, 0]
        assert problem.cost(Routes([visits])) == expected
