"""The kernel's view of a flexible job shop."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core import Problem
from cosolve.problems.scheduling import Objective, Schedule, Scheduling

IntArray = npt.NDArray[np.int32]

LONGEST = 2**29
"""The times of a problem must stay below this even if everything is done one after the other."""


def unsupported(problem: Problem[Any]) -> str | None:
    """Return None for what the kernel handles, else why not.

    Parameters
    ----------
    problem
        Any problem.
    """
    if not isinstance(problem, Scheduling):
        return f"it schedules operations, and this is a {problem.kind} problem"
    if problem.objective is not Objective.MAKESPAN:
        return f"it minimizes the makespan, not the {problem.objective.value}"
    if not problem.ordered and (np.diff(problem.jobs) == 0).any():
        return "it handles jobs that do their operations in order, not open shops"
    before, after = problem.precedence[:, 0], problem.precedence[:, 1]
    if (problem.jobs[before] != problem.jobs[after]).any():
        return "it handles no precedence between operations of different jobs"
    if problem.setups is not None and problem.setups.any():
        return "it handles no setups"
    if (problem.downtime[:, 1] < problem.downtime[:, 2]).any():
        return "it handles no downtime"
    if problem.preferred is not None and problem.change_cost > 0:
        return "it handles no costs of changes"
    if _longest(problem) >= LONGEST:
        return "it handles times that add up to less than 2**29; a coarser unit would do"
    return None


def _longest(problem: Scheduling) -> int:
    """Makespan if everything is done one after the other, as slowly as can be."""
    slowest = 0
    if problem.operations:
        slowest = int(np.maximum.reduceat(problem.duration, problem.first[:-1]).sum())
    late = int(problem.release.max(initial=0)) + int(problem.available.max(initial=0))
    return slowest + late


class SchedulingModel:
    """The kernel's view of a problem.

    Parameters
    ----------
    problem
        One with at least one operation, for which ``unsupported`` returns None.
    """

    def __init__(self, problem: Scheduling) -> None:
        self.problem = problem
        self.instance = _kernels.TabuInstance(
            problem.jobs,
            problem.first,
            problem.machine,
            problem.duration.astype(np.int32),
            problem.release.astype(np.int32),
            problem.available.astype(np.int32),
        )

    def encode(self, schedule: Schedule) -> tuple[IntArray, IntArray]:
        """Alternative of each operation, and all operations in an order that keeps theirs.

        Parameters
        ----------
        schedule
            A feasible one.
        """
        problem = self.problem
        owner = np.repeat(np.arange(problem.operations), np.diff(problem.first))
        # One entry for each operation, in their order, as no operation names a machine twice.
        alternative = np.flatnonzero(schedule.machine[owner] == problem.machine).astype(np.int32)
        # What takes no time comes before what begins when it does.
        numbers = np.arange(problem.operations)
        order = np.lexsort((numbers, problem.ends(schedule), schedule.start)).astype(np.int32)
        return alternative, order

    def decode(self, alternative: IntArray, start: IntArray) -> Schedule:
        """Turn the kernel's form into a schedule.

        Parameters
        ----------
        alternative, start
            Of each operation.
        """
        return Schedule(self.problem.machine[alternative], start.astype(np.int64))
