"""Tests on the published TSPLIB instances; skipped where the data are absent."""

import json
import os
from pathlib import Path

import pytest

from cosolve.io import read, read_solution

FOLDER = (
    Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[2] / "../shared/instances"))
    / "tsplib"
)
INSTANCES = sorted(p.name for p in FOLDER.glob("*.*tsp")) if FOLDER.is_dir() else []
TOURS = sorted(p.name for p in FOLDER.glob("*.opt.tour")) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not INSTANCES, reason="the shared instances are not here")


@pytest.fixture(scope="module")
def best_known():
    """Optimal values and sizes by instance name."""
    return json.loads((FOLDER / "bks.json").read_text())


def test_all_instances_are_here():
    """The parametrized tests below cover the whole library."""
    assert len(INSTANCES) >= 109
    assert len(TOURS) >= 91


@pytest.mark.parametrize("name", INSTANCES)
def test_instance_is_read(name, best_known):
    """Every file parses, with the size and symmetry listed for it."""
    problem = read(FOLDER / name)
    listed = best_known[Path(name).stem]
    assert problem.size == listed["n"]
    assert problem.integral
    if name.endswith(".tsp"):
        assert problem.symmetric


@pytest.mark.parametrize("name", TOURS)
def test_optimal_tour_has_its_listed_length(name, best_known):
    """Every published optimal tour evaluates exactly to the optimum."""
    instance = name.removesuffix(".opt.tour")
    problem = read(FOLDER / f"{instance}.tsp")
    tour = read_solution(FOLDER / name, problem)
    assert problem.check(tour) == []
    # The optimum listed for linhp318 leaves out the edge that is fixed.
    left_out = float(problem.distance(*problem.fixed_edges.T).sum())
    assert problem.cost(tour) - left_out == best_known[instance]["value"]
