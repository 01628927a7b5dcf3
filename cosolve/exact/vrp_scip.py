"""What integer programs of routes have in common: SCIP, watched while it works; in a worker."""

from __future__ import annotations

import importlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PACKAGE = "pyscipopt"
"""What has to be installed."""

_MARGIN = 1e-7  # relative, of the cutoff, where costs are any numbers


class Chosen(NamedTuple):
    """What a solution of the integer program is.

    Parameters
    ----------
    routes
        Their clients in order; None if there is no solution within the cutoff.
    bound
        No solution from the pool costs less; infinite if there is none within the cutoff.
    proven
        Whether the search was complete.
    """

    routes: list[list[int]] | None
    bound: float
    proven: bool


class RouteProgram(ABC):
    """An integer program of routes, made by a class that derives from it.

    Parameters
    ----------
    cutoff
        Solutions that cost more are of no interest.
    unit
        All costs are multiples of it; None if there is no such number.
    """

    def __init__(self, cutoff: float, unit: float | None) -> None:
        # By name: no module of cosolve imports a solver, not even by accident.
        self._scip: Any = importlib.import_module(PACKAGE)
        self._model: Any = self._scip.Model()
        self._model.hideOutput()
        self._unit = unit
        self._scale = 1.0 if unit is None else unit
        if math.isfinite(cutoff):
            self._model.setObjlimit(_objective_limit(cutoff, unit))

    def solve(
        self,
        left_s: float,
        on_bound: Callable[[float], None],
        on_routes: Callable[[list[list[int]]], None],
        interrupted: Callable[[], bool],
    ) -> Chosen:
        """Branch and bound.

        Parameters
        ----------
        left_s
            Seconds it may take.
        on_bound, on_routes
            Told every better bound and solution.
        interrupted
            Asked now and then whether to end.
        """
        model = self._model

        def look(improved: bool) -> None:
            if improved:
                on_routes(self._routes())
            on_bound(self._bound())
            if interrupted():
                model.interruptSolve()

        if math.isfinite(left_s):
            model.setParam("limits/time", max(0.01, left_s))
        _watch(self._scip, model, look)
        model.optimize()
        proven = model.getStatus() in ("optimal", "infeasible")
        routes = self._routes() if model.getNSols() else None
        bound = math.inf if proven and routes is None else self._bound()
        return Chosen(routes, bound, proven)

    def _scaled(self, costs: FloatArray) -> FloatArray:
        """Return costs in units, exactly whole numbers, so that bounds can be rounded up."""
        scaled = costs / self._scale
        return scaled if self._unit is None else np.rint(scaled)

    def _bound(self) -> float:
        # At the beginning it is minus the infinity of SCIP.
        return self._scale * float(self._model.getDualbound())

    @abstractmethod
    def _routes(self) -> list[list[int]]:
        """Return the routes of the best solution."""


def _objective_limit(cutoff: float, unit: float | None) -> float:
    """Return what the objective of an integer program must stay below, in units if there are any.

    Parameters
    ----------
    cutoff
        Solutions that cost no more are wanted.
    unit
        All costs are multiples of it, or None.
    """
    if unit is None:
        return cutoff + _MARGIN * max(1.0, abs(cutoff))
    return cutoff / unit + 0.5  # between two whole numbers


def _watch(scip: Any, model: Any, look: Callable[[bool], None]) -> None:
    """Have a function called after every node, and after every better solution.

    Parameters
    ----------
    scip
        The package.
    model
        Before it is optimized.
    look
        Told whether there is a better solution.
    """
    events = scip.SCIP_EVENTTYPE
    kinds = (events.BESTSOLFOUND, events.NODESOLVED)

    def begin(self: Any) -> None:
        for kind in kinds:
            self.model.catchEvent(kind, self)

    def end(self: Any) -> None:
        for kind in kinds:
            self.model.dropEvent(kind, self)

    def hear(self: Any, event: Any) -> None:
        del self
        look(event.getType() == events.BESTSOLFOUND)

    handler = type(
        "Watcher", (scip.Eventhdlr,), {"eventinit": begin, "eventexit": end, "eventexec": hear}
    )
    model.includeEventhdlr(handler(), "watcher", "listens to bounds and solutions")
