"""Python face of the Lin-Kernighan kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Limit, Run
from cosolve.core.run import SLICE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosolve.search.kernel_model import KernelGraph, LocalSearch, Settling


def lin_kernighan(
    model: KernelGraph,
    tour: npt.NDArray[np.int32],
    *,
    seed: int = 0,
    depth: int = 10,
    breadth: Sequence[int] = (5, 3, 1),
    kick_segment: int = 50,
    kick_chances: npt.NDArray[np.float32] | None = None,
) -> _kernels.LinKernighan:
    """Make a search that starts from a tour.

    Parameters
    ----------
    model
        The kernel view of the problem, or of a part of it.
    tour
        Kernel nodes, shape (model.size,).
    seed
        Seed of the kicks.
    depth, breadth, kick_segment
        See :class:`cosolve.solvers.lk.Lk`.
    kick_chances
        For every candidate edge, shape (model.indices.size,): how often a kick at it takes place,
        where one at an edge that is no candidate always does. None: kicks are everywhere alike.

    Raises
    ------
    ValueError
        If a parameter is out of range or `tour` is not a tour.
    """
    return _kernels.LinKernighan(
        model.metric,
        model.indptr,
        model.indices,
        model.fixed_edges,
        tour,
        seed,
        depth,
        list(breadth),
        kick_segment,
        kick_chances,
    )


def descend(engine: Settling, model: KernelGraph, run: Run, phase: str = "lk") -> None:
    """Bring the tour to a local optimum unless `run` says stop, reporting after every slice.

    No kick is tried, so a limit on the iterations does not end it: what comes out is the same on
    any machine.
    """
    while run.remaining > 0 and run.limit() in (None, Limit.ITERATIONS) and not engine.settled:
        engine.run(min(SLICE_S, run.remaining), 0)
        run.report(model.cost(engine.cost), phase=phase)


def iterate(engine: LocalSearch, model: KernelGraph, run: Run) -> None:
    """Kick and repair until `run` says stop or the model's bound is met, reporting every slice."""
    run.report(model.cost(engine.cost), bound=model.bound, phase="lk")
    descend(engine, model, run)
    while run.limit() is None and not model.is_optimal(model.cost(engine.cost)):
        left = run.remaining_iterations
        done = engine.run(min(SLICE_S, run.remaining), -1 if left is None else left)
        run.report(model.cost(engine.cost), iterations=done, phase="lk")
