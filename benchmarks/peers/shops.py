"""What the peers that schedule share: what they may be asked, and a schedule to begin with."""

from __future__ import annotations

from cosolve import Objective, Schedule, Scheduling
from cosolve.search.dispatch import dispatch


def require_plain(problem: Scheduling, peer: str) -> None:
    """Refuse what the peers are not called for here: only plain shops are compared."""
    plain = (
        problem.objective is Objective.MAKESPAN
        and problem.ordered
        and problem.setups is None
        and problem.preferred is None
        and not problem.downtime.size
        and not problem.precedence.size
        and not problem.release.any()
        and not problem.available.any()
    )
    if not plain:
        raise ValueError(f"{peer} is called for plain (flexible) job shops only")


def first_schedule(problem: Scheduling) -> Schedule:
    """Return the best schedule of all dispatching rules, which takes milliseconds."""
    return dispatch(problem)
