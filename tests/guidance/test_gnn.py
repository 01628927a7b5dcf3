"""Guidance from a network, with random weights, against what it is made of."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from network_reference import random_tensors, reference, write_model
from references import distance_matrix

from cosolve import TSP, VRP, FormatError, Metric, Stop, _kernels, solve
from cosolve.guidance import EdgeGuidance, GnnGuide, KnnGuide, load_model, make_guide
from cosolve.guidance.gnn import score_tour_edges


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model of random weights."""
    return write_model(tmp_path_factory.mktemp("models") / "random")


def uniform(n: int, seed: int = 3) -> TSP:
    """Random points."""
    return TSP(coords=np.random.default_rng(seed).random((n, 2)))


def rows(guidance: EdgeGuidance) -> list[dict[int, float]]:
    """Neighbors of every node and their weights, in order."""
    return [
        {
            int(guidance.indices[e]): float(guidance.weight[e])
            for e in range(guidance.indptr[i], guidance.indptr[i + 1])
        }
        for i in range(guidance.size)
    ]


@pytest.mark.parametrize("k", [1, 5, 40])
def test_rows_are_the_most_probable_edges(model: Path, k: int) -> None:
    """Both ends have the k best edges of each, weighted by the probability NumPy finds."""
    problem = uniform(120)
    order = _kernels.hilbert_order(problem.coords)
    metric = _kernels.Metric(0, problem.coords[order])
    graph = _kernels.tour_features(metric, 10, np.empty((0, 2), np.int32), 20)[:3]
    logits = reference(random_tensors(2, 16, 6, 18), 2, True, *graph)["edge"]
    expected: list[dict[int, float]] = [{} for _ in range(120)]
    for i, (row, scores) in enumerate(zip(graph[0], logits, strict=True)):
        for r in np.argsort(-scores)[:k]:
            a, b = int(order[i]), int(order[row[r]])
            expected[a][b] = expected[b][a] = 1 / (1 + np.exp(-scores[r]))
    for found, wanted in zip(rows(GnnGuide(model, k, 0.0, 1)(problem)), expected, strict=True):
        assert found.keys() == wanted.keys()
        assert list(found.values()) == sorted(found.values(), reverse=True)
        for j, probability in found.items():
            assert probability == pytest.approx(wanted[j], abs=1e-4)


@pytest.mark.parametrize("metric", list(Metric))
def test_every_metric_has_a_guide(model: Path, metric: Metric) -> None:
    """Points of every metric, and matrices."""
    coords = np.round(np.random.default_rng(1).random((60, 2)) * 80, 2)
    if metric is Metric.EXPLICIT:
        problem = TSP(matrix=distance_matrix(TSP(coords=coords)))
    else:
        problem = TSP(coords=coords, metric=metric)
    guidance = GnnGuide(model)(problem)
    assert guidance.size == 60
    for method in ("lk", "mcts"):
        result = solve(problem, method, guide=guidance, stop=Stop(time_limit=0.1))
        assert result.solution is not None


@pytest.mark.parametrize("ends", [(None, None), (4, None), (4, 17)])
def test_paths_have_a_guide(model: Path, ends: tuple[int | None, int | None]) -> None:
    """The node that closes a path is in no row."""
    problem = dataclasses.replace(uniform(80), path=True, ends=ends)
    guidance = GnnGuide(model)(problem)
    assert guidance.size == 80
    assert guidance.indices.max() < 80


@pytest.mark.parametrize("k", [1, 5])
def test_fixed_edges_come_first(model: Path, k: int) -> None:
    """A fixed edge has weight 1; a node with two of them has no other edges."""
    problem = dataclasses.replace(uniform(80), fixed_edges=np.array([[0, 40], [40, 7], [3, 9]]))
    near = rows(GnnGuide(model, k, 0.0, 1)(problem))
    assert next(iter(near[0])) == 40
    assert next(iter(near[3])) == 9
    assert next(iter(near[9])) == 3
    assert sorted(near[40]) == [0, 7]
    certain = {(i, j) for i, row in enumerate(near) for j, weight in row.items() if weight == 1}
    assert certain == {(0, 40), (40, 0), (40, 7), (7, 40), (3, 9), (9, 3)}


@pytest.mark.parametrize("n", [1, 2, 3, 11])
def test_few_nodes_are_guided_by_distance(model: Path, n: int) -> None:
    """Where the network has nothing to say, the nearest come first."""
    problem = uniform(n)
    assert rows(GnnGuide(model, 10)(problem)) == rows(KnnGuide(10)(problem))
    nearly_fixed = np.array([[i, i + 1] for i in range(19)])
    problem = dataclasses.replace(uniform(20), fixed_edges=nearly_fixed)
    assert rows(GnnGuide(model, 10)(problem)) == rows(KnnGuide(10)(problem))


def test_points_at_one_place(model: Path) -> None:
    """Where all distances are zero, weights are still probabilities."""
    guidance = GnnGuide(model)(TSP(coords=np.zeros((50, 2))))
    assert (guidance.weight > 0).all()
    assert (guidance.weight < 1).all()


def test_guide_is_reproducible(model: Path) -> None:
    """It depends on the problem and the model only, not on the number of threads."""
    one, two = (GnnGuide(model, threads=threads)(uniform(2500)) for threads in (1, 2))
    assert one.indices.tolist() == two.indices.tolist()
    assert one.weight.tolist() == two.weight.tolist()


def test_default_model_is_that_of_the_problem(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name, the model is called what the problem is."""
    monkeypatch.setattr("cosolve.guidance.models.SHIPPED", tmp_path)
    monkeypatch.setenv("COSOLVE_MODEL_DIR", str(model.parent))
    with pytest.raises(ValueError, match=r"no model 'tsp' \(installed: random\)"):
        GnnGuide()(uniform(20))
    assert make_guide("gnn:random")(uniform(20)).size == 20


def test_other_problems_are_refused(model: Path, tmp_path: Path) -> None:
    """A model must be for problems of the kind, and no network knows time windows."""
    asymmetric = TSP(matrix=np.random.default_rng(0).random((20, 20)))
    with pytest.raises(ValueError, match="this one is of kind 'atsp'"):
        GnnGuide(model)(asymmetric)
    timed = VRP(
        coords=np.random.default_rng(0).random((30, 2)), windows=np.array([[0.0, 9.0]] * 30)
    )
    with pytest.raises(ValueError, match="no trained guidance for time windows"):
        GnnGuide(model)(timed)
    with pytest.raises(
        ValueError, match="is for problems of kind 'tsp', this one is of kind 'atsp'"
    ):
        score_tour_edges(load_model(model), asymmetric)
    with pytest.raises(FormatError, match="features 'route-7'"):
        GnnGuide(write_model(tmp_path / "other", features="route-7"))(uniform(20))


def test_heads_that_are_not_there_are_named(model: Path) -> None:
    """Asking for what the network does not predict says what it does."""
    scores = score_tour_edges(load_model(model), uniform(20))
    assert scores.of("penalty").shape == (20,)
    with pytest.raises(ValueError, match="predicts edge, penalty, but 'together' is asked for"):
        scores.of("together")


@pytest.mark.parametrize(
    ("spec", "guide"),
    [("gnn", GnnGuide()), ("gnn:tsp", GnnGuide("tsp")), ("gnn:a/b:c", GnnGuide("a/b:c"))],
)
def test_name(spec: str, guide: GnnGuide) -> None:
    """``gnn`` and ``gnn:MODEL`` name the guide; nothing is loaded yet."""
    assert make_guide(spec) == guide
    with pytest.raises(ValueError, match=r"gnn\[:MODEL\]: expected a model after the colon"):
        make_guide("gnn:")
    with pytest.raises(ValueError, match="k must be"):
        GnnGuide(k=0)
    with pytest.raises(ValueError, match="threads must be"):
        GnnGuide(threads=0)


def test_improbable_edges_are_left_out(tmp_path: Path) -> None:
    """No node chooses an edge below the probability, unless it would have too few."""
    model = write_model(tmp_path / "model")
    problem = uniform(300)
    every = GnnGuide(model, 8, 0.0, 1)(problem)
    some = GnnGuide(model, 8, 0.5, 2)(problem)
    probable = [int((row >= 0.5).sum()) for row in np.split(every.weight, every.indptr[1:-1])]
    counts = np.diff(some.indptr)
    assert counts.sum() < np.diff(every.indptr).sum()
    assert (counts >= np.minimum(probable, 2)).all()
    assert counts.min() >= 2
