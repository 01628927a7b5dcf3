"""SCIP (Apache-2.0) by PySCIPOpt (MIT), as one calls it with a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model

from peers.mip import Found, finite


class _Tracer(Eventhdlr):
    """Notes when something became better."""

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.trace: list[tuple[float, float | None, float | None]] = []

    def eventinit(self) -> None:
        self.model.catchEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)

    def eventexit(self) -> None:
        self.model.dropEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)

    def eventexec(self, event: Any) -> None:
        del event
        cost = self.model.getSolObjVal(self.model.getBestSol())
        seconds = time.perf_counter() - self.began_s
        self.trace.append((seconds, float(cost), finite(self.model.getDualbound())))


def solve_file(path: Path, time_limit_s: float, seed: int, threads: int = 1) -> Found:
    del threads  # its sequential solver is the one that is meant
    began_s = time.perf_counter()
    model = Model()
    model.hideOutput()
    model.readProblem(str(path))
    tracer = _Tracer(began_s)
    model.includeEventhdlr(tracer, "tracer", "")
    model.setParam("randomization/randomseedshift", seed)
    model.setParam("timing/clocktype", 2)  # wall clock
    model.setParam("limits/time", max(0.0, time_limit_s - (time.perf_counter() - began_s)))
    model.optimize()
    bound = finite(model.getDualbound())
    if model.getNSols() == 0:
        return Found(None, bound, tracer.trace, model.getStatus())
    best = model.getBestSol()
    values = {v.name: float(model.getSolVal(best, v)) for v in model.getVars()}
    return Found(values, bound, tracer.trace, model.getStatus())
