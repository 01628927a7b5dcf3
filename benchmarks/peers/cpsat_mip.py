"""CP-SAT of OR-Tools (Apache-2.0) with a file, which its model builder reads and scales itself."""

from __future__ import annotations

import time
from pathlib import Path

from ortools.linear_solver.python import model_builder

from peers.mip import Found, finite, unpacked


def solve_file(path: Path, time_limit_s: float, seed: int, threads: int = 1) -> Found:
    began_s = time.perf_counter()
    model = model_builder.Model()
    with unpacked(path) as plain:
        linear = plain.suffix == ".lp"
        read = model.import_from_lp_file if linear else model.import_from_mps_file
        if not read(str(plain)):
            raise ValueError(f"OR-Tools cannot read {path.name}")
    solver = model_builder.Solver("sat")
    left_s = max(1e-3, time_limit_s - (time.perf_counter() - began_s))
    solver.set_time_limit_in_seconds(left_s)
    solver.set_solver_specific_parameters(f"num_workers: {threads} random_seed: {seed}")
    status = solver.solve(model)
    known = model_builder.SolveStatus
    if status not in (known.OPTIMAL, known.FEASIBLE):
        return Found(None, None, [], str(status))
    seconds = time.perf_counter() - began_s
    bound = finite(solver.best_objective_bound)
    values = {v.name: float(solver.value(v)) for v in model.get_variables()}
    # It tells nothing on the way: the integral counts its solution from the end.
    return Found(values, bound, [(seconds, float(solver.objective_value), bound)], str(status))
