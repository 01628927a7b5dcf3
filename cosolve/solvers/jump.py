"""Local search for mixed-integer programs, without any back-end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP, Values
from cosolve.search.mip_jump import JumpSearch

_BATCH = 10_000  # steps that count as one iteration


@dataclass(frozen=True, slots=True)
class Jump:
    """Change one column at a time so that violated rows are met and costs fall [1]_ [2]_.

    The weights of rows that stay violated grow, and so does that of the costs where none is. No
    linear relaxation is solved and no other package is needed: it is at its best where columns are
    binary and good solutions are wanted within a second. There is no bound but the trivial one.

    Notes
    -----
    An iteration is 10,000 steps. Nothing depends on the clock if the number of iterations is
    limited and the time is not.

    References
    ----------
    .. [1] P. Lin, M. Zou, S. Cai, "An efficient local search solver for mixed integer programming",
       CP (2024).
    .. [2] B. Luteberget, G. Sartor, "Feasibility Jump: an LP-free Lagrangian MIP heuristic",
       Mathematical Programming Computation 15 (2023).
    """

    name: ClassVar[str] = "jump"
    summary: ClassVar[str] = "local search for mixed-integer programs: good solutions in a second"

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for mixed-integer programs, else the reason why not."""
        if isinstance(problem, MIP):
            return None
        return f"it solves mixed-integer programs, not {problem.kind} problems"

    def run(
        self,
        problem: MIP,
        run: Run,
        *,
        start: Values | None = None,
        guide: Any | None = None,
    ) -> Outcome[Values]:
        """Search until `run` says stop, from `start` if it is given."""
        del guide  # of other kinds of problems
        best: FloatArray | None = None
        search = JumpSearch(problem, run.seed)
        search.begin(None if start is None else start.values)

        def hear(values: FloatArray) -> None:
            nonlocal best
            best = values
            run.report(search.cost, phase="jump")

        while run.limit() is None:
            search.run(run, math.inf, _BATCH, hear)
            run.report(iterations=1, phase="jump")
            if search.over:
                break
        return Outcome(None if best is None else Values(best))
