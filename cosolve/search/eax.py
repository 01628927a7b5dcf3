"""Python face of the genetic algorithm kernel, and the tours its population starts from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.search.lin_kernighan import SLICE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cosolve.core import Run
    from cosolve.search.kernel_model import IntArray, KernelModel

# (share of the time, largest entropy that leaves time to converge, as a share of the first one):
# where more is left, the population is halved.
_SCHEDULE = ((0.5, 0.9), (0.7, 0.7), (0.85, 0.5))
_LEAST = 8  # tours; fewer have nothing to exchange

_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of individuals over 64 bits
_MASK = (1 << 64) - 1


def local_optimum(
    model: KernelModel, tour: IntArray, seed: int, run: Run, kicks: int = 0
) -> IntArray:
    """Lin-Kernighan optimum of a tour.

    Parameters
    ----------
    model
        The kernel view of the problem.
    tour
        Kernel nodes to start from.
    seed
        Seed of the search.
    run
        When its time is up or it is interrupted, the tour is returned as it is.
    kicks
        Kicks after the first local optimum; the search is deeper if there are any.

    Returns
    -------
    ndarray
        Kernel nodes, shape (model.size,).
    """
    engine = model.local_search(tour, seed=seed, shallow=not kicks)
    while run.remaining > 0 and not run.interrupted.is_set():
        if engine.settled and engine.kicks >= kicks:
            break
        engine.run(min(SLICE_S, run.remaining), kicks - engine.kicks)
    return engine.tour()


def starting_tours(
    model: KernelModel, seed: int, run: Run, first: IntArray | None = None, kicks: int = 0
) -> Iterator[IntArray]:
    """Endless stream of different local optima, the same for any number of threads.

    Parameters
    ----------
    model
        The kernel view of the problem.
    seed
        Seed of the stream.
    run
        Its threads compute as many tours at a time, each a local optimum unless time is up.
    first
        A tour whose local optimum comes first; the model's first tour unless given.
    kicks
        Kicks per tour.
    """

    def nth(i: int) -> IntArray:
        own_seed = (seed + i * _STREAM) & _MASK
        if i == 0 and first is not None:
            tour = first
        else:
            tour = model.varied_tour(own_seed) if i else model.first_tour()
        return local_optimum(model, tour, own_seed, run, kicks)

    with ThreadPoolExecutor(run.threads) as pool:
        for i in range(0, 1 << 62, run.threads):
            yield from pool.map(nth, range(i, i + run.threads))


def evolve(
    model: KernelModel,
    population: list[IntArray],
    run: Run,
    *,
    seed: int,
    children: int,
    share: float,
) -> tuple[IntArray, bool]:
    """Run the genetic algorithm until it converges or `run` says stop.

    Parameters
    ----------
    model
        The kernel view of the problem.
    population
        At least two tours over kernel nodes.
    run
        Told the best cost after every slice; an iteration is a generation.
    seed, children, share
        See :class:`cosolve.solvers.eax.Eax`.

    Returns
    -------
    tour, converged
        The best tour over kernel nodes, and whether the algorithm ended by itself.
    """

    def engine_for(tours: IntArray) -> _kernels.Eax:
        return _kernels.Eax(
            model.metric,
            model.indptr,
            model.indices,
            model.fixed_edges,
            tours,
            children,
            seed,
            run.threads,
            share,
        )

    engine = engine_for(np.array(population, dtype=np.int32))
    first_entropy = engine.statistics()["entropy"]
    begin, available = run.elapsed, run.remaining
    schedule = list(_SCHEDULE) if np.isfinite(available) else []
    while not engine.finished and run.limit() is None:
        if model.is_optimal(model.cost(engine.cost)):
            return engine.best(), True
        if schedule and run.elapsed - begin >= schedule[0][0] * available:
            _, entropy = schedule.pop(0)
            if engine.statistics()["entropy"] > entropy * first_entropy:
                engine = engine_for(better_half(model, engine.population()))
        left = run.remaining_iterations
        done = engine.run(min(SLICE_S, run.remaining), -1 if left is None else left)
        run.report(model.cost(engine.cost), iterations=done, phase=f"eax {'I' * engine.stage}")
    return engine.best(), engine.finished


def better_half(model: KernelModel, population: IntArray) -> IntArray:
    """Return the shorter half of a population, but no fewer than 8 tours, shortest first.

    Parameters
    ----------
    model
        The kernel view of the problem.
    population
        Tours over kernel nodes, one per row.
    """
    order = np.argsort([model.length(tour) for tour in population], kind="stable")
    return population[order[: max(_LEAST, len(order) // 2)]]
