"""Why a mixed-integer program has no solution: an irreducible infeasible subset of its limits.

What can be dropped are rows and bounds of columns; that integers are whole stays. The filter
deletes groups of limits as long as the rest is infeasible, halving a group that is needed
(Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA
Journal on Computing 3, 1991; with groups, as Junker, "QuickXplain", AAAI 2004). If the relaxation
is infeasible already, all of that is first done with it; if not, a back-end that finds conflicts
rows itself goes first, because such proofs take long one by one.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import numpy as np

from cosolve.core import BackendError, Part, Run, Status
from cosolve.exact.mip_backend import Backend, ConflictTask, first_installed
from cosolve.exact.mip_backend import backend as find_backend
from cosolve.exact.mip_conflict import Bound, Conflict, Elastic
from cosolve.exact.mip_session import Answer, Ending, Session
from cosolve.exact.worker import run_in_worker
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import FEASIBILITY, INTEGRALITY, MIP, BoolArray, IndexArray, Values

_PATIENCE = 10.0  # a subset may take this many times as long as the longest proof so far
_LEAST_S = 2.0  # and at least that
_FINDER_SHARE = 0.6  # of the time left, for a back-end that finds conflicts itself
_RELAXED, _WHOLE = ("highs", "scip"), ("scip", "highs")  # the first that is installed


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


def explain(problem: MIP, run: Run, *, backend: str | None = None) -> Explanation:
    """Find out whether a program has a solution, and if not, why.

    Parameters
    ----------
    problem
        The program.
    run
        Limits, seed and threads. When they end it early, the conflict is infeasible still, but
        perhaps not irreducible.
    backend
        Solves the programs that arise, and finds conflicts itself if it can; see
        ``cosolve.exact.mip_backend``. None: each as well as what is installed can.

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
    elastic = Elastic(problem)
    relaxing, whole = (backend or first_installed(names, problem) for names in (_RELAXED, _WHOLE))
    with (
        Session(elastic.program, relaxing, threads=run.threads, seed=run.seed) as relaxations,
        Session(elastic.program, whole, threads=run.threads, seed=run.seed) as programs,
    ):
        relaxed = _Filter(elastic, relaxations, run, relaxed=True)
        finder = find_backend(whole)
        return _explained(problem, elastic, relaxed, _Filter(elastic, programs, run), finder)


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
    elastic = Elastic(problem)
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


def _explained(
    problem: MIP, elastic: Elastic, relaxed: _Filter, whole: _Filter, finder: Backend
) -> Explanation:
    run = whole.run
    everything = np.ones(elastic.size, dtype=bool)
    if relaxed.infeasible(everything, run.remaining):
        active = relaxed.reduce(everything)
        # Without one of them the relaxation has a solution, but perhaps not in whole numbers.
        if problem.integer.any():
            active = whole.reduce(active)
        complete = relaxed.complete and whole.complete
        still = not problem.integer.any() or bool(
            relaxed.infeasible(active, max(_LEAST_S, run.remaining))
        )
        return _infeasible(elastic, active, complete, relaxed=still)
    answer = whole.solve(everything, run.remaining)
    if answer.values is not None:
        solution = Values(answer.values[: problem.size])
        if not problem.check(solution):
            return Explanation(Status.FEASIBLE, solution=solution)
    if answer.ending != Ending.INFEASIBLE:
        return Explanation(Status.UNKNOWN)
    rows = _rows_found(problem, run, finder)
    active = everything
    if rows is not None:
        active = np.concatenate([rows, everything[problem.row_count :]])
        if not whole.infeasible(active, run.remaining):
            rows, active = None, everything
    # Rows that are all needed beside all bounds are needed beside fewer, too.
    active = whole.reduce(active, rows_needed=rows is not None)
    return _infeasible(elastic, active, whole.complete, relaxed=False)


def _rows_found(problem: MIP, run: Run, finder: Backend) -> BoolArray | None:
    """Ask a back-end for rows that are irreducible, if it finds such itself."""
    if finder.conflicts is None or run.limit() is not None:
        return None
    part = Part(run, seconds=_FINDER_SHARE * run.remaining)
    task = ConflictTask(problem, part.remaining, run.seed)
    try:
        found: IndexArray | None = run_in_worker(
            finder.conflicts, task, part, on_message=lambda _: None, package=finder.package
        )
    except BackendError:  # the filter does without
        return None
    return None if found is None else np.isin(np.arange(problem.row_count), found)


def _infeasible(
    elastic: Elastic, active: BoolArray, irreducible: bool, *, relaxed: bool
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


class _Filter:
    """Deletes members while the rest is infeasible."""

    def __init__(
        self, elastic: Elastic, session: Session, run: Run, *, relaxed: bool = False
    ) -> None:
        self._elastic = elastic
        self._session = session
        self.run = run
        self._relaxed = relaxed
        self._longest_s = 0.0  # of a proof
        self.complete = True
        """Whether every subset was decided."""

    def solve(self, active: BoolArray, seconds: float) -> Answer:
        """Look for a common solution of the active members."""
        began_s = time.perf_counter()
        request = self._elastic.request(active, seconds, relaxed=self._relaxed)
        answer = self._session.solve(request, self.run)
        self.run.report(iterations=1, phase="explain")
        if answer.ending == Ending.INFEASIBLE:
            self._longest_s = max(self._longest_s, time.perf_counter() - began_s)
        return answer

    def infeasible(self, active: BoolArray, seconds: float) -> bool | None:
        """Return whether the active members have no common solution; None if undecided."""
        try:
            answer = self.solve(active, seconds)
        except BackendError:  # what is known already is not lost with one proof
            return None
        if answer.ending == Ending.INFEASIBLE:
            return True
        # The relaxation has values, a program with whole numbers a solution.
        found = answer.ending in (Ending.OPTIMAL, Ending.UNBOUNDED) or answer.values is not None
        return False if found else None

    def reduce(self, active: BoolArray, *, rows_needed: bool = False) -> BoolArray:
        """Return what is left of an infeasible set when nothing more can be deleted."""
        active = active.copy()
        rows = np.arange(self._elastic.program.row_count)
        if not rows_needed:
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
        if self.run.limit() is not None:
            return None
        trial = active.copy()
        trial[group] = False
        seconds = min(self.run.remaining, max(_LEAST_S, _PATIENCE * self._longest_s))
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
    low, high = conflict.columns("lower"), conflict.columns("upper")
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
