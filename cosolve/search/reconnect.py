"""A better order of what the longest edges of a tour join, as the clusters of an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from cosolve import _kernels
from cosolve.core import Run, Stop
from cosolve.search.kernel_model import KernelGraph, Settling
from cosolve.search.lin_kernighan import descend
from cosolve.search.parts import Region, WholeTour
from cosolve.search.popmusic import recombine
from cosolve.search.tsp_model import QUADRANT, TspModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.search.kernel_model import IntArray, KernelModel

E = TypeVar("E", bound=Settling)

DESCENTS = 5
"""Most descents to a local optimum, with the longest edges reconnected between them."""
WORTHWHILE = 1e-4
"""Share of the cost that reconnecting must save to be worth another descent."""

# An edge is long if it exceeds the mean this many times; without any, nothing is done.
_LONG = 8.0
# The longest edges are taken, long or not: as many as are reconnected in this share of the time.
_SHARE = 0.04
_PER_EDGE_S = 1e-3
_FEWEST, _MOST, _ONE_IN = 20, 1000, 20
_TOURS = 20  # of the population


def descended(
    make: Callable[[IntArray], E], nodes: IntArray, model: KernelModel, run: Run, phase: str
) -> E:
    """Bring a tour to a local optimum whose longest edges cannot be joined better.

    Parameters
    ----------
    make
        Makes a search that begins with a tour.
    nodes
        Kernel nodes of the first one.
    model
        The whole problem; longest edges are looked at if its nodes have coordinates.
    run
        Limits; told the cost after every slice.
    phase
        What `run` is told that this is.

    Returns
    -------
    engine
        The search, at the optimum unless `run` said stop.
    """
    for left in range(DESCENTS, 0, -1):
        engine = make(nodes)
        run.report(model.cost(engine.cost), bound=model.bound, phase=phase)
        descend(engine, model, run, phase)
        if left == 1 or not engine.settled or run.remaining <= 0:
            break
        if not isinstance(model, TspModel) or model.problem.coords is None:
            break
        tour = WholeTour(Region.whole(model), engine.tour())
        if reconnect(tour, run, seed=run.seed) <= WORTHWHILE * engine.cost:
            break
        nodes = tour.order
    return engine


def reconnect(tour: WholeTour[Region], run: Run, *, seed: int) -> float:
    """Take the longest edges out of a tour and join what is left in a better order.

    Local moves exchange edges that lie side by side. Where a tour goes from cluster to cluster its
    edges are long and far apart, and candidates hardly lead from one of them to another; where the
    last fragments of a greedy tour were joined, they are as long as the instance is wide. With all
    that lies between them contracted, they are a small problem of their own, which a population
    solves at once.

    Parameters
    ----------
    tour
        Improved in place. Its nodes have coordinates.
    run
        Tells the time that is left; a small share of it is taken.
    seed
        Of the population.

    Returns
    -------
    float
        The length saved; 0 if there are no such edges.
    """
    most = min(_MOST, tour.order.size // _ONE_IN)
    if run.stop.time_limit is not None:
        most = min(most, int(_SHARE * run.remaining / _PER_EDGE_S))
    ends = _longest_edges(tour, most) if most >= _FEWEST else None
    part = None if ends is None else tour.cut_out(np.unique(ends))
    if part is None:
        return 0.0
    region = part.region
    graph = KernelGraph(
        region.metric,
        *_kernels.quadrant_neighbors(region.metric, *QUADRANT),
        region.fixed_edges,
    )
    seconds = None if run.stop.time_limit is None else _SHARE * run.remaining
    own = Run(Stop(time_limit=seconds), seed=seed, interrupted=run.interrupted)
    best = recombine(graph, part.tour, own, largest=_TOURS)
    gain = graph.length(part.tour) - graph.length(best)
    if gain <= 0:
        return 0.0
    tour.put_back(part, best)
    return gain


def _longest_edges(tour: WholeTour[Region], most: int) -> IntArray | None:
    """Return the ends of the longest edges; None if none of them is long."""
    points, order = tour.region.points(), tour.order
    if tour.region.hub is not None:
        order = order[order != tour.region.hub]
    following = np.roll(order, -1)
    length = np.abs(points[order] - points[following]).max(axis=1)
    if length.max() <= _LONG * length.mean():
        return None
    longest = np.argpartition(-length, most)[:most]
    ends: IntArray = np.concatenate([order[longest], following[longest]])
    return ends
