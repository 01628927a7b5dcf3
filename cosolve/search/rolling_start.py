"""Schedules to begin with: by priority rules, those first that do well on the problem."""

from __future__ import annotations

import numpy as np

from cosolve.core.run import SLICE_S
from cosolve.problems.scheduling import Schedule, Scheduling
from cosolve.problems.scheduling_begun import Begun
from cosolve.search.dispatch import Dispatcher, policies

_TELLING = 0.1  # share of the work that tells how a schedule does
_FEW = 3  # schedules for a window where there is no time limit


class Starter:
    """Dispatches a problem and its parts.

    Parameters
    ----------
    problem
        The whole problem.
    seed
        Of what is random.
    """

    def __init__(self, problem: Scheduling, seed: int) -> None:
        self._problem, self._seed = problem, seed
        self._ways = policies(problem)

    def whole(self, seconds: float | None) -> Schedule:
        """Dispatch the whole problem; the rules are ordered by what they lead to.

        Parameters
        ----------
        seconds
            When to end, although not before there is a schedule; None to try every rule once.
        """
        engine = Dispatcher(self._problem, self._ways, self._seed)
        _work(engine, seconds, len(self._ways))
        order = np.argsort(engine.policy_costs(), kind="stable")
        self._ways = [self._ways[i] for i in order]
        return engine.best()

    def part(self, problem: Scheduling, seconds: float | None) -> Schedule:
        """Dispatch a part.

        Parameters
        ----------
        problem
            The part.
        seconds
            When to end, although not before there is a schedule; None for a few schedules.
        """
        dated = problem.due is not None
        ways = [way for way in self._ways if dated or not way.rule.needs_due_dates]
        engine = Dispatcher(problem, ways, self._seed)
        _work(engine, seconds, len(ways) if seconds is not None else min(_FEW, len(ways)))
        return engine.best()


class Pace:
    """How much of the work a schedule has done when.

    Parameters
    ----------
    problem
        The problem.
    schedule
        The schedule.
    """

    def __init__(self, problem: Scheduling, schedule: Schedule) -> None:
        ends = problem.ends(schedule)
        order = np.argsort(ends)
        self._work = np.minimum.reduceat(problem.duration, problem.first[:-1])
        self._done = np.cumsum(self._work[order])
        self._times = ends[order]

    def ahead(self, begun: Begun) -> bool:
        """Whether the schedule is ahead of another one that is still made.

        Parameters
        ----------
        begun
            What of the other one is made; while that is little, the answer is no.
        """
        done = self._work[begun.done].sum()
        if done < _TELLING * self._done[-1] or not done:
            return False
        as_much = min(int(np.searchsorted(self._done, done)), self._times.size - 1)
        return bool(begun.machine_ready.mean() > self._times[as_much])


def _work(engine: Dispatcher, seconds: float | None, schedules: int) -> None:
    """Build so many schedules, or fewer if time is up, but at least one."""
    left_s = float("inf") if seconds is None else max(seconds, 0.0)
    left = schedules
    while left > 0 and (left_s > 0 or engine.cost is None):
        piece_s = min(SLICE_S, left_s) if left_s > 0 else SLICE_S
        left -= engine.run(piece_s, left if left_s > 0 else 1)
        left_s -= piece_s
