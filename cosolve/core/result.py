"""What a call of ``solve`` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Generic, NamedTuple, TypeVar

from cosolve.core.problem import Violation

S = TypeVar("S")


@unique
class Status(StrEnum):
    """What is known about the solution."""

    OPTIMAL = "OPTIMAL"
    """A solution was found and proven to be optimal."""
    FEASIBLE = "FEASIBLE"
    """A solution was found."""
    INFEASIBLE = "INFEASIBLE"
    """It is proven that no solution exists."""
    UNBOUNDED = "UNBOUNDED"
    """It is proven that the objective has no finite optimum."""
    UNKNOWN = "UNKNOWN"
    """Nothing was found and nothing was proven."""


@unique
class Limit(StrEnum):
    """What ended the search."""

    TIME = "TIME"
    ITERATIONS = "ITERATIONS"
    TARGET = "TARGET"
    GAP = "GAP"
    STALL = "STALL"
    INTERRUPTED = "INTERRUPTED"


class TracePoint(NamedTuple):
    """One improvement of the incumbent or of the bound."""

    seconds: float
    cost: float | None
    bound: float | None


def relative_gap(cost: float | None, bound: float | None, maximize: bool = False) -> float | None:
    """Return ``(cost - bound) / |cost|``, or None where either is unknown.

    Parameters
    ----------
    cost, bound
        Cost of the incumbent and a valid lower bound.
    maximize
        Whether the bound is an upper one instead.
    """
    if cost is None or bound is None:
        return None
    if cost == bound:
        return 0.0
    above = bound - cost if maximize else cost - bound
    return max(0.0, above) / abs(cost) if cost else float("inf")


@dataclass(frozen=True, slots=True)
class Result(Generic[S]):
    """A solution, what is proven about it, and how it was found.

    Parameters
    ----------
    solution
        The best solution found, or None.
    cost
        Its objective value, recomputed independently of the solver; None without a solution.
    bound
        A *valid* lower bound on the cost of every solution, an upper one where it is maximized, or
        None where none was computed.
    status
        What is known about the solution.
    limit
        What stopped the search; None if it ended by itself.
    trace
        The improvements, in order of time.
    solver
        Name of the method that ran.
    seed, threads
        As asked for.
    runtime
        Wall seconds of the whole call.
    iterations
        Iterations of the solver, in its own unit.
    versions
        Versions of cosolve and of what it used.
    notes
        Remarks for the user, such as a time limit too short for the method asked for.
    attempt
        Where no solution was found and some solvers have one, what comes closest to one.
    violations
        Why `attempt` is no solution.
    maximize
        Whether the problem is maximized; cost, bound and trace are in the sense of the problem.
    """

    solution: S | None
    cost: float | None
    bound: float | None
    status: Status
    limit: Limit | None
    trace: tuple[TracePoint, ...]
    solver: str
    seed: int
    threads: int
    runtime: float
    iterations: int
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    attempt: S | None = None
    violations: tuple[Violation, ...] = ()
    maximize: bool = False

    @property
    def gap(self) -> float | None:
        """Relative gap between cost and bound, as a fraction of the cost."""
        return relative_gap(self.cost, self.bound, self.maximize)
