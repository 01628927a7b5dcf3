"""Damaged files never give anything but a problem or a one-line error."""

import io

import numpy as np
from damaged import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosolve.io import read, read_solution, write_problem, write_solution
from cosolve.problems import TSP
from cosolve.testing.strategies import coordinates, damaged, matrices, tours, tsplib_files

# Examples go through the disk, which may take any time.
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_valid(problem):
    """Check that a problem that was read is whole, with finite distances."""
    assert isinstance(problem, TSP)
    array = problem.coords if problem.matrix is None else problem.matrix
    assert np.isfinite(array).all()
    assert np.isfinite(problem.distance(0, problem.size - 1))


@FEW
@given(st.data())
def test_damaged_tsplib_files(folder, data):
    """Of any layout."""
    content, _ = data.draw(tsplib_files(max_size=5))
    path = folder / data.draw(st.sampled_from(("a.tsp", "a", "a.csv", "a.tsp.gz")))
    path.write_bytes(data.draw(damaged(content)))
    problem = outcome(path, read)
    if problem is not None:
        assert_valid(problem)


@FEW
@given(st.data())
def test_damaged_arrays(folder, data):
    """Coordinates and matrices, binary and text, packed and plain."""
    n = data.draw(st.integers(1, 5))
    array = data.draw(coordinates(n) | coordinates(n, 3) | matrices(n, symmetric=False))
    suffix = data.draw(st.sampled_from((".npy", ".csv", ".txt", ".csv.gz", ".npy.gz")))
    path = folder / f"a{suffix}"
    if ".npy" in suffix:
        buffer = io.BytesIO()
        np.save(buffer, array)
        content = buffer.getvalue()
    else:
        content = "\n".join(",".join(map(repr, row)) for row in array.tolist()).encode()
    path.write_bytes(data.draw(damaged(content)))
    problem = outcome(path, read)
    if problem is not None:
        assert_valid(problem)


@FEW
@given(st.data())
def test_damaged_gzip_files(folder, data):
    """The packed bytes themselves."""
    path = folder / "b.tsp.gz"
    write_problem(TSP(coords=data.draw(coordinates(4)), metric="EUC"), path)
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    problem = outcome(path, read)
    if problem is not None:
        assert_valid(problem)


@FEW
@given(st.data())
def test_damaged_tours(folder, data):
    """A tour that is read visits every node once, or it is refused."""
    n = data.draw(st.integers(1, 6))
    problem = TSP(coords=np.zeros((n, 2)))
    tour = data.draw(tours(n))
    path = folder / "a.sol"
    if data.draw(st.booleans()):
        write_solution(problem, tour, path)
        content = path.read_bytes()
    else:
        content = "\n".join(map(str, tour.nodes.tolist())).encode()
    path.write_bytes(data.draw(damaged(content)))
    found = outcome(path, lambda path: read_solution(path, problem))
    if found is not None:
        assert problem.check(found) == []


@FEW
@given(st.binary(max_size=200), st.sampled_from(("a.tsp", "a.npy", "a.csv", "a", "a.gz")))
def test_arbitrary_bytes(folder, content, name):
    """Any content under any name."""
    path = folder / name
    path.write_bytes(content)
    problem = outcome(path, read)
    if problem is not None:
        assert_valid(problem)
