"""Lower bounds: what is proven about a problem, whatever a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosolve.bounds.base import LowerBound, proves, rounded_up

if TYPE_CHECKING:
    from cosolve.core import Run
    from cosolve.problems import TSP

__all__ = ["LowerBound", "lower_bound", "proves", "rounded_up"]


def lower_bound(problem: TSP, run: Run, *, upper: float | None = None) -> LowerBound | None:
    """Compute the best lower bound the limits allow.

    Problems of a few nodes are solved exactly; symmetric ones get the Held-Karp bound, asymmetric
    ones the better of the bounds by assignments and by arborescences.

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
    if problem.symmetric:
        from cosolve.bounds.held_karp import held_karp_bound

        return held_karp_bound(problem, run, upper=upper)
    from cosolve.bounds.asymmetric import asymmetric_bound

    return asymmetric_bound(problem, run, upper=upper)
