"""Large vehicle routing: iterated local search first, then genetic search part by part."""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.exact.glop import PACKAGE
from cosolve.exact.route_selection import recombine
from cosolve.guidance import EdgeGuidance
from cosolve.problems import VRP, Routes
from cosolve.search import hgs
from cosolve.search.parallel_annealing import threads_of_use
from cosolve.search.route_clusters import ClusterOptions, RouteClusters, improve
from cosolve.search.route_pool import RoutePool
from cosolve.solvers.ils import Ils
from cosolve.solvers.space import Domain, FloatRange, IntRange
from cosolve.solvers.vrp_support import LONG, clients_of_a_vehicle, solve_if_empty

_SHARE = 0.4  # of the time for the first search, if there is enough
# With less time per client there is no second one; with more, it gets its full share.
_SHORT_S, _AMPLE_S = 0.02, 0.05
_POLISHED_S = 1.0  # less is not enough for a worker to start and to find something


@dataclass(frozen=True, slots=True)
class Clusters:
    """Method ``ils``, then ``hgs`` in clusters of neighboring routes, one after the other.

    Parameters
    ----------
    share
        Share of the time for the first. None: 0.4; more where the time is short for so many
        clients, and all of it where routes are long, because then a cluster has too few of them.
    clients
        Clients of a cluster, about.
    seconds_per_client
        Time for a cluster.
    late
        Share of that time after which the present routes join the population.
    polish
        Share of the time for combining the routes of all solutions that were come across, which is
        tried when all clusters were searched in vain; 0 for never. It needs OR-Tools.
    guided_choice
        Whether the routes that disagree most with the guide, if there is one, are searched first.
    guided_moves
        Whether the moves of ``hgs`` look at the clients of the guide, if there is one.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is one of ``ils``. Without a time limit that is all there is: clusters are
    searched by the clock.

    Within runs of 20 s, combining routes led from 0.01 % above it to the best known solution of
    X-n219-k73, whose routes have three clients, in 6 of 8 tries, early variants included; it found
    nothing for X-n200-k36. In place of clusters that still improve (X-n420-k130, X-n586-k159) it
    did not pay, so it waits until they do not.
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

    share: float | None = None
    clients: int = 200
    seconds_per_client: float = 0.01
    late: float = 0.3
    polish: float = 0.1
    guided_choice: bool = True
    guided_moves: bool = True

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name in ("share", "late", "polish"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be between 0 and 1, got {value}")
        if not 1 <= self.clients < 2**31:
            raise ValueError(f"clients must be at least 1, got {self.clients}")
        if not 0 < self.seconds_per_client < float("inf"):
            raise ValueError(f"seconds_per_client must be positive, got {self.seconds_per_client}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if both methods handle the problem or parts of it, else why not."""
        reason = hgs.unsupported_part(problem)
        if reason is None and isinstance(problem, VRP) and problem.places is None:
            reason = "it has no coordinates"
        return reason

    def run(
        self,
        problem: VRP,
        run: Run,
        *,
        start: Routes | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Routes]:
        """Search everywhere, then cluster by cluster, until `run` says stop."""
        if (empty := solve_if_empty(problem, run)) is not None:
            return empty
        search = Ils()
        if run.stop.time_limit is None:
            return search.run(problem, run, start=start, guide=guide)
        # What several threads do counts as more time.
        worth_s = run.remaining * threads_of_use(problem, run.threads)
        kept_s = (1 - self._first_share(problem, worth_s)) * run.remaining
        if kept_s < self.seconds_per_client * min(self.clients, problem.size):
            return search.run(problem, run, start=start, guide=guide)
        polish_s = self._polish_s(run)
        # The routes of a pool are all of one vehicle type.
        pool = RoutePool(problem) if polish_s and len(problem.vehicles) == 1 else None
        run.reserve += kept_s
        outcome = search.search(problem, run, start, pool, guide)
        run.reserve -= kept_s
        if outcome.solution is None:
            return search.run(problem, run, guide=guide)
        solution = outcome.solution
        options = ClusterOptions(
            self.clients,
            self.seconds_per_client,
            self.late,
            guided_choice=self.guided_choice,
            guided_moves=self.guided_moves,
        )
        for seed in itertools.count(run.seed):
            clusters = RouteClusters(problem, solution, seed, options, pool, guide)
            improve(clusters, run, until_stalled=pool is not None)
            solution = clusters.solution()
            enough = run.limit() is not None or run.remaining < _POLISHED_S
            # A single route makes no cluster, and nothing new.
            if pool is None or enough or not clusters.stalled:
                break
            solution = recombine(problem, pool, solution, run, polish_s) or solution
            run.report(problem.cost(solution), phase="polish")
        improve(clusters, run)
        return replace(outcome, solution=clusters.solution())

    def _first_share(self, problem: VRP, seconds: float) -> float:
        """Share of so many seconds for the search everywhere."""
        if self.share is not None:
            return self.share
        if LONG < clients_of_a_vehicle(problem) < float("inf"):
            return 1.0
        # Between the two times per client the share falls with the logarithm.
        short, ample = _SHORT_S * problem.size, _AMPLE_S * problem.size
        late = math.log(max(seconds, 1e-9) / short) / math.log(ample / short)
        return 1.0 - (1.0 - _SHARE) * min(1.0, max(0.0, late))

    def _polish_s(self, run: Run) -> float:
        """Seconds for combining routes once; 0 if it is not to be done."""
        seconds = self.polish * run.remaining
        installed = importlib.util.find_spec(PACKAGE) is not None
        return seconds if installed and seconds >= _POLISHED_S else 0.0
