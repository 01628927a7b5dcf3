"""Tests of the sub-path network, of decoding, and of the policy gradient."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from cosolve.neural.subpath_decode import choose, complete, ranked_edges, reconsider  # noqa: E402
from cosolve.neural.subpath_graph import Graph, canonical, graph_of  # noqa: E402
from cosolve.neural.subpath_net import SubpathNet  # noqa: E402
from cosolve.neural.subpath_policy import (  # noqa: E402
    by_node,
    log_probability,
    reinforce_loss,
    rollout,
)
from cosolve.neural.subpath_state import Fragments, lengths  # noqa: E402


@pytest.fixture(scope="module")
def net() -> SubpathNet:
    torch.manual_seed(5)
    return SubpathNet(width=8, layers=2)


def _points(batch: int, n: int, seed: int, *, equal: bool = False) -> np.ndarray:
    coords = np.random.default_rng(seed).random((batch, n, 2))
    return np.rint(coords * 2) if equal else coords


@given(
    n=st.integers(2, 25),
    seed=st.integers(0, 1000),
    share=st.sampled_from([0.01, 0.3, 1.0]),
    equal=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_greedy_paths_are_paths(
    net: SubpathNet, n: int, seed: int, share: float, equal: bool
) -> None:
    """Whatever the scores, every decoded path is a permutation between its ends."""
    fragments = Fragments.paths(_points(3, n, seed, equal=equal))
    complete(net, fragments, share)
    orders = fragments.orders()
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(n), (3, 1)))
    assert (orders[:, [0, -1]] == [0, n - 1]).all()


@given(n=st.integers(3, 20), seed=st.integers(0, 1000), closed=st.booleans())
@settings(max_examples=25, deadline=None)
def test_drawn_paths_are_paths(net: SubpathNet, n: int, seed: int, closed: bool) -> None:
    """Whatever is drawn, paths and tours are permutations, and paths keep their ends."""
    start = (Fragments.cycles if closed else Fragments.paths)(_points(2, n, seed))
    graph = graph_of(start)
    copies = start.repeat(3)
    rollout(copies, graph, net(graph).detach().numpy(), np.random.default_rng(seed), 3.0)
    orders = copies.orders()
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(n), (6, 1)))
    assert closed or (orders[:, -1] == n - 1).all()


@given(
    seed=st.integers(0, 1000),
    scale=st.floats(1e-3, 1e6),
    shift=st.floats(-1e3, 1e3),
    mirror=st.booleans(),
    swap=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_canonical_frame_is_invariant(
    seed: int, scale: float, shift: float, mirror: bool, swap: bool
) -> None:
    """Shift, scale, mirroring and quarter turns do not change what the network sees."""
    coords = _points(2, 12, seed) * [1.0, 0.7]
    moved = coords[..., ::-1] if swap else coords
    moved = moved * ([-1.0, 1.0] if mirror else [1.0, 1.0]) * scale + shift * scale
    assert canonical(moved) == pytest.approx(canonical(coords), abs=1e-9)


def test_canonical_frame_of_equal_points_is_finite() -> None:
    """Points without extent are all at the origin."""
    assert (canonical(np.full((1, 4, 2), 3.0)) == 0).all()


def test_numbering_does_not_matter(net: SubpathNet) -> None:
    """The score of an edge does not depend on the numbers of the nodes between the ends."""
    coords = _points(1, 15, seed=3)
    turn = np.concatenate([[0], 1 + np.random.default_rng(1).permutation(13), [14]])
    scores = []
    for points, names in ((coords, np.arange(15)), (coords[:, turn], turn)):
        graph = graph_of(Fragments.paths(points))
        first = names[graph.node.numpy()]
        second = first[graph.neighbors.numpy()]
        logit = net(graph).detach().numpy()
        scores.append(
            {
                (int(first[a]), int(second[a, s])): float(logit[a, s])
                for a, s in np.argwhere(graph.valid.numpy())
            }
        )
    assert scores[0].keys() == scores[1].keys()
    assert all(scores[0][edge] == pytest.approx(scores[1][edge], abs=1e-4) for edge in scores[0])


def test_an_edge_has_one_score(net: SubpathNet) -> None:
    """Seen from both ends, an edge is scored the same."""
    graph = graph_of(Fragments.paths(_points(2, 20, seed=9)))
    logit = net(graph).detach().reshape(-1)
    both = graph.reverse >= 0
    assert both.any()
    assert torch.equal(logit.view_as(both)[both], logit[graph.reverse[both]])


def test_paths_of_a_batch_do_not_see_each_other(net: SubpathNet) -> None:
    """A path is scored alike alone and among others."""
    coords = _points(3, 18, seed=2)
    together = net(graph_of(Fragments.paths(coords))).detach().reshape(3, 18, -1)
    alone = net(graph_of(Fragments.paths(coords[1:2]))).detach()
    assert torch.allclose(together[1], alone, atol=1e-5)


def test_ranked_edges_fall(net: SubpathNet) -> None:
    """Edges come best first, each once."""
    graph = graph_of(Fragments.paths(_points(2, 14, seed=4)))
    logit = net(graph).detach()
    first, second, _ = ranked_edges(graph, logit.numpy())
    score = by_node(graph, logit, 14)
    for path in range(2):
        edges = [(i, j) for i, j in zip(first[:, path], second[:, path], strict=True) if i >= 0]
        assert len({frozenset(edge) for edge in edges}) == len(edges)
        values = [_score_of(graph, score, path, i, j) for i, j in edges]
        assert values == sorted(values, reverse=True)


def _score_of(graph: Graph, score: torch.Tensor, path: int, i: int, j: int) -> float:
    at = int(torch.nonzero((graph.row == path) & (graph.node == i))[0])
    slot = int(torch.nonzero((graph.node[graph.neighbors[at]] == j) & graph.valid[at])[0])
    return float(score[path, i, slot])


def test_choosing_keeps_to_quota_and_mask() -> None:
    """No more edges are chosen than asked for, and only those that may be."""
    fragments = Fragments.paths(_points(2, 6, seed=1))
    first, second = np.array([[0, 0], [1, 1], [2, 2]]), np.array([[1, 1], [2, 2], [3, 3]])
    right = np.array([[True, False], [True, True], [True, True]])
    choose(fragments, first, second, np.array([2, 5]), right)
    assert fragments.missing.tolist() == [3, 3]
    assert fragments.links[1, 0].tolist() == [-1, -1]


def test_kept_edges_are_not_reconsidered(net: SubpathNet) -> None:
    """With all edges but two kept, only those two may change."""
    coords, order = _points(1, 12, seed=6), np.arange(12)[None]
    kept = np.ones((1, 11), bool)
    kept[0, [3, 8]] = False
    fragments = Fragments.paths(coords)
    assert reconsider(net, fragments, order, kept)
    found = fragments.orders()[0]
    choices = ([*range(12)], [0, 1, 2, 3, 8, 7, 6, 5, 4, 9, 10, 11])
    assert found.tolist() in choices


def _all_draws(net_score: torch.Tensor, start: Fragments, graph: Graph) -> list[tuple[float, ...]]:
    """Enumerate what the policy may draw: (probability, length), by its definition."""
    neighbors = {}
    for at, slot in np.argwhere(graph.valid.numpy()).tolist():
        i, j = int(graph.node[at]), int(graph.node[graph.neighbors[at, slot]])
        neighbors.setdefault(i, {})[j] = net_score[at, slot]
    results: list[tuple[float, ...]] = []

    def go(fragments: Fragments, probability: torch.Tensor | float) -> None:
        if fragments.missing[0] == 1:
            fragments.close()
            results.append((probability, lengths(fragments.coords, fragments.orders())[0]))
            return
        allowed = {
            i: {j: s for j, s in row.items() if fragments.may_join(*_pair(i, j))[0]}
            for i, row in neighbors.items()
        }
        best = max((float(s.detach()), -i) for i, row in allowed.items() for s in row.values())
        row = allowed[-best[1]]
        chances = torch.softmax(torch.stack(list(row.values())), 0)
        for j, chance in zip(row, chances, strict=True):
            further = fragments.repeat(1)
            further.join(*_pair(-best[1], j))
            go(further, probability * chance)

    go(start.repeat(1), 1.0)
    return results


def _pair(i: int, j: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([0]), np.array([i]), np.array([j])


@pytest.mark.parametrize("n", [4, 5])
def test_policy_gradient_is_that_of_the_expected_length(n: int) -> None:
    """Averaged over many draws, the surrogate's gradient is the enumerated one."""
    start = Fragments.paths(_points(1, n, seed=n))
    graph = graph_of(start)
    gen = torch.Generator().manual_seed(1)
    raw = torch.randn(n, n, generator=gen)
    pair = 0.5 * (raw + raw.T)
    score = pair[graph.node[:, None], graph.node[graph.neighbors]].masked_fill(
        ~graph.valid, -torch.inf
    )
    exact = score.clone().requires_grad_()
    outcomes = _all_draws(exact, start, graph)
    assert float(sum(p for p, _ in outcomes).detach()) == pytest.approx(1.0, abs=1e-5)
    expected = sum(p * length for p, length in outcomes)
    expected.backward()
    copies_count = 20_000
    copies = start.repeat(copies_count)
    draws = rollout(copies, graph, score.numpy(), np.random.default_rng(0))
    found = lengths(copies.coords, copies.orders())
    assert found.mean() == pytest.approx(float(expected.detach()), rel=0.01)
    sampled = score.clone().requires_grad_()
    log_p = log_probability(by_node(graph, sampled, n), draws)
    reinforce_loss(log_p, found, copies_count).backward()
    valid = graph.valid
    largest = float(exact.grad[valid].abs().max())
    difference = sampled.grad[valid] * found.mean() - exact.grad[valid]
    assert float(difference.abs().max()) < 0.05 * largest


def test_probabilities_of_draws_are_those_of_the_policy(net: SubpathNet) -> None:
    """The logarithm computed afterwards is that of the enumerated outcome."""
    start = Fragments.paths(_points(1, 5, seed=8))
    graph = graph_of(start)
    logit = net(graph).detach()
    outcomes = _all_draws(logit, start, graph)  # several may be the same path, drawn otherwise
    copies = start.repeat(50)
    draws = rollout(copies, graph, logit.numpy(), np.random.default_rng(3))
    found = np.exp(log_probability(by_node(graph, logit, 5), draws).numpy())
    for length, probability in zip(lengths(copies.coords, copies.orders()), found, strict=True):
        expected = [float(p) for p, own in outcomes if own == pytest.approx(length, rel=1e-12)]
        assert any(probability == pytest.approx(p, rel=1e-4) for p in expected)


def test_baseline_is_shared_by_rollouts_of_a_piece() -> None:
    """Costs that differ between pieces but not within one teach nothing."""
    log_p = torch.zeros(4, requires_grad=True)
    reinforce_loss(log_p, np.array([1.0, 1.0, 9.0, 9.0]), 2).backward()
    assert (log_p.grad == 0).all()
    log_p = torch.zeros(4, requires_grad=True)
    reinforce_loss(log_p, np.array([1.0, 3.0, 9.0, 9.0]), 2).backward()
    assert log_p.grad.tolist() == pytest.approx([-0.125, 0.125, 0.0, 0.0])


def test_dead_ends_are_left_by_the_nearest_nodes() -> None:
    """Where no scored edge is left, paths are finished all the same, without any draw."""
    start = Fragments.paths(np.arange(6.0)[:, None].repeat(2, 1)[None])
    graph = graph_of(start)
    graph.valid[:] = False
    nothing = np.full((graph.size, graph.neighbors.shape[1]), -np.inf, np.float32)
    copies = start.repeat(2)
    draws = rollout(copies, graph, nothing, np.random.default_rng(0))
    assert copies.orders().tolist() == [[0, 1, 2, 3, 4, 5]] * 2
    assert not draws.allowed.any()


def test_every_permutation_can_be_drawn(net: SubpathNet) -> None:
    """At four nodes, with all neighbors, both paths between the ends come up."""
    start = Fragments.paths(_points(1, 4, seed=2))
    graph = graph_of(start)
    copies = start.repeat(200)
    rollout(copies, graph, net(graph).detach().numpy(), np.random.default_rng(0), 5.0)
    found = {tuple(order) for order in copies.orders().tolist()}
    assert found == {(0, *inner, 3) for inner in itertools.permutations([1, 2])}
