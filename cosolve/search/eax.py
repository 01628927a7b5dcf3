"""Python face of the genetic algorithm kernel, and the tours its population starts from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.core.run import SLICE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cosolve.core import Run
    from cosolve.search.kernel_model import IntArray, KernelGraph

# A population without a given size: making the tours may take this share of the time that is left,
# less where there are more nodes, so that the genetic algorithm converges in the rest whatever the
# speed of the machine. Measured: benchmarks/SETTINGS.md.
_BUILD_SHARE, _BUILD_SHARE_NODES, _BUILD_SHARE_EXPONENT = 0.36, 1000, 0.37
_SMALLEST, _WITHOUT_LIMIT = 10, 100
LARGEST = 300
"""Most tours of a population without a given size."""

# (share of the time, largest entropy that leaves time to converge, as a share of the first one):
# where more is left, the population is halved.
_SCHEDULE = ((0.5, 0.9), (0.7, 0.7), (0.85, 0.5))
_LEAST = 8  # tours; fewer have nothing to exchange

_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of individuals over 64 bits
_MASK = (1 << 64) - 1


def local_optimum(
    model: KernelGraph, tour: IntArray, seed: int, run: Run, kicks: int = 0
) -> IntArray:
    """Lin-Kernighan optimum of a tour.

    Parameters
    ----------
    model
        The kernel view of the problem, or of a part of it.
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
    model: KernelGraph, seed: int, run: Run, first: IntArray | None = None, kicks: int = 0
) -> Iterator[IntArray]:
    """Endless stream of different local optima, the same for any number of threads.

    Parameters
    ----------
    model
        The kernel view of the problem, or of a part of it.
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


def build_population(
    model: KernelGraph,
    run: Run,
    *,
    seed: int,
    size: int | None = None,
    first: IntArray | None = None,
    kicks: int = 0,
    share: float | None = None,
    largest: int | None = None,
) -> list[IntArray]:
    """Make the tours of a first population.

    Parameters
    ----------
    model
        The kernel view of the problem, or of a part of it.
    run
        Tells the time that is left; told the cost of the first tour.
    seed, first, kicks
        See :func:`starting_tours`.
    size
        Number of tours; None: as many as the time limit lets converge, 100 without one.
    share
        Share of the time that is left for making the tours, if there is no size. None: as is best
        for tours without kicks.
    largest
        Most tours, whatever the size; None: no such limit.
    """
    begin = run.elapsed
    wanted = size or (_WITHOUT_LIMIT if run.stop.time_limit is None else LARGEST)
    if largest is not None:
        wanted = min(wanted, largest)
    if share is None:
        scale = max(1.0, model.size / _BUILD_SHARE_NODES) ** _BUILD_SHARE_EXPONENT
        share = _BUILD_SHARE / scale
    allowance = share * run.remaining
    tours: list[IntArray] = []
    for tour in starting_tours(model, seed, run, first, kicks):
        tours.append(tour)
        if not tours[1:]:
            run.report(model.length(tour), bound=model.bound, phase="first tours")
        spent = run.elapsed - begin
        enough = len(tours) >= wanted or (
            size is None and len(tours) >= _SMALLEST and spent > allowance
        )
        if enough or run.limit() is not None or model.is_optimal(model.length(tour)):
            break
    return tours


def evolve(
    model: KernelGraph,
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
        The kernel view of the problem, or of a part of it.
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


def better_half(model: KernelGraph, population: IntArray) -> IntArray:
    """Return the shorter half of a population, but no fewer than 8 tours, shortest first.

    Parameters
    ----------
    model
        The kernel view of the problem, or of a part of it.
    population
        Tours over kernel nodes, one per row.
    """
    order = np.argsort([model.length(tour) for tour in population], kind="stable")
    return population[order[: max(_LEAST, len(order) // 2)]]
