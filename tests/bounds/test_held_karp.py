"""The Held-Karp bound: below every optimum, equal to a dense reference, within its limits."""

from __future__ import annotations

import dataclasses
import math
import threading
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from references import FloatArray, distance_matrix, optimal_cost

from cosolve import TSP, Metric, Run, Stop, _kernels
from cosolve.bounds import lower_bound
from cosolve.bounds.held_karp import _Ascent, held_karp_bound
from cosolve.search.tsp_model import TspModel
from cosolve.testing.strategies import tsps

POINT_METRICS = [metric for metric in Metric if metric is not Metric.EXPLICIT]


def points(n: int, metric: Metric = Metric.EUCLIDEAN, dimensions: int = 2, seed: int = 1) -> TSP:
    """Random points that suit a metric."""
    scale = 90.0 if metric is Metric.GEO else 1.0 if metric is Metric.EUCLIDEAN else 1000.0
    rng = np.random.default_rng(seed)
    return TSP(coords=np.round(rng.random((n, dimensions)) * scale, 2), metric=metric)


def engine_of(problem: TSP) -> tuple[_kernels.HeldKarp, TspModel]:
    """Return the kernel of a problem."""
    model = TspModel(problem)
    return (
        _kernels.HeldKarp(model.metric, model.indptr, model.indices, model.fixed_edges),
        model,
    )


def kernel_distances(model: TspModel) -> FloatArray:
    """All distances between kernel nodes; the hub is the last and at distance 0."""
    distance = distance_matrix(model.problem)[np.ix_(model._order, model._order)]
    return np.pad(distance, (0, model.size - len(distance)))


def dense_value(distance: FloatArray, pi: FloatArray, fixed: set[frozenset[int]]) -> float:
    """Minimum tree with the fixed edges, and the longest second shortest edge, in plain NumPy."""
    n = len(pi)
    weight = distance + pi[:, None] + pi[None, :]
    degree = np.zeros(n, int)
    for edge in fixed:
        degree[list(edge)] += 1
    allowed = np.ones((n, n), bool)
    np.fill_diagonal(allowed, False)
    allowed[degree == 2] = allowed[:, degree == 2] = False
    for a, b in fixed:
        allowed[a, b] = allowed[b, a] = False
    # Prim's algorithm; fixed edges are shorter than any other.
    key = np.where(allowed, weight, np.inf)
    for a, b in fixed:
        key[a, b] = key[b, a] = -np.inf
    inside = np.zeros(n, bool)
    inside[0] = True
    length = 0.0
    for _ in range(n - 1):
        crossing = np.where(inside[:, None] & ~inside[None, :], key, np.inf)
        a, b = np.unravel_index(crossing.argmin(), crossing.shape)
        inside[b] = True
        length += weight[a, b]
    free = np.sort(np.where(allowed, weight, np.inf), axis=1)
    extra = np.where(degree == 0, free[:, 1], np.where(degree == 1, free[:, 0], -np.inf))
    return float(length + extra[np.isfinite(extra)].max() - 2.0 * pi.sum())


def priced(engine: _kernels.HeldKarp, iterations: int) -> tuple[FloatArray, float]:
    """Return the multipliers after some iterations, and the bound they prove."""
    engine.plan(iterations, 0.3, 0.02)
    engine.run(60.0)
    pi = engine.multipliers().astype(np.float64)
    assert engine.price(60.0)
    assert engine.bound is not None
    return pi, engine.bound


@settings(max_examples=100, deadline=None)
@given(tsps(min_size=6, max_size=10, asymmetric=False))
def test_bound_is_below_the_optimum(problem: TSP) -> None:
    """No optimum of any kind of problem is below its bound."""
    model = TspModel(problem)
    assume(len(model.fixed_edges) <= model.size - 2)
    ascent = _Ascent(model, Run(Stop(iterations=300)))  # the façade solves such problems exactly
    ascent.climb(None)
    optimum = optimal_cost(problem)
    assert ascent.bound is not None
    assert ascent.bound <= optimum + 1e-9 * max(1.0, abs(optimum))


@pytest.mark.parametrize("metric", POINT_METRICS)
@pytest.mark.parametrize("variant", ["closed", "path", "from", "between", "fixed"])
def test_priced_value_is_that_of_the_complete_graph(metric: Metric, variant: str) -> None:
    """Pricing over points finds the minimum tree of all edges, for every metric."""
    problem = points(240, metric)
    if variant == "fixed":
        edges = np.array([[0, 200], [200, 100], [5, 6], [7, 77]])
        problem = dataclasses.replace(problem, fixed_edges=edges)
    elif variant != "closed":
        ends = {"path": (None, None), "from": (3, None), "between": (3, 90)}[variant]
        problem = dataclasses.replace(problem, path=True, ends=ends)
    engine, model = engine_of(problem)
    fixed = {frozenset(edge) for edge in model.fixed_edges.tolist()}
    distance = kernel_distances(model)
    best = -math.inf
    for iterations in (1, 8, 60):
        pi, bound = priced(engine, iterations)
        best = max(best, dense_value(distance, pi, fixed))
        assert bound == pytest.approx(best, rel=1e-9)
        assert bound <= best * (1 + 1e-14)


@pytest.mark.parametrize("metric", [Metric.EUCLIDEAN, Metric.EUC, Metric.MAN, Metric.MAX])
def test_pricing_in_three_dimensions(metric: Metric) -> None:
    """The same with three coordinates."""
    engine, model = engine_of(points(240, metric, dimensions=3))
    pi, bound = priced(engine, 20)
    assert bound == pytest.approx(dense_value(kernel_distances(model), pi, set()), rel=1e-9)


def test_pricing_of_a_matrix() -> None:
    """Matrices that violate the triangle inequality are priced over all pairs."""
    rng = np.random.default_rng(4)
    matrix = np.triu(rng.integers(0, 1000, (70, 70)).astype(float), 1)
    engine, model = engine_of(TSP(matrix=matrix + matrix.T))
    pi, bound = priced(engine, 20)
    assert bound == pytest.approx(dense_value(kernel_distances(model), pi, set()), rel=1e-9)


def test_pricing_adds_what_the_sparse_graph_lacks() -> None:
    """Edges of the complete tree join the sparse graph, whose value then is the priced one."""
    problem = points(400)
    model = TspModel(problem)
    n = problem.size
    path = np.arange(n, dtype=np.int32)  # a sparse graph of nothing but the curve's own order
    engine = _kernels.HeldKarp(
        model.metric, np.minimum(np.arange(n + 1), n - 1).astype(np.int32), path[1:],
        model.fixed_edges,
    )  # fmt: skip
    sparse = engine.value
    assert engine.edges == n - 1
    assert engine.price(60.0)
    assert engine.added > n // 4
    assert engine.bound is not None
    assert engine.bound <= engine.value < sparse
    assert engine.price(60.0)
    assert engine.added < 4


def test_bound_is_near_the_optimum() -> None:
    """On random points the bound converges to less than 1.2 percent below a good tour."""
    from cosolve import solve

    problem = points(500, seed=3)
    cost = solve(problem, "lk", stop=Stop(iterations=2000), bound_share=0).cost
    found = held_karp_bound(problem, Run(Stop()))
    assert cost is not None
    assert found is not None
    assert found.converged
    assert 0.988 * cost < found.value < cost


@pytest.mark.parametrize(
    "coords",
    [
        np.zeros((20_000, 2)),
        np.column_stack([np.arange(3000.0), np.zeros(3000)]),
        np.repeat(np.random.default_rng(2).random((10, 2)), 300, axis=0),
        np.random.default_rng(5).integers(0, 2, (2000, 3)).astype(float),
    ],
    ids=["identical", "collinear", "ten places", "corners of a cube"],
)
def test_degenerate_points(coords: FloatArray) -> None:
    """Equal and collinear points are no trouble."""
    problem = TSP(coords=coords)
    began = time.perf_counter()
    found = held_karp_bound(problem, Run(Stop()))
    assert time.perf_counter() - began < 60
    assert found is not None
    places = np.unique(coords, axis=0)
    if len(places) == 1:
        assert found.value == pytest.approx(0.0, abs=1e-12)
    if len(places) == 3000:
        assert 2999 < found.value <= 2 * 2999
    if len(places) == 10:
        small = lower_bound(TSP(coords=np.concatenate([places, places[:1]])), Run(Stop()))
        assert small is not None
        assert found.value <= optimal_cost(TSP(coords=places)) * (1 + 1e-12)
        assert found.value == pytest.approx(small.value, rel=1e-2)


def test_matrix_of_zeros() -> None:
    """Where nothing costs anything, the bound is zero."""
    found = lower_bound(TSP(matrix=np.zeros((30, 30))), Run(Stop()))
    assert found is not None
    assert found.value == 0.0


def test_bound_of_huge_and_tiny_distances() -> None:
    """Distances of very different size leave a valid bound."""
    rng = np.random.default_rng(9)
    coords = np.concatenate([rng.random((6, 2)) * 1e-3, rng.random((5, 2)) * 1e14])
    problem = TSP(coords=coords)
    found = lower_bound(problem, Run(Stop()))
    assert found is not None
    assert found.value <= optimal_cost(problem) * (1 + 1e-12)


@pytest.mark.parametrize("free", [0, 1])
def test_fixed_edges_that_leave_one_tour(free: int) -> None:
    """A tour given but for an edge, or entirely, is its own bound."""
    problem = points(12)
    nodes = np.random.default_rng(0).permutation(12)
    edges = np.column_stack([nodes, np.roll(nodes, -1)])[free:]
    problem = dataclasses.replace(problem, fixed_edges=edges)
    found = lower_bound(problem, Run(Stop()))
    assert found is not None
    assert found.value == pytest.approx(
        math.fsum(problem.distance(nodes, np.roll(nodes, -1)).tolist())
    )


def test_tiny_problems_are_solved() -> None:
    """A handful of nodes has its optimum for a bound."""
    for n in (1, 2, 3, 8):
        problem = points(n)
        found = lower_bound(problem, Run(Stop()))
        assert found is not None
        assert (found.method, found.converged) == ("exact", True)
    assert found.value == pytest.approx(optimal_cost(problem))


def test_result_does_not_depend_on_the_clock() -> None:
    """Without a time limit, two runs agree to the last digit."""
    problem = points(300)
    one, two = (held_karp_bound(problem, Run(Stop(iterations=400))) for _ in range(2))
    assert one == two
    assert one is not None
    assert one.iterations == 400


def test_few_iterations_are_enough_for_a_bound() -> None:
    """An iteration limit below any sensible number is obeyed, and the result priced."""
    run = Run(Stop(iterations=3))
    found = held_karp_bound(points(300), run)
    assert found is not None
    assert found.iterations == run.iterations == 3


def test_nothing_is_claimed_without_time() -> None:
    """With no time for a pricing there is no bound."""
    assert held_karp_bound(points(300), Run(Stop(time_limit=0.0))) is None
    assert held_karp_bound(points(300), Run(Stop(iterations=0))) is None


def test_bound_that_meets_the_upper_bound_ends_the_ascent() -> None:
    """The ascent stops once it has proven a solution optimal."""
    problem = points(300, Metric.EUC)
    free = held_karp_bound(problem, Run(Stop()))
    assert free is not None
    # A cost that the first round already reaches.
    proven = held_karp_bound(problem, Run(Stop()), upper=math.floor(0.9 * free.value))
    assert proven is not None
    assert proven.iterations < free.iterations


def test_asymmetric_distances_are_refused() -> None:
    """Trees know no directions."""
    matrix = np.random.default_rng(0).random((12, 12))
    with pytest.raises(ValueError, match="symmetric"):
        held_karp_bound(TSP(matrix=matrix), Run(Stop()))


@pytest.mark.timing
@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_time_limit_is_kept(seconds: float) -> None:
    """The bound is there in time, and better with more of it."""
    problem = points(20_000)
    took = []
    for _attempt in range(3):  # other programs may spoil one
        began = time.perf_counter()
        run = Run(Stop(time_limit=seconds))
        held_karp_bound(problem, run)
        took.append(time.perf_counter() - began)
        if took[-1] <= seconds + 0.2:
            break
    assert min(took) <= seconds + 0.2


@pytest.mark.timing
def test_interrupted_ascent_is_priced() -> None:
    """An interruption ends the ascent soon, and what it reached is proven."""
    problem = points(50_000)
    run = Run(Stop())
    timer = threading.Timer(1.0, run.interrupted.set)
    timer.start()
    found = held_karp_bound(problem, run)
    timer.join()
    assert found is not None
    assert not found.converged
    assert run.elapsed < 8.0


def test_every_bound_reported_is_proven() -> None:
    """The bounds a run hears of rise to the one returned."""
    run = Run(Stop())
    found = held_karp_bound(points(400), run)
    assert found is not None
    heard = [point.bound for point in run.trace]
    assert heard == sorted(heard)
    assert heard[-1] == found.value
    assert run.iterations == found.iterations


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([0, 1, 2, 3], [1, 2, 0], [[0, 1], [1, 2]]), "only one tour"),
        (([0, 1, 2, 3], [1, 2, 9], []), "out of range"),
        (([0, 1, 2], [1, 2], []), "one entry more"),
    ],
)
def test_kernel_rejects_wrong_arrays(arguments: tuple[object, ...], error: str) -> None:
    """What does not describe a graph is an error, not a crash."""
    model = TspModel(points(5))
    metric = _kernels.Metric(0, points(3).coords, False)
    indptr, indices, fixed = (np.array(a, np.int32) for a in arguments)
    with pytest.raises(ValueError, match=error):
        _kernels.HeldKarp(metric, indptr, indices, fixed.reshape(-1, 2))
    with pytest.raises(ValueError, match="positive"):
        engine_of(model.problem)[0].plan(5, 0.0, 1.0)


def test_begins_from_multipliers_that_are_better_than_none() -> None:
    """Those of a long ascent prove at once what took it long; poor ones change nothing."""
    problem = points(200)
    engine, model = engine_of(problem)
    engine.plan(500, 0.3, 0.002)
    engine.run(60.0)
    best = np.empty(200, np.float32)
    best[model._order] = engine.multipliers()
    noise = np.random.default_rng(0).normal(size=200).astype(np.float32)

    def bound(start: FloatArray | None) -> float:
        found = held_karp_bound(problem, Run(Stop(iterations=1)), start=start)
        assert found is not None
        return found.value

    plain = bound(None)
    assert bound(best) > 1.02 * plain
    assert bound(best) <= engine.value * (1 + 1e-9)
    assert bound(noise) == plain


def test_multipliers_that_do_not_fit_are_refused() -> None:
    """One for every node of a closed tour, all finite."""
    problem = points(50)
    with pytest.raises(ValueError, match="one for every node"):
        held_karp_bound(problem, Run(Stop(iterations=5)), start=np.zeros(49, np.float32))
    opened = dataclasses.replace(problem, path=True)
    with pytest.raises(ValueError, match="of closed tours only"):
        held_karp_bound(opened, Run(Stop(iterations=5)), start=np.zeros(50, np.float32))
    with pytest.raises(ValueError, match="finite"):
        held_karp_bound(problem, Run(Stop(iterations=5)), start=np.full(50, np.nan, np.float32))
    engine, _ = engine_of(problem)
    with pytest.raises(ValueError, match="a multiplier for every node"):
        engine.offer(np.zeros(3, np.float32))
