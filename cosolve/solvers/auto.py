"""Chooses the method for a problem and a time limit."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cosolve.core import Outcome, Problem, Run, Solver
from cosolve.problems import MIP, TSP, VRP, Scheduling
from cosolve.solvers import registry
from cosolve.solvers.tsp_support import unsupported

if TYPE_CHECKING:
    from cosolve.guidance import EdgeGuidance

T = TypeVar("T")

# Clients up to which a population finds better routes than one solution that is improved.
_GENETIC = 300
# The same for several vehicle types, for which improving one solution works less well.
_GENETIC_FLEET = 400
# The trained guide takes less than half of this; on a slow machine it must not take all the time.
_GUIDED_PER_NODE_S = 6e-5
_GUIDED = "guided by gnn, which pays for this size and time"
_SURE = 0.9  # of the time left: where a proof is within reach of that, it will be later


@dataclass(frozen=True, slots=True)
class Auto:
    """The method that did best on instances of about this size in about this time.

    Notes
    -----
    Tours and routes are proven, by ``exact``, where that seems within reach, unless the iterations
    are limited. For other tours, the choice is the nearest row of
    ``cosolve/solvers/auto_table.json``, which ``benchmarks/auto_table.py`` measures. Tours and
    capacitated routes in the plane are guided by a trained network if no guide is given and the
    nearest row of ``cosolve/solvers/auto_guides.json`` says that it pays; that is what
    ``benchmarks/auto_guides.py`` writes.
    """

    name: ClassVar[str] = "auto"
    summary: ClassVar[str] = "chooses by the problem, its size and the time limit"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if some method handles the problem, else why not."""
        if isinstance(problem, VRP | Scheduling | MIP):
            return None
        return unsupported(problem)

    def certifies(self, problem: Problem[Any], run: Run) -> bool:
        """Return whether a bound comes with the search, as where a proof is within reach."""
        if isinstance(problem, MIP):
            return run.stop.iterations is None
        return _provable(problem, run, _SURE * run.remaining)

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
        # Here, because a mixed-integer program need not wait for what tours and routes need.
        from cosolve.guidance import GnnGuide, guidance_within
        from cosolve.solvers.exact import Exact, go_on

        if _provable(problem, run, run.remaining):
            return Exact().run(problem, run, start=start, guide=guide)
        solver = (
            choose_routing(problem) if isinstance(problem, VRP) else choose(problem, run.remaining)
        )
        notes: tuple[str, ...] = ()
        if guide is None and worth_guiding(problem, run.remaining):
            guide = guidance_within(run, GnnGuide(threads=run.threads), problem)
            notes = () if guide is None else (_GUIDED,)
        outcome = solver.run(problem, run, start=start, guide=guide)
        return go_on(problem, run, replace(outcome, notes=(*outcome.notes, *notes)))


def _provable(problem: Problem[Any], run: Run, seconds: float) -> bool:
    # The iterations of `exact` are nodes of its tree: too few of them say nothing.
    from cosolve.solvers.exact import within_reach

    return run.stop.iterations is None and within_reach(problem, seconds)


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
    solvers = (registry.get(row[2]) for row in _nearest(_table(), problem.size, seconds))
    return next(solver for solver in solvers if solver.supports(problem) is None)


def worth_guiding(problem: TSP | VRP, seconds: float) -> bool:
    """Return whether a trained guide is worth its time where none is asked for.

    Parameters
    ----------
    problem
        Its number of nodes or clients counts, that they lie in the plane, and that routes are
        limited by their load only.
    seconds
        What is left; may be 0 or infinite.
    """
    from cosolve.guidance.gnn import network_kind

    rows, n = _guide_table(network_kind(problem)), problem.size
    if not rows or n < min(row[0] for row in rows):
        return False
    if problem.coords is None or problem.coords.shape[1] != 2:
        return False
    if isinstance(problem, VRP) and not problem.plain:
        return False
    return seconds >= _GUIDED_PER_NODE_S * n and _nearest(rows, n, seconds)[0][2]


def _nearest(
    rows: Sequence[tuple[int, float, T]], size: int, seconds: float
) -> list[tuple[int, float, T]]:
    """Return rows of (nodes, seconds, what was best), the nearest first."""
    # Beyond the largest instances measured, the seconds per node decide.
    nodes = min(size, max(row[0] for row in rows))
    limit = min(max(seconds * nodes / max(size, 1), 1e-3), 1e9)

    def distance(row: tuple[int, float, T]) -> tuple[float, float]:
        return abs(math.log(row[0] / max(nodes, 1))), abs(math.log(row[1] / limit))

    return sorted(rows, key=distance)


@cache
def _table() -> tuple[tuple[int, float, str], ...]:
    """Rows of (nodes, seconds, method)."""
    return tuple((r["nodes"], r["seconds"], r["method"]) for r in _read("auto_table.json"))


@cache
def _guide_table(kind: str) -> tuple[tuple[int, float, bool], ...]:
    """Rows of (nodes, seconds, whether the trained guide is worth its time) of a kind."""
    rows = _read("auto_guides.json")
    return tuple((r["nodes"], r["seconds"], r["guided"]) for r in rows if r["problem"] == kind)


def _read(name: str) -> list[dict[str, Any]]:
    text = files("cosolve.solvers").joinpath(name).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows
