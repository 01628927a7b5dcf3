"""Iterated Lin-Kernighan search for the TSP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.problems import TSP, Tour
from cosolve.search.lin_kernighan import iterate, lin_kernighan
from cosolve.search.models import model_of
from cosolve.solvers.space import Choice, Domain, IntRange
from cosolve.solvers.tsp_support import solve_if_hurried, solve_if_tiny, unsupported


@dataclass(frozen=True, slots=True)
class Lk:
    """Iterated Lin-Kernighan search.

    Parameters
    ----------
    depth
        Most edges one move exchanges.
    breadth
        Alternatives tried at the first levels of the search; the last value holds for the rest.
    kick_segment
        Longest segment of the double bridges between two searches, in nodes.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a kick. See ``cosolve/cpp/tsp/lin_kernighan.h`` for the algorithm and its
    sources.
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

    depth: int = 10
    breadth: tuple[int, ...] = (5, 3, 1)
    kick_segment: int = 50

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if not 2 <= self.depth <= 16:
            raise ValueError(f"depth must be between 2 and 16, got {self.depth}")
        if not self.breadth or not all(1 <= b <= 32 for b in self.breadth):
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
        """Improve a greedy tour, or `start`, until `run` says stop."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        model = model_of(problem, guide)
        nodes = model.greedy() if start is None else model.encode(start)
        engine = lin_kernighan(
            model,
            nodes,
            seed=run.seed,
            depth=self.depth,
            breadth=self.breadth,
            kick_segment=self.kick_segment,
        )
        iterate(engine, model, run)
        return Outcome(model.decode(engine.tour()))
