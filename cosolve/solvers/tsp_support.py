"""What all TSP solvers say and do alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import TSP, Tour
from cosolve.search.construct import space_filling_tour
from cosolve.search.kernel_model import KernelModel
from cosolve.search.tiny import TINY, solve_tiny

# Seconds per node that neighbors and a greedy tour take, and the fewest nodes for which it matters.
_CONSTRUCTION_PER_NODE = 4e-6
_MANY = 10_000


def unsupported(problem: Problem[Any]) -> str | None:
    """Return None for what the kernels handle, else why not.

    Parameters
    ----------
    problem
        Any problem. Everything a TSP may have is handled, except fixed edges in an asymmetric one
        that is not tiny.
    """
    if not isinstance(problem, TSP):
        return f"it solves TSPs, not {problem.kind} problems"
    if not problem.symmetric and problem.fixed_edges.size and problem.size > TINY:
        return f"it has fixed edges and asymmetric distances, handled up to {TINY} nodes only"
    return None


def begins_by_weight(model: KernelModel, wanted: bool | None) -> bool:
    """Return whether a first tour takes the edges of largest weight first, not the shortest.

    Parameters
    ----------
    model
        It was made with a guide.
    wanted
        What the user said; None: if the weights say more than the order of the rows.
    """
    return model.probabilities is not None if wanted is None else wanted


def solve_if_tiny(problem: TSP, run: Run) -> Outcome[Tour] | None:
    """Solve a problem of at most ``TINY`` nodes exactly; every TSP solver asks this first.

    Parameters
    ----------
    problem
        Any TSP.
    run
        Told the cost, which is the bound too.

    Returns
    -------
    Outcome or None
        An optimal outcome, or None if the problem has more nodes.
    """
    if problem.size > TINY:
        return None
    tour = solve_tiny(problem)
    cost = problem.cost(tour)
    run.report(cost, bound=cost, phase="exact")
    return Outcome(tour, bound=cost, optimal=True)


def solve_if_hurried(problem: TSP, run: Run, start: Tour | None) -> Outcome[Tour] | None:
    """Return a space-filling curve if the time left is too short for a better construction.

    Parameters
    ----------
    problem
        Any TSP. One without coordinates, or with something fixed, has no such curve.
    run
        Tells the time that is left; told the cost.
    start
        A feasible tour, returned if it is shorter, or None.

    Returns
    -------
    Outcome or None
        A tour and a note, or None if there is time to search.
    """
    enough = _CONSTRUCTION_PER_NODE * problem.size
    if problem.size < _MANY or run.remaining >= enough or problem.coords is None:
        return None
    if problem.fixed_edges.size or problem.ends != (None, None):
        return None
    outcome = better_of(problem, space_filling_tour(problem), start, run)
    note = (
        f"the time limit was too short to search {problem.size} nodes: this is the order along a "
        f"space-filling curve; from about {2 * enough:.2g} s on there is time to improve a tour"
    )
    return replace(outcome, notes=(note,))


def better_of(problem: TSP, tour: Tour, start: Tour | None, run: Run) -> Outcome[Tour]:
    """Report and return a constructed tour, or the start if that is at least as short.

    Parameters
    ----------
    problem
        The TSP.
    tour
        A feasible tour.
    start
        Another one, or None.
    run
        Told the cost; the construction is one iteration.
    """
    best = tour if start is None else min((start, tour), key=problem.cost)
    run.report(problem.cost(best), iterations=1, phase="construction")
    return Outcome(best)
