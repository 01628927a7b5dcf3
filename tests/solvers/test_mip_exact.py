"""Back-ends as methods: statuses, limits, starts, interruption, and one dropped in from outside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mip_toys import enumerated, knapsack, market_split, mixed, program

import cosolve
from cosolve.core import Run, Status, Stop
from cosolve.exact import backends
from cosolve.exact.mip_backend import backend, backend_names
from cosolve.problems.mip import Values
from cosolve.solvers import registry
from cosolve.testing import check_solver, mip_samples

NAMES = ["scip", "highs", "cpsat"]
SLOW_S = 120.0  # to start a worker and solve a toy, on a busy machine


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Name of a method whose back-end is installed."""
    found: str = request.param
    if not backend(found).installed:
        pytest.skip(f"{backend(found).package} is not installed")
    return found


def test_conformance(name: str) -> None:
    """The promises every method keeps; time limits leave room to start a process."""
    samples = [p for p in mip_samples() if p.name in ("cover", "general-tiny", "mixed-tiny")]
    check_solver(name, samples, seconds=300.0)


def test_optimum_is_proven(name: str) -> None:
    """Cost, bound and status agree with enumeration."""
    problem = knapsack(maximize=False)
    best, _ = enumerated(problem)
    result = cosolve.solve(problem, name, stop=SLOW_S)
    assert (result.status, result.cost, result.bound) == (Status.OPTIMAL, best, best)
    assert result.limit is None


@pytest.mark.parametrize("method", ["scip", "highs"])
def test_continuous_columns_are_solved(method: str) -> None:
    """Mixed programs need no scaling."""
    result = cosolve.solve(mixed(), method, stop=SLOW_S)
    assert result.status == Status.OPTIMAL
    assert result.cost == pytest.approx(19.5)


def test_infeasible_is_a_status(name: str) -> None:
    """It needs the search: 2 x1 + 2 x2 = 3 has a relaxation."""
    result = cosolve.solve(program([1, 1], [[2, 2]], [(3, 3)], upper=[9, 9]), name, stop=SLOW_S)
    assert (result.status, result.solution) == (Status.INFEASIBLE, None)


@pytest.mark.parametrize("method", ["scip", "highs"])
def test_unbounded_is_a_status(method: str) -> None:
    """There are solutions, but no best one."""
    result = cosolve.solve(program([-1, -1], [[1, -1]], [(-9, 0)]), method, stop=SLOW_S)
    assert (result.status, result.bound) == (Status.UNBOUNDED, None)


def test_start_is_never_worsened(name: str) -> None:
    """Given the optimum and no node, it is returned."""
    problem = knapsack(30, seed=2, maximize=False)
    start = cosolve.solve(problem, name, stop=SLOW_S).solution
    again = cosolve.solve(problem, name, stop=Stop(iterations=1), start=start)
    assert again.cost <= problem.cost(start)


def test_nodes_are_iterations_and_reproducible(name: str) -> None:
    """The same seed and number of nodes give the same result."""
    problem = knapsack(50, seed=4, maximize=False)
    first, second = (cosolve.solve(problem, name, stop=Stop(iterations=3)) for _ in range(2))
    assert first.cost == second.cost
    assert first.bound == second.bound
    assert first.iterations == second.iterations <= 3


@pytest.mark.timing
def test_time_limit_holds(name: str) -> None:
    """A program that takes hours is left when time is up, start of the process included."""
    problem, _ = market_split()
    result = cosolve.solve(problem, name, stop=2.0)
    assert result.runtime <= 2.0 + 0.2 + 1.0  # a busy machine


def test_interruption_returns_the_incumbent(name: str) -> None:
    """What is known by then is the outcome."""
    run = Run(Stop(time_limit=SLOW_S))
    problem, _ = market_split()
    start = Values([0.0] * problem.size)
    threading.Timer(0.5, run.interrupted.set).start()
    outcome = registry.get(name).run(problem, run, start=start)
    assert outcome.solution is not None
    assert not outcome.optimal
    assert run.elapsed < SLOW_S


def test_parameters_are_validated() -> None:
    """Wrong ones are refused by name."""
    with pytest.raises(ValueError, match="emphasis must be one of"):
        registry.get("scip", {"emphasis": "speed"})
    with pytest.raises(ValueError, match="memory must be at least"):
        registry.get("scip", {"memory": 0})


def test_every_back_end_is_a_method() -> None:
    """All files of the package, and none that is not there."""
    assert set(backend_names()) <= set(registry.names())
    assert registry.get("highs").supports(mixed()) is None
    assert "continuous" in registry.get("cpsat").supports(mixed())


def test_problems_of_other_kinds_are_refused() -> None:
    """The reason names the kind."""
    tsp = cosolve.TSP(coords=[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert "tsp" in registry.get("scip").supports(tsp)


BRUTE = '''
"""A back-end that enumerates."""
import itertools
import numpy as np
from cosolve.exact.mip_backend import Backend, Ended
from cosolve.exact.mip_request import Ending
from cosolve.problems.mip import Values


class Engine:
    def __init__(self, setup):
        self.problem = setup.problem

    def solve(self, work):
        ranges = [range(int(a), int(b) + 1) for a, b in zip(work.lower, work.upper)]
        for point in itertools.product(*ranges):
            values = np.array(point, dtype=float)
            if not self.problem.check(Values(values)):
                work.solution(values, None, 1)
        found = np.isfinite(work.best)
        if not found:
            return Ended(Ending.INFEASIBLE, None, 1)
        return Ended(Ending.OPTIMAL, work.best, 1)

    def interrupt(self):
        pass

    def inject(self, values):
        return False


BACKEND = Backend("brute", "Brute", "enumerates everything", "numpy", "numpy", Engine)
'''


@pytest.fixture
def brute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Drop a file with a back-end where back-ends are looked for."""
    (tmp_path / "brute.py").write_text(BRUTE)
    monkeypatch.setattr(backends, "__path__", [*backends.__path__, str(tmp_path)])
    registry._homes.cache_clear()
    yield "brute"
    registry._homes.cache_clear()


def test_new_back_end_is_one_file(brute: str) -> None:
    """It is a method at once, runs in a worker, and is checked like the others."""
    problem = knapsack(maximize=False)
    best, _ = enumerated(problem)
    assert brute in registry.names()
    result = cosolve.solve(problem, brute, stop=SLOW_S)
    assert (result.status, result.cost) == (Status.OPTIMAL, best)
