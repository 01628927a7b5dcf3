"""Hybrid genetic search for vehicle routing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.core.run import SLICE_S
from cosolve.guidance import EdgeGuidance
from cosolve.problems import VRP, Routes
from cosolve.search.hgs import (
    GeneticSearch,
    HgsOptions,
    model_of,
    unsupported,
)
from cosolve.search.rich_vrp import construct
from cosolve.solvers.space import Domain, FloatRange, IntRange

# Individuals that are made in a second, times the square of the number of clients.
_INDIVIDUALS_PER_SECOND = 1e8

# Of so few clients everything is known after so many iterations.
_FEW = 3
_ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Hgs:
    """Hybrid genetic search for capacitated vehicle routing, also with time windows [1]_ [2]_.

    Vehicles may be of several types and have several depots.

    Parameters
    ----------
    min_population
        Feasible individuals that survive, and infeasible ones. None: as many as the limits let
        evolve, 6 to 25.
    generation_size
        Individuals that are added to them before survivors are selected. None: three for every two
        of `min_population`.
    elite
        So many of the best survive whatever they are like.
    close
        Nearest individuals to which the distance is the diversity of one.
    first
        Individuals made before the first crossover. None: three times `min_population`.
    granular
        Nearest clients that the moves of one look at. None: 20, or 40 with time windows. Of a
        guide, the clients of largest weight of every row; None: all of them.
    target_feasible
        Share of the local optima that the penalties try to keep feasible. None: 0.2, or 0.4 with
        time windows.
    no_improvement
        Iterations without improvement until the population is made anew.
    route_exchange
        Share of the offspring that get routes of their parents, instead of parts of their giant
        tours.
    repair
        Share of the infeasible offspring that are repaired.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is an individual.

    References
    ----------
    .. [1] T. Vidal, "Hybrid genetic search for the CVRP: open-source implementation and SWAP*
       neighborhood", Computers & Operations Research 140 (2022).
    .. [2] W. Kool, J. O. Juninck, E. Roos, K. Cornelissen, P. Agterberg, J. van Hoorn, T. Visser,
       "Hybrid genetic search for the vehicle routing problem with time windows: a high-performance
       implementation", 12th DIMACS implementation challenge (2022).
    """

    name: ClassVar[str] = "hgs"
    summary: ClassVar[str] = "hybrid genetic search for routing with loads, time windows and fleets"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "min_population": IntRange(10, 60),
            "generation_size": IntRange(10, 100),
            "elite": IntRange(1, 10),
            "granular": IntRange(10, 60),
            "target_feasible": FloatRange(0.1, 0.6),
            "route_exchange": FloatRange(0.0, 1.0),
            "repair": FloatRange(0.0, 1.0),
        }
    )

    min_population: int | None = None
    generation_size: int | None = None
    elite: int = 4
    close: int = 5
    first: int | None = None
    granular: int | None = None
    target_feasible: float | None = None
    no_improvement: int = 20_000
    route_exchange: float = 0.8
    repair: float = 0.5

    def __post_init__(self) -> None:
        """Validate the parameters."""
        least = {
            "min_population": 2,
            "generation_size": 1,
            "elite": 0,
            "close": 1,
            "first": 2,
            "granular": 1,
            "no_improvement": 1,
        }
        for name, smallest in least.items():
            value = getattr(self, name)
            if value is not None and not smallest <= value < 2**31:
                raise ValueError(f"{name} must be at least {smallest}, got {value}")
        for name in ("target_feasible", "route_exchange", "repair"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be between 0 and 1, got {value}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the kernel handles the problem, else why not."""
        return unsupported(problem)

    def options(self, clients: int, timed: bool, run: Run) -> HgsOptions:
        """Return the parameters of the kernel for problems of some size.

        Parameters
        ----------
        clients
            Their number.
        timed
            Whether time plays a part.
        run
            How long the search may take.
        """
        size = self.min_population
        if size is None:
            expected = _INDIVIDUALS_PER_SECOND / max(clients, 1) ** 2 * run.remaining
            left = run.remaining_iterations
            if left is not None:
                expected = min(expected, left)
            # What is left of the diversity when the time is up is of no use.
            size = round(min(25.0, max(6.0, math.sqrt(expected) / 8)))
        return HgsOptions(
            size,
            max(1, 3 * size // 2) if self.generation_size is None else self.generation_size,
            self.elite,
            self.close,
            3 * size if self.first is None else self.first,
            (40 if timed else 20) if self.granular is None else self.granular,
            (0.4 if timed else 0.2) if self.target_feasible is None else self.target_feasible,
            self.no_improvement,
            self.route_exchange,
            self.repair,
        )

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Routes]:
        """Evolve a population, with `start` among it, until `run` says stop.

        With a guide, moves look at its edges between clients instead of the nearest clients.
        """
        if guide is not None and self.granular is not None:
            guide = guide.strongest(self.granular)
        model = model_of(problem, guide)
        options = self.options(problem.size, model.duration is not None, run)
        engine = GeneticSearch(model, run.seed, options)
        first = _first(problem) if start is None else start
        if first is not None:
            engine.inject(first)
            run.report(engine.cost if engine.feasible else None, phase="hgs")
        while run.limit() is None:
            done = engine.run(min(SLICE_S, run.remaining), run.remaining_iterations)
            run.report(engine.cost if engine.feasible else None, iterations=done, phase="hgs")
            if problem.size <= _FEW and engine.iterations >= _ENOUGH and engine.feasible:
                break
        engine.settle()
        found = engine.routes()
        if not engine.feasible:
            return Outcome(start, attempt=found)
        run.report(engine.cost, phase="hgs")
        return Outcome(found, optimal=problem.size == 1 and len(problem.vehicles) == 1)


def _first(problem: VRP) -> Routes | None:
    """Return a solution made at once, where it may take long until one of a population is feasible.

    That is so with several vehicle types, when routes are long or vehicles few.
    """
    if len(problem.vehicles) == 1:
        return None
    routes = construct(problem)
    return None if problem.check(routes) else routes
