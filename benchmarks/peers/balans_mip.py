"""Balans (Apache-2.0), adaptive large neighborhood search on SCIP, as published.

It needs gurobipy to be installed, whose license is not free, so it stands in an environment of its
own: ``python -m venv balans && balans/bin/pip install balans``, and ``COSOLVE_BALANS`` names that
interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from peers.mip import Found

_FIRST_SHARE = 1 / 6  # of the time, for its first solution: 10 of 60 s, as its default has it
_GRACE_S = 60.0  # it does not keep its time limit
_SCRIPT = """
import json, sys, time
from alns.stop import MaxRuntime
from balans.solver import Balans
from pyscipopt import Model
path, limit, first, seed = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
solver = Balans(
    seed=seed, mip_solver="scip", stop=MaxRuntime(limit), timelimit_first_solution=first
)
found = solver.solve(path)
model = Model()
model.hideOutput()
model.readProblem(path)
names = {v.getIndex(): v.name for v in model.getVars()}
values = {names[k]: v for k, v in found.best_state.solution().items()}
statistics = found.statistics
print(json.dumps([values, list(statistics.objectives), list(statistics.runtimes)]))
"""


def solve_file(path: Path, time_limit_s: float, seed: int, threads: int = 1) -> Found:
    del threads
    python = os.environ.get("COSOLVE_BALANS")
    if python is None:
        raise ValueError("COSOLVE_BALANS must name the interpreter of an environment with Balans")
    began_s = time.perf_counter()
    first_s = _FIRST_SHARE * time_limit_s
    done = subprocess.run(
        [python, "-c", _SCRIPT, str(path), str(time_limit_s), str(first_s), str(seed)],
        capture_output=True,
        text=True,
        timeout=time_limit_s + _GRACE_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Balans: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    values, costs, seconds = json.loads(done.stdout.splitlines()[-1])
    # Its clock begins with the search; what came before is added, and only the best counts.
    late_s = max(0.0, time.perf_counter() - began_s - sum(seconds))
    trace: list[tuple[float, float | None, float | None]] = []
    for cost, took_s in zip(costs, [0.0, *seconds], strict=False):
        late_s += took_s
        trace.append((late_s, float(cost), None))
    return Found(values, None, trace, "FEASIBLE")
