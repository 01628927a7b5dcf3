"""Python face of the local search for mixed-integer programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.core.run import SLICE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.core import Run
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP

_FIRST_SLICE_S = 0.001  # the first solutions are told soon
_WHOLE = 1e-9  # bounds of integer columns this near to whole numbers are these


class JumpSearch:
    """Weighted local search without the linear relaxation; see ``cosolve/cpp/mip/jump_search.h``.

    Parameters
    ----------
    problem
        The program.
    seed
        Of all random choices.
    """

    def __init__(self, problem: MIP, seed: int) -> None:
        self._sign = -1.0 if problem.maximize else 1.0
        self._offset = self._sign * problem.offset
        self._seed = seed
        self._told = math.inf
        lower = np.where(problem.integer, np.ceil(problem.lower - _WHOLE), problem.lower)
        upper = np.where(problem.integer, np.floor(problem.upper + _WHOLE), problem.upper)
        self._size = problem.size
        self._program: _kernels.MipProgram | None = None
        self._kernel: _kernels.JumpSearch | None = None
        if (lower > upper).any():
            return  # a column has no whole number: nothing is to be found
        self._program = _kernels.MipProgram(
            self._sign * problem.objective,
            problem.indptr,
            problem.indices,
            problem.coefficients,
            problem.row_lower,
            problem.row_upper,
            lower,
            upper,
            problem.integer,
        )

    @property
    def cost(self) -> float:
        """Cost of the best solution, to be minimized; infinite without one."""
        if self._kernel is None or not self._kernel.found:
            return math.inf
        return self._kernel.cost + self._offset

    @property
    def over(self) -> bool:
        """Whether there is nothing to search for."""
        return self._program is None or (self._kernel is not None and self._kernel.over)

    def begin(self, start: FloatArray | None, cost: float = math.inf) -> None:
        """Go on from a solution, where it is better than what the search has.

        Parameters
        ----------
        start
            Shape (n,); None for values near 0.
        cost
            Its cost, to be minimized.
        """
        if self._program is None:
            return
        if self._kernel is None:
            values = np.zeros(self._size) if start is None else start
            self._kernel = _kernels.JumpSearch(self._program, values, self._seed)
        elif start is not None and cost < self.cost:
            self._kernel.restart(start)

    def run(
        self,
        run: Run,
        seconds: float,
        steps: int | None,
        on_better: Callable[[FloatArray], object],
    ) -> int:
        """Search.

        Parameters
        ----------
        run
            Its limits end the search, too.
        seconds
            For how long at most.
        steps
            How many at most; None for any number.
        on_better
            Told every better solution once, shape (n,).

        Returns
        -------
        int
            Steps done.
        """
        kernel = self._kernel
        if kernel is None:
            return 0
        until_s = run.elapsed + seconds
        slice_s, done = _FIRST_SLICE_S, 0
        while True:
            if self.cost < self._told:
                self._told = self.cost
                on_better(kernel.best())
            counted = steps is not None and done >= steps
            if kernel.over or counted or run.elapsed >= until_s or run.limit() is not None:
                return done
            left_s = min(slice_s, until_s - run.elapsed, run.remaining)
            done += kernel.run(left_s, -1 if steps is None else steps - done)
            slice_s = min(SLICE_S, 2.0 * slice_s)
