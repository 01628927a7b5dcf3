"""Python face of the genetic algorithm kernel, and the tours its population starts from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.search.lin_kernighan import SLICE_S, lin_kernighan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cosolve.core import Run
    from cosolve.search.tsp_model import IntArray, TspModel

# Tours of a population are to be diverse and cheap rather than good: a shallow search from very
# different greedy tours lets the crossover end both earlier and lower than deep searches do
# (benchmarks/RESULTS.md, "Starting tours").
_START_DEPTH = 3
_START_BREADTH = (5, 3)
_START_RANDOMIZATION = 3.0

_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of individuals over 64 bits
_MASK = (1 << 64) - 1


def local_optimum(model: TspModel, seed: int, tour: IntArray | None = None) -> IntArray:
    """Lin-Kernighan optimum of a randomized greedy tour, or of a given tour.

    Parameters
    ----------
    model
        The kernel view of the problem.
    seed
        Seed of the greedy tour.
    tour
        Kernel nodes to start from instead.

    Returns
    -------
    ndarray
        Kernel nodes, shape (model.size,).
    """
    if tour is None:
        tour = model.greedy(seed, _START_RANDOMIZATION)
    engine = lin_kernighan(model, tour, seed=seed, depth=_START_DEPTH, breadth=_START_BREADTH)
    engine.run(float("inf"), 0)
    nodes: IntArray = engine.tour()
    return nodes


def starting_tours(
    model: TspModel, seed: int, threads: int, first: IntArray | None = None
) -> Iterator[IntArray]:
    """Endless stream of different local optima, the same for any number of threads.

    Parameters
    ----------
    model
        The kernel view of the problem.
    seed
        Seed of the stream.
    threads
        Number of tours to compute at a time.
    first
        A tour whose local optimum comes first.
    """

    def nth(i: int) -> IntArray:
        return local_optimum(model, (seed + i * _STREAM) & _MASK, first if i == 0 else None)

    with ThreadPoolExecutor(threads) as pool:
        for i in range(0, 1 << 62, threads):
            yield from pool.map(nth, range(i, i + threads))


def evolve(
    model: TspModel,
    population: list[IntArray],
    run: Run,
    *,
    seed: int,
    children: int,
    multi: bool,
) -> tuple[_kernels.Eax, bool]:
    """Run the genetic algorithm until it converges or `run` says stop.

    Parameters
    ----------
    model
        The kernel view of the problem.
    population
        At least two tours over kernel nodes.
    run
        Told the best cost after every slice; an iteration is a generation.
    seed, children, multi
        See :class:`cosolve.solvers.eax.Eax`.

    Returns
    -------
    engine, converged
        The kernel, and whether it ended by itself.
    """
    engine = _kernels.Eax(
        model.metric,
        model.indptr,
        model.indices,
        model.fixed_edges,
        np.array(population, dtype=np.int32),
        children,
        seed,
        run.threads,
        multi,
    )
    while not engine.finished and run.limit() is None:
        left = run.remaining_iterations
        done = engine.run(min(SLICE_S, run.remaining), -1 if left is None else left)
        run.report(model.cost(engine.cost), iterations=done, phase=f"eax {'I' * engine.stage}")
    return engine, bool(engine.finished)
