"""What of a schedule has its times already."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import IntArray, Schedule, Scheduling, TimeArray


class Begun:
    """Operations that have their machines and times already.

    Parameters
    ----------
    problem
        The whole problem.

    Attributes
    ----------
    done
        Which operations have times, shape (n,).
    machine, start, end
        Of these operations, shape (n,).
    job_ready
        When each job may go on, shape (jobs,).
    machine_ready
        When each machine is free for good, shape (machines,).
    last
        The operation that ends last on each machine, -1 for none; shape (machines,).
    """

    def __init__(self, problem: Scheduling) -> None:
        n = problem.operations
        self.problem = problem
        self.done = np.zeros(n, np.bool_)
        self.machine = np.zeros(n, np.int32)
        self.start = np.zeros(n, np.int64)
        self.end = np.zeros(n, np.int64)
        self.job_ready = np.array(problem.release)
        self.machine_ready = np.array(problem.available)
        self.last = np.full(problem.machines, -1, np.int32)

    @classmethod
    def of(cls, problem: Scheduling, schedule: Schedule, done: npt.NDArray[np.bool_]) -> Self:
        """Take some operations from a schedule.

        Parameters
        ----------
        problem
            The whole problem.
        schedule
            A schedule of all its operations.
        done
            Those to take, shape (n,).
        """
        begun = cls(problem)
        chosen = np.flatnonzero(done)
        ends = problem.ends(schedule)[chosen]
        begun.add(chosen, schedule.machine[chosen], schedule.start[chosen], ends)
        return begun

    def add(
        self, operations: npt.ArrayLike, machine: IntArray, start: TimeArray, end: TimeArray
    ) -> None:
        """Give times to operations.

        Parameters
        ----------
        operations
            Their numbers, shape (k,).
        machine, start, end
            Shape (k,) each.
        """
        chosen = np.asarray(operations)
        self.done[chosen] = True
        self.machine[chosen], self.start[chosen], self.end[chosen] = machine, start, end
        np.maximum.at(self.job_ready, self.problem.jobs[chosen], end)
        order = np.lexsort((start, end))
        # Of operations on one machine the one written last stays, the one that ends last.
        late = order[end[order] >= self.machine_ready[machine[order]]]
        self.last[machine[late]] = chosen[late]
        np.maximum.at(self.machine_ready, machine, end)
