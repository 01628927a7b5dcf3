"""Solvers by name, and their parameters from text."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from fakes import Tunable

from cosolve.exact.mip_backend import backend_names
from cosolve.problems import TSP
from cosolve.solvers import registry


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Solvers of another package, one with the name of one of ours."""
    entries = [
        EntryPoint("tunable", "fakes:Tunable", "cosolve.solvers"),
        EntryPoint("greedy", "fakes:Tunable", "cosolve.solvers"),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    registry._homes.cache_clear()
    yield
    registry._homes.cache_clear()


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_name_in_the_table_is_the_solvers_own(name: str) -> None:
    """The table and the classes agree, and every solver has a summary of one line."""
    solver = registry.get(name)
    assert solver.name == name
    assert solver.summary
    assert "\n" not in solver.summary


@pytest.mark.parametrize("name", registry.SOLVERS)
def test_defaults_can_be_given_as_text(name: str) -> None:
    """Whatever ``cosolve methods`` shows can be passed back."""
    from cosolve.cli.common import text

    defaults = {key: text(value) for key, value in registry.parameters(name).items()}
    assert registry.get(name, defaults) == registry.get(name)


def test_unknown_method_lists_the_valid_ones() -> None:
    """The message of an unknown name lists all names."""
    with pytest.raises(ValueError, match=r"no method 'nope'.*greedy"):
        registry.get("nope")


def test_unknown_parameter_lists_the_valid_ones(others: None) -> None:
    """The message of an unknown parameter lists those of the method."""
    with pytest.raises(ValueError, match=r"no parameter 'depht'; they are breadth, count, greedy"):
        registry.get("tunable", {"depht": 3})


def test_unknown_kind_lists_the_valid_ones() -> None:
    """The message of an unknown kind of problem lists the kinds."""
    with pytest.raises(ValueError, match="kinds are tsp"):
        registry.for_kind("knapsack")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("count", "7", 7),
        ("rate", "1e-3", 1e-3),
        ("rate", "2", 2.0),
        ("rate", 2, 2.0),
        ("limit", "none", None),
        ("limit", "4.5", 4.5),
        ("greedy", "true", True),
        ("greedy", "off", False),
        ("rule", "best", "best"),
        ("breadth", "7,5,1", (7, 5, 1)),
        ("breadth", (1, 2), (1, 2)),
    ],
    ids=str,
)
def test_value_is_converted(others: None, key: str, text: object, value: object) -> None:
    """Text becomes the type of the parameter; values of the right type stay."""
    found = getattr(registry.get("tunable", {key: text}), key)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("count", "2.5", "a whole number"),
        ("count", 2.5, "a whole number"),
        ("count", True, "a whole number"),
        ("rate", "fast", "a number"),
        ("limit", "maybe", "a number or none"),
        ("greedy", "2", "true or false"),
        ("breadth", "5,x", "a list, with commas, each a whole number"),
    ],
    ids=str,
)
def test_wrong_value_is_explained(others: None, key: str, value: object, expected: str) -> None:
    """The message names the parameter, what it must be and what was given."""
    with pytest.raises(ValueError, match=f"parameter {key} of method tunable must be {expected}"):
        registry.get("tunable", {key: value})


def test_solvers_of_other_packages_are_found(others: None) -> None:
    """Entry points add names behind ours, and cannot replace one of ours."""
    exact = [name for name in backend_names() if name not in registry.SOLVERS]
    assert registry.names() == (*registry.SOLVERS, *exact, "tunable")
    assert registry.solver_class("greedy") is not Tunable


def test_solvers_for_a_problem() -> None:
    """Only the methods that handle a problem are listed for it."""
    matrix = TSP(matrix=np.ones((13, 13)))
    assert "greedy" in registry.for_problem(matrix)
    assert "space-filling-curve" not in registry.for_problem(matrix)
