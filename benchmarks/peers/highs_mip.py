"""HiGHS (MIT) by highspy, as one calls it with a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import highspy

from peers.mip import Found, finite


def solve_file(path: Path, time_limit_s: float, seed: int, threads: int = 1) -> Found:
    began_s = time.perf_counter()
    highs = highspy.Highs()
    highs.silent()
    if highs.readModel(str(path)) != highspy.HighsStatus.kOk:
        raise ValueError(f"HiGHS cannot read {path.name}")
    trace: list[tuple[float, float | None, float | None]] = []

    def note(event: Any) -> None:
        out = event.data_out
        seconds = time.perf_counter() - began_s
        trace.append((seconds, float(out.objective_function_value), finite(out.mip_dual_bound)))

    highs.cbMipImprovingSolution.subscribe(note)
    highs.setOptionValue("random_seed", seed)
    highs.setOptionValue("threads", threads)
    highs.setOptionValue("time_limit", max(1e-3, time_limit_s - (time.perf_counter() - began_s)))
    highs.run()
    information = highs.getInfo()
    status = highs.modelStatusToString(highs.getModelStatus())
    bound = finite(information.mip_dual_bound)
    feasible = highspy.SolutionStatus.kSolutionStatusFeasible
    if information.primal_solution_status != feasible:
        return Found(None, bound, trace, status)
    # Not by name one by one, which takes seconds with many columns.
    values = dict(zip(highs.getLp().col_names_, highs.getSolution().col_value, strict=True))
    return Found(values, bound, trace, status)
