"""Chooses the method for a problem and a time limit."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run, Solver
from cosolve.guidance import EdgeGuidance
from cosolve.problems import MIP, VRP, Scheduling
from cosolve.solvers import registry
from cosolve.solvers.tsp_support import unsupported

# Clients up to which a population finds better routes than one solution that is improved.
_GENETIC = 300
# The same for several vehicle types, for which improving one solution works less well.
_GENETIC_FLEET = 400


@dataclass(frozen=True, slots=True)
class Auto:
    """The method that did best on instances of about this size in about this time.

    Notes
    -----
    The choice is the nearest row of ``cosolve/solvers/auto_table.json``, which
    ``benchmarks/auto_table.py`` measures.
    """

    name: ClassVar[str] = "auto"
    summary: ClassVar[str] = "chooses by the problem, its size and the time limit"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if some method handles the problem, else why not."""
        if isinstance(problem, VRP | Scheduling | MIP):
            return None
        return unsupported(problem)

    def run(
        self,
        problem: Any,
        run: Run,
        *,
        start: Any | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Any]:
        """Solve with the chosen method."""
        if isinstance(problem, Scheduling):
            # Here, because a proof needs what other problems do not.
            from cosolve.solvers.scheduling_auto import solve_scheduling

            return solve_scheduling(problem, run, start)
        if isinstance(problem, MIP):
            from cosolve.solvers.mip_auto import solve_mip

            return solve_mip(problem, run, start)
        solver = (
            choose_routing(problem) if isinstance(problem, VRP) else choose(problem, run.remaining)
        )
        return solver.run(problem, run, start=start, guide=guide)


def choose_routing(problem: VRP) -> Solver:
    """Return the solver for a vehicle routing problem.

    Parameters
    ----------
    problem
        Its size counts, and what it asks for.
    """
    most = _GENETIC if len(problem.vehicles) == 1 else _GENETIC_FLEET
    names = ("hgs", "clusters") if problem.size <= most else ("clusters",)
    solvers = (registry.get(name) for name in (*names, "ils"))
    return next(solver for solver in solvers if solver.supports(problem) is None)


def choose(problem: Problem[Any], seconds: float) -> Solver:
    """Return the solver for a problem and a time limit in seconds.

    Parameters
    ----------
    problem
        Only its number of nodes counts, and which methods support it.
    seconds
        May be 0 or infinite.
    """
    # Beyond the largest instances measured, the seconds per node decide.
    nodes = min(problem.size, max(row[0] for row in _table()))
    limit = min(max(seconds * nodes / max(problem.size, 1), 1e-3), 1e9)

    def distance(row: tuple[int, float, str]) -> tuple[float, float]:
        return abs(math.log(row[0] / max(nodes, 1))), abs(math.log(row[1] / limit))

    solvers = (registry.get(row[2]) for row in sorted(_table(), key=distance))
    return next(solver for solver in solvers if solver.supports(problem) is None)


@cache
def _table() -> tuple[tuple[int, float, str], ...]:
    """Rows of (nodes, seconds, method)."""
    text = files("cosolve.solvers").joinpath("auto_table.json").read_text(encoding="utf-8")
    return tuple((row["nodes"], row["seconds"], row["method"]) for row in json.loads(text))
