"""The routing library of OR-Tools (Apache-2.0): cheapest arcs, then guided local search.

Distances must be integers: floats are multiplied by 10^6 and rounded. It has no seed. Its matrix
is a list of lists, gigabytes at 10 000 nodes, where it also finds no first solution in 10 s.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from cosolve import TSP
from peers import rounded_matrix

_SCALE = 1e6
_LARGEST = 3000


def solve(problem: TSP, time_limit_s: float, seed: int) -> npt.NDArray[np.int32]:  # noqa: ARG001
    if problem.size > _LARGEST:
        raise ValueError(f"not tried above {_LARGEST} nodes: it needs the matrix as Python lists")
    manager = pywrapcp.RoutingIndexManager(problem.size, 1, 0)
    routing = pywrapcp.RoutingModel(manager)
    scale = 1.0 if problem.integral else _SCALE
    matrix = rounded_matrix(problem, np.int64, scale)
    distance = routing.RegisterTransitMatrix(matrix.tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(distance)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    search.time_limit.FromMilliseconds(int(time_limit_s * 1000))
    solution = routing.SolveWithParameters(search)
    if solution is None:
        raise RuntimeError("OR-Tools found no tour within the time limit")
    tour = [0]
    while not routing.IsEnd(following := solution.Value(routing.NextVar(tour[-1]))):
        tour.append(following)
    return np.array(tour, np.int32)
