"""What a solver is to the rest of cosolve."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from cosolve.core.problem import Problem
from cosolve.core.run import Outcome, Run


class Solver(Protocol):
    """A method that users name; its parameters are the fields of a frozen dataclass.

    Attributes
    ----------
    name
        What users write after ``--method``.
    summary
        One line for ``cosolve methods``.

    Notes
    -----
    A class may also have ``presets``, named parameters: functions of the number of nodes by name;
    ``space``, the ranges in which its parameters are tuned: a ``cosolve.solvers.space.Domain`` by
    name; a method ``default_time_limit(problem)``, the seconds (or None) it is given where the
    user says nothing; and a method ``certifies(problem, run)``, whether it will find a good bound
    itself, so that ``solve`` keeps no time for one.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the solver handles the problem, else the reason why not."""

    def run(
        self,
        problem: Any,
        run: Run,
        *,
        start: Any | None = None,
        guide: Any | None = None,
    ) -> Outcome[Any]:
        """Solve, reporting to `run` and stopping when it says so.

        Parameters
        ----------
        problem
            A supported problem.
        run
            Clock, limits, seed and threads.
        start
            A feasible solution to start from, never to be worsened.
        guide
            Guidance over the decisions, or None for the solver's default.
        """
