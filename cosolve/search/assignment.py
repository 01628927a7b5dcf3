"""Python face of the assignment kernel: a lower bound, potentials and the cycles of a patching."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core.run import SLICE_S

if TYPE_CHECKING:
    from cosolve.core import Run

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_EPSILON = 2.0**-52
_EXACT = 2.0**51  # whole numbers up to here, and sums of three of them, are exact
_NEGLIGIBLE = 1e-9  # relative error of a tour
_HUGE = 1000.0  # an arc this many times as long as the assignment is a forbidden one


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """An assignment and its dual solution.

    Parameters
    ----------
    tails, heads
        Potentials u and v, shape (m,): ``matrix[i, j] >= u[i] + v[j]`` off the diagonal, but for
        rounding.
    successors
        Head of the arc from every node, a permutation without fixed points, shape (m,).
    bound
        Lower bound on the length of every tour; rounding errors are subtracted.
    optimal
        Whether the assignment is as short as possible; if not, time ran out.
    precise
        Whether lengths less the potentials are precise enough to search with.
    """

    tails: FloatArray
    heads: FloatArray
    successors: IntArray
    bound: float
    optimal: bool
    precise: bool


def assign(
    matrix: FloatArray, run: Run | None = None, *, share: float = 1.0, integral: bool = False
) -> Assigned:
    """Solve the assignment problem over arcs between different nodes [1]_.

    Parameters
    ----------
    matrix
        Arc lengths, shape (m, m), m at least 3, C-contiguous; the diagonal is ignored.
    run
        When interrupted or out of time, what there is is returned; its bound and potentials are
        valid all the same. No limit unless given.
    share
        Share of the remaining time that may be used.
    integral
        Whether all lengths are whole numbers.

    Notes
    -----
    Huge lengths, of forbidden arcs say, make huge potentials, which swallow the digits of the
    other lengths. So where those are not whole numbers, and the shortest assignment does without
    huge ones, it is computed again with these cut off. Whatever is below the cut lengths is below
    the uncut ones.

    References
    ----------
    .. [1] R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
       linear assignment problems", Computing 38 (1987).
    """
    reserve_s = 0.0 if run is None else (1.0 - share) * min(run.remaining, 1e9)
    found = _assign(matrix, run, reserve_s, integral=integral)
    if found.optimal and not found.precise:
        length = float(matrix[np.arange(len(matrix)), found.successors].sum())
        if 0 < _HUGE * length < _largest(found.tails):
            cut = np.minimum(matrix, _HUGE * length)
            again = _assign(cut, run, reserve_s, integral=False)
            return again if again.optimal else found
    return found


def _assign(matrix: FloatArray, run: Run | None, reserve_s: float, *, integral: bool) -> Assigned:
    engine = _kernels.Assignment(matrix)
    optimal = False
    while not optimal:
        left_s = SLICE_S if run is None else min(SLICE_S, run.remaining - reserve_s)
        if run is not None and (left_s <= 0 or run.interrupted.is_set()):
            break
        optimal = engine.run(left_s)
    tails, heads = engine.potentials()
    largest = max(_largest(tails), _largest(heads))
    exact = integral and largest <= _EXACT
    # u[i] is a difference of doubles, so its error is at most half a unit in its last place; the
    # sum is exact but for the same at its end.
    bound = fsum([*tails.tolist(), *heads.tolist()])
    if not exact:
        bound -= _EPSILON * (abs(bound) + fsum(np.abs(tails).tolist()))
    precise = exact or len(matrix) * _EPSILON * largest <= _NEGLIGIBLE * bound
    return Assigned(tails, heads, engine.successors(), bound, optimal, precise)


def _largest(values: FloatArray) -> float:
    return float(np.abs(values).max())


def unassigned(size: int) -> Assigned:
    """Return what is known without any work: lengths are not negative.

    Parameters
    ----------
    size
        Number of nodes.
    """
    successors = np.roll(np.arange(size, dtype=np.int32), -1)
    return Assigned(np.zeros(size), np.zeros(size), successors, 0.0, optimal=False, precise=True)
