"""Parts of any vehicle routing problem that are annealed side by side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vrp_features import feature_sets, random_problem

import cosolve
from cosolve.core import Run, Stop
from cosolve.problems import VRP, Metric, VehicleType
from cosolve.search.cooling import Annealing
from cosolve.search.parallel_annealing import anneal_parts, groups_of, shares
from cosolve.search.rich_parts import RichParts
from cosolve.search.rich_vrp import RichModel

SETTINGS = Annealing(neighbors=8)
in_the_plane = feature_sets.filter(lambda f: "asymmetric" not in f)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    features=feature_sets,
    clients=st.integers(5, 40),
    data=st.data(),
)
def test_a_part_is_searched_without_the_rest(
    seed: int, features: set[str], clients: int, data: st.DataObject
) -> None:
    """No other client is served, no more vehicles are used, and all kept data agree."""
    problem = random_problem(seed, features, clients)
    model = RichModel(problem)
    engine = model.engine(seed, SETTINGS)
    engine.construct()
    kinds, begins, visits = engine.current()
    for _ in range(3):
        some = (
            sorted(data.draw(st.sets(st.integers(0, max(0, kinds.size - 1))))) if kinds.size else []
        )
        own = [visits[begins[r] : begins[r + 1]] for r in some]
        mine = np.concatenate([np.empty(0, np.int32), *own])
        waiting = np.setdiff1d(np.arange(len(model.tasks)), model.task_of[visits])
        loose = [t for t in waiting.tolist() if data.draw(st.booleans())]
        tasks = np.union1d(model.task_of[mine], loose).astype(np.int32)
        numbers = np.bincount(kinds[some], minlength=len(problem.vehicles)).astype(np.int32)
        ends = np.cumsum([0, *(route.size for route in own)]).astype(np.int32)
        engine.start_part(kinds[some], ends, mine, tasks, numbers)
        before, left_out = engine.cost, engine.unserved
        assert engine.consistent()
        engine.anneal(math.inf, 50, 10.0)
        assert engine.consistent()
        assert (engine.unserved, engine.cost) <= (left_out, before + 1e-6 * (1 + abs(before)))
        for found_kinds, _, found in (engine.best(), engine.current()):
            assert set(model.task_of[found].tolist()) <= set(tasks.tolist())
            used = np.bincount(found_kinds, minlength=numbers.size)
            assert (used <= numbers).all()


@pytest.mark.parametrize(
    ("tasks", "numbers"), [([0, 0], [9]), ([99], [9]), ([1, 2], [9]), ([0, 1], []), ([0], [9, 9])]
)
def test_parts_that_are_none_are_refused(tasks: list[int], numbers: list[int]) -> None:
    """A task twice, an unknown one, a route without its task, numbers of other kinds."""
    model = RichModel(random_problem(1, set(), 6))
    engine = model.engine(0, SETTINGS)
    routes = (np.zeros(1, np.int32), np.array([0, 1], np.int32), model.first_of[:1])
    with pytest.raises(ValueError, match=r"task|kind"):
        engine.start_part(*routes, np.array(tasks, np.int32), np.array(numbers, np.int32))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), features=in_the_plane, clients=st.integers(5, 40))
def test_parts_together_are_a_solution(seed: int, features: set[str], clients: int) -> None:
    """It keeps every limit, costs what was reported, and is no worse than the first routes."""
    problem = random_problem(seed, features, clients)
    model = RichModel(problem)
    engines = [model.engine(seed + k, SETTINGS) for k in range(3)]
    engines[0].construct()
    before = (engines[0].unserved, engines[0].cost)
    parts = RichParts(model, engines)
    run = Run(Stop(iterations=300), seed=seed)
    anneal_parts(parts, 3, run, 20.0, 1.0, lambda done: run.report(None, iterations=done))
    assert run.iterations == 300
    assert (parts.unserved, parts.cost) <= (before[0], before[1] + 1e-6 * (1 + abs(before[1])))
    solution = model.routes(parts)
    kinds = {violation.kind for violation in problem.check(solution)}
    assert kinds <= {"missing-client", "group"}
    assert bool(kinds) == bool(parts.unserved)
    assert problem.cost(solution) == pytest.approx(parts.cost)


def pickups_and_deliveries(pairs: int, seed: int) -> VRP:
    """Pairs of clients in a square, with windows for the pickups."""
    rng = np.random.default_rng(seed)
    n = 2 * pairs + 1
    early = rng.integers(300, 800, n).astype(float)
    windows = np.column_stack((early, early + 300.0))
    windows[0::2] = (0.0, 2000.0)  # the depot and the deliveries
    return VRP(
        coords=rng.integers(0, 200, (n, 2)).astype(float),
        windows=windows,
        pairs=np.arange(1, n, dtype=np.int32).reshape(-1, 2),
        pair_loads=rng.integers(1, 9, pairs).astype(float),
        vehicles=(VehicleType(capacity=20),),
        metric=Metric.EUC,
    )


def test_threads_do_as_many_iterations_as_one() -> None:
    """As many iterations find as good routes, although no part sees all of them."""
    problem = pickups_and_deliveries(260, 4)
    costs = []
    for threads in (1, 2):
        result = cosolve.solve(
            problem, "ils", stop=Stop(iterations=6000), threads=threads, bound_share=0.0
        )
        assert result.solution is not None
        assert problem.check(result.solution) == []
        assert result.cost is not None
        assert result.iterations == 6000
        costs.append(result.cost)
    assert costs[1] <= 1.05 * costs[0]


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=40),
    count=st.integers(2, 5),
    seed=st.integers(0, 10**6),
)
def test_groups_have_everything_once(sizes: list[int], count: int, seed: int) -> None:
    """In groups of about the same size: none exceeds its share by more than the largest thing."""
    rng = np.random.default_rng(seed)
    places = rng.random((len(sizes), 2))
    weights = np.array(sizes)
    groups = groups_of(places, weights, np.array([0.5, 0.5]), count, rng)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(sizes)))
    assert 1 <= len(groups) <= count
    for group in groups:
        assert group.size
        assert weights[group].sum() <= weights.sum() / count + weights.max()


@given(amount=st.integers(0, 1000), parts=st.integers(1, 9))
def test_shares_are_even(amount: int, parts: int) -> None:
    """They add up, and differ by one at most."""
    each = shares(amount, parts)
    assert sum(each) == amount
    assert max(each) - min(each) <= 1
    assert shares(-1, parts) == [-1] * parts
