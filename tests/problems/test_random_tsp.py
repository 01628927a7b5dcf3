"""Random instances."""

from __future__ import annotations

import numpy as np
import pytest

from cosolve.problems.random_tsp import KINDS, random_tsp


def nearest(coords: np.ndarray) -> np.ndarray:
    """Distance of every node to its nearest other one."""
    distance = np.hypot(*(coords[:, None] - coords[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1)


def test_uniform_is_numpys() -> None:
    """Uniform instances are the ones everybody can make in one line."""
    expected = np.random.default_rng(1234).random((1000, 2))
    assert np.array_equal(random_tsp(1000, 1234).coords, expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 3, 400])
def test_instance_depends_on_the_seed_only(kind: str, n: int) -> None:
    """Same arguments, same instance, with n finite nodes."""
    one, two = (random_tsp(n, 7, kind) for _ in range(2))
    assert np.array_equal(one.coords, two.coords)
    assert one.size == n
    assert one.name == f"{kind}-{n}-7"
    assert n < 3 or not np.array_equal(one.coords, random_tsp(n, 8, kind).coords)


def test_clusters_are_dense() -> None:
    """Clustered nodes lie far closer together than uniform ones."""
    clustered, uniform = (random_tsp(1000, 3, kind).coords for kind in ("clustered", "uniform"))
    assert np.median(nearest(clustered)) < 0.5 * np.median(nearest(uniform))


def test_explosion_leaves_a_hole() -> None:
    """Some disk of radius 0.1 around a node's old place is empty after the explosion."""
    before, after = random_tsp(2000, 5).coords, random_tsp(2000, 5, "explosion").coords
    moved = (before != after).any(axis=1)
    center = before[moved].mean(axis=0)
    assert moved.any()
    assert np.hypot(*(after - center).T).min() > 0.08


def test_grid_is_a_lattice() -> None:
    """Every node has a neighbor at the lattice distance, and none is closer."""
    assert nearest(random_tsp(100, 1, "grid").coords) == pytest.approx(np.full(100, 1 / 9))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "n must"), ((5, -1), "seed must"), ((5, 0, "cube"), "kind must be one of uniform")],
)
def test_bad_arguments(arguments: tuple[object, ...], message: str) -> None:
    """What cannot be made is an error."""
    with pytest.raises(ValueError, match=message):
        random_tsp(*arguments)  # type: ignore[arg-type]
