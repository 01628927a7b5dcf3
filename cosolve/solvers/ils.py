"""Iterated local search for vehicle routing: ruin, recreate, anneal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run, Stop
from cosolve.guidance import EdgeGuidance
from cosolve.problems import VRP, Routes
from cosolve.search import capacitated, rich_vrp
from cosolve.search.capacitated_parts import anneal_side_by_side
from cosolve.search.cooling import Annealing
from cosolve.search.parallel_annealing import threads_of_use
from cosolve.search.route_pool import RoutePool
from cosolve.solvers.space import Domain, FloatRange, IntRange
from cosolve.solvers.vrp_support import (
    ENOUGH,
    FEW,
    judged,
    solve_if_empty,
    unsupported,
)

# A start is to be improved, not melted.
_WARM = 0.1


@dataclass(frozen=True, slots=True)
class Ils:
    """Slack induction by string removals, with a local search where only loads count [1]_.

    Parameters
    ----------
    removed
        Clients taken out in an iteration, on average.
    string
        Longest string of clients taken from a route.
    neighbors
        How many near clients are looked at for places beside them.
    hot, cold
        First and last temperature, in mean lengths of a leg. None: by the problem.
    width
        How many near clients the local search looks at; 0 for none. Only where nothing but load
        and length is limited.
    guided_places
        Whether the clients beside which one may be put, and which the local search looks at, are
        those of the guide, if there is one, instead of near ones.
    guided_ruins
        Whether the routes to be ruined together are chosen by the guide, if there is one, before
        near ones. Where more than load and length is limited, a guide serves both or neither.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a ruin and a recreate. With a start the temperature begins a tenth as high.

    Where it is known where the clients are, several threads anneal groups of neighboring routes
    side by side, at least 250 clients each. Several times a second the routes are put together and
    cut into other groups.

    References
    ----------
    .. [1] J. Christiaens, G. Vanden Berghe, "Slack Induction by String Removals for Vehicle
       Routing Problems", Transportation Science 54 (2020).
    """

    name: ClassVar[str] = "ils"
    summary: ClassVar[str] = "ruin and recreate with simulated annealing, for every kind of routing"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "removed": FloatRange(4, 20),
            "string": IntRange(5, 30),
            "neighbors": IntRange(20, 100),
            "hot": FloatRange(0.1, 10, log=True),
            "cold": FloatRange(0.001, 0.1, log=True),
            "width": IntRange(0, 20),
        }
    )

    removed: float = 10.0
    string: int = 10
    neighbors: int = 40
    hot: float | None = None
    cold: float | None = None
    width: int = 10
    guided_places: bool = True
    guided_ruins: bool = True

    def __post_init__(self) -> None:
        """Validate the parameters."""
        least = {"removed": 1, "string": 1, "neighbors": 1, "width": 0}
        for name, smallest in least.items():
            value = getattr(self, name)
            if not smallest <= value < 2**31:
                raise ValueError(f"{name} must be at least {smallest}, got {value}")
        for name in ("hot", "cold"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ValueError(f"{name} must be positive, got {value}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for every vehicle routing problem, else why not."""
        return unsupported(problem)

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Routes]:
        """Improve first routes, or `start`, until `run` says stop."""
        return self.search(problem, run, start, guide=guide)

    def search(
        self,
        problem: VRP,
        run: Run,
        start: Routes | None,
        pool: RoutePool | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Routes]:
        """Do what `run` does, and keep the routes that are come across.

        Parameters
        ----------
        problem, run, start, guide
            As above.
        pool
            Where the routes are kept.
        """
        if (empty := solve_if_empty(problem, run)) is not None:
            return empty
        if problem.size <= FEW:
            run.stop |= Stop(iterations=run.iterations + ENOUGH)
        if capacitated.unsupported(problem) is None:
            outcome = self._capacitated(problem, run, start, pool, guide)
            if outcome is not None:
                return outcome
        usual = Annealing()
        hot, cold = self._temperatures(usual.hot, usual.cold, start)
        annealing = Annealing(hot, cold, self.removed, self.string, neighbors=self.neighbors)
        found = rich_vrp.ruin_and_recreate(
            problem,
            run,
            start=start,
            annealing=annealing,
            pool=pool,
            guidance=guide if self.guided_places and self.guided_ruins else None,
        )
        return judged(problem, found)

    def _capacitated(
        self,
        problem: VRP,
        run: Run,
        start: Routes | None,
        pool: RoutePool | None,
        guide: EdgeGuidance | None,
    ) -> Outcome[Routes] | None:
        """Search where only loads and lengths count; None if there are no first routes."""
        model = capacitated.CapacitatedModel(
            problem,
            self.neighbors,
            guide,
            places=self.guided_places,
            ruins=self.guided_ruins,
        )
        flat = model.savings() if start is None else model.encode(r.visits for r in start.routes)
        if start is None and not model.allows(flat):
            return None
        usual = capacitated.LocalAnnealing()
        hot, cold = self._temperatures(usual.hot, usual.cold, start)
        annealing = capacitated.LocalAnnealing(
            hot, cold, self.removed, self.string, neighbors=self.neighbors, width=self.width
        )
        watch = None if pool is None else lambda now: pool.add(model.visits(now))
        threads = threads_of_use(problem, run.threads)
        if threads > 1:
            best = anneal_side_by_side(model, flat, run, annealing, threads, watch)
        else:
            engine = model.search(flat, run.seed, annealing)
            capacitated.anneal(engine, run, annealing, watch)
            best = engine.best()
        return Outcome(model.decode(best))

    def _temperatures(self, hot: float, cold: float, start: Routes | None) -> tuple[float, float]:
        """Return the first and the last temperature, given their defaults."""
        hot = hot if self.hot is None else self.hot
        cold = cold if self.cold is None else self.cold
        return hot if start is None else max(cold, _WARM * hot), cold
