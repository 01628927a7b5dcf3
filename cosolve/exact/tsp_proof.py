"""Prove that a tour is the shortest, by branch and cut in a worker process."""

from __future__ import annotations

import time
from collections.abc import Callable

from cosolve.core import BackendError, Outcome, Run
from cosolve.exact.tsp_program import PACKAGE
from cosolve.exact.tsp_worker import Found, Proof, Task
from cosolve.exact.worker import run_in_worker
from cosolve.problems import TSP, Tour

_PROVE = "cosolve.exact.tsp_worker:prove"
_LONGEST_S = 1e9


def prove_tour(problem: TSP, run: Run, start: Tour) -> Outcome[Tour]:
    """Prove that no tour is shorter than one, or find a shorter one and prove that.

    Linear programs over candidate edges are tightened with subtour elimination constraints,
    blossoms [1]_ and combs [2]_; edges too dear for a better tour are excluded [3]_, and a search
    tree settles the rest. What is pruned, excluded or told as a bound follows from dual values
    by arithmetic with whole numbers, over all edges of the complete graph: rounding errors of the
    linear programs prove nothing.

    Parameters
    ----------
    problem
        A symmetric problem of at least 5 nodes.
    run
        Limits; told bounds and better tours. An iteration is a node of the search tree.
    start
        A feasible tour, the better the faster the proof.

    Returns
    -------
    Outcome
        The best tour known, and whether it is proven to be optimal; a note if the worker died.

    Raises
    ------
    BackendMissing
        If HiGHS is not installed.

    References
    ----------
    .. [1] M. W. Padberg, M. R. Rao, "Odd minimum cut-sets and b-matchings", Mathematics of
       Operations Research 7 (1982).
    .. [2] M. Padberg, G. Rinaldi, "A branch-and-cut algorithm for the resolution of large-scale
       symmetric traveling salesman problems", SIAM Review 33 (1991).
    .. [3] D. L. Applegate, R. E. Bixby, V. Chvátal, W. J. Cook, "The Traveling Salesman Problem: A
       Computational Study", Princeton University Press (2006).
    """
    best, best_cost = start, problem.cost(start)
    run.report(best_cost, phase="cuts")

    def hear(found: Found) -> None:
        nonlocal best, best_cost
        if found.tour is not None:
            cost = problem.cost(found.tour)
            if cost < best_cost:
                best, best_cost = found.tour, cost
        run.report(
            best_cost, bound=min(found.bound, best_cost), iterations=found.nodes, phase=found.phase
        )

    task = Task(
        problem,
        start,
        None,
        time.time() + min(run.remaining, _LONGEST_S),
        run.remaining_iterations,
        run.seed,
    )
    try:
        proof = in_worker(task, run, hear)
    except BackendError as error:  # the tour is not lost with the worker
        return Outcome(best, bound=run.bound, notes=(f"the proof broke off: {error}",))
    return Outcome(best, bound=run.bound, optimal=proof is not None and proof.optimal)


def in_worker(task: Task, run: Run, hear: Callable[[Found], None]) -> Proof | None:
    """Work on a proof in a process of its own, as long as a run allows.

    Parameters
    ----------
    task
        What to prove.
    run
        Its limits and targets.
    hear
        Hears all news.

    Returns
    -------
    Proof or None
        None if a limit ended it.

    Raises
    ------
    BackendMissing
        If HiGHS is not installed.
    """
    limited = _Limited(run)
    answer: Proof | None = run_in_worker(_PROVE, task, limited, on_message=hear, package=PACKAGE)
    return answer


class _Limited(Run):
    """The run of the worker, which targets end, too."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.stop, reserve=run.reserve, started=run.started)
        self.interrupted = run.interrupted
        self._run = run

    @property
    def remaining(self) -> float:
        stop = self._run.stop
        goals = stop.target_cost, stop.target_gap, stop.stall
        if any(goal is not None for goal in goals) and self._run.limit() is not None:
            return 0.0
        return super().remaining
