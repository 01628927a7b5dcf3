"""Damaged files of vehicle routing never give anything but a problem or a one-line error."""

import numpy as np
import pytest
from damaged import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.io import read, read_solution
from cosolve.problems import VRP, Routes
from cosolve.testing.strategies import damaged

FEW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

VRPLIB = b"""NAME : a
COMMENT : (Optimal value: 20)
TYPE : CVRP
DIMENSION : 3
VEHICLES : 2
DISTANCE : 90.5
SERVICE_TIME : 3
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 0 3.5
3 4 0
DEMAND_SECTION
1 0
2 1
3 2
TIME_WINDOW_SECTION
1 0 90
2 3 40
3 0 9
CAPACITY_SECTION
1 5
2 6
PRIZE_SECTION
1 0
2 4
3 0
MUTUALLY_EXCLUSIVE_GROUP_SECTION
1 0
2 1
3 1
DEPOT_SECTION
1
-1
EOF
"""
MATRIX = b"""NAME : b
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : LOWER_ROW
CAPACITY : 9
EDGE_WEIGHT_SECTION
3
4 5
DEMAND_SECTION
1 0
2 1
3 2
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = b"""R1

VEHICLE
NUMBER CAPACITY
 2 20
CUSTOMER
CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME
 0 40 50 0 0 1236 0
 1 45 68 10 912 967 90
 2 45 70 5 825 870 90
"""
LI_LIM = b"25 200 1\n0 4 5 0 0 99 0 0 0\n1 4 6 -5 9 67 9 2 0\n2 5 7 5 0 60 9 0 1\n"
CORDEAU = b"6 3 2 1\n0 80\n1 3 5 4 7 1 1 1 10 20\n2 4 9 5 3 1 1 1 30 40\n3 2 2 0 0 0 0 0 99\n"
TAILLARD = b"//x\n2 2 999999.0 3.0 961.03 961.03\n4 20 20.0 1.0\n5 30 5.5 1.1\n3 4\n37 5 7\n9 9 3\n"
FILES = {
    "vrplib": VRPLIB,
    "matrix": MATRIX,
    "solomon": SOLOMON,
    "li-lim": LI_LIM,
    "cordeau": CORDEAU,
    "taillard": TAILLARD,
}


@pytest.mark.parametrize("name", FILES)
def test_the_undamaged_file_is_read(folder, name):
    """The properties below begin with a good file."""
    path = folder / "good"
    path.write_bytes(FILES[name])
    problem = read(path)
    assert isinstance(problem, VRP)
    assert problem.size == 2


@pytest.mark.parametrize("name", FILES)
@FEW
@given(data=st.data())
def test_damaged_files(folder, name, data):
    """What is read is a whole problem, which can be checked."""
    path = folder / data.draw(st.sampled_from(("a.vrp", "a.txt", "a")))
    path.write_bytes(data.draw(damaged(FILES[name])))
    problem = outcome(path, read)
    if isinstance(problem, VRP):
        clients = np.arange(problem.depots, problem.locations)
        problem.check(Routes((clients,)))
        problem.proven_infeasible()
        assert np.isfinite(problem.cost(Routes((clients,))))


@FEW
@given(data=st.data())
def test_damaged_solutions(folder, data):
    """Routes that are read visit every client once, or they are refused."""
    problem = VRP(coords=np.zeros((5, 2)))
    path = folder / "a.sol"
    path.write_bytes(data.draw(damaged(b"Route #1: 1 3\nRoute #2: 2 4\nCost 20\n")))
    found = outcome(path, lambda path: read_solution(path, problem))
    if found is not None:
        assert problem.check(found) == []
