"""Divide, conquer and reunite around any solver."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from cosolve.core import Outcome, Problem, Run, Solver, Stop
from cosolve.divide import Division, conquer
from cosolve.divide.cuts import CUTS, Cut
from cosolve.divide.first import GUIDED, guided, no_guided
from cosolve.divide.rounds import ShareOfRun
from cosolve.divide.routes import no_groups
from cosolve.divide.tours import part_problem
from cosolve.guidance import EdgeGuidance, GtPriorGuide
from cosolve.problems import TSP, VRP
from cosolve.search.route_clusters import sub_problem
from cosolve.solvers import registry
from cosolve.solvers.tsp_support import solve_if_hurried, solve_if_tiny
from cosolve.solvers.vrp_support import LONG, clients_of_a_vehicle, solve_if_empty

# Iterations of a conqueror or divider on so many nodes, where no time is limited.
_ITERATIONS: Mapping[str, Callable[[int], int]] = MappingProxyType(
    {
        "eax": lambda _: 100,
        "lk": lambda n: 10 * n,
        "hgs": lambda n: 5 * n,
        "ils": lambda n: 100 * n,
        "mcts": lambda n: n,
    }
)
_OTHERS = 100


# Parameters of conquerors of parts: there, another cut is worth more than another population.
_OF_PARTS: Mapping[str, Mapping[str, str]] = MappingProxyType({"eax": {"agreement": "1"}})


@dataclass(frozen=True, slots=True)
class _Usual:
    """Parameters where the user gives none.

    The time for a node grows with the size of its part to the power `growth`.
    """

    conqueror: str
    part: int
    seconds_per_node: float
    growth: float
    divider: str
    share: float


_TOURS = _Usual("eax", 5000, 3e-5, 0.5, "lk", 0.1)
_SHORT_ROUTES = _Usual("hgs", 200, 1e-2, 0.0, "ils", 0.4)
_LONG_ROUTES = _Usual("ils", 1000, 1e-2, 0.0, "ils", 0.8)


@dataclass(frozen=True, slots=True)
class Divide:
    """Cuts a solution into parts, lets any solver improve them, and cuts elsewhere [1]_.

    Parts are problems of their own: segments of a tour with fixed ends, groups of routes. Several
    are at work at the same time if there are several threads. What is better is put back, and the
    next round cuts at other places. A problem that is not larger than a part goes to the solver as
    it is.

    Parameters
    ----------
    conqueror
        Any method that handles the parts. None: ``eax`` for tours; for routes ``hgs``, or ``ils``
        where routes are long or have what ``hgs`` does not handle.
    conqueror_params
        Its parameters, as ``name=value``, separated by semicolons or blanks. Of ``eax`` in parts
        ``agreement`` is 1 unless given here.
    part
        Most nodes or clients of a part, about. None: 5000 for tours, 200 for routes, 1000 for long
        ones.
    cut
        Of tours ``segments``, the usual way, or ``regions``: compact parts of the plane, of closed
        tours and one after the other. Of routes ``clusters`` by barycenters, ``sectors`` by the
        angle around the depot, or ``strings``: sectors of which the first and the last route are
        cut, too. None: the first of them.
    divider
        What makes the first solution: any method that handles the whole, or what follows a guide,
        ``gt-prior`` if there is none: ``heaviest`` takes the edges of a tour by falling weight,
        ``argmax`` goes along the heaviest edge from node to node, ``sample`` draws the edges in
        proportion to their weights. None: ``lk`` for tours, ``ils`` for routes.
    divider_share
        Share of the time for it, at most. None: 0.1 for tours, 0.4 for routes, 0.8 for long ones.
    samples
        Of how many solutions of ``argmax`` or ``sample`` the best is taken.
    rounds
        How often every node is in a part. None: until a limit is met.
    seconds_per_node
        Seconds of one thread for a node in a round, about; at least two rounds are made. None: for
        routes 0.01, for tours so many that ``eax`` gets far in parts of this size.
    fresh
        In so many first rounds the conqueror does not start from the present solution. They take
        `divider_share` of the time that the divider leaves, so that it should be a quick one.
    part_iterations
        Limit on the iterations of the conqueror in a part. None: no limit; without a time limit,
        one that depends on its size.

    Raises
    ------
    ValueError
        If a parameter is out of range or not known.

    Notes
    -----
    An iteration is a part, or one of the conqueror if there is nothing to cut. With a limit on the
    iterations only, the solution does not depend on the number of threads.

    References
    ----------
    .. [1] Z. Zheng, C. Zhou, X. Tong, M. Yuan, Z. Wang, "UDC: A unified neural divide-and-conquer
       framework for large-scale combinatorial optimization problems", NeurIPS (2024).
    """

    name: ClassVar[str] = "divide"
    summary: ClassVar[str] = (
        "cuts tours and routes into parts for any other method, again and again"
    )

    conqueror: str | None = None
    conqueror_params: str = ""
    part: int | None = None
    cut: str | None = None
    divider: str | None = None
    divider_share: float | None = None
    samples: int = 1
    rounds: int | None = None
    seconds_per_node: float | None = None
    fresh: int = 0
    part_iterations: int | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name, least in (
            ("part", 8),
            ("samples", 1),
            ("rounds", 1),
            ("fresh", 0),
            ("part_iterations", 1),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if self.divider_share is not None and not 0 <= self.divider_share <= 1:
            raise ValueError(f"divider_share must be between 0 and 1, got {self.divider_share}")
        if self.seconds_per_node is not None and not 0 < self.seconds_per_node < float("inf"):
            raise ValueError(f"seconds_per_node must be positive, got {self.seconds_per_node}")
        cuts = [name for kind in CUTS.values() for name in kind]
        if self.cut is not None and self.cut not in cuts:
            raise ValueError(f"cut must be one of {', '.join(cuts)}, got {self.cut!r}")
        if self.divider is not None and self.divider not in GUIDED:
            registry.solver_class(self.divider)
        values = _parsed(self.conqueror_params)
        if self.conqueror is not None:
            registry.get(self.conqueror, values)
        elif values:
            raise ValueError("conqueror_params go with the name of a conqueror")

    def supports(self, problem: Any) -> str | None:
        """Return None if the problem can be cut and its parts are handled, else why not."""
        if problem.kind not in CUTS:
            return f"it divides tours and routes, and this is a {problem.kind} problem"
        if self.cut is not None and self.cut not in CUTS[problem.kind]:
            return f"cut {self.cut} is not for {problem.kind} problems"
        plan = self._plan(problem)
        if problem.size <= plan.part:
            return plan.conqueror.supports(problem)
        reason = plan.cut.unsupported(problem)
        if reason is None and plan.divider in GUIDED:
            reason = no_guided(problem, plan.divider)
        if reason is None and (reason := plan.conqueror.supports(_sample(problem, plan.part))):
            reason = f"{plan.conqueror.name} does not handle its parts: {reason}"
        return reason

    def run(
        self,
        problem: Any,
        run: Run,
        *,
        start: Any | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Any]:
        """Make a first solution, or take `start`, and improve it part by part."""
        plan = self._plan(problem)
        if problem.size <= plan.part:
            outcome = plan.conqueror.run(problem, run, start=start, guide=guide)
            found = outcome.solution is not None or outcome.infeasible
            return outcome if found else self._first(problem, run, guide, plan)
        done: Outcome[Any] | None
        if isinstance(problem, TSP):
            done = solve_if_tiny(problem, run) or solve_if_hurried(problem, run, start)
        else:
            done = solve_if_empty(problem, run)
        if done is not None:
            return done
        first = Outcome(start) if start is not None else self._first(problem, run, guide, plan)
        if first.solution is None:
            return first
        division = Division(
            plan.cut.make(plan.part),
            plan.cut.merge,
            plan.conqueror,
            plan.seconds_per_node,
            self.rounds,
            self._iterations(plan.conqueror.name, run),
            self.fresh,
            plan.share,
        )
        return Outcome(conquer(problem, first.solution, division, run, guide))

    def _plan(self, problem: Problem[Any]) -> _Plan:
        """Fill in what the user left open."""
        usual = _usual(problem)
        cuts = CUTS[problem.kind]
        cut = next(iter(cuts.values())) if self.cut is None else cuts[self.cut]
        part = usual.part if self.part is None else self.part
        name, own = self.conqueror or usual.conqueror, _parsed(self.conqueror_params)
        if problem.size > part:
            own = {**_OF_PARTS.get(name, {}), **own}
        seconds = self.seconds_per_node
        return _Plan(
            registry.get(name, own),
            part,
            cut,
            self.divider or usual.divider,
            usual.share if self.divider_share is None else self.divider_share,
            usual.seconds_per_node * part**usual.growth if seconds is None else seconds,
        )

    def _iterations(self, name: str, run: Run) -> Callable[[int], int] | None:
        """Limit on the iterations of a method in a part, by its size."""
        limit = self.part_iterations
        if limit is not None:
            return lambda _: limit
        return None if run.stop.time_limit is not None else _usual_iterations(name)

    def _first(
        self, problem: Any, run: Run, guide: EdgeGuidance | None, plan: _Plan
    ) -> Outcome[Any]:
        """Make a first solution."""
        if plan.divider in GUIDED:
            return Outcome(self._by_guide(problem, run, guide, plan.divider))
        # Where the divider does not do, others may; the last one serves as many as it can.
        names = [plan.divider, *(("insertion", "ils") if isinstance(problem, VRP) else ())]
        outcome: Outcome[Any] = Outcome(None)
        for name in dict.fromkeys(names):
            solver = registry.get(name)
            if solver.supports(problem) is None:
                own = _share_of_divider(problem, run, name, plan.share)
                outcome = solver.run(problem, own, guide=guide)
            if outcome.solution is not None:
                break
        return outcome

    def _by_guide(self, problem: Any, run: Run, guide: EdgeGuidance | None, way: str) -> Any:
        """Make the best of several first solutions by the weights of a guide."""
        guide = GtPriorGuide()(problem) if guide is None else guide
        rng = np.random.default_rng(run.seed)
        best = guided(way, problem, guide, rng)
        for _ in range(1, self.samples):
            if run.limit() is not None:
                break
            best = min(best, guided(way, problem, guide, rng), key=problem.cost)
        return best


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that a run needs to know."""

    conqueror: Solver
    part: int
    cut: Cut
    divider: str
    share: float
    seconds_per_node: float


def _usual(problem: Any) -> _Usual:
    """Return the usual parameters for a problem."""
    if isinstance(problem, TSP):
        return _TOURS
    if clients_of_a_vehicle(problem) > LONG or no_groups(problem) is not None:
        return _LONG_ROUTES
    reason = registry.get(_SHORT_ROUTES.conqueror).supports(_sample(problem, _SHORT_ROUTES.part))
    return _SHORT_ROUTES if reason is None else _LONG_ROUTES


def _share_of_divider(problem: Any, run: Run, name: str, share: float) -> Run:
    """Return the run of what makes the first solution."""
    timed = run.stop.time_limit is not None
    stop = Stop(
        time_limit=share * run.remaining if timed else None,
        iterations=None if timed else _usual_iterations(name)(problem.size),
        target_cost=run.stop.target_cost,
    )
    threads = run.threads if timed else 1
    return ShareOfRun(
        run, stop, run.seed, threads, lambda now: run.report(now.cost, phase="divide")
    )


def _usual_iterations(name: str) -> Callable[[int], int]:
    return _ITERATIONS.get(name, lambda _: _OTHERS)


def _sample(problem: Any, size: int) -> Problem[Any]:
    """Return a problem such as the parts are."""
    if problem.size <= size:
        return problem  # type: ignore[no-any-return]
    if isinstance(problem, VRP):
        return sub_problem(problem, np.arange(problem.depots, problem.depots + size))
    # Any nodes would do, but for ends in the middle of fixed edges.
    nodes = np.arange(size, dtype=np.int32)
    first, last = problem.ends if problem.path else (0, 0)
    ends = None if first is None else 0, None if last is None else size - 1
    if problem.fixed_edges.size:
        ends = None, None
    return part_problem(problem, nodes, np.empty((0, 2), np.int32), ends)


def _parsed(text: str) -> dict[str, str]:
    """Return parameters written as ``name=value;name=value``."""
    values = {}
    for item in re.split(r"[;\s]+", text.strip()):
        name, equals, value = item.partition("=")
        if item and not (name and equals and value):
            raise ValueError(f"conqueror_params must be name=value;name=value, got {item!r}")
        if item:
            values[name] = value
    return values
