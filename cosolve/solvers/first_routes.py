"""First routes: savings, and cheapest insertion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.problems import VRP, Routes
from cosolve.search import capacitated, rich_vrp
from cosolve.solvers.vrp_support import judged, solve_if_empty, unsupported


def _better(problem: VRP, found: Routes, start: Routes | None, run: Run) -> Outcome[Routes]:
    """Report and return constructed routes, or the start if that is at least as good."""
    outcome = judged(problem, Outcome(found))
    if start is not None and (
        outcome.solution is None or problem.cost(start) <= problem.cost(found)
    ):
        outcome = Outcome(start)
    cost = None if outcome.solution is None else problem.cost(outcome.solution)
    run.report(cost, iterations=1, phase="construction")
    return outcome


@dataclass(frozen=True, slots=True)
class Savings:
    """Joins routes of one client each, the greatest saving first [1]_.

    Parameters
    ----------
    neighbors
        How many near clients of each it is considered to be joined to.

    Raises
    ------
    ValueError
        If `neighbors` is not positive.

    References
    ----------
    .. [1] G. Clarke, J. W. Wright, "Scheduling of vehicles from a central depot to a number of
       delivery points", Operations Research 12 (1964).
    """

    name: ClassVar[str] = "savings"
    summary: ClassVar[str] = "joins routes, the greatest saving first"

    neighbors: int = 100

    def __post_init__(self) -> None:
        """Validate the parameter."""
        if not 1 <= self.neighbors < 2**31:
            raise ValueError(f"neighbors must be at least 1, got {self.neighbors}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if nothing but load and length of routes is limited, else why not."""
        reason = capacitated.unsupported(problem)
        if reason is None and isinstance(problem, VRP) and problem.fleet_size is not None:
            reason = "its routes may be more than there are vehicles"
        return reason

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: Any | None = None,
    ) -> Outcome[Routes]:
        """Construct routes."""
        del guide
        if (empty := solve_if_empty(problem, run)) is not None:
            return empty
        model = capacitated.CapacitatedModel(problem, self.neighbors)
        return _better(problem, model.decode(model.savings()), start, run)


@dataclass(frozen=True, slots=True)
class Insertion:
    """Inserts one client after the other where it costs least.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    name: ClassVar[str] = "insertion"
    summary: ClassVar[str] = "inserts clients where they cost least, for every kind of routing"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for every vehicle routing problem, else why not."""
        return unsupported(problem)

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: Any | None = None,
    ) -> Outcome[Routes]:
        """Construct routes."""
        del guide
        if (empty := solve_if_empty(problem, run)) is not None:
            return empty
        return _better(problem, rich_vrp.construct(problem, run.seed), start, run)
