"""Linear programs that grow: what they know after changes."""

from __future__ import annotations

import importlib.util

import pytest

from cosolve.exact.glop import LinearProgram

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-tools is not installed"
)


def test_the_last_solution_is_known_after_changes() -> None:
    """With zeros for what is new, until the program is solved again."""
    program = LinearProgram()
    assert program.value == 0.0
    first = program.add_row(2.0, float("inf"))
    column = program.add_column(3.0, [first], [1.0])
    assert program.solve(60.0)
    assert (program.value, *program.values(), *program.duals()) == (6.0, 2.0, 3.0)
    cheaper = program.add_column(1.0, [first], [1.0])
    second = program.add_row(1.0, float("inf"), [column], [1.0])
    program.set_cost(column, 5.0)
    assert program.value == 6.0
    assert program.values().tolist() == [2.0, 0.0]
    assert program.duals().tolist() == [3.0, 0.0]
    assert program.solve(60.0)
    assert program.value == 6.0
    assert program.values()[[column, cheaper]].tolist() == [1.0, 1.0]
    program.relax(second)
    assert program.values().tolist() == [1.0, 1.0]
    assert program.solve(60.0)
    assert program.value == 2.0
