"""LKH 3.0.8 by K. Helsgaun, as it is built into the elkai package.

The high-level functions of elkai pass floats through as text, which LKH then rounds to integers
(5.7 times the optimal length on the unit square), and know no time limit. Hence LKH's own
parameters and a TSPLIB problem are handed to the C extension, with coordinates times 10^6.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from elkai._elkai import solve_problem

from cosolve import TSP, Metric

_SCALE = 1e6
_LARGE = 5000
# Above a few thousand nodes the subgradient ascent would take all of the time.
_LARGE_PARAMETERS = """MOVE_TYPE = 5
CANDIDATE_SET_TYPE = QUADRANT
MAX_CANDIDATES = 6
INITIAL_TOUR_ALGORITHM = GREEDY
SUBGRADIENT = NO
"""


def solve(problem: TSP, time_limit_s: float, seed: int) -> npt.NDArray[np.int32]:
    # TIME_LIMIT counts from the end of the ascent, TOTAL_TIME_LIMIT from the start.
    parameters = (
        f"PROBLEM_FILE = :stdin:\nRUNS = 1\nMAX_TRIALS = 10000000\nSEED = {seed + 1}\n"
        f"TIME_LIMIT = {time_limit_s}\nTOTAL_TIME_LIMIT = {time_limit_s}\nTRACE_LEVEL = 0\n"
    )
    if problem.size > _LARGE:
        parameters += _LARGE_PARAMETERS
    tour = solve_problem(parameters, _problem_text(problem))
    return np.array(tour, np.int32) - 1


def _problem_text(problem: TSP) -> str:
    head = f"TYPE : {'TSP' if problem.symmetric else 'ATSP'}\nDIMENSION : {problem.size}\n"
    body = _matrix_text(problem) if problem.coords is None else _nodes_text(problem)
    fixed = "".join(f"{a} {b}\n" for a, b in (problem.fixed_edges + 1).tolist())
    edges = f"FIXED_EDGES_SECTION\n{fixed}-1\n" if fixed else ""
    return f"{head}{body}{edges}EOF\n"


def _matrix_text(problem: TSP) -> str:
    if problem.matrix is None or not problem.integral:
        raise ValueError("LKH needs integer distances")
    rows = "\n".join(" ".join(map(str, row)) for row in problem.matrix.astype(int).tolist())
    layout = "EDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\n"
    return f"{layout}EDGE_WEIGHT_SECTION\n{rows}\n"


def _nodes_text(problem: TSP) -> str:
    coords = np.asarray(problem.coords)
    kind = str(problem.metric)
    if problem.metric is Metric.EUCLIDEAN:
        coords, kind = np.rint(coords * _SCALE).astype(np.int64), "EUC"
    if problem.metric not in (Metric.GEO, Metric.ATT):
        kind += f"_{coords.shape[1]}D"
    nodes = "\n".join(
        f"{number} {' '.join(map(repr, node))}" for number, node in enumerate(coords.tolist(), 1)
    )
    return f"EDGE_WEIGHT_TYPE : {kind}\nNODE_COORD_SECTION\n{nodes}\n"
