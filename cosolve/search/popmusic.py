"""Improving a large tour part by part."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from cosolve.core import Run, Stop
from cosolve.core.run import SLICE_S
from cosolve.search.eax import build_population, evolve
from cosolve.search.lin_kernighan import lin_kernighan
from cosolve.search.parts import Region, WholeTour, split, stretches

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.search.kernel_model import IntArray, KernelGraph

_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of parts over 64 bits
_MASK = (1 << 64) - 1


class Improve(Protocol):
    """A search on a part."""

    def __call__(self, region: Region, tour: IntArray, run: Run) -> IntArray:
        """Return a tour of `region` that is not longer than `tour`, within the limits of `run`."""


class Pass(NamedTuple):
    """One pass over all parts of a tour."""

    name: str
    improve: Improve
    largest: int
    """Most nodes of a part."""
    even: bool = False
    """Whether parts are as equal as can be, not cut at random."""


def settle(region: Region, tour: IntArray, run: Run) -> IntArray:
    """Bring a part to a Lin-Kernighan optimum."""
    engine = lin_kernighan(region, tour, seed=run.seed)
    while not engine.settled and run.limit() is None:
        engine.run(min(SLICE_S, run.remaining), 0)
    nodes: IntArray = engine.tour()
    return nodes


def kick(region: Region, tour: IntArray, run: Run) -> IntArray:
    """Kick and repair a part until its time is up; without a time limit, one kick per node."""
    engine = lin_kernighan(region, tour, seed=run.seed)
    kicks = region.size if run.stop.time_limit is None else -1
    while run.limit() is None and engine.kicks != kicks:
        engine.run(min(SLICE_S, run.remaining), kicks - engine.kicks if kicks >= 0 else -1)
    nodes: IntArray = engine.tour()
    return nodes


def recombine(
    region: KernelGraph, tour: IntArray, run: Run, *, largest: int | None = None
) -> IntArray:
    """Evolve a population of at most `largest` tours of a part, the present one among them."""
    population = build_population(region, run, seed=run.seed, first=tour, largest=largest)
    if len(population) == 1:
        return population[0]
    best, _ = evolve(region, population, run, seed=run.seed, children=60, share=0.25)
    return best


def improve_parts(
    tour: WholeTour[Region],
    work: Pass,
    run: Run,
    *,
    seconds: float,
    seed: int,
    on_gain: Callable[[float], None],
) -> float:
    """Make one pass over all parts of a tour, one after the other.

    Parameters
    ----------
    tour
        Improved in place.
    work
        What to do.
    run
        Ends the pass when it says stop.
    seconds
        Time for the pass, shared among the parts by their number of nodes; may be infinite.
    seed
        Seed of the pass.
    on_gain
        Called after every part with the length that was saved.

    Returns
    -------
    float
        The length saved.
    """
    rng = None if work.even else np.random.default_rng(seed)
    begin, waiting, saved = run.elapsed, tour.order.size, 0.0
    for number, nodes in enumerate(split(tour.region, work.largest, rng)):
        if run.limit() is not None:
            break
        share = (seconds - (run.elapsed - begin)) * nodes.size / max(waiting, nodes.size)
        waiting -= nodes.size
        part = tour.cut_out(nodes)
        if part is None:
            continue
        own = Run(
            Stop(time_limit=max(share, 0.0) if np.isfinite(share) else None, stall=run.stop.stall),
            seed=(seed + number * _STREAM) & _MASK,
            interrupted=run.interrupted,
        )
        better = work.improve(part.region, part.tour, own)
        gain = part.region.length(part.tour) - part.region.length(better)
        if gain > 0:
            tour.put_back(part, better)
            saved += gain
        on_gain(max(gain, 0.0))
    return saved


def improve_in_parallel(
    tour: WholeTour[Region], work: Pass, run: Run, *, seconds: float, seed: int
) -> float:
    """Make one pass with all threads, each on a stretch of the tour of its own.

    What a thread does to its stretch leaves the ends of the others as they are, so they need not
    know of each other.

    Parameters
    ----------
    tour, work, run, seconds, seed
        See :func:`improve_parts`.

    Returns
    -------
    float
        The length saved.
    """
    first = int(np.random.default_rng(seed).integers(tour.order.size))
    parts = [tour.cut_out(nodes) for nodes in stretches(tour.order, run.threads, first)]
    begin = run.elapsed

    def improved(number: int) -> tuple[IntArray, float] | None:
        part = parts[number]
        if part is None:
            return None
        own = WholeTour(part.region, part.tour)
        limited = Run(
            Stop(time_limit=seconds if np.isfinite(seconds) else None),
            interrupted=run.interrupted,
        )
        saved = improve_parts(
            own,
            work,
            limited,
            seconds=seconds - (run.elapsed - begin),
            seed=(seed + (number + 1) * _STREAM) & _MASK,
            on_gain=lambda _: None,
        )
        return own.order, saved

    total = 0.0
    with ThreadPoolExecutor(run.threads) as pool:
        for part, result in zip(parts, pool.map(improved, range(len(parts))), strict=True):
            if part is not None and result is not None:
                tour.put_back(part, result[0])
                total += result[1]
    return total
