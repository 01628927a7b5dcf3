"""Constraint programs of scheduling problems, for CP-SAT; for worker processes only.

An operation has one begin and one end, whatever machine it takes; only an operation with a choice
has optional intervals, of which exactly one is present. Domains are cut by heads, tails and a cost
that is known.
"""

from __future__ import annotations

import importlib
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import Objective, Schedule, Scheduling, TimeArray
from cosolve.search.calendars import merged_downtime
from cosolve.search.heads_tails import heads_and_tails, latest_ends

if TYPE_CHECKING:
    from collections.abc import Iterable

LoadRow = tuple[float, npt.NDArray[np.int64]]
"""A constant and alternatives: the makespan is at least it plus the durations of those taken."""

_MOST_SCALED = 2.0**52  # of an objective
_ROUNDING = 1e-11  # relative, of costs
_EXACT = 1e-9  # relative, for weights that are whole after scaling
_SCALES = (1, 10, 100, 1000, 10_000, 100_000, 2**10, 2**20)


def scaled(coefficients: npt.NDArray[np.float64], most: float) -> tuple[list[int], float, bool]:
    """Make coefficients of an objective whole.

    Parameters
    ----------
    coefficients
        Not negative.
    most
        Largest value of the objective by these coefficients.

    Returns
    -------
    list of int
        The coefficients times a scale, rounded down if they are not whole even then.
    float
        The scale.
    bool
        Whether nothing was lost.
    """
    limit = _MOST_SCALED / max(most, 1.0)
    for scale in _SCALES:
        if scale > max(limit, 1.0):
            break
        times = coefficients * scale
        whole = np.rint(times)
        if (np.abs(times - whole) <= _EXACT * np.maximum(1.0, times)).all():
            return [int(w) for w in whole], float(scale), True
    power = 2.0 ** math.floor(math.log2(limit))
    return [int(w) for w in np.floor(coefficients * power)], power, False


def horizon(problem: Scheduling) -> int:
    """Return a time by which some best schedule has ended.

    Parameters
    ----------
    problem
        Any scheduling problem.
    """
    n = problem.operations
    begins = (problem.release, problem.available, problem.downtime[:, 1])
    latest = max(int(times.max(initial=0)) for times in begins)
    longest = np.maximum.reduceat(problem.duration, problem.first[:-1]) if n else np.zeros(1, int)
    setup = 0 if problem.setups is None else int(problem.setups.max(initial=0)) + 1
    return latest + int(longest.sum()) + n * setup


class Model:
    """A constraint program.

    Parameters
    ----------
    problem
        What is to be scheduled.
    upper
        Schedules that cost more need not be found; None for no limit.
    strict
        Whether those that cost as much need not, either.
    lower
        A bound that is known.
    """

    def __init__(
        self, problem: Scheduling, upper: float | None, strict: bool, lower: float
    ) -> None:
        self._cp: Any = importlib.import_module("ortools.sat.python.cp_model")
        self.problem = problem
        self.program = self._cp.CpModel()
        self._times = heads_and_tails(problem)
        self._horizon = horizon(problem)
        self._coefficients, self.scale, self.exact = self._scaled()
        self._most = self._allowed(upper, strict)
        self._latest = latest_ends(problem, self._times, self._limits(upper))
        self._starts: list[Any] = []
        self._ends: list[Any] = []
        self._choices: list[list[tuple[int, Any]]] = []  # alternatives and whether they are taken
        self._on_machine: list[list[tuple[int, Any, Any, int]]] = []
        self._last_end: Any = None
        self._add_operations()
        self._add_order()
        for m in range(problem.machines):
            self._add_machine(m)
        self._add_objective(lower)

    def _scaled(self) -> tuple[list[int], float, bool]:
        """Coefficients of the jobs (or of the makespan) and of a change."""
        problem = self.problem
        makespan = problem.objective is Objective.MAKESPAN
        weights = np.ones(1) if makespan else problem.weights
        coefficients = np.append(weights, problem.change_cost)
        late = 0 if problem.due is None else -int(problem.due.min(initial=0))
        most = float(weights.sum()) * (self._horizon + max(0, late))
        return scaled(coefficients, most + problem.change_cost * problem.operations)

    def _allowed(self, upper: float | None, strict: bool) -> int | None:
        """Largest value of the objective of schedules that are cheap enough."""
        if upper is None:
            return None
        if strict and self.exact:
            return math.ceil(upper * self.scale * (1 - _ROUNDING)) - 1
        return math.floor(upper * self.scale * (1 + _ROUNDING))

    def _limits(self, upper: float | None) -> TimeArray:
        """Latest ends of operations in schedules that are cheap enough."""
        problem = self.problem
        limits = np.full(problem.job_count, self._horizon, np.int64)
        if self._most is not None and problem.objective is Objective.MAKESPAN:
            limits = np.minimum(limits, math.floor(self._most / self.scale))
        elif upper is not None:
            flow = problem.objective is Objective.FLOW_TIME
            base = problem.release if flow else problem.due
            assert base is not None
            allowed = upper * (1 + 1e-9) / np.maximum(problem.weights, 1e-12) + 1
            allowed = np.minimum(allowed, 2.0**50).astype(np.int64)
            # What is due later than it can end costs nothing until then.
            limits = np.minimum(limits, np.maximum(base + allowed, problem.release))
        return limits[problem.jobs]

    def _add_operations(self) -> None:
        problem, times, program = self.problem, self._times, self.program
        self._on_machine = [[] for _ in range(problem.machines)]
        heads, latest = times.head.tolist(), self._latest.tolist()
        first, duration = problem.first.tolist(), problem.duration.tolist()
        machine, available = problem.machine.tolist(), problem.available.tolist()
        shortest = times.shortest.tolist()
        for o in range(problem.operations):
            usable = [
                k
                for k in range(first[o], first[o + 1])
                if max(heads[o], available[machine[k]]) + duration[k] <= latest[o]
            ]
            if not usable:
                # Nothing is cheap enough: whoever asked is told so by the solver.
                usable = [min(range(first[o], first[o + 1]), key=duration.__getitem__)]
                program.add_bool_or([])
            high = max(latest[o] - shortest[o], heads[o])
            start = program.new_int_var(heads[o], high, "")
            self._starts.append(start)
            if len(usable) == 1:
                k = usable[0]
                interval = program.new_fixed_size_interval_var(start, duration[k], "")
                self._ends.append(start + duration[k])
                self._choices.append([(k, None)])
                self._on_machine[machine[k]].append((o, interval, None, duration[k]))
                if available[machine[k]] > heads[o]:
                    program.add(start >= available[machine[k]])
            else:
                self._add_choice(o, usable, start)

    def _add_choice(self, o: int, usable: list[int], start: Any) -> None:
        problem, program = self.problem, self.program
        duration = [int(problem.duration[k]) for k in usable]
        head, latest = int(self._times.head[o]), int(self._latest[o])
        end = program.new_int_var(head + min(duration), max(latest, head + min(duration)), "")
        taken = [program.new_bool_var("") for _ in usable]
        program.add_exactly_one(taken)
        program.add(end - start == self._cp.LinearExpr.weighted_sum(taken, duration))
        for k, d, literal in zip(usable, duration, taken, strict=True):
            m = int(problem.machine[k])
            interval = program.new_optional_interval_var(start, d, end, literal, "")
            self._on_machine[m].append((o, interval, literal, d))
            if problem.available[m] > head:
                program.add(start >= int(problem.available[m])).only_enforce_if(literal)
        self._ends.append(end)
        self._choices.append(list(zip(usable, taken, strict=True)))

    def _add_order(self) -> None:
        problem, program = self.problem, self.program
        for a, b in problem.arcs.tolist():
            program.add(self._starts[b] >= self._ends[a])
        if problem.ordered:
            return
        cuts = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
        for begin, end in itertools.pairwise(cuts):
            if end - begin > 1:
                program.add_no_overlap([self._whole(o) for o in range(begin, end)])

    def _whole(self, o: int) -> Any:
        """Interval of an operation, whatever machine it takes."""
        start, end, choices = self._starts[o], self._ends[o], self._choices[o]
        duration = [int(self.problem.duration[k]) for k, _ in choices]
        if len(choices) == 1:
            return self.program.new_fixed_size_interval_var(start, duration[0], "")
        sizes = self._cp.Domain.from_values(duration)
        size = self.program.new_int_var_from_domain(sizes, "")
        return self.program.new_interval_var(start, size, end, "")

    def _add_machine(self, m: int) -> None:
        problem, program = self.problem, self.program
        here = self._on_machine[m]
        down = merged_downtime(problem)
        blocked = [
            program.new_fixed_size_interval_var(begin, end - begin, "")
            for machine, begin, end in down.tolist()
            if machine == m
        ]
        instants = [interval for _, interval, _, d in here if d == 0]
        every = [interval for _, interval, _, _ in here]
        if blocked and instants:
            program.add_no_overlap(every)
            program.add_no_overlap(blocked + [i for _, i, _, d in here if d > 0])
        elif len(every) + len(blocked) > 1:
            program.add_no_overlap(every + blocked)
        if problem.setups is not None and bool(problem.setups[m].any()) and len(here) > 1:
            self._add_sequence(m, problem.setups[m])

    def _add_sequence(self, m: int, setups: TimeArray) -> None:
        """Which operation follows which: setups are between neighbors only."""
        problem, program = self.problem, self.program
        assert problem.families is not None
        here = self._on_machine[m]
        arcs: list[tuple[int, int, Any]] = []
        nobody = program.new_bool_var("")  # the machine does nothing
        arcs.append((0, 0, nobody))
        for i, (a, _, taken, length) in enumerate(here, 1):
            arcs.append((0, i, program.new_bool_var("")))
            arcs.append((i, 0, program.new_bool_var("")))
            if taken is None:
                program.add(nobody == 0)
            else:
                arcs.append((i, i, ~taken))
                program.add_implication(taken, ~nobody)
            for j, (b, _, _, other) in enumerate(here, 1):
                if i == j:
                    continue
                follows = program.new_bool_var("")
                arcs.append((i, j, follows))
                gap = int(setups[problem.families[a], problem.families[b]])
                # Numbers order what takes no time and begins at once, here as in the checker.
                gap += length == 0 and other == 0 and a > b and gap == 0
                program.add(self._starts[b] >= self._ends[a] + gap).only_enforce_if(follows)
        program.add_circuit(arcs)

    def _add_objective(self, lower: float) -> None:
        problem, program = self.problem, self.program
        if problem.objective is Objective.MAKESPAN:
            terms = [self._makespan()]
            self._last_end = terms[0]
        else:
            terms = self._lateness()
        terms.append(self._changes())
        objective = self._cp.LinearExpr.weighted_sum(terms, self._coefficients)
        program.minimize(objective)
        if self._most is not None:
            program.add(objective <= self._most)
        if lower > 0 and self.exact:
            program.add(objective >= math.ceil(lower * self.scale * (1 - _ROUNDING)))

    def _makespan(self) -> Any:
        program, problem = self.program, self.problem
        high = int(self._latest.max(initial=0))
        low = min(self._times.longest, high)
        makespan = program.new_int_var(low, high, "")
        last = np.ones(problem.operations, bool)
        last[problem.arcs[:, 0]] = False
        for o in np.flatnonzero(last).tolist():
            program.add(makespan >= self._ends[o])
        return makespan

    def _lateness(self) -> list[Any]:
        """How late each job is."""
        program, problem = self.program, self.problem
        flow = problem.objective is Objective.FLOW_TIME
        base = (problem.release if flow else problem.due).tolist()  # type: ignore[union-attr]
        cuts = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
        last = np.ones(problem.operations, bool)
        if problem.ordered:
            last[:-1] = np.diff(problem.jobs) > 0
        late: list[Any] = []
        for j in range(problem.job_count):
            ends = [self._ends[o] for o in range(cuts[j], cuts[j + 1]) if last[o]]
            if not ends:
                late.append(0)
                continue
            most = max(0, int(self._latest[cuts[j] : cuts[j + 1]].max()) - base[j])
            variable = program.new_int_var(0, most, "")
            for end in ends:
                program.add(variable >= end - base[j])
            late.append(variable)
        return late

    def _changes(self) -> Any:
        """How many operations have another machine than they should."""
        problem = self.problem
        if problem.preferred is None:
            return 0
        changed: list[Any] = []
        constant = 0
        for wanted, choices in zip(problem.preferred.tolist(), self._choices, strict=True):
            if wanted < 0:
                continue
            fits = [t for k, t in choices if problem.machine[k] == wanted]
            if not fits:
                constant += 1
            elif fits[0] is not None:
                changed.append(1 - fits[0])
        return sum(changed) + constant

    def add_load_rows(self, rows: Iterable[LoadRow]) -> None:
        """Add what machines have to share, for the makespan only.

        Parameters
        ----------
        rows
            Constants and alternatives.
        """
        taken = {k: literal for choices in self._choices for k, literal in choices}
        duration = self.problem.duration
        for constant, alternatives in rows:
            terms = [
                int(duration[k]) * (1 if taken[k] is None else taken[k])
                for k in alternatives.tolist()
                if k in taken
            ]
            self.program.add(self._last_end >= math.ceil(constant) + sum(terms))

    def add_hint(self, schedule: Schedule) -> None:
        """Tell the solver where to begin.

        Parameters
        ----------
        schedule
            Machines and begins of all operations.
        """
        machine, start = schedule.machine.tolist(), schedule.start.tolist()
        owner = self.problem.machine.tolist()
        duration = self.problem.duration.tolist()
        for o, choices in enumerate(self._choices):
            self.program.add_hint(self._starts[o], start[o])
            for k, literal in choices:
                if literal is None:
                    continue
                self.program.add_hint(literal, owner[k] == machine[o])
                if owner[k] == machine[o]:
                    self.program.add_hint(self._ends[o], start[o] + duration[k])

    def schedule(self, solver: Any) -> Schedule:
        """Read the schedule of a solver, or of its callback.

        Parameters
        ----------
        solver
            What has found a solution.
        """
        machine = self.problem.machine
        chosen = [
            next(int(machine[k]) for k, t in choices if t is None or solver.boolean_value(t))
            for choices in self._choices
        ]
        start = [solver.value(variable) for variable in self._starts]
        return Schedule(np.array(chosen, np.int32), np.array(start, np.int64))
