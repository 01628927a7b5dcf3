"""Greedy edges for the TSP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.construct import greedy_tour
from cosolve.solvers.tsp_support import better_of, solve_if_tiny, unsupported


@dataclass(frozen=True, slots=True)
class Greedy:
    """Take the shortest edge that fits until a tour is complete.

    Parameters
    ----------
    randomization
        Each length is multiplied by ``1 + randomization * u``, u uniform in [0, 1), so that
        different seeds give different tours.

    Raises
    ------
    ValueError
        If `randomization` is not between 0 and a million.
    """

    name: ClassVar[str] = "greedy"
    summary: ClassVar[str] = "shortest edges first, about 15 % above the optimum"

    randomization: float = 0.0

    def __post_init__(self) -> None:
        """Validate the parameter."""
        if not 0.0 <= self.randomization <= 1e6:
            raise ValueError(f"randomization must be between 0 and 1e6, got {self.randomization}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the kernels handle the problem, else why not."""
        return unsupported(problem)

    def run(
        self,
        problem: TSP,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Tour]:
        """Construct one tour, whatever the limits; keep `start` if that is as short."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        tour = greedy_tour(problem, guide, seed=run.seed, randomization=self.randomization)
        return better_of(problem, tour, start, run)
