"""What all TSP solvers say and do alike."""

from __future__ import annotations

from typing import Any

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import TSP, Tour
from cosolve.search.tiny import TINY, solve_tiny


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
