"""The kernel of trained networks against NumPy, and against itself in parts."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import HEADS, Tensors, random_graph, random_tensors, reference

from cosolve import _kernels
from cosolve._kernels import EdgeNetwork


def plane_graph(n: int, k: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nearest neighbors of random points, in the order of a curve, and random features."""
    rng = np.random.default_rng(5)
    coords = rng.random((n, 2))
    metric = _kernels.Metric(0, coords[_kernels.hilbert_order(coords)])
    neighbors = _kernels.k_nearest(metric, k)
    nodes = rng.standard_normal((n, 3)).astype(np.float32)
    return neighbors, nodes, rng.standard_normal((n, k, 5)).astype(np.float32)


def same(one: Tensors, other: Tensors) -> bool:
    """Whether all heads agree in every bit."""
    return one.keys() == other.keys() and all((one[h] == other[h]).all() for h in one)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize(
    ("n", "k", "layers", "width"),
    [
        (1, 0, 2, 16), (2, 1, 2, 16), (3, 2, 3, 20), (12, 4, 0, 7), (12, 4, 1, 33), (40, 6, 3, 16),
        (150, 10, 6, 48), (60, 30, 2, 64), (300, 1, 2, 16), (5, 2, 8, 96),
    ],
)  # fmt: skip
def test_kernel_agrees_with_numpy(n: int, k: int, layers: int, width: int, symmetric: bool) -> None:
    """All heads, whatever the size, the number of neighbors, the depth and the width."""
    graph = random_graph(n, k, seed=n)
    tensors = random_tensors(layers, width, heads=HEADS)
    result = EdgeNetwork(tensors, layers, symmetric).run(*graph)
    expected = reference(tensors, layers, symmetric, *graph)
    for head in HEADS:
        assert result[head].shape == expected[head].shape
        scale = max(1.0, np.abs(expected[head]).max(initial=0.0))
        np.testing.assert_allclose(result[head], expected[head], atol=1e-4 * scale, rtol=0)


@given(
    n=st.integers(2, 30), k=st.integers(1, 12), layers=st.integers(0, 3), width=st.integers(1, 40),
    heads=st.sets(st.sampled_from(HEADS), min_size=1), tile=st.integers(0, 12),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_kernel_agrees_with_numpy_anywhere(
    n: int, k: int, layers: int, width: int, heads: set[str], tile: int
) -> None:
    """Any shape, any heads, in tiles of any size."""
    graph = random_graph(n, min(k, n - 1), seed=k)
    tensors = random_tensors(layers, width, heads=tuple(heads))
    network = EdgeNetwork(tensors, layers, True)
    assert set(network.heads) == heads
    result = network.run(*graph, tile=tile)
    for head, expected in reference(tensors, layers, True, *graph).items():
        np.testing.assert_allclose(result[head], expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("instructions", _kernels.instruction_sets())
def test_instruction_sets_agree_in_every_bit(instructions: str) -> None:
    """Vectors of 4, 8 and 16 numbers add in the same order."""
    graph = random_graph(90, 7)
    for width in (16, 48, 64, 80):
        network = EdgeNetwork(random_tensors(4, width, heads=HEADS), 4, True)
        assert same(
            network.run(*graph, instructions=instructions),
            network.run(*graph, instructions="baseline"),
        )


@pytest.mark.parametrize("tile", [1, 100, 777, 2999])
def test_tiles_change_nothing(tile: int) -> None:
    """What is computed in parts is bitwise what is computed as a whole."""
    graph = plane_graph(3000)
    network = EdgeNetwork(random_tensors(3, 16, heads=HEADS), 3, True)
    if tile == 1:  # of a graph of which every tile sees nearly all
        graph = random_graph(60, 4)
    assert same(network.run(*graph, tile=tile), network.run(*graph, tile=10_000))


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_nothing(threads: int) -> None:
    """Any number of threads gives the same bits, and more than there are tiles do no harm."""
    graph = plane_graph(3000)
    network = EdgeNetwork(random_tensors(3, 16, heads=HEADS), 3, True)
    alone = network.run(*graph, tile=10_000)
    assert same(network.run(*graph, threads=threads, tile=512), alone)
    assert same(network.run(*graph, threads=threads), alone)


def test_sigmoid_is_accurate() -> None:
    """Probabilities have a relative error below a millionth, and saturate beyond 87."""
    scores = np.concatenate([np.linspace(-86.9, 15, 4001), [-500.0, 500.0]]).astype(np.float32)
    n = scores.size
    neighbors = ((np.arange(n) + 1) % n).astype(np.int32)[:, None]
    start, to, probability = _kernels.choose_edges(
        neighbors, scores[:, None], 1, 1, 0.0, np.empty((0, 2), np.int32)
    )
    found = {
        (i, int(to[e])): probability[e] for i in range(n) for e in range(start[i], start[i + 1])
    }
    got = np.array([found[i, int(neighbors[i, 0])] for i in range(n)], np.float64)
    exact = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -87, 87)))
    np.testing.assert_allclose(got, exact, rtol=1e-6)
    assert got.min() > 0
    assert got.max() < 1


def test_no_nodes() -> None:
    """Nothing in, nothing out."""
    network = EdgeNetwork(random_tensors(2, 16), 2, True)
    result = network.run(
        np.empty((0, 3), np.int32), np.empty((0, 3), np.float32), np.empty((0, 3, 5), np.float32)
    )
    assert result["edge"].shape == (0, 3)
    assert result["penalty"].shape == (0,)


def changed(name: str, values: object) -> Tensors:
    """Return a network with one tensor changed, or without it."""
    tensors = random_tensors(2, 16)
    if values is None:
        del tensors[name]
    else:
        tensors[name] = values  # type: ignore[assignment]
    return tensors


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (changed("node_in.weight", None), "no tensor node_in.weight"),
        (changed("layer.1.to.weight", None), r"no tensor layer.1.to.weight"),
        (changed("head.edge.out.bias", None), r"no tensor head.edge.out.bias"),
        (changed("layer.2.to.weight", np.zeros((16, 16), np.float32)), "unknown tensor layer.2"),
        (changed("layer.0.to.weight", np.zeros((16, 15), np.float32)), r"expected \(16, 16\)"),
        (changed("edge_in.weight", np.zeros(16, np.float32)), "expected a matrix"),
        (changed("edge_in.bias", np.full(16, np.nan, np.float32)), "not finite"),
        (changed("edge_in.bias", np.zeros(16)), "edge_in.bias is not a C-contiguous float32"),
        (changed("edge_in.bias", "text"), "edge_in.bias is not a C-contiguous float32"),
        (random_tensors(2, 16, heads=()), "no head"),
    ],
)  # fmt: skip
def test_bad_weights_are_refused(tensors: Tensors, message: str) -> None:
    """One line names the tensor."""
    with pytest.raises(ValueError, match=message):
        EdgeNetwork(tensors, 2, True)


def test_bad_graphs_and_features_are_refused() -> None:
    """Neighbors must be others, features finite and of the right number."""
    network = EdgeNetwork(random_tensors(2, 16), 2, True)
    neighbors, nodes, edges = random_graph(6, 2)

    def refused(
        message: str, near: object = neighbors, x: object = nodes, e: object = edges, **how: object
    ) -> None:
        with pytest.raises(ValueError, match=message):
            network.run(near, x, e, **how)

    for bad, message in ((6, "out of range"), (-1, "out of range"), (3, "its own neighbor")):
        near = neighbors.copy()
        near[3, 1] = bad
        refused(f"node 3.*{message}" if bad != 3 else "node 3 is its own", near)
    near = neighbors.copy()
    near[3] = 1
    refused("node 3 has neighbor 1 twice", near)
    refused("node_features", x=nodes[:, :2].copy())
    refused("edge_features", e=edges[:, :1].copy())
    spoiled = edges.copy()
    spoiled[4, 1, 2] = np.inf
    refused("features are not finite", e=spoiled)
    refused("scores are not finite", e=np.full_like(edges, 3e38))
    refused("threads", threads=0)
    refused("no instruction set abacus", instructions="abacus")


def test_other_threads_run_meanwhile() -> None:
    """The interpreter is free while a network runs."""
    graph = plane_graph(20_000)
    network = EdgeNetwork(random_tensors(4, 48), 4, True)
    ticks = []
    running = threading.Thread(target=lambda: network.run(*graph))
    running.start()
    while running.is_alive():
        ticks.append(time.perf_counter())
        time.sleep(0.001)
    running.join()
    assert len(ticks) > 3


@pytest.mark.timing
def test_networks_are_fast() -> None:
    """Ten thousand nodes take less than half a second of one core."""
    graph = plane_graph(10_000)
    network = EdgeNetwork(random_tensors(6, 48), 6, True)
    taken = []
    for _ in range(3):
        begin = time.process_time()
        network.run(*graph)
        taken.append(time.process_time() - begin)
    assert min(taken) < 0.5


@pytest.mark.timing
def test_large_graphs_need_little_memory() -> None:
    """Beside its arrays a network needs memory for tiles only, however large the graph."""
    code = (
        "import resource, numpy as np\n"
        "from cosolve._kernels import EdgeNetwork\n"
        "from network_reference import random_tensors\n"
        "n = 400_000\n"
        "near = (np.arange(n)[:, None] + np.arange(1, 11)) % n\n"
        "nodes, edges = np.ones((n, 1), np.float32), np.ones((n, 10, 1), np.float32)\n"
        "network = EdgeNetwork(random_tensors(1, 32, 1, 1), 1, True)\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "before = peak()\n"
        "network.run(near.astype(np.int32), nodes, edges)\n"
        "print((peak() - before) / 1e6)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    # The edges as a whole would take 512 MB between layers.
    assert float(run.stdout) < 350
