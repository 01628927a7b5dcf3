"""Scheduling by constraint programming: CP-SAT in a worker process."""

from __future__ import annotations

import importlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from cosolve.core import Part, Run
from cosolve.core.errors import BackendError
from cosolve.core.run import SLICE_S
from cosolve.exact.glop import PACKAGE
from cosolve.exact.scheduling_cp_model import LoadRow, Model
from cosolve.exact.scheduling_loads import load_program, loads_of, members, whole_rows
from cosolve.exact.worker import Channel, run_in_worker
from cosolve.problems.scheduling import Objective, Schedule, Scheduling
from cosolve.search.heads_tails import heads_and_tails

WORK_PER_ITERATION = 0.01
"""Deterministic time of the solver that counts as one iteration: about a tenth of a second."""

_NEAR = 0.25  # relative gap that is tried to be closed at once
_MOST_REFUTED = 600  # operations, likewise
_REFUTE_SHARE = 0.5  # of the time, likewise
_MOST_PROBED = 1500  # alternatives; probing more takes longer than it saves
_LOAD_SHARE = 0.1  # of the time, for the linear program
_LARGEST_PROGRAM = 60_000  # alternatives
_TARGET = "cosolve.exact.scheduling_cp:work"


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to solve.

    Parameters
    ----------
    problem
        The problem.
    upper
        Schedules that cost more are of no interest; None for all.
    lower
        A bound that is known.
    strict
        Whether those that cost as much are of no interest, either.
    hint
        A schedule to begin with.
    until
        Unix time at which it must have returned; infinite for none.
    iterations
        See ``WORK_PER_ITERATION``; None for any number.
    threads, seed
        Of the solver.
    parameters
        More parameters of the solver; those of ``search_parameters`` if empty.
    """

    problem: Scheduling
    upper: float | None
    lower: float
    strict: bool = False
    hint: Schedule | None = None
    until: float = float("inf")
    iterations: int | None = None
    threads: int = 1
    seed: int = 0
    parameters: tuple[tuple[str, Any], ...] = ()


class Found(NamedTuple):
    """News from a worker.

    Parameters
    ----------
    schedule
        A better schedule, or None.
    bound
        A valid bound of what costs no more than the `upper` of the task, or None.
    iterations
        Since the last news.
    """

    schedule: Schedule | None
    bound: float | None
    iterations: int


class Answer(NamedTuple):
    """How it ended.

    Parameters
    ----------
    optimal
        Whether the best schedule sent is optimal.
    infeasible
        Whether nothing costs as little as the task asks for.
    """

    optimal: bool
    infeasible: bool


def solve_in_worker(task: Task, run: Run, on_found: Callable[[Found], None]) -> Answer | None:
    """Solve a task in a worker, as long as a run lets it.

    Parameters
    ----------
    task
        What to solve.
    run
        Its limits and its interruption; all of them end the worker.
    on_found
        Told all news.

    Returns
    -------
    Answer or None
        None if the limits ended it.

    Raises
    ------
    BackendMissing
        If OR-tools is not installed.
    BackendError
        If the worker failed.
    """
    limited = Part(run, lambda: run.limit() is not None)
    answer: Answer | None = run_in_worker(
        _TARGET, task, limited, on_message=on_found, package=PACKAGE
    )
    return answer


def prove(
    problem: Scheduling,
    run: Run,
    *,
    upper: float | None,
    lower: float,
    on_bound: Callable[[float], None],
) -> bool:
    """Raise a lower bound, whatever schedules are found on the way.

    If the gap is small, first try to show that nothing costs less than what is known; then raise
    the bound step by step.

    Parameters
    ----------
    problem
        Any scheduling problem.
    run
        Limits, seed and threads.
    upper
        Cost of a known schedule, None without one: then schedules as good as that are looked for.
    lower
        A bound that is known.
    on_bound
        Told every better bound.

    Returns
    -------
    bool
        Whether the bound is the best there is.
    """
    best = [lower]

    def hear(found: Found) -> None:
        if found.bound is not None:
            best.append(found.bound if upper is None else min(found.bound, upper))
            on_bound(best[-1])

    usual = search_parameters(problem)
    near = upper is not None and upper - lower <= _NEAR * upper
    ways = [(1.0, (*usual, ("use_objective_lb_search", True)))]
    if near and problem.size <= _MOST_REFUTED:
        ways.insert(0, (_REFUTE_SHARE, usual))
    for share, parameters in ways:
        until = time.time() + share * run.remaining
        task = Task(
            problem,
            upper,
            max(best),
            strict=True,
            until=until,
            seed=run.seed,
            parameters=parameters,
        )
        answer = solve_in_worker(task, run, hear)
        if answer is not None and (answer.optimal or answer.infeasible):
            if answer.infeasible and upper is not None:
                on_bound(upper)
            return True
    return False


def search_parameters(
    problem: Scheduling, linearization: int | None = None
) -> tuple[tuple[str, Any], ...]:
    """Return parameters of the solver that suit a problem.

    Parameters
    ----------
    problem
        What is to be scheduled.
    linearization
        How much of the model is relaxed to linear programs, 0 to 2; None for what suits.
    """
    if linearization is None:
        # What machines have to share is a bound from the beginning.
        linearization = 0 if problem.objective is Objective.MAKESPAN else 1
    chosen: list[tuple[str, Any]] = [("linearization_level", linearization)]
    if problem.machine.size > _MOST_PROBED:
        chosen.append(("cp_model_probing_level", 0))
    return tuple(chosen)


def work(task: Task, channel: Channel) -> Answer:
    """Build the constraint program and solve it; in a worker.

    Parameters
    ----------
    task
        What to solve.
    channel
        Sent every better schedule and bound.
    """
    cp: Any = importlib.import_module("ortools.sat.python.cp_model")
    rows, lower = _balanced(task, channel)
    model = Model(task.problem, task.upper, task.strict, lower)
    model.add_load_rows(rows)
    if task.hint is not None:
        model.add_hint(task.hint)
    solver = cp.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = task.threads
    parameters.random_seed = task.seed % 2**31
    for name, value in task.parameters or search_parameters(task.problem):
        setattr(parameters, name, value)
    left_s = task.until - time.time()
    if left_s < 1e9:
        parameters.max_time_in_seconds = max(1e-3, left_s)
    if task.iterations is not None:
        parameters.max_deterministic_time = task.iterations * WORK_PER_ITERATION
    reporter = _Reporter(model, channel, task.iterations)
    solver.best_bound_callback = reporter.tell_bound
    threading.Thread(target=_watch, args=(channel, solver), daemon=True).start()
    status = solver.solve(model.program, _callback(cp, reporter))
    if status == cp.MODEL_INVALID:
        raise BackendError(f"CP-SAT rejects the model: {model.program.validate()[:200]}")
    used = round(solver.response_proto.deterministic_time / WORK_PER_ITERATION)
    found = status in (cp.OPTIMAL, cp.FEASIBLE, cp.UNKNOWN)
    reporter.send(None, reporter.real(solver.best_objective_bound) if found else None, used)
    return Answer(status == cp.OPTIMAL and model.exact, status == cp.INFEASIBLE)


def _balanced(task: Task, channel: Channel) -> tuple[list[LoadRow], float]:
    """Balance the machines: rows for the makespan, and a bound of it."""
    problem = task.problem
    if problem.objective is not Objective.MAKESPAN or not problem.flexible:
        return [], task.lower
    loads = loads_of(problem, heads_and_tails(problem))
    if task.iterations is None:
        until = time.time() + _LOAD_SHARE * (task.until - time.time())
    else:
        until = math.inf  # nothing may depend on the clock
    best = [task.lower]
    if loads.machine.size > _LARGEST_PROGRAM:
        rows = whole_rows(loads)
    else:
        rows, _ = load_program(loads, until, best.append, channel.interrupted.is_set)
    lower = max(best)
    if task.upper is not None:
        lower = min(lower, task.upper)
    channel.send(Found(None, lower, 0))
    return [(row.around, members(loads, row)) for row in rows], lower


def _watch(channel: Channel, solver: Any) -> None:
    channel.interrupted.wait()
    while True:  # it may not have begun yet
        solver.stop_search()
        time.sleep(SLICE_S)


class _Reporter:
    """Sends news, in the units of the problem."""

    def __init__(self, model: Model, channel: Channel, most: int | None) -> None:
        self._model = model
        self._most = most
        self._channel = channel
        self._lock = threading.Lock()
        self._told = 0

    def real(self, bound: float) -> float:
        value = bound / self._model.scale
        # Scaled coefficients are rounded, by no more than this.
        return value if self._model.problem.integral else value - 1e-9 * (1.0 + abs(value))

    def tell_bound(self, bound: float) -> None:
        self.send(None, self.real(bound), self._told)

    def tell_schedule(self, solver: Any) -> None:
        used = round(solver.deterministic_time / WORK_PER_ITERATION)
        self.send(self._model.schedule(solver), self.real(solver.best_objective_bound), used)

    def send(self, schedule: Schedule | None, bound: float | None, used: int) -> None:
        with self._lock:
            if self._most is not None:
                used = min(used, self._most)  # it stops a little late
            new, self._told = max(0, used - self._told), max(used, self._told)
            self._channel.send(Found(schedule, bound, new))


def _callback(cp: Any, reporter: _Reporter) -> Any:
    class Callback(cp.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            reporter.tell_schedule(self)

    return Callback()
