"""Pictures of trainings."""

import pytest

pytest.importorskip("matplotlib")

from cosolve.plot import plot_training


def test_draws_measurements_and_what_needs_no_training() -> None:
    """Every measurement is a line, what is known from the beginning a level one."""
    rows = [
        {"step": 0, "bce/prior/uniform": 0.28},
        {"step": 5, "loss": 0.5, "score": 0.4, "bce/uniform": 0.4},
        {"step": 10, "loss": 0.3, "score": 0.2, "bce/uniform": 0.2},
    ]
    lines = {line.get_label(): line for line in plot_training(rows).get_lines()}
    assert set(lines) == {"bce/prior/uniform", "loss", "bce/uniform"}
    assert list(lines["bce/uniform"].get_ydata()) == [0.4, 0.2]
    assert set(lines["bce/prior/uniform"].get_ydata()) == {0.28}


def test_nothing_measured() -> None:
    """No measurements, no lines."""
    assert not plot_training([]).get_lines()
