"""Parts of a solution of any vehicle routing problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve.search.parallel_annealing import Numbers, groups_of, shares

if TYPE_CHECKING:
    from cosolve import _kernels
    from cosolve.search.rich_vrp import RichModel, RouteArrays

    IntArray = npt.NDArray[np.int32]

# A cut and an iteration take longer than where only loads and lengths count.
_ROUND_S = 4e-5  # per client


class _Part(NamedTuple):
    """What an engine is given: routes, tasks, and vehicles of each kind."""

    kinds: IntArray
    begins: IntArray
    visits: IntArray
    tasks: IntArray
    numbers: IntArray


class RichParts:
    """Engines for parts of a solution, and the solution.

    Parameters
    ----------
    model
        Of a problem of which it is known where the clients are.
    engines
        The first one has the solution to begin with.
    """

    def __init__(self, model: RichModel, engines: list[_kernels.RuinRecreate]) -> None:
        self.model = model
        self.engines = engines
        self.routes: RouteArrays = engines[0].current()
        self.unserved = engines[0].unserved
        """Required tasks that the best routes leave out."""
        self.cost = engines[0].cost
        """Of the best routes, with the prizes that are forgone."""
        self._best: RouteArrays = engines[0].best()
        self._given: list[_Part] = []

    @property
    def size(self) -> int:
        """Number of clients."""
        return self.model.problem.size

    def best(self) -> RouteArrays:
        """Return the best routes."""
        return self._best

    @property
    def round_s(self) -> float:
        """Seconds between two cuts."""
        return _ROUND_S * self.size

    def cut(self, count: int, rng: np.random.Generator) -> int:
        """Cut the present routes, and the tasks without one, into groups; return how many."""
        model = self.model
        kinds, begins, visits = self.routes
        waiting = np.ones(len(model.tasks), bool)
        waiting[model.task_of[visits]] = False
        loose = np.flatnonzero(waiting)
        lengths = np.diff(begins)
        points = model.points
        centers = points[model.first_of[loose]]
        if kinds.size:
            sums = np.add.reduceat(points[visits], begins[:-1])
            centers = np.concatenate([sums / lengths[:, None], centers])
        sizes = np.concatenate([lengths, np.ones(loose.size, np.int32)])
        middle = points[: model.problem.depots].mean(axis=0)
        groups = groups_of(centers, sizes, middle, count, rng)
        used = [group[group < kinds.size] for group in groups]
        numbers = self._numbers([kinds[routes] for routes in used])
        self._given = [
            self._part(routes, loose[group[group >= kinds.size] - kinds.size], number)
            for group, routes, number in zip(groups, used, numbers, strict=True)
        ]
        return len(groups)

    def _numbers(self, used: list[IntArray]) -> list[IntArray]:
        """Vehicles of each kind for every part: those it uses, and a share of the others."""
        limits = self.model.kinds[:, 0]
        counts = np.array([np.bincount(kinds, minlength=limits.size) for kinds in used])
        spare = [shares(int(left), len(used)) for left in limits - counts.sum(axis=0)]
        return list((counts + np.array(spare).T).astype(np.int32))

    def _part(self, routes: Numbers, loose: Numbers, numbers: IntArray) -> _Part:
        kinds, begins, visits = self.routes
        own = [visits[begins[r] : begins[r + 1]] for r in routes]
        mine = np.concatenate([np.empty(0, np.int32), *own])
        ends = np.cumsum([0, *(part.size for part in own)])
        # A task may have several clients in a route.
        tasks = np.unique(np.concatenate([self.model.task_of[mine], loose]))
        return _Part(kinds[routes], ends.astype(np.int32), mine, tasks.astype(np.int32), numbers)

    def anneal(self, part: int, seconds: float, iterations: int, temperature: float) -> int:
        """Search a part; return the iterations done."""
        engine = self.engines[part]
        engine.start_part(*self._given[part])
        return engine.anneal(seconds, iterations, temperature)

    def join(self) -> None:
        """Put the routes of all parts together, and keep them if they are better."""
        used = self.engines[: len(self._given)]
        self.routes = _joined([engine.current() for engine in used])
        unserved = sum(engine.unserved for engine in used)
        cost = sum(engine.cost for engine in used)
        if (unserved, cost) < (self.unserved, self.cost):
            self.unserved, self.cost = unserved, cost
            self._best = _joined([engine.best() for engine in used])


def _joined(parts: list[RouteArrays]) -> RouteArrays:
    """All routes of some, one after the other."""
    kinds, begins, visits = zip(*parts, strict=True)
    lengths = np.concatenate([np.diff(begin) for begin in begins])
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return np.concatenate(kinds), ends, np.concatenate(visits)
