"""Anneal parts of a solution at the same time, and cut it anew again and again.

An iteration of ruin and recreate changes a few neighboring routes. Routes far from each other can
therefore be searched side by side: the solution is cut into as many groups of neighboring routes
as there are threads, each is annealed alone for a moment, at the temperature that one search of
the whole would have, and the next cut is another one, so that no border stays.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve.search.cooling import Cooling

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve import _kernels
    from cosolve.core import Run
    from cosolve.search.capacitated import CapacitatedModel, IntArray, LocalAnnealing

_LEAST = 250  # clients of a part
# A round, per client: a cut costs little beside it, and borders do not stay for long. With .15 s a
# round two threads were worth no more than one on X-n1001-k43.
_ROUND_S = 1e-5
_ROUND_ITERATIONS = 4


def parts_for(problem_size: int, threads: int) -> int:
    """Return into how many parts a solution is cut.

    Parameters
    ----------
    problem_size
        Number of clients.
    threads
        Number of threads.
    """
    return max(1, min(threads, problem_size // _LEAST))


def anneal_parts(
    model: CapacitatedModel,
    flat: IntArray,
    run: Run,
    annealing: LocalAnnealing,
    parts: int,
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
    parts
        That are searched at the same time, at least 2.
    watch
        Shown the present routes, in the kernel's form, after every round.

    Returns
    -------
    ndarray
        The best routes.
    """
    engines = [model.search(flat, run.seed + k, annealing) for k in range(parts)]
    leg, best_cost = engines[0].mean_leg, engines[0].best_cost
    flat = best = engines[0].current()  # without routes that are empty
    rng = np.random.default_rng(run.seed)
    cooling = Cooling(run)
    run.report(best_cost, phase="construct")
    with ThreadPoolExecutor(parts) as pool:
        while run.limit() is None:
            seconds, iterations = cooling.slice()
            if seconds < math.inf:
                seconds = min(_ROUND_S * model.problem.size, run.remaining)
            iterations = min(iterations, _ROUND_ITERATIONS * model.problem.size)
            hot = cooling.temperature(annealing.hot * leg, annealing.cold * leg)
            groups = _cut(model, flat, parts, rng)
            used = engines[: len(groups)]
            shares = _shares(iterations, len(groups))
            most = _most_routes(model, groups)
            work = pool.map(_anneal, used, groups, most, shares, [seconds] * parts, [hot] * parts)
            done = sum(work)
            flat = np.concatenate([engine.current() for engine in used])
            cost = sum(engine.best_cost for engine in used)
            if cost < best_cost:
                best_cost, best = cost, np.concatenate([engine.best() for engine in used])
            run.report(best_cost, iterations=done, phase="ruin")
            if watch is not None:
                watch(flat)
    return best


def _anneal(
    engine: _kernels.CapacitatedSearch,
    routes: IntArray,
    most: int,
    iterations: int,
    seconds: float,
    temperature: float,
) -> int:
    engine.begin(routes, most)
    # The kernel takes 0 for no limit.
    return engine.run(seconds, iterations, temperature, temperature) if iterations else 0


def _shares(iterations: int, parts: int) -> list[int]:
    """Share iterations out; negative: unlimited."""
    if iterations < 0:
        return [-1] * parts
    return [iterations // parts + (k < iterations % parts) for k in range(parts)]


def _most_routes(model: CapacitatedModel, groups: list[IntArray]) -> list[int]:
    """Most routes of each group: its own, and a share of the vehicles that are left over."""
    counts = [int(np.count_nonzero(group == 0)) for group in groups]
    left = model.most_routes - sum(counts)
    return [n + more for n, more in zip(counts, _shares(left, len(groups)), strict=True)]


def _cut(
    model: CapacitatedModel, flat: IntArray, parts: int, rng: np.random.Generator
) -> list[IntArray]:
    """Cut routes into groups of about as many clients, by angle around the depot or in strips."""
    ends = np.flatnonzero(flat == 0)
    begins = np.concatenate([[0], ends[:-1] + 1])
    sizes = ends - begins
    # Each sum has the depot in it, at which its route ends.
    centers = (np.add.reduceat(model.points[flat], begins) - model.points[0]) / sizes[:, None]
    angle = rng.uniform(0.0, 2 * np.pi)
    if rng.random() < 0.5:
        away = centers - model.points[0]
        key = (np.arctan2(away[:, 1], away[:, 0]) - angle) % (2 * np.pi)
    else:
        key = centers @ np.array([np.cos(angle), np.sin(angle)])
    order = np.argsort(key, kind="stable")
    middle = np.cumsum(sizes[order]) - 0.5 * sizes[order]
    group = np.minimum((middle * (parts / sizes.sum())).astype(int), parts - 1)
    return [_routes(flat, begins, ends, order[group == k]) for k in np.unique(group)]


def _routes(
    flat: IntArray,
    begins: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
) -> IntArray:
    return np.concatenate([flat[begins[r] : ends[r] + 1] for r in which])
