"""Costs of problems that are maximized, as solvers and as users see them."""

from __future__ import annotations

import math

import pytest

from cosolve.core import Progress, Stop, TracePoint
from cosolve.core.result import relative_gap
from cosolve.core.sense import Sense


def test_flipping_makes_no_negative_zero():
    """A cost of zero stays plain."""
    assert math.copysign(1.0, Sense(True).flip(0.0)) == 1.0


@pytest.mark.parametrize("maximize", [False, True])
def test_flipping_twice_changes_nothing(maximize):
    """The two languages translate into each other."""
    sense = Sense(maximize)
    assert sense.flip(sense.flip(3.5)) == 3.5
    assert sense.flip(None) is None


def test_target_cost():
    """The other limits stay as they are."""
    stop = Sense(True).stop(Stop(time_limit=3, target_cost=7))
    assert stop == Stop(time_limit=3, target_cost=-7)
    assert Sense(True).stop(Stop(iterations=2)) == Stop(iterations=2)


def test_listeners_hear_the_problem():
    """Progress has the problem's own cost and an upper bound."""
    heard = []
    listener = Sense(True).listener(heard.append)
    listener(Progress(1.0, 2, -8.0, -10.0, "search"))
    assert heard == [Progress(1.0, 2, 8.0, 10.0, "search", True)]
    assert heard[0].gap == 0.25


def test_traces():
    """A trace improves upwards."""
    points = Sense(True).trace([TracePoint(0.0, None, -9.0), TracePoint(1.0, -4.0, -9.0)])
    assert points == (TracePoint(0.0, None, 9.0), TracePoint(1.0, 4.0, 9.0))


@pytest.mark.parametrize(
    ("cost", "bound", "gap"),
    [(4.0, 5.0, 0.25), (-4.0, -3.0, 0.25), (0.0, 1.0, math.inf), (3, 3, 0)],
)
def test_gap_to_an_upper_bound(cost, bound, gap):
    """It is relative to the cost."""
    assert relative_gap(cost, bound, maximize=True) == gap
