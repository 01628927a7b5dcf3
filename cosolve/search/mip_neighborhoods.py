"""Neighborhoods of solutions of mixed-integer programs, each a smaller program of its own.

A neighborhood is a function of what a search knows (`View`) and of a size, and returns bounds, rows
or an objective that make the program small enough to be solved again and again. Only integer
columns are ever fixed, by their bounds: continuous ones stay free, so that a mixed program keeps
its freedom, and so are integer columns that the others decide (see ``ColumnGraph.deciding``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP, BoolArray, IndexArray
from cosolve.search.mip_graph import ColumnGraph

_SAME = 1e-6  # closer values are the same
_KERNEL = 0.6  # of the free columns: those that are used, if there are so many
_BY_REDUCED_COST = 0.7  # probability
_DINS_DISTANCE = 0.5  # of an incumbent and a relaxation, from which a column is left free


class Relaxation(NamedTuple):
    """Solution of a linear relaxation.

    Parameters
    ----------
    values
        Shape (n,).
    cost
        Its objective, to be minimized.
    reduced_costs
        Shape (n,), or None.
    """

    values: FloatArray
    cost: float
    reduced_costs: FloatArray | None


class Side(NamedTuple):
    """A row, ``coefficients @ x[columns] <= upper``.

    Parameters
    ----------
    columns, coefficients
        Shape (k,).
    upper
        Its side.
    """

    columns: IndexArray
    coefficients: FloatArray
    upper: float


class Neighborhood(NamedTuple):
    """A part of the program.

    Parameters
    ----------
    lower, upper
        Bounds of the columns, shape (n,); None for those of the program.
    rows
        Further rows.
    objective, offset
        To be minimized instead of the cost; None for the cost.
    inside
        Whether the solution that it was made from is one of the neighborhood.
    free
        Deciding columns that are not fixed.
    any_cost
        Whether solutions are welcome whatever they cost.
    """

    lower: FloatArray | None = None
    upper: FloatArray | None = None
    rows: tuple[Side, ...] = ()
    objective: FloatArray | None = None
    offset: float = 0.0
    inside: bool = True
    free: int = 0
    any_cost: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is known when a neighborhood is made.

    Parameters
    ----------
    problem
        The program.
    costs
        Objective to be minimized, shape (n,).
    graph
        Of its columns.
    deciding
        Integer columns that may be fixed, shape (k,).
    current
        The solution to change, shape (n,).
    cost
        Its objective, to be minimized.
    pool
        Good solutions, the best first, shape (n,) each.
    relaxation
        Solution of the linear relaxation, or None.
    rng
        Source of chance.
    """

    problem: MIP
    costs: FloatArray
    graph: ColumnGraph
    deciding: IndexArray
    current: FloatArray
    cost: float
    pool: tuple[FloatArray, ...]
    relaxation: Relaxation | None
    rng: np.random.Generator
    mask: BoolArray = field(init=False)
    """`deciding` as a mask, shape (n,)."""

    def __post_init__(self) -> None:
        """Make the mask."""
        mask = np.zeros(self.problem.size, dtype=np.bool_)
        mask[self.deciding] = True
        object.__setattr__(self, "mask", mask)

    def count(self, size: float) -> int:
        """Return the number of deciding columns in a share of them, at least 1.

        Parameters
        ----------
        size
            Share, 0 to 1.
        """
        return max(1, min(len(self.deciding), round(size * len(self.deciding))))

    def binaries(self) -> IndexArray:
        """Deciding columns that are 0 or 1."""
        lower, upper = self.problem.lower[self.deciding], self.problem.upper[self.deciding]
        chosen: IndexArray = self.deciding[(lower == 0) & (upper == 1)]
        return chosen


Family = Callable[[View, float], Neighborhood | None]
"""A kind of neighborhood: its size is a share, 0 to 1; None where it does not apply."""


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
    unused = view.current[view.deciding] - np.where(np.isinf(least), 0.0, least) <= _SAME
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
    differ = view.deciding[apart > _SAME]
    count = view.count(size)
    if len(differ) > count:
        return _freeing(view, _together(view, differ, count))
    others = view.deciding[apart <= _SAME]
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
        apart |= np.abs(parent[view.deciding] - current) > _SAME
    return _resized(view, view.deciding[apart], size)


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
        settled &= np.abs(other - values) <= _SAME
    fixed = (near & ~binary) | settled
    lower[fixed] = upper[fixed] = np.round(values[fixed])
    between = view.mask & ~binary & ~near
    reach = np.abs(values - relaxed)
    lower[between] = np.maximum(lower, np.ceil(relaxed - reach - _SAME))[between]
    upper[between] = np.minimum(upper, np.floor(relaxed + reach + _SAME))[between]
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
    whole = np.abs(relaxed - np.round(relaxed)) <= _SAME
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


def _near_row(view: View, binaries: IndexArray, most: int) -> Side:
    """At most so many of some binary columns change: a Hamming distance, linear in 0 and 1."""
    ones = np.round(view.current[binaries]) == 1
    return Side(binaries, np.where(ones, -1.0, 1.0), float(most - int(ones.sum())))
