"""Lower bounds: what is proven about a problem, whatever a search found."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from cosolve.bounds.base import LowerBound, proves, rounded_up
from cosolve.core.errors import BackendError

if TYPE_CHECKING:
    from cosolve.core import Problem, Run
    from cosolve.problems import MIP, TSP, VRP, Scheduling

__all__ = [
    "TSP_METHODS",
    "LowerBound",
    "cuts_pay",
    "lower_bound",
    "proves",
    "rounded_up",
    "seconds_needed",
]

# Seconds a bound of a tour takes, measured on uniform points: for one within a percent of the best,
# and until more time would not help.
_WORTHWHILE_PER_NODE_S = 2e-5
_CONVERGED_S, _CONVERGED_PER_NODE_S = 0.05, 1.5e-4
# Cutting planes after that: until most of what minimum trees leave is closed, and until more time
# would not help much. Of more nodes, they take too long to get as far as trees.
_CUTS_S, _CUTS_PER_NODE_S, _CUTS_NODES = 1.0, 4e-3, 5000
_CUTS_CONVERGED = 2.0  # times that
_MIP_S = 2.0  # with less, only the bounds of the columns count


def seconds_needed(
    problem: Problem[Any], allowed: float = float("inf")
) -> tuple[float, float] | None:
    """Return how long a bound worth having takes, and after how long more time would not help much.

    Parameters
    ----------
    problem
        Any problem.
    allowed
        Seconds there are at most, by which the way to the bound is chosen.

    Returns
    -------
    tuple of float or None
        None if no bound is known for such problems.
    """
    if problem.kind == "tsp":
        size = problem.size
        most = _CONVERGED_S + _CONVERGED_PER_NODE_S * size
        if cuts_pay(cast("TSP", problem), allowed - most):
            most += _CUTS_CONVERGED * _cuts_s(size)
        return _WORTHWHILE_PER_NODE_S * size, most
    if problem.kind == "vrp":
        from cosolve.bounds import vrp

        return vrp.seconds_needed(cast("VRP", problem))
    if problem.kind == "scheduling":
        from cosolve.bounds import scheduling

        return scheduling.seconds_needed(cast("Scheduling", problem))
    if problem.kind == "mip":
        return 0.0, allowed if _MIP_S <= allowed < float("inf") else 0.0
    return None


def _cuts_s(size: int) -> float:
    return _CUTS_S + _CUTS_PER_NODE_S * size


def cuts_pay(problem: TSP, seconds: float) -> bool:
    """Return whether cutting planes raise the bound of minimum trees by much in the time left.

    Parameters
    ----------
    problem
        Its distances have to be symmetric, and its nodes not too many.
    seconds
        What is left; not infinite, because what cutting planes take then may be too long.
    """
    from cosolve.exact.tsp_program import PACKAGE

    return (
        problem.symmetric
        and problem.size <= _CUTS_NODES
        and _cuts_s(problem.size) <= seconds < float("inf")
        and importlib.util.find_spec(PACKAGE) is not None
    )


TSP_METHODS = ("held-karp", "cuts")
"""Methods for symmetric tours, the default one first."""


def lower_bound(
    problem: Problem[Any],
    run: Run,
    *,
    upper: float | None = None,
    method: str | None = None,
    quick: bool = False,
) -> LowerBound | None:
    """Compute the best lower bound the limits allow.

    Tours of a few nodes are solved exactly; symmetric ones get the Held-Karp bound, raised by
    cutting planes if a time limit leaves enough for them, asymmetric ones the better of the bounds
    by assignments and by arborescences. Vehicle routing problems get the best of a ladder that ends
    with column generation. Scheduling problems get one that ends with a constraint program.
    Mixed-integer programs get what an exact back-end proves, without a time limit at the root of
    its tree; of those that are maximized, the bound is one of the opposite of the objective.

    Parameters
    ----------
    problem
        The problem.
    run
        Limits; told every bound. Without a time limit, the computation converges and does not
        depend on the clock.
    upper
        Cost of a known solution; the computation ends when that is proven to be optimal.
    method
        One of ``TSP_METHODS``, for symmetric tours and paths only. None: as said above.
    quick
        Do without cutting planes for tours and without back-ends for mixed-integer programs, where
        others have been at them or less is enough.

    Returns
    -------
    LowerBound or None
        None if the limits do not suffice for a valid bound, or none is known for such a problem.

    Raises
    ------
    ValueError
        If there is no such method for such a problem.
    """
    if method is not None:
        _require_method(problem, method)
    # Imported here, so that `import cosolve.bounds` does not load the kernels.
    if problem.kind == "vrp":
        from cosolve.bounds.vrp import vrp_bound

        return vrp_bound(cast("VRP", problem), run, upper=upper)
    if problem.kind == "scheduling":
        from cosolve.bounds.scheduling import scheduling_bound

        return scheduling_bound(cast("Scheduling", problem), run, upper=upper)
    if problem.kind == "mip":
        from cosolve.bounds.mip import column_bound, mip_bound

        program = cast("MIP", problem)
        return column_bound(program, run) if quick else mip_bound(program, run, upper=upper)
    if problem.kind != "tsp":
        return None
    problem = cast("TSP", problem)
    if method == "cuts":
        from cosolve.bounds.tsp_cuts import cut_bound

        return cut_bound(problem, run, upper=upper)
    if problem.symmetric:
        from cosolve.bounds.held_karp import held_karp_bound

        trees = held_karp_bound(problem, run, upper=upper)
        enough = trees is None or quick or proves(problem, trees.value, upper)
        if method is not None or enough or not cuts_pay(problem, run.remaining):
            return trees
        from cosolve.bounds.tsp_cuts import cut_bound

        with suppress(BackendError):
            return cut_bound(problem, run, upper=upper, trees=trees)
        return trees
    from cosolve.bounds.asymmetric import asymmetric_bound

    return asymmetric_bound(problem, run, upper=upper)


def _require_method(problem: Problem[Any], method: str) -> None:
    if method not in TSP_METHODS:
        raise ValueError(f"there is no bound {method!r}; there are {', '.join(TSP_METHODS)}")
    if problem.kind != "tsp" or not cast("TSP", problem).symmetric:
        raise ValueError(f"the bound {method!r} is for tours with symmetric distances")
