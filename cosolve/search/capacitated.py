"""Ruin and recreate for capacitated routing: one depot, one vehicle type, no times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Problem, Run
from cosolve.guidance.clients import between_clients
from cosolve.problems.kernel import kernel_metric
from cosolve.problems.vrp import VRP, Route, Routes
from cosolve.search.cooling import Annealing, Cooling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cosolve.guidance import EdgeGuidance

IntArray = npt.NDArray[np.int32]
Rows = tuple[IntArray, IntArray]
"""Offsets and indices of compressed rows."""

_WATCH_S = 0.03  # longest stretch of kernel work between two looks at the routes


@dataclass(frozen=True, slots=True)
class LocalAnnealing(Annealing):
    """Parameters of ruin and recreate with a local search after it.

    Parameters
    ----------
    cold
        As in ``Annealing``.
    width
        How many near clients the local search looks at; 0 for none.
    hope
        The local search runs where the excess is at most so many temperatures.
    """

    cold: float = 0.015
    width: int = 10
    hope: float = 10.0


def unsupported(problem: Problem[Any]) -> str | None:
    """Return None for what the kernel handles, else why not.

    Parameters
    ----------
    problem
        Any problem.
    """
    if not isinstance(problem, VRP):
        return f"it routes vehicles, and this is a {problem.kind} problem"
    if not problem.plain:
        return "it handles one depot, one vehicle type and limits on load and length only"
    vehicle = problem.vehicles[0]
    if vehicle.distance_cost != 1:
        return "it handles distances that cost 1 each"
    if vehicle.max_distance != np.inf and problem.service.any():
        return "it handles limits on distance without service times"
    if not problem.symmetric:
        return "it handles symmetric distances"
    return None


class CapacitatedModel:
    """The kernel's view of a problem: the depot first, the clients along a Hilbert curve.

    Parameters
    ----------
    problem
        One with at least one client, for which ``unsupported`` returns None.
    neighbors
        How many near clients the kernel knows of each.
    guidance
        Clients are put beside those they share an edge with, and with a client the routes of those
        are ruined first that its row has first, then those of near clients. None: the near clients
        for both.
    places, ruins
        Whether the guidance is used for the one and for the other.

    Raises
    ------
    ValueError
        If the guidance is for another number of locations.
    """

    def __init__(
        self,
        problem: VRP,
        neighbors: int = 40,
        guidance: EdgeGuidance | None = None,
        *,
        places: bool = True,
        ruins: bool = True,
    ) -> None:
        self.problem = problem
        clients: IntArray = np.arange(1, problem.locations, dtype=np.int32)
        if problem.coords is not None:
            clients = 1 + _kernels.hilbert_order(np.ascontiguousarray(problem.coords[1:]))
        self._order = np.concatenate([[0], clients]).astype(np.int32)
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(self._order.size, dtype=np.int32)
        self._metric = kernel_metric(problem, self._order)
        near = self._near(min(neighbors, problem.size - 1))
        around: Rows | tuple[None, None] = (None, None)
        if guidance is not None:
            rows = self._renumbered(between_clients(problem, guidance))
            around = _joined(rows, near) if ruins else near
            near = self._either_way(rows) if places else near
        vehicle = problem.vehicles[0]
        self.most_routes = problem.size if vehicle.number is None else vehicle.number
        """That there are vehicles for."""
        self.instance = _kernels.CapacitatedInstance(
            self._metric,
            np.ascontiguousarray(problem.demands[self._order, 0]),
            problem.service[self._order],
            near[0],
            near[1],
            around[0],
            around[1],
            vehicle.capacities[0],
            vehicle.fixed_cost,
            min(vehicle.max_distance, vehicle.max_duration),
            self.most_routes,
        )

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """Where the locations are, in the kernel's numbering, shape (n + 1, 2 or 3)."""
        where = self.problem.places
        if where is None:
            raise ValueError(f"{self.problem.name} has no coordinates")
        points: npt.NDArray[np.float64] = where[self._order]
        return points

    def _near(self, k: int) -> Rows:
        """Nearest clients of every client, in the kernel's numbering."""
        found = _kernels.k_nearest(self._metric, min(k + 1, self._order.size - 1))
        # The depot, where it is among them, goes last and is cut off.
        last = np.argsort(found == 0, axis=1, kind="stable")
        rows = np.take_along_axis(found, last, axis=1)[1:, :k]
        start = np.arange(self._order.size, dtype=np.int32) * np.int32(k)
        return np.concatenate([np.zeros(1, np.int32), start]), np.ascontiguousarray(rows.ravel())

    def _renumbered(self, guidance: EdgeGuidance) -> Rows:
        """Rows of guidance in the kernel's numbering."""
        again = guidance.among(self._order)
        return again.indptr, again.indices

    def _either_way(self, rows: Rows) -> Rows:
        """Rows that have an edge if one of its ends had it, the nearest first."""
        start, to = rows
        own = np.repeat(np.arange(start.size - 1), np.diff(start))
        edges = np.unique(
            np.concatenate([own * start.size + to, to.astype(np.int64) * start.size + own])
        )
        row, to = np.divmod(edges, start.size)
        far = self.problem.distance(self._order[row], self._order[to])
        order = np.lexsort((far, row))
        return _offsets(row, start.size - 1), to[order].astype(np.int32)

    def savings(self) -> IntArray:
        """Routes of the savings heuristic, in the kernel's form; they may be too many."""
        return self.instance.savings_routes()

    def encode(self, routes: Iterable[npt.ArrayLike]) -> IntArray:
        """Routes in the kernel's form: renumbered, each followed by 0."""
        parts = [np.append(self._place[np.asarray(visits)], 0) for visits in routes]
        return np.concatenate(parts).astype(np.int32)

    def decode(self, flat: IntArray) -> Routes:
        """Turn the kernel's form into a solution."""
        return Routes(tuple(map(Route, self.visits(flat))))

    def visits(self, flat: IntArray) -> list[IntArray]:
        """Turn the kernel's form into the visits of each route."""
        ends = np.flatnonzero(flat == 0).tolist()
        begins = [0, *(end + 1 for end in ends[:-1])]
        clients = self._order[flat]
        return [clients[a:b] for a, b in zip(begins, ends, strict=True)]

    def allows(self, flat: IntArray) -> bool:
        """Whether there are vehicles for so many routes, in the kernel's form."""
        return int(np.count_nonzero(flat == 0)) <= self.most_routes

    def search(
        self, flat: IntArray, seed: int, annealing: LocalAnnealing
    ) -> _kernels.CapacitatedSearch:
        """Build a kernel that starts from feasible routes.

        Parameters
        ----------
        flat
            Routes in the kernel's form.
        seed
            Of its random choices.
        annealing
            Its parameters.
        """
        return _kernels.capacitated_search(
            self.instance,
            flat,
            seed,
            annealing.removed,
            annealing.string,
            annealing.split_rate,
            annealing.split_depth,
            annealing.blink_rate,
            annealing.width,
            annealing.hope,
        )


def _offsets(row: npt.NDArray[np.int64], rows: int) -> IntArray:
    """Offsets of rows, given the row of every entry."""
    start = np.zeros(rows + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=rows), out=start[1:])
    return start


def _joined(first: Rows, then: Rows) -> Rows:
    """Rows with the entries of the first ones, then those of the others that they lack."""
    n = first[0].size - 1
    row = np.concatenate([np.repeat(np.arange(n), np.diff(start)) for start, _ in (first, then)])
    to = np.concatenate([first[1], then[1]])
    _, index = np.unique(row * n + to, return_index=True)
    index.sort()  # the first of equals stays, in its place
    order = index[np.argsort(row[index], kind="stable")]
    return _offsets(row[order], n), to[order]


def anneal(
    engine: _kernels.CapacitatedSearch,
    run: Run,
    annealing: Annealing,
    watch: Callable[[IntArray], None] | None = None,
) -> None:
    """Search until `run` says stop, cooling down as its limits are used up.

    Parameters
    ----------
    engine
        The kernel.
    run
        Clock and limits; told the cost after every slice.
    annealing
        For its temperatures.
    watch
        Shown the present routes, in the kernel's form, after every slice.
    """
    leg = engine.mean_leg
    cooling = Cooling(run)
    run.report(engine.best_cost, phase="construct")
    while run.limit() is None:
        seconds, iterations = cooling.slice()
        if watch is not None:
            seconds = min(seconds, _WATCH_S)
        hot = cooling.temperature(annealing.hot * leg, annealing.cold * leg)
        done = engine.run(seconds, iterations, hot, hot)
        run.report(engine.best_cost, iterations=done, phase="ruin")
        if watch is not None:
            watch(engine.current())
