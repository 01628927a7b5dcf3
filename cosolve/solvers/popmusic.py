"""Partial optimization of large TSPs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.parts import Region, WholeTour
from cosolve.search.popmusic import (
    Pass,
    improve_in_parallel,
    improve_parts,
    kick,
    recombine,
    settle,
)
from cosolve.search.reconnect import DESCENTS, WORTHWHILE, reconnect
from cosolve.search.tsp_model import TspModel
from cosolve.solvers.tsp_support import (
    begins_by_weight,
    solve_if_hurried,
    solve_if_tiny,
    unsupported,
)

# Arrays of this many nodes fit in a cache of a megabyte or two; a move rewrites up to half of one.
_LOCAL_SEARCH_PART = 50_000
_WHOLE = 150_000  # up to here the first descent is faster without parts

# Seconds per node: what kicks are worth before recombination is better, the least with which a
# population gets anywhere, and what two passes need (benchmarks/SETTINGS.md).
_KICK_PER_NODE, _KICK_SHARE = 6e-5, 0.15
_RECOMBINE_PER_NODE = 5e-5
_TWO_PASSES_PER_NODE = 2.5e-4

_IDLE = 2  # passes in a row that save nothing before a search without a limit ends
_ROUNDING = 1e-12  # relative; a smaller gain is none
_STREAM = 0xD1342543DE82EF95
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Popmusic:
    """Partial optimization: a large tour is improved part by part [1]_.

    A part is a compact region of at most `part` nodes; what the tour does outside it is contracted
    to fixed edges. First every part is brought to a Lin-Kernighan optimum and the longest edges of
    the tour are joined in a better order, then parts are kicked and repaired, then populations of
    tours of every part are recombined, in passes with other borders every time. With several
    threads each works on a stretch of the tour of its own.

    Parameters
    ----------
    part
        Most nodes of a part that is recombined.
    kick_share
        Share of the time after the first local optimum that goes into kicks. None: all of it where
        the time per node is too short for populations, else what kicks need to do most of what they
        can.
    passes
        Passes of recombination that the rest of the time is divided into. None: one or two.
    weighted_start
        Whether, with a guide, the first tour takes the edges of largest weight first, not the
        shortest. None: if the weights say more than the order of the rows.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a part. With a limit on the iterations only, populations have 100 tours and
    there is one kick per node.

    References
    ----------
    .. [1] E. D. Taillard and S. Voß, "POPMUSIC - Partial optimization metaheuristic under special
       intensification conditions", in Essays and Surveys in Metaheuristics (2002).
    """

    name: ClassVar[str] = "popmusic"
    summary: ClassVar[str] = "improves large tours part by part, with eax and lk; any size"

    part: int = 10_000
    kick_share: float | None = None
    passes: int | None = None
    weighted_start: bool | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.part < 10:
            raise ValueError(f"part must be at least 10, got {self.part}")
        if self.kick_share is not None and not 0 <= self.kick_share <= 1:
            raise ValueError(f"kick_share must be between 0 and 1, got {self.kick_share}")
        if self.passes is not None and self.passes < 1:
            raise ValueError(f"passes must be at least 1, got {self.passes}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the problem has coordinates, else why not."""
        reason = unsupported(problem)
        if reason is None and isinstance(problem, TSP) and problem.coords is None:
            return "it has no coordinates, by which the nodes are grouped"
        return reason

    def run(
        self,
        problem: TSP,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Tour]:
        """Improve a greedy tour, or `start`, until `run` says stop or nothing improves."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        model = TspModel(problem, guide)
        if start is not None:
            nodes = model.encode(start)
        elif guide is not None and begins_by_weight(model, self.weighted_start):
            nodes = model.weighted_tour(guide)
        else:
            nodes = model.greedy()
        tour = WholeTour(Region.whole(model), nodes)
        search = _Search(model, tour, run)
        search.descend()
        share, passes = self._plan(run.remaining * run.threads / model.size)
        search.once(Pass("kick", kick, _LOCAL_SEARCH_PART), share * run.remaining)
        for left in range(passes, 0, -1):
            search.reconnect()
            search.once(Pass("recombine", recombine, self.part), run.remaining / left)
        idle = 0
        while run.limit() is None and idle < _IDLE:
            saved = search.once(Pass("recombine", recombine, self.part), run.remaining)
            idle = 0 if saved > _ROUNDING * search.cost else idle + 1
        return Outcome(model.decode(tour.order))

    def _plan(self, per_node_s: float) -> tuple[float, int]:
        """Share of the time for kicks and number of passes, given the seconds per node."""
        share = min(1.0, max(_KICK_SHARE, _KICK_PER_NODE / max(per_node_s, 1e-9)))
        rest = (1 - share) * per_node_s
        if rest < _RECOMBINE_PER_NODE:
            share = 1.0
        passes = 1 if rest < _TWO_PASSES_PER_NODE else 2
        return (
            share if self.kick_share is None else self.kick_share,
            passes if self.passes is None else self.passes,
        )


class _Search:
    """The tour, its cost, and the passes over it."""

    def __init__(self, model: TspModel, tour: WholeTour[Region], run: Run) -> None:
        self.tour = tour
        self.run = run
        self._length = model.length
        self.cost = model.length(tour.order)
        self._passes = 0
        run.report(self.cost, phase="greedy")

    def descend(self) -> None:
        """Bring the tour to a local optimum."""
        if self.tour.order.size > _WHOLE or self.run.threads > 1:
            self.once(Pass("settle", settle, _LOCAL_SEARCH_PART), self.run.remaining)
        # From there it is a short way to an optimum across the borders of the parts.
        for _round in range(DESCENTS):
            self.once(Pass("settle", settle, self.tour.order.size), self.run.remaining)
            if not self.reconnect():
                break

    def reconnect(self) -> bool:
        """Reconnect the longest edges; return whether that was worth a search around them."""
        if self.run.limit() is not None:
            return False
        self._passes += 1
        seed = (self.run.seed + self._passes * _STREAM) & _MASK
        saved = reconnect(self.tour, self.run, seed=seed)
        self.cost = self._length(self.tour.order)
        self.run.report(self.cost, phase="reconnect")
        return saved > WORTHWHILE * self.cost

    def once(self, work: Pass, seconds: float) -> float:
        """Make one pass; return the length it saved."""
        run = self.run
        if run.limit() is not None or seconds <= 0:
            return 0.0
        self._passes += 1
        seed = (run.seed + self._passes * _STREAM) & _MASK
        if run.threads == 1 or self.tour.order.size < 2 * work.largest:

            def told(gain: float) -> None:
                self.cost -= gain
                run.report(self.cost, iterations=1, phase=work.name)

            saved = improve_parts(self.tour, work, run, seconds=seconds, seed=seed, on_gain=told)
        else:
            saved = improve_in_parallel(self.tour, work, run, seconds=seconds, seed=seed)
            run.report(iterations=1)
        self.cost = self._length(self.tour.order)  # without the rounding of many differences
        run.report(self.cost, phase=work.name)
        return saved
