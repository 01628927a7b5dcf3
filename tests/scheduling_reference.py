"""Costs and optimal costs of tiny scheduling problems, in plain Python.

They share no code with the package but the data of the problem.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from cosolve.problems.scheduling import Objective, Schedule, Scheduling


def _alternatives(problem: Scheduling) -> list[dict[int, int]]:
    """Durations of every operation by machine."""
    first = problem.first.tolist()
    pairs = list(zip(problem.machine.tolist(), problem.duration.tolist(), strict=True))
    return [dict(pairs[a:b]) for a, b in pairwise(first)]


def _arcs(problem: Scheduling) -> list[tuple[int, int]]:
    """Pairs of operations of which the second waits for the first."""
    arcs = [(a, b) for a, b in problem.precedence.tolist()]
    if problem.ordered:
        jobs = problem.jobs.tolist()
        arcs += [(i, i + 1) for i in range(len(jobs) - 1) if jobs[i] == jobs[i + 1]]
    return arcs


def _setup(problem: Scheduling, machine: int, a: int | None, b: int) -> int:
    if a is None or problem.setups is None or problem.families is None:
        return 0
    return int(problem.setups[machine, problem.families[a], problem.families[b]])


def _objective(problem: Scheduling, ends: list[int], machines: list[int]) -> float:
    """Cost of operations that end at these times."""
    jobs = problem.jobs.tolist()
    total = 0.0
    if problem.objective is Objective.MAKESPAN:
        total = float(max(ends, default=0))
    else:
        for job in set(jobs):
            done = max(end for end, j in zip(ends, jobs, strict=True) if j == job)
            reference = problem.due if problem.objective is Objective.TARDINESS else problem.release
            total += float(problem.weights[job]) * max(0, done - int(reference[job]))
    if problem.preferred is not None:
        pairs = zip(problem.preferred.tolist(), machines, strict=True)
        total += problem.change_cost * sum(w not in (-1, m) for w, m in pairs)
    return total


def schedule_cost(problem: Scheduling, schedule: Schedule) -> float | None:
    """Cost of a schedule, or None if it is not feasible."""
    options = _alternatives(problem)
    machines, starts = schedule.machine.tolist(), schedule.start.tolist()
    if any(m not in o for m, o in zip(machines, options, strict=True)):
        return None
    ends = [s + o[m] for s, o, m in zip(starts, options, machines, strict=True)]
    for i, (machine, start) in enumerate(zip(machines, starts, strict=True)):
        if start < max(problem.release[problem.jobs[i]], problem.available[machine]):
            return None
        for m, begin, end in problem.downtime.tolist():
            if m == machine and any(begin <= t < end for t in range(start, ends[i])):
                return None
    if any(starts[b] < ends[a] for a, b in _arcs(problem)):
        return None
    groups = [(machines, True)]
    if not problem.ordered:
        groups.append((problem.jobs.tolist(), False))
    for resource, with_setups in groups:
        for r in set(resource):
            members = [i for i, own in enumerate(resource) if own == r]
            members.sort(key=lambda i: (starts[i], ends[i]))
            for a, b in pairwise(members):
                gap = _setup(problem, r, a, b) if with_setups else 0
                if starts[b] < ends[a] + gap:
                    return None
    return _objective(problem, ends, machines)


def optimal_cost(problem: Scheduling) -> float:
    """Cost of an optimal schedule of at most six operations.

    No objective gets worse when operations end earlier: it is enough to append operations, in every
    order and on every machine, as early as they can be.
    """
    options = _alternatives(problem)
    n = len(options)
    jobs = problem.jobs.tolist()
    before: list[set[int]] = [set() for _ in range(n)]
    for a, b in _arcs(problem):
        before[b].add(a)
    down = problem.downtime.tolist()

    def earliest(machine: int, time: int, duration: int) -> int:
        moved = True
        while moved and duration:
            moved = False
            for m, begin, end in down:
                if m == machine and time < end and time + duration > begin:
                    time, moved = end, True
        return time

    @cache
    def best(
        ends: tuple[int | None, ...], machines: tuple[int, ...],
        free: tuple[int, ...], last: tuple[int | None, ...],
    ) -> float:  # fmt: skip
        left = [i for i in range(n) if ends[i] is None]
        if not left:
            return _objective(problem, [e for e in ends if e is not None], list(machines))
        found = float("inf")
        for i in left:
            if any(ends[a] is None for a in before[i]):
                continue
            waits = [ends[a] for a in before[i]]
            if not problem.ordered:
                waits += [e for e, j in zip(ends, jobs, strict=True) if j == jobs[i] and e]
            ready = max([int(problem.release[jobs[i]]), *(w for w in waits if w is not None)])
            for machine, duration in options[i].items():
                begin = max(ready, free[machine] + _setup(problem, machine, last[machine], i))
                end = earliest(machine, begin, duration) + duration
                found = min(
                    found,
                    best(
                        (*ends[:i], end, *ends[i + 1 :]),
                        (*machines[:i], machine, *machines[i + 1 :]),
                        (*free[:machine], end, *free[machine + 1 :]),
                        (*last[:machine], i, *last[machine + 1 :]),
                    ),
                )
        return found

    available = tuple(problem.available.tolist())
    return best((None,) * n, (-1,) * n, available, (None,) * problem.machines)
