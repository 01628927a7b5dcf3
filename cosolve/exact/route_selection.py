"""Replace a solution by a better one made of routes of a pool."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from cosolve.core import Run, Stop
from cosolve.core.errors import BackendError, BackendMissing
from cosolve.exact.glop import PACKAGE
from cosolve.exact.set_partitioning import IntArray, Selection
from cosolve.exact.worker import run_in_worker
from cosolve.problems.vrp import Route, Routes

if TYPE_CHECKING:
    from cosolve.problems.vrp import VRP
    from cosolve.search.route_pool import Columns, RoutePool

_COLUMNS_PER_S = 10_000  # that the linear program takes in
_MOST_S = 100.0


def recombine(
    problem: VRP, pool: RoutePool, routes: Routes, run: Run, seconds: float
) -> Routes | None:
    """Look for a better solution among all that routes of a pool make up.

    Parameters
    ----------
    problem
        What the pool is for; every client is required.
    pool
        Routes that keep the limits of the vehicle.
    routes
        A feasible solution; the pool receives its routes.
    run
        Its clock, limits and seed.
    seconds
        How long it may take, at most the time left.

    Returns
    -------
    Routes or None
        A cheaper feasible solution; None if none was found or there is no back-end.
    """
    pool.add(route.visits for route in routes.routes)
    seconds = min(seconds, run.remaining)
    columns = pool.columns(len(routes.routes) + int(_COLUMNS_PER_S * min(seconds, _MOST_S)))
    incumbent = _places(columns, routes)
    if incumbent is None:
        return None
    limited = Run(Stop(time_limit=seconds), interrupted=run.interrupted)
    fleet, until = problem.fleet_size, time.time() + seconds
    task = Selection(columns, incumbent, fleet, until, problem.integral, run.seed)
    best = [incumbent]  # in other orders it may be cheaper, too
    target = "cosolve.exact.set_partitioning:select"
    with suppress(BackendMissing, BackendError):  # what it has sent is still good
        run_in_worker(target, task, limited, on_message=best.append, package=PACKAGE)
    found = Routes(tuple(Route(columns.route(k)) for k in best[-1].tolist()))
    better = problem.cost(found) < problem.cost(routes) and not problem.check(found)
    return found if better else None


def _places(columns: Columns, routes: Routes) -> IntArray | None:
    """Where in the pool the routes of a solution are; None if one is not there."""
    place = {np.sort(columns.route(k)).tobytes(): k for k in range(len(columns))}
    found = [place.get(np.sort(route.visits).tobytes()) for route in routes.routes]
    known = [k for k in found if k is not None]
    return np.array(known, np.int64) if len(known) == len(found) else None
