"""Lower bounds of asymmetric problems: assignments, and 1-arborescences beyond them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.bounds.base import LowerBound
from cosolve.core import Run
from cosolve.core.run import SLICE_S
from cosolve.problems import TSP
from cosolve.search.assignment import Assigned, assign
from cosolve.search.closed_arcs import ClosedArcs
from cosolve.search.tiny import TINY, solve_tiny

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

_CANDIDATES = 10  # tails of every node in the sparse digraph, at first
_ROUNDING = 1e-9

# Seconds per arc that setting up the ascent and pricing once at the end take, measured with room.
_ASCENT_PER_ARC_S = 3e-8


def asymmetric_bound(problem: TSP, run: Run, *, upper: float | None = None) -> LowerBound | None:
    """Bound the cost of every tour, or path, of an asymmetric problem from below.

    First the assignment problem [1]_, then subgradient ascent on the 1-arborescence bound from
    its potentials [2]_, which leads to the subtour bound. The ascent works on a sparse digraph;
    what is reported was priced over all arcs, with the errors of rounding subtracted.

    Parameters
    ----------
    problem
        A problem with a matrix, closed or open. Fixed edges are ignored, which leaves the bound
        valid, except up to 12 nodes: those problems are solved.
    run
        Limits; told every bound. An iteration is an arborescence. Without a time limit the result
        does not depend on the clock.
    upper
        Cost of a known solution: the ascent ends once it is proven to be optimal, and converges
        faster.

    Returns
    -------
    LowerBound or None
        None if the limits leave no time for any bound.

    Raises
    ------
    ValueError
        If the problem is given by coordinates.

    References
    ----------
    .. [1] R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
       linear assignment problems", Computing 38 (1987).
    .. [2] M. Held, R. M. Karp, "The traveling-salesman problem and minimum spanning trees",
       Operations Research 18 (1970), section 6.
    """
    if problem.matrix is None:
        raise ValueError("assignment and arborescence bounds need a matrix of distances")
    if problem.size <= TINY:
        cost = problem.cost(solve_tiny(problem))
        run.report(bound=cost, phase="bound")
        return LowerBound(cost, "exact", 0, converged=True)
    if run.remaining <= 0 or run.remaining_iterations == 0:
        return None
    matrix = ClosedArcs(problem).matrix
    assigned = assign(matrix, run, integral=problem.integral)
    run.report(bound=assigned.bound, phase="bound")
    found = LowerBound(assigned.bound, "assignment", 0, converged=False)
    enough = _enough(upper, integral=problem.integral)
    if assigned.bound >= enough:
        return LowerBound(assigned.bound, "assignment", 0, converged=True)
    if run.remaining <= _ASCENT_PER_ARC_S * matrix.size or run.interrupted.is_set():
        return found
    climbed = _climb(matrix, assigned, run, math.inf if upper is None else upper, enough)
    # Rounding may leave the ascent a trace below where it began.
    if climbed.value > assigned.bound:
        return climbed
    return LowerBound(assigned.bound, "assignment", climbed.iterations, climbed.converged)


def _climb(
    matrix: FloatArray, assigned: Assigned, run: Run, upper: float, enough: float
) -> LowerBound:
    k = min(_CANDIDATES, len(matrix) - 1)
    heads, tails = _kernels.nearest_arcs(matrix, assigned.tails, assigned.heads, k)
    count = len(matrix)
    indptr = np.arange(0, 2 * count * k + 1, k, dtype=np.int32)
    indices = np.concatenate([heads.ravel() + np.int32(count), tails.ravel()])
    arcs = _kernels.ArcProblem(matrix, assigned.tails, assigned.heads, indptr, indices)
    tour = arcs.patched_tour(assigned.successors)
    engine = _kernels.ArborescenceAscent(matrix, assigned.tails, tails, tour, upper, enough)
    reserve_s = _ASCENT_PER_ARC_S * matrix.size / 2  # for a last pricing
    iterations = 0
    while not engine.finished and not run.interrupted.is_set():
        left_s = run.remaining - reserve_s
        left = run.remaining_iterations
        if left_s <= 0 or left == 0:
            break
        done = engine.run(min(SLICE_S, left_s), -1 if left is None else left)
        iterations += done
        run.report(iterations=done, phase="bound")
    value = engine.bound()
    run.report(bound=value, phase="bound")
    return LowerBound(value, "arborescence", iterations, converged=engine.finished)


def _enough(upper: float | None, *, integral: bool) -> float:
    """Return the least bound that proves `upper` to be optimal."""
    if upper is None:
        return math.inf
    if integral:
        return upper - 1 + 2 * _ROUNDING * max(1.0, abs(upper))
    return upper - 1e-3 * _ROUNDING * abs(upper)
