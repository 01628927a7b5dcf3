"""Python face of the assignment kernel: a lower bound, potentials and the cycles of a patching."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels

if TYPE_CHECKING:
    from cosolve.core import Run

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_SLICE_S = 0.1  # longest stretch of kernel work between two looks at the limits
_EPSILON = 2.0**-52
_EXACT = 2.0**51  # whole numbers up to here, and sums of three of them, are exact
_NEGLIGIBLE = 1e-9  # relative error of a tour


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
    """

    tails: FloatArray
    heads: FloatArray
    successors: IntArray
    bound: float
    optimal: bool


def assign(matrix: FloatArray, run: Run | None = None, *, share: float = 1.0) -> Assigned:
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

    References
    ----------
    .. [1] R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
       linear assignment problems", Computing 38 (1987).
    """
    reserve = 0.0 if run is None else (1.0 - share) * min(run.remaining, 1e9)
    engine = _kernels.Assignment(matrix)
    optimal = False
    while not optimal:
        left = _SLICE_S if run is None else min(_SLICE_S, run.remaining - reserve)
        if run is not None and (left <= 0 or run.interrupted.is_set()):
            break
        optimal = engine.run(left)
    tails, heads = engine.potentials()
    return Assigned(tails, heads, engine.successors(), _bound(tails, heads), optimal)


def _bound(tails: FloatArray, heads: FloatArray) -> float:
    # u[i] is a difference of doubles, so its error is at most half a unit in its last place; the
    # sum is exact but for the same at its end.
    value = fsum([*tails.tolist(), *heads.tolist()])
    return value - _EPSILON * (abs(value) + fsum(np.abs(tails).tolist()))


def precise(assigned: Assigned, *, integral: bool) -> bool:
    """Return whether lengths less the potentials are precise enough to search with.

    Parameters
    ----------
    assigned
        Its potentials: huge lengths, of forbidden arcs say, may make huge ones, which would swallow
        the digits of the others.
    integral
        Whether all lengths are whole numbers.
    """
    largest = float(max(np.abs(assigned.tails).max(), np.abs(assigned.heads).max()))
    if integral and largest <= _EXACT:
        return True
    return len(assigned.tails) * _EPSILON * largest <= _NEGLIGIBLE * assigned.bound
