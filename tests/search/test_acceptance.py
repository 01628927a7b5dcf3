"""Whether a search goes on from what it has found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cosolve.search.acceptance import HillClimbing, SimulatedAnnealing


def test_hill_climbing_accepts_nothing_costlier() -> None:
    """The ceiling is the current cost."""
    assert HillClimbing().ceiling(7.5, 3, np.random.default_rng(0)) == 7.5


def test_annealing_accepts_with_the_probability_of_metropolis() -> None:
    """A cost that is d higher is accepted in exp(-d / T) of the draws."""
    rule, rng = SimulatedAnnealing(20.0, 1.0, 0.1), np.random.default_rng(2)
    ceilings = np.array([rule.ceiling(100.0, 50, rng) for _ in range(20_000)])
    assert ceilings.min() >= 100.0
    for worse in (1.0, 10.0, 40.0):
        share = float((ceilings >= 100.0 + worse).mean())
        assert share == pytest.approx(math.exp(-worse / 15.0), abs=0.015)


def test_annealing_cools_linearly_down_to_the_end() -> None:
    """Step by step, and never below the last temperature."""
    rule = SimulatedAnnealing(20.0, 1.0, 0.1)
    assert [rule.temperature(k) for k in (0, 10, 190, 500)] == pytest.approx([20, 19, 1, 1])


@pytest.mark.parametrize("settings", [(1.0, 2.0, 0.1), (1.0, 0.0, 0.1), (2.0, 1.0, -0.1)])
def test_temperatures_that_make_no_sense_are_refused(
    settings: tuple[float, float, float],
) -> None:
    """They are positive and fall."""
    with pytest.raises(ValueError, match=r"temperatures|step"):
        SimulatedAnnealing(*settings)
