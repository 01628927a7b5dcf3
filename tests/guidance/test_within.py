"""Guides within the limits of a run."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from cosolve import TSP, Stop, _kernels, solve
from cosolve.core import Run
from cosolve.guidance import EdgeGuide, KnnGuide, guidance_within, make_guide
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.random_tsp import random_tsp

SLOW = ("alpha", "gnn")
# More than such a guide does within a few polls.
LARGE = random_tsp(60_000, seed=1)


@pytest.mark.parametrize("name", ["knn", *SLOW])
def test_a_guide_with_time_is_what_it_is_without_a_run(name: str) -> None:
    """Being asked whether it is late changes nothing."""
    problem, guide = random_tsp(500, seed=1), make_guide(name)
    within = guidance_within(Run(Stop(time_limit=60.0)), guide, problem)
    assert within is not None
    alone = guide(problem)
    assert np.array_equal(within.indices, alone.indices)
    assert np.array_equal(within.weight, alone.weight)


@pytest.mark.parametrize("name", SLOW)
def test_a_late_guide_gives_up(name: str) -> None:
    """Neither an elapsed limit nor an interruption is waited out."""
    assert guidance_within(Run(Stop(time_limit=0.0)), make_guide(name), LARGE) is None
    interrupted = Run(Stop())
    interrupted.interrupted.set()
    assert guidance_within(interrupted, make_guide(name), LARGE) is None


@pytest.mark.timing
@pytest.mark.parametrize("name", SLOW)
def test_an_interruption_is_heard_at_once(name: str) -> None:
    """A guide for many nodes ends soon after the flag is set."""
    run, problem = Run(Stop()), random_tsp(300_000, seed=1)
    timer = threading.Timer(0.3, run.interrupted.set)
    timer.start()
    began_s = time.perf_counter()
    assert guidance_within(run, make_guide(name), problem) is None
    assert time.perf_counter() - began_s < 3.0


def test_limits_are_those_of_the_innermost_run() -> None:
    """A guide that asks for other guidance within a run of its own is late by its own run again."""
    found = []

    def guide(problem: TSP) -> object:
        within = guidance_within(Run(Stop(time_limit=0.0)), make_guide("alpha"), LARGE)
        found.append(within)
        return make_guide("alpha")(problem)

    assert guidance_within(Run(Stop()), guide, random_tsp(200, seed=1)) is not None
    assert found == [None]


@pytest.mark.parametrize("guide", ["gnn", make_guide("alpha"), KnnGuide(5)])
def test_solving_goes_on_without_a_late_guide(guide: str | EdgeGuide) -> None:
    """The result says that the guide was given up, within the time limit."""
    result = solve(LARGE, "lk", guide=guide, stop=0.1)
    given_up = not isinstance(guide, KnnGuide)
    assert any("guide" in note for note in result.notes) is given_up
    assert LARGE.check(result.solution) == []


def test_kernels_stop_when_told_to() -> None:
    """A stop that says so raises; one that fails is passed on; None never stops."""
    metric = kernel_metric(LARGE, np.arange(LARGE.size, dtype=np.int32))
    nothing = np.empty((0, 2), np.int32)
    with pytest.raises(_kernels.Stopped, match="before it was finished"):
        _kernels.tour_features(metric, 10, nothing, 30, lambda: True)

    def fail() -> bool:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        _kernels.tour_features(metric, 10, nothing, 30, fail)
    asked = []
    _kernels.tour_features(metric, 10, nothing, 30, lambda: bool(asked.append(1)))
    assert asked
