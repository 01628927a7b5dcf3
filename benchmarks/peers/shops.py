"""What the peers that schedule share: what they may be asked, and a schedule to begin with."""

from __future__ import annotations

import numpy as np

from cosolve import Objective, Schedule, Scheduling
from cosolve.search.list_schedule import list_schedule, ranks


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
    """Return the better of two list schedules: jobs side by side, and longest work left first."""
    jobs = problem.jobs
    shortest = np.minimum.reduceat(problem.duration, problem.first[:-1])
    place = np.arange(jobs.size) - np.searchsorted(jobs, jobs)
    lengths = np.bincount(jobs, minlength=problem.job_count)
    after = np.cumsum(shortest[::-1])[::-1]
    total = np.concatenate([after, [0]])
    left = after - total[np.searchsorted(jobs, jobs, side="right")]
    orders = (place / lengths[jobs], -left)
    found = [list_schedule(problem, ranks(np.lexsort((place, key)))) for key in orders]
    return min(found, key=problem.cost)
