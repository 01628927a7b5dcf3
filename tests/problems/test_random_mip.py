"""Random mixed-integer programs are what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve.cli.main import run
from cosolve.io import read
from cosolve.problems import MIP, Values
from cosolve.problems.random_mip import random_cover, random_independent_set, random_knapsack


@pytest.mark.parametrize("density", [0.0, 0.05, 1.0])
def test_covers(density):
    """All elements are in two sets, all sets have an element, and all sets cover everything."""
    problem = random_cover(30, 40, density, seed=3)
    assert (problem.row_count, problem.size) == (30, 40)
    assert np.diff(problem.indptr).min() >= 2
    assert set(problem.indices.tolist()) == set(range(40))
    assert problem.check(Values(np.ones(40))) == []
    assert 1 <= problem.objective.min() <= problem.objective.max() <= 100
    assert problem.integral
    assert not problem.maximize


def test_knapsacks():
    """Nothing fits, everything does not, and half of everything is the limit."""
    problem = random_knapsack(4, 50, seed=2)
    assert problem.check(Values(np.zeros(50))) == []
    assert len(problem.check(Values(np.ones(50)))) == 4
    assert (
        problem.row_upper.tolist() == np.floor(problem.activities(Values(np.ones(50))) / 2).tolist()
    )
    assert problem.maximize
    assert problem.integral


def test_independent_sets():
    """Every node but the first few is joined to as many earlier ones."""
    problem = random_independent_set(60, 3, seed=1)
    edges = problem.indices.reshape(-1, 2)
    assert len(edges) == 3 * 57
    assert np.bincount(edges.max(axis=1)).tolist() == [0, 0, 0, *[3] * 57]
    assert len({tuple(edge) for edge in edges.tolist()}) == len(edges)
    assert (edges[:, 0] != edges[:, 1]).all()


@pytest.mark.parametrize("make", [random_cover, random_knapsack, random_independent_set])
def test_seeds(make):
    """The same seed makes the same problem, another one another."""
    one, two, other = (make(columns=30, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.indices, two.indices)
    assert np.array_equal(one.coefficients, two.coefficients)
    assert np.array_equal(one.objective, two.objective)
    assert one.name != other.name
    assert not (
        np.array_equal(one.indices, other.indices)
        and np.array_equal(one.coefficients, other.coefficients)
    )


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (random_cover, {"rows": 0}), (random_cover, {"columns": 1}),
        (random_cover, {"density": 1.5}), (random_knapsack, {"tightness": -1}),
        (random_knapsack, {"columns": 0}), (random_independent_set, {"columns": 4}),
    ],
)  # fmt: skip
def test_out_of_range(make, arguments):
    """The message names what is wrong."""
    with pytest.raises(ValueError, match=f"^{next(iter(arguments))} must be"):
        make(**arguments)


def test_command(tmp_path, capsys):
    """Files of several seeds are written, and what means nothing is refused."""
    command = ["generate", "mip", "--kind", "knapsack", "--columns", "20", "--count", "2"]
    assert run([*command, "-o", str(tmp_path / "a.mps.gz")]) == 0
    problem = read(tmp_path / "a-1.mps.gz")
    assert isinstance(problem, MIP)
    assert (problem.row_count, problem.size) == (5, 20)
    wrong = ["generate", "mip", "-k", "independent-set", "--rows", "3", "-o", "a.lp"]
    assert run(wrong) == 2
    assert "--rows is not for independent-set" in capsys.readouterr().err
