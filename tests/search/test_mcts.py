"""Monte Carlo tree search: the kernels and their Python face."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_mcts import PublishedMcts, Xoshiro
from references import FloatArray, IntArray, distance_matrix, edges_of

from cosolve import _kernels
from cosolve.core import Run, Stop
from cosolve.guidance import EdgeGuidance, GtPriorGuide, KnnGuide
from cosolve.problems import TSP
from cosolve.search.mcts import iterate, published_search, tree_search
from cosolve.search.models import model_of
from cosolve.search.tsp_model import TspModel
from cosolve.testing.strategies import tsps

FOREVER = float("inf")
IMPROVED: dict[str, Any] = {
    "alpha": 1.0, "beta": 1.0, "depth": 10, "breadth": (5, 3, 1), "walk": 20, "temperature": 0.2,
}  # fmt: skip
PUBLISHED: dict[str, Any] = {
    "alpha": 1.0, "beta": 10.0, "depth": 12, "actions": 2, "candidates": 5, "use_heatmap": True,
}  # fmt: skip


def uniform(n: int, seed: int) -> TSP:
    return TSP(coords=np.random.default_rng(seed).random((n, 2)))


def search(problem: TSP, seed: int = 0, **options: Any) -> tuple[_kernels.Mcts, TspModel]:
    guidance = GtPriorGuide(8)(problem)
    model = TspModel(problem, guidance)
    nodes = model.weighted_tour(guidance)
    return tree_search(model, guidance, nodes, seed=seed, **{**IMPROVED, **options}), model


def optimal_looking(problem: TSP, tour: IntArray, k: int, own: float) -> EdgeGuidance:
    """Guidance of the k nearest nodes in which the edges of a tour weigh `own`, all others 1."""
    near = KnnGuide(k)(problem)
    n = problem.size
    weight = np.ones((n, n), np.float32)
    weight[tour, np.roll(tour, -1)] = weight[np.roll(tour, -1), tour] = own
    rows = near.indices.reshape(n, -1)
    return EdgeGuidance(near.indptr, near.indices, weight[np.arange(n)[:, None], rows].ravel())


# The published search.


def heatmap_of(guidance: EdgeGuidance) -> FloatArray:
    dense = np.zeros((guidance.size, guidance.size))
    rows = np.repeat(np.arange(guidance.size), np.diff(guidance.indptr))
    dense[rows, guidance.indices] = guidance.weight
    return dense


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"alpha": 0.0, "candidates": 6, "use_heatmap": False},
        {"alpha": 2.0, "beta": 150.0, "depth": 4, "actions": 1},
        {"candidates": 1000, "depth": 50},
    ],
)
def test_published_decisions_are_those_of_the_plain_implementation(change: dict[str, Any]) -> None:
    """With the same random numbers it draws the same moves, through several random tours."""
    options = {**PUBLISHED, **change}
    problem = uniform(14, 3)
    guidance = GtPriorGuide(None)(problem)
    matrix = distance_matrix(problem)
    plain = PublishedMcts(matrix, heatmap_of(guidance), Xoshiro(5), **options)
    plain.run(400)

    rows = np.arange(problem.size)
    metric = _kernels.Metric(0, problem.coords, False)
    engine = _kernels.MctsPublished(
        metric, guidance.indptr, guidance.indices, guidance.weight.astype(np.float64),
        np.empty(0, np.int32), 5, *(options[name] for name in PUBLISHED),
    )  # fmt: skip
    for actions in (1, 150, 249):
        assert engine.run(FOREVER, actions) == actions
    assert engine.cost == pytest.approx(plain.best_cost)
    assert engine.simulations == plain.simulations
    assert edges_of(engine.tour()) == edges_of(np.array(plain.best))
    weights = [[engine.weight(i, j) for j in rows] for i in rows]
    np.testing.assert_allclose(weights, plain.weight, rtol=1e-9, atol=1e-12)


def test_published_search_improves_a_start() -> None:
    """A tour given to it is where it begins: the result is never worse."""
    problem = uniform(100, 1)
    guidance = GtPriorGuide(None)(problem)
    model = model_of(problem, guidance)
    start = np.arange(100, dtype=np.int32)
    engine = published_search(model, guidance, start, seed=0, **PUBLISHED)
    before = engine.cost
    assert before == pytest.approx(model.length(start))
    engine.run(FOREVER, 2000)
    assert engine.cost < 0.8 * before
    assert engine.cost == pytest.approx(model.length(engine.tour()))


def test_published_search_does_without_a_heatmap() -> None:
    """Zero weights, as in the paper's first row, leave uniform draws."""
    problem = uniform(60, 2)
    near = KnnGuide(5)(problem)
    zero = EdgeGuidance(near.indptr, near.indices, np.zeros_like(near.weight))
    model = model_of(problem, zero)
    options = {**PUBLISHED, "use_heatmap": False}
    engine = published_search(model, zero, None, seed=0, **options)
    engine.run(FOREVER, 3000)
    assert sorted(engine.tour().tolist()) == list(range(60))


# The improved search.


@settings(deadline=None, max_examples=60)
@given(problem=tsps(min_size=5, max_size=40), seed=st.integers(0, 99))
def test_tours_stay_tours_of_the_cost_that_is_kept(problem: TSP, seed: int) -> None:
    """Whatever the problem: all nodes once, fixed edges kept, the cost the sum of the legs."""
    if not problem.symmetric and problem.fixed_edges.size:
        return
    guidance = KnnGuide(6)(problem)
    model = model_of(problem, guidance)
    options = {**IMPROVED, "temperature": 0.5}
    engine = tree_search(model, guidance, model.greedy(), seed=seed, **options)
    engine.plan(200, 0.0)
    engine.run(FOREVER, 150)
    tour = model.decode(engine.tour())
    assert not problem.check(tour)
    assert model.cost(engine.cost) == pytest.approx(problem.cost(tour), rel=1e-9, abs=1e-9)


def test_what_does_not_pay_is_taken_back_exactly() -> None:
    """Without acceptance of worse tours, an action that gains nothing leaves no trace."""
    engine, _ = search(uniform(200, 4), temperature=0.0)
    engine.run(FOREVER, 0)
    unchanged = 0
    for _ in range(300):
        before, cost = engine.tour(), engine.cost
        engine.run(FOREVER, 1)
        assert engine.cost <= cost + 1e-12
        if engine.cost == cost:
            unchanged += np.array_equal(before, engine.tour())
    assert unchanged > 100


def test_the_best_tour_is_kept_while_worse_ones_are_accepted() -> None:
    """At a high temperature the search wanders off; what it reports is the best it had."""
    problem = uniform(150, 5)
    engine, model = search(problem, temperature=3.0)
    engine.plan(0, 0.0)
    costs = []
    for _ in range(60):
        engine.run(FOREVER, 20)
        costs.append(engine.cost)
        assert model.length(engine.tour()) == pytest.approx(engine.cost)
    assert costs == sorted(costs, reverse=True)


def test_mean_weights_are_kept_as_they_change() -> None:
    """Omega, updated with every reward, is the mean of the weights of a row; both learn."""
    problem = uniform(120, 6)
    engine, _ = search(problem, beta=5.0)
    before = [engine.omega(i) for i in range(120)]
    engine.run(FOREVER, 400)
    rows = [engine.candidates(i) for i in range(120)]
    means = [np.mean([weight for _, weight, _ in row]) for row in rows]
    after = [engine.omega(i) for i in range(120)]
    np.testing.assert_allclose(after, means, rtol=1e-9)
    assert max(np.subtract(after, before)) > 0.01
    assert min(np.subtract(after, before)) >= 0


def test_weights_and_counts_are_symmetric() -> None:
    """Both directions of an edge know the same."""
    engine, _ = search(uniform(80, 7))
    engine.run(FOREVER, 200)
    known = {
        (i, j): (weight, count) for i in range(80) for j, weight, count in engine.candidates(i)
    }
    assert sum(count for _, count in known.values()) > 200
    pairs = [edge for edge in known if edge[::-1] in known]
    assert all(known[edge] == pytest.approx(known[edge[::-1]]) for edge in pairs)
    assert len(pairs) > 300


def test_walks_prefer_heavy_edges() -> None:
    """Without exploration an edge is drawn in proportion to its weight."""
    problem = uniform(100, 8)
    engine, _ = search(problem, alpha=0.0, beta=0.0)
    engine.run(FOREVER, 2000)
    rows = [engine.candidates(i) for i in range(100)]
    heaviest = sum(max(row, key=lambda edge: edge[1])[2] for row in rows)
    lightest = sum(min(row, key=lambda edge: edge[1])[2] for row in rows)
    assert heaviest > 10 * lightest


@pytest.mark.parametrize("slices", [[300], [1, 99, 200], [100, 100, 100]])
def test_slices_do_not_matter(slices: list[int]) -> None:
    """The same seed and number of actions give the same tour, however they are divided."""
    engine, _ = search(uniform(200, 9), seed=3)
    reference, _ = search(uniform(200, 9), seed=3)
    for one in (engine, reference):
        one.plan(300, 0.0)
    reference.run(FOREVER, 300)
    for actions in slices:
        engine.run(FOREVER, actions)
    assert np.array_equal(engine.tour(), reference.tour())
    assert engine.cost == reference.cost


def test_a_plan_cools_down() -> None:
    """At the end of its plan the search accepts nothing worse any more."""
    problem = uniform(500, 5)
    hot, model = search(problem, temperature=3.0)
    hot.plan(0, 0.0)
    cold, _ = search(problem, temperature=3.0)
    cold.plan(0, 1.0)
    still, _ = search(problem, temperature=0.0)
    for engine in (hot, cold, still):
        engine.run(FOREVER, 500)
    assert np.array_equal(cold.tour(), still.tour())
    assert cold.cost < hot.cost
    assert model.length(cold.tour()) == pytest.approx(cold.cost)


def test_a_better_guide_gives_a_better_tour() -> None:
    """At equal actions, weights of a very good tour do better than those that avoid it."""
    problem = uniform(400, 10)
    model = TspModel(problem)
    reference = _kernels.LinKernighan(
        model.metric, model.indptr, model.indices, model.fixed_edges, model.greedy(), 0
    )
    reference.run(FOREVER, 5000)
    good = model.decode(reference.tour()).nodes
    costs: dict[float, list[float]] = {100.0: [], 0.001: []}
    for own, found in costs.items():
        guidance = optimal_looking(problem, good, 12, own).strongest(5)
        guided = TspModel(problem, guidance)
        start = guided.weighted_tour(guidance)
        for seed in range(3):
            engine = tree_search(guided, guidance, start, seed=seed, **IMPROVED)
            engine.run(FOREVER, 50)
            found.append(engine.cost)
    assert max(costs[100.0]) < min(costs[0.001])


def test_weighted_tour_follows_the_guide() -> None:
    """Weights of a tour give that tour, whatever its length."""
    problem = uniform(50, 11)
    tour = np.random.default_rng(0).permutation(50)
    following = np.empty(50, np.int32)
    following[tour] = np.roll(tour, -1)
    guidance = EdgeGuidance(np.arange(51, dtype=np.int32), following, np.ones(50, np.float32))
    model = TspModel(problem, guidance)
    nodes = model.decode(model.weighted_tour(guidance)).nodes
    assert edges_of(nodes) == edges_of(tour)


def test_weights_follow_the_renumbering() -> None:
    """The weight of a kernel edge is that of the problem's edge; a hub's are average."""
    problem = TSP(coords=np.random.default_rng(1).random((30, 2)), path=True)
    guidance = GtPriorGuide(5)(problem)
    model = TspModel(problem, guidance)
    weights = model.weights(guidance)
    assert weights.shape == model.indices.shape
    dense = heatmap_of(guidance)
    names = np.append(_kernels.hilbert_order(problem.coords), 30)
    rows = np.repeat(np.arange(31), np.diff(model.indptr))
    for row, column, weight in zip(names[rows], names[model.indices], weights, strict=True):
        if 30 in (row, column):
            assert weight == pytest.approx(guidance.weight.mean())
        else:
            assert weight == pytest.approx(dense[row, column])


def test_iterations_are_actions_and_exact() -> None:
    """A limit on the iterations is met exactly, and the run is told of each."""
    problem = uniform(100, 12)
    engine, model = search(problem)
    run = Run(Stop(iterations=777))
    iterate(engine, model, run)
    assert run.iterations == engine.actions == 777


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("depth", 1, "depth"),
        ("breadth", (), "breadth"),
        ("breadth", (0,), "breadth"),
        ("walk", 0, "walk"),
        ("alpha", -1.0, "alpha"),
        ("temperature", float("nan"), "temperature"),
    ],
)
def test_kernels_validate_their_options(option: str, value: object, message: str) -> None:
    """What is out of range is a ValueError that names it."""
    with pytest.raises(ValueError, match=message):
        search(uniform(20, 0), **{option: value})
