"""Neighborhoods that fix integer columns at the values of the solution and free the others."""

from __future__ import annotations

import math

import numpy as np

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import IndexArray
from cosolve.search.mip_view import SAME, Neighborhood, View

_KERNEL = 0.6  # of the free columns: those that are used, if there are so many
_BY_REDUCED_COST = 0.7  # probability


def mutation(view: View, size: float) -> Neighborhood | None:
    """Free columns drawn by chance [1]_.

    References
    ----------
    .. [1] E. Rothberg, "An evolutionary algorithm for polishing mixed integer programming
       solutions", INFORMS Journal on Computing 19 (2007), section 3.2.
    """
    return _freeing(view, view.rng.choice(view.deciding, view.count(size), replace=False))


def ball(view: View, size: float) -> Neighborhood | None:
    """Free the columns near one that is drawn by chance: those that share rows with it, and so on.

    Notes
    -----
    Whatever fixes a part of the program wants what belongs together to be free together; cf. the
    decompositions of [1]_ and the constraint neighborhoods of CP-SAT.

    References
    ----------
    .. [1] J. Song, R. Lanka, Y. Yue, B. Dilkina, "A general large neighborhood search framework for
       solving integer linear programs", NeurIPS (2020).
    """
    seed = np.zeros(view.problem.size, dtype=np.bool_)
    seed[view.rng.choice(view.deciding)] = True
    return _freeing(
        view, np.flatnonzero(view.graph.grow(seed, view.count(size), view.mask, view.rng))
    )


def balls(view: View, size: float) -> Neighborhood | None:
    """Free the columns near a few that are drawn by chance."""
    seeds = np.zeros(view.problem.size, dtype=np.bool_)
    number = min(view.count(size), int(view.rng.integers(3, 9)))
    seeds[view.rng.choice(view.deciding, number, replace=False)] = True
    return _freeing(
        view, np.flatnonzero(view.graph.grow(seeds, view.count(size), view.mask, view.rng))
    )


def costly(view: View, size: float) -> Neighborhood | None:
    """Free columns near those that cost most more than they could, drawn in proportion to that."""
    costs, values = view.costs[view.deciding], view.current[view.deciding]
    lower, upper = view.problem.lower[view.deciding], view.problem.upper[view.deciding]
    cheapest = np.where(costs > 0, lower, upper)
    cheapest[np.isinf(cheapest)] = 0.0
    regret = np.abs(costs * (values - cheapest))
    paying = np.flatnonzero(regret > 0)
    if not paying.size:
        return None
    number = max(1, min(len(paying), view.count(size) // 4))
    # Keys of a weighted sample without replacement: Efraimidis and Spirakis (2006).
    keys = view.rng.random(paying.size) ** (regret[paying].max() / regret[paying])
    seeds = np.zeros(view.problem.size, dtype=np.bool_)
    seeds[view.deciding[paying[np.argsort(-keys, kind="stable")[:number]]]] = True
    return _freeing(
        view, np.flatnonzero(view.graph.grow(seeds, view.count(size), view.mask, view.rng))
    )


def kernel(view: View, size: float) -> Neighborhood | None:
    """Free what the solution uses, as far as there is room, and a bucket of what it does not [1]_.

    What keeps other columns from being used are mostly those that are: a neighborhood that frees
    few of these has few other solutions. The bucket has columns of small reduced cost, or any.

    References
    ----------
    .. [1] E. Angelelli, R. Mansini, M. G. Speranza, "Kernel search: a general heuristic for the
       multi-dimensional knapsack problem", Computers & Operations Research 37 (2010).
    """
    least = view.problem.lower[view.deciding]
    unused = view.current[view.deciding] - np.where(np.isinf(least), 0.0, least) <= SAME
    used, others = view.deciding[~unused], view.deciding[unused]
    count = view.count(size)
    most = max(math.ceil(_KERNEL * count), count - len(others))
    if len(used) > most:
        used = _together(view, used, most)
    bucket = view.rng.permutation(others)
    if view.relaxation is not None and view.rng.random() < _BY_REDUCED_COST:
        bucket = bucket[np.argsort(_uncertainty(view, bucket), kind="stable")]
    return _freeing(view, np.concatenate((used, bucket[: count - len(used)])))


def rins(view: View, size: float) -> Neighborhood | None:
    """Free columns on which the solution and the relaxation disagree [1]_.

    If there are more than asked for, some of them that belong together; if there are fewer, also
    columns of small reduced cost, whose values the relaxation is least certain of.

    References
    ----------
    .. [1] E. Danna, E. Rothberg, C. Le Pape, "Exploring relaxation induced neighborhoods to improve
       MIP solutions", Mathematical Programming 102 (2005).
    """
    if view.relaxation is None:
        return None
    apart = np.abs(view.current - view.relaxation.values)[view.deciding]
    differ = view.deciding[apart > SAME]
    count = view.count(size)
    if len(differ) > count:
        return _freeing(view, _together(view, differ, count))
    others = view.deciding[apart <= SAME]
    order = np.argsort(_uncertainty(view, others), kind="stable")
    more = others[order[: count - len(differ)]]
    return _freeing(view, np.concatenate((differ, more)))


def crossover(view: View, size: float) -> Neighborhood | None:
    """Free columns on which the solution and others that are good differ [1]_.

    References
    ----------
    .. [1] E. Rothberg, "An evolutionary algorithm for polishing mixed integer programming
       solutions", INFORMS Journal on Computing 19 (2007), section 3.3.
    """
    others = [s for s in view.pool if (s != view.current)[view.deciding].any()]
    if not others:
        return None
    number = min(len(others), int(view.rng.integers(1, 3)))
    parents = [others[k] for k in view.rng.choice(len(others), number, replace=False)]
    current = view.current[view.deciding]
    apart = np.zeros(len(view.deciding), dtype=np.bool_)
    for parent in parents:
        apart |= np.abs(parent[view.deciding] - current) > SAME
    return _resized(view, view.deciding[apart], size)


def _uncertainty(view: View, columns: IndexArray) -> FloatArray:
    """Return reduced costs with noise: the smaller, the less is the relaxation certain."""
    assert view.relaxation is not None
    reduced = view.relaxation.reduced_costs
    certainty = np.zeros(len(columns)) if reduced is None else np.abs(reduced[columns])
    scale = float(np.median(certainty)) if certainty.size else 0.0
    noisy: FloatArray = certainty + (scale or 1.0) * view.rng.random(len(columns))
    return noisy


def _freeing(view: View, free: IndexArray) -> Neighborhood:
    """Fix the deciding columns but some."""
    fixed = view.mask.copy()
    fixed[free] = False
    lower, upper = view.problem.lower.copy(), view.problem.upper.copy()
    lower[fixed] = upper[fixed] = np.round(view.current[fixed])
    return Neighborhood(lower, upper, free=len(free))


def _resized(view: View, free: IndexArray, size: float) -> Neighborhood:
    """Free so many columns: some of those given that belong together, or also others near them."""
    count = view.count(size)
    if len(free) > count:
        return _freeing(view, _together(view, free, count))
    chosen = np.zeros(view.problem.size, dtype=np.bool_)
    chosen[free] = True
    return _freeing(view, np.flatnonzero(view.graph.grow(chosen, count, view.mask, view.rng)))


def _together(view: View, columns: IndexArray, count: int) -> IndexArray:
    """Choose columns: by chance, or such as belong together."""
    if view.rng.random() < 0.5:
        return view.rng.choice(columns, count, replace=False)
    among = np.zeros(view.problem.size, dtype=np.bool_)
    among[columns] = True
    seed = np.zeros(view.problem.size, dtype=np.bool_)
    seed[view.rng.choice(columns)] = True
    return np.flatnonzero(view.graph.grow(seed, count, among, view.rng))
