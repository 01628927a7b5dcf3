"""PyJobShop (MIT), a modeling layer on CP-SAT, with a dispatched schedule to begin with."""

from __future__ import annotations

import time

import numpy as np
from pyjobshop import Model, ScheduledTask, Solution

from cosolve import Schedule, Scheduling
from peers import shops


def solve(problem: Scheduling, time_limit_s: float, seed: int, threads: int = 1) -> Schedule:
    began_s = time.perf_counter()
    shops.require_plain(problem, "PyJobShop")
    first = shops.first_schedule(problem)
    model, modes = _model(problem)
    lasts = problem.durations_on(first.machine)
    tasks = [
        ScheduledTask(modes.index((i, m)), [m], begin, begin + duration)
        for i, (m, begin, duration) in enumerate(
            zip(first.machine.tolist(), first.start.tolist(), lasts.tolist(), strict=True)
        )
    ]
    left_s = time_limit_s - (time.perf_counter() - began_s)
    if left_s <= 0:
        return first
    result = model.solve(
        time_limit=left_s,
        display=False,
        num_workers=threads,
        initial_solution=Solution(model.data(), tasks),
        random_seed=seed,
    )
    found = result.best.tasks
    if not found:
        return first
    machine = [task.resources[0] for task in found]
    return Schedule(np.array(machine, np.int32), np.array([t.start for t in found], np.int64))


def _model(problem: Scheduling) -> tuple[Model, list[tuple[int, int]]]:
    """Return the model, and operation and machine of each of its modes."""
    model = Model()
    machines = [model.add_machine() for _ in range(problem.machines)]
    jobs = [model.add_job() for _ in range(problem.job_count)]
    tasks = [model.add_task(job=jobs[j]) for j in problem.jobs.tolist()]
    modes = []
    for i, task in enumerate(tasks):
        for k in range(problem.first[i], problem.first[i + 1]):
            machine = int(problem.machine[k])
            model.add_mode(task, machines[machine], int(problem.duration[k]))
            modes.append((i, machine))
        if i and problem.jobs[i - 1] == problem.jobs[i]:
            model.add_end_before_start(tasks[i - 1], task)
    return model, modes
