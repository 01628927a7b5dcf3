"""Why a mixed-integer program has no solution: an irreducible infeasible subset of its limits.

What can be dropped are rows and bounds of columns; that integers are whole stays. The filter
deletes groups of limits as long as the rest is infeasible, halving a group that is needed
(Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA
Journal on Computing 3, 1991; with groups, as Junker, "QuickXplain", AAAI 2004). If the relaxation
is infeasible already, all of that is first done with it.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cosolve.core import Run, Status
from cosolve.exact.mip_session import Answer, Ending, Request, Session
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import FEASIBILITY, INTEGRALITY, MIP, BoolArray, IndexArray, Values

_PATIENCE = 10.0  # a subset may take this many times as long as the longest proof so far
_LEAST_S = 2.0  # and at least that


class Bound(NamedTuple):
    """A bound of a column.

    Parameters
    ----------
    column
        Its number.
    side
        ``"lower"`` or ``"upper"``.
    value
        The bound.
    """

    column: int
    side: str
    value: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows and bounds that have no common solution in whole numbers.

    Parameters
    ----------
    rows
        Numbers of rows, ascending.
    bounds
        Bounds of columns.
    irreducible
        Whether it is shown that without any one of them there is a solution; False if time ran
        out, or a subset could not be decided.
    relaxed
        Whether they exclude each other even if no column has to be a whole number.
    """

    rows: tuple[int, ...]
    bounds: tuple[Bound, ...]
    irreducible: bool
    relaxed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about the feasibility of a program.

    Parameters
    ----------
    status
        INFEASIBLE, with a conflict; FEASIBLE, with a solution; or UNKNOWN.
    conflict
        Why there is no solution.
    solution
        A solution.
    """

    status: Status
    conflict: Conflict | None = None
    solution: Values | None = None


def explain(problem: MIP, run: Run, *, backend: str = "highs") -> Explanation:
    """Find out whether a program has a solution, and if not, why.

    Parameters
    ----------
    problem
        The program.
    run
        Limits, seed and threads. When they end it early, the conflict is infeasible still, but
        perhaps not irreducible.
    backend
        Solves the programs that arise; see ``cosolve.exact.mip_backend``.

    Returns
    -------
    Explanation
        Proofs are the back-end's and hold within its tolerances.

    Raises
    ------
    BackendMissing, BackendError
        If the back-end is not installed or fails.
    """
    crossed = _crossed(problem)
    if crossed is not None:
        return Explanation(Status.INFEASIBLE, crossed)
    elastic = _Elastic(problem)
    with Session(elastic.program, backend, threads=run.threads, seed=run.seed) as session:
        return _explained(problem, elastic, session, run)


def verify(problem: MIP, conflict: Conflict, run: Run, *, backend: str = "scip") -> bool | None:
    """Check a conflict with a back-end: infeasible, and feasible without any one of its members.

    Parameters
    ----------
    problem
        The program it was found in.
    conflict
        What to check.
    run
        Limits.
    backend
        Preferably another one than it was found with.

    Returns
    -------
    bool or None
        None if a limit ended it.
    """
    elastic = _Elastic(problem)
    active = elastic.members_of(conflict)
    with Session(elastic.program, backend, seed=run.seed) as session:
        for dropped in (None, *np.flatnonzero(active).tolist()):
            trial = active.copy()
            if dropped is not None:
                trial[dropped] = False
            answer = session.solve(elastic.request(trial, float("inf")), run)
            if answer.ending != Ending.INFEASIBLE and answer.values is None:
                return None
            if (answer.ending == Ending.INFEASIBLE) != (dropped is None):
                return False
    return True


def _explained(problem: MIP, elastic: _Elastic, session: Session, run: Run) -> Explanation:
    everything = np.ones(elastic.size, dtype=bool)
    relaxed = _Filter(elastic, session, run, relaxed=True)
    if relaxed.infeasible(everything, run.remaining):
        active = relaxed.reduce(everything)
        # Without one of them the relaxation has a solution, but perhaps not in whole numbers.
        whole = _Filter(elastic, session, run)
        if problem.integer.any():
            active = whole.reduce(active)
        complete = relaxed.complete and whole.complete
        still = not problem.integer.any() or bool(
            relaxed.infeasible(active, max(_LEAST_S, run.remaining))
        )
        return _infeasible(elastic, active, complete, relaxed=still)
    whole = _Filter(elastic, session, run)
    answer = whole.solve(everything, run.remaining)
    if answer.values is not None:
        solution = Values(answer.values[: problem.size])
        if not problem.check(solution):
            return Explanation(Status.FEASIBLE, solution=solution)
    if answer.ending != Ending.INFEASIBLE:
        return Explanation(Status.UNKNOWN)
    active = whole.reduce(everything)
    return _infeasible(elastic, active, whole.complete, relaxed=False)


def _infeasible(
    elastic: _Elastic, active: BoolArray, irreducible: bool, *, relaxed: bool
) -> Explanation:
    rows, bounds = elastic.named(active)
    return Explanation(Status.INFEASIBLE, Conflict(rows, bounds, irreducible, relaxed))


def _crossed(problem: MIP) -> Conflict | None:
    """Return a row or a column whose own limits exclude each other."""
    slack = 2 * FEASIBILITY
    for r in np.flatnonzero(problem.row_lower > problem.row_upper).tolist():
        low, high = problem.row_lower[r], problem.row_upper[r]
        if low - high > slack * max(1.0, abs(low), abs(high)):
            return Conflict((r,), (), True, True)
    lower, upper = problem.lower, problem.upper
    empty = problem.integer & (np.ceil(lower - INTEGRALITY) > np.floor(upper + INTEGRALITY))
    for j in np.flatnonzero(empty | (lower > upper)).tolist():
        wide = lower[j] - upper[j] > slack * max(1.0, abs(lower[j]), abs(upper[j]))
        if wide or empty[j]:
            bounds = Bound(j, "lower", float(lower[j])), Bound(j, "upper", float(upper[j]))
            return Conflict((), bounds, True, wide)
    return None


class _Elastic:
    """A program whose limits can all be dropped by the bounds of a request.

    Every row gets a column of its own, which is 0 while the row holds and free when it is dropped.
    Members are numbered: rows, then finite lower bounds, then finite upper bounds.
    """

    def __init__(self, problem: MIP) -> None:
        n, m = problem.size, problem.row_count
        self._problem = problem
        self._lower = np.flatnonzero(np.isfinite(problem.lower))
        self._upper = np.flatnonzero(np.isfinite(problem.upper))
        self.size = m + len(self._lower) + len(self._upper)
        ends = problem.indptr[1:]
        self.program = MIP(
            np.zeros(n + m),
            problem.indptr + np.arange(m + 1),
            np.insert(problem.indices, ends, n + np.arange(m)),
            np.insert(problem.coefficients, ends, 1.0),
            problem.row_lower,
            problem.row_upper,
            lower=np.full(n + m, -np.inf),
            upper=np.full(n + m, np.inf),
            integer=np.concatenate([problem.integer, np.zeros(m, dtype=bool)]),
            name=problem.name,
        )

    def request(self, active: BoolArray, seconds: float, *, relaxed: bool = False) -> Request:
        """Ask whether the active members have a common solution."""
        n, m = self._problem.size, self._problem.row_count
        lower, upper = np.full(n + m, -np.inf), np.full(n + m, np.inf)
        holding = n + np.flatnonzero(active[:m])
        lower[holding] = upper[holding] = 0.0
        low, high = np.split(active[m:], [len(self._lower)])
        lower[self._lower[low]] = self._problem.lower[self._lower[low]]
        upper[self._upper[high]] = self._problem.upper[self._upper[high]]
        return Request(
            lower=lower,
            upper=upper,
            relaxed=relaxed,
            seconds=seconds,
            solutions=1,
            emphasis="default",
        )

    def named(self, active: BoolArray) -> tuple[tuple[int, ...], tuple[Bound, ...]]:
        """Return the rows and bounds that are active."""
        m = self._problem.row_count
        low, high = np.split(active[m:], [len(self._lower)])
        found = [Bound(j, "lower", float(self._problem.lower[j])) for j in self._lower[low]]
        found += [Bound(j, "upper", float(self._problem.upper[j])) for j in self._upper[high]]
        bounds = tuple(Bound(int(b.column), b.side, b.value) for b in sorted(found))
        return tuple(np.flatnonzero(active[:m]).tolist()), bounds

    def members_of(self, conflict: Conflict) -> BoolArray:
        """Activate what a conflict has."""
        m = self._problem.row_count
        active = np.zeros(self.size, dtype=bool)
        active[list(conflict.rows)] = True
        low = [b.column for b in conflict.bounds if b.side == "lower"]
        high = [b.column for b in conflict.bounds if b.side == "upper"]
        active[m : m + len(self._lower)] = np.isin(self._lower, low)
        active[m + len(self._lower) :] = np.isin(self._upper, high)
        return active

    def idle(self, active: BoolArray) -> IndexArray:
        """Return the active bounds of columns that are in no active row."""
        problem, m = self._problem, self._problem.row_count
        holding = np.repeat(active[:m], np.diff(problem.indptr))
        used = np.zeros(problem.size, dtype=bool)
        used[problem.indices[holding & (problem.coefficients != 0)]] = True
        columns = np.concatenate([self._lower, self._upper])
        return m + np.flatnonzero(active[m:] & ~used[columns])


class _Filter:
    """Deletes members while the rest is infeasible."""

    def __init__(
        self, elastic: _Elastic, session: Session, run: Run, *, relaxed: bool = False
    ) -> None:
        self._elastic = elastic
        self._session = session
        self._run = run
        self._relaxed = relaxed
        self._longest_s = 0.0  # of a proof
        self.complete = True
        """Whether every subset was decided."""

    def solve(self, active: BoolArray, seconds: float) -> Answer:
        """Look for a common solution of the active members."""
        began_s = time.perf_counter()
        request = self._elastic.request(active, seconds, relaxed=self._relaxed)
        answer = self._session.solve(request, self._run)
        self._run.report(iterations=1, phase="explain")
        if answer.ending == Ending.INFEASIBLE:
            self._longest_s = max(self._longest_s, time.perf_counter() - began_s)
        return answer

    def infeasible(self, active: BoolArray, seconds: float) -> bool | None:
        """Return whether the active members have no common solution; None if undecided."""
        answer = self.solve(active, seconds)
        if answer.ending == Ending.INFEASIBLE:
            return True
        # The relaxation has values, a program with whole numbers a solution.
        found = answer.ending in (Ending.OPTIMAL, Ending.UNBOUNDED) or answer.values is not None
        return False if found else None

    def reduce(self, active: BoolArray) -> BoolArray:
        """Return what is left of an infeasible set when nothing more can be deleted."""
        active = active.copy()
        rows = np.arange(self._elastic.program.row_count)
        self._shrink(active, rows[active[rows]], needed=False)
        idle = self._elastic.idle(active)
        self._shrink(active, idle, needed=False)
        bounds = np.flatnonzero(active)
        self._shrink(active, bounds[bounds >= len(rows)], needed=False)
        return active

    def _shrink(self, active: BoolArray, group: IndexArray, *, needed: bool) -> None:
        """Delete what can be deleted of a group; `needed` if it is known not to be all of it."""
        if not group.size:
            return
        if not needed:
            deletable = self._deletable(active, group)
            if deletable:
                active[group] = False
                return
            needed = deletable is False
        if group.size == 1:
            self.complete &= needed
            return
        first, second = np.array_split(group, 2)
        self._shrink(active, first, needed=False)
        # If the first half went, what made the whole group needed is in the second.
        self._shrink(active, second, needed=needed and not active[first].any())

    def _deletable(self, active: BoolArray, group: IndexArray) -> bool | None:
        """Return whether the rest is infeasible without a group; None if undecided."""
        if self._run.limit() is not None:
            return None
        trial = active.copy()
        trial[group] = False
        seconds = min(self._run.remaining, max(_LEAST_S, _PATIENCE * self._longest_s))
        return self.infeasible(trial, seconds)


def subset(problem: MIP, conflict: Conflict) -> MIP:
    """Return the program that has the rows and bounds of a conflict alone.

    Parameters
    ----------
    problem
        The program.
    conflict
        Of that program.
    """
    low = [b.column for b in conflict.bounds if b.side == "lower"]
    high = [b.column for b in conflict.bounds if b.side == "upper"]
    lower: FloatArray = np.full(problem.size, -np.inf)
    upper: FloatArray = np.full(problem.size, np.inf)
    lower[low], upper[high] = problem.lower[low], problem.upper[high]
    holds = np.zeros(problem.row_count, dtype=bool)
    holds[list(conflict.rows)] = True
    return dataclasses.replace(
        problem,
        row_lower=np.where(holds, problem.row_lower, -np.inf),
        row_upper=np.where(holds, problem.row_upper, np.inf),
        lower=lower,
        upper=upper,
    )
