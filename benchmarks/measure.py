"""Runs of cosolve and of its peers, measured in the same way; called in worker processes."""

from __future__ import annotations

import platform
import time

import numpy as np
import peers

from cosolve import Routes, Schedule, Tour
from cosolve.bench import Row, Task, compare, count_routes
from cosolve.bench import execute as execute_cosolve
from cosolve.engine import peak_memory_mib

PEER = "peer:"


def execute(task: Task) -> Row:
    """Make a run: of a peer where the method is ``peer:NAME``, else of cosolve."""
    if f"{task.method}:" == PEER and task.preset is not None:
        return _execute_peer(task, task.preset)
    return execute_cosolve(task)


def _execute_peer(task: Task, name: str) -> Row:
    solve = peers.load(name)
    problem = task.instance.load()
    began_s, cpu_began_s = time.perf_counter(), time.process_time()
    more = {} if task.threads == 1 else {"threads": task.threads}
    found = solve(problem, task.time_limit_s, task.seed, **more)
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_began_s
    solution = found if isinstance(found, Routes | Schedule) else Tour(np.asarray(found))
    violations = problem.check(solution)
    if violations:
        raise RuntimeError(f"not a solution: {violations[0].message}")
    cost = problem.cost(solution)
    return {
        **task.question(),
        "method": PEER + name,
        "problem": problem.kind,
        "solver": peers.PEERS[name].label,
        "status": "FEASIBLE",
        "cost": cost,
        "bound": None,
        "runtime": seconds,
        "valid": True,
        "versions": {
            peers.PEERS[name].package: peers.installed_version(name),
            "python": platform.python_version(),
        },
        "size": problem.size,
        "routes": count_routes(solution),
        "cpu": cpu_s,
        "memory": peak_memory_mib(),
        **compare(task.instance, cost, integral=problem.integral),
    }
