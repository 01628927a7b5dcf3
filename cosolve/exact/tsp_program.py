"""The linear program of a tour: edges, degrees and cuts; for worker processes only.

Numbers of the solver are never trusted: what its dual values prove is computed again, in whole
numbers and over all edges of the complete graph, by the kernel.
"""

from __future__ import annotations

import importlib
import math
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]

PACKAGE = "highspy"
"""What has to be installed."""

OUT, FREE, IN = 0, 1, 2
"""States of an edge: in no tour worth finding; open; in all of them."""

_OLDEST = 8  # rounds a cut may be slack
_RAY_LENGTHS = (1.5, 30.0, 1e3, 1e5)


class Family(IntEnum):
    """Separation procedures of the kernel, by its numbers."""

    SUBTOURS = 0
    BLOSSOMS = 1
    EXACT_BLOSSOMS = 2
    COMBS = 3
    POOL = 4


class Stopped(Exception):
    """Time is up, or the caller wants the result."""


class Trouble(Exception):
    """A linear program that the solver cannot solve, or whose answer proves nothing."""


class TourProgram:
    """Minimize the length of edges subject to degrees and cuts.

    Parameters
    ----------
    metric
        Distances between kernel nodes.
    edges
        The first columns, shape (m, 2), each edge once.
    fixed
        Edges that every tour must have, shape (k, 2).
    seed
        Of the random choices of the separation.
    seconds_left
        Tells how long the solver may still take; raises `Stopped` to end all work.
    """

    def __init__(
        self,
        metric: _kernels.Metric,
        edges: IntArray,
        fixed: IntArray,
        *,
        seed: int,
        seconds_left: Any,
    ) -> None:
        self.metric = metric
        self.cutter = _kernels.TspCutter(metric, seed)
        self._seconds_left = seconds_left
        self._fixed = {(min(a, b), max(a, b)) for a, b in fixed.tolist()}
        # By name: no module of cosolve imports a solver, not even by accident.
        self._highspy: Any = importlib.import_module(PACKAGE)
        self._highs: Any = self._highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("solver", "simplex"),
            ("presolve", "off"),
            ("threads", 1),
            ("random_seed", 0),
            ("dual_feasibility_tolerance", 1e-9),
            ("primal_feasibility_tolerance", 1e-9),
        ):
            self._highs.setOptionValue(option, value)
        self.edges: IntArray = np.empty((0, 2), np.int32)
        self.cost: FloatArray = np.empty(0)
        self.ids: IntArray = np.empty(0, np.int32)
        """Numbers of the cuts that are rows, after those of the nodes."""
        self._age: IntArray = np.empty(0, np.int32)
        self.known: States = np.empty(0, np.int8)
        """State of every column, whatever was branched upon."""
        self.local: States = np.empty(0, np.int8)
        """State of every column, as the program has it."""
        self.x: FloatArray = np.empty(0)
        self.duals: FloatArray = np.zeros(metric.size)
        self.value = -math.inf
        self.solved = 0
        two, n = np.full(metric.size, 2.0), metric.size
        no_entry = np.empty(0, np.int32)
        self._highs.addRows(n, two, two, 0, np.zeros(n, np.int32), no_entry, np.empty(0))
        self.add_edges(edges)

    def add_edges(self, edges: IntArray) -> None:
        """Add columns.

        Parameters
        ----------
        edges
            That are no columns yet, shape (m, 2).
        """
        count = len(edges)
        if not count:
            return
        n = self.metric.size
        edges = np.ascontiguousarray(edges, np.int32)
        cost = self.cutter.lengths(edges)
        start, row, coefficient = self.cutter.entries(edges, self.ids)
        sizes = np.diff(start) + 2
        first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        index = np.empty(first[-1], np.int32)
        value = np.ones(first[-1])
        ends = first[:-1, np.newaxis] + np.arange(2)
        index[ends.ravel()] = edges.ravel()
        rest = np.ones(first[-1], bool)
        rest[ends.ravel()] = False
        index[rest] = row + n
        value[rest] = coefficient
        must = np.array([(min(a, b), max(a, b)) in self._fixed for a, b in edges.tolist()], bool)
        states = np.where(must, IN, FREE).astype(np.int8)
        self._highs.addCols(
            count, cost, must.astype(float), np.ones(count), len(index), first[:-1], index, value
        )
        self.cutter.add_columns(edges)
        self.edges = np.concatenate([self.edges, edges])
        self.cost = np.concatenate([self.cost, cost])
        self.known = np.concatenate([self.known, states])
        self.local = np.concatenate([self.local, states])

    def add_cuts(self, ids: IntArray) -> int:
        """Add cuts as rows; return how many were new.

        Parameters
        ----------
        ids
            Their numbers.
        """
        ids = np.setdiff1d(ids, self.ids).astype(np.int32)
        if ids.size:
            least, start, column, coefficient = self.cutter.rows(ids)
            above = np.full(ids.size, np.inf)
            self._highs.addRows(
                ids.size, least, above, len(column), start[:-1], column, coefficient
            )
            self.ids = np.concatenate([self.ids, ids])
            self._age = np.concatenate([self._age, np.zeros(ids.size, np.int32)])
        return int(ids.size)

    def drop_slack(self) -> None:
        """Remove cuts that have not been tight for a while."""
        self._age = np.where(self.duals[self.metric.size :] > 1e-9, 0, self._age + 1)
        basis = self._highs.getBasis()
        basic = np.array([s == self._highspy.HighsBasisStatus.kBasic for s in basis.row_status])
        old = (self._age > _OLDEST) & basic[self.metric.size :]
        if not old.any():
            return
        rows = (np.flatnonzero(old) + self.metric.size).astype(np.int32)
        self._highs.deleteRows(rows.size, rows)
        self.ids, self._age = self.ids[~old], self._age[~old]
        self.duals = np.delete(self.duals, rows)

    def set_states(self, states: States) -> None:
        """Set the states of all columns, for this part of the search.

        Parameters
        ----------
        states
            Of every column.
        """
        changed = np.flatnonzero(states != self.local).astype(np.int32)
        if changed.size:
            lower, upper = (states[changed] == IN), (states[changed] != OUT)
            self._highs.changeColsBounds(
                changed.size, changed, lower.astype(float), upper.astype(float)
            )
        self.local = states.copy()

    def solve(self, *, primal: bool = False, iterations: int | None = None) -> bool | None:
        """Solve; return whether there is a solution, None if the iterations did not suffice.

        Parameters
        ----------
        primal
            Whether to begin with the primal simplex: after columns were added.
        iterations
            How many the simplex method may do.
        """
        highs, status = self._highs, self._highspy.HighsModelStatus
        left_s = self._seconds_left()
        limit = 2**31 - 1 if iterations is None else iterations
        # Solvers count the time of all calls together.
        highs.setOptionValue("time_limit", highs.getRunTime() + min(left_s, 1e7))
        highs.setOptionValue("simplex_iteration_limit", limit)
        highs.setOptionValue("simplex_strategy", 4 if primal else 1)
        highs.run()
        self.solved += 1
        found = highs.getModelStatus()
        if found == status.kTimeLimit:
            raise Stopped
        if found not in (status.kOptimal, status.kInfeasible, status.kIterationLimit):
            highs.clearSolver()
            highs.run()
            found = highs.getModelStatus()
        if found == status.kInfeasible:
            return False
        self.value = float(highs.getInfo().objective_function_value)
        if found == status.kIterationLimit and iterations is not None:
            return None
        if found != status.kOptimal:
            self._seconds_left()
            raise Trouble(f"the linear program could not be solved: {found}")
        solution = highs.getSolution()
        self.x = np.asarray(solution.col_value, np.float64)
        self.duals = np.asarray(solution.row_dual, np.float64)
        return True

    def separate(self, family: Family, *, attempts: int = 1, most: int = 1_000_000) -> IntArray:
        """Numbers of cuts that the solution violates, most violated first.

        Parameters
        ----------
        family
            What to look for.
        attempts
            Random attempts at combs.
        most
            How many to return at most.
        """
        ids: IntArray = self.cutter.separate(self.x, int(family), attempts, most)[0]
        return ids

    def price(self, goal: float, *, keep: bool = False) -> _kernels.TspDualBound:
        """Return what the dual values prove about tours under the present states.

        Parameters
        ----------
        goal
            The greatest length worth finding; may be infinite.
        keep
            Whether what is excluded stays so: only if nothing was branched upon.
        """
        n = self.metric.size
        return self.cutter.price(self.duals[:n], self.ids, self.duals[n:], self.local, goal, keep)

    def price_ray(self, goal: float) -> _kernels.TspDualBound | None:
        """Look for dual values that prove an infeasible program to be hopeless.

        Parameters
        ----------
        goal
            The greatest length worth finding.

        Returns
        -------
        TspDualBound or None
            One that is hopeless or has edges to add; None if the ray says nothing.
        """
        _, exists, ray = self._highs.getDualRay()
        if not exists:
            return None
        n = self.metric.size
        ray = np.array(ray, np.float64)
        duals = self.duals
        if duals.size < ray.size:  # cuts added since
            duals = np.concatenate([duals, np.zeros(ray.size - duals.size)])
        scale = float(np.abs(ray).max())
        if not np.isfinite(scale) or scale == 0:
            return None
        size = max(1.0, float(np.abs(duals).max()), abs(goal) / n)
        for sign in (1.0, -1.0):  # solvers do not agree on it
            for length in _RAY_LENGTHS:
                trial = duals + sign * length * size / scale * ray
                bound = self.cutter.price(trial[:n], self.ids, trial[n:], self.local, goal, False)
                if bound.hopeless or (
                    len(bound.negative) and bound.bound + abs(float(bound.reduced.sum())) > goal
                ):
                    return bound
        return None

    def basis(self) -> Any:
        """Return the basis, to be restored as long as there are no other rows and columns."""
        return self._highs.getBasis()

    def restore(self, basis: Any) -> None:
        """Restore a basis.

        Parameters
        ----------
        basis
            What `basis` returned.
        """
        self._highs.setBasis(basis)

    def tour(self) -> IntArray | None:
        """Return the tour that the solution is, as kernel nodes, or None if it is none."""
        chosen = self.edges[self.x > 0.5]
        n = self.metric.size
        if len(chosen) != n or np.abs(self.x - np.rint(self.x)).max() > 1e-6:
            return None
        around: list[list[int]] = [[] for _ in range(n)]
        for a, b in chosen.tolist():
            around[a].append(b)
            around[b].append(a)
        if any(len(row) != 2 for row in around):
            return None
        nodes, last = [0], -1
        while True:
            here = nodes[-1]
            ahead = around[here][0] if around[here][0] != last else around[here][1]
            if ahead == 0:
                break
            nodes.append(ahead)
            last = here
        return np.array(nodes, np.int32) if len(nodes) == n else None
