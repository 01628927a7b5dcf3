"""Runs of cosolve and of its peers, measured in the same way; called in worker processes."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import numpy as np
import peers
from peers.mip import primal_integral, values_of

from cosolve import Routes, Schedule, Tour
from cosolve.bench import Row, Task, compare, count_routes
from cosolve.bench import execute as execute_cosolve
from cosolve.engine import peak_memory_mib

PEER = "peer:"


def execute(task: Task) -> Row:
    """Make a run: of a peer where the method is ``peer:NAME``, else of cosolve."""
    if f"{task.method}:" == PEER and task.preset is not None:
        of_files = peers.PEERS[task.preset].kind == "mip"
        row = (_execute_reader if of_files else _execute_peer)(task, task.preset)
    else:
        row = execute_cosolve(task)
    if row["problem"] == "mip" and row["best_known"] is not None:
        limit_s = task.time_limit_s
        row["primal_integral"] = primal_integral(row["trace"], row["best_known"], limit_s)
    return row


def _execute_reader(task: Task, name: str) -> Row:
    """Run a peer that reads the file itself."""
    solve = peers.load_reader(name)
    problem = task.instance.load()
    before = os.times()
    began_s = time.perf_counter()
    found = solve(Path(task.instance.source), task.time_limit_s, task.seed, task.threads)
    seconds = time.perf_counter() - began_s
    cpu_s = sum(os.times()[:4]) - sum(before[:4])
    solution = values_of(problem, found)
    violations = [] if solution is None else problem.check(solution)
    if violations:
        raise RuntimeError(f"not a solution: {violations[0].message}")
    cost = None if solution is None else problem.cost(solution)
    return {
        **task.question(),
        "method": PEER + name,
        "problem": problem.kind,
        "solver": peers.PEERS[name].label,
        "status": found.status,
        "cost": cost,
        "bound": found.bound,
        "trace": found.trace,
        "runtime": seconds,
        "valid": solution is not None,
        "versions": {
            peers.PEERS[name].package: peers.installed_version(name),
            "python": platform.python_version(),
        },
        "size": problem.size,
        "cpu": cpu_s,
        "memory": peak_memory_mib(),
        **compare(task.instance, cost, integral=problem.integral, maximize=problem.maximize),
    }


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
