"""Asymmetric instances by family, and the runs on them; called in worker processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import measure

from cosolve.bench import Instance, Row, Task
from cosolve.bounds.asymmetric import asymmetric_bound
from cosolve.core import Run, Stop
from cosolve.problems import TSP
from cosolve.problems.random_atsp import random_atsp
from cosolve.search.assignment import assign
from cosolve.search.atsp_model import AtspModel
from cosolve.search.closed_arcs import ClosedArcs
from cosolve.search.lin_kernighan import iterate, lin_kernighan

BOUND = "bound"
TWO_COPIES = "lk:two-copies"


@dataclass(frozen=True, slots=True)
class Generated(Instance):
    """An instance made by its family's function; its source is ``family:n:seed``."""

    def load(self) -> TSP:
        """Generate the problem."""
        family, n, seed = self.source.split(":")
        return replace(random_atsp(int(n), int(seed), family), name=self.name)


def generated(family: str, n: int, seed: int) -> Generated:
    """Name an instance of a family."""
    source = f"{family}:{n}:{seed}"
    return Generated(f"{family}-{n}", source, source)


def execute(task: Task) -> Row:
    """Make a run of cosolve, of a peer, of a bound, or of ``lk`` over the symmetric form."""
    if task.method == BOUND:
        return _bound(task)
    if task.method == TWO_COPIES:
        return _two_copies(task)
    return measure.execute(task)


def _bound(task: Task) -> Row:
    problem = task.instance.load()
    began_s = time.perf_counter()
    assignment = assign(ClosedArcs(problem).matrix, integral=problem.integral).bound
    assignment_s = time.perf_counter() - began_s
    run = Run(Stop(time_limit=task.time_limit_s))
    found = asymmetric_bound(problem, run)
    return {
        **task.question(),
        "size": problem.size,
        "assignment": assignment,
        "assignment_s": assignment_s,
        "bound": None if found is None else found.value,
        "runtime": run.elapsed,
    }


def _two_copies(task: Task) -> Row:
    problem = task.instance.load()
    run = Run(Stop(time_limit=task.time_limit_s), seed=task.seed)
    model = AtspModel(problem, run=run)
    engine = lin_kernighan(model, model.first_tour(), seed=task.seed)
    iterate(engine, model, run)
    tour = model.decode(engine.tour())
    return {
        **task.question(),
        "size": problem.size,
        "cost": problem.cost(tour),
        "valid": not problem.check(tour),
        "runtime": run.elapsed,
        "reached": run.trace[-1].seconds,
    }
