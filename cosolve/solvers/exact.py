"""Exact solution, with a proof."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cosolve.bounds import cuts_pay, proves
from cosolve.bounds.held_karp import held_karp_bound
from cosolve.core import Outcome, Part, Problem, Run, Stop
from cosolve.core.run import Progress
from cosolve.exact import glop, tsp_program, vrp_scip
from cosolve.exact.worker import require_package
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, VRP, Tour
from cosolve.search.tiny import TINY
from cosolve.search.tsp_model import TspModel
from cosolve.solvers.eax import Eax
from cosolve.solvers.exact_routes import prove_routes, supports_routes
from cosolve.solvers.greedy import Greedy
from cosolve.solvers.tsp_support import solve_if_hurried, solve_if_tiny, unsupported

_SEARCH_SHARE = 0.3  # of the time, at most, for the tour that is to be proven
_TREES_SHARE = 0.2  # of the time left then, at most, for the bound of Held and Karp
_LARGEST = 20_000

# Seconds that the proof of a tour takes, roughly: most of TSPLIB up to 800 nodes takes less.
_TOUR_S, _TOUR_NODES, _TOUR_EXPONENT = 0.5, 137, 2.2
_ROUTES_S, _ROUTES_CLIENTS = 5.0, 50  # as many clients or fewer are mostly proven within that
_UNTIMED_S = 60.0  # without a limit, what is proven in a minute is in reach


@dataclass(frozen=True, slots=True)
class Exact:
    """Finds a solution with `eax` or `hgs` and proves it.

    Tours are proven by branch and cut, routes by column generation, enumeration and branch and cut.

    Parameters
    ----------
    population
        Of tours only: size of the populations of `eax`; None: its default.
    agreement
        Of tours only: how many populations must agree before the proof begins.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a node of the search tree; what comes before the tree has none. The proof runs
    in a process of its own, which takes about a second to begin with. See
    `cosolve.exact.tsp_proof.prove_tour` and `cosolve.solvers.exact_routes.prove_routes`.
    """

    name: ClassVar[str] = "exact"
    summary: ClassVar[str] = "optimal tours and routes, with a proof"

    population: int | None = None
    agreement: int = 2

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name, least in (("population", 2), ("agreement", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for what can be proven, else why it cannot."""
        if isinstance(problem, VRP):
            return supports_routes(problem)
        if not isinstance(problem, TSP):
            return f"it proves tours and routes, and this is a {problem.kind} problem"
        reason = unsupported(problem)
        if reason is not None:
            return reason
        if not problem.symmetric and problem.size > TINY:
            return f"its distances are asymmetric, handled up to {TINY} nodes only"
        if problem.size > _LARGEST:
            return f"it has {problem.size} nodes, handled are {_LARGEST}"
        return None

    def certifies(self, problem: TSP | VRP, run: Run) -> bool:
        """Return True: bounds come with the proof."""
        del problem, run
        return True

    def run(
        self,
        problem: TSP | VRP,
        run: Run,
        *,
        start: Any | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Any]:
        """Search for a solution, then prove it, until `run` says stop."""
        if isinstance(problem, VRP):
            return prove_routes(problem, run, start)
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        if run.limit() is not None:
            return Greedy().run(problem, run, start=start, guide=guide)
        require_package(tsp_program.PACKAGE)
        tour = self._search(problem, run, start, guide)
        return _prove(problem, run, tour)

    def _search(
        self, problem: TSP, run: Run, start: Tour | None, guide: EdgeGuidance | None
    ) -> Tour:
        def pass_on(progress: Progress) -> None:
            run.report(progress.cost, phase=progress.phase)

        # Iterations are nodes of the tree: they do not limit this.
        timed = run.stop.time_limit is not None
        stop = Stop(
            time_limit=_SEARCH_SHARE * run.remaining if timed else None,
            target_cost=run.stop.target_cost,
            stall=run.stop.stall,
        )
        own = Run(stop, run.seed, run.threads, pass_on, interrupted=run.interrupted)
        solver = Eax(population=self.population, agreement=self.agreement)
        tour = solver.run(problem, own, start=start, guide=guide).solution
        assert tour is not None
        run.report(problem.cost(tour), phase="search")
        return tour


def within_reach(problem: Problem[Any], seconds: float) -> bool:
    """Return whether a proof is likely to end in time, and leaves the search all it needs.

    Parameters
    ----------
    problem
        Any problem.
    seconds
        For search and proof; may be infinite.
    """
    if Exact().supports(problem) is not None:
        return False
    needed_s = _TOUR_S + (problem.size / _TOUR_NODES) ** _TOUR_EXPONENT
    packages = [tsp_program.PACKAGE]
    if isinstance(problem, VRP):
        if problem.size > _ROUTES_CLIENTS:
            return False
        needed_s, packages = _ROUTES_S, [glop.PACKAGE, vrp_scip.PACKAGE]
    installed = all(importlib.util.find_spec(package) is not None for package in packages)
    return installed and (_UNTIMED_S if seconds == float("inf") else seconds) >= needed_s


def go_on(problem: Problem[Any], run: Run, outcome: Outcome[Any]) -> Outcome[Any]:
    """Try to prove what a search has found that ended by itself, if there is time for that.

    Parameters
    ----------
    problem
        The problem; only symmetric tours are proven.
    run
        The run of the search. Without a time limit nothing is tried.
    outcome
        Of the search.
    """
    over = run.limit() is not None or run.stop.iterations is not None or outcome.optimal
    if over or outcome.solution is None or not isinstance(problem, TSP) or problem.size <= TINY:
        return outcome
    if not cuts_pay(problem, run.remaining):
        return outcome
    proof = _prove(problem, run, outcome.solution)
    return replace(proof, notes=(*outcome.notes, *proof.notes))


def _prove(problem: TSP, run: Run, tour: Tour) -> Outcome[Tour]:
    if run.limit() is not None:
        return Outcome(tour, bound=run.bound)
    if _only_one(problem):
        return Outcome(tour, bound=problem.cost(tour), optimal=True)
    if _trees_prove(problem, run, tour):
        return Outcome(tour, bound=run.bound)
    # Here, because no other method needs it.
    from cosolve.exact.tsp_proof import prove_tour

    return prove_tour(problem, run, tour)


def _trees_prove(problem: TSP, run: Run, tour: Tour) -> bool:
    """Whether minimum trees prove a tour: they need no process of their own, and bound at once."""
    cost = problem.cost(tour)
    part = Part(run, seconds=_TREES_SHARE * run.remaining)
    found = held_karp_bound(problem, part, upper=cost)
    if found is None:
        return False
    run.report(bound=min(found.value, cost), phase="bound")
    return proves(problem, found.value, cost)


def _only_one(problem: TSP) -> bool:
    """Whether the fixed edges leave a single tour."""
    model = TspModel(problem)
    return len(model.fixed_edges) >= model.size - 1
