"""Rounds of cutting, conquering and merging."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from cosolve.core import Limit, Outcome, Run, Stop
from cosolve.divide import Division, Part, conquer
from cosolve.divide.tours import Segments, put_segments_back
from cosolve.guidance import KnnGuide
from cosolve.problems import TSP, Tour
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.construct import greedy_tour, space_filling_tour
from cosolve.solvers.eax import Eax
from cosolve.solvers.lk import Lk

PROBLEM = random_tsp(300, seed=6)


@dataclass
class Conqueror:
    """Turns the inner nodes of a path around, and remembers what it was asked."""

    seconds: float = 0.0
    most: int = 1000
    calls: list[tuple[TSP, Run, Any, Any]] = field(default_factory=list)
    name = "turn"
    summary = "turns paths around"

    def supports(self, problem: TSP) -> str | None:
        """Handle small problems only."""
        return None if problem.size <= self.most else "too large"

    def run(self, problem: TSP, run: Run, *, start: Any = None, guide: Any = None) -> Outcome[Tour]:
        """Take some time, and give back the better of two paths."""
        self.calls.append((problem, run, start, guide))
        end = time.perf_counter() + self.seconds
        while time.perf_counter() < end and run.limit() is None:
            time.sleep(0.01)
        nodes = np.arange(problem.size)
        tours = [Tour(nodes), Tour(np.concatenate([nodes[:1], nodes[-2:0:-1], nodes[-1:]]))]
        best = min(tours, key=problem.cost)
        run.report(problem.cost(best), iterations=1)
        return Outcome(best)


@dataclass
class Batches(Conqueror):
    """Does the same to paths of the same size at once; those of an odd size are left alone."""

    sizes: list[list[int]] = field(default_factory=list)

    def batch_key(self, problem: TSP) -> int | None:
        """Tell sizes apart."""
        return None if problem.size % 2 else problem.size

    def solve_batch(
        self, problems: Sequence[TSP], run: Run, *, starts: Sequence[Tour]
    ) -> list[Tour]:
        """Return the better of two paths for each."""
        self.sizes.append([problem.size for problem in problems])
        assert all(p.check(start) == [] for p, start in zip(problems, starts, strict=True))
        return [self.run(problem, run).solution for problem in problems]


def division(solver: Any, size: int = 60, **others: Any) -> Division:
    return Division(Segments(size), put_segments_back, solver, 1e-3, **others)


def test_rounds_improve_and_report_what_they_return() -> None:
    """The tour is feasible, better than the first one, and of the cost that was reported."""
    first = space_filling_tour(PROBLEM)
    run = Run(Stop(iterations=20), seed=1)
    tour = conquer(PROBLEM, first, division(Lk(), iterations=lambda n: n), run)
    assert PROBLEM.check(tour) == []
    assert PROBLEM.cost(tour) < 0.95 * PROBLEM.cost(first)
    assert run.cost == pytest.approx(PROBLEM.cost(tour))
    assert run.iterations == 20


@pytest.mark.parametrize("iterations", [3, 12])
def test_the_number_of_threads_does_not_matter(iterations: int) -> None:
    """With a limit on the iterations only, parts and seeds are the same."""
    first = greedy_tour(PROBLEM)
    plan = division(Eax(), size=40, iterations=lambda _: 5)
    tours = [
        conquer(PROBLEM, first, plan, Run(Stop(iterations=iterations), seed=3, threads=threads))
        for threads in (1, 3)
    ]
    assert tours[0] == tours[1]


def test_an_iteration_is_a_part() -> None:
    """No more parts go to the conqueror than there are iterations."""
    solver = Conqueror()
    run = Run(Stop(iterations=7))
    conquer(PROBLEM, greedy_tour(PROBLEM), division(solver), run)
    assert len(solver.calls) == run.iterations == 7
    assert run.limit() is Limit.ITERATIONS


def test_rounds_are_as_many_as_asked_for() -> None:
    """Every node is in as many parts."""
    solver = Conqueror()
    run = Run(Stop(time_limit=60.0))
    conquer(PROBLEM, greedy_tour(PROBLEM), division(solver, rounds=3), run)
    assert len(solver.calls) == 3 * 5
    assert run.elapsed < 5.0


def test_the_search_ends_where_nothing_is_gained() -> None:
    """The conqueror ends by itself, and so do the rounds some time after the last gain."""
    solver = Conqueror()
    run = Run(Stop())
    conquer(PROBLEM, greedy_tour(PROBLEM), division(solver), run)
    assert run.limit() is None
    assert len(solver.calls) >= 4 * 5


def test_parts_the_conqueror_does_not_support_stay() -> None:
    """They are no error, and without others the search ends."""
    solver = Conqueror(most=10)
    first = greedy_tour(PROBLEM)
    assert conquer(PROBLEM, first, division(solver), Run(Stop())) == first
    assert solver.calls == []


def test_parts_are_conquered_in_batches() -> None:
    """Paths of the same key go to the conqueror together, in even batches; the tour is the same."""
    problem = random_tsp(20 * 14 + 10, seed=6)
    first = Tour(np.random.default_rng(1).permutation(problem.size))
    tours = []
    for solver in (Batches(), Conqueror()):
        run = Run(Stop(), seed=1)
        tours.append(conquer(problem, first, division(solver, size=15, rounds=1), run))
        assert len(solver.calls) == run.iterations == 20
        if isinstance(solver, Batches):
            assert [len(sizes) for sizes in solver.sizes] == [10]
            assert all(len(set(sizes)) == 1 for sizes in solver.sizes)
    assert tours[0] == tours[1] != first


def test_what_became_worse_is_not_put_back() -> None:
    """A conqueror that only knows bad paths changes nothing."""

    class Bad(Conqueror):
        def run(self, problem: TSP, run: Run, **_: Any) -> Outcome[Tour]:
            inner = np.random.default_rng(0).permutation(problem.size - 2) + 1
            return Outcome(Tour(np.concatenate([[0], inner, [problem.size - 1]])))

    first = greedy_tour(PROBLEM)
    assert conquer(PROBLEM, first, division(Bad(), rounds=2), Run(Stop())) == first


@pytest.mark.timing
def test_a_round_takes_its_share_of_the_time() -> None:
    """Conquerors that use all they get are through with the planned rounds when time is up."""
    for threads in (1, 2):
        solver = Conqueror(seconds=100.0)
        run = Run(Stop(time_limit=1.5), threads=threads)
        conquer(PROBLEM, greedy_tour(PROBLEM), division(solver, rounds=3), run)
        assert 1.4 < run.elapsed < 2.0
        assert len(solver.calls) == 15


def test_an_interruption_ends_all_parts() -> None:
    """They notice it at once, and what they have is kept."""
    solver = Conqueror(seconds=100.0)
    run = Run(Stop(time_limit=100.0), threads=2)
    timer = threading.Timer(0.2, run.interrupted.set)
    timer.start()
    tour = conquer(PROBLEM, greedy_tour(PROBLEM), division(solver, rounds=2), run)
    timer.join()
    assert run.elapsed < 5.0
    assert PROBLEM.check(tour) == []
    assert PROBLEM.cost(tour) == pytest.approx(run.cost)


def test_a_target_ends_all_parts() -> None:
    """It is the whole's, and parts know what is missing to it."""
    first = greedy_tour(PROBLEM)
    target = 0.99 * PROBLEM.cost(first)
    run = Run(Stop(time_limit=60.0, target_cost=target), threads=2)
    tour = conquer(PROBLEM, first, division(Lk(), size=150), run)
    assert run.limit() is Limit.TARGET
    assert PROBLEM.cost(tour) <= target
    assert run.elapsed < 20.0


def test_conquerors_do_not_know_the_solution_in_fresh_rounds() -> None:
    """Afterwards they start from it."""
    solver = Conqueror()
    conquer(PROBLEM, greedy_tour(PROBLEM), division(solver, rounds=2, fresh=1), Run(Stop()))
    assert [start is None for _, _, start, _ in solver.calls] == 5 * [True] + 5 * [False]


def test_parts_get_their_share_of_a_guide() -> None:
    """Its edges between nodes of a part, in the numbers of the part."""
    solver = Conqueror()
    guide = KnnGuide(6)(PROBLEM)
    conquer(PROBLEM, greedy_tour(PROBLEM), division(solver, rounds=1), Run(Stop()), guide)
    for part, _, _, own in solver.calls:
        assert own.size == part.size
        rows = np.repeat(np.arange(part.size), np.diff(own.indptr))
        away = part.distance(rows, own.indices)
        assert away.size > part.size
        assert away.max() < 0.3


def test_inexact_parts_are_merged_one_by_one_where_together_they_are_worse() -> None:
    """Only those that really make the whole better stay."""

    class Seems(Segments):
        def __call__(self, *args: Any) -> list[Part]:
            parts = super().__call__(*args)
            return [Part(p.problem, p.solution, p.nodes, p.place, exact=False) for p in parts]

    def spoiled(problem: TSP, solution: Tour, better: Any) -> Tour:
        # The first segment comes back in disorder.
        disorder = Tour(np.random.default_rng(0).permutation(60))
        changed = [(part, disorder if part.place == 0 else found) for part, found in better]
        return put_segments_back(problem, solution, changed)

    first = space_filling_tour(PROBLEM)
    plan = Division(Seems(60), spoiled, Lk(), 1e-3, 1, lambda n: n)
    run = Run(Stop(iterations=5))
    tour = conquer(PROBLEM, first, plan, run)
    assert PROBLEM.cost(tour) < PROBLEM.cost(first)
    assert np.array_equal(tour.nodes[:60], first.nodes[:60])
    assert not np.array_equal(tour.nodes[60:], first.nodes[60:])
    assert run.cost == pytest.approx(PROBLEM.cost(tour))
