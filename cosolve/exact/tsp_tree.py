"""Branch and cut for tours: cutting planes at the root, then a search tree; for workers only."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from cosolve.exact.tsp_program import (
    FREE,
    IN,
    OUT,
    Family,
    FloatArray,
    IntArray,
    States,
    TourProgram,
    Trouble,
)

_INTEGRAL = 1e-6
_ROUNDING = 1e-9  # relative; a shorter float tour is shorter by more

# A round of cuts is worth it if it closes this share of the gap; so many bad ones end the loop.
_WORTHWHILE = 0.005
_BAD_ROUNDS = 8
_TREE_WORTHWHILE = 0.03
_TREE_BAD_ROUNDS = 2
_PRICE_EVERY = 8  # rounds
_ATTEMPTS = 4  # at combs
_LAST_ATTEMPTS = 30  # at the root, before it gives up
_MOST_NEW = 1.0  # columns to add at once, per node

# Strong branching.
_CANDIDATES = 10
_PROBE_ITERATIONS = 40


class News(NamedTuple):
    """What a search knows.

    Parameters
    ----------
    bound
        Every tour is at least so long, in the kernel's lengths.
    tour
        A shorter tour than known before, as kernel nodes, or None.
    nodes
        Nodes of the tree done since the last message.
    phase
        What is being done.
    """

    bound: float
    tour: IntArray | None
    nodes: int
    phase: str


class Node(NamedTuple):
    """An open node of the tree."""

    bound: float
    number: int
    branches: tuple[tuple[int, int], ...]


class TourTree:
    """Find and prove the shortest tour.

    Parameters
    ----------
    program
        The linear program.
    integral
        Whether all lengths are whole numbers.
    tell
        Hears `News`.
    upper
        Length of a known tour; infinite without.
    """

    def __init__(
        self,
        program: TourProgram,
        *,
        integral: bool,
        tell: Callable[[News], None],
        upper: float = math.inf,
    ) -> None:
        self.program = program
        self._integral = integral
        self._tell = tell
        self.upper = upper
        self.bound = -math.inf
        """Valid for all tours."""
        self.root = -math.inf
        """Bound at the root."""
        self.remaining = 0
        """Edges that were left after the root."""
        self.nodes = 0
        self._hopeless = False
        self._floor = math.inf  # bounds of leaves whose tours are shorter than they say
        self._open: list[Node] = []
        self._count = 0

    @property
    def goal(self) -> float:
        """The greatest length worth finding."""
        if math.isinf(self.upper):
            return math.inf
        if self._integral:
            return self.upper - 1.0
        return self.upper - _ROUNDING * abs(self.upper)

    # The root.

    def cut_root(self) -> bool:
        """Add cuts and columns until neither helps; return whether the tour is proven."""
        with suppress(Trouble):  # what is proven until then remains
            self._cut_root()
        self.root = self.bound
        self.remaining = int((self.program.known != OUT).sum()) + len(self.program.cutter.universe)
        return self._proven

    def _cut_root(self) -> None:
        program = self.program
        if self._solve_root(primal=True):
            self._complete_columns()
        bad, rounds = 0, 0
        before = program.value
        while not self._proven:
            family = self._add_cuts(root=True)
            if family is None:
                if self._price_root() or not self._grown:
                    break
                continue
            if not self._solve_root():
                break
            rounds += 1
            gain = program.value - before
            if family != Family.SUBTOURS:
                bad = bad + 1 if gain < _WORTHWHILE * self._gap(before) else 0
            before = program.value
            if gain > 0:
                program.drop_slack()
            if rounds % _PRICE_EVERY == 0 or bad >= _BAD_ROUNDS:
                if self._price_root():
                    break
                before = min(before, program.value)
                if bad >= _BAD_ROUNDS and not self._grown:
                    break

    @property
    def _proven(self) -> bool:
        return self._hopeless or self._settles(self.bound)

    def _settles(self, bound: float) -> bool:
        """Whether a bound proves that there is no tour worth finding."""
        return bound > self.goal or bound >= self.upper

    @property
    def _settled(self) -> float:
        """The bound where there is no tour worth finding."""
        return self.upper if self._integral else self.goal

    def _gap(self, value: float) -> float:
        if math.isinf(self.upper):
            return 0.005 * abs(value)
        return max(self.upper - value, 1e-9 * abs(self.upper))

    def _price_root(self) -> bool:
        """Price all edges; return whether the tour is proven or the solution is a tour."""
        self._complete_columns()
        return self._proven or self._take_tour()

    def _solve_root(self, *, primal: bool = False) -> bool:
        """Solve; return whether there may be a tour worth finding."""
        if self._feasible(primal=primal):
            return True
        self._raise(-math.inf, hopeless=True)
        return False

    def _complete_columns(self) -> None:
        """Add columns until no edge has a negative reduced cost; exclude edges for good."""
        program = self.program
        self._grown = False
        while True:
            priced = program.price(self.goal, keep=True)
            self._raise(priced.bound, priced.hopeless)
            if self._proven:
                return
            program.known = np.array(priced.states, np.int8)
            excluded = not np.array_equal(program.known, program.local)
            program.set_states(program.known)
            added = self._add_columns(priced.negative, priced.reduced)
            if not added and not excluded:
                return
            self._grown = self._grown or added
            if not self._solve_root(primal=added) or not added:
                return

    def _add_columns(self, edges: IntArray, reduced: FloatArray) -> bool:
        most = int(_MOST_NEW * self.program.metric.size) + 50
        worst = np.argsort(reduced, kind="stable")[:most]
        worst = worst[reduced[worst] < -1e-7 * max(1.0, abs(self.program.value))]
        self.program.add_edges(edges[worst])
        return bool(worst.size)

    def _raise(self, bound: float, hopeless: bool) -> None:
        """Hear a bound for all tours of the root."""
        # What is excluded is so for tours worth finding: of the others, no more is known than this.
        bound = self._settled if hopeless else min(bound, self._settled)
        self._hopeless = self._hopeless or hopeless
        if bound > self.bound:
            self.bound = bound
            self._tell(News(self.bound, None, 0, "cuts"))

    def _add_cuts(self, *, root: bool = False) -> Family | None:
        """Add cuts of the first family that has some; return it."""
        program = self.program
        n = program.metric.size
        most = max(50, n // 2)
        if program.add_cuts(program.separate(Family.SUBTOURS, most=2 * most)):
            return Family.SUBTOURS
        added = program.add_cuts(program.separate(Family.POOL, most=most))
        added += program.add_cuts(program.separate(Family.BLOSSOMS, most=most))
        if added < 10:
            added += program.add_cuts(program.separate(Family.EXACT_BLOSSOMS, most=most))
        if added < 25:
            added += program.add_cuts(program.separate(Family.COMBS, attempts=_ATTEMPTS, most=most))
        if root and not added:
            combs = program.separate(Family.COMBS, attempts=_LAST_ATTEMPTS, most=most)
            added = program.add_cuts(combs)
        return Family.BLOSSOMS if added else None

    def _take_tour(self) -> bool:
        """Keep the solution if it is a tour; return whether it is."""
        program = self.program
        tour = program.tour()
        if tour is None:
            return False
        length = float(program.cost[program.x > 0.5].sum())
        if length < self.upper:
            self.upper = length
            self._tell(News(self.bound, tour, 0, "tree"))
        return True

    # The tree.

    def search(self, most_nodes: int | None = None) -> bool:
        """Search the tree; return whether the best tour is proven.

        Parameters
        ----------
        most_nodes
            How many nodes to look at, at most.
        """
        self._push(Node(self.bound, 0, ()))
        following: Node | None = None
        while self._open or following is not None:
            if most_nodes is not None and self.nodes >= most_nodes:
                break
            node = heapq.heappop(self._open) if following is None else following
            following = None
            if not self._settles(node.bound):
                try:
                    following = self._process(node)
                except Trouble:  # this part of the tree stays as it is
                    self._floor = min(self._floor, node.bound)
            self.nodes += 1
            self._report(following)
        if self._open or following is not None or math.isinf(self.upper):
            return False
        self.bound = max(self.bound, min(self._settled, self._floor))
        self._tell(News(self.bound, None, 0, "tree"))
        return self._settles(self._floor) or self._floor >= self._settled

    def _report(self, following: Node | None) -> None:
        lowest = [node.bound for node in self._open[:1]] + [self._settled, self._floor]
        if following is not None:
            lowest.append(following.bound)
        self.bound = max(self.bound, min(lowest))
        self._tell(News(self.bound, None, 1, "tree"))

    def _push(self, node: Node) -> None:
        heapq.heappush(self._open, node)

    def _states(self, branches: tuple[tuple[int, int], ...]) -> States:
        states = self.program.known.copy()
        for column, state in branches:
            # What is excluded for good needs no branch; the other branch is hopeless.
            states[column] = state
        return states

    def _process(self, node: Node) -> Node | None:
        """Solve a node; open its children, and return the one to go on with."""
        program = self.program
        program.set_states(self._states(node.branches))
        bound = self._solve_node(node.bound)
        if bound is None or self._settles(bound):
            return None
        if self._take_tour():
            if not self._settles(bound):
                self._floor = min(self._floor, bound)
            return None
        column, down, up = self._choose()
        if column < 0:
            raise Trouble("a solution is neither a tour nor fractional")
        children = []
        for state, estimate in ((OUT, down), (IN, up)):
            self._count += 1
            children.append((estimate, Node(bound, self._count, (*node.branches, (column, state)))))
        children.sort(key=lambda child: child[0])
        self._push(children[1][1])
        return children[0][1]

    def _solve_node(self, bound: float) -> float | None:
        """Solve and cut; return a bound, or None if there is no tour worth finding."""
        program = self.program
        bad = 0
        before = None
        while True:
            if not self._feasible():
                return None
            if before is not None:
                gain = program.value - before
                bad = bad + 1 if gain < _TREE_WORTHWHILE * self._gap(before) else 0
                if gain > 0:
                    program.drop_slack()
            before = program.value
            if program.value > self.goal + 1e-6 * abs(self.goal) or bad >= _TREE_BAD_ROUNDS:
                family = None
                if bad >= _TREE_BAD_ROUNDS and program.add_cuts(program.separate(Family.SUBTOURS)):
                    continue
            else:
                family = self._add_cuts()
            if family is not None:
                continue
            priced = program.price(self.goal)
            bound = max(bound, priced.bound)
            if priced.hopeless:
                return None
            if not self._add_columns(priced.negative, priced.reduced):
                return bound
            bad = 0
            before = None
            if not self._feasible(primal=True):
                return None

    def _feasible(self, *, primal: bool = False) -> bool:
        """Solve; return whether there may be a tour worth finding."""
        program = self.program
        while not program.solve(primal=primal):
            priced = program.price_ray(self.goal)
            if priced is None:
                raise Trouble("an infeasible program without a proof")
            if priced.hopeless:
                return False
            program.add_edges(priced.negative)
        return True

    def _choose(self) -> tuple[int, float, float]:
        """Choose a column to branch upon, by looking a little ahead: strong branching."""
        program = self.program
        x, value = program.x.copy(), program.value
        distance = np.abs(x - 0.5)
        open_ones = np.flatnonzero((distance < 0.5 - _INTEGRAL) & (program.local == FREE))
        if not open_ones.size:
            return -1, 0.0, 0.0
        merit = (0.5 - distance[open_ones]) * (1.0 + 0.2 * np.log1p(program.cost[open_ones]))
        candidates = open_ones[np.argsort(-merit, kind="stable")[:_CANDIDATES]]
        basis, duals = program.basis(), program.duals
        states = program.local.copy()
        best, chosen = -1.0, (int(candidates[0]), value, value)
        for column in candidates.tolist():
            values = []
            for state in (OUT, IN):
                trial = states.copy()
                trial[column] = state
                program.set_states(trial)
                solved = program.solve(iterations=_PROBE_ITERATIONS)
                values.append(math.inf if solved is False else max(program.value, value))
                program.set_states(states)
                program.restore(basis)
            gains = [min(v - value, self._gap(value) + 1.0) for v in values]
            score = max(gains[0], 1e-6) * max(gains[1], 1e-6)
            if score > best:
                best, chosen = score, (column, values[0], values[1])
        program.duals, program.x, program.value = duals, x, value
        return chosen
