"""The bound of symmetric problems by cutting planes: above that of Held and Karp, but slower."""

from __future__ import annotations

import time

from cosolve.bounds.base import LowerBound, proves
from cosolve.bounds.held_karp import held_karp_bound
from cosolve.core import Run, Stop
from cosolve.exact.tsp_proof import in_worker
from cosolve.exact.tsp_worker import Found, Task
from cosolve.problems import TSP
from cosolve.search.tiny import TINY, solve_tiny

METHOD = "cuts"

_LONGEST_S = 1e9
# Linear programs of many nodes take long to get as far as minimum trees do at once.
_MANY, _TREES_SHARE = 2000, 0.3


def cut_bound(
    problem: TSP, run: Run, *, upper: float | None = None, trees: LowerBound | None = None
) -> LowerBound | None:
    """Bound the cost of every tour, or path, from below by cutting planes.

    The root of the search tree of `cosolve.exact.tsp_proof.prove_tour`: a linear program with
    subtour elimination constraints, which alone give the Held-Karp bound, blossoms and combs,
    priced over all edges. Every bound follows from dual values by arithmetic with whole numbers.

    Parameters
    ----------
    problem
        A symmetric problem: closed or open, with or without fixed edges.
    run
        Limits; told every bound. An iteration is a bound.
    upper
        Cost of a known solution: edges too dear for a better one are excluded, and the computation
        ends once it is proven to be optimal.
    trees
        The bound by minimum trees, if it is known already.

    Returns
    -------
    LowerBound or None
        None if the limits leave no time for a first bound.

    Raises
    ------
    ValueError
        If the problem is asymmetric.
    BackendMissing
        If HiGHS is not installed.
    """
    if not problem.symmetric:
        raise ValueError("cutting planes need symmetric distances")
    if problem.size <= TINY:
        cost = problem.cost(solve_tiny(problem))
        run.report(bound=cost, phase="bound")
        return LowerBound(cost, "exact", 0, converged=True)
    if run.limit() is not None:
        return None
    count = 0
    if trees is None:
        trees = _by_trees(problem, run, upper)
    best = None if trees is None else trees.value

    def hear(found: Found) -> None:
        nonlocal best, count
        left = run.remaining_iterations
        if left == 0:
            return
        count += 1
        # A negative bound says less than that no distance is.
        if found.bound >= 0 and (best is None or found.bound > best):
            best = found.bound
        run.report(bound=best, iterations=1, phase="bound")

    until = time.time() + min(run.remaining, _LONGEST_S)
    proof = in_worker(Task(problem, None, upper, until, 0, run.seed), run, hear)
    if best is None or (trees is not None and best == trees.value):
        return trees
    converged = (proof is not None and proof.finished) or proves(problem, best, upper)
    return LowerBound(best, METHOD, count, converged)


def _by_trees(problem: TSP, run: Run, upper: float | None) -> LowerBound | None:
    """Bound a large problem by minimum trees first; iterations, if limited, are for the cuts."""
    if problem.size <= _MANY or run.stop.iterations is not None:
        return None
    timed = run.stop.time_limit is not None
    own = Run(Stop(time_limit=_TREES_SHARE * run.remaining if timed else None))
    own.interrupted = run.interrupted
    found = held_karp_bound(problem, own, upper=upper)
    if found is not None:
        run.report(bound=found.value, phase="bound")
    return found
