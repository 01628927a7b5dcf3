"""Hypothesis strategies for scheduling problems of every kind, and for schedules.

Importing this module needs the ``test`` extra.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cosolve.problems import Objective, Schedule, Scheduling

VARIANTS = (
    "flexible", "open", "precedence", "release", "tardiness", "flow-time", "weights", "available",
    "downtime", "setups", "preferred", "empty-jobs", "zero",
)  # fmt: skip
"""What problems may have besides jobs that are lists of operations."""


@st.composite
def schedulings(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 5,
    variants: Collection[str] = VARIANTS,
) -> Scheduling:
    """Problems with small numbers, which make ties and exact fits common. All have a solution.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    min_size, max_size
        Numbers of operations.
    variants
        Those of ``VARIANTS`` that problems may have, alone or together.
    """
    chosen = draw(st.sets(st.sampled_from(sorted(variants)))) if variants else set()
    n = draw(st.integers(min_size, max_size))
    machines = draw(st.integers(1, 3))
    lengths = draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)) if n else []
    jobs = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[:n]
    count = int(jobs.max(initial=-1)) + 1
    if "empty-jobs" in chosen:
        jobs = (jobs + draw(st.integers(0, 1))).astype(np.int32)
        count = int(jobs.max(initial=-1)) + 1 + draw(st.integers(0, 2))
    fields = _operations(draw, n, machines, chosen)
    fields |= _times(draw, n, count, machines, chosen)
    if "precedence" in chosen and n > 1:
        fields["precedence"] = _arcs(draw, n)
    if "preferred" in chosen:
        wanted = [draw(st.sampled_from((-1, *range(machines)))) for _ in range(n)]
        fields |= {
            "preferred": np.array(wanted, np.int32),
            "change_cost": draw(st.sampled_from((0.0, 1.0, 2.5))),
        }
    return Scheduling(
        jobs=jobs,
        job_count=count,
        machines=machines,
        ordered="open" not in chosen,
        name="+".join(sorted(chosen)) or "plain",
        **fields,
    )


def _ints(draw: st.DrawFn, count: int, low: int, high: int) -> list[int]:
    return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))


def _operations(draw: st.DrawFn, n: int, machines: int, chosen: Collection[str]) -> dict[str, Any]:
    # With setups, the order of operations without duration at the same time is ambiguous.
    least = 0 if "zero" in chosen and "setups" not in chosen else 1
    most = machines if "flexible" in chosen else 1
    sets = [
        draw(st.lists(st.integers(0, machines - 1), min_size=1, max_size=most, unique=True))
        for _ in range(n)
    ]
    first = np.zeros(n + 1, np.int32)
    np.cumsum([len(s) for s in sets], out=first[1:])
    machine = np.array([m for s in sets for m in s], np.int32)
    return {
        "first": first,
        "machine": machine,
        "duration": np.array(_ints(draw, machine.size, least, 6), np.int64),
    }


def _times(
    draw: st.DrawFn, n: int, jobs: int, machines: int, chosen: Collection[str]
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "release" in chosen:
        fields["release"] = _ints(draw, jobs, 0, 8)
    if "tardiness" in chosen:
        fields |= {"objective": Objective.TARDINESS, "due": _ints(draw, jobs, -2, 12)}
    elif "flow-time" in chosen:
        fields["objective"] = Objective.FLOW_TIME
    if "weights" in chosen:
        fields["weights"] = [k / 2 for k in _ints(draw, jobs, 0, 6)]
    if "available" in chosen:
        fields["available"] = _ints(draw, machines, 0, 8)
    if "downtime" in chosen:
        rows = draw(st.integers(1, 3))
        fields["downtime"] = [
            [draw(st.integers(0, machines - 1)), begin := draw(st.integers(0, 12)),
             begin + draw(st.integers(0, 4))]
            for _ in range(rows)
        ]  # fmt: skip
    if "setups" in chosen:
        kinds = draw(st.integers(1, 2))
        each = draw(st.booleans())
        shape = (machines, kinds, kinds) if each else (kinds, kinds)
        fields |= {
            "families": np.array(_ints(draw, n, 0, kinds - 1), np.int32),
            "setups": np.array(_ints(draw, int(np.prod(shape)), 0, 4)).reshape(shape),
        }
    return fields


def _arcs(draw: st.DrawFn, n: int) -> list[tuple[int, int]]:
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] < p[1])
    return draw(st.lists(pairs, min_size=1, max_size=3))


@st.composite
def schedules(draw: st.DrawFn, problem: Scheduling) -> Schedule:
    """Schedules of a problem, feasible or not; about half of them on the edge of being so.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    problem
        The problem.
    """
    n = problem.operations
    first = problem.first.tolist()
    machine = [draw(st.sampled_from(problem.machine[a:b].tolist()))
               for a, b in itertools.pairwise(first)]  # fmt: skip
    durations = problem.durations_on(machine)
    free = problem.available.tolist()
    ready = problem.release.tolist()
    start = [0] * n
    order = range(n) if problem.ordered else draw(st.permutations(range(n)))
    for i in order:
        job, m = int(problem.jobs[i]), machine[i]
        start[i] = max(0, free[m], ready[job]) + draw(st.sampled_from((0, 0, 0, 1, 4)))
        free[m] = ready[job] = start[i] + int(durations[i])
    if n and draw(st.integers(0, 3)) == 0:
        start[draw(st.integers(0, n - 1))] += draw(st.integers(-2, 2))
    return Schedule(np.array(machine, np.int32), np.array(start, np.int64))
