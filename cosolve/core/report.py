"""The JSON form of a ``Result``: one place, for the command line and for the benchmark runner."""

from __future__ import annotations

import math
from typing import Any

from cosolve.core.result import Result


def _finite(value: float | None) -> float | None:
    # JSON knows no infinity: a gap of a cost of 0 to a negative bound is "not known" to a reader.
    return None if value is None or not math.isfinite(value) else value


def result_to_dict(
    result: Result[Any], *, instance: str, problem: str, valid: bool
) -> dict[str, object]:
    """Return what is known about a run as plain, JSON-ready values.

    Parameters
    ----------
    result
        What ``solve`` returned.
    instance
        Name or path of the instance.
    problem
        Kind of the problem, such as ``"tsp"``.
    valid
        Whether the independent checker found a solution and no violation.

    Returns
    -------
    dict
        The keys are, in this order, ``instance, problem, solver, status, limit, cost, bound, gap,
        runtime, seed, threads, iterations, valid, trace, versions`` and, where there are any,
        ``maximize`` (true), ``notes`` and the ``violations`` of the attempt that came closest.
        ``gap`` is a fraction of the cost, ``runtime`` is wall seconds, ``trace`` a list of
        ``[seconds, cost, bound]``. Values that are not finite become None.
    """
    report: dict[str, object] = {
        "instance": instance,
        "problem": problem,
        "solver": result.solver,
        "status": str(result.status),
        "limit": None if result.limit is None else str(result.limit),
        "cost": _finite(result.cost),
        "bound": _finite(result.bound),
        "gap": _finite(result.gap),
        "runtime": result.runtime,
        "seed": result.seed,
        "threads": result.threads,
        "iterations": result.iterations,
        "valid": valid,
        "trace": [[p.seconds, _finite(p.cost), _finite(p.bound)] for p in result.trace],
        "versions": dict(result.versions),
    }
    if result.maximize:
        report["maximize"] = True
    if result.notes:
        report["notes"] = list(result.notes)
    if result.violations:
        report["violations"] = [{"kind": v.kind, "message": v.message} for v in result.violations]
    return report
