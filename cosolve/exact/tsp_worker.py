"""What a worker process does to prove a tour."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from cosolve import _kernels
from cosolve.exact.tsp_program import IntArray, Stopped, TourProgram
from cosolve.exact.tsp_tree import News, TourTree
from cosolve.exact.worker import Channel
from cosolve.problems import TSP, Tour
from cosolve.search.tsp_model import TspModel

_NEAREST = 6  # candidates of a node that are columns from the beginning


class Task(NamedTuple):
    """What to prove.

    Parameters
    ----------
    problem
        A symmetric problem of at least 5 nodes.
    tour
        The tour to be proven, or None if only a bound is wanted.
    upper
        Cost of a known solution that is not given, or None.
    until
        When time is up, as by ``time.time()``.
    nodes
        Nodes of the tree to look at, at most; None for all, 0 for the root's bound only.
    seed
        Of the random choices of the separation.
    """

    problem: TSP
    tour: Tour | None
    upper: float | None
    until: float
    nodes: int | None
    seed: int


class Found(NamedTuple):
    """News, in terms of the problem.

    Parameters
    ----------
    bound
        No solution costs less; minus infinity for nothing new.
    tour
        A better solution, or None.
    nodes
        Nodes of the tree done since the last message.
    phase
        What is being done.
    """

    bound: float
    tour: Tour | None
    nodes: int
    phase: str


class Proof(NamedTuple):
    """What came out.

    Parameters
    ----------
    optimal
        Whether the best tour known is proven to be optimal.
    root
        Bound at the root.
    remaining
        Edges that may be in better tours, after the root.
    nodes
        Nodes of the tree.
    programs
        Linear programs solved.
    finished
        Whether more time would not have changed anything.
    """

    optimal: bool
    root: float
    remaining: int
    nodes: int
    programs: int
    finished: bool


def prove(task: Task, channel: Channel) -> Proof:
    """Send better and better bounds and tours, until one is proven or time is up.

    Parameters
    ----------
    task
        What to prove.
    channel
        Where `Found` is sent.
    """
    model = TspModel(task.problem)

    def seconds_left() -> float:
        left = task.until - time.time()
        if channel.interrupted.is_set() or left <= 0:
            raise Stopped
        return left

    def tell(news: News) -> None:
        bound = _below(model.cost(news.bound), news.bound)
        tour = None if news.tour is None else model.decode(news.tour)
        channel.send(Found(bound, tour, news.nodes, news.phase))

    nodes = None if task.tour is None else model.encode(task.tour)
    upper = math.inf if task.upper is None else task.upper - model.cost(0.0)
    if nodes is not None:
        upper = _kernels.tour_cost(model.metric, nodes)
    program = TourProgram(
        model.metric,
        _first_edges(model, nodes),
        model.fixed_edges,
        seed=task.seed,
        seconds_left=seconds_left,
    )
    tree = TourTree(program, integral=task.problem.integral, tell=tell, upper=upper)
    proven, finished = False, False
    try:
        proven = tree.cut_root()
        finished = True
        if task.nodes != 0 and not proven:
            proven = tree.search(task.nodes)
            finished = proven
    except Stopped:
        finished = False
    root = _below(model.cost(tree.root), tree.root)
    return Proof(proven, root, tree.remaining, tree.nodes, program.solved, finished)


def _below(cost: float, kernel_cost: float) -> float:
    """Bound on the cost, from one on the kernel's lengths, of which another was subtracted."""
    return cost if cost == kernel_cost else math.nextafter(cost, -math.inf)


def _first_edges(model: TspModel, tour: IntArray | None) -> IntArray:
    """Edges to begin with: a tour, so that there is a solution, and the nearest neighbors."""
    if tour is None:
        tour = model.greedy()
    indptr, indices = model.indptr, model.indices
    source = np.repeat(np.arange(model.size, dtype=np.int32), np.diff(indptr))
    rank = np.arange(indices.size) - np.repeat(indptr[:-1], np.diff(indptr))
    near = np.stack([source, indices], axis=1)[rank < _NEAREST]
    edges = np.concatenate([near, np.stack([tour, np.roll(tour, -1)], axis=1), model.fixed_edges])
    unique: IntArray = np.unique(np.sort(edges, axis=1), axis=0).astype(np.int32)
    return unique
