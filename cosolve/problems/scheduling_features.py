"""What a scheduling problem has beyond a plain job shop, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cosolve.problems.scheduling import Scheduling

FLEXIBLE = "choice of machines"
"""What flexible job shops have beyond others."""


def features(problem: Scheduling) -> list[str]:
    """Name what a problem has beyond ordered jobs of operations with one machine each.

    Parameters
    ----------
    problem
        The problem. Its objective is not among the features.
    """
    present = {
        FLEXIBLE: problem.flexible,
        "jobs without order": not problem.ordered,
        "precedence": problem.precedence.size > 0,
        "release dates": bool(problem.release.any()),
        "due dates": problem.due is not None,
        "weights": bool((problem.weights != 1).any()),
        "availability of machines": bool(problem.available.any()),
        "downtime": problem.downtime.size > 0,
        "setups": problem.setups is not None,
        "preferred machines": problem.preferred is not None,
    }
    return [name for name, there in present.items() if there]
