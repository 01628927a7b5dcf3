"""Schedules by priority rules: Python face of the dispatching kernel."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve import _kernels
from cosolve.core.run import SLICE_S
from cosolve.problems.scheduling import Objective, Schedule, Scheduling
from cosolve.search.calendars import merged_downtime

TimeArray = npt.NDArray[np.int64]

_OBJECTIVES = {Objective.MAKESPAN: 0, Objective.TARDINESS: 1, Objective.FLOW_TIME: 2}


class Rule(IntEnum):
    """What comes first, of the operations a machine could do next."""

    SPT = 0
    """The one that takes the machine least time."""
    LPT = 1
    """The one that takes it most."""
    MWKR = 2
    """The one that most work follows."""
    LWKR = 3
    """The one that least work follows."""
    MOPNR = 4
    """The one that most operations follow."""
    FIFO = 5
    """The one that has waited longest."""
    EDD = 6
    """The one whose job is due first."""
    SLACK = 7
    """The one whose job has least time to spare."""
    ATC = 8
    """Weight by time, less where there is time to spare: apparent tardiness cost."""
    WSPT = 9
    """The one with most weight by time."""
    WLWKR = 10
    """The one with most weight by work that follows."""
    ECT = 11
    """The one that ends first."""
    SETUP = 12
    """The one that needs least setup."""
    RANDOM = 13
    """Any."""

    @property
    def needs_due_dates(self) -> bool:
        """Whether there is nothing to compare without due dates."""
        return self in (Rule.EDD, Rule.SLACK, Rule.ATC)


def rule_named(name: str) -> Rule:
    """Find a rule by its name in small letters.

    Parameters
    ----------
    name
        Such as ``"mwkr"``.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists those there are.
    """
    for rule in Rule:
        if rule.name.lower() == name:
            return rule
    names = ", ".join(rule.name.lower() for rule in Rule)
    raise ValueError(f"there is no dispatching rule {name!r}; the rules are {names}")


class Policy(NamedTuple):
    """How a schedule is built.

    Parameters
    ----------
    rule
        What comes first.
    delay
        From 0, where no machine waits while it could begin something, to 1, where it may wait for
        whatever would begin before it could end what is there.
    loyal
        Whether operations get their preferred machine whatever that costs.
    """

    rule: Rule
    delay: float = 1.0
    loyal: bool = False


def policies(problem: Scheduling) -> list[Policy]:
    """Return all policies worth trying for a problem.

    Parameters
    ----------
    problem
        Any scheduling problem.
    """
    rules = [rule for rule in Rule if problem.due is not None or not rule.needs_due_dates]
    if problem.setups is None:
        rules.remove(Rule.SETUP)
    # With equal weights they are SPT and LWKR.
    if bool((problem.weights == 1).all()):
        rules = [rule for rule in rules if rule not in (Rule.WSPT, Rule.WLWKR)]
    ways = [Policy(rule, delay) for delay in (1.0, 0.0, 0.5) for rule in rules]
    if problem.preferred is not None and problem.change_cost > 0:
        ways += [way._replace(loyal=True) for way in ways]
    return ways


class Dispatcher:
    """Builds schedules: one by each policy, then by good ones with some randomness.

    Parameters
    ----------
    problem
        Any scheduling problem.
    ways
        The policies.
    seed
        Of the randomness.
    """

    def __init__(self, problem: Scheduling, ways: Iterable[Policy], seed: int) -> None:
        ways = list(ways)
        self._kernel = _kernels.Dispatcher(
            problem.jobs,
            problem.first,
            problem.machine,
            problem.duration,
            problem.ordered,
            problem.precedence,
            problem.release,
            problem.due,
            problem.weights,
            problem.available,
            merged_downtime(problem),
            problem.families,
            problem.setups,
            _OBJECTIVES[problem.objective],
            problem.preferred,
            problem.change_cost,
            np.array([way.rule for way in ways], np.int32),
            np.array([way.delay for way in ways], np.float64),
            np.array([way.loyal for way in ways], np.int32),
            seed,
        )

    def run(self, seconds: float, iterations: int | None = None) -> int:
        """Build schedules; return how many were finished.

        Parameters
        ----------
        seconds
            When to return; a schedule under way is gone on with in the next call.
        iterations
            Most schedules to finish; None for any number.
        """
        most = 2**31 - 1 if iterations is None else min(iterations, 2**31 - 1)
        return self._kernel.run(seconds, most)

    @property
    def cost(self) -> float | None:
        """Cost of the best schedule, None before there is one."""
        return self._kernel.cost if self._kernel.found else None

    def best(self) -> Schedule:
        """Return the best schedule; there must be one."""
        return Schedule(self._kernel.machine(), self._kernel.start())

    def policy_costs(self) -> npt.NDArray[np.float64]:
        """Least cost by each policy, infinite where there is none yet."""
        return self._kernel.policy_costs()


def dispatch(
    problem: Scheduling, rule: str = "best", seed: int = 0, *, delay: float | None = None
) -> Schedule:
    """Build a schedule by a priority rule; handles everything a problem may hold.

    Parameters
    ----------
    problem
        Any scheduling problem.
    rule
        Name of a rule, such as ``"mwkr"``, or ``"best"`` for the best of all.
    seed
        Only for the rule ``"random"``.
    delay
        Share of the operations that could begin before the first of them could end that are
        compared: 1 gives active schedules [1]_, 0 those in which no machine waits, other values are
        between [2]_. The best of 0, 0.5 and 1 if None.

    Returns
    -------
    Schedule
        A feasible schedule.

    Raises
    ------
    ValueError
        If there is no such rule, or it needs due dates that the problem does not have.

    References
    ----------
    .. [1] B. Giffler, G. L. Thompson, "Algorithms for solving production-scheduling problems",
       Operations Research 8 (1960).
    .. [2] R. H. Storer, S. D. Wu, R. Vaccari, "New search spaces for sequencing problems with
       application to job shop scheduling", Management Science 38 (1992).
    """
    ways = ways_of(problem, rule, delay)
    engine = Dispatcher(problem, ways, seed)
    left = len(ways)
    while left > 0:
        left -= engine.run(SLICE_S, left)
    return engine.best()


def ways_of(problem: Scheduling, rule: str, delay: float | None) -> list[Policy]:
    """Return the policies that a rule and a delay, as users name them, stand for.

    Parameters
    ----------
    problem
        What is to be scheduled.
    rule, delay
        As for ``dispatch``.

    Raises
    ------
    ValueError
        As ``dispatch``.
    """
    if delay is not None and not 0 <= delay <= 1:
        raise ValueError(f"delay must be between 0 and 1, got {delay}")
    ways = policies(problem)
    if rule != "best":
        named = rule_named(rule)
        if named.needs_due_dates and problem.due is None:
            raise ValueError(f"rule {rule} needs due dates, and {problem.name} has none")
        delays = sorted({way.delay for way in ways}, reverse=True)
        loyal = sorted({way.loyal for way in ways})
        ways = [Policy(named, share, own) for own in loyal for share in delays]
    if delay is not None:
        ways = list(dict.fromkeys(way._replace(delay=delay) for way in ways))
    return ways
