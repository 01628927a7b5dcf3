"""The kernels' view of an asymmetric TSP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from cosolve import _kernels
from cosolve.problems import TSP, Tour
from cosolve.search.assignment import assign, unassigned
from cosolve.search.closed_arcs import ClosedArcs
from cosolve.search.kernel_model import (
    FEW_NODES,
    FEW_NODES_RANDOMIZATION,
    RANDOMIZATION,
    KernelModel,
    rows_to_csr,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from cosolve.core import Run
    from cosolve.guidance import EdgeGuidance
    from cosolve.search.kernel_model import IntArray, LocalSearch

_NEAREST = 8
_ASSIGNMENT_SHARE = 0.6  # of the time, at most: unfinished, it is of little use

# A patched assignment at most this much longer than the assignment is the better start, and
# perturbed ones make the better population; else greedy tours do. Between the two lie random
# matrices (less than 0.05) and nearly symmetric ones (more than 0.3). benchmarks/atsp.py
_NEARLY_TOUR = 0.1
_PERTURBATION = 0.3  # of arcs, in mean lengths of the assignment's
_NEARLY_SYMMETRIC = 1.05  # a tour that gets longer by less may as well be turned around

_DEPTH = 9
_BREADTH = (5, 3, 3, 2, 1)
_SHALLOW_DEPTH = 5
_SHALLOW_BREADTH = (5, 3, 1)


class AtspModel(KernelModel):
    """An asymmetric problem, for kernels with and without directions.

    As a symmetric problem it has twice as many nodes [1]_: kernel node i is where a tour leaves
    node i, kernel node m + i where it arrives; the two are tied by a fixed edge. The local search
    works on the arcs themselves.

    Lengths are less the potentials of the assignment problem, which changes all tours alike:
    candidates and gains count what an arc costs beyond the bound.

    Parameters
    ----------
    problem
        A problem of at least 6 nodes without fixed edges.
    guidance
        Candidate arcs and their order; by default those of least reduced length from and to
        every node.
    run
        Its time limit bounds the time for the assignment problem.
    reduce
        Whether to solve the assignment problem at all; without, lengths stay as they are.

    References
    ----------
    .. [1] R. Jonker and T. Volgenant, "Transforming asymmetric into symmetric traveling salesman
       problems", Operations Research Letters 2 (1983).
    """

    def __init__(
        self,
        problem: TSP,
        guidance: EdgeGuidance | None = None,
        run: Run | None = None,
        *,
        reduce: bool = True,
    ) -> None:
        if guidance is not None:
            guidance.require_for(problem)
        self._closed = ClosedArcs(problem)
        matrix = self._closed.matrix
        self._count = len(matrix)
        self._assigned = (
            assign(matrix, run, share=_ASSIGNMENT_SHARE, integral=problem.integral)
            if reduce
            else unassigned(self._count)
        )
        tails, heads = self._assigned.tails, self._assigned.heads
        if not self._assigned.precise:
            tails, heads = np.zeros(self._count), np.zeros(self._count)
        indptr: IntArray
        indices: IntArray
        if guidance is None:
            k = min(_NEAREST, self._count - 1)
            leaving, entering = _kernels.nearest_arcs(matrix, tails, heads, k)
            indptr = np.arange(0, 2 * self._count * k + 1, k, dtype=np.int32)
            indices = np.concatenate([leaving.ravel() + np.int32(self._count), entering.ravel()])
        else:
            indptr, indices = self._guided(guidance)
        super().__init__(
            problem,
            _kernels.Metric.two_copies(matrix, np.concatenate([tails, heads])),
            indptr,
            indices,
            np.arange(2 * self._count, dtype=np.int32).reshape(2, -1).T.copy(),
            -fsum([*tails.tolist(), *heads.tolist()]),
        )
        self._arcs = _kernels.ArcProblem(matrix, tails, heads, indptr, indices)

    def _guided(self, guidance: EdgeGuidance) -> tuple[IntArray, IntArray]:
        """Candidates of the leaving copies, then of the arriving ones, best first."""
        tails = np.repeat(np.arange(guidance.size), np.diff(guidance.indptr))
        kept, tail, head = self._closed.translate(tails, guidance.indices)
        weight = guidance.weight[kept]
        rows: list[npt.NDArray[np.integer]] = []
        for own, other, free, copy in (
            (tail, head, self._closed.free_head, self._count),
            (head, tail, self._closed.free_tail, 0),
        ):
            order = np.lexsort((-weight, own))
            starts = np.searchsorted(own[order], np.arange(1, self._count))
            for node, row in enumerate(np.split(other[order], starts)):
                # Arcs that cost nothing are candidates of everyone.
                extra = [] if free is None or free == node else [free]
                rows.append(np.concatenate([row, np.array(extra, np.int32)]) + copy)
        return rows_to_csr(rows)

    @property
    def bound(self) -> float:
        """The assignment bound."""
        return self._assigned.bound

    @cached_property
    def _patched(self) -> IntArray:
        return self._arcs.patched_tour(self._assigned.successors)

    @cached_property
    def _nearly_tour(self) -> bool:
        """Whether the assignment is nearly a tour."""
        bound = self._assigned.bound
        return self.length(self._split(self._patched)) <= bound + _NEARLY_TOUR * abs(bound)

    def first_tour(self) -> IntArray:
        """Patched assignment, or a greedy tour where that is far from one."""
        return self._split(self._patched) if self._nearly_tour else self._reference

    @cached_property
    def _plain_metric(self) -> _kernels.Metric:
        return _kernels.Metric.two_copies(self._closed.matrix, np.zeros(2 * self._count))

    def _greedy_by_length(self, seed: int, randomization: float) -> IntArray:
        return _kernels.greedy_tour(
            self._plain_metric, self.indptr, self.indices, self.fixed_edges, seed, randomization
        )

    @cached_property
    def _reference(self) -> IntArray:
        return self._greedy_by_length(0, 0.0)

    def weighted_tour(self, guidance: EdgeGuidance) -> IntArray:
        """Return the first tour: most often a patched assignment, far better than a greedy one."""
        del guidance
        return self.first_tour()

    def varied_tour(self, seed: int) -> IntArray:
        """Patched assignment of perturbed lengths, or a randomized greedy tour.

        In a nearly symmetric problem, tours that run the other way round have no arc in common with
        the rest, and nothing to exchange; so they are turned.
        """
        few = self.size <= FEW_NODES
        if self._nearly_tour and not few:
            mean = abs(self._assigned.bound) / self._count
            return self._split(
                self._arcs.perturbed_tour(self._assigned.successors, _PERTURBATION * mean, seed)
            )
        tour = self._greedy_by_length(seed, FEW_NODES_RANDOMIZATION if few else RANDOMIZATION)
        order = self._merge(tour)
        turned = self._split(np.ascontiguousarray(order[::-1]))
        if self.length(turned) > _NEARLY_SYMMETRIC * self.length(tour):
            return tour
        after = np.empty(self._count, np.int32)
        reference = self._merge(self._reference)
        after[reference] = np.roll(reference, -1)
        forwards = np.count_nonzero(after[order] == np.roll(order, -1))
        backwards = np.count_nonzero(after[order] == np.roll(order, 1))
        return turned if backwards > forwards else tour

    def local_search(
        self,
        tour: IntArray,
        *,
        seed: int = 0,
        depth: int | None = None,
        breadth: Sequence[int] | None = None,
        kick_segment: int = 50,
        shallow: bool = False,
        kick_chances: npt.NDArray[np.float32] | None = None,
    ) -> LocalSearch:
        """Lin-Kernighan search without reversals; its kicks are everywhere alike."""
        del kick_chances
        usual_depth, usual_breadth = (
            (_SHALLOW_DEPTH, _SHALLOW_BREADTH) if shallow else (_DEPTH, _BREADTH)
        )
        engine = _kernels.DirectedLinKernighan(
            self._arcs,
            self._merge(tour),
            seed,
            usual_depth if depth is None else depth,
            list(usual_breadth if breadth is None else breadth),
            kick_segment,
        )
        return _SplitSearch(engine, self._split)

    def _split(self, order: IntArray) -> IntArray:
        """Kernel nodes of a closed tour: arrive, leave, arrive, ..."""
        return np.stack([order + self._count, order], axis=1).ravel().astype(np.int32)

    def _merge(self, nodes: IntArray) -> IntArray:
        """Return the closed tour of kernel nodes in either direction."""
        at = int(np.flatnonzero(nodes == self._count)[0])
        if nodes[(at + 1) % len(nodes)] != 0:  # backwards: it leaves node 0 before arriving there
            nodes = nodes[::-1]
        return np.ascontiguousarray(nodes[nodes >= self._count] - self._count)

    def encode(self, tour: Tour) -> IntArray:
        """Kernel nodes of a feasible tour or path."""
        return self._split(self._closed.encode(tour))

    def decode(self, nodes: IntArray) -> Tour:
        """Tour or path of the problem, from kernel nodes."""
        return self._closed.decode(self._merge(nodes))


class _SplitSearch:
    """A search without directions, seen from the symmetric form."""

    def __init__(
        self, engine: _kernels.DirectedLinKernighan, split: Callable[[IntArray], IntArray]
    ) -> None:
        self._engine = engine
        self._split = split

    @property
    def cost(self) -> float:
        """Length of the tour, less the potentials."""
        return self._engine.cost

    @property
    def settled(self) -> bool:
        """Whether the tour is a local optimum."""
        return self._engine.settled

    @property
    def kicks(self) -> int:
        """Kicks tried."""
        return self._engine.kicks

    def run(self, seconds: float, kicks: int = -1) -> int:
        """Search, and return the kicks tried."""
        return self._engine.run(seconds, kicks)

    def tour(self) -> IntArray:
        """Kernel nodes."""
        return self._split(self._engine.tour())
