"""VRPLIB files that are written, and problems the format cannot hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.io import read, write_problem
from cosolve.problems import VRP, ClientGroup, Metric, VehicleType

COORDS = np.array([[0, 0], [0, 3], [4, 0.5], [4, 3]])
FEW = settings(max_examples=150, deadline=None)
ARRAYS = (
    "coords", "matrix", "demands", "pickups", "windows", "service", "release", "prizes",
    "required", "pairs", "display", "labels",
)  # fmt: skip


def assert_same(found, expected):
    """Two problems agree in everything but names."""
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    assert (found.metric, found.depots, found.backhauls) == (
        expected.metric, expected.depots, expected.backhauls,
    )  # fmt: skip
    assert found.vehicles == expected.vehicles
    assert found.groups == expected.groups


def written(tmp_path, **fields):
    """Return what becomes of a problem on its way through a file, and the problem."""
    problem = VRP(**{"coords": COORDS, **fields})
    write_problem(problem, tmp_path / "a.vrp")
    return read(tmp_path / "a.vrp"), problem


def test_text(tmp_path):
    """The file is what one would write by hand."""
    problem = VRP(
        coords=[[0, 0], [3, 4]],
        metric=Metric.EUC,
        demands=[0, 2],
        vehicles=(VehicleType(capacity=5, number=2),),
        name="two",
        comment="524.61",
    )
    write_problem(problem, tmp_path / "a.vrp")
    assert (tmp_path / "a.vrp").read_text() == (
        "NAME : two\nCOMMENT : 524.61 (distances are rounded)\nTYPE : CVRP\nDIMENSION : 2\n"
        "VEHICLES : 2\nCAPACITY : 5\nEDGE_WEIGHT_TYPE : EUC_2D\n"
        "NODE_COORD_SECTION\n1 0 0\n2 3 4\nDEMAND_SECTION\n1 0\n2 2\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"metric": Metric.EUC},
        {"metric": Metric.TRUNC1},
        {"metric": Metric.CEIL},
        {"coords": np.ones((3, 3)) * np.arange(3)[:, None]},
        {"coords": None, "matrix": np.arange(9).reshape(3, 3)},
        {"coords": None, "matrix": np.ones((4, 4)), "display": COORDS},
        {"windows": [[0, 9], [1, 2], [0.5, 8], [0, 7]], "service": [0, 1, 2, 3]},
        {"release": [0, 1, 2, 3]},
        {"prizes": [0, 1, 2, 3], "required": np.zeros(4, bool)},
        {"pickups": [0, 0, 1, 2], "demands": [0, 3, 0, 0]},
        {"pickups": [0, 0, 1, 2], "demands": [0, 3, 0, 0], "backhauls": True},
        {"groups": (ClientGroup((1, 3)),)},
        {"vehicles": (VehicleType(open=True),)},
        {"vehicles": (VehicleType(capacity=7, number=3, max_duration=9, fixed_cost=0.5),)},
        {"depots": 2, "vehicles": (VehicleType(start=1, number=2),)},
        {
            "vehicles": (
                VehicleType(capacity=7, number=3, fixed_cost=1, distance_cost=2, time_cost=3),
                VehicleType(capacity=9, number=1, fixed_cost=4),
            )
        },
        {
            "depots": 2,
            "vehicles": (
                VehicleType(capacity=7, number=3, max_distance=9, max_duration=8),
                VehicleType(capacity=7, number=1, start=1, max_distance=9, max_duration=8),
            ),
        },
        {"demands": [[0, 0], [1, 2], [3, 4], [5, 6]], "vehicles": (VehicleType((7, 8), 2),)},
        {"labels": [0, 5, 7, 9]},
    ],
)
def test_round_trip(tmp_path, fields):
    """Nothing is lost or changed."""
    found, expected = written(tmp_path, **fields)
    assert_same(found, expected)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pairs": [[1, 2]], "pair_loads": [1]}, "cannot hold the pickup and delivery pairs"),
        ({"durations": np.ones((4, 4))}, "travel times"),
        ({"vehicles": (VehicleType(shift=(0, 9)),)}, "shifts"),
        ({"depots": 2, "vehicles": (VehicleType(end=1),)}, "different start and end depots"),
        ({"vehicles": (VehicleType(), VehicleType(open=True))}, "open routes of some vehicles"),
        ({"vehicles": (VehicleType(1), VehicleType(2))}, "unlimited number of vehicles"),
        ({"vehicles": (VehicleType(1, 1), VehicleType(math.inf, 1))}, "infinite capacities"),
        ({"windows": [[0, 9], [0, math.inf], [0, 9], [0, 9]]}, "windows without end"),
        ({"windows": [[0, math.inf], [3, math.inf]] + [[0, math.inf]] * 2}, "only begin"),
        ({"groups": (ClientGroup((1, 2), required=False),)}, "need not be visited"),
        ({"groups": (ClientGroup((1,)),)}, "cannot hold the required, groups"),
        ({"labels": [9, 5, 7, 8]}, "cannot hold the labels"),
        ({"prizes": [0, 0, 0, 4], "required": np.array([0, 1, 0, 0], bool)}, "required"),
        ({"metric": Metric.EUC, "vehicles": (VehicleType(open=True),)}, "cannot hold the metric"),
        ({"vehicles": (VehicleType(1, 1, max_distance=4), VehicleType(2, 1))}, "limits of some"),
    ],
)
def test_what_the_format_cannot_hold(tmp_path, fields, message):
    """It is refused by name, and no file is left behind."""
    with pytest.raises(ValueError, match=message):
        written(tmp_path, **fields)
    assert not (tmp_path / "a.vrp").exists()


@pytest.mark.parametrize("name", ["a.tsp", "a.csv", "a"])
def test_other_formats_hold_no_routes(tmp_path, name):
    """The suffix says what is asked for."""
    with pytest.raises(ValueError, match="cannot write a VRP as"):
        write_problem(VRP(coords=COORDS), tmp_path / name)


@FEW
@given(st.data())
def test_any_numbers_survive(tmp_path_factory, data):
    """Doubles read back as they were."""
    number = st.floats(0, 1e12) | st.integers(0, 99).map(float)
    n = data.draw(st.integers(2, 5))

    def numbers(count):
        return np.array(data.draw(st.lists(number, min_size=count, max_size=count)))

    starts = numbers(n)
    problem = VRP(
        coords=numbers(2 * n).reshape(n, 2) - numbers(1),
        metric=data.draw(st.sampled_from((Metric.EUC, Metric.EUCLIDEAN, Metric.TRUNC1))),
        demands=numbers(n),
        windows=np.stack([starts, starts + numbers(n)], axis=1),
        service=numbers(n),
        vehicles=(VehicleType(capacity=float(numbers(1)[0]), max_duration=float(numbers(1)[0])),),
        comment=data.draw(st.sampled_from(("", "12.5", "Best value: 7.25", "a\nb"))),
    )
    path = tmp_path_factory.mktemp("vrp") / data.draw(st.sampled_from(("a.vrp", "a.vrp.gz")))
    write_problem(problem, path)
    assert_same(read(path), problem)
