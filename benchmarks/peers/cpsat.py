"""CP-SAT of OR-Tools (Apache-2.0) as one would call it who knows it, on the plain model.

Start and end of an operation are shared by its alternatives, which are optional intervals; exactly
one of them is chosen. It gets what helps it most: the best schedule of many dispatching rules as a
hint, and its makespan as the horizon. That is the answer if nothing better is found.
"""

from __future__ import annotations

import time

import numpy as np
from ortools.sat.python import cp_model

from cosolve import Schedule, Scheduling
from peers import shops


def solve(problem: Scheduling, time_limit_s: float, seed: int, threads: int = 1) -> Schedule:
    began_s = time.perf_counter()
    shops.require_plain(problem, "CP-SAT")
    first = shops.first_schedule(problem)
    horizon = int(problem.cost(first))
    model = cp_model.CpModel()
    begins, chosen = _add_operations(problem, model, horizon, first)
    makespan = model.new_int_var(0, horizon, "")
    _end_with(problem, model, begins, makespan)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    left_s = time_limit_s - (time.perf_counter() - began_s)
    if left_s <= 0:
        return first
    solver.parameters.max_time_in_seconds = left_s
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return first
    machine = [next(m for m, literal in row if solver.boolean_value(literal)) for row in chosen]
    start = [solver.value(begin) for begin, _ in begins]
    return Schedule(np.array(machine, np.int32), np.array(start, np.int64))


_Begins = list[tuple[cp_model.IntVar, cp_model.IntVar]]
_Chosen = list[list[tuple[int, cp_model.IntVar]]]


def _add_operations(
    problem: Scheduling, model: cp_model.CpModel, horizon: int, first: Schedule
) -> tuple[_Begins, _Chosen]:
    begins: _Begins = []
    chosen: _Chosen = []
    on: list[list[cp_model.IntervalVar]] = [[] for _ in range(problem.machines)]
    for i in range(problem.operations):
        begin, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
        model.add_hint(begin, int(first.start[i]))
        begins.append((begin, end))
        row = []
        for k in range(problem.first[i], problem.first[i + 1]):
            machine, duration = int(problem.machine[k]), int(problem.duration[k])
            if problem.first[i + 1] - problem.first[i] == 1:
                literal = model.new_constant(1)
                on[machine].append(model.new_interval_var(begin, duration, end, ""))
            else:
                literal = model.new_bool_var("")
                model.add_hint(literal, machine == first.machine[i])
                interval = model.new_optional_interval_var(begin, duration, end, literal, "")
                on[machine].append(interval)
            row.append((machine, literal))
        if len(row) > 1:
            model.add_exactly_one(literal for _, literal in row)
        chosen.append(row)
    for intervals in on:
        model.add_no_overlap(intervals)
    return begins, chosen


def _end_with(
    problem: Scheduling, model: cp_model.CpModel, begins: _Begins, makespan: cp_model.IntVar
) -> None:
    for i, (_, end) in enumerate(begins):
        if i + 1 < len(begins) and problem.jobs[i + 1] == problem.jobs[i]:
            model.add(begins[i + 1][0] >= end)
        else:
            model.add(makespan >= end)
