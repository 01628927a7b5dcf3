"""Exact solution of tiny TSPs, so that no search has to handle fewer than a handful of nodes."""

from __future__ import annotations

import numpy as np

from cosolve.problems import TSP, Tour

TINY = 9
"""Largest number of nodes for which the dynamic program is used."""

# (minus the fixed edges used, cost): comparing pairs puts the fixed edges first without a "big M",
# which would cost digits of the distances.
_Value = tuple[int, float]


def solve_tiny(problem: TSP) -> Tour:
    """Return an optimal tour of a problem of at most ``TINY`` nodes.

    The dynamic program of Held and Karp [1]_ over (set of visited nodes, last node). Handles
    matrices, asymmetric ones too, open paths with and without ends, and fixed edges.

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
    if n == 1:
        return Tour(np.zeros(1, np.int32))
    leg = _legs(problem)
    first, last = problem.ends
    starts = [0] if not problem.path else list(range(n)) if first is None else [first]
    best: dict[tuple[int, int], _Value] = {(1 << s, s): (0, 0.0) for s in starts}
    previous: dict[tuple[int, int], int] = {}
    for visited in range(1, 1 << n):
        for node in range(n):
            value = best.get((visited, node))
            if value is None or (node == last and visited != (1 << n) - 1):
                continue
            for to in range(n):
                if visited >> to & 1:
                    continue
                used, cost = leg[node][to]
                state = (visited | 1 << to, to)
                reached = (value[0] + used, value[1] + cost)
                if state not in best or reached < best[state]:
                    best[state] = reached
                    previous[state] = node
    return Tour(np.array(_trace_back(problem, leg, best, previous), np.int32))


def _legs(problem: TSP) -> list[list[_Value]]:
    """Value of every leg: -1 if it is a fixed edge, and its distance."""
    n = problem.size
    nodes = np.arange(n)
    distance = np.asarray(problem.distance(nodes[:, None], nodes[None, :]), np.float64)
    fixed = {frozenset(edge) for edge in problem.fixed_edges.tolist()}
    return [[(-(frozenset((i, j)) in fixed), float(distance[i, j])) for j in nodes] for i in nodes]


def _trace_back(
    problem: TSP,
    leg: list[list[_Value]],
    best: dict[tuple[int, int], _Value],
    previous: dict[tuple[int, int], int],
) -> list[int]:
    n = problem.size
    everything = (1 << n) - 1

    def total(node: int) -> _Value:
        used, cost = best[everything, node]
        back = (0, 0.0) if problem.path else leg[node][0]
        return used + back[0], cost + back[1]

    last = problem.ends[1]
    ends = [v for v in range(n) if (everything, v) in best and (last is None or v == last)]
    state = (everything, min(ends, key=total))
    order = [state[1]]
    while state in previous:
        node = previous[state]
        state = (state[0] ^ 1 << state[1], node)
        order.append(node)
    return order[::-1]
