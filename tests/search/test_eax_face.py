"""The Python face of the genetic algorithm: first tours and the loop around the kernel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from references import edges_of

from cosolve.core import Limit, Progress, Run, Stop
from cosolve.problems import TSP
from cosolve.search.eax import better_half, evolve, local_optimum, starting_tours
from cosolve.search.tsp_model import IntArray, TspModel

MODEL = TspModel(TSP(coords=np.random.default_rng(4).random((200, 2))))


def first_tours(count: int, model: TspModel = MODEL, threads: int = 1) -> list[IntArray]:
    """Return the first tours of the stream with seed 11."""
    stream = starting_tours(model, 11, Run(Stop(), threads=threads))
    return list(itertools.islice(stream, count))


def test_starting_tours_are_different_local_optima() -> None:
    """No two have the same edges, and each is far shorter than its greedy tour."""
    tours = first_tours(12)
    assert len({frozenset(edges_of(tour)) for tour in tours}) == 12
    worst = max(MODEL.length(tour) for tour in tours)
    assert worst < MODEL.length(MODEL.greedy())


@pytest.mark.parametrize("threads", [2, 3])
def test_starting_tours_do_not_depend_on_threads(threads: int) -> None:
    """The stream is the same, tour by tour."""
    assert np.array_equal(first_tours(7), first_tours(7, threads=threads))


def test_streams_of_other_seeds_differ() -> None:
    """Another seed gives other tours, but for the greedy one that comes first."""
    others = list(itertools.islice(starting_tours(MODEL, 12, Run(Stop())), 4))
    same = [edges_of(a) == edges_of(b) for a, b in zip(others, first_tours(4), strict=True)]
    assert same == [True, False, False, False]


def test_given_tour_comes_first_and_improved() -> None:
    """The stream begins with the local optimum of the tour it is given, and goes on as without."""
    given = np.random.default_rng(1).permutation(200).astype(np.int32)
    run = Run(Stop())
    tours = list(itertools.islice(starting_tours(MODEL, 11, run, given), 3))
    assert np.array_equal(tours[0], local_optimum(MODEL, given, 11, run))
    assert MODEL.length(tours[0]) < MODEL.length(given)
    assert np.array_equal(tours[1:], first_tours(3)[1:])


def test_local_optimum_without_time_is_the_tour_given() -> None:
    """When time is up already the tour comes back as it is."""
    given = MODEL.greedy(3, 1.0)
    assert np.array_equal(local_optimum(MODEL, given, 3, Run(Stop(time_limit=0))), given)


def test_local_optimum_stops_when_interrupted() -> None:
    """An interruption is a reason to return what there is."""
    given = MODEL.greedy(3, 1.0)
    run = Run(Stop())
    run.interrupted.set()
    assert np.array_equal(local_optimum(MODEL, given, 3, run), given)


def test_better_half_is_sorted() -> None:
    """The shorter half remains, shortest first."""
    population = np.array(first_tours(20))
    lengths = sorted(MODEL.length(tour) for tour in population)
    half = better_half(MODEL, population)
    assert [MODEL.length(tour) for tour in half] == lengths[:10]


@pytest.mark.parametrize(("before", "after"), [(5, 5), (8, 8), (10, 8), (16, 8), (18, 9)])
def test_better_half_leaves_enough(before: int, after: int) -> None:
    """At least eight tours remain, or all there are."""
    assert len(better_half(MODEL, np.array(first_tours(before)))) == after


def test_evolve_improves_and_reports() -> None:
    """The best tour beats all parents, and the costs reported fall to its own."""
    seen: list[Progress] = []
    run = Run(Stop(), on_progress=seen.append)
    parents = first_tours(20)
    nodes, converged = evolve(MODEL, parents, run, seed=1, children=20, share=0.0)
    assert converged
    assert sorted(nodes.tolist()) == list(range(200))
    assert MODEL.length(nodes) < min(MODEL.length(tour) for tour in parents)
    assert run.cost == pytest.approx(MODEL.length(nodes), rel=1e-12)
    costs = [p.cost for p in seen if p.cost is not None]
    assert all(b <= a for a, b in itertools.pairwise(costs))
    assert seen[-1].iterations == run.iterations > 0


def test_evolve_does_the_generations_asked_for() -> None:
    """An iteration is a generation, and the limit is met exactly."""
    run = Run(Stop(iterations=3))
    _, converged = evolve(MODEL, first_tours(20), run, seed=1, children=20, share=0.0)
    assert not converged
    assert (run.iterations, run.limit()) == (3, Limit.ITERATIONS)


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_evolve_does_not_depend_on_threads(share: float) -> None:
    """Two threads find the tour that one finds."""
    tours = [
        evolve(MODEL, first_tours(16), Run(Stop(iterations=8), threads=threads), seed=1,
               children=10, share=share)[0]
        for threads in (1, 2)
    ]  # fmt: skip
    assert np.array_equal(tours[0], tours[1])


def test_evolve_stops_when_interrupted() -> None:
    """An interruption before the first generation leaves the best of the parents."""
    run = Run(Stop())
    run.interrupted.set()
    parents = first_tours(10)
    nodes, converged = evolve(MODEL, parents, run, seed=1, children=20, share=0.0)
    assert not converged
    assert MODEL.length(nodes) == min(MODEL.length(tour) for tour in parents)


def test_population_is_halved_when_time_gets_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where half of the time leaves too much diversity, the shorter half goes on."""
    sizes: list[int] = []

    def watched(model: TspModel, population: IntArray) -> IntArray:
        half = better_half(model, population)
        sizes.append(len(half))
        return half

    monkeypatch.setattr("cosolve.search.eax.better_half", watched)
    monkeypatch.setattr("cosolve.search.eax.SLICE_S", 0.001)
    monkeypatch.setattr("cosolve.search.eax._SCHEDULE", ((0.0, 0.9), (0.0, 0.0)))
    run = Run(Stop(time_limit=60, iterations=30))
    model = TspModel(TSP(coords=np.random.default_rng(4).random((1000, 2))))
    evolve(model, first_tours(40, model), run, seed=1, children=30, share=0.0)
    assert sizes == [20, 10]


def test_population_stays_whole_without_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit on the iterations only, the clock has no influence."""

    def never(model: TspModel, population: IntArray) -> IntArray:
        raise AssertionError("the population was halved")

    monkeypatch.setattr("cosolve.search.eax.better_half", never)
    monkeypatch.setattr("cosolve.search.eax._SCHEDULE", ((0.0, 0.0),))
    run = Run(Stop(iterations=3))
    evolve(MODEL, first_tours(20), run, seed=1, children=5, share=0.0)
    assert run.iterations == 3
