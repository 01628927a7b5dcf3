"""Monte Carlo tree search guided by weights of edges, improved and as published."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance, GtPriorGuide
from cosolve.problems import TSP, Tour
from cosolve.search.mcts import (
    iterate,
    iterate_published,
    published_search,
    tree_search,
)
from cosolve.search.models import model_of
from cosolve.search.reconnect import descended
from cosolve.solvers.space import Choice, Domain, FloatRange, IntRange
from cosolve.solvers.tsp_support import solve_if_hurried, solve_if_tiny, unsupported

if TYPE_CHECKING:
    from cosolve import _kernels
    from cosolve.search.kernel_model import IntArray

_IMPROVED_ONLY = ("breadth", "walk", "temperature")
_PUBLISHED_ONLY = ("actions", "use_heatmap", "time_per_node")

# Tuned for GT-Prior by number of nodes [2, appendix]: alpha, beta, actions (H), candidates,
# use_heatmap, depth, time_per_node (T).
_TUNED = {
    500: (0.0, 10.0, 5, 5, True, 200, 0.1),
    1000: (1.0, 10.0, 5, 5, True, 200, 0.1),
    10000: (0.0, 10.0, 10, 20, False, 200, 0.01),
}
# The same with a tenth of the time for 1000 nodes.
_TUNED_SHORT = {
    1000: (0.0, 10.0, 2, 5, True, 200, 0.01),
    10000: (0.0, 10.0, 10, 20, False, 200, 0.01),
}
# Before tuning.
_UNTUNED = {1000: (1.0, 10.0, 10, 1000, True, 10, 0.1)}

_Settings = tuple[float, float, int, int, bool, int, float]


def _preset(table: Mapping[int, _Settings]) -> Callable[[int], dict[str, object]]:
    names = ("alpha", "beta", "actions", "candidates", "use_heatmap", "depth", "time_per_node")

    def settings(size: int) -> dict[str, object]:
        nearest = min(table, key=lambda n: abs(math.log(n / max(size, 1))))
        return {"published": True, **dict(zip(names, table[nearest], strict=True))}

    return settings


@dataclass(frozen=True, slots=True)
class Mcts:
    """Monte Carlo tree search over the edges of a guide, GT-Prior unless another is given.

    An action perturbs the tour by a double bridge between places near one another, drawn with the
    potential of edges, and repairs it by Lin-Kernighan moves; edges that shorten the tour gain
    weight. ``published=True``, which the preset ``published`` sets, searches as [1]_ and [2]_ do:
    random k-opt moves until none improves the tour, then another random tour.

    Parameters
    ----------
    alpha
        Weight of exploration in the potential of an edge, ``W_ij / Omega_i + alpha * sqrt(ln(M + 1)
        / (Q_ij + 1))``.
    beta
        How much the weights of edges learn from an improvement.
    depth
        Most edges a move exchanges; published: most steps of an action (``Max_Depth``).
    breadth
        Alternatives tried at the first levels of a move; the last value holds for the rest.
        Improved only.
    candidates
        Most candidate edges of a node, those of largest weight (``Max_Candidate_Num``).
    walk
        Steps of the random walks from a node to the four places of a double bridge. Improved only.
    temperature
        Longer tours by d are accepted with probability ``exp(-d / T)``; T falls from this many mean
        edge lengths to 0 over the time limit or the limit on the iterations. Improved only.
    published
        Search as published. Symmetric closed tours without fixed edges only.
    actions
        Actions per node without success before another random tour (``Param_H``). Published only.
    use_heatmap
        Candidates are the edges of largest weight, not the shortest. Published only.
    time_per_node
        Seconds per node after which the search ends unless a time limit is given (``Param_T``).
        Published only.

    Raises
    ------
    ValueError
        If a parameter is out of range or belongs to the other kind of search.

    Notes
    -----
    An iteration is an action. See ``cosolve/cpp/tsp/mcts.h`` and ``mcts_published.h`` for the
    algorithms and where they differ from the papers.

    References
    ----------
    .. [1] Z.-H. Fu, K.-B. Qiu and H. Zha, "Generalize a small pre-trained model to arbitrarily
       large TSP instances", AAAI 35 (2021).
    .. [2] X. Pan, C. Wang, C. Ying, Y. Xue and T. Yu, "Beyond the heatmap: a rigorous evaluation of
       component impact in MCTS-based TSP solvers", ICLR 2026, arXiv 2411.09238.
    """

    name: ClassVar[str] = "mcts"
    summary: ClassVar[str] = "Monte Carlo tree search over the edges of a guide"
    presets: ClassVar[Mapping[str, Callable[[int], Mapping[str, object]]]] = MappingProxyType(
        {
            "published": _preset(_TUNED),
            "published-short": _preset(_TUNED_SHORT),
            "published-untuned": _preset(_UNTUNED),
        }
    )
    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "alpha": FloatRange(0.0, 10.0),
            "beta": FloatRange(0.0, 10.0),
            "depth": IntRange(3, 12),
            "breadth": Choice(((3, 2, 1), (5, 1), (5, 2, 1), (5, 3, 1), (5, 3, 2, 1), (8, 3, 1))),
            "candidates": IntRange(5, 12),
            "walk": IntRange(5, 150, log=True),
            "temperature": FloatRange(0.01, 1.0, log=True),
        }
    )
    # The space of the paper's grid [2, section 3].
    preset_spaces: ClassVar[Mapping[str, Mapping[str, Domain]]] = MappingProxyType(
        dict.fromkeys(
            ("published", "published-short", "published-untuned"),
            MappingProxyType(
                {
                    "alpha": Choice((0.0, 1.0, 2.0)),
                    "beta": Choice((10.0, 100.0, 150.0)),
                    "actions": Choice((2, 5, 10)),
                    "candidates": Choice((5, 20, 50, 1000)),
                    "use_heatmap": Choice((True, False)),
                    "depth": Choice((10, 50, 100, 200)),
                }
            ),
        )
    )

    alpha: float = 1.0
    beta: float = 1.0
    depth: int = 10
    breadth: tuple[int, ...] = (5, 3, 1)
    candidates: int = 8
    walk: int = 50
    temperature: float = 0.2
    published: bool = False
    actions: int = 10
    use_heatmap: bool = True
    time_per_node: float = 0.1

    def __post_init__(self) -> None:
        """Validate the parameters."""
        for name in ("alpha", "beta", "temperature", "time_per_node"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                raise ValueError(f"{name} must be a number not below 0, got {value}")
        for name in ("candidates", "walk", "actions"):
            value = getattr(self, name)
            if not 1 <= value < 2**31:
                raise ValueError(f"{name} must be positive, got {value}")
        if self.published and not 1 <= self.depth < 2**31:
            raise ValueError(f"depth must be positive, got {self.depth}")
        if not self.published and not 2 <= self.depth <= 16:
            raise ValueError(f"depth must be between 2 and 16, got {self.depth}")
        if not self.breadth or not all(1 <= b <= 32 for b in self.breadth):
            raise ValueError(f"breadth must be numbers between 1 and 32, got {self.breadth}")
        foreign = _IMPROVED_ONLY if self.published else _PUBLISHED_ONLY
        defaults = {field.name: field.default for field in fields(self)}
        for name in foreign:
            if getattr(self, name) != defaults[name]:
                kind = "improved" if self.published else "published"
                raise ValueError(f"{name} is a parameter of the {kind} search only")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the kernels handle the problem, else why not."""
        reason = unsupported(problem)
        if reason is not None or not self.published or not isinstance(problem, TSP):
            return reason
        if problem.path or problem.fixed_edges.size or not problem.symmetric:
            return "as published it handles symmetric closed tours without fixed edges only"
        return None

    def default_time_limit(self, problem: Problem[Any]) -> float | None:
        """Return T n seconds if it searches as published, else None: the usual limit."""
        return self.time_per_node * problem.size if self.published else None

    def run(
        self,
        problem: TSP,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,
    ) -> Outcome[Tour]:
        """Search until `run` says stop, from `start` if it is given."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        if (hurried := solve_if_hurried(problem, run, start)) is not None:
            return hurried
        if self.published:
            return self._run_published(problem, run, start, guide)
        guidance = GtPriorGuide(self.candidates)(problem) if guide is None else guide
        guidance = guidance.strongest(self.candidates)
        model = model_of(problem, guidance, run)
        nodes = model.weighted_tour(guidance) if start is None else model.encode(start)

        def search(nodes: IntArray) -> _kernels.Mcts:
            return tree_search(
                model,
                guidance,
                nodes,
                seed=run.seed,
                alpha=self.alpha,
                beta=self.beta,
                depth=self.depth,
                breadth=self.breadth,
                walk=self.walk,
                temperature=self.temperature,
            )

        engine = descended(search, nodes, model, run, "mcts")
        iterate(engine, model, run)
        return Outcome(model.decode(engine.tour()), bound=model.bound)

    def _run_published(
        self, problem: TSP, run: Run, start: Tour | None, guide: EdgeGuidance | None
    ) -> Outcome[Tour]:
        guidance = GtPriorGuide(None)(problem) if guide is None else guide
        model = model_of(problem, guidance)
        engine = published_search(
            model,
            guidance,
            None if start is None else model.encode(start),
            seed=run.seed,
            alpha=self.alpha,
            beta=self.beta,
            depth=self.depth,
            actions=self.actions,
            candidates=self.candidates,
            use_heatmap=self.use_heatmap,
        )
        limited = run.stop.time_limit is not None or run.stop.iterations is not None
        seconds = math.inf if limited else self.time_per_node * problem.size
        return Outcome(model.decode(iterate_published(engine, model, run, seconds)))
