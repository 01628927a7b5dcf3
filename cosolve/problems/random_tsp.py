"""Random TSP instances, the same on every machine for the same seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cosolve.problems.tsp import TSP

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.problems.metrics import FloatArray

_NODES_PER_CLUSTER = 100


def _uniform(n: int, rng: np.random.Generator) -> FloatArray:
    return rng.random((n, 2))


def _clustered(n: int, rng: np.random.Generator) -> FloatArray:
    # DIMACS challenge [1], class C: normal offsets of scale 1/sqrt(n) around n/100 uniform centers.
    centers = rng.random((max(1, round(n / _NODES_PER_CLUSTER)), 2))
    chosen = centers[rng.integers(len(centers), size=n)]
    coords: FloatArray = chosen + rng.standard_normal((n, 2)) / math.sqrt(n)
    return coords


def _explosion(n: int, rng: np.random.Generator) -> FloatArray:
    # Bossek et al. [2]: nodes within a random radius of a random center are thrown out of it, along
    # the ray from the center, to an exponentially distributed distance beyond the radius.
    coords = rng.random((n, 2))
    center, radius = rng.random(2), rng.uniform(0.1, 0.5)
    offset = coords - center
    distance = np.hypot(offset[:, 0], offset[:, 1])
    inside = (distance < radius) & (distance > 0)
    thrown = radius + rng.exponential(0.1, size=n)
    coords[inside] = center + offset[inside] * (thrown[inside] / distance[inside])[:, None]
    return coords


def _grid(n: int, rng: np.random.Generator) -> FloatArray:
    # The first n cells of a square lattice in random order: nearly all distances are tied.
    side = math.ceil(math.sqrt(n))
    cells = rng.permutation(n)
    coords: FloatArray = np.stack([cells // side, cells % side], axis=1) / max(1, side - 1)
    return coords


def _rotation(n: int, rng: np.random.Generator) -> FloatArray:
    # After Bossek et al. [2]: the nodes in a random box are turned, here around its middle.
    coords = rng.random((n, 2))
    low = rng.uniform(0.0, 0.6, size=2)
    high = low + rng.uniform(0.2, 0.4, size=2)
    inside = ((coords >= low) & (coords <= high)).all(axis=1)
    angle = rng.uniform(0.0, 2.0 * math.pi)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    middle = (low + high) / 2
    coords[inside] = (coords[inside] - middle) @ turn.T + middle
    return coords


def _drilled(n: int, rng: np.random.Generator) -> FloatArray:
    # Like drilling plans of printed circuits: rows and blocks of equidistant holes on a fine
    # lattice, some left out, and single holes between them.
    side = 40 * math.ceil(math.sqrt(n))
    drilled: dict[tuple[int, int], None] = {}
    while len(drilled) < n:
        corner = rng.integers(0, side, size=2)
        if rng.random() < 0.2:
            drilled[int(corner[0]), int(corner[1])] = None
            continue
        pitch = int(rng.choice((5, 10, 10, 20)))
        shape = (int(rng.integers(1, 5)), int(rng.integers(3, 15)))
        rows, columns = shape if rng.random() < 0.5 else shape[::-1]
        for row in range(rows):
            for column in range(columns):
                at = int(corner[0]) + pitch * row, int(corner[1]) + pitch * column
                if max(at) < side and rng.random() < 0.9:
                    drilled[at] = None
    return np.array(list(drilled)[:n], np.float64) / side


KINDS: dict[str, Callable[[int, np.random.Generator], FloatArray]] = {
    "uniform": _uniform,
    "clustered": _clustered,
    "explosion": _explosion,
    "grid": _grid,
    "rotation": _rotation,
    "drilled": _drilled,
}
"""How the nodes can be spread over the unit square, by name."""


def random_tsp(n: int, seed: int = 0, kind: str = "uniform") -> TSP:
    """Make a random TSP in the unit square, with exact Euclidean distances.

    Parameters
    ----------
    n
        Number of nodes.
    seed
        Seed, not negative.
    kind
        ``"uniform"``: exactly ``numpy.random.default_rng(seed).random((n, 2))``; ``"clustered"``:
        normal clusters of 100 nodes on average, as class C of [1]_; ``"explosion"``: uniform with a
        hole blown into it, as in [2]_; ``"rotation"``: uniform with a box turned, as in [2]_;
        ``"grid"``: nodes of a square lattice; ``"drilled"``: rows and blocks of equidistant holes,
        like drilling plans.

    Returns
    -------
    TSP
        An instance; clusters and explosions may reach beyond the unit square.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] D. S. Johnson, L. A. McGeoch, "Experimental analysis of heuristics for the STSP", in "The
       Traveling Salesman Problem and Its Variations" (2002), section 1.
    .. [2] J. Bossek et al., "Evolving diverse TSP instances by means of novel and creative mutation
       operators", FOGA (2019).
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    coords = KINDS[kind](n, np.random.default_rng(seed))
    return TSP(coords=coords, name=f"{kind}-{n}-{seed}")
