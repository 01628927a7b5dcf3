"""Files of Solomon, Li and Lim, Cordeau and Taillard."""

import math

import pytest

from cosolve.core import FormatError
from cosolve.io import read
from cosolve.problems import Metric

SOLOMON = """C101

VEHICLE
NUMBER     CAPACITY
  25         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      40         50          0          0       1236          0
    1      45         68         10        912        967         90
    2      45         70         30        825        870         95
"""
LI_LIM = """25\t200\t1
0\t40\t50\t0\t0\t1236\t0\t0\t0
1\t45\t68\t-10\t912\t967\t90\t3\t0
2\t45\t70\t20\t825\t870\t90\t0\t4
3\t45\t66\t10\t65\t146\t90\t0\t1
4\t45\t60\t-20\t727\t782\t90\t2\t0
"""
CORDEAU = """2 3 2 2
0 80
500 90
 1 37 52 4   7 1 4 1 2 4 8
 2 49 49 5  30 1 4 1 2 4 8
 3 20 20 0   0 0 0
 4 30 40 0   0 0 0
"""
CORDEAU_WINDOWS = """6 3 2 2
0 80
500 90
 1 37 52 4   7 1 4 1 2 4 8 10 20
 2 49 49 5  30 1 4 1 2 4 8 30 40
 3 20 20 0   0 0 0 0 1000
 4 30 40 0   0 0 0 0 900
"""
TAILLARD = """ //Line 6 : customers (N), vehicle types (T), range, service time, LB, BKS
 2 2 999999.0 3.0 961.03 961.03
 4   20   20.0  1.0
 5   30   35.0  1.1

 30  40
 37  52   7
 49  49  30
"""


def parsed(tmp_path, text, name="a.txt"):
    """Return the problem in a file of that text."""
    path = tmp_path / name
    path.write_text(text)
    return read(path)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_solomon(tmp_path, ending):
    """Distances are cut to one decimal."""
    path = tmp_path / "a.txt"
    path.write_bytes(SOLOMON.replace("\n", ending).encode())
    problem = read(path)
    assert problem.name == "C101"
    assert problem.metric is Metric.TRUNC1
    assert (problem.vehicles[0].number, problem.vehicles[0].capacity) == (25, (200,))
    assert problem.coords.tolist() == [[40, 50], [45, 68], [45, 70]]
    assert problem.demands.ravel().tolist() == [0, 10, 30]
    assert problem.windows.tolist() == [[0, 1236], [912, 967], [825, 870]]
    assert problem.service.tolist() == [0, 90, 95]
    assert problem.plain_but_for_time


def test_li_lim(tmp_path):
    """Every client is half of a pair."""
    problem = parsed(tmp_path, LI_LIM, "lc.txt")
    assert problem.name == "lc"
    assert problem.metric is Metric.EUCLIDEAN
    assert (problem.vehicles[0].number, problem.vehicles[0].capacity) == (25, (200,))
    assert problem.pairs.tolist() == [[2, 4], [3, 1]]
    assert problem.pair_loads.ravel().tolist() == [20, 10]
    assert not problem.demands.any()
    assert problem.windows[3].tolist() == [65, 146]


def test_cordeau(tmp_path):
    """One vehicle type for each depot; 0 is no limit; depots stand at the end."""
    problem = parsed(tmp_path, CORDEAU, "p.txt")
    assert (problem.name, problem.depots, problem.size) == ("p", 2, 2)
    assert problem.coords.tolist() == [[20, 20], [30, 40], [37, 52], [49, 49]]
    assert problem.demands.ravel().tolist() == [0, 0, 7, 30]
    assert problem.service.tolist() == [0, 0, 4, 5]
    assert [(v.start, v.number, v.capacity, v.max_duration) for v in problem.vehicles] == [
        (0, 3, (80,), math.inf), (1, 3, (90,), 500),
    ]  # fmt: skip
    assert [problem.label(k) for k in range(4)] == [3, 4, 1, 2]
    assert not problem.timed


def test_cordeau_with_windows(tmp_path):
    """They end each line."""
    problem = parsed(tmp_path, CORDEAU_WINDOWS)
    assert problem.windows.tolist() == [[0, 1000], [0, 900], [10, 20], [30, 40]]


def test_cordeau_with_one_depot(tmp_path):
    """It stands first."""
    text = "0 3 2 1\n0 80\n 0 20 20 0 0 0 0\n 1 37 52 4 7 1 1 1\n 2 49 49 5 30 1 1 1\n"
    problem = parsed(tmp_path, text)
    assert problem.coords.tolist() == [[20, 20], [37, 52], [49, 49]]
    assert problem.labels is None


def test_taillard(tmp_path):
    """Each type has a number, a capacity and costs."""
    problem = parsed(tmp_path, TAILLARD, "vfm.txt")
    assert problem.coords.tolist() == [[30, 40], [37, 52], [49, 49]]
    assert problem.demands.ravel().tolist() == [0, 7, 30]
    assert problem.service.tolist() == [0, 3, 3]
    found = [(v.number, v.capacity, v.fixed_cost, v.distance_cost) for v in problem.vehicles]
    assert found == [(4, (20,), 20, 1), (5, (30,), 35, 1.1)]
    assert math.isinf(problem.vehicles[0].max_duration)
    limited = parsed(tmp_path, TAILLARD.replace("999999.0", "400.0"))
    assert limited.vehicles[0].max_duration == 400


BAD = [
    (SOLOMON.replace("  25         200", "  25"), 5, "expected number and capacity"),
    (SOLOMON.replace("  25  ", "  0  "), 5, "at least 1, found 0"),
    (SOLOMON.replace("  25  ", "  2.5  "), 5, "whole number of vehicles"),
    (SOLOMON.replace("         95", ""), 12, "expected 7 numbers, found 6"),
    (SOLOMON.replace("870", "due"), 12, "expected a number, found 'due'"),
    (SOLOMON.replace("870", "nan"), 12, "a value is nan"),
    (SOLOMON.replace("    2  ", "    1  "), 12, "1 is listed twice"),
    (SOLOMON.replace("870", "800"), None, "the window of client 2 is 825 to 800"),
    (SOLOMON.split("    1  ")[0], None, "at least one client, found 1 lines"),
    (LI_LIM.replace("25\t200\t1\n", "0\t200\t1\n"), 1, "at least 1, found 0"),
    (LI_LIM.replace("\t3\t0", "\t7\t0"), 3, "the other half of the pair, found 7"),
    (LI_LIM.replace("\t3\t0", "\t2\t0"), 3, "2 is to deliver here, but its own line says"),
    (LI_LIM.replace("\t-10\t", "\t-9\t"), 5, "expected 1 to get the 10 picked up here"),
    (LI_LIM.replace("\t3\t0", "\t0\t0"), 3, "the other half of the pair, found 0"),
    (CORDEAU.replace("2 3 2 2", "1 3 2 2"), 1, "problem type 1, expected 0 (VRP)"),
    (CORDEAU.replace("2 3 2 2", "2 0 2 2"), 1, "at least one vehicle"),
    (CORDEAU.replace("2 3 2 2", "2 3 9 2"), 7, "expected 14 lines"),
    (CORDEAU.replace("2 3 2 2", "2 3.5 2 2"), 1, "found 3.5, expected a whole number"),
    (CORDEAU.replace("0 80", "0 -80"), 2, "found -80, expected a finite number"),
    (CORDEAU.replace(" 37 52 4   7 1 4 1 2 4 8", " 37 52"), 4, "at least 5 numbers, found 3"),
    (CORDEAU.replace(" 4 8\n", " 4\n", 1), 4, "expected 11 numbers or more, found 10"),
    (CORDEAU.replace("37 52", "37 one"), 4, "expected a number, found 'one'"),
    (CORDEAU_WINDOWS.replace(" 10 20", " 10"), 4, "expected 11 numbers and a time window"),
    (TAILLARD.replace(" 961.03\n", "\n"), None, "expected"),
    (TAILLARD.replace(" 2 2 ", " 2 3 "), 8, "expected 7 lines"),
    (TAILLARD.replace(" 4   20", " 0   20"), 3, "at least one vehicle of each type"),
    (TAILLARD.replace("37  52   7", "37  52"), 7, "expected 3 numbers, found 2"),
    (TAILLARD.replace("37  52   7", "37  52  -7"), None, "client 1 has demand -7"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD)
def test_bad_file(tmp_path, text, line, message):
    """One line says where and what was expected."""
    with pytest.raises(FormatError) as error:
        parsed(tmp_path, text)
    assert message in str(error.value)
    assert line is None or error.value.line == line
    assert len(str(error.value).splitlines()) == 1
