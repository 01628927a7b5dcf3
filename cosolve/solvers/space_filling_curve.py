"""A space-filling curve for the TSP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.construct import space_filling_tour
from cosolve.search.tiny import TINY
from cosolve.solvers.tsp_support import better_of, solve_if_tiny, unsupported


@dataclass(frozen=True, slots=True)
class SpaceFillingCurve:
    """Visit the nodes in the order of a Hilbert curve through the plane or the space."""

    name: ClassVar[str] = "space-filling-curve"
    summary: ClassVar[str] = "order along a Hilbert curve, at once, about 40 % above the optimum"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for TSPs with coordinates and nothing fixed, else why not."""
        reason = unsupported(problem)
        if reason is not None or not isinstance(problem, TSP) or problem.size <= TINY:
            return reason
        if problem.coords is None:
            return "a curve needs coordinates, not a matrix"
        if problem.fixed_edges.size or problem.ends != (None, None):
            return "a curve keeps neither fixed edges nor given ends"
        return None

    def run(
        self,
        problem: TSP,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,  # noqa: ARG002
    ) -> Outcome[Tour]:
        """Construct the tour, whatever the limits; keep `start` if that is as short."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        return better_of(problem, space_filling_tour(problem), start, run)
