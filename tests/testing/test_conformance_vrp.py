"""The conformance suite passes what is right about vehicle routes and catches what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import TSP, VRP, Route, Routes
from cosolve.testing import check_solver, vrp_samples
from cosolve.testing.solutions import bad_start, wrong_visits

SAMPLES = {problem.name: problem for problem in vrp_samples()}


@dataclass(frozen=True)
class Joiner:
    """Join the ends of random routes where that is feasible and saves something."""

    name: ClassVar[str] = "joiner"
    summary: ClassVar[str] = "joins routes"

    spoil: Callable[[VRP, Routes], Routes] | None = None

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for problems that a route for each client solves."""
        simple = isinstance(problem, VRP) and bad_start(problem) is not None
        return None if simple else "it joins routes of single clients"

    def run(
        self, problem: VRP, run: Run, *, start: Routes | None = None, guide: object = None
    ) -> Outcome[Routes]:
        """Join."""
        rng = np.random.default_rng(run.seed)
        best = bad_start(problem) if start is None else start
        cost = problem.cost(best)
        run.report(cost)
        while run.limit() is None and problem.size > 3:
            if len(best.routes) > 1:
                i, j = rng.choice(len(best.routes), size=2, replace=False)
                one, two = best.routes[i], best.routes[j]
                rest = [r for k, r in enumerate(best.routes) if k not in (i, j)]
                joined = Route(np.concatenate([one.visits, two.visits]), one.vehicle)
                candidate = Routes((*rest, joined))
                if not problem.check(candidate) and problem.cost(candidate) < cost:
                    best, cost = candidate, problem.cost(candidate)
            run.report(cost, iterations=1)
        return Outcome(best if self.spoil is None else self.spoil(problem, best))


def some(*names: str) -> list[VRP]:
    """Return samples by name."""
    return [SAMPLES[name] for name in names]


def test_correct_solver_passes() -> None:
    """A solver that does everything right passes on problems of many variants."""
    names = ("exact", "windows", "depots", "pairs", "groups", "prizes", "clients-1", "clients-3")
    check_solver(Joiner(), some(*names), seconds=0.2)


def twice(problem: VRP, routes: Routes) -> Routes:
    """Visit a client once more."""
    return Routes((*routes.routes, routes.routes[0]))


def fewer(problem: VRP, routes: Routes) -> Routes:
    """Leave out a route."""
    return Routes(routes.routes[1:])


def together(problem: VRP, routes: Routes) -> Routes:
    """Put all clients into one route, which is too much for a vehicle."""
    return Routes((Route(np.concatenate([r.visits for r in routes.routes])),))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(twice, "visited"), (fewer, "visited"), (together, "the solution is wrong")],
    ids=["twice", "fewer", "together"],
)
def test_wrong_routes_are_caught(spoil: Callable[[VRP, Routes], Routes], message: str) -> None:
    """Clients visited twice or not at all, and vehicles that carry too much, are no solution."""
    with pytest.raises(AssertionError, match=message):
        check_solver(Joiner(spoil), some("exact"), seconds=0.2)


def test_both_kinds_are_tested() -> None:
    """A solver that supports no vehicle routing is tested on what it does support."""
    with pytest.raises(AssertionError, match="supports none"):
        check_solver(Joiner(), [TSP(coords=np.eye(2))], seconds=0.1)


@pytest.mark.parametrize("name", SAMPLES)
def test_bad_start_is_feasible(name: str) -> None:
    """What the suite starts from is a solution, and there is one for almost every sample."""
    problem = SAMPLES[name]
    start = bad_start(problem)
    if start is None:
        assert any(vehicle.number is not None for vehicle in problem.vehicles)
    else:
        assert not problem.check(start)
        assert wrong_visits(problem, start) is None
