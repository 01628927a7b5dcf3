"""What a worker process does for the bound of a vehicle routing problem."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from cosolve.bounds.vrp_edges import CutSet, Prices, edge_bound
from cosolve.bounds.vrp_model import RouteModel
from cosolve.bounds.vrp_subset_rows import column_bound
from cosolve.exact import Channel

_EDGE_SHARE = 0.2  # of the time, where columns follow
_LONGEST_ROUTE = 30.0  # mean number of clients beyond which routes are not priced
_MOST_CLIENTS = 1000  # likewise
_SHORT_ROUTE = 15.0  # mean number of clients


class Task(NamedTuple):
    """What to compute.

    Parameters
    ----------
    model
        The relaxation.
    seconds
        How long it may take; infinite for until it converges.
    center
        Prices that are known already, of clients alone.
    value
        The bound they prove.
    """

    model: RouteModel
    seconds: float
    center: Prices | None = None
    value: float = -math.inf


class Found(NamedTuple):
    """A bound, as it is sent.

    Parameters
    ----------
    value
        The bound.
    method
        What proved it.
    programs
        Linear programs so far.
    """

    value: float
    method: str
    programs: int


class _Enough(Exception):
    pass


def climb(task: Task, channel: Channel) -> bool:
    """Send better and better bounds: of edges first, then of routes.

    Parameters
    ----------
    task
        What to compute.
    channel
        Where bounds are sent.

    Returns
    -------
    bool
        Whether more time would not have raised the bound noticeably.
    """
    try:
        return _Climb(task, channel).run()
    except _Enough:
        return False


def prices_routes(model: RouteModel) -> bool:
    """Return whether routes are short enough to be priced one by one, and limited at all.

    Parameters
    ----------
    model
        The relaxation.
    """
    clients = model.nodes - 1
    loaded = math.isfinite(model.capacity) and bool(model.load[1:].min() > 0)
    if clients > _MOST_CLIENTS:
        return False
    if model.consumption is not None:
        between = model.consumption[1:, 1:][~np.eye(clients, dtype=bool)]
        return loaded or bool(between.min(initial=math.inf) > 0)
    if not loaded:
        return False
    return clients <= _LONGEST_ROUTE * max(1, model.fewest)


class _Climb:
    def __init__(self, task: Task, channel: Channel) -> None:
        self._task = task
        self._channel = channel
        self._programs = 0
        self._best = task.value

    def run(self) -> bool:
        model, seconds = self._task.model, self._task.seconds
        started = time.perf_counter()
        routes = prices_routes(model)
        cuts, center, converged = CutSet(model.nodes), None, False
        # Prices of q-routes are as good a beginning, unless routes are long.
        short = model.nodes - 1 <= _SHORT_ROUTE * max(1, model.fewest)
        known = routes and short and self._task.center is not None
        if model.all_required and not known:
            share = _EDGE_SHARE if routes else 1.0
            converged, center = self._edges(cuts, started + share * seconds)
        if not routes:
            return converged
        if center is not None:
            cuts, center = cuts.used(center)
        if self._task.center is not None and (center is None or self._best <= self._task.value):
            center = self._task.center
        before = self._programs
        return column_bound(
            model,
            cuts,
            lambda value, count: self._tell(value, "ng-routes", before + count),
            started + seconds,
            center,
        )

    def _edges(self, cuts: CutSet, deadline_s: float) -> tuple[bool, Prices | None]:
        return edge_bound(
            self._task.model,
            cuts,
            lambda value, count: self._tell(value, "capacity-cuts", count),
            deadline_s,
        )

    def _tell(self, value: float, method: str, programs: int) -> None:
        self._programs = programs
        if value > self._best:
            self._best = value
            self._channel.send(Found(value, method, programs))
        if self._channel.interrupted.is_set():
            raise _Enough
