"""Exact solution of tiny TSPs, so that no search has to handle fewer than a dozen nodes."""

from __future__ import annotations

import numpy as np

from cosolve import _kernels
from cosolve.problems import TSP, Tour

TINY = 12
"""Largest number of nodes for which the dynamic program is used."""


def solve_tiny(problem: TSP) -> Tour:
    """Return an optimal tour of a problem of at most ``TINY`` nodes.

    The dynamic program of Held and Karp [1]_ over (set of visited nodes, last node), in
    milliseconds. Handles matrices, asymmetric ones too, open paths with and without ends, and fixed
    edges.

    Parameters
    ----------
    problem
        A TSP of at most ``TINY`` nodes.

    Returns
    -------
    Tour
        An optimal tour, or path; closed tours begin at node 0.

    Raises
    ------
    ValueError
        If the problem has more nodes.

    References
    ----------
    .. [1] M. Held, R. M. Karp, "A dynamic programming approach to sequencing problems", Journal of
       the SIAM 10 (1962).
    """
    n = problem.size
    if n > TINY:
        raise ValueError(f"{n} nodes are too many for the dynamic program: at most {TINY}")
    nodes = np.arange(n)
    distance = np.array(problem.distance(nodes[:, None], nodes[None, :]), np.float64, order="C")
    first, last = (-1 if end is None else end for end in problem.ends)
    return Tour(_kernels.solve_exactly(distance, problem.fixed_edges, problem.path, first, last))
