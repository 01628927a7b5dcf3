"""C++ kernels of cosolve; use cosolve.search, which wraps them."""

from collections.abc import Sequence
from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


class Stopped(Exception):
    pass

class Metric:
    """Distances between nodes, evaluated on the fly."""

    @overload
    def __init__(self, kind: int, coords: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], hub: bool = False) -> None: ...

    @overload
    def __init__(self, matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], hub: bool = False) -> None: ...

    @staticmethod
    def two_copies(matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)]) -> Metric: ...

    def __call__(self, i: int, j: int) -> float: ...

    @property
    def size(self) -> int: ...

class MipProgram:
    """A mixed-integer program, to be minimized."""

    def __init__(self, cost: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', writable=False)], coefficients: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], row_lower: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], row_upper: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], lower: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], upper: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], integer: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', writable=False)]) -> None: ...

class JumpSearch:
    """Local search for mixed-integer programs."""

    def __init__(self, program: MipProgram, start: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], seed: int) -> None: ...

    def restart(self, start: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)]) -> None:
        """Go on from these values."""

    def run(self, seconds: float, steps: int = -1) -> int:
        """Search; returns the steps done."""

    @property
    def found(self) -> bool:
        """Whether there is a solution."""

    @property
    def over(self) -> bool:
        """Whether nothing can be better."""

    @property
    def cost(self) -> float:
        """Of the best solution."""

    def best(self) -> NDArray[numpy.float64]: ...

def hilbert_order(coords: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)]) -> NDArray[numpy.int32]:
    """Order of points along a Hilbert curve."""

def k_nearest(metric: Metric, k: int) -> NDArray[numpy.int32]:
    """Rows of the min(k, n - 1) nearest nodes, nearest first."""

def quadrant_neighbors(metric: Metric, per_quadrant: int, nearest: int) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32]]:
    """
    Rows (indptr, indices) of the nearest nodes in each quadrant and overall.
    """

def greedy_tour(metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], seed: int = 0, randomization: float = 0.0) -> NDArray[numpy.int32]:
    """Greedy-edge tour from candidate rows, containing the fixed edges."""

def greedy_tour_by_weight(metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], seed: int = 0, randomization: float = 0.0) -> NDArray[numpy.int32]:
    """Greedy-edge tour that takes candidates of large weight first."""

def space_filling_tour(metric: Metric) -> NDArray[numpy.int32]:
    """Nodes in the order of a Hilbert curve; the hub comes last."""

def tour_cost(metric: Metric, tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> float:
    """Length of a closed tour."""

class LinKernighan:
    """Iterated Lin-Kernighan search."""

    def __init__(self, metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int, depth: int = 10, breadth: Sequence[int] = [5, 3, 1], kick_segment: int = 50, kick_chances: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', writable=False)] | None = None) -> None: ...

    def run(self, seconds: float, kicks: int = -1) -> int: ...

    def tour(self) -> NDArray[numpy.int32]: ...

    @property
    def cost(self) -> float: ...

    @property
    def settled(self) -> bool:
        """
        Whether the tour is a local optimum, which comes before the first kick.
        """

    @property
    def kicks(self) -> int: ...

    @property
    def improving_moves(self) -> int: ...

class Eax:
    """Genetic algorithm with edge assembly crossover."""

    def __init__(self, metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], population: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], children: int, seed: int, threads: int = 1, share: float = 0.0) -> None: ...

    def run(self, seconds: float, generations: int = -1) -> int:
        """
        Search for the given time and number of generations (negative: unlimited); returns the number of generations completed.
        """

    @property
    def finished(self) -> bool: ...

    @property
    def stage(self) -> int: ...

    @property
    def cost(self) -> float:
        """Length of the best tour."""

    def best(self) -> NDArray[numpy.int32]:
        """The best tour."""

    def population(self) -> NDArray[numpy.int32]:
        """All tours, one per row."""

    def statistics(self) -> dict[str, float]: ...

class HeldKarp:
    """Subgradient ascent to the Held-Karp bound."""

    def __init__(self, metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)]) -> None: ...

    def plan(self, iterations: int, first_step: float, last_step: float) -> None:
        """
        Plan steps of geometrically falling length from the best multipliers on.
        """

    def offer(self, multipliers: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', writable=False)]) -> bool:
        """
        Begin from these multipliers if they are better than the best so far; return whether they are.
        """

    def run(self, seconds: float) -> int:
        """Do what is planned until time is up; return the iterations done."""

    def price(self, seconds: float) -> bool:
        """
        Price the best multipliers in the complete graph, in as many calls as it takes; return whether it is done.
        """

    def add(self, edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)]) -> int:
        """Add edges to the sparse graph; return how many were new."""

    @property
    def finished(self) -> bool:
        """Whether nothing is left of the plan, or the tree is a tour."""

    @property
    def found_tour(self) -> bool:
        """Whether the last tree and its extra edge are a tour."""

    @property
    def value(self) -> float:
        """Best value within the sparse graph; proves nothing."""

    @property
    def bound(self) -> float | None:
        """Best proven bound, None before a pricing."""

    @property
    def added(self) -> int:
        """Edges the last pricing added to the sparse graph."""

    @property
    def edges(self) -> int:
        """Number of edges of the sparse graph."""

    def multipliers(self) -> NDArray[numpy.float32]:
        """The best multipliers, of every node."""

    def alpha(self, k: int) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.float32]]:
        """
        Rows (indptr, indices, alpha) of the k edges of smallest alpha, made symmetric.
        """

def tour_features(metric: Metric, k: int, fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], iterations: int, stop: object | None = None) -> tuple[NDArray[numpy.int32], NDArray[numpy.float32], NDArray[numpy.float32], NDArray[numpy.float32], NDArray[numpy.float32]]:
    """
    Neighbors (n, k) of smallest alpha after an ascent of so many iterations, features of nodes (n, 6) and of edges (n, k, 18), multipliers (size,), and units of nodes (n,).
    """

def route_features(clients: Metric, k: int, to_depot: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], load: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)]) -> tuple[NDArray[numpy.int32], NDArray[numpy.float32], NDArray[numpy.float32]]:
    """
    Nearest clients (n, k), features of clients (n, 8) and of edges (n, k, 18), given the distances to the depot and the shares of a vehicle.
    """

class Mcts:
    """Monte Carlo tree search guided by weights of edges."""

    def __init__(self, metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int, alpha: float, beta: float, depth: int, breadth: Sequence[int], walk: int, temperature: float) -> None: ...

    def plan(self, actions: int, progress: float) -> None:
        """
        Tell how much of the run is over: a number of actions, or (0) a share of it.
        """

    def run(self, seconds: float, actions: int = -1) -> int: ...

    def tour(self) -> NDArray[numpy.int32]: ...

    @property
    def cost(self) -> float: ...

    @property
    def settled(self) -> bool:
        """
        Whether the tour was brought to a local optimum, before the first action.
        """

    @property
    def actions(self) -> int: ...

    def candidates(self, node: int) -> list[tuple[int, float, int]]:
        """Neighbor, weight W and count Q of every candidate edge of a node."""

    def omega(self, node: int) -> float:
        """Mean weight of the candidate edges of a node, as it is kept."""

class MctsPublished:
    """Monte Carlo tree search as published."""

    def __init__(self, metric: Metric, indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int, alpha: float, beta: float, depth: int, actions: int, candidates: int, use_heatmap: bool) -> None: ...

    def run(self, seconds: float, actions: int = -1) -> int: ...

    def tour(self) -> NDArray[numpy.int32]: ...

    @property
    def has_tour(self) -> bool: ...

    @property
    def cost(self) -> float: ...

    @property
    def actions(self) -> int: ...

    @property
    def simulations(self) -> int:
        """M: actions and 2-opt moves tried."""

    def weight(self, arg0: int, arg1: int, /) -> float: ...

class Assignment:
    """Shortest arcs that leave and enter every node once."""

    def __init__(self, matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)]) -> None: ...

    def run(self, seconds: float) -> bool:
        """Works until it is optimal or the time is up; returns whether it is."""

    def successors(self) -> NDArray[numpy.int32]:
        """
        Heads of the arcs from every node, completed by any arcs if it is not optimal yet.
        """

    def potentials(self) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
        """
        Potentials of tails and heads, dual feasible but for rounding, optimal or not.
        """

class ArborescenceAscent:
    """Ascent on the 1-arborescence bound."""

    def __init__(self, matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], tail_potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], tails: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], upper: float, enough: float) -> None: ...

    def run(self, seconds: float, iterations: int = -1) -> int:
        """Returns the iterations done."""

    def bound(self) -> float:
        """The bound proven by the best multipliers so far."""

    @property
    def finished(self) -> bool: ...

def nearest_arcs(matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], tail_potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], head_potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], k: int) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32]]:
    """
    Rows of the heads of the k shortest arcs from, and of the tails of those into, all.
    """

class ArcProblem:
    """Reduced arc lengths and candidate arcs."""

    def __init__(self, matrix: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], tail_potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], head_potentials: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None: ...

    def patched_tour(self, successors: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> NDArray[numpy.int32]:
        """Joins the cycles of an assignment to a tour."""

    def perturbed_tour(self, successors: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], perturbation: float, seed: int) -> NDArray[numpy.int32]:
        """
        Patched assignment of perturbed lengths, over candidates and successors.
        """

class DirectedLinKernighan:
    """Iterated Lin-Kernighan search without reversals."""

    def __init__(self, problem: ArcProblem, tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int, depth: int = 9, breadth: Sequence[int] = [5, 3, 3, 2, 1], kick_segment: int = 50) -> None: ...

    def run(self, seconds: float, kicks: int = -1) -> int: ...

    def tour(self) -> NDArray[numpy.int32]: ...

    @property
    def cost(self) -> float:
        """Length of the tour, reduced."""

    @property
    def settled(self) -> bool:
        """
        Whether the tour is a local optimum, which comes before the first kick.
        """

    @property
    def kicks(self) -> int: ...

    @property
    def improving_moves(self) -> int: ...

def solve_exactly(distance: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], path: bool, first: int = -1, last: int = -1) -> NDArray[numpy.int32]:
    """
    Shortest tour or path among those that use most fixed edges, by dynamic programming.
    """

class TabuInstance:
    """A flexible job shop."""

    def __init__(self, job: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], first: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], machine: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], duration: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], release: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], available: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None: ...

    @property
    def operations(self) -> int: ...

    @property
    def bound(self) -> int:
        """No schedule is shorter."""

    def raise_bound(self, bound: int) -> None:
        """Tell of another lower bound; not while a search runs."""

class TabuPool:
    """Good schedules that several searches share."""

    def __init__(self, instance: TabuInstance, capacity: int) -> None: ...

    @property
    def makespan(self) -> int:
        """Of the best one."""

    def best(self, instance: TabuInstance) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32]]:
        """Alternatives and begins of the operations in the best one."""

class TabuSearch:
    """Tabu search with path relinking."""

    def __init__(self, instance: TabuInstance, pool: TabuPool, seed: int, tenure: int, depth: int, window: int, reach: int, reliefs: int, outside: int) -> None: ...

    def start(self, instance: TabuInstance, alternative: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], order: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None:
        """Begin the next walk with this schedule."""

    def run(self, seconds: float, iterations: int) -> int:
        """Search; returns the iterations done."""

    @property
    def optimal(self) -> bool:
        """Whether the best schedule is as short as the bound."""

class CapacitatedInstance:
    """Routes of one depot, limited in load and length only."""

    def __init__(self, metric: Metric, demand: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], service: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], near_start: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], near: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], around_start: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, around: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, capacity: float, fixed_cost: float, max_length: float, max_routes: int) -> None: ...

    def savings_routes(self) -> NDArray[numpy.int32]:
        """Routes of the savings heuristic; every route ends with 0."""

class CapacitatedSearch:
    """Slack induction by string removals."""

    def run(self, seconds: float, iterations: int, hot: float, cold: float) -> int:
        """
        Iterate; with a number of iterations the temperature falls from one to the other.
        """

    def begin(self, routes: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], most: int) -> None:
        """
        Begin again with routes of all clients or some, which are searched without the others; with so many routes at most.
        """

    def best(self) -> NDArray[numpy.int32]: ...

    def current(self) -> NDArray[numpy.int32]: ...

    @property
    def best_cost(self) -> float: ...

    @property
    def current_cost(self) -> float: ...

    @property
    def mean_leg(self) -> float:
        """Mean length of the legs of the present routes."""

    @property
    def iterations(self) -> int: ...

    @property
    def accepted(self) -> int: ...

def capacitated_search(instance: CapacitatedInstance, routes: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int, removed: float, longest: int, split: float, keep: float, blink: float, width: int, hope: float) -> CapacitatedSearch:
    """A search from feasible routes, each ending with 0."""

class VrpGenetic:
    """Hybrid genetic search for capacitated vehicle routing."""

    def __init__(self, depots: int, distance: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], duration: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)] | None, coords: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], demand: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], service: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)] | None, windows: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)] | None, kinds: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], limits: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], near_start: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, near: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, seed: int, granular: int, minimum: int, generation: int, elite: int, close: int, target_feasible: float, first: int, no_improvement: int, route_exchange: float, repair: float) -> None: ...

    def run(self, seconds: float, iterations: int = -1) -> int: ...

    def settle(self) -> None:
        """Count what is not ready as an individual; when no call of run follows."""

    def inject(self, visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], begin: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], types: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None:
        """
        Add a solution: the visits of all routes, where each begins, its vehicle type.
        """

    def split(self, tour: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.int32]]:
        """Cut a giant tour into routes."""

    def descend(self, visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], begin: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], types: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int) -> tuple[tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.int32]], float, float, float]:
        """
        Routes of a local optimum, and the penalized costs before, gained and after.
        """

    def routes(self) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.int32]]:
        """
        Visits of the best solution, where each route begins, its vehicle type.
        """

    def all_routes(self) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.int32]]:
        """
        Visits of all feasible individuals, where each route begins, its vehicle type.
        """

    @property
    def feasible(self) -> bool: ...

    @property
    def cost(self) -> float: ...

    @property
    def violations(self) -> tuple[float, float, float]: ...

    @property
    def penalties(self) -> tuple[float, float, float]: ...

    @property
    def iterations(self) -> int: ...

    @property
    def restarts(self) -> int: ...

def near_clients(distance: Metric, duration: Metric | None, depots: int, timing: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)] | None, k: int, outward: float) -> NDArray[numpy.int32]:
    """
    Rows of the min(k, clients - 1) clients nearest to every client by proximity, those farther out preferred; timing has the service time and the window of every location.
    """

class RuinRecreate:
    """Ruin and recreate for vehicle routing problems."""

    def __init__(self, distance: Metric, duration: Metric | None, symmetric: bool, depots: int, kinds: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], limits: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], capacities: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], demands: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], pickups: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], clients: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], tasks: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], members: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], pair_loads: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], backhauls: bool, near_start: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, near: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)] | None, seed: int, granularity: int = 40, mean_removed: float = 10.0, longest_string: int = 10, split_rate: float = 0.5, split_depth: float = 0.01, blink_rate: float = 0.01) -> None: ...

    def construct(self) -> None:
        """Serve what is unserved, neighbors after each other."""

    def start(self, kinds: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], begins: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None:
        """Begin again with routes; those that break a limit are dissolved."""

    def start_part(self, kinds: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], begins: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], tasks: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], numbers: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> None:
        """
        Begin again with some of the routes and of the tasks, and so many vehicles of each kind; the other tasks are left alone.
        """

    def anneal(self, seconds: float, iterations: int, temperature: float) -> int: ...

    def repair(self, seconds: float, iterations: int, temperature: float) -> int:
        """Look for places for the unserved clients, whatever they cost."""

    def reduce_fleet(self, seconds: float, iterations: int, temperature: float, fewest: int) -> int:
        """Do with fewer and fewer vehicles."""

    def to_best(self) -> None:
        """Go back to the best solution."""

    def best(self) -> tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))]]:
        """Best routes: kinds, begins (one more), visits."""

    def current(self) -> tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))]]:
        """Present routes, in the same form."""

    def consistent(self) -> bool:
        """Whether all kept data agree, for tests."""

    def mean_arc(self) -> float:
        """Mean cost of an arc of the current routes."""

    @property
    def cost(self) -> float:
        """Of the best solution, with prizes forgone."""

    @property
    def unserved(self) -> int:
        """Required tasks the best one leaves out."""

    @property
    def vehicles(self) -> int:
        """That the best solution uses."""

    @property
    def current_cost(self) -> float: ...

class RoutePricing:
    """Cheapest ng-routes under reduced costs; node 0 is the depot."""

    def __init__(self, consumption: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], earliest: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], latest: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], horizon: float, load: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], capacity: float, neighbors: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], symmetric: bool) -> None: ...

    def run(self, cost: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], heuristic: bool, routes: int, most_labels: float, seconds: float) -> bool:
        """
        Price; return whether nothing cut it short. Not interruptible but by its time.
        """

    def routes(self) -> list[list[int]]:
        """The routes found, without the depot."""

    def set_cuts(self, members: Sequence[Sequence[int]], memories: Sequence[Sequence[int]], prices: Sequence[float]) -> None:
        """
        Subset-row cuts with limited memory, and what routes pay for them from now on.
        """

    def enumerate(self, reduced: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], cost: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], gap: float, most_labels: float, most_paths: float, most_routes: float, seconds: float) -> str:
        """
        Find all elementary routes of reduced cost below a gap; return 'complete', or what was exceeded: 'time', 'paths' or 'routes'.
        """

    def enumerated(self) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.float64], NDArray[numpy.float64]]:
        """
        Of the routes enumerated, where each begins, visits, costs and reduced costs.
        """

    @property
    def least(self) -> float:
        """Least reduced cost, at most 0."""

    @property
    def least_per_load(self) -> float:
        """Least quotient of reduced cost and load, at most 0."""

    @property
    def labels(self) -> int:
        """Number of labels of the last run."""

class CapacityCuts:
    """Separation of rounded capacity inequalities."""

    def __init__(self, load: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], capacity: float) -> None: ...

    def find(self, ends: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], least: float, most: int, thorough: bool = False) -> list[tuple[list[int], int]]:
        """Violated sets of clients, and how many vehicles they need."""

class QRouteAscent:
    """Ascent to the bound of q-routes without 2-cycles."""

    def __init__(self, cost: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', writable=False)], load: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], capacity: int, fewest: int) -> None: ...

    def run(self, iterations: int, target: float, seconds: float) -> int:
        """
        Evaluate penalties, and improve them; return the number of evaluations finished.
        """

    def follow(self, other: QRouteAscent) -> None:
        """Go on from the best penalties of another ascent."""

    def prove(self, seconds: float) -> bool:
        """Evaluate the best penalties exactly; return whether it is done."""

    @property
    def value(self) -> float:
        """Best value; proves nothing."""

    @property
    def bound(self) -> float:
        """Best proven bound, minus infinity if none."""

    @property
    def step(self) -> float:
        """Length of the steps, 1 at first."""

    def prices(self) -> NDArray[numpy.float64]:
        """Dual values of clients, and at 0 of routes, behind the bound."""

class RoutePool:
    """Routes as sets of at most 127 clients."""

    def __init__(self, first: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], nodes: int) -> None: ...

    def reduced(self, cost: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], clients: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], touched: Sequence[Sequence[int]], touched_prices: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], subsets: Sequence[Sequence[int]], subset_prices: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)]) -> NDArray[numpy.float64]:
        """
        Costs less prices of clients, of sets that are visited, and of every second visit.
        """

    def visits(self, members: Sequence[int]) -> NDArray[numpy.int32]:
        """How many of some clients every route visits."""

def find_subset_rows(nodes: int, first: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], least: float, most: int, most_each: int) -> list[tuple[list[int], float]]:
    """Violated subset-row cuts of three clients, and by how much."""

def count_subset_row(first: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], visits: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], nodes: int, members: Sequence[int], memory: Sequence[int]) -> NDArray[numpy.int32]:
    """Coefficients of routes in a subset-row cut with a memory."""

class Dispatcher:
    """Schedules built operation by operation, by rules."""

    def __init__(self, jobs: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], first: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], machine: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], duration: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', writable=False)], ordered: bool, precedence: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], release: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', writable=False)], due: object | None, weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], available: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', writable=False)], downtime: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', writable=False)], families: object | None, setups: object | None, objective: int, preferred: object | None, change_cost: float, rules: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], delays: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], loyal: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], seed: int) -> None: ...

    def run(self, seconds: float, iterations: int) -> int:
        """Build schedules; returns how many were finished."""

    def machine(self) -> NDArray[numpy.int32]: ...

    def start(self) -> NDArray[numpy.int64]: ...

    def policy_costs(self) -> NDArray[numpy.float64]:
        """Least cost by each policy, infinite where there is none yet."""

    @property
    def found(self) -> bool:
        """Whether there is a schedule."""

    @property
    def cost(self) -> float:
        """Of the best schedule."""

class TspDualBound:
    """What dual values prove about all tours."""

    @property
    def bound(self) -> float:
        """A lower bound, exactly computed."""

    @property
    def hopeless(self) -> bool:
        """Whether no tour in question costs no more than the goal."""

    @property
    def complete(self) -> bool:
        """Whether the edges that are worth keeping are known."""

    @property
    def negative(self) -> NDArray[numpy.int32]:
        """Edges of negative reduced cost that are no columns, (m, 2)."""

    @property
    def reduced(self) -> NDArray[numpy.float64]:
        """Their reduced costs."""

    @property
    def states(self) -> NDArray[numpy.int8]:
        """Of every column: 0 in no tour worth finding, 2 in all of them, 1 else."""

class TspCutter:
    """Cutting planes for tours."""

    def __init__(self, metric: Metric, seed: int = 0) -> None: ...

    def add_columns(self, edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)]) -> None:
        """Add edges, (m, 2)."""

    def lengths(self, edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)]) -> NDArray[numpy.float64]:
        """Lengths of edges, (m, 2)."""

    def separate(self, x: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], family: int, attempts: int = 1, most: int = 1000000) -> tuple[NDArray[numpy.int32], NDArray[numpy.float64]]:
        """Cuts a solution violates, most violated first: (ids, violations)."""

    def rows(self, ids: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> tuple[NDArray[numpy.float64], NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.float64]]:
        """Rows of cuts for all columns: (least, start, column, coefficient)."""

    def entries(self, edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], ids: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)]) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.float64]]:
        """Entries of edges in the rows of cuts: (start, row, coefficient)."""

    def sets(self, id: int) -> list[NDArray[numpy.int32]]:
        """The node sets of a cut."""

    def price(self, nodes: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], ids: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', writable=False)], cuts: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', writable=False)], known: Annotated[NDArray[numpy.int8], dict(shape=(None,), order='C', writable=False)], goal: float, keep: bool) -> TspDualBound:
        """What dual values prove; if `keep`, edges excluded stay excluded."""

    @property
    def universe(self) -> NDArray[numpy.int32]:
        """Edges that are no columns and not excluded, once few are, (m, 2)."""

    @property
    def listed(self) -> bool:
        """Whether edges were excluded, so that those left are listed."""

    @property
    def cuts(self) -> int:
        """Number of cuts known."""

def instruction_sets() -> list[str]:
    """Instruction sets networks can use on this machine, the best first."""

def choose_edges(neighbors: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], scores: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', writable=False)], fewest: int, most: int, probability: float, fixed_edges: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)]) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32], NDArray[numpy.float32]]:
    """
    Rows (indptr, indices, probability) of the edges of at least this probability, between fewest and most per node, made symmetric.
    """

class EdgeNetwork:
    """A trained graph network over edges between near nodes."""

    def __init__(self, tensors: dict[str, Annotated[NDArray[numpy.float32], dict(order='C', writable=False)]], layers: int, symmetric: bool) -> None: ...

    @property
    def width(self) -> int:
        """Features of a node or edge between layers."""

    @property
    def node_features(self) -> int:
        """Features of a node it takes."""

    @property
    def edge_features(self) -> int:
        """Features of an edge it takes."""

    @property
    def heads(self) -> list[str]:
        """What it predicts: edge, together, penalty."""

    def run(self, neighbors: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', writable=False)], node_features: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', writable=False)], edge_features: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C', writable=False)], *, threads: int = 1, stop: object | None = None, tile: int = 0, instructions: str = '') -> dict[str, NDArray[numpy.float32]]:
        """
        Scores by head: (n, k) of edges, (n,) of nodes. Tiles of so many nodes (0: chosen) and instructions change no bit of them. If stop is given and returns true, it ends with Stopped.
        """
