"""The peers for vehicle routing are called as they are meant to be: what they find is right."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vrp_reference

from cosolve.problems import Route, Routes
from cosolve.testing import vrp_samples

SAMPLES = {problem.name: problem for problem in vrp_samples()}
MODULES = {
    "pyvrp": "pyvrp_ils",
    "hygese": "hgs_cvrp",
    "ortools": "ortools_vrp",
    "vroom": "vroom_local_search",
}
PLAIN = ("clients-1", "clients-2", "clients-5", "full-vehicles", "truncated", "matrix")
TIMED = ("clients-3-windows", "windows", "depots-windows", "fixed-cost", "durations", "shift")
FLEET = ("depots-2-client", "depots-limited", "other-end", "heterogeneous", "pairs-windows")
PYVRP = ("open", "prizes", "groups", "backhauls", "pickups", "release-times", "time-cost")
SOLVED = {
    "pyvrp": (*PLAIN, *TIMED, *FLEET, *PYVRP, "two-loads", "asymmetric", "max-duration"),
    "hygese": (*PLAIN, "uniform-100-2", "max-duration"),
    "ortools": (*PLAIN, *TIMED, *FLEET, "two-loads", "asymmetric", "prizes"),
    "vroom": (*PLAIN, *TIMED, *FLEET, "open", "pickups", "two-loads", "asymmetric"),
}
# Each in a process of its own: some of these libraries cannot be loaded beside each other.
SCRIPT = """
import json, sys
from importlib import import_module
from cosolve.testing import vrp_samples
solve = import_module("peers." + sys.argv[1]).solve
def answer(problem):
    for seconds in (0.05, 5):  # a busy machine may need more to find anything
        try:
            return solve(problem, seconds, 3).routes
        except RuntimeError as error:
            missed = error
    raise missed
for problem in vrp_samples():
    if problem.name in sys.argv[2:]:
        try:
            routes = answer(problem)
            print(json.dumps([problem.name, [[r.vehicle, r.visits.tolist()] for r in routes]]))
        except ValueError as error:
            print(json.dumps([problem.name, str(error)]))
"""


def run(peer: str, *names: str) -> dict[str, list[tuple[int, list[int]]] | str]:
    """Solve samples by a peer; a message stands for what it cannot do."""
    if importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer} is not installed")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, MODULES[peer], *names],
        env=os.environ | {"PYTHONPATH": str(root / "benchmarks")},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return dict(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("peer", MODULES)
def test_solutions_are_feasible(peer: str) -> None:
    """Every variant a peer is said to know is solved, and tiny ones to the optimum."""
    found = run(peer, *SOLVED[peer])
    assert found.keys() == set(SOLVED[peer])
    for name, routes in found.items():
        problem = SAMPLES[name]
        assert not isinstance(routes, str), f"{name}: {routes}"
        solution = Routes(tuple(Route(np.array(v, np.int32), k) for k, v in routes))
        assert not problem.check(solution), name
        if problem.size <= 5:
            assert problem.cost(solution) == pytest.approx(vrp_reference.optimal_cost(problem))


@pytest.mark.parametrize(
    ("peer", "name"), [("hygese", "windows"), ("ortools", "groups"), ("vroom", "prizes")]
)
def test_what_a_peer_cannot_do_is_said(peer: str, name: str) -> None:
    """A problem with something a peer does not know is refused, not solved without it."""
    assert "knows no" in str(run(peer, name)[name])
