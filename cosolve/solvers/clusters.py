"""Large vehicle routing: iterated local search first, then genetic search part by part."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.exact.glop import PACKAGE
from cosolve.exact.route_selection import recombine
from cosolve.problems import VRP, Routes
from cosolve.search import hgs
from cosolve.search.route_clusters import ClusterOptions, RouteClusters, improve
from cosolve.search.route_pool import RoutePool
from cosolve.solvers.ils import Ils
from cosolve.solvers.space import Domain, FloatRange, IntRange
from cosolve.solvers.vrp_support import solve_if_empty

_POLISHED_S = 2.0  # shortest run with a polish


@dataclass(frozen=True, slots=True)
class Clusters:
    """Method ``ils``, then ``hgs`` in clusters of neighboring routes, one after the other.

    Parameters
    ----------
    share
        Share of the time for the first.
    clients
        Clients of a cluster, about.
    seconds_per_client
        Time for a cluster.
    late
        Share of that time after which the present routes join the population.
    polish
        Share of the time kept for combining routes of all solutions that were come across; 0 for
        none. Without OR-Tools there is none.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is one of ``ils``. Without a time limit that is all there is: clusters are
    searched by the clock.
    """

    name: ClassVar[str] = "clusters"
    summary: ClassVar[str] = "ils, then hgs in clusters of neighboring routes"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "share": FloatRange(0.1, 0.9),
            "clients": IntRange(100, 400),
            "seconds_per_client": FloatRange(0.002, 0.05, log=True),
            "late": FloatRange(0.0, 1.0),
            "polish": FloatRange(0.0, 0.3),
        }
    )

    share: float = 0.4
    clients: int = 200
    seconds_per_client: float = 0.01
    late: float = 0.3
    polish: float = 0.05

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name in ("share", "late", "polish"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be between 0 and 1, got {getattr(self, name)}")
        if not 1 <= self.clients < 2**31:
            raise ValueError(f"clients must be at least 1, got {self.clients}")
        if not 0 < self.seconds_per_client < float("inf"):
            raise ValueError(f"seconds_per_client must be positive, got {self.seconds_per_client}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if both methods handle the problem or parts of it, else why not."""
        reason = hgs.unsupported_part(problem)
        if reason is None and not _has_places(problem):
            reason = "it has no coordinates"
        return reason

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: Any | None = None,
    ) -> Outcome[Routes]:
        """Search everywhere, then cluster by cluster, until `run` says stop."""
        if (empty := solve_if_empty(problem, run)) is not None:
            return empty
        search = Ils()
        if run.stop.time_limit is None or not self._worthwhile(problem, run):
            return search.run(problem, run, start=start, guide=guide)
        polish_s = self._polish_s(run)
        pool = RoutePool(problem) if polish_s else None
        kept_s = (1 - self.share) * run.remaining
        run.reserve += kept_s
        outcome = search.search(problem, run, start, pool)
        run.reserve -= kept_s
        if outcome.solution is None:
            return search.run(problem, run, guide=guide)
        options = ClusterOptions(self.clients, self.seconds_per_client, self.late)
        clusters = RouteClusters(problem, outcome.solution, run.seed, options, pool)
        run.reserve += polish_s
        improve(clusters, run)
        run.reserve -= polish_s
        solution = clusters.solution()
        if pool is not None and run.limit() is None:
            solution = recombine(problem, pool, solution, run, run.remaining) or solution
            # It may have ended early.
            clusters = RouteClusters(problem, solution, run.seed + 1, options)
            run.report(clusters.cost, phase="polish")
            improve(clusters, run)
            solution = clusters.solution()
        return replace(outcome, solution=solution)

    def _polish_s(self, run: Run) -> float:
        seconds = self.polish * run.remaining
        total = run.stop.time_limit or 0.0
        possible = total >= _POLISHED_S and importlib.util.find_spec(PACKAGE) is not None
        return seconds if possible else 0.0

    def _worthwhile(self, problem: VRP, run: Run) -> bool:
        """Whether there is time for at least one cluster."""
        clients = min(self.clients, problem.size)
        return (1 - self.share) * run.remaining >= self.seconds_per_client * clients


def _has_places(problem: Any) -> bool:
    return problem.coords is not None or problem.display is not None
