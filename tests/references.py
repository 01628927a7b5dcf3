"""Slow and simple answers to compare the fast ones with."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from cosolve.problems import TSP

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


def distance_matrix(problem: TSP) -> FloatArray:
    """All distances of a problem, by its own NumPy code; zero from a node to itself."""
    nodes = np.arange(problem.size)
    matrix = np.array(problem.distance(nodes[:, None], nodes[None, :]), np.float64)
    np.fill_diagonal(matrix, 0.0)
    return matrix


def closed_length(matrix: FloatArray, nodes: IntArray) -> float:
    """Length of a closed tour."""
    return float(matrix[nodes, np.roll(nodes, -1)].sum())


def edges_of(nodes: IntArray) -> set[frozenset[int]]:
    """Edges of a closed tour."""
    order = nodes.tolist()
    return {frozenset(edge) for edge in zip(order, order[1:] + order[:1], strict=True)}


def best_closed_length(matrix: FloatArray) -> float:
    """Length of the shortest closed tour of at most 9 nodes, over all permutations."""
    n = len(matrix)
    rest = itertools.permutations(range(1, n))
    tours = np.array([(0, *order) for order in rest if order[0] < order[-1]])
    return float(matrix[tours, np.roll(tours, -1, axis=1)].sum(axis=1).min())


def optimal_cost(problem: TSP) -> float:
    """Cost of an optimal solution of at most 13 nodes, whole distances and any constraints.

    The dynamic program of Held and Karp (1962) over sets of nodes, on an instance with one more
    node for paths and a bonus on every edge that has to be used.
    """
    matrix = distance_matrix(problem)
    fixed = problem.fixed_edges.tolist()
    hub = problem.size
    if problem.path:
        matrix = np.pad(matrix, (0, 1))
    arcs = [(a, b) for edge in fixed for a, b in (edge, edge[::-1])]
    first, last = problem.ends
    arcs += [(hub, first)] * (first is not None) + [(last, hub)] * (last is not None)
    required = len(fixed) + sum(end is not None for end in problem.ends)
    bonus = 1.0 + matrix.sum()
    for a, b in arcs:
        matrix[a, b] -= bonus
    n = len(matrix) - 1  # node n is where tours begin; sets are over the others
    best = np.full((1 << n, n), np.inf)
    best[1 << np.arange(n), np.arange(n)] = matrix[n, :n]
    for visited in range(1, 1 << n):
        reached = (best[visited][:, None] + matrix[:n, :n]).min(axis=0)
        for to in range(n):
            if not visited >> to & 1:
                best[visited | 1 << to, to] = reached[to]
    shortest: float = (best[-1] + matrix[:n, n]).min() + bonus * required
    return shortest
