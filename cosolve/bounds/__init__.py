"""Lower bounds: what is proven about a problem, whatever a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cosolve.bounds.base import LowerBound, proves, rounded_up
from cosolve.core.sense import Sense

if TYPE_CHECKING:
    from cosolve.core import Problem, Run
    from cosolve.problems import MIP, TSP, VRP, Scheduling

__all__ = ["LowerBound", "lower_bound", "proves", "rounded_up", "seconds_needed"]

# Seconds a bound of a tour takes, measured on uniform points: for one within a percent of the best,
# and until more time would not help.
_WORTHWHILE_PER_NODE_S = 2e-5
_CONVERGED_S, _CONVERGED_PER_NODE_S = 0.05, 1.5e-4


def seconds_needed(problem: Problem[Any]) -> tuple[float, float] | None:
    """Return how long a bound worth having takes, and after how long more time would not help much.

    Parameters
    ----------
    problem
        Any problem.

    Returns
    -------
    tuple of float or None
        None if no bound is known for such problems.
    """
    if problem.kind == "tsp":
        size = problem.size
        return _WORTHWHILE_PER_NODE_S * size, _CONVERGED_S + _CONVERGED_PER_NODE_S * size
    if problem.kind == "vrp":
        from cosolve.bounds import vrp

        return vrp.seconds_needed(cast("VRP", problem))
    if problem.kind == "scheduling":
        from cosolve.bounds import scheduling

        return scheduling.seconds_needed(cast("Scheduling", problem))
    if problem.kind == "mip":
        return 0.0, 0.0  # only what the bounds of the columns say; methods prove the rest
    return None


def lower_bound(
    problem: Problem[Any], run: Run, *, upper: float | None = None
) -> LowerBound | None:
    """Compute the best lower bound the limits allow.

    Tours of a few nodes are solved exactly; symmetric ones get the Held-Karp bound, asymmetric
    ones the better of the bounds by assignments and by arborescences. Vehicle routing problems get
    the best of a ladder that ends with column generation. Scheduling problems get one that ends
    with a constraint program. Mixed-integer programs get what the bounds of their columns say; of
    those that are maximized, the bound is one of the opposite of the objective.

    Parameters
    ----------
    problem
        The problem.
    run
        Limits; told every bound. Without a time limit, the computation converges and does not
        depend on the clock.
    upper
        Cost of a known solution; the computation ends when that is proven to be optimal.

    Returns
    -------
    LowerBound or None
        None if the limits do not suffice for a valid bound, or none is known for such a problem.
    """
    # Imported here, so that `import cosolve.bounds` does not load the kernels.
    if problem.kind == "vrp":
        from cosolve.bounds.vrp import vrp_bound

        return vrp_bound(cast("VRP", problem), run, upper=upper)
    if problem.kind == "scheduling":
        from cosolve.bounds.scheduling import scheduling_bound

        return scheduling_bound(cast("Scheduling", problem), run, upper=upper)
    if problem.kind == "mip":
        return _by_columns(cast("MIP", problem), run)
    if problem.kind != "tsp":
        return None
    problem = cast("TSP", problem)
    if problem.symmetric:
        from cosolve.bounds.held_karp import held_karp_bound

        return held_karp_bound(problem, run, upper=upper)
    from cosolve.bounds.asymmetric import asymmetric_bound

    return asymmetric_bound(problem, run, upper=upper)


def _by_columns(problem: MIP, run: Run) -> LowerBound | None:
    found = Sense.of(problem).flip(problem.trivial_bound())
    if found is None:
        return None
    run.report(bound=found, phase="bounds of columns")
    return LowerBound(found, "columns", 0, True)
