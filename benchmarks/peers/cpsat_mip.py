"""CP-SAT of OR-Tools (Apache-2.0) with a file, which its model builder reads and scales itself."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ortools.linear_solver.python import model_builder

from peers.mip import Found, finite, unpacked

# What it finds on the way is in its log only, in lines such as "#3   0.05s best:69 next:[..]".
_BETTER = re.compile(r"#\d+\s+([\d.]+)s best:(\S+)")


def solve_file(path: Path, time_limit_s: float, seed: int, threads: int = 1) -> Found:
    began_s = time.perf_counter()
    model = model_builder.Model()
    with unpacked(path) as plain:
        linear = plain.suffix == ".lp"
        read = model.import_from_lp_file if linear else model.import_from_mps_file
        if not read(str(plain)):
            raise ValueError(f"OR-Tools cannot read {path.name}")
    solver = model_builder.Solver("sat")
    read_s = time.perf_counter() - began_s
    solver.set_time_limit_in_seconds(max(1e-3, time_limit_s - read_s))
    solver.set_solver_specific_parameters(f"num_workers: {threads} random_seed: {seed}")
    solver.enable_output(True)
    with _printed() as log:
        status = solver.solve(model)
    known = model_builder.SolveStatus
    if status not in (known.OPTIMAL, known.FEASIBLE):
        return Found(None, None, [], str(status))
    end_s = time.perf_counter() - began_s
    bound = finite(solver.best_objective_bound)
    values = {v.name: float(solver.value(v)) for v in model.get_variables()}
    log.seek(0)
    better = (_BETTER.match(line) for line in log)
    trace = [(read_s + float(line[1]), float(line[2]), None) for line in better if line]
    return Found(
        values, bound, [*trace, (end_s, float(solver.objective_value), bound)], str(status)
    )


@contextmanager
def _printed() -> Iterator[IO[str]]:
    """Turn what the process prints, from whatever language, into a file."""
    log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - read after the context is left
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(log.fileno(), 1)
    try:
        yield log
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
