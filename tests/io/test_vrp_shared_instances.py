"""Tests on the published sets of vehicle routing; skipped where the data are absent.

Every best-known solution must be feasible and cost what is listed, in the rounding that is assumed
for its format. Values of two sets are in other units: those of the mixed fleets of Pessoa are a
hundredth of the costs of their files, or a thousand times as much with distances rounded to
thousandths; those of depots with windows are the latter.
"""

import json
import os
import time
from pathlib import Path

import pytest

from cosolve.io import read, read_solution
from cosolve.problems import Metric

FOLDER = Path(os.environ.get("COSOLVE_DATA", Path(__file__).parents[2] / "../shared/instances"))
SETS = ("cvrplib", "vrptw", "pdptw", "mdvrp", "hfvrp")
pytestmark = pytest.mark.skipif(
    not all((FOLDER / name).is_dir() for name in SETS), reason="the shared instances are not here"
)
# Solutions that are wrong at their source, see MANIFEST.md there.
_INFEASIBLE = {"B/B-n50-k8", "XML100/XML100_2271_25"}
# Solutions that are worse than what is known.
_OUTDATED = {
    "B/B-n57-k7": 1155,
    "DIMACS/Loggi-n601-k42": 347059,
    "E/E-n30-k3": 537,
    "XXL/Ghent2": 257749,
    "XXL/Leuven2": 111395,
}
_SUFFIXES = (".vrp", ".txt")
_COUNTS = {"cvrplib": 345, "vrptw": 296, "pdptw": 354, "mdvrp": 61, "hfvrp": 144}
_SCALED = 1e6  # values of hfvrp above are in thousandths


def _instances(name):
    """Instance and best-known value by name, of those that are here."""
    known = json.loads((FOLDER / name / "bks.json").read_text())
    found = {}
    for key, entry in known.items():
        for path in (FOLDER / name / key, FOLDER / name / Path(key.lower())):
            files = [path.with_name(path.name + suffix) for suffix in _SUFFIXES]
            files += [FOLDER / name / "lilim" / file.name for file in files]
            here = [file for file in files if file.is_file()]
            if here:
                found[key] = (here[0], entry)
                break
    return found


def _solution(key, path):
    return next(
        (
            file
            for file in (
                path.with_suffix(".sol"),
                path.parents[1] / "homberger_1000_dimacs_sol" / f"{Path(key).name}.sol",
            )
            if file.is_file()
        ),
        None,
    )


def _matches(name, key, cost, value):
    if name == "mdvrp":
        return abs(1000 * cost - value) < 1000
    if name == "hfvrp":
        return abs(cost - value / 1000) < 3 if value > _SCALED else abs(cost / 100 - value) < 0.01
    return abs(cost - _OUTDATED.get(key, value)) < 0.006


@pytest.mark.parametrize("name", SETS)
def test_every_instance_is_read_and_its_best_known_solution_checked(name):
    """It costs what is listed and violates nothing."""
    instances = _instances(name)
    assert len(instances) >= _COUNTS[name]
    wrong = []
    for key, (path, entry) in instances.items():
        problem = read(path)
        if problem.proven_infeasible():
            wrong.append((key, problem.proven_infeasible()))
        file = _solution(key, path)
        if file is None:
            continue
        routes = read_solution(file, problem, complete=False)
        violations = problem.check(routes)
        if key in _INFEASIBLE:
            assert violations
        elif violations or not _matches(name, key, problem.cost(routes), entry["value"]):
            wrong.append((key, problem.cost(routes), entry["value"], violations[:1]))
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "metric"),
    [
        ("cvrplib/X/X-n101-k25.vrp", Metric.EUC),
        ("cvrplib/F/F-n45-k4.vrp", Metric.EUC),
        ("cvrplib/CMT/CMT6.vrp", Metric.EUCLIDEAN),
        ("cvrplib/Golden/Golden_1.vrp", Metric.EUCLIDEAN),
        ("cvrplib/Li/Li_21.vrp", Metric.EUCLIDEAN),
        ("cvrplib/Taillard/tai75a.vrp", Metric.EUCLIDEAN),
        ("cvrplib/E/E-n13-k4.vrp", Metric.EXPLICIT),
        ("vrptw/solomon/C101.txt", Metric.TRUNC1),
        ("pdptw/lilim/lc101.txt", Metric.EUCLIDEAN),
        ("mdvrp/cordeau/p01.txt", Metric.EUCLIDEAN),
        ("mdvrp/mdvrptw-vidal/PR11A.vrp", Metric.EUCLIDEAN),
        ("hfvrp/taillard/HFVRP/HVRP13.txt", Metric.EUCLIDEAN),
        ("hfvrp/pessoa-X/X101-FSMFD.vrp", Metric.EUCLIDEAN),
    ],
)
def test_rounding_of_each_family(path, metric):
    """It is the one of the best-known values."""
    assert read(FOLDER / path).metric is metric


def test_thirty_thousand_clients_are_read_in_a_moment():
    """The largest instance of Belgium."""
    began = time.process_time()
    problem = read(FOLDER / "cvrplib/XXL/Flanders2.vrp")
    assert time.process_time() - began < 0.2
    assert problem.size == 30_000
