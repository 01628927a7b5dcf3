"""What all solvers of vehicle routing say and do alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import VRP, Routes

FEW = 8
"""Clients up to which a search ends by itself after ``ENOUGH`` iterations."""

ENOUGH = 20_000


def unsupported(problem: Problem[Any]) -> str | None:
    """Return None for every vehicle routing problem, else why not.

    Parameters
    ----------
    problem
        Any problem.
    """
    if not isinstance(problem, VRP):
        return f"it routes vehicles, and this is a {problem.kind} problem"
    return None


def solve_if_empty(problem: VRP, run: Run) -> Outcome[Routes] | None:
    """Solve a problem without clients; every solver of vehicle routing asks this first.

    Parameters
    ----------
    problem
        Any VRP.
    run
        Told the cost, which is 0.

    Returns
    -------
    Outcome or None
        No routes, or None if there are clients.
    """
    if problem.size:
        return None
    run.report(0.0, bound=0.0, phase="exact")
    return Outcome(Routes(()), bound=0.0, optimal=True)


def judged(problem: VRP, outcome: Outcome[Routes]) -> Outcome[Routes]:
    """Turn a solution that is not feasible into an attempt.

    Parameters
    ----------
    problem
        The problem.
    outcome
        Of a search that may leave clients unserved.
    """
    if outcome.solution is None or not problem.check(outcome.solution):
        return outcome
    return Outcome(None, notes=outcome.notes, attempt=outcome.solution)


LONG = 35.0
"""Clients of a full vehicle from where on whole routes are better improved one by one than in
groups: of uniform instances with 1000 clients, in 60 s, ``hgs`` in groups was 0.1 % ahead at 30
(three instances) and with two threads no better than ``ils`` with one at 40 (ten)."""


def clients_of_a_vehicle(problem: VRP) -> float:
    """Return how many clients fill a vehicle; infinite where nothing is loaded.

    Parameters
    ----------
    problem
        The first dimension of its loads counts, and the mean of its vehicle types.
    """
    capacity = float(np.mean([vehicle.capacities[0] for vehicle in problem.vehicles]))
    demand = float(problem.demands[:, 0].sum() + problem.pickups[:, 0].sum())
    return problem.size * capacity / demand if demand > 0 else float("inf")
