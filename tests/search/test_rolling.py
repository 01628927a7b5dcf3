"""The rolling horizon: windows, fixers, gaps, sweeps that improve."""

from __future__ import annotations

import numpy as np
import pytest
from scheduling_toys import Nothing, Shuffle, random_shop, scattered, variants

from cosolve.core import Run, Stop
from cosolve.problems import Objective, Schedule, Scheduling
from cosolve.problems.scheduling_parts import Part
from cosolve.search.list_schedule import list_schedule, ranks, start_ranks
from cosolve.search.rolling import RollingHorizon, WindowOptions, count_windows
from cosolve.search.rolling_fixers import Overlap, make_fixer
from cosolve.search.rolling_tails import Following

_SHORT = WindowOptions(window=6, step=3, iterations=4)


def _horizon(problem: Scheduling, options: WindowOptions = _SHORT) -> RollingHorizon:
    return RollingHorizon(problem, [Shuffle()], options, 3)


def _run() -> Run:
    return Run(Stop(iterations=1000))


@pytest.mark.parametrize("backfill", [True, False])
@pytest.mark.parametrize(("seed", "objective", "ordered", "features"), variants())
def test_sweeps_keep_every_feature(
    seed: int, objective: Objective, ordered: bool, features: frozenset[str], backfill: bool
) -> None:
    """First and later sweeps lead to feasible schedules, whatever the problem has."""
    problem = random_shop(seed, ordered=ordered, objective=objective, features=features)
    horizon = _horizon(problem, WindowOptions(window=6, step=3, iterations=2, backfill=backfill))
    first = horizon.sweep(_run(), None, 1.0)
    assert problem.check(first) == []
    assert problem.check(horizon.sweep(_run(), first, 1.0)) == []


@pytest.mark.parametrize("features", [frozenset(), frozenset({"release", "available", "setups"})])
@pytest.mark.parametrize("seed", range(6))
def test_a_sweep_over_a_schedule_never_lengthens_it(seed: int, features: frozenset[str]) -> None:
    """What follows the windows counts, so that the makespan only falls."""
    problem = random_shop(seed, jobs=6, machines=4, operations=5, features=features)
    planned = scattered(problem, seed)
    found = _horizon(problem).sweep(_run(), planned, 1.0)
    assert problem.check(found) == []
    assert problem.cost(found) <= problem.cost(planned)


def test_windows_improve_a_schedule() -> None:
    """Sweeps with a simple method shorten a schedule in random order by a tenth at least."""
    problem = random_shop(1, jobs=8, machines=4, operations=6)
    planned = scattered(problem, 1)
    horizon = _horizon(problem, WindowOptions(window=16, step=8, iterations=20))
    found = horizon.sweep(_run(), planned, 1.0)
    assert problem.cost(found) < 0.9 * problem.cost(planned)


def test_a_sweep_that_falls_behind_is_given_up() -> None:
    """Where priority rules do better than windows, a sweep from nothing ends early."""
    problem = random_shop(2, jobs=12, machines=4, operations=8)
    horizon = RollingHorizon(problem, [Nothing()], WindowOptions(4, 2, backfill=False), 0)
    horizon.greedy(_run())
    idle = RollingHorizon.improve

    def late(
        self: RollingHorizon, part: Part, start: Schedule, run: Run, seconds: float
    ) -> Schedule:
        found = idle(self, part, start, run, seconds)
        return Schedule(found.machine, found.start + 20)

    horizon.improve = late.__get__(horizon)  # type: ignore[method-assign]
    assert horizon.sweep(_run(), None, 1.0, race=True) is None
    assert problem.check(horizon.sweep(_run(), None, 1.0)) == []


def test_windows_of_a_method_that_finds_nothing_are_not_empty() -> None:
    """A greedy schedule takes the place of what the method did not find."""
    problem = random_shop(2)
    horizon = RollingHorizon(problem, [Nothing()], _SHORT, 0)
    assert problem.check(horizon.sweep(_run(), None, 1.0)) == []


def test_a_sweep_that_is_stopped_ends_with_a_schedule() -> None:
    """With no iteration left, everything that has no times yet gets them."""
    problem = random_shop(3, jobs=6)
    run = Run(Stop(iterations=2))
    assert problem.check(_horizon(problem).sweep(run, None, 1.0)) == []
    assert run.iterations == 2


def test_windows_take_jobs_evenly() -> None:
    """The order goes by the place in the job as a share of its length."""
    problem = Scheduling.from_jobs([[{0: 1}] * 4, [{0: 1}] * 2])
    place = ranks(_horizon(problem).order())
    assert place[:4].tolist() == sorted(place[:4])
    assert place[4] < place[5]
    assert place[1] < place[5] < place[3]


def test_as_many_windows_as_counted() -> None:
    """A window for the first operations, and one for each step of the others."""
    problem = random_shop(4, jobs=5, operations=4)
    run = _run()
    horizon = _horizon(problem)
    horizon.sweep(run, None, 1.0)
    assert run.iterations == count_windows(20, _SHORT) == 6


@pytest.mark.parametrize(
    ("fixer", "kept"), [("none", 0), ("all", 10), ("first:0.4", 4), ("random:1", 10)]
)
def test_fixers_keep_what_they_say(fixer: str, kept: int) -> None:
    """Each word stands for its share of the overlap, the first by the rule."""
    numbers = np.arange(10, dtype=np.int32)
    part = None
    overlap = Overlap(part, numbers, numbers, numbers, np.random.default_rng(0))  # type: ignore[arg-type]
    fixed = make_fixer(fixer)(overlap)
    assert fixed.sum() == kept
    assert fixed[:kept].all()


@pytest.mark.parametrize("wrong", ["some", "first", "first:2", "random:x", "all:1", 3])
def test_wrong_fixers_are_named(wrong: object) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="fixer"):
        make_fixer(wrong)  # type: ignore[arg-type]


def test_fixed_operations_keep_their_machines() -> None:
    """A window may give operations that are fixed other times, no other machines."""
    problem = random_shop(5, jobs=6, machines=4, operations=4)
    seen: list[Overlap] = []

    def keep(overlap: Overlap) -> np.ndarray:
        seen.append(overlap)
        return np.ones(overlap.operations.size, np.bool_)

    found = _horizon(problem, WindowOptions(8, 4, keep, iterations=4)).sweep(_run(), None, 1.0)
    assert seen
    for overlap in seen:
        origin = overlap.part.origin[overlap.operations]
        assert (found.machine[origin] == overlap.machine).all()


def test_what_follows_is_the_longest_way() -> None:
    """With the tails of its operations a schedule without waits is as long as it is."""
    problem = random_shop(6, jobs=5, machines=3, operations=4)
    planned = list_schedule(problem, np.arange(problem.operations))
    order = np.argsort(start_ranks(problem, planned))
    following = Following(problem, planned, order)
    following.take(order[:7])
    jobs = np.unique(problem.jobs[order[:7]])
    last = np.array([order[:7][problem.jobs[order[:7]] == j].max() for j in jobs])
    tails = following.tails(jobs, last)
    ends = problem.ends(planned)
    through_jobs = ends[last] + tails.job[jobs]
    busy = [max([0, *ends[[i for i in order[:7] if planned.machine[i] == m]]]) for m in range(3)]
    through_machines = np.array(busy) + tails.machine
    longest = max(*through_jobs, *through_machines, ends[order[:7]].max())
    assert longest == problem.cost(planned)


def test_gaps_of_earlier_windows_are_used() -> None:
    """With back-filling an operation goes into a gap that windows before it left."""
    problem = Scheduling.from_jobs([[{0: 5}, {1: 5}], [{1: 1}, {1: 3}]])
    options = WindowOptions(window=2, step=2, iterations=1)

    def first_window(fill: bool) -> Schedule:
        chosen = WindowOptions(2, 2, None, fill, iterations=1)
        horizon = RollingHorizon(problem, [Nothing()], chosen, 0)
        horizon.order = lambda: np.array([0, 1, 2, 3])  # type: ignore[method-assign]
        return horizon.sweep(_run(), None, 1.0)

    assert options.backfill
    assert problem.cost(first_window(True)) == 10.0
    assert problem.cost(first_window(False)) == 14.0
