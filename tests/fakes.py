"""Solvers for tests: small, exact about what they do, in plain NumPy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import MIP, TSP, VRP, Route, Routes, Tour, Values
from cosolve.testing.mip_samples import all_integer_values


def identity(problem: TSP) -> Tour:
    """Return the tour 0, 1, ..., n - 1."""
    return Tour(np.arange(problem.size, dtype=np.int32))


@dataclass(frozen=True)
class Swapper:
    """Try random swaps of two nodes until told to stop; correct, and slow to get anywhere."""

    name: ClassVar[str] = "swapper"
    summary: ClassVar[str] = "random swaps"

    per_slice: int = 50

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for closed tours without fixed edges."""
        plain = isinstance(problem, TSP) and not problem.path and not problem.fixed_edges.size
        return None if plain else "it swaps nodes of plain tours only"

    def run(
        self, problem: TSP, run: Run, *, start: Tour | None = None, guide: object = None
    ) -> Outcome[Tour]:
        """Swap."""
        rng = np.random.default_rng(run.seed)
        best = identity(problem) if start is None else start
        cost = problem.cost(best)
        run.report(cost)
        while run.limit() is None and problem.size > 3:
            left = run.remaining_iterations
            count = self.per_slice if left is None else min(left, self.per_slice)
            for _ in range(count):
                i, j = rng.integers(problem.size, size=2)
                nodes = best.nodes.copy()
                nodes[[i, j]] = nodes[[j, i]]
                candidate = Tour(nodes)
                candidate_cost = problem.cost(candidate)
                if candidate_cost < cost:
                    best, cost = candidate, candidate_cost
            run.report(cost, iterations=count)
        return Outcome(best)


@dataclass(frozen=True)
class Tunable(Swapper):
    """A solver with a parameter of every kind."""

    name: ClassVar[str] = "tunable"

    count: int = 3
    rate: float = 0.5
    limit: float | None = None
    greedy: bool = False
    rule: str = "first"
    breadth: tuple[int, ...] = (5, 3)


@dataclass(frozen=True)
class Scripted:
    """Do what a function says."""

    name: ClassVar[str] = "scripted"
    summary: ClassVar[str] = "what a test needs"

    script: Callable[..., Outcome[Tour]]

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None."""
        return None

    def run(
        self, problem: TSP, run: Run, *, start: Tour | None = None, guide: object = None
    ) -> Outcome[Tour]:
        """Call the function."""
        return self.script(problem, run, start=start, guide=guide)


def wait_for_limit(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
    """Report the identity tour and wait for a limit."""
    tour = identity(problem)
    run.report(problem.cost(tour))
    while run.limit() is None:
        time.sleep(0.005)
        run.report(iterations=1)
    return Outcome(tour)


@dataclass(frozen=True)
class Shuttle:
    """Visit every client on a trip of its own, by the first vehicle type."""

    name: ClassVar[str] = "shuttle"
    summary: ClassVar[str] = "one trip for each client"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for vehicle routing problems."""
        return None if isinstance(problem, VRP) else "it drives vehicles"

    def run(
        self, problem: VRP, run: Run, *, start: Routes | None = None, guide: object = None
    ) -> Outcome[Routes]:
        """Drive; where that violates something, return it as an attempt."""
        clients = range(problem.depots, problem.locations)
        routes = Routes(tuple(Route(np.array([client])) for client in clients))
        run.report(problem.cost(routes), iterations=1)
        if problem.check(routes):
            return Outcome(None, attempt=routes)
        return Outcome(routes)


@dataclass(frozen=True)
class Enumeration:
    """Try everything, a few at a time, and say so in the language of solvers."""

    name: ClassVar[str] = "enumeration"
    summary: ClassVar[str] = "all values one after the other"

    claim: Callable[[Outcome[Values]], Outcome[Values]] = lambda outcome: outcome

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for small pure integer programs."""
        fits = isinstance(problem, MIP) and all_integer_values(problem) is not None
        return None if fits else "it tries all values"

    def run(self, problem: MIP, run: Run, *, start: Any = None, guide: Any = None) -> Outcome[Any]:
        """Try."""
        sign = -1.0 if problem.maximize else 1.0
        best, least = start, None if start is None else sign * problem.cost(start)
        run.report(least)
        everything = all_integer_values(problem)
        assert everything is not None
        for values in everything:
            if run.limit() is not None:
                return self.claim(Outcome(best))
            if problem.check(values):
                continue
            cost = sign * problem.cost(values)
            if least is None or cost < least:
                best, least = values, cost
            run.report(least, iterations=1)
        return self.claim(Outcome(best, optimal=best is not None, infeasible=best is None))
