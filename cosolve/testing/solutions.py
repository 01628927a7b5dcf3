"""What the conformance suite knows about the solutions of each kind of problem."""

from __future__ import annotations

from typing import Any

import numpy as np

from cosolve.core import Problem
from cosolve.problems import TSP, VRP, Route, Routes, Tour


def wrong_visits(problem: Problem[Any], solution: Any) -> str | None:
    """Say what is wrong with the visits of a solution, without the checker of the problem.

    Parameters
    ----------
    problem
        A problem of any kind; of unknown kinds nothing is wrong.
    solution
        A solution of it.

    Returns
    -------
    str or None
        One line, or None if every node, or every required client, is visited once and no other
        more often.
    """
    if isinstance(problem, TSP):
        visited = sorted(solution.nodes.tolist())
        return None if visited == list(range(problem.size)) else f"visited {visited[:20]}"
    if isinstance(problem, VRP):
        visits = [client for route in solution.routes for client in route.visits.tolist()]
        needed = set(np.flatnonzero(problem.required).tolist())
        if len(set(visits)) < len(visits) or not needed <= set(visits):
            return f"visited {sorted(visits)[:20]}"
    return None


def bad_start(problem: Problem[Any]) -> Any | None:
    """Return a feasible solution that is easy to improve, or None if none is at hand.

    Parameters
    ----------
    problem
        A problem of any kind.

    Returns
    -------
    Tour, Routes or None
        The nodes of a TSP in their order; a route for each client or pair of a VRP.
    """
    if isinstance(problem, TSP) and not problem.path and not problem.fixed_edges.size:
        return Tour(np.arange(problem.size, dtype=np.int32))
    if isinstance(problem, VRP):
        alone = _alone(problem)
        return None if problem.check(alone) else alone
    return None


def _alone(problem: VRP) -> Routes:
    after = dict(problem.pairs.tolist())
    chosen = {group.clients[0] for group in problem.groups}
    members = {client for group in problem.groups for client in group.clients}
    routes = []
    for client in range(problem.depots, problem.locations):
        if client in after.values() or (client in members and client not in chosen):
            continue
        visits = [client, after[client]] if client in after else [client]
        routes.append(Route(np.array(visits, np.int32), _smallest(problem, visits)))
    return Routes(tuple(routes))


def _smallest(problem: VRP, visits: list[int]) -> int:
    """Return the first vehicle type that can serve a route; the last if none can."""
    for number in range(len(problem.vehicles)):
        violations = problem.check(Routes((Route(np.array(visits, np.int32), number),)))
        if all(v.kind in ("missing-client", "group") for v in violations):
            return number
    return len(problem.vehicles) - 1
