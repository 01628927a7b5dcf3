"""The Held-Karp bound of symmetric problems, valid on the complete graph."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from cosolve import _kernels
from cosolve.bounds.base import LowerBound, proves
from cosolve.core import Run
from cosolve.core.run import SLICE_S
from cosolve.problems import TSP
from cosolve.search.tiny import TINY, solve_tiny
from cosolve.search.tsp_model import TspModel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

METHOD = "held-karp"


class _Round(NamedTuple):
    """An ascent: minimum trees, first and last step in units of the gaps between clusters."""

    iterations: int
    first_step: float
    last_step: float


# The first round begins without multipliers; later ones look for the last digits after edges were
# added. The sparse graph of a matrix is a poor guess, and multipliers that are best for it may be
# useless in the complete graph: there, drafts add edges until both agree. Measured
# (benchmarks/SETTINGS.md).
_DRAFT = _Round(50, 0.3, 0.05)
_FIRST = _Round(300, 0.3, 0.002)
_LATER = _Round(200, 0.05, 0.0005)
_AGREEMENT = 0.01
_MOST_DRAFTS = 20
_FEWEST = 10  # iterations worth a pricing
_MOST_ROUNDS = 50
_GAIN = 2e-5  # a round that raises the bound by a smaller share of it was the last

# With a time limit: the share that the first of several rounds may take, the time of a pricing in
# iterations (until one was measured; for a matrix, also the pairs of nodes it looks at in as much
# time as an iteration looks at an edge), and how much longer than predicted a pricing may take.
_FIRST_SHARE = 0.6
_PRICING_ITERATIONS = 25.0
_PAIRS_PER_EDGE = 5.0
_CAUTION = 1.3
# Building graph and trees, in seconds, cannot be interrupted, and is not begun with less than three
# times as much left.
_BUILD_PER_NODE_S, _BUILD_PER_PAIR_S = 4e-6, 1e-8
# An interrupted ascent is priced if that takes no longer.
_PATIENCE_S = 5.0


def held_karp_bound(
    problem: TSP,
    run: Run,
    *,
    upper: float | None = None,
    start: npt.NDArray[np.float32] | None = None,
) -> LowerBound | None:
    """Bound the cost of every tour, or path, from below by minimum 1-trees.

    Subgradient ascent [1]_, [2]_ on the multipliers of the nodes, with trees in a sparse graph.
    The best multipliers are *priced*: tree and bound are found again in the complete graph, exactly
    and with room for rounding errors, and what that finds to be missing is added to the sparse
    graph. Only priced values are reported.

    Parameters
    ----------
    problem
        A symmetric problem: closed or open, with or without fixed edges.
    run
        Limits; told every bound. An iteration is a minimum tree. Without a time limit the result
        does not depend on the clock. When interrupted, what there is is priced if that takes no
        more than a few seconds.
    upper
        Cost of a known solution: the ascent ends once it is proven to be optimal.
    start
        Multipliers of a closed tour's nodes to begin from if they are better than none, float32,
        shape (n,), see `cosolve.guidance.penalties.predicted_multipliers`.

    Returns
    -------
    LowerBound or None
        None if the limits leave no time for a pricing, or for enough iterations to prove anything.

    Raises
    ------
    ValueError
        If the problem is asymmetric, or `start` does not fit it.

    References
    ----------
    .. [1] M. Held, R. M. Karp, "The traveling-salesman problem and minimum spanning trees: part
       II", Mathematical Programming 1 (1971).
    .. [2] K. Helsgaun, "An effective implementation of the Lin-Kernighan traveling salesman
       heuristic", European Journal of Operational Research 126 (2000), section 4.
    """
    if not problem.symmetric:
        raise ValueError("the Held-Karp bound needs symmetric distances")
    if start is not None and (problem.path or start.shape != (problem.size,)):
        raise ValueError("multipliers to start from are one for every node, of closed tours only")
    if problem.size <= TINY:
        return _exact(problem.cost(solve_tiny(problem)), run)
    if run.remaining < 3 * _build_s(problem) or run.remaining_iterations == 0:
        return None
    model = TspModel(problem)
    if len(model.fixed_edges) > model.size - 2:
        return _exact(problem.cost(model.decode(model.greedy())), run)
    ascent = _Ascent(model, run)
    if start is not None:
        ascent.begin(start)
    converged = ascent.climb(upper)
    # A negative bound, of multipliers far from good ones, says less than that no distance is.
    if ascent.bound is None or ascent.bound < 0:
        return None
    return LowerBound(ascent.bound, METHOD, ascent.iterations, converged)


def _build_s(problem: TSP) -> float:
    pairs = 0 if problem.matrix is None else problem.size**2
    return problem.size * _BUILD_PER_NODE_S + pairs * _BUILD_PER_PAIR_S


def _exact(cost: float, run: Run) -> LowerBound:
    run.report(bound=cost, phase="bound")
    return LowerBound(cost, "exact", 0, converged=True)


class _Ascent:
    """The kernel, and what the clock lets it do."""

    def __init__(self, model: TspModel, run: Run) -> None:
        self._model = model
        self._run = run
        self._engine = _kernels.HeldKarp(
            model.metric, model.indptr, model.indices, model.fixed_edges
        )
        self._iteration_s = 0.0  # of the last ascent
        self._pricing_s: float | None = None  # of the last pricing
        self.iterations = 0
        self.bound: float | None = None

    def begin(self, start: npt.NDArray[np.float32]) -> None:
        """Begin from given multipliers of the problem's nodes, if they are better than none."""
        self._engine.offer(self._model.of_nodes(start))

    def climb(self, upper: float | None) -> bool:
        """Alternate ascent and pricing; return whether nothing more is to be expected."""
        if self._timed:  # to know how long an iteration takes
            self._ascend(_DRAFT._replace(iterations=_FEWEST))
        drafts = 0 if self._model.problem.matrix is None else _MOST_DRAFTS
        plan = _DRAFT if drafts else _FIRST
        for number in range(_MOST_ROUNDS):
            before = self.bound
            count = self._affordable(plan.iterations, first=number == 0)
            if count == 0:
                return False
            self._ascend(plan._replace(iterations=count))
            hoped = self._engine.value
            if not self._price():
                return False
            assert self.bound is not None
            if proves(self._model.problem, self.bound, upper) or self._at_top:
                return True
            gain = math.inf if before is None else self.bound - before
            if plan is _LATER and count == _LATER.iterations and gain <= _GAIN * abs(self.bound):
                return True
            agreed = hoped - self.bound <= _AGREEMENT * abs(hoped)
            if plan is not _DRAFT or agreed or number + 1 >= drafts:
                plan = _LATER
        return True

    @property
    def _timed(self) -> bool:
        return math.isfinite(self._run.remaining)

    @property
    def _interrupted(self) -> bool:
        return self._run.interrupted.is_set()

    @property
    def _at_top(self) -> bool:
        """Whether a minimum 1-tree of the complete graph is a tour, and so an optimal one."""
        return self._engine.found_tour and self._engine.added == 0

    @property
    def _reserve_s(self) -> float:
        """Seconds to keep for a pricing."""
        if self._pricing_s is not None:
            return _CAUTION * self._pricing_s
        iterations = _PRICING_ITERATIONS
        if self._model.problem.matrix is not None:
            iterations += self._model.size**2 / (_PAIRS_PER_EDGE * self._engine.edges)
        return _CAUTION * iterations * self._iteration_s

    def _affordable(self, wanted: int, first: bool) -> int:
        """Return how many of the iterations wanted can be done and priced; 0 if too few."""
        count = wanted
        if self._timed:
            free = (self._run.remaining - self._reserve_s) / max(self._iteration_s, 1e-9)
            # A second round needs time for itself and its pricing; else one takes all there is.
            several = first and _FIRST_SHARE * free >= wanted
            count = min(count, int(free * (_FIRST_SHARE if several else 1.0)))
        left = self._run.remaining_iterations
        if left is not None:
            count = min(count, left)
            first = first and count == left  # few iterations are what was asked for
        else:
            first = False
        enough = count >= _FEWEST or (first and count > 0)
        return count if enough and not self._interrupted else 0

    def _ascend(self, plan: _Round) -> None:
        self._engine.plan(*plan)
        began_s, done = self._run.elapsed, 0
        while not self._engine.finished and not self._interrupted:
            some = self._engine.run(SLICE_S)
            done += some
            self._run.report(iterations=some, phase="bound")
            if self._timed and self._run.remaining < self._reserve_s:
                break
        self.iterations += done
        self._iteration_s = (self._run.elapsed - began_s) / max(done, 1)

    def _price(self) -> bool:
        """Price the best multipliers; return whether time, or patience, sufficed."""
        if self._interrupted and self._reserve_s > _PATIENCE_S:
            return False
        run = self._run
        began_s = run.elapsed
        patient_until_s = math.inf
        while not self._engine.price(min(SLICE_S, run.remaining)):
            if self._interrupted:
                patient_until_s = min(patient_until_s, run.elapsed + _PATIENCE_S)
            if run.remaining <= 0 or run.elapsed > patient_until_s:
                return False
        self._pricing_s = run.elapsed - began_s
        proven = self._engine.bound
        assert proven is not None
        value = self._model.cost(proven)
        if value != proven:  # the length of the closing edge was subtracted, and rounded
            value = math.nextafter(value, -math.inf)
        self.bound = value if self.bound is None else max(value, self.bound)
        run.report(bound=self.bound if self.bound >= 0 else None, phase="bound")
        return True
