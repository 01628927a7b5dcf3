"""Nearly optimal tours of small instances, made quickly and in any number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosolve.core import Run, Stop
from cosolve.search.eax import evolve
from cosolve.search.tsp_model import TspModel

if TYPE_CHECKING:
    from cosolve.problems import TSP
    from cosolve.search.kernel_model import IntArray

_SLICE_S = 1.0
_STREAM = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def good_tour(problem: TSP, *, seed: int, population: int = 30) -> IntArray:
    """Make a tour by edge assembly crossover of a small population.

    With 30 tours it takes some 150 microseconds per node and ends 0.01 % above the optimum of 200
    nodes in the mean, 0.04 % above that of 500.

    Parameters
    ----------
    problem
        A symmetric problem of at least 13 nodes.
    seed
        Seed of all random choices.
    population
        Number of tours.

    Returns
    -------
    ndarray
        Nodes, shape (n,).
    """
    model = TspModel(problem)
    tours = []
    for member in range(population):
        number = (seed + (member + 1) * _STREAM) & _MASK
        engine = model.local_search(model.varied_tour(number), seed=number, shallow=True)
        while not engine.settled:
            engine.run(_SLICE_S, 0)
        tours.append(engine.tour())
    best, _ = evolve(model, tours, Run(Stop()), seed=seed & _MASK, children=30, share=0.25)
    nodes: IntArray = model.decode(best).nodes
    return nodes
