"""Random asymmetric TSP instances, the same on every machine for the same seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cosolve.problems.tsp import TSP

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.problems.metrics import FloatArray


def _uniform(n: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).integers(1, 1000, (n, n)).astype(float)


def _triangle(n: int, seed: int) -> FloatArray:
    """Shortest paths in a random matrix: the triangle inequality holds."""
    matrix = np.random.default_rng(seed).integers(1, 100 * n, (n, n)).astype(float)
    np.fill_diagonal(matrix, 0.0)
    for k in range(n):
        np.minimum(matrix, matrix[:, k : k + 1] + matrix[k], out=matrix)
    return matrix


def _crane(n: int, seed: int) -> FloatArray:
    """Ways of a crane from where it puts a load down to the next one; loads move little."""
    rng = np.random.default_rng(seed)
    source = 1e6 * rng.random((n, 2))
    target = source + 2e6 / math.sqrt(n) * (2 * rng.random((n, 2)) - 1)
    ways: FloatArray = np.rint(np.linalg.norm(target[:, None] - source[None, :], axis=2))
    return ways


def _shop(n: int, seed: int) -> FloatArray:
    """No-wait flow shop on 50 machines: by how much a job delays the next."""
    times = np.random.default_rng(seed).integers(0, 1000, (n, 50)).astype(float)
    ends = np.cumsum(times, axis=1)
    delay = np.full((n, n), -np.inf)
    for machine in range(times.shape[1]):
        begins = ends[:, machine] - times[:, machine]
        np.maximum(delay, ends[:, machine, None] - begins[None, :], out=delay)
    return delay


def _nearly_symmetric(n: int, seed: int) -> FloatArray:
    """Euclidean distances, each up to a tenth longer."""
    rng = np.random.default_rng(seed)
    points = 1e6 * rng.random((n, 2))
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    longer: FloatArray = np.rint(distance * (1 + 0.1 * rng.random((n, n))))
    return longer


KINDS: dict[str, Callable[[int, int], FloatArray]] = {
    "random": _uniform,
    "triangle": _triangle,
    "crane": _crane,
    "flow-shop": _shop,
    "nearly-symmetric": _nearly_symmetric,
}
"""Where the lengths come from, by name."""


def random_atsp(n: int, seed: int = 0, kind: str = "random") -> TSP:
    """Make a random asymmetric TSP with whole lengths, in the manner of [1]_.

    Parameters
    ----------
    n
        Number of nodes.
    seed
        Seed, not negative.
    kind
        ``"random"``: independent lengths; ``"triangle"``: shortest paths between them; ``"crane"``:
        ways of a crane between loads it moves a little; ``"flow-shop"``: delays in a no-wait flow
        shop of 50 machines; ``"nearly-symmetric"``: distances in the plane, each up to a tenth
        longer.

    Returns
    -------
    TSP
        An instance.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] J. Cirasella, D. S. Johnson, L. A. McGeoch, W. Zhang, "The asymmetric traveling salesman
       problem: algorithms, instance generators, and tests", ALENEX (2001), section 4.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    matrix = KINDS[kind](n, seed)
    np.fill_diagonal(matrix, 0.0)
    return TSP(matrix=matrix, name=f"{kind}-{n}-{seed}")
