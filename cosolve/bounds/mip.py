"""The bound of mixed-integer programs: what an exact back-end proves in the time there is."""

from __future__ import annotations

from contextlib import suppress

from cosolve.bounds.base import LowerBound
from cosolve.core import Run
from cosolve.core.errors import BackendError
from cosolve.core.sense import Sense
from cosolve.exact.mip_backend import backend, first_installed
from cosolve.exact.mip_session import Ending, News, Request, Session
from cosolve.problems import MIP

_BACKENDS = ("scip", "highs")  # the first that is installed and handles the program
_LEAST_S = 1.0  # less is not enough for a process to start


def column_bound(problem: MIP, run: Run) -> LowerBound | None:
    """Bound the cost of every solution by what the bounds of the columns say, at once.

    Parameters
    ----------
    problem
        Any program; if it is maximized, the bound is one of the opposite.
    run
        Told the bound.
    """
    found = Sense.of(problem).flip(problem.trivial_bound())
    if found is None:
        return None
    run.report(bound=found, phase="bounds of columns")
    return LowerBound(found, "columns", 0, True)


def mip_bound(problem: MIP, run: Run, *, upper: float | None = None) -> LowerBound | None:
    """Bound the cost of every solution by branch and cut, in a process of its own.

    Parameters
    ----------
    problem
        Any program; if it is maximized, the bound is one of the opposite.
    run
        Limits; told every bound. Without a time limit the work ends with the root of the search
        tree. An iteration is a node; if those are limited, there are only the bounds of the
        columns, at once.
    upper
        Cost of a known solution; the computation ends when that is proven to be optimal.

    Returns
    -------
    LowerBound or None
        Valid within the tolerances of the back-end. None if nothing is known.
    """
    columns = column_bound(problem, run)
    name = first_installed(_BACKENDS, problem)
    hurried = run.stop.iterations is not None or run.remaining < _LEAST_S
    if hurried or not backend(name).installed:
        return columns
    best = None if columns is None else columns.value
    nodes = 0

    def hear(news: News) -> None:
        nonlocal best, nodes
        nodes += news.nodes
        if news.bound is not None and (best is None or news.bound > best):
            best = news.bound
        run.report(bound=best, iterations=news.nodes, phase=name)

    cutoff = upper
    if cutoff is not None:
        # Solutions as good as the known one must not be cut off by rounding errors: to find none
        # would be to prove that it does not exist.
        cutoff += problem.cost_tolerance * max(1.0, abs(cutoff))
    timed = run.remaining < float("inf")
    request = Request(cutoff=cutoff, nodes=None if timed else 1, emphasis="bound")
    converged = False
    # What was told until the back-end died, if it did, is valid.
    with (
        suppress(BackendError),
        Session(problem, name, threads=run.threads, seed=run.seed) as session,
    ):
        answer = session.solve(request, run, hear)
        hear(News(None, None, answer.bound, max(0, answer.nodes - nodes)))
        converged = answer.ending in (Ending.OPTIMAL, Ending.INFEASIBLE)
    if best is None or (columns is not None and best <= columns.value):
        return columns
    return LowerBound(best, name, nodes, converged)
