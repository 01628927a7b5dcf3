"""Chooses the method for a problem and a time limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run, Solver
from cosolve.guidance import EdgeGuidance
from cosolve.problems import Tour
from cosolve.solvers.eax import Eax
from cosolve.solvers.lk import Lk
from cosolve.solvers.tsp_support import unsupported


@dataclass(frozen=True, slots=True)
class Auto:
    """The method that did best on instances of this size within this time.

    Notes
    -----
    The table behind the choice is in ``cosolve/solvers/auto.py``; ``benchmarks/auto_table.py``
    measures it again.
    """

    name: ClassVar[str] = "auto"
    summary: ClassVar[str] = "chooses by number of nodes and time limit"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if some method handles the problem, else why not."""
        return unsupported(problem)

    def run(
        self,
        problem: Any,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Tour]:
        """Solve with the chosen method."""
        return choose(problem.size, run.remaining).run(problem, run, start=start, guide=guide)


# Seconds per node from which a population of the genetic algorithm converges far enough to end
# below iterated Lin-Kernighan search.
_EAX_FROM_S_PER_NODE = 2e-4


def choose(size: int, seconds: float) -> Solver:
    """Return the solver for a problem of `size` nodes and a time limit in seconds."""
    return Eax() if seconds >= _EAX_FROM_S_PER_NODE * size else Lk()
