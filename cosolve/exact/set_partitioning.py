"""Choose the cheapest routes of a pool that together serve every client once.

The linear relaxation of all routes comes first. The integer program of all of them is solved only
where it is small: else parts of the incumbent, routes whose clients other routes mix, are chosen
anew one after the other. Whatever replaces a part has less reduced cost than the part, so routes
with more are left out.
"""

from __future__ import annotations

import importlib
import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.exact.glop import LinearProgram
from cosolve.exact.worker import Channel
from cosolve.search.route_pool import Columns

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_SMALL = 12  # routes of the first parts
_QUICK_S, _SLOW_S = 0.1, 0.4  # a part solved sooner makes the next larger, one given up smaller
_GROWTH = 1.3
_FIRST, _MORE = 2000, 1000  # routes that the linear program begins with and gets at a time
_MOST_COLUMNS = 3000  # of an integer program: those with the least reduced costs
_MOST_LINKS = 20_000_000  # routes times routes of the incumbent, for how they are linked
_LARGEST = 2.0**40  # scaled cost of a part
_TOLERANCE = 1e-9  # relative
_IDLE = 3  # times every route was in a part without success, after which it ends


@dataclass(frozen=True, slots=True)
class Selection:
    """Routes of which some are to be chosen.

    Parameters
    ----------
    columns
        The routes.
    incumbent
        Those of a choice that is known, shape (k,).
    fleet
        How many may be chosen; None for as many as wanted.
    until
        Unix time at which it must have returned.
    integral
        Whether all costs are whole numbers.
    seed
        Of the choice of parts.
    """

    columns: Columns
    incumbent: IntArray
    fleet: int | None = None
    until: float = math.inf
    integral: bool = False
    seed: int = 0


def select(task: Selection, channel: Channel) -> IntArray:
    """Choose routes; in a worker.

    Parameters
    ----------
    task
        What to choose from.
    channel
        Sent every better choice.

    Returns
    -------
    array
        The best choice known: the incumbent if there is none better.
    """
    return _Chooser(task, channel).run()


class _Chooser:
    def __init__(self, task: Selection, channel: Channel) -> None:
        self._task = task
        self._channel = channel
        self._costs = task.columns.costs
        clients, rows = np.unique(task.columns.visits, return_inverse=True)
        self._clients = clients.size
        self._rows: IntArray = rows.reshape(-1)
        self._column_of = np.repeat(np.arange(len(task.columns)), np.diff(task.columns.first))
        self._rng = np.random.default_rng(task.seed)
        self._chosen = task.incumbent.astype(np.int64)

    def run(self) -> IntArray:
        reduced = self._relax()
        if reduced is None:
            return self._chosen
        size, idle = float(_SMALL), 0.0
        links = self._links(reduced)
        while self._left_s() > 0 and idle <= _IDLE and not self._channel.interrupted.is_set():
            part = self._part(links, reduced, round(size))
            started = time.perf_counter()
            found, proven = self._choose(part, reduced)
            if proven and len(part) == len(self._chosen):
                idle = math.inf  # nothing better
            elif proven and time.perf_counter() - started < _QUICK_S:
                size = min(size * _GROWTH, float(len(self._chosen)))
            else:
                size = size if proven else max(size / _GROWTH, 2.0)
                idle += len(part) / len(self._chosen)
            if found is not None:
                self._chosen = np.union1d(np.delete(self._chosen, part), found)
                self._channel.send(self._chosen)
                links, idle = self._links(reduced), 0.0
        return self._chosen

    def _left_s(self) -> float:
        # The clock of all processes.
        return self._task.until - time.time()

    def _of(self, column: int) -> list[int]:
        first = self._task.columns.first
        rows: list[int] = self._rows[first[column] : first[column + 1]].tolist()
        return rows

    def _relax(self) -> FloatArray | None:
        """Solve the linear relaxation; reduced costs of all routes, None if out of time."""
        fleet = self._task.fleet
        program = LinearProgram()
        for _ in range(self._clients):
            program.add_row(1.0, 1.0)
        if fleet is not None:
            program.add_row(-math.inf, float(fleet))
        inside = np.zeros(len(self._costs), bool)
        add = np.flatnonzero(self._rng.random(len(self._costs)) < _FIRST / len(self._costs))
        add = np.union1d(add, self._chosen)
        while True:
            inside[add] = True
            for column in add.tolist():
                rows = self._of(column) if fleet is None else [*self._of(column), self._clients]
                program.add_column(float(self._costs[column]), rows, [1.0] * len(rows))
            if self._left_s() <= 0 or not program.solve(min(self._left_s(), 1e6)):
                return None
            reduced = self._reduced(program.duals())
            add = np.flatnonzero((reduced < -_TOLERANCE * self._costs.max()) & ~inside)
            if not add.size:
                return reduced
            add = add[np.argsort(reduced[add], kind="stable")[:_MORE]]

    def _reduced(self, duals: FloatArray) -> FloatArray:
        """Reduced costs of all routes, shape (routes,)."""
        first = self._task.columns.first[:-1]
        vehicle = 0.0 if self._task.fleet is None else float(duals[-1])
        prices = np.add.reduceat(duals[self._rows], first)
        return np.asarray(self._costs - prices - vehicle, np.float64)

    def _owner(self) -> IntArray:
        """Place in the incumbent of the route that serves each client."""
        owner = np.empty(self._clients, np.int64)
        for k, column in enumerate(self._chosen.tolist()):
            owner[self._of(column)] = k
        return owner

    def _links(self, reduced: FloatArray) -> FloatArray:
        """How much good routes mix the clients of any two routes of the incumbent."""
        good = max(1, _MOST_LINKS // len(self._chosen))
        weight = 1.0 / (1.0 + np.maximum(reduced, 0.0) / max(1e-9, float(np.median(reduced))))
        kept = np.argsort(reduced, kind="stable")[:good]
        place = np.full(len(reduced), -1)
        place[kept] = np.arange(kept.size)
        served = np.zeros((kept.size, len(self._chosen)), np.float32)
        entries = place[self._column_of] >= 0
        served[place[self._column_of[entries]], self._owner()[self._rows[entries]]] = 1.0
        weighted = served * weight[kept, np.newaxis].astype(np.float32)
        links = np.asarray(served.T @ weighted, np.float64)
        np.fill_diagonal(links, 0.0)
        return links

    def _part(self, links: FloatArray, reduced: FloatArray, size: int) -> IntArray:
        """Places in the incumbent of routes that belong together, around one that costs much."""
        if size >= len(self._chosen):
            return np.arange(len(self._chosen))
        slack = np.maximum(reduced[self._chosen], 0.0) + 1e-3 * (1.0 + reduced.mean())
        part = [int(self._rng.choice(len(slack), p=slack / slack.sum()))]
        pull = links[part[0]].copy()
        while len(part) < size:
            pull[part] = -1.0
            # A little chance makes parts around the same route differ.
            part.append(int((pull * self._rng.uniform(0.5, 1.0, pull.size)).argmax()))
            pull += links[part[-1]]
        return np.array(part)

    def _choose(self, part: IntArray, reduced: FloatArray) -> tuple[IntArray | None, bool]:
        """Better routes for a part of the incumbent, or None; and whether there are none better."""
        old = self._chosen[part]
        inside = np.isin(self._owner(), part)
        fits = np.logical_and.reduceat(inside[self._rows], self._task.columns.first[:-1])
        slack = float(np.maximum(reduced[old], 0.0).sum())
        best = float(self._costs[old].sum())
        margin = _TOLERANCE * (1.0 + best)
        # Whole costs that are less are less by 1.
        slack += margin - (1.0 - 1e-6 if self._task.integral else 0.0)
        kept = np.flatnonzero(fits & (reduced <= slack))
        complete = kept.size <= _MOST_COLUMNS
        if not complete:
            kept = kept[np.argsort(reduced[kept], kind="stable")[:_MOST_COLUMNS]]
        kept = np.union1d(kept, old)
        if kept.size == old.size:
            return None, True
        found, proven = self._solve(kept, old)
        if found is None or float(self._costs[found].sum()) >= best - margin:
            return None, proven and complete
        return found, proven and complete

    def _solve(self, kept: IntArray, old: IntArray) -> tuple[IntArray | None, bool]:
        """Solve an integer program: the choice and whether it is optimal."""
        cp: Any = importlib.import_module("ortools.sat.python.cp_model")
        model = cp.CpModel()
        chosen = [model.new_bool_var("") for _ in range(kept.size)]
        serving: dict[int, list[Any]] = {}
        known = set(old.tolist())
        for variable, column in zip(chosen, kept.tolist(), strict=True):
            for row in self._of(column):
                serving.setdefault(row, []).append(variable)
            model.add_hint(variable, column in known)
        for variables in serving.values():
            model.add_exactly_one(variables)
        if self._task.fleet is not None:
            spare = self._task.fleet - len(self._chosen)
            model.add(cp.LinearExpr.sum(chosen) <= len(old) + spare)
        costs = self._costs[kept]
        scale = 1.0 if self._task.integral else _LARGEST / max(float(costs.max()) * len(old), 1.0)
        whole = np.rint(scale * costs).astype(np.int64)
        model.minimize(cp.LinearExpr.weighted_sum(chosen, whole.tolist()))
        solver = cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = max(1e-3, min(_SLOW_S, self._left_s()))
        status = solver.solve(model)
        if status not in (cp.OPTIMAL, cp.FEASIBLE):
            return None, False
        picked = np.array([solver.boolean_value(variable) for variable in chosen], bool)
        return kept[picked], status == cp.OPTIMAL
