"""The neural conqueror as a method: paths built by the sub-path network.

Importing this module needs no PyTorch; using the solver does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cosolve.core import BackendMissing, Outcome, Problem, Run
from cosolve.guidance import EdgeGuidance
from cosolve.neural.subpath_state import BoolArray, FloatArray, Fragments, IntArray
from cosolve.problems import TSP, Metric, Tour
from cosolve.search.construct import greedy_tour
from cosolve.search.tiny import TINY
from cosolve.solvers.space import Domain, FloatRange, IntRange
from cosolve.solvers.tsp_support import solve_if_tiny

if TYPE_CHECKING:
    from cosolve.neural.subpath_net import SubpathNet

LARGEST = 1000
"""Most nodes of a path: distances between all of them are held."""

_TOO_SHORT = (
    "the limits left the network no time: this is the start, or a greedy tour; loading PyTorch "
    "takes some seconds of the first call"
)
_FLAT = (Metric.EUCLIDEAN, Metric.EUC, Metric.CEIL, Metric.ATT)


@dataclass(frozen=True, slots=True)
class Subpath:
    """Paths built edge by edge by a trained graph network, the most certain edges first.

    Made for stretches of tours, as ``divide`` cuts them: paths of some hundred nodes between two
    given ends. Closed tours are built in the same way. Paths have no direction here, so instead of
    both directions the whole is built in several frames, each turned against the others; the best
    is kept. Then what is around a random node is built anew, again and again, and kept where it is
    shorter.

    Parameters
    ----------
    model
        A folder with a model, or the name of one that comes with cosolve.
    share
        Of the missing edges, how many are chosen at most before the network is asked again.
    certainty
        Least probability of what is chosen together; if no edge has it, the likeliest is chosen.
    frames
        How often the whole is built. An iteration is one of these, or one of the tries.
    tries
        How often a part is built anew.
    around
        Nodes of such a part.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    BackendMissing
        When it is run without PyTorch.

    Notes
    -----
    The first use in a process loads PyTorch, which takes seconds.
    """

    name: ClassVar[str] = "subpath"
    summary: ClassVar[str] = "paths between given ends by a trained network (extra neural)"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "share": FloatRange(0.05, 1.0),
            "certainty": FloatRange(0.5, 0.99),
            "frames": IntRange(1, 8),
            "tries": IntRange(0, 100),
            "around": IntRange(10, 60),
        }
    )

    model: str = "subpath"
    share: float = 0.3
    certainty: float = 0.9
    frames: int = 2
    tries: int = 20
    around: int = 30

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, got {self.share}")
        if not 0 <= self.certainty <= 1:
            raise ValueError(f"certainty must be between 0 and 1, got {self.certainty}")
        if self.frames < 1:
            raise ValueError(f"frames must be at least 1, got {self.frames}")
        if self.tries < 0:
            raise ValueError(f"tries must be at least 0, got {self.tries}")
        if self.around < 3:
            raise ValueError(f"around must be at least 3, got {self.around}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for points in the plane without free ends, else why not."""
        if not isinstance(problem, TSP):
            return f"it solves TSPs, not {problem.kind} problems"
        if problem.coords is None or problem.coords.shape[1] != 2 or problem.metric not in _FLAT:
            return "it needs points in the plane"
        if problem.path and None in problem.ends:
            return "it is a path with a free end"
        if problem.size > LARGEST:
            return f"it has {problem.size} nodes; at most {LARGEST} are possible"
        return None

    def run(
        self,
        problem: TSP,
        run: Run,
        *,
        start: Tour | None = None,
        guide: EdgeGuidance | None = None,  # noqa: ARG002
    ) -> Outcome[Tour]:
        """Build a path, then parts of it anew, until `run` says stop; keep the best."""
        if (tiny := solve_if_tiny(problem, run)) is not None:
            return tiny
        best = greedy_tour(problem) if start is None else start
        run.report(problem.cost(best))
        if run.limit() is None:
            [best] = self.solve_batch([problem], run, starts=[best])
        notes = () if run.iterations else (_TOO_SHORT,)
        return Outcome(best, notes=notes)

    def batch_key(self, problem: Problem[Any]) -> tuple[int, bool] | None:
        """Return what problems have in common that can be solved at once; None: nothing."""
        if not isinstance(problem, TSP) or problem.size <= TINY:
            return None
        return None if self.supports(problem) is not None else (problem.size, problem.path)

    def solve_batch(
        self, problems: Sequence[TSP], run: Run, *, starts: Sequence[Tour]
    ) -> list[Tour]:
        """Solve many problems at once: the network looks at all of them in one go.

        Parameters
        ----------
        problems
            Problems that are supported, all of the same number of nodes, at least 13, and either
            all paths or all closed tours.
        run
            Clock, limits and seed. Told the cost if there is one problem only.
        starts
            A feasible tour of each.

        Returns
        -------
        list of Tour
            One of each, nowhere longer than the start.

        Raises
        ------
        ValueError
            If the problems differ in size or kind.
        """
        if len({(p.size, p.path) for p in problems}) != 1:
            raise ValueError("problems solved at once must have the same size and kind")
        batch = _Batch(self, problems, starts, run)
        for number in range(self.frames + self.tries):
            if run.limit() is not None:
                break
            if number < self.frames:
                batch.build(number)
            else:
                batch.rebuild()
        return batch.best


class _Batch:
    """Problems at work, their nodes renumbered so that paths lead from the first to the last."""

    def __init__(
        self, solver: Subpath, problems: Sequence[TSP], starts: Sequence[Tour], run: Run
    ) -> None:
        self._solver, self._problems, self._run = solver, problems, run
        self._net = _network(solver.model)
        self._rng = np.random.default_rng([run.seed & (2**64 - 1), len(problems)])
        self._closed = not problems[0].path
        self._names = np.stack([_ends_outside(problem) for problem in problems])
        self._coords = np.stack(
            [_coords(p)[names] for p, names in zip(problems, self._names, strict=True)]
        )
        self.best = list(starts)
        self._costs = np.array([p.cost(t) for p, t in zip(problems, starts, strict=True)])
        place = np.argsort(self._names, axis=1)
        self._fixed = [place[row][p.fixed_edges].tolist() for row, p in enumerate(problems)]
        self._orders = np.stack([_from(place[i][tour.nodes]) for i, tour in enumerate(starts)])

    def build(self, frame: int) -> None:
        """Build every path from nothing, all nodes turned by a part of a quarter turn."""
        from cosolve.neural.subpath_decode import complete

        fragments = self._nothing()
        angle = frame / self._solver.frames * np.pi / 2
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        fragments.coords = fragments.coords @ turn
        how = self._solver.share, self._solver.certainty
        if complete(self._net, fragments, *how, self._over):
            self._keep_better(fragments.orders())

    def rebuild(self) -> None:
        """Build every path anew around a random node."""
        from cosolve.neural.subpath_decode import reconsider

        batch, n, _ = self._coords.shape
        if self._closed:  # the edge from the last node to the first is always built anew
            shift = self._rng.integers(n, size=(batch, 1))
            self._orders = np.take_along_axis(self._orders, (np.arange(n) + shift) % n, axis=1)
        centers = np.asarray(self._rng.integers(n, size=batch), np.int64)
        inside = self._near(centers)
        touched = np.take_along_axis(inside, self._orders, axis=1)
        kept = ~(touched[:, :-1] | touched[:, 1:])
        fragments = self._nothing()
        how = self._solver.share, self._solver.certainty
        if reconsider(self._net, fragments, self._orders, kept, *how, self._over):
            self._keep_better(fragments.orders())

    def _over(self) -> bool:
        return self._run.limit() is not None

    def _near(self, centers: IntArray) -> BoolArray:
        """Whether nodes are among the nearest to a center, shape (batch, n)."""
        batch, n, _ = self._coords.shape
        away = np.square(self._coords - self._coords[np.arange(batch), centers][:, None]).sum(2)
        near = np.argsort(away, axis=1, kind="stable")[:, : min(self._solver.around, n)]
        inside = np.zeros((batch, n), bool)
        np.put_along_axis(inside, near, True, axis=1)
        return inside

    def _nothing(self) -> Fragments:
        """Return the problems with nothing chosen but what is fixed."""
        make = Fragments.cycles if self._closed else Fragments.paths
        fragments = make(self._coords)
        for row, edges in enumerate(self._fixed):
            for i, j in edges:
                fragments.join(np.array([row]), np.array([i]), np.array([j]))
        return fragments

    def _keep_better(self, orders: IntArray) -> None:
        for i, problem in enumerate(self._problems):
            tour = Tour(self._names[i][orders[i]])
            cost = problem.cost(tour)
            if cost < self._costs[i]:
                self.best[i], self._costs[i], self._orders[i] = tour, cost, orders[i]
        one = float(self._costs[0]) if len(self._problems) == 1 else None
        self._run.report(one, iterations=1, phase="subpath")


def _coords(problem: TSP) -> FloatArray:
    assert problem.coords is not None
    return problem.coords


def _ends_outside(problem: TSP) -> IntArray:
    """Nodes of a problem, the first end of a path first and the last one last."""
    nodes = np.arange(problem.size)
    if not problem.path:
        return nodes
    first, last = problem.ends
    inner = nodes[(nodes != first) & (nodes != last)]
    return np.array([first, *inner, last])


def _from(order: IntArray) -> IntArray:
    """Turn an order so that it begins with node 0; a path does already."""
    return np.roll(order, -int(np.flatnonzero(order == 0)[0]))


@lru_cache(maxsize=4)
def _network(model: str) -> SubpathNet:
    try:
        from cosolve.neural.subpath_model import load_subpath_net
    except ModuleNotFoundError as error:
        raise BackendMissing(
            f"the method subpath needs the package {error.name}: pip install 'cosolve[neural]'"
        ) from None
    return load_subpath_net(model)
