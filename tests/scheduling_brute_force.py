"""Tiny scheduling problems, and their optima by enumeration: every order, on all machines."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from cosolve.problems.scheduling import Objective, Schedule, Scheduling

KINDS = (
    "plain", "flexible", "open", "open-flexible", "precedence", "release", "available", "downtime",
    "setups", "tardiness", "flow-time", "preferred", "instants", "everything", "open-everything",
)  # fmt: skip


@functools.cache
def tiny(kind: str, seed: int, operations: int = 5) -> Scheduling:
    """Return a random problem of a few operations with the features a kind stands for."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    every = kind in ("everything", "open-everything")
    jobs = np.sort(rng.integers(0, 3, operations))
    machines = 2
    flexible = kind in ("flexible", "open-flexible", "preferred", "available") or every
    chosen = [
        rng.permutation(machines)[: int(rng.integers(1, machines + 1)) if flexible else 1]
        for _ in range(operations)
    ]
    first = np.concatenate([[0], np.cumsum([len(c) for c in chosen])])
    low = 0 if kind == "instants" or every else 1
    options: dict[str, object] = {}
    if kind == "precedence" or every:
        a, b = sorted(rng.permutation(operations)[:2].tolist())
        options["precedence"] = [[a, b]]
    if kind in ("release", "flow-time", "tardiness") or every:
        options["release"] = rng.integers(0, 8, 3)
    if kind == "available" or every:
        options["available"] = rng.integers(0, 9, machines)
    if kind in ("downtime", "instants") or every:
        begin = rng.integers(0, 9, 3)
        options["downtime"] = np.column_stack(
            [rng.integers(0, machines, 3), begin, begin + rng.integers(0, 4, 3)]
        )
    if kind in ("setups", "instants") or every:
        options["families"] = rng.integers(0, 2, operations)
        options["setups"] = rng.integers(0, 4, (machines, 2, 2))
    if kind in ("preferred",) or every:
        options["preferred"] = rng.integers(-1, machines, operations)
        options["change_cost"] = float(rng.choice([0.25, 1.0, 2.5, 10.0]))
    if kind == "tardiness" or every:
        options["due"] = rng.integers(-2, 12, 3)
        options["weights"] = rng.choice([0.0, 0.3, 1.0, 2.0], 3)
        options["objective"] = Objective.TARDINESS
    if kind == "flow-time":
        options["weights"] = rng.choice([0.5, 1.0, 3.0], 3)
        options["objective"] = Objective.FLOW_TIME
    return Scheduling(
        jobs=jobs,
        first=first,
        machine=np.concatenate(chosen),
        duration=rng.integers(low, 7, int(first[-1])),
        machines=machines,
        job_count=3,
        ordered=not kind.startswith("open"),
        name=f"{kind}-{seed}",
        **options,
    )


@functools.cache
def optimum(problem: Scheduling) -> float:
    """Return the cost of the best schedule: all orders, each operation as early as it can be."""
    n = problem.operations
    before: list[list[int]] = [[] for _ in range(n)]
    for a, b in problem.precedence.tolist():
        before[b].append(a)
    if problem.ordered:
        for b in range(1, n):
            if problem.jobs[b] == problem.jobs[b - 1]:
                before[b].append(b - 1)
    best = math.inf
    ways = [range(problem.first[i], problem.first[i + 1]) for i in range(n)]
    for order in itertools.permutations(range(n)):
        place = {o: k for k, o in enumerate(order)}
        if any(place[a] > place[b] for b in range(n) for a in before[b]):
            continue
        for taken in itertools.product(*ways):
            schedule = _earliest(problem, order, taken, before)
            if not problem.check(schedule):
                best = min(best, problem.cost(schedule))
    return best


def _earliest(problem, order, taken, before) -> Schedule:
    n = problem.operations
    start, end = [0] * n, [0] * n
    last: dict[int, int] = {}
    job_end: dict[int, int] = {}
    for o in order:
        m, d = int(problem.machine[taken[o]]), int(problem.duration[taken[o]])
        job = int(problem.jobs[o])
        times = [int(problem.release[job]), int(problem.available[m])]
        times += [end[a] for a in before[o]]
        if not problem.ordered:
            times.append(job_end.get(job, 0))
        if m in last:
            gap = 0
            if problem.setups is not None:
                gap = int(problem.setups[m, problem.families[last[m]], problem.families[o]])
            times.append(end[last[m]] + gap)
            instant = d == 0 and start[last[m]] == end[last[m]] and o < last[m]
            if instant and problem.setups is not None:
                # The checker orders what begins and ends at once by number.
                times.append(start[last[m]] + 1)
        begin = max(times)
        while any(
            row[0] == m and d > 0 and begin < row[2] and begin + d > row[1]
            for row in problem.downtime.tolist()
        ):
            begin += 1
        start[o], end[o] = begin, begin + d
        last[m] = o
        job_end[job] = begin + d
    machine = [int(problem.machine[k]) for k in taken]
    return Schedule(np.array(machine), np.array(start))
