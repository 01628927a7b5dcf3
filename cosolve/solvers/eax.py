"""Genetic algorithm with edge assembly crossover for the TSP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.eax import LARGEST, build_population, evolve
from cosolve.search.kernel_model import IntArray, KernelModel
from cosolve.search.models import model_of
from cosolve.solvers.space import Choice, Domain, IntRange
from cosolve.solvers.tsp_support import solve_if_hurried, solve_if_tiny, unsupported

# Every other population is made of fewer and better tours, each kicked this many times per node.
# What no quick local optimum contains, as on drilling plans whose clusters are grids, they may; and
# populations of two kinds that agree are better evidence than populations of one.
_KICKS_PER_NODE = 0.5
_KICKED_SHARE = 0.6
_KICKED_LARGEST = 30

_ROUNDING = 1e-9  # relative; a smaller gain is none
_ROUND_SEED = 0xD1342543DE82EF95
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Eax:
    """Genetic algorithm with edge assembly crossover, EAX-local then Block2 [1]_.

    Parameters
    ----------
    population
        Number of tours in the first population; later ones are larger, up to 300, and every other
        one has 30 better tours instead. None: as many as the time limit lets converge, 10 to 300;
        100 without one.
    children
        Offspring per pair and generation.
    share
        Share of the improving AB-cycles of a pair that its child takes over at once in the first
        stage, the best for their loss of diversity first; so the number of generations does not
        grow with the number of nodes. 0: the best of `children` AB-cycles, as published.
    agreement
        End when this many independent populations have converged to the same best cost. 0: start
        over until a limit is met.
    weighted_start
        Whether, with a guide, the first tour of a population is made from the edges of largest
        weight, not from the shortest.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a generation. The result does not depend on the number of threads.

    References
    ----------
    .. [1] Y. Nagata and S. Kobayashi, "A powerful genetic algorithm using edge assembly crossover
       for the traveling salesman problem", INFORMS Journal on Computing 25 (2013).
    """

    name: ClassVar[str] = "eax"
    summary: ClassVar[str] = "genetic algorithm with edge assembly crossover; best given time"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "population": IntRange(10, 300, log=True),
            "children": IntRange(20, 100),
            "share": Choice((0.0, 0.1, 0.25, 0.5)),
        }
    )

    population: int | None = None
    children: int = 60
    share: float = 0.25
    agreement: int = 5
    weighted_start: bool = False

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name, least in (("population", 2), ("children", 1), ("agreement", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share must be between 0 and 1, got {self.share}")

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
        """Evolve populations, each from new tours, until `run` says stop or they agree."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        model = model_of(problem, guide, run)
        best: Tour | None = start
        best_cost = float("inf") if start is None else problem.cost(start)
        first = None if start is None else model.encode(start)
        if first is None and guide is not None and self.weighted_start:
            first = model.weighted_tour(guide)
        met = 0
        for number in count():
            seed = (run.seed + number * _ROUND_SEED) & _MASK
            population = self._build(model, run, seed, number, first)
            if run.limit() is not None:
                nodes, converged = min(population, key=model.length), False
            else:
                nodes, converged = evolve(
                    model,
                    population,
                    run,
                    seed=seed,
                    children=self.children,
                    share=self.share,
                )
            tour = model.decode(nodes)
            cost = problem.cost(tour)
            run.report(cost)  # a population cut short was never reported
            if cost < best_cost - _ROUNDING * abs(cost):
                best, best_cost, met = tour, cost, 0
            met += converged and cost <= best_cost * (1 + 1e-12)
            agreed = self.agreement and met >= self.agreement
            if run.limit() is not None or agreed or model.is_optimal(best_cost):
                break
        assert best is not None
        return Outcome(best, bound=model.bound)

    def _next_size(self, number: int) -> int | None:
        """Return the size of population `number`: a larger one where the last was too small."""
        if self.population is None:
            return None
        return max(self.population, min(self.population << number, LARGEST))

    def _build(
        self, model: KernelModel, run: Run, seed: int, number: int, first: IntArray | None
    ) -> list[IntArray]:
        size = self._next_size(number)
        if number % 2 == 0:
            return build_population(model, run, seed=seed, size=size, first=first)
        return build_population(
            model,
            run,
            seed=seed,
            size=size,
            first=first,
            kicks=int(_KICKS_PER_NODE * model.size),
            share=_KICKED_SHARE,
            largest=_KICKED_LARGEST,
        )
