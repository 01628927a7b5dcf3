"""Python face of the Monte Carlo tree search kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.core.run import SLICE_S
from cosolve.search.lin_kernighan import descend

if TYPE_CHECKING:
    from cosolve.core import Run
    from cosolve.guidance import EdgeGuidance
    from cosolve.search.kernel_model import IntArray, KernelModel

_SLICES = 50  # least number of slices of a run: the temperature falls from slice to slice


def tree_search(
    model: KernelModel,
    guidance: EdgeGuidance,
    tour: IntArray,
    *,
    seed: int,
    alpha: float,
    beta: float,
    depth: int,
    breadth: Sequence[int],
    walk: int,
    temperature: float,
) -> _kernels.Mcts:
    """Make a search that starts from a tour.

    Parameters
    ----------
    model
        The kernel view of the problem, made with the guidance.
    guidance
        Candidate edges, with their weights.
    tour
        Kernel nodes, shape (model.size,).
    seed
        Seed of all random choices.
    alpha, beta, depth, breadth, walk, temperature
        See :class:`cosolve.solvers.mcts.Mcts`.

    Raises
    ------
    ValueError
        If a parameter is out of range or `tour` is not a tour.
    """
    return _kernels.Mcts(
        model.metric,
        model.indptr,
        model.indices,
        model.weights(guidance),
        model.fixed_edges,
        tour,
        seed,
        alpha,
        beta,
        depth,
        list(breadth),
        walk,
        temperature,
    )


def iterate(engine: _kernels.Mcts, model: KernelModel, run: Run) -> None:
    """Try actions until `run` says stop or the model's bound is met, reporting after every slice.

    The search cools down over the time limit or the limit on the iterations, whichever is nearer
    to its end; without either it accepts no worse tours at all.
    """
    descend(engine, model, run, "mcts")
    begin, whole = run.elapsed, run.remaining
    planned = run.remaining_iterations or 0
    slice_s = min(SLICE_S, max(whole / _SLICES, 1e-3))
    while run.limit() is None and not model.is_optimal(model.cost(engine.cost)):
        if np.isfinite(whole):
            engine.plan(planned, min((run.elapsed - begin) / whole, 1.0))
        else:
            engine.plan(planned, 0.0 if planned else 1.0)
        left = run.remaining_iterations
        done = engine.run(min(slice_s, run.remaining), -1 if left is None else left)
        run.report(model.cost(engine.cost), iterations=done, phase="mcts")


def published_search(
    model: KernelModel,
    guidance: EdgeGuidance,
    tour: IntArray | None,
    *,
    seed: int,
    alpha: float,
    beta: float,
    depth: int,
    actions: int,
    candidates: int,
    use_heatmap: bool,
) -> _kernels.MctsPublished:
    """Make a search as published, which starts from a tour or from a random one.

    Parameters
    ----------
    model
        The kernel view of the problem, made with the guidance; without a hub or fixed edges.
    guidance
        The heatmap.
    tour
        Kernel nodes, shape (model.size,), or None.
    seed
        Seed of all random choices.
    alpha, beta, depth, actions, candidates, use_heatmap
        See :class:`cosolve.solvers.mcts.Mcts`.

    Raises
    ------
    ValueError
        If a parameter is out of range or `tour` is not a tour.
    """
    return _kernels.MctsPublished(
        model.metric,
        model.indptr,
        model.indices,
        model.weights(guidance),
        np.empty(0, np.int32) if tour is None else tour,
        seed,
        alpha,
        beta,
        depth,
        actions,
        candidates,
        use_heatmap,
    )


def iterate_published(
    engine: _kernels.MctsPublished, model: KernelModel, run: Run, seconds: float
) -> IntArray:
    """Search until `run` says stop or `seconds` of it are over; report after every slice.

    Returns
    -------
    ndarray
        Kernel nodes of the best tour; a greedy one if the first random tour took too long.
    """
    while run.limit() is None and run.elapsed < seconds:
        left = run.remaining_iterations
        slice_s = min(SLICE_S, run.remaining, seconds - run.elapsed)
        done = engine.run(slice_s, -1 if left is None else left)
        cost = model.cost(engine.cost) if engine.has_tour else None
        run.report(cost, iterations=done, phase="mcts")
    if engine.has_tour:
        return engine.tour()
    nodes = model.greedy()
    run.report(model.length(nodes), phase="greedy")
    return nodes
