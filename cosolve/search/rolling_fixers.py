"""Which machines a rolling horizon takes over from one window to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import IntArray, TimeArray
from cosolve.problems.scheduling_parts import Part


class Overlap(NamedTuple):
    """Operations that are in a window and were in the one before it, too.

    Parameters
    ----------
    part
        The window, with all machines of all operations.
    operations
        Numbers in the part of those that were in the window before, in the order of the rule that
        forms windows; shape (k,).
    machine, start
        What the window before gave them, shape (k,).
    rng
        For choices at random.
    """

    part: Part
    operations: IntArray
    machine: IntArray
    start: TimeArray
    rng: np.random.Generator


Fixer = Callable[[Overlap], npt.NDArray[np.bool_]]
"""Says which operations of an overlap keep their machines, shape (k,)."""

_WORDS = "none, all, first:SHARE, random:SHARE, or a function"


def make_fixer(given: str | Fixer) -> Fixer:
    """Return the fixer that a word stands for.

    Parameters
    ----------
    given
        ``"none"``; ``"all"``; ``"first:0.4"``, the first 40 % by the rule that forms windows;
        ``"random:0.4"``, each with a probability of 40 %; or a function, which is returned.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if not isinstance(given, str):
        if not callable(given):
            raise ValueError(f"fixer must be {_WORDS}, got {given!r:.60}")
        return given
    word, colon, text = given.partition(":")
    if word in ("none", "all") and not colon:
        fixed = word == "all"
        return lambda overlap: np.full(overlap.operations.size, fixed)
    if word not in ("first", "random"):
        raise ValueError(f"fixer must be {_WORDS}, got {given!r:.60}")
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"the share of fixer {word} must be from 0 to 1, got {text!r:.60}")
    return _first(share) if word == "first" else _random(share)


def fixed_machines(
    fixer: Fixer | None,
    part: Part,
    overlap: npt.NDArray[np.int64],
    machine: IntArray,
    start: TimeArray,
    rng: np.random.Generator,
) -> IntArray | None:
    """Ask a fixer.

    Parameters
    ----------
    fixer
        The fixer; None for none.
    part
        The window.
    overlap
        Operations of the whole that were in the window before, shape (k,).
    machine, start
        What operations of the whole have by now, shape (n,).
    rng
        For choices at random.

    Returns
    -------
    numpy.ndarray or None
        The machine that each operation of the whole must have, -1 for any, shape (n,); None if
        there is nothing to fix.

    Raises
    ------
    ValueError
        If the fixer returns something else than a truth value for each operation.
    """
    if fixer is None or not overlap.size:
        return None
    number = np.full(machine.size, -1, np.int32)
    number[part.origin[part.own]] = part.own
    kept = np.asarray(fixer(Overlap(part, number[overlap], machine[overlap], start[overlap], rng)))
    if kept.shape != overlap.shape or kept.dtype != np.bool_:
        raise ValueError(
            f"the fixer must return {overlap.size} truth values, got {kept.dtype} of shape "
            f"{kept.shape}"
        )
    only = np.full(machine.size, -1, np.int32)
    only[overlap[kept]] = machine[overlap[kept]]
    return only


def _first(share: float) -> Fixer:
    def fix(overlap: Overlap) -> npt.NDArray[np.bool_]:
        count = overlap.operations.size
        return np.arange(count) < round(share * count)

    return fix


def _random(share: float) -> Fixer:
    def fix(overlap: Overlap) -> npt.NDArray[np.bool_]:
        chosen: npt.NDArray[np.bool_] = overlap.rng.random(overlap.operations.size) < share
        return chosen

    return fix
