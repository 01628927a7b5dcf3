"""What the conformance suite knows about the solutions of each kind of problem."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from cosolve.core import Problem
from cosolve.problems import MIP, TSP, VRP, Route, Routes, Schedule, Scheduling, Tour, Values

_FORGIVEN = 2e-6


def wrong_visits(problem: Problem[Any], solution: Any) -> str | None:
    """Say what a solution leaves out or does twice, without the checker of the problem.

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
        more often; if every operation is done by one of its machines, which does no other then;
        if the values of a mixed-integer program lie within its bounds and rows.
    """
    if isinstance(problem, TSP):
        visited = sorted(solution.nodes.tolist())
        return None if visited == list(range(problem.size)) else f"visited {visited[:20]}"
    if isinstance(problem, VRP):
        visits = [client for route in solution.routes for client in route.visits.tolist()]
        needed = set(np.flatnonzero(problem.required).tolist())
        if len(set(visits)) < len(visits) or not needed <= set(visits):
            return f"visited {sorted(visits)[:20]}"
    if isinstance(problem, Scheduling):
        return _wrong_operations(problem, solution)
    if isinstance(problem, MIP):
        return _wrong_values(problem, solution)
    return None


def _wrong_values(problem: MIP, solution: Values) -> str | None:
    """Multiply row by row, and forgive as little as users expect."""
    values = solution.values.tolist()
    if len(values) != problem.size:
        return f"{len(values)} values of {problem.size} columns"
    for k, value in enumerate(values):
        slack = _FORGIVEN * max(1.0, abs(value))
        if not problem.lower[k] - slack <= value <= problem.upper[k] + slack:
            return f"column {problem.columns[k]} is {value}"
        if problem.integer[k] and abs(value - round(value)) > _FORGIVEN:
            return f"column {problem.columns[k]} is {value}, no whole number"
    for r in range(problem.row_count):
        row = range(problem.indptr[r], problem.indptr[r + 1])
        total = sum(problem.coefficients[k] * values[problem.indices[k]] for k in row)
        low, high = problem.row_lower[r], problem.row_upper[r]
        below = low - _FORGIVEN * max(1.0, abs(low)) if np.isfinite(low) else low
        above = high + _FORGIVEN * max(1.0, abs(high)) if np.isfinite(high) else high
        if not below <= total <= above:
            return f"row {problem.rows[r]} is {total}"
    return None


def _wrong_operations(problem: Scheduling, schedule: Schedule) -> str | None:
    machines, starts = schedule.machine.tolist(), schedule.start.tolist()
    if len(machines) != problem.operations:
        return f"scheduled {len(machines)} operations"
    first, listed = problem.first.tolist(), problem.machine.tolist()
    busy: dict[int, list[tuple[int, int]]] = {}
    for i, (machine, start) in enumerate(zip(machines, starts, strict=True)):
        if machine not in listed[first[i] : first[i + 1]]:
            return f"operation {i} is on machine {machine}, which is none of its machines"
        duration = int(problem.duration[first[i] + listed[first[i] : first[i + 1]].index(machine)])
        if start < 0:
            return f"operation {i} begins at {start}"
        busy.setdefault(machine, []).append((start, start + duration))
    for machine, spans in busy.items():
        spans.sort()
        if any(end > begin for (_, end), (begin, _) in itertools.pairwise(spans)):
            return f"machine {machine} does two operations at once"
    return None


def bad_start(problem: Problem[Any]) -> Any | None:
    """Return a feasible solution that is easy to improve, or None if none is at hand.

    Parameters
    ----------
    problem
        A problem of any kind.

    Returns
    -------
    Tour, Routes, Schedule or None
        The nodes of a TSP in their order; a route for each client or pair of a VRP; one operation
        after the other of a scheduling problem, when everything else is over.
    """
    if isinstance(problem, TSP) and not problem.path and not problem.fixed_edges.size:
        return Tour(np.arange(problem.size, dtype=np.int32))
    if isinstance(problem, VRP):
        alone = _alone(problem)
        return None if problem.check(alone) else alone
    if isinstance(problem, Scheduling):
        return one_by_one(problem)
    return None


def one_by_one(problem: Scheduling) -> Schedule:
    """Return a feasible schedule of any scheduling problem, about as bad as they get.

    Parameters
    ----------
    problem
        The problem.
    """
    owner = np.repeat(np.arange(problem.operations), np.diff(problem.first))
    # The slowest machine of each operation: the last in this order.
    order = np.lexsort((problem.duration, owner))
    slowest = order[problem.first[1:] - 1]
    clock = max(
        problem.release.max(initial=0),
        problem.available.max(initial=0),
        problem.downtime[:, 2].max(initial=0),
    )
    pause = 0 if problem.setups is None else int(problem.setups.max(initial=0))
    start = np.zeros(problem.operations, np.int64)
    for operation in _in_order(problem):
        start[operation] = clock
        clock += problem.duration[slowest[operation]] + pause
    return Schedule(problem.machine[slowest], start)


def _in_order(problem: Scheduling) -> list[int]:
    """Operations, none before those that must precede it."""
    after: list[list[int]] = [[] for _ in range(problem.operations)]
    waiting = [0] * problem.operations
    for a, b in problem.arcs.tolist():
        after[a].append(b)
        waiting[b] += 1
    ready = [i for i in range(problem.operations) if waiting[i] == 0]
    for operation in ready:
        for b in after[operation]:
            waiting[b] -= 1
            if waiting[b] == 0:
                ready.append(b)
    return ready


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
