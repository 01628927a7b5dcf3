"""Iterated Lin-Kernighan search for the TSP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.lin_kernighan import iterate
from cosolve.search.models import model_of
from cosolve.search.reconnect import descended
from cosolve.solvers.space import Choice, Domain, IntRange
from cosolve.solvers.tsp_support import (
    begins_by_weight,
    solve_if_hurried,
    solve_if_tiny,
    unsupported,
)

if TYPE_CHECKING:
    from cosolve.search.kernel_model import IntArray, LocalSearch


@dataclass(frozen=True, slots=True)
class Lk:
    """Iterated Lin-Kernighan search.

    Parameters
    ----------
    depth
        Most edges one move exchanges. None: 10, or 9 arcs of an asymmetric problem.
    breadth
        Alternatives tried at the first levels of the search; the last value holds for the rest.
        None: 5, 3, 1, or 5, 3, 3, 2, 1 in an asymmetric problem.
    kick_segment
        Longest segment of the double bridges between two searches, in nodes.
    guided_kicks
        Whether, with a guide, edges of the tour are kicked more often if they have less weight.
    weighted_start
        Whether, with a guide, the first tour takes the edges of largest weight first, not the
        shortest. None: if the weights say more than the order of the rows.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a kick. See ``cosolve/cpp/tsp/lin_kernighan.h`` for the algorithm and its
    sources; in asymmetric problems no move turns a segment around
    (``cosolve/cpp/atsp/directed_lin_kernighan.h``), the first tour is a patched assignment, and
    of a guide only the order of edges counts.
    """

    name: ClassVar[str] = "lk"
    summary: ClassVar[str] = "iterated Lin-Kernighan search with segment-local double bridges"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "depth": IntRange(3, 12),
            "breadth": Choice(((3, 2, 1), (5, 1), (5, 3, 1), (5, 3, 2, 1), (5, 5, 3, 2, 1))),
            "kick_segment": IntRange(5, 200, log=True),
        }
    )

    depth: int | None = None
    breadth: tuple[int, ...] | None = None
    kick_segment: int = 50
    guided_kicks: bool = False
    weighted_start: bool | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.depth is not None and not 2 <= self.depth <= 16:
            raise ValueError(f"depth must be between 2 and 16, got {self.depth}")
        breadth = (1,) if self.breadth is None else self.breadth
        if not breadth or not all(1 <= b <= 32 for b in breadth):
            raise ValueError(f"breadth must be numbers between 1 and 32, got {self.breadth}")
        if not 1 <= self.kick_segment < 2**31:
            raise ValueError(f"kick_segment must be positive, got {self.kick_segment}")

    def supports(self, problem: Problem[Tour]) -> str | None:
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
        """Improve a first tour, or `start`, until `run` says stop or it is proven optimal."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        model = model_of(problem, guide, run)
        if start is not None:
            nodes = model.encode(start)
        elif guide is not None and begins_by_weight(model, self.weighted_start):
            nodes = model.weighted_tour(guide)
        else:
            nodes = model.first_tour()
        chances = None
        if guide is not None and self.guided_kicks:
            chances = model.kick_chances(guide)

        def search(nodes: IntArray) -> LocalSearch:
            return model.local_search(
                nodes,
                seed=run.seed,
                depth=self.depth,
                breadth=self.breadth,
                kick_segment=self.kick_segment,
                kick_chances=chances,
            )

        engine = descended(search, nodes, model, run, "lk")
        iterate(engine, model, run)
        return Outcome(model.decode(engine.tour()), bound=model.bound)
