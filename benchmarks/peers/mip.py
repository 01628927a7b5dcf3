"""What the peers for mixed-integer programs share.

They are called as their users call them: with the file, which they read themselves. Every module
has ``solve_file(path, time_limit_s, seed, threads)`` and returns a ``Found``, whose values are
checked against what cosolve reads from the same file.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cosolve import MIP, Values


class Found(NamedTuple):
    """What a peer found: in the sense of the file, not minimized.

    Parameters
    ----------
    values
        Of the columns by name; those that are missing are 0. None without a solution.
    bound
        Its bound, or None.
    trace
        Seconds, cost and bound at every improvement.
    status
        In its own words.
    """

    values: Mapping[str, float] | None
    bound: float | None
    trace: list[tuple[float, float | None, float | None]]
    status: str


def values_of(problem: MIP, found: Found) -> Values | None:
    """Return what a peer found; whole numbers are rounded where that leaves it feasible."""
    if found.values is None:
        return None
    raw = np.array([found.values.get(name, 0.0) for name in problem.columns])
    near = np.clip(raw, problem.lower, problem.upper)
    whole = Values(np.where(problem.integer, np.rint(near), near))
    return Values(raw) if problem.check(whole) else whole


def finite(bound: float) -> float | None:
    """Return a bound, or None if it is the solver's infinity."""
    return float(bound) if abs(bound) < 1e20 else None


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a file that is not compressed, for readers that know no other."""
    if path.suffix != ".gz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        with gzip.open(path, "rb") as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
        yield plain


def primal_integral(
    trace: list[tuple[float, float | None, float | None]], best: float, end_s: float
) -> float:
    """Return the mean primal gap over time, from 0 to 1 (Berthold 2013), less is better.

    Parameters
    ----------
    trace
        Seconds, cost and bound at every improvement.
    best
        Best known cost.
    end_s
        Until when; what is found later does not count.
    """
    total, since_s, gap = 0.0, 0.0, 1.0
    for seconds, cost, _ in trace:
        if cost is None:
            continue
        until_s = min(max(seconds, since_s), end_s)
        total += gap * (until_s - since_s)
        since_s, gap = until_s, primal_gap(cost, best)
    return (total + gap * max(0.0, end_s - since_s)) / end_s


def primal_gap(cost: float | None, best: float) -> float:
    """Return the distance to the best known cost, relative to the larger, from 0 to 1."""
    if cost is None or cost * best < 0:
        return 1.0
    largest = max(abs(cost), abs(best))
    return 0.0 if largest == 0 else min(1.0, abs(cost - best) / largest)
