"""Solutions of vehicle routing problems, read and written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.core import FormatError
from cosolve.io import read_solution, write_solution
from cosolve.problems import TSP, VRP, Metric, Route, Routes, Tour, VehicleType

COORDS = np.array([[0, 0], [0, 3], [4, 0], [4, 3]])
FEW = settings(max_examples=100, deadline=None)


def vrp(**fields):
    """Make a problem of three clients."""
    return VRP(**{"coords": COORDS, **fields})


def parsed(tmp_path, text, problem, **options):
    """Return the solution in a file of that text, as rows with their vehicles."""
    path = tmp_path / "a.sol"
    path.write_text(text)
    return [
        (route.visits.tolist(), route.vehicle)
        for route in read_solution(path, problem, **options).routes
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Route #1: 1 3\nRoute #2: 2\nCost 20\n",
        "Route #1: 1 3 \r\nRoute #2: 2\r\nCost: 20.5\r\nTime 3.2\r\n",
        "# a remark\nRoute 1 : 1 3\n\nroute #9: 2\nRoute #3:\n",
    ],
)
def test_routes_are_read(tmp_path, text):
    """As CVRPLIB and others write them."""
    assert parsed(tmp_path, text, vrp()) == [([1, 3], 0), ([2], 0)]


def test_labels_name_the_clients(tmp_path):
    """As in the instance file."""
    problem = vrp(labels=[0, 30, 20, 10])
    assert parsed(tmp_path, "Route #1: 10 20 30\n", problem) == [([3, 2, 1], 0)]


def test_the_number_of_a_route_tells_its_vehicle(tmp_path):
    """Where there are several types."""
    vehicles = (VehicleType(number=2), VehicleType(number=1), VehicleType(number=5))
    problem = vrp(vehicles=vehicles)
    text = "Route #1:\nRoute #2: 1\nRoute #3: 2\nRoute #8: 3\nCost 3\n"
    assert parsed(tmp_path, text, problem) == [([1], 0), ([2], 1), ([3], 2)]
    with pytest.raises(FormatError, match="there is no vehicle 9: expected 1 to 8"):
        parsed(tmp_path, text.replace("#8", "#9"), problem)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Cost 7\n", None, "expected lines 'Route #k: clients', found none"),
        ("Route #1: 1 2 3\n7 8\n", 2, "expected 'Route #k: clients', found '7 8'"),
        ("Route #1: 1 2 4\n", 1, "there is no client '4' in unnamed, expected 1 to 3"),
        ("Route #1: 0 1 2 3\n", 1, "there is no client '0'"),
        ("Route #1: 1 -2 3\n", 1, "there is no client '-2'"),
        ("Route #1: 1 x 3\n", 1, "there is no client 'x'"),
        ("Route #1: 1 2\nRoute #2: 2 3\n", 2, "client 2 is visited twice, first in line 1"),
        ("Route #1: 1\n", None, "2 clients of unnamed not visited, the first is 2"),
    ],
)
def test_bad_routes(tmp_path, text, line, message):
    """One line says where and what was expected."""
    with pytest.raises(FormatError) as error:
        parsed(tmp_path, text, vrp())
    assert message in str(error.value)
    assert error.value.line == line


def test_incomplete_routes_are_for_the_checker(tmp_path):
    """If that is asked for."""
    text = "Route #1: 1 2\nRoute #2: 2\n"
    assert parsed(tmp_path, text, vrp(), complete=False) == [([1, 2], 0), ([2], 0)]


def test_optional_clients_may_be_missing(tmp_path):
    """They need not be visited."""
    problem = vrp(required=np.array([False, True, False, False]))
    assert parsed(tmp_path, "Route #1: 1\n", problem) == [([1], 0)]


def test_text_of_a_solution(tmp_path):
    """It is what CVRPLIB writes."""
    problem = vrp(metric=Metric.EUC)
    write_solution(problem, Routes([[1, 3], [2]]), tmp_path / "a.sol")
    assert (tmp_path / "a.sol").read_text() == "Route #1: 1 3\nRoute #2: 2\nCost 20\n"


def test_text_with_several_types(tmp_path):
    """Vehicles that stay at home have an empty route before the last one used."""
    problem = vrp(vehicles=(VehicleType(number=2), VehicleType(number=2), VehicleType(number=4)))
    routes = Routes([Route(np.array([2, 3]), vehicle=1), Route(np.array([1]), vehicle=0)])
    write_solution(problem, routes, tmp_path / "a.sol")
    assert (tmp_path / "a.sol").read_text() == "Route #1: 1\nRoute #2:\nRoute #3: 2 3\nCost 18\n"


def test_infeasible_routes_are_not_written(tmp_path):
    """Nor are those of another kind of problem."""
    with pytest.raises(ValueError, match="not written, the routes are infeasible: client 3"):
        write_solution(vrp(), Routes([[1, 2]]), tmp_path / "a.sol")
    with pytest.raises(TypeError, match="a vrp problem has no solution of type Tour"):
        write_solution(vrp(), Tour(np.arange(4)), tmp_path / "a.sol")
    with pytest.raises(TypeError, match="a tsp problem has no solution of type Routes"):
        write_solution(TSP(coords=COORDS), Routes([[1]]), tmp_path / "a.sol")
    assert not (tmp_path / "a.sol").exists()


@FEW
@given(data=st.data(), types=st.integers(1, 3), labelled=st.booleans())
def test_round_trip(tmp_path_factory, data, types, labelled):
    """Routes come back with their vehicles, whatever the order of types."""
    n = data.draw(st.integers(1, 7))
    numbers = [data.draw(st.sampled_from((None, n, n + 3))) for _ in range(types)]
    problem = VRP(
        coords=np.zeros((n + 1, 2)),
        vehicles=tuple(VehicleType(number=number) for number in numbers),
        labels=np.arange(n + 1)[::-1] + 5 if labelled else None,
    )
    order = data.draw(st.permutations(range(1, n + 1)))
    cuts = sorted(data.draw(st.sets(st.integers(1, n))))
    rows = [order[a:b] for a, b in zip([0, *cuts], [*cuts, n], strict=True) if b > a]
    routes = Routes(
        tuple(Route(np.array(row), data.draw(st.integers(0, types - 1))) for row in rows)
    )
    path = tmp_path_factory.mktemp("routes") / data.draw(st.sampled_from(("a.sol", "a.sol.gz")))
    write_solution(problem, routes, path)
    found = read_solution(path, problem)
    assert set(found.routes) == set(routes.routes)
