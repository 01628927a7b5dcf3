"""Other solvers, called the way each works best, for comparison only.

Every module has ``solve(problem, time_limit_s, seed)``, those that schedule also with ``threads``;
it returns the order of the nodes of a TSP, the routes of a VRP or a schedule. Those for
mixed-integer programs have ``solve_file`` instead; see ``peers.mip``. Costs are recomputed
by cosolve's checker, in floating point. They run in processes of their own and are never imported
by the package: some come under licenses for research only.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cosolve import TSP, Routes, Schedule

if TYPE_CHECKING:
    from peers.mip import Found


class Peer(NamedTuple):
    """What tables call a peer, its module, the package it needs, and the problems it solves."""

    label: str
    module: str
    package: str
    kind: str = "tsp"


PEERS = {
    "lkh": Peer("LKH 3.0.8", "peers.lkh", "elkai"),
    "fast-tsp": Peer("fast-tsp", "peers.fast_tsp", "fast-tsp"),
    "ortools": Peer("OR-Tools routing", "peers.ortools_routing", "ortools"),
    "pyvrp": Peer("PyVRP", "peers.pyvrp_ils", "pyvrp", "vrp"),
    "hygese": Peer("HGS-CVRP", "peers.hgs_cvrp", "hygese", "vrp"),
    "ortools-vrp": Peer("OR-Tools routing", "peers.ortools_vrp", "ortools", "vrp"),
    "vroom": Peer("VROOM", "peers.vroom_local_search", "pyvroom", "vrp"),
    "cpsat": Peer("CP-SAT, hinted", "peers.cpsat", "ortools", "scheduling"),
    "scip": Peer("SCIP", "peers.scip_mip", "pyscipopt", "mip"),
    "highs": Peer("HiGHS", "peers.highs_mip", "highspy", "mip"),
    "cpsat-mip": Peer("CP-SAT", "peers.cpsat_mip", "ortools", "mip"),
    "balans": Peer("Balans", "peers.balans_mip", "numpy", "mip"),
    "pyjobshop": Peer("PyJobShop, hinted", "peers.pyjobshop_cp", "pyjobshop", "scheduling"),
}


def of_kind(kind: str) -> list[str]:
    """Names of the peers that solve a kind of problem."""
    return [name for name, peer in PEERS.items() if peer.kind == kind]


class Solve(Protocol):
    """The one function of a peer's module."""

    def __call__(
        self, problem: Any, time_limit_s: float, seed: int, **threads: int
    ) -> npt.NDArray[np.int32] | Routes | Schedule:
        """Return the order in which the nodes are visited, the routes, or the schedule."""


def load(name: str) -> Solve:
    """Import a peer."""
    solve: Solve = import_module(PEERS[name].module).solve
    return solve


def load_reader(name: str) -> Callable[[Path, float, int, int], Found]:
    """Import a peer that reads files itself."""
    solve: Callable[[Path, float, int, int], Found] = import_module(PEERS[name].module).solve_file
    return solve


def installed_version(name: str) -> str | None:
    """Version of the package of a peer, or None if it is not installed."""
    try:
        return version(PEERS[name].package)
    except PackageNotFoundError:
        return None


def rounded_matrix(problem: TSP, dtype: npt.DTypeLike, scale: float) -> npt.NDArray[np.integer]:
    """All distances times `scale`, rounded to integers.

    Rows are made one block at a time, so that a matrix of 16-bit integers takes no more memory
    than itself while it is built.
    """
    n = problem.size
    nodes = np.arange(n)
    matrix = np.empty((n, n), dtype)
    for first in range(0, n, 256):
        rows = nodes[first : first + 256, None]
        matrix[first : first + 256] = np.rint(problem.distance(rows, nodes[None, :]) * scale)
    return matrix
