"""Anneal parts of a solution at the same time, and cut it anew again and again.

An iteration of ruin and recreate changes a few neighboring routes. Routes far from each other can
therefore be searched side by side: the solution is cut into as many groups of neighboring routes
as there are threads, each is annealed alone for a moment, at the temperature that one search of
the whole would have, and the next cut is another one, so that no border stays.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cosolve.search.cooling import Cooling

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.core import Run
    from cosolve.problems import VRP

Numbers = npt.NDArray[np.int64]

_LEAST = 250  # clients of a part
_ROUND_ITERATIONS = 4  # per client, where the time is not limited


class Parts(Protocol):
    """A solution of which several engines search a part each."""

    @property
    def size(self) -> int:
        """Number of clients."""

    @property
    def round_s(self) -> float:
        """Seconds between two cuts: a cut costs little beside it, and borders do not stay long."""

    def cut(self, count: int, rng: np.random.Generator) -> int:
        """Cut the present solution into so many parts or fewer; return how many."""

    def anneal(self, part: int, seconds: float, iterations: int, temperature: float) -> int:
        """Search a part, in a thread of its own; return the iterations done.

        With 0 iterations it stays as it is; if they are negative, only the time is limited.
        """

    def join(self) -> None:
        """Put what the engines have together, and keep it if it is better."""


def threads_of_use(problem: VRP, threads: int) -> int:
    """Return into how many parts a solution is cut.

    Parameters
    ----------
    problem
        Any vehicle routing problem. It is not cut if nothing is known about where clients are.
    threads
        Number of threads.
    """
    return max(1, min(threads, problem.size // _LEAST)) if problem.places is not None else 1


def anneal_parts(
    parts: Parts, count: int, run: Run, hot: float, cold: float, report: Callable[[int], None]
) -> None:
    """Search until `run` says stop, cooling down as its limits are used up.

    Parameters
    ----------
    parts
        The solution and its engines.
    count
        Parts that are searched at the same time, at least 2.
    run
        Clock, limits and seed.
    hot, cold
        First and last temperature.
    report
        Told the iterations of every round.
    """
    rng = np.random.default_rng(run.seed)
    cooling = Cooling(run)
    with ThreadPoolExecutor(count) as pool:
        while run.limit() is None:
            seconds, iterations = cooling.slice()
            if seconds < math.inf:
                seconds = min(parts.round_s, run.remaining)
            iterations = min(iterations, _ROUND_ITERATIONS * parts.size)
            heat = cooling.temperature(hot, cold)
            made = parts.cut(count, rng)
            work = [
                pool.submit(parts.anneal, k, seconds, share, heat)
                for k, share in enumerate(shares(iterations, made))
            ]
            done = sum(future.result() for future in work)
            parts.join()
            report(done)


def shares(amount: int, parts: int) -> list[int]:
    """Share an amount out; negative: without a limit.

    Parameters
    ----------
    amount
        To be shared out, as evenly as whole numbers allow.
    parts
        How many have a share.
    """
    if amount < 0:
        return [-1] * parts
    return [amount // parts + (k < amount % parts) for k in range(parts)]


def groups_of(
    places: npt.NDArray[np.float64],
    sizes: Numbers,
    middle: npt.NDArray[np.float64],
    count: int,
    rng: np.random.Generator,
) -> list[Numbers]:
    """Cut things into groups of about the same size, by angle or in strips.

    Parameters
    ----------
    places
        Where they are, shape (things, 2 or more).
    sizes
        How large they are, shape (things,); not all 0.
    middle
        What the angles are around, shape (2 or more,).
    count
        Groups, at most.
    rng
        Decides where cuts are.

    Returns
    -------
    list of ndarray
        The things of each group, at least one in each.
    """
    direction = rng.uniform(0.0, 2 * np.pi)
    away = places[:, :2] - middle[:2]
    if rng.random() < 0.5:
        key = (np.arctan2(away[:, 1], away[:, 0]) - direction) % (2 * np.pi)
    else:
        key = away @ np.array([np.cos(direction), np.sin(direction)])
    order = np.argsort(key, kind="stable")
    halfway = np.cumsum(sizes[order]) - 0.5 * sizes[order]
    group = np.minimum((halfway * (count / sizes.sum())).astype(int), count - 1)
    return [order[group == k] for k in np.unique(group)]
