"""Python face of the tabu search for flexible job shops."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cosolve import _kernels
from cosolve.core.run import SLICE_S

if TYPE_CHECKING:
    from cosolve.core import Run
    from cosolve.problems.scheduling import Schedule
    from cosolve.search.scheduling_model import SchedulingModel

_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of threads over 64 bits
_MASK = (1 << 64) - 1
_NO_LIMIT = 2**62  # iterations


@dataclass(frozen=True, slots=True)
class TabuOptions:
    """Parameters of the kernel.

    Parameters
    ----------
    population
        Schedules of the pool.
    depth
        Moves without improvement after which a walk ends.
    tenure
        Moves that what was changed may not be changed back, at least.
    window
        Operations of a longest path that are looked at; 0 for all.
    reach
        Places on another machine that are looked at; 0 for all.
    reliefs
        Operations that may go to a faster machine after each move.
    outside
        Places beyond its block of a longest path that an operation may go to.
    """

    population: int
    depth: int
    tenure: int
    window: int
    reach: int
    reliefs: int
    outside: int


class TabuSearch:
    """Walks in as many threads as a run has; they share a pool of good schedules.

    Parameters
    ----------
    model
        The kernel's view of the problem.
    run
        Its seed and its threads count here.
    options
        Parameters of the kernel.
    """

    def __init__(self, model: SchedulingModel, run: Run, options: TabuOptions) -> None:
        self._model = model
        self._pool = _kernels.TabuPool(model.instance, options.population)
        self._engines = [
            _kernels.TabuSearch(
                model.instance,
                self._pool,
                (run.seed + thread * _STREAM) & _MASK,
                options.tenure,
                options.depth,
                options.window,
                options.reach,
                options.reliefs,
                options.outside,
            )
            for thread in range(run.threads)
        ]

    @property
    def makespan(self) -> int:
        """Of the best schedule; there is one as soon as `search` or `start` has been called."""
        return self._pool.makespan

    def schedule(self) -> Schedule:
        """Return the best schedule."""
        return self._model.decode(*self._pool.best(self._model.instance))

    def start(self, schedule: Schedule) -> None:
        """Let the first walk begin with a feasible schedule."""
        self._engines[0].start(self._model.instance, *self._model.encode(schedule))

    def search(self, run: Run) -> None:
        """Search until `run` says stop or the best schedule is as short as a lower bound.

        Parameters
        ----------
        run
            Clock and limits; told the makespan after every slice. An iteration is a move.
        """
        instance = self._model.instance
        self._engines[0].run(0.0, 0)  # there is a schedule even if there is no time
        run.report(self.makespan, bound=instance.bound, phase="tabu")
        with ThreadPoolExecutor(len(self._engines)) as threads:
            while run.limit() is None and self.makespan > instance.bound:
                if run.bound is not None:
                    instance.raise_bound(math.ceil(run.bound - 1e-6))
                shares = self._shares(run.remaining_iterations)
                seconds = min(SLICE_S, run.remaining)
                slices = [
                    threads.submit(engine.run, seconds, share)
                    for engine, share in zip(self._engines, shares, strict=False)
                ]
                done = sum(each.result() for each in slices)
                run.report(self.makespan, iterations=done, phase="tabu")

    def _shares(self, left: int | None) -> list[int]:
        """Spread iterations over the threads; those that would get none are left out."""
        count = len(self._engines)
        if left is None:
            return [_NO_LIMIT] * count
        return [share for i in range(count) if (share := (left + i) // count)]
