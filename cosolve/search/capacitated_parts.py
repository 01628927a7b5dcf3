"""Parts of a solution where only loads and lengths count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve.search.capacitated import CapacitatedModel, IntArray, LocalAnnealing
from cosolve.search.parallel_annealing import anneal_parts, groups_of, shares

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.core import Run

# With .15 s a round two threads were worth no more than one on X-n1001-k43.
_ROUND_S = 1e-5  # per client


class CapacitatedParts:
    """Engines for parts of a solution, and the solution.

    Parameters
    ----------
    model
        Of a problem in the plane.
    flat
        Feasible routes, in the kernel's form.
    seed
        Of the first engine; the others have the next ones.
    annealing
        Parameters of the engines.
    count
        How many there are.
    """

    def __init__(
        self,
        model: CapacitatedModel,
        flat: IntArray,
        seed: int,
        annealing: LocalAnnealing,
        count: int,
    ) -> None:
        self.model = model
        self.engines = [model.search(flat, seed + k, annealing) for k in range(count)]
        self.leg = self.engines[0].mean_leg
        """Mean length of a leg of the first routes."""
        self.best = self.flat = self.engines[0].current()  # without routes that are empty
        self.cost = self.engines[0].best_cost
        self._given: list[tuple[IntArray, int]] = []

    @property
    def size(self) -> int:
        """Number of clients."""
        return self.model.problem.size

    @property
    def round_s(self) -> float:
        """Seconds between two cuts."""
        return _ROUND_S * self.size

    def cut(self, count: int, rng: np.random.Generator) -> int:
        """Cut the present routes into groups; return how many."""
        ends = np.flatnonzero(self.flat == 0)
        begins = np.concatenate([[0], ends[:-1] + 1])
        sizes = ends - begins
        points = self.model.points
        # Each sum has the depot in it, at which its route ends.
        centers = (np.add.reduceat(points[self.flat], begins) - points[0]) / sizes[:, None]
        groups = groups_of(centers, sizes, points[0], count, rng)
        spare = shares(self.model.most_routes - sizes.size, len(groups))
        self._given = [
            (np.concatenate([self.flat[begins[r] : ends[r] + 1] for r in group]), group.size + more)
            for group, more in zip(groups, spare, strict=True)
        ]
        return len(groups)

    def anneal(self, part: int, seconds: float, iterations: int, temperature: float) -> int:
        """Search a part; return the iterations done."""
        engine = self.engines[part]
        engine.begin(*self._given[part])
        # The kernel takes 0 for no limit.
        return engine.run(seconds, iterations, temperature, temperature) if iterations else 0

    def join(self) -> None:
        """Put the routes of all parts together, and keep them if they are better."""
        used = self.engines[: len(self._given)]
        self.flat = np.concatenate([engine.current() for engine in used])
        cost = sum(engine.best_cost for engine in used)
        if cost < self.cost:
            self.cost = cost
            self.best = np.concatenate([engine.best() for engine in used])


def anneal_side_by_side(
    model: CapacitatedModel,
    flat: IntArray,
    run: Run,
    annealing: LocalAnnealing,
    threads: int,
    watch: Callable[[IntArray], None] | None = None,
) -> IntArray:
    """Search until `run` says stop, cooling down as its limits are used up.

    Parameters
    ----------
    model
        Of a problem in the plane.
    flat
        Feasible routes, in the kernel's form.
    run
        Clock, limits and seed; told the cost after every round.
    annealing
        Its parameters.
    threads
        At least 2, each with a part of the solution.
    watch
        Shown the present routes, in the kernel's form, after every round.

    Returns
    -------
    ndarray
        The best routes.
    """
    parts = CapacitatedParts(model, flat, run.seed, annealing, threads)
    hot, cold = annealing.hot * parts.leg, annealing.cold * parts.leg

    def report(iterations: int) -> None:
        run.report(parts.cost, iterations=iterations, phase="ruin")
        if watch is not None:
            watch(parts.flat)

    run.report(parts.cost, phase="construct")
    anneal_parts(parts, threads, run, hot, cold, report)
    return parts.best
