"""Small problems that between them need everything a solver may be asked for."""

from __future__ import annotations

import numpy as np

from cosolve.problems import TSP, Metric
from cosolve.problems.random_tsp import random_tsp


def tsp_samples() -> list[TSP]:
    """Return TSPs for the conformance suite, the one with the most nodes first.

    They are: uniform, clustered and degenerate nodes (duplicates, all equal, on a line, on a grid),
    two and three coordinates, exact and rounded metrics, matrices, also asymmetric ones (random,
    hardly or only in one entry asymmetric, with many zeros, with forbidden directions), open paths
    with and without ends, fixed edges, and small sizes.
    """
    rng = np.random.default_rng(20)
    points = rng.random((40, 2))
    matrix = rng.integers(1, 100, size=(30, 30)).astype(float)
    symmetric = np.minimum(matrix, matrix.T)
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    one_way = np.where(rng.random((40, 40)) < 0.3, 1e12, distance)
    one_entry = symmetric.copy()
    one_entry[4, 9] += 1.0
    chain = np.array([[3, 17], [17, 4], [8, 9]], np.int32)
    samples = [
        random_tsp(200, seed=1),
        random_tsp(150, seed=2, kind="clustered"),
        random_tsp(49, kind="grid"),
        TSP(coords=np.repeat(points[:12], 4, axis=0), name="duplicates"),
        TSP(coords=np.full((25, 2), 7.0), name="all-equal"),
        TSP(coords=np.stack([rng.permutation(30), np.zeros(30)], axis=1), name="collinear"),
        TSP(coords=np.rint(points * 1e9), metric=Metric.EUC, name="large-coordinates"),
        TSP(coords=rng.random((40, 3)) * 100, metric=Metric.CEIL, name="three-coordinates"),
        TSP(coords=points * 80, metric=Metric.GEO, name="geographic"),
        TSP(matrix=symmetric, name="matrix"),
        TSP(matrix=matrix, name="asymmetric"),
        TSP(matrix=distance * (1 + 0.1 * rng.random((40, 40))), name="nearly-symmetric"),
        TSP(matrix=one_entry, name="one-entry-asymmetric"),
        TSP(matrix=rng.integers(0, 2, (60, 60)).astype(float), name="asymmetric-zeros"),
        TSP(matrix=one_way, name="one-way-streets"),
        TSP(matrix=one_way, path=True, ends=(7, 2), name="one-way-path"),
        TSP(coords=points, fixed_edges=chain, name="fixed-edges"),
        TSP(matrix=symmetric, fixed_edges=chain, name="matrix-fixed-edges"),
        TSP(coords=points, path=True, name="path"),
        TSP(coords=points, path=True, ends=(5, None), name="path-from"),
        TSP(coords=points, path=True, ends=(None, 0), name="path-to"),
        TSP(coords=points, path=True, ends=(39, 2), name="path-from-to"),
        TSP(coords=points, path=True, ends=(3, 20), fixed_edges=chain, name="path-fixed-edges"),
        TSP(matrix=matrix, path=True, name="asymmetric-path"),
        TSP(matrix=matrix, path=True, ends=(1, None), name="asymmetric-path-from"),
        TSP(matrix=matrix, path=True, ends=(None, 0), name="asymmetric-path-to"),
        TSP(matrix=matrix, path=True, ends=(0, 29), name="asymmetric-path-from-to"),
        TSP(coords=np.zeros((15, 2)), path=True, ends=(4, 0), name="path-all-equal"),
        TSP(matrix=matrix[:13, :13], path=True, ends=(4, 0), name="asymmetric-path-size-13"),
    ]
    samples += [TSP(coords=points[:n], name=f"size-{n}") for n in (*range(1, 9), 12, 13)]
    samples += [TSP(coords=points[:n], path=True, name=f"path-size-{n}") for n in (1, 2, 3, 13)]
    samples += [TSP(matrix=matrix[:n, :n], name=f"matrix-size-{n}") for n in (1, 2, 3, 5, 13)]
    return samples
