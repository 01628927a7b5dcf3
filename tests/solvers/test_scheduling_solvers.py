"""Dispatching and constraint programming as methods."""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from scheduling_brute_force import optimum, tiny

from cosolve import Objective, Scheduling, Status, Stop, solve
from cosolve.core import BackendMissing, Run
from cosolve.problems import TSP
from cosolve.search.dispatch import dispatch
from cosolve.solvers import registry
from cosolve.solvers.cpsat import CpSat
from cosolve.solvers.dispatch import Dispatch

WITHOUT = importlib.util.find_spec("ortools") is None
needs_ortools = pytest.mark.skipif(WITHOUT, reason="OR-Tools is not installed")


def shop(jobs: int, machines: int, seed: int) -> Scheduling:
    """Return a job shop with random orders and times."""
    rng = np.random.default_rng(seed)
    listed = [
        [{int(m): int(rng.integers(1, 99))} for m in rng.permutation(machines)] for _ in range(jobs)
    ]
    return Scheduling.from_jobs(listed, name=f"shop-{jobs}-{machines}")


@needs_ortools
@pytest.mark.parametrize("params", [{}, {"cutoff": True}, {"linearization": 2}])
def test_cpsat_proves_optima(params: dict[str, object]) -> None:
    """Whatever the parameters, the optimum is found and proven."""
    problem = tiny("everything", 6, operations=5)
    result = solve(problem, "cpsat", stop=30.0, params=params)
    assert result.status is Status.OPTIMAL
    assert result.cost == pytest.approx(optimum(problem))


@needs_ortools
def test_cpsat_improves_a_start() -> None:
    """A start is where the search begins, and bounds and better schedules are reported."""
    problem = shop(6, 6, 3)
    start = dispatch(problem, "lpt")
    result = solve(problem, "cpsat", stop=30.0, start=start)
    assert result.status is Status.OPTIMAL
    assert result.cost < problem.cost(start)
    assert result.bound == result.cost
    assert len(result.trace) > 1


@needs_ortools
def test_cpsat_counts_deterministic_time() -> None:
    """An iteration limit ends it with as many iterations."""
    result = solve(shop(20, 15, 4), "cpsat", stop=Stop(iterations=10))
    assert 1 <= result.iterations <= 10
    assert result.status is Status.FEASIBLE
    assert result.bound is not None


def test_cpsat_needs_no_package_to_be_imported() -> None:
    """The method is listed without OR-Tools, and says what is missing only when it runs."""
    code = (
        "import sys; sys.modules['ortools'] = None\n"
        "from cosolve.solvers import registry; registry.get('cpsat')\n"
        "assert 'ortools.sat' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cpsat_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without OR-Tools the message says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackendMissing, match="pip install ortools"):
        CpSat().run(shop(6, 6, 3), Run(Stop(time_limit=5)))


def test_cpsat_declines_too_many_setups() -> None:
    """Setups between very many operations are declined by name."""
    n = 700
    problem = Scheduling(
        jobs=np.arange(n), first=np.arange(n + 1), machine=np.zeros(n), duration=np.ones(n),
        families=np.arange(n) % 2, setups=[[0, 1], [1, 0]],
    )  # fmt: skip
    assert "setups between at most" in str(CpSat().supports(problem))
    assert CpSat().supports(dataclasses.replace(problem, families=None, setups=None)) is None


def test_dispatch_is_no_worse_than_its_rules() -> None:
    """The best of all rules and repetitions is no worse than any rule alone."""
    problem = shop(20, 10, 5)
    best = solve(problem, "dispatch", stop=Stop(iterations=300)).cost
    for rule in ("spt", "mwkr", "mopnr", "fifo"):
        alone = solve(problem, "dispatch", params={"rule": rule, "repetitions": 0}, stop=10.0)
        assert alone.limit is None
        assert alone.cost >= best


def test_dispatch_without_repetitions_ends() -> None:
    """Rules alone need no time limit."""
    result = solve(shop(5, 5, 6), "dispatch", params={"repetitions": 0}, stop=None)
    assert result.limit is None
    assert result.iterations > 10


def test_parameters_are_checked() -> None:
    """Wrong parameters are errors that say what is right."""
    for wrong, message in (
        ({"rule": "best-of"}, "no dispatching rule"),
        ({"delay": 1.5}, "delay must be between 0 and 1"),
        ({"repetitions": -1}, "repetitions must be at least 0"),
    ):
        with pytest.raises(ValueError, match=message):
            registry.get("dispatch", wrong)
    with pytest.raises(ValueError, match="linearization must be from 0 to 2"):
        registry.get("cpsat", {"linearization": 3})


def test_other_problems_are_declined() -> None:
    """Tours are not scheduled, and due dates are needed where they are compared."""
    tour = TSP(coords=np.eye(3))
    for name in ("dispatch", "cpsat"):
        assert "schedules operations" in str(registry.get(name).supports(tour))
    assert "due dates" in str(Dispatch(rule="edd").supports(shop(2, 2, 1)))


@pytest.mark.parametrize("objective", list(Objective))
def test_nothing_to_schedule(objective: Objective) -> None:
    """Without operations the empty schedule is optimal."""
    problem = Scheduling(
        jobs=[], first=[0], machine=[], duration=[], job_count=2, due=[0, 0], objective=objective
    )
    for name in ("dispatch", "cpsat"):
        result = solve(problem, name, stop=Stop(iterations=5))
        assert result.cost == 0
        assert len(result.solution) == 0
        assert result.status is Status.OPTIMAL
