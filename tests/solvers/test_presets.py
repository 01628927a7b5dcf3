"""Named parameters: presets, files of a tuning run, and where they are used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosolve import solve
from cosolve.core import FormatError, Stop
from cosolve.problems.random_tsp import random_tsp
from cosolve.solvers import presets, registry
from cosolve.solvers.space import Choice


@pytest.fixture
def tuned(tmp_path: Path) -> str:
    """File as ``cosolve tune`` writes it."""
    path = tmp_path / "best.json"
    params = {"depth": 4, "breadth": [3, 1], "walk": 7}
    path.write_text(json.dumps({"method": "mcts", "params": params, "gap": 0.1}))
    return str(path)


def test_files_hold_parameters(tuned: str) -> None:
    """Lists become tuples, so that the solver is the same as one made in Python."""
    found = presets.preset("mcts", tuned, 100)
    assert found == {"depth": 4, "breadth": (3, 1), "walk": 7}
    assert registry.get("mcts", found) == registry.get(
        "mcts", {"depth": 4, "breadth": "3,1", "walk": 7}
    )


def test_solve_takes_a_name_or_a_file(tuned: str) -> None:
    """``params`` may name a preset: the search is that of its parameters."""
    problem = random_tsp(60, seed=1)
    stop = Stop(iterations=30)
    for name in (tuned, "published"):
        params = presets.preset("mcts", name, 60)
        by_name: Any = solve(problem, "mcts", params=name, stop=stop)
        by_value: Any = solve(problem, "mcts", params=params, stop=stop)
        assert by_name.solution == by_value.solution


def test_unknown_names_list_the_valid_ones() -> None:
    """One line says what there is."""
    with pytest.raises(ValueError, match="they are published, published-short"):
        presets.preset("mcts", "best", 100)
    with pytest.raises(ValueError, match="it has none"):
        presets.preset("greedy", "published", 100)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("{", FormatError, "not valid JSON"),
        ("[]", FormatError, "method and params"),
        ('{"method": "mcts"}', FormatError, "method and params"),
        ('{"method": "lk", "params": {}}', ValueError, "for method lk, not mcts"),
    ],
)
def test_other_files_are_errors(
    tmp_path: Path, content: str, error: type[Exception], message: str
) -> None:
    """What is not a file of parameters for this method is refused."""
    path = tmp_path / "best.json"
    path.write_text(content)
    with pytest.raises(error, match=message):
        presets.preset("mcts", str(path), 100)


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_presets_and_spaces_are_of_parameters_the_solver_has(name: str) -> None:
    """Every preset makes a solver at any size, and so does every corner of every space."""
    for preset in presets.names(name):
        for size in (1, 700, 10**6):
            registry.get(name, presets.preset(name, preset, size))
    for preset in (None, *presets.names(name)):
        base = {} if preset is None else presets.preset(name, preset, 1000)
        try:
            space = presets.space(name, preset)
        except ValueError:
            continue
        for key, domain in space.items():
            ends = domain.values if isinstance(domain, Choice) else (domain.low, domain.high)
            for value in ends:
                registry.get(name, {**base, key: value})


def test_methods_without_a_space_say_who_has_one() -> None:
    """Tuning what has no parameters is an error that names what has."""
    with pytest.raises(ValueError, match=r"these have: .*lk.*mcts"):
        presets.space("space-filling-curve")
