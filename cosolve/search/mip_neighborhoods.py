"""Neighborhoods of solutions of mixed-integer programs, each a smaller program of its own.

A neighborhood is a function of what a search knows (`View`) and of a size, and returns bounds, rows
or an objective that make the program small enough to be solved again and again. Only integer
columns are ever fixed, by their bounds: continuous ones stay free, so that a mixed program keeps
its freedom, and so are integer columns that the others decide (see ``ColumnGraph.deciding``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from cosolve.problems.mip import IndexArray
from cosolve.search.mip_fixing import ball, balls, costly, crossover, kernel, mutation, rins
from cosolve.search.mip_view import SAME, Family, Neighborhood, Side, View

_DINS_DISTANCE = 0.5  # of an incumbent and a relaxation, from which a column is left free


def dins(view: View, size: float) -> Neighborhood | None:
    """Search between the solution and the relaxation [1]_.

    Binary columns on which the relaxation and the pool agree are fixed; of the others, only some
    may change. Other integer columns are kept as near the relaxation as the solution is.

    References
    ----------
    .. [1] S. Ghosh, "DINS, a MIP improvement heuristic", IPCO (2007).
    """
    if view.relaxation is None:
        return None
    lower, upper = view.problem.lower.copy(), view.problem.upper.copy()
    values, relaxed = view.current, view.relaxation.values
    binary = np.zeros(view.problem.size, dtype=np.bool_)
    binary[view.binaries()] = True
    near = view.mask & (np.abs(values - relaxed) < _DINS_DISTANCE)
    settled = near & binary
    for other in view.pool:
        settled &= np.abs(other - values) <= SAME
    fixed = (near & ~binary) | settled
    lower[fixed] = upper[fixed] = np.round(values[fixed])
    between = view.mask & ~binary & ~near
    reach = np.abs(values - relaxed)
    lower[between] = np.maximum(lower, np.ceil(relaxed - reach - SAME))[between]
    upper[between] = np.minimum(upper, np.floor(relaxed + reach + SAME))[between]
    soft = np.flatnonzero(view.mask & binary & ~settled)
    rows = (_near_row(view, soft, view.count(size)),) if soft.size else ()
    free = int((view.mask & ~fixed).sum())
    return Neighborhood(lower, upper, rows, free=free) if free else None


def rens(view: View, size: float) -> Neighborhood | None:
    """Free columns whose value in the relaxation is fractional, and round it [1]_.

    The others keep the value of the relaxation, unless more are to be free than are fractional. If
    fewer are, the others keep the value of the solution.

    References
    ----------
    .. [1] T. Berthold, "RENS: the optimal rounding", Mathematical Programming Computation 6 (2014).
    """
    if view.relaxation is None:
        return None
    lower, upper = view.problem.lower.copy(), view.problem.upper.copy()
    relaxed = view.relaxation.values[view.deciding]
    whole = np.abs(relaxed - np.round(relaxed)) <= SAME
    broken, kept = view.deciding[~whole], view.deciding[whole]
    count = view.count(size)
    lower[broken] = np.maximum(lower[broken], np.floor(relaxed[~whole]))
    upper[broken] = np.minimum(upper[broken], np.ceil(relaxed[~whole]))
    loose = min(len(kept), max(0, count - len(broken)))
    fixed = view.rng.choice(kept, len(kept) - loose, replace=False)
    values = np.round(view.relaxation.values[fixed])
    lower[fixed] = upper[fixed] = np.clip(values, lower[fixed], upper[fixed])
    if len(broken) > count:
        fixed = view.rng.choice(broken, len(broken) - count, replace=False)
        lower[fixed] = upper[fixed] = np.round(view.current[fixed])
    return Neighborhood(lower, upper, inside=False, free=count)


def local_branching(view: View, size: float) -> Neighborhood | None:
    """Let a share of the binary columns change, whichever they are [1]_.

    References
    ----------
    .. [1] M. Fischetti, A. Lodi, "Local branching", Mathematical Programming 98 (2003).
    """
    binaries = view.binaries()
    if not binaries.size:
        return None
    row = _near_row(view, binaries, max(1, math.floor(size * len(binaries))))
    return Neighborhood(rows=(row,), free=len(view.deciding))


def proximity(view: View, size: float) -> Neighborhood | None:
    """Find the nearest solution that is better by a share of what could be gained at most [1]_.

    References
    ----------
    .. [1] M. Fischetti, M. Monaci, "Proximity search for 0-1 mixed-integer convex programming",
       Journal of Heuristics 20 (2014).
    """
    binaries = view.binaries()
    paid = np.flatnonzero(view.costs)
    if not (binaries.size and paid.size):
        return None
    least = 0.0 if view.relaxation is None else view.relaxation.cost
    gain = size * abs(view.cost - least)
    if not gain > 0:
        return None
    row = Side(paid, view.costs[paid], float(view.costs[paid] @ view.current[paid]) - gain)
    distance = _near_row(view, binaries, 0)
    objective = np.zeros(view.problem.size)
    objective[binaries] = distance.coefficients
    return Neighborhood(
        rows=(row,),
        objective=objective,
        offset=-distance.upper,
        inside=False,
        free=len(view.deciding),
    )


def random_objective(view: View, size: float) -> Neighborhood | None:
    """Find any other solution, for the pool: one that is best by costs drawn by chance.

    The neighborhood is one of mutation, so that this stays cheap; cf. [1]_, which uses such
    solutions of the whole program as partners of crossover.

    References
    ----------
    .. [1] J. Cai, S. Kadioglu, B. Dilkina, "Balans: multi-armed bandits-based adaptive large
       neighborhood search for mixed-integer programming problems", IJCAI (2025).
    """
    found = mutation(view, size)
    if found is None:
        return None
    objective = np.zeros(view.problem.size)
    objective[view.deciding] = view.rng.uniform(-1.0, 1.0, len(view.deciding))
    return found._replace(objective=objective, any_cost=True)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "ball": ball,
        "balls": balls,
        "costly": costly,
        "crossover": crossover,
        "dins": dins,
        "kernel": kernel,
        "local_branching": local_branching,
        "mutation": mutation,
        "proximity": proximity,
        "random_objective": random_objective,
        "rens": rens,
        "rins": rins,
    }
)
"""The kinds of neighborhoods by name."""


def _near_row(view: View, binaries: IndexArray, most: int) -> Side:
    """At most so many of some binary columns change: a Hamming distance, linear in 0 and 1."""
    ones = np.round(view.current[binaries]) == 1
    return Side(binaries, np.where(ones, -1.0, 1.0), float(most - int(ones.sum())))
