"""Schedules by priority rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.core.run import SLICE_S
from cosolve.problems.scheduling import Schedule, Scheduling
from cosolve.search.dispatch import Dispatcher, rule_named, ways_of


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Builds schedules operation by operation, by priority rules; then again, with randomness.

    Parameters
    ----------
    rule
        What comes first of the operations a machine could do next: ``spt`` or ``lpt``, the one of
        least or most time; ``mwkr``, ``lwkr``, most or least work to follow; ``mopnr``, most
        operations to follow; ``fifo``, ``edd``, ``slack``, ``atc``, ``wspt``, ``wlwkr``, ``ect``,
        ``setup`` and ``random``. ``best`` tries them all.
    delay
        From 0, where no machine waits while there is something to do, to 1, where it may wait for
        whatever would begin before something else could end. None: 0, 0.5 and 1 in turn.
    repetitions
        Schedules built with randomness after the rules themselves; None for as many as the limits
        allow.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a schedule. The first is built whatever the limits say.
    """

    name: ClassVar[str] = "dispatch"
    summary: ClassVar[str] = "dispatching rules for schedules of every kind, repeated at random"

    rule: str = "best"
    delay: float | None = None
    repetitions: int | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.rule != "best":
            rule_named(self.rule)
        if self.delay is not None and not 0 <= self.delay <= 1:
            raise ValueError(f"delay must be between 0 and 1, got {self.delay}")
        if self.repetitions is not None and self.repetitions < 0:
            raise ValueError(f"repetitions must be at least 0, got {self.repetitions}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for every scheduling problem whose jobs have what the rule compares."""
        if not isinstance(problem, Scheduling):
            return f"it schedules operations, and this is a {problem.kind} problem"
        if self.rule != "best" and rule_named(self.rule).needs_due_dates and problem.due is None:
            return f"rule {self.rule} needs due dates"
        return None

    def run(
        self,
        problem: Scheduling,
        run: Run,
        *,
        start: Schedule | None = None,
        guide: Any | None = None,
    ) -> Outcome[Schedule]:
        """Build schedules until `run` says stop."""
        del guide
        ways = ways_of(problem, self.rule, self.delay)
        engine = Dispatcher(problem, ways, run.seed)
        if start is not None:
            run.report(problem.cost(start), phase="dispatch")
        while engine.cost is None:
            engine.run(SLICE_S, 1)
        run.report(engine.cost, phase="dispatch")
        left = None if self.repetitions is None else len(ways) - 1 + self.repetitions
        if problem.size <= 1:
            left = len(ways) - 1
        while run.limit() is None and left != 0:
            allowed = [most for most in (run.remaining_iterations, left) if most is not None]
            done = engine.run(min(SLICE_S, run.remaining), min(allowed, default=None))
            left = None if left is None else left - done
            run.report(engine.cost, iterations=done, phase="dispatch")
        found = engine.best()
        if start is not None and problem.cost(start) <= problem.cost(found):
            found = start
        return Outcome(found)
