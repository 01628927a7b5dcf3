"""Asymmetric instances by family, and the runs on them; called in worker processes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import measure
import numpy as np
import numpy.typing as npt

from cosolve.bench import Instance, Row, Task
from cosolve.bounds.asymmetric import asymmetric_bound
from cosolve.core import Run, Stop
from cosolve.problems import TSP
from cosolve.search.assignment import assign
from cosolve.search.atsp_model import AtspModel
from cosolve.search.closed_arcs import ClosedArcs
from cosolve.search.lin_kernighan import iterate, lin_kernighan

Matrix = npt.NDArray[np.float64]

BOUND = "bound"
TWO_COPIES = "lk:two-copies"


def _uniform(n: int, seed: int) -> Matrix:
    return np.random.default_rng(seed).integers(1, 1000, (n, n)).astype(float)


def _triangle(n: int, seed: int) -> Matrix:
    """Shortest paths in a random matrix: the triangle inequality holds."""
    matrix = np.random.default_rng(seed).integers(1, 100 * n, (n, n)).astype(float)
    np.fill_diagonal(matrix, 0.0)
    for k in range(n):
        np.minimum(matrix, matrix[:, k : k + 1] + matrix[k], out=matrix)
    return matrix


def _crane(n: int, seed: int) -> Matrix:
    """Ways of a crane from where it puts a load down to the next one; loads move little."""
    rng = np.random.default_rng(seed)
    source = 1e6 * rng.random((n, 2))
    target = source + 2e6 / math.sqrt(n) * (2 * rng.random((n, 2)) - 1)
    return np.rint(np.linalg.norm(target[:, None] - source[None, :], axis=2))


def _shop(n: int, seed: int) -> Matrix:
    """No-wait flow shop on 50 machines: by how much a job delays the next."""
    times = np.random.default_rng(seed).integers(0, 1000, (n, 50)).astype(float)
    ends = np.cumsum(times, axis=1)
    delay = np.full((n, n), -np.inf)
    for machine in range(times.shape[1]):
        begins = ends[:, machine] - times[:, machine]
        np.maximum(delay, ends[:, machine, None] - begins[None, :], out=delay)
    return delay


def _nearly_symmetric(n: int, seed: int) -> Matrix:
    """Euclidean distances, each up to a tenth longer."""
    rng = np.random.default_rng(seed)
    points = 1e6 * rng.random((n, 2))
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return np.rint(distance * (1 + 0.1 * rng.random((n, n))))


FAMILIES: dict[str, Callable[[int, int], Matrix]] = {
    "random": _uniform,
    "triangle": _triangle,
    "crane": _crane,
    "flow-shop": _shop,
    "nearly-symmetric": _nearly_symmetric,
}


@dataclass(frozen=True, slots=True)
class Generated(Instance):
    """An instance made by its family's function; its source is ``family:n:seed``."""

    def load(self) -> TSP:
        """Generate the problem."""
        family, n, seed = self.source.split(":")
        matrix = FAMILIES[family](int(n), int(seed))
        np.fill_diagonal(matrix, 0.0)
        return TSP(matrix=matrix, name=self.name)


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
