"""Chooses the kernels' view of a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosolve.search.atsp_model import AtspModel
from cosolve.search.tsp_model import TspModel

if TYPE_CHECKING:
    from cosolve.core import Run
    from cosolve.guidance import EdgeGuidance
    from cosolve.problems import TSP
    from cosolve.search.kernel_model import KernelModel


def model_of(
    problem: TSP,
    guidance: EdgeGuidance | None = None,
    run: Run | None = None,
    *,
    reduce: bool = True,
) -> KernelModel:
    """Return the kernels' view of a problem.

    Parameters
    ----------
    problem
        At least 6 nodes; without fixed edges if it is asymmetric.
    guidance
        Candidate edges and their order; by default those that did best in benchmarks.
    run
        Its time limit bounds what is computed for an asymmetric problem.
    reduce
        Whether to compute potentials for an asymmetric problem; without, lengths stay as they are.

    Raises
    ------
    ValueError
        If the guidance is for another number of nodes, or an asymmetric problem has fixed edges.
    """
    if not problem.symmetric and problem.fixed_edges.size:
        raise ValueError("fixed edges need symmetric distances; the matrix is asymmetric")
    if problem.symmetric:
        return TspModel(problem, guidance)
    return AtspModel(problem, guidance, run, reduce=reduce)
