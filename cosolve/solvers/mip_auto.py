"""What ``auto`` does with mixed-integer programs: an exact back-end and a search, side by side.

The exact back-end keeps the bound and finds out whether the program is easy; the search improves
what it finds, and gives it back. With one thread they take turns: the process of the exact back-end
is stopped where it is while the search has its turn, and nothing of its tree is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosolve.core import Limit, Outcome, Run
from cosolve.exact.mip_backend import first_installed
from cosolve.exact.mip_background import Background
from cosolve.exact.mip_request import Answer, Ending
from cosolve.exact.mip_session import Session
from cosolve.problems.mip import MIP, Values
from cosolve.solvers.alns import Alns
from cosolve.solvers.alns_search import AlnsSearch

if TYPE_CHECKING:
    from cosolve.problems.metrics import FloatArray

_EXACT = ("scip", "highs")  # keep the bound; the first that is installed
_SEARCHING = ("highs", "scip")  # solve neighborhoods
_LEAP_S = 0.03  # of local search before the process of the exact back-end is started
_IDLE_S = 0.25  # for which one thread leaves its core to that: most are there by then
_START = 0.25  # share of the time that one thread waits at most for a process to start
_GLANCE = 0.01  # share of the time that one thread gives to the exact back-end at once
_GLANCE_S = (0.3, 2.0)  # at least and at most
_FIRST = 0.05  # share of the time that one thread gives to the exact back-end first
_LOOK = 0.12  # share of the time that the back-end of the search gets for the whole program
_FIRST_S = (1.0, 60.0)  # for either, at least and at most: a process has to be started
_SHARE = 0.3  # of the time that the exact back-end gets in all
_SHARE_STALLED = 0.85  # likewise, where the search finds nothing
_SHARE_EMPTY = 0.67  # likewise, where there is no solution: then nothing but looks is left to do
_STALLED = 0.15  # of the time without a better solution
_TURN = 0.04  # of the time: a turn of the exact back-end
_TURN_S = (0.2, 5.0)  # at least and at most
_UNLIMITED_S = 60.0  # what shares are of where there is no time limit
_POLL_S = 0.05
_ROUNDING = 1e-9  # relative


def solve_mip(problem: MIP, run: Run, start: Values | None = None) -> Outcome[Values]:
    """Solve with an exact back-end and a search that help each other.

    Parameters
    ----------
    problem
        Any program.
    run
        Clock, limits, seed and threads. Where the number of iterations is limited, the search runs
        alone, so that the result does not depend on the clock.
    start
        A solution to begin with.

    Raises
    ------
    BackendMissing
        If no back-end is installed.
    BackendError
        If the back-ends failed before there was a result.
    """
    searching = Alns(backend=first_installed(_SEARCHING, problem))
    if run.stop.iterations is not None:
        return searching.run(problem, run, start=start)
    exact = Background(problem, first_installed(_EXACT, problem), run)
    with Session(problem, searching.backend, threads=max(1, run.threads - 1), seed=run.seed) as own:
        search = AlnsSearch(problem, own, _Joint(run, exact), searching.settings())
        if start is not None:
            search.offer(start.values)
        return _Portfolio(search, exact, run).solve(searching.jump_share)


class _Portfolio:
    """Lets an exact back-end and a search take turns, or work side by side."""

    def __init__(self, search: AlnsSearch, exact: Background, run: Run) -> None:
        self._search = search
        self._exact = exact
        self._run = run
        self._alone = run.threads == 1
        whole_s = min(run.remaining, 1e6)
        self._whole_s = whole_s if run.stop.time_limit is not None else _UNLIMITED_S
        self._turn_s = _within(_TURN * self._whole_s, _TURN_S)
        self._look_s = _within(_LOOK * self._whole_s, _FIRST_S)
        self._verdict: Ending | None = None
        self._given_s = 0.0  # to the exact back-end
        self._began_s = run.elapsed
        self._improved_s = run.elapsed
        exact.on_values = self._hear

    def solve(self, jump_share: float) -> Outcome[Values]:
        """Search locally for a share of the time, then work until it is solved or time is over."""
        jump_s = jump_share * self._whole_s
        self._search.leap(min(jump_s, _LEAP_S))
        self._exact.open()
        try:
            self._wait_for_process(jump_s)
            self._exact.begin(self._search.best)
            if self._alone and self._open():
                self._turn(_within(_GLANCE * self._whole_s, _GLANCE_S))
            self._rest()
            self._search.jump(jump_s)
            self._search.polish()
            if self._open():
                self._look()
            if self._alone and self._open():
                self._turn(_within(_FIRST * self._whole_s, _FIRST_S))
            self._improved_s = self._run.elapsed  # the search has not begun before
            while self._open():
                if self._due():
                    self._turn(self._turn_s)
                elif self._search.best is None:
                    self._look()
                elif not self._step():
                    if self._exact.over:
                        break
                    self._turn(self._run.remaining)  # there is nothing else to do
        finally:
            self._exact.end()
        return self._outcome()

    def _wait_for_process(self, seconds: float) -> None:
        """Wait for the process of the exact back-end, after a while by searching locally."""
        began_s = self._run.elapsed
        until_s = began_s + _START * self._whole_s
        while self._open() and not self._exact.opened and self._run.elapsed < until_s:
            spent_s = self._run.elapsed - began_s
            idle = spent_s >= seconds or (self._alone and spent_s < _IDLE_S)
            if idle or not self._search.leap(_POLL_S):
                self._exact.wait(_POLL_S)

    def _rest(self) -> None:
        """Stop the exact back-end where there is but one thread."""
        if self._alone:
            self._exact.pause()

    def _open(self) -> bool:
        """Whether anything is left to be found out, and time for it."""
        known = self._exact.solved or self._search.exhausted or self._verdict is not None
        return self._run.limit() is None and not known

    def _look(self) -> None:
        """Solve the program with the back-end of the search: it may be easy for that one."""
        self._rest()
        before = self._search.cost
        answer = self._search.look(self._look_s)
        if self._search.cost < before:
            self._improved_s = self._run.elapsed
        self._look_s *= 2
        nothing = self._search.best is None and answer.ending is Ending.INFEASIBLE
        if nothing or answer.ending is Ending.UNBOUNDED:
            self._verdict = answer.ending
        self._exact.deliver(self._run)

    def _step(self) -> bool:
        """Search one neighborhood."""
        self._rest()
        before = self._search.cost
        searched = self._search.step()
        if self._search.cost < before and self._search.best is not None:
            self._improved_s = self._run.elapsed
            self._exact.inject(self._search.best)
        self._exact.deliver(self._run)
        return searched

    def _due(self) -> bool:
        """Whether it is the turn of the exact back-end."""
        if not self._alone or self._exact.over:
            return False
        now_s = self._run.elapsed
        stalled = now_s - self._improved_s > _STALLED * self._whole_s
        share = _SHARE_STALLED if stalled else _SHARE
        if self._search.best is None:
            share = _SHARE_EMPTY
        return self._given_s < share * (now_s - self._began_s)

    def _turn(self, seconds: float) -> None:
        """Let the exact back-end work for a while."""
        exact, run = self._exact, self._run
        exact.resume()
        began_s = run.elapsed
        while not exact.over and run.limit() is None and run.elapsed - began_s < seconds:
            exact.wait(min(_POLL_S, seconds))
            exact.deliver(run)
        exact.deliver(run)
        self._given_s += run.elapsed - began_s

    def _outcome(self) -> Outcome[Values]:
        """Put together what is known."""
        exact, run, search = self._exact, self._run, self._search
        exact.deliver(run)
        answer = exact.answer
        verdict = self._verdict if answer is None or not exact.solved else answer.ending
        if verdict is Ending.UNBOUNDED:
            return Outcome(None, unbounded=True)
        if search.best is None:
            if exact.error is not None and verdict is None:
                raise exact.error
            return Outcome(None, run.bound, infeasible=verdict is Ending.INFEASIBLE)
        optimal = verdict is Ending.OPTIMAL and _reaches(answer, search.cost)
        # The bounds of back-ends hold within their tolerances only.
        bound = None if run.bound is None else min(run.bound, search.cost)
        return Outcome(Values(search.best), bound, optimal=optimal)

    def _hear(self, values: FloatArray) -> None:
        if self._search.offer(values):
            self._improved_s = self._run.elapsed


def _within(seconds: float, limits: tuple[float, float]) -> float:
    return min(max(seconds, limits[0]), limits[1])


def _reaches(answer: Answer | None, cost: float) -> bool:
    """Whether the optimum of the back-end is the best known; tolerances may make it worse."""
    if answer is None or answer.cost is None:
        return False
    return answer.cost <= cost + _ROUNDING * max(1.0, abs(cost))


class _Joint(Run):
    """The run of the search: it hears the exact back-end, and ends with it."""

    def __init__(self, run: Run, exact: Background) -> None:
        super().__init__(run.stop, run.seed, run.threads, reserve=run.reserve, started=run.started)
        self.interrupted = run.interrupted
        self._run = run
        self._exact = exact

    def report(
        self,
        cost: float | None = None,
        *,
        bound: float | None = None,
        iterations: int = 0,
        phase: str = "",
    ) -> None:
        """Report to the run of the call."""
        self._run.report(cost, bound=bound, iterations=iterations, phase=phase)
        self.iterations, self.cost = self._run.iterations, self._run.cost

    def limit(self) -> Limit | None:
        """Return the limit that is met; the end of the exact back-end counts as interruption."""
        self._exact.tell_bound(self._run)
        return Limit.INTERRUPTED if self._exact.solved else self._run.limit()
