"""Bounds beside a search: what they cost, when they come, and what they prove."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from fakes import Scripted, Swapper, identity, wait_for_limit

import cosolve
from cosolve import TSP, Limit, Metric, Outcome, Progress, Run, Status, Stop, Tour, solve
from cosolve.certify import Certifier


def uniform(n: int, metric: Metric = Metric.EUCLIDEAN) -> TSP:
    """Random points."""
    scale = 1.0 if metric is Metric.EUCLIDEAN else 1000.0
    return TSP(coords=np.random.default_rng(6).random((n, 2)) * scale, metric=metric)


def works_for(seconds: float) -> Scripted:
    """Solver that ends by itself after some time."""

    def script(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
        time.sleep(seconds)
        return Outcome(identity(problem))

    return Scripted(script)


def test_optimal_tour_is_proven(instances: Path) -> None:
    """Where the bound of an integral problem meets the cost, the solution is optimal."""
    problem = cosolve.read(instances / "berlin52.tsp")
    result = solve(problem, "lk", stop=Stop(time_limit=5, target_cost=7542))
    assert (result.status, result.bound, result.gap) == (Status.OPTIMAL, 7542, 0.0)
    assert result.limit is Limit.TARGET


def test_gap_of_a_good_tour_is_small() -> None:
    """The bound comes without being asked for."""
    result = solve(uniform(300), "lk", stop=Stop(iterations=2000))
    assert result.status is Status.FEASIBLE
    assert result.gap is not None
    assert 0 < result.gap < 0.02
    assert result.trace[-1].bound == result.bound


def test_no_share_means_no_bound() -> None:
    """With a share of zero nothing is computed."""
    result = solve(uniform(300), "lk", stop=Stop(iterations=10), bound_share=0)
    assert (result.bound, result.gap) == (None, None)


def test_result_without_a_time_limit_is_reproducible() -> None:
    """The bound, too, depends on the seed and the iterations only."""
    problem = uniform(250)
    one, two = (solve(problem, "lk", stop=Stop(iterations=20), seed=5) for _ in range(2))
    assert one.bound is not None
    assert (one.bound, one.cost) == (two.bound, two.cost)


def test_better_of_two_bounds_is_kept() -> None:
    """A bound the solver brings stays if it is the larger one."""
    problem = uniform(30)
    cost = problem.cost(identity(problem))
    for claimed, kept in ((0.999 * cost, True), (0.001 * cost, False)):
        outcome = Outcome(identity(problem), bound=claimed)
        solver = Scripted(lambda problem, run, outcome=outcome, **_: outcome)
        bound = solve(problem, solver).bound
        assert bound is not None
        assert (bound == claimed) is kept
        assert bound >= claimed


@pytest.mark.timing
def test_search_gets_its_share_of_the_time() -> None:
    """The search is told to end when the bound's share begins, and no sooner than needed."""
    ended = []

    def script(problem: TSP, run: Run, **kwargs: object) -> Outcome[Tour]:
        outcome = wait_for_limit(problem, run, **kwargs)
        ended.append(run.elapsed)
        return outcome

    for n, share, latest in ((20_000, 0.5, 0.6), (20, 0.5, 0.99), (20_000, 0.0, 1.0)):
        result = solve(uniform(n), Scripted(script), stop=1.0, bound_share=share)
        assert result.limit is Limit.TIME
        assert result.runtime < 1.2
        assert ended[-1] <= latest + 0.15
    assert ended[1] > 0.85  # a small problem needs little of its share
    assert ended[2] > 0.9


@pytest.mark.timing
def test_bound_takes_no_longer_than_the_search() -> None:
    """After a quick construction, a long bound would be a surprise."""
    problem = uniform(30_000)
    began = time.perf_counter()
    solve(problem, works_for(0.3), stop=60.0)
    assert time.perf_counter() - began < 0.3 + 0.3 + 0.5


@pytest.mark.timing
def test_nothing_is_tried_where_it_cannot_succeed() -> None:
    """A large problem with little time keeps all of it for the search."""
    problem = uniform(200_000)
    run = Run(Stop(time_limit=2.0))
    assert Certifier(problem, run, 0.15).reserve_s() == 0
    began = time.perf_counter()
    assert Certifier(problem, run, 0.15).after_search(1e9) is None
    assert time.perf_counter() - began < 0.1


def test_cutting_planes_where_there_is_time_for_them() -> None:
    """They close most of what minimum trees leave, unless that is near enough."""
    problem = uniform(200)

    def bound(share: float, **limits: float) -> float:
        run = Run(Stop(**limits))
        found = Certifier(problem, run, share).before_search()
        assert found is not None
        return found.value

    trees = bound(0.1, time_limit=10, target_gap=0.001)
    assert bound(0.9, time_limit=10, target_gap=0.02) == pytest.approx(trees, rel=1e-4)
    assert bound(0.9, time_limit=10, target_gap=0.001) > 1.002 * trees


def test_a_method_that_bounds_itself_keeps_all_its_time() -> None:
    """Nothing is kept for a bound, and none is computed beside its own."""
    problem = uniform(60)
    assert Certifier(problem, Run(Stop(time_limit=60)), 0.15, own_bound=True).reserve_s() == 0
    assert Certifier(problem, Run(Stop(time_limit=60)), 0.15).reserve_s() > 1

    class Sure(Scripted):
        def certifies(self, problem: TSP, run: Run) -> bool:
            return True

    for claimed in (1.0, None):
        outcome = Outcome(identity(problem), bound=claimed)
        found = solve(problem, Sure(lambda problem, run, outcome=outcome, **_: outcome)).bound
        assert found is not None
        assert (found == 1.0) is (claimed is not None)


def test_interrupted_run_ends_at_once() -> None:
    """After Ctrl-C nobody waits for a bound."""
    problem = uniform(2000)
    run = Run(Stop())
    run.interrupted.set()
    assert Certifier(problem, run, 0.15).after_search(1e9) is None


def test_target_gap_ends_the_search() -> None:
    """With a target gap the bound comes first, so that the search can stop at it."""
    problem = uniform(200)
    result = solve(problem, "lk", stop=Stop(time_limit=20, target_gap=0.05))
    assert result.limit is Limit.GAP
    assert result.gap is not None
    assert result.gap <= 0.05
    assert result.runtime < 10


def test_bound_that_comes_first_is_not_computed_again() -> None:
    """With a target gap there is one bound."""
    phases: list[str] = []

    def listen(progress: Progress) -> None:
        phases.append(progress.phase)

    solve(
        uniform(200),
        Swapper(),
        stop=Stop(iterations=100, target_gap=0.0),
        on_progress=listen,
    )
    searching = next(i for i, phase in enumerate(phases) if phase != "bound")
    assert searching > 0
    assert "bound" not in phases[searching:]


def test_progress_hears_of_the_bound() -> None:
    """The listener learns of the bound, and of the cost beside it."""
    seen: list[Progress] = []
    result = solve(uniform(200), Swapper(), stop=Stop(iterations=50), on_progress=seen.append)
    assert seen[-1].phase == "bound"
    assert seen[-1].bound == result.bound
    assert seen[-1].cost == pytest.approx(result.cost)
    assert seen[-1].iterations == result.iterations == 50


def test_signal_during_the_bound_ends_it() -> None:
    """An interruption while the bound is computed leaves the limit of the search as it was."""
    problem = uniform(100_000)
    run = Run(Stop())
    timer = threading.Timer(0.5, run.interrupted.set)
    timer.start()
    Certifier(problem, run, 1.0).after_search(1e9)
    timer.join()
    assert run.elapsed < 10


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_share_out_of_range(share: float) -> None:
    """A share is between 0 and 1."""
    with pytest.raises(ValueError, match="bound_share must be between 0 and 1"):
        solve(uniform(20), Swapper(), stop=0.0, bound_share=share)


def test_share_of_a_wrong_type() -> None:
    """A share is a number."""
    with pytest.raises(TypeError, match="bound_share must be a number"):
        solve(uniform(20), Swapper(), stop=0.0, bound_share="15")  # type: ignore[arg-type]
