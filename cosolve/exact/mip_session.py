"""Sessions: one worker process that holds a program and solves variations of it."""

from __future__ import annotations

import dataclasses
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import numpy as np

from cosolve.core import Limit, Run
from cosolve.core.errors import BackendError
from cosolve.exact import backends
from cosolve.exact.mip_backend import Backend, Setup, backend
from cosolve.exact.mip_request import Answer, Ending, News, Request, Row
from cosolve.exact.mip_worker import Ask, Halt, Inject, Order, Told
from cosolve.exact.worker import Worker
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import FEASIBILITY, INTEGRALITY, MIP, IndexArray, Values

__all__ = ["Answer", "Ending", "News", "Request", "Row", "Session"]

_TARGET = "cosolve.exact.mip_worker:serve"
_POLL_S = 0.05  # longest time between two looks at the limits
_GRACE_S = 1.0  # a back-end gets to return after it was asked to
_GRACE_SHARE = 0.25  # of the seconds of a request, if that is more
_LAST_S = 0.1  # past the time limit of a run, for the answer to arrive
_LAST_SHARE = 0.01  # of that limit, if that is more


class Session:
    """A back-end with a program, in a process of its own; a context manager that ends it.

    The process is started by ``open`` or with the first request, and again with the next one after
    it died or had to be killed. One request is solved at a time; ``inject``, ``pause`` and
    ``resume`` may be called from other threads meanwhile.

    Parameters
    ----------
    problem
        The program.
    backend
        Name of a back-end, as in ``cosolve.exact.mip_backend.backend_names()``.
    threads
        Threads it may use.
    seed
        Of its random choices.
    memory_mib
        Memory of the process; unlimited unless given.

    Raises
    ------
    ValueError
        If there is no such back-end, or it does not handle the program.
    """

    def __init__(
        self,
        problem: MIP,
        backend: str,
        *,
        threads: int = 1,
        seed: int = 0,
        memory_mib: int | None = None,
    ) -> None:
        self._backend = _able(backend, problem)
        self.problem = problem
        self._sign = -1.0 if problem.maximize else 1.0
        low, high = _uncrossed(problem.row_lower, problem.row_upper)
        if (problem.row_lower > problem.row_upper).any() and (low <= high).all():
            problem = dataclasses.replace(problem, row_lower=low, row_upper=high)
        self._setup = Setup(problem, threads, seed, memory_mib)
        self._impossible = _rows_fail(problem)
        self._worker: Worker | None = None
        self._ready = False
        self._number = 0
        self._busy = False
        self._past_cpu_s = 0.0
        self._lock = threading.Lock()  # of the worker, which other threads send messages to

    def __enter__(self) -> Self:
        """Return the session."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()

    @property
    def cpu_s(self) -> float:
        """CPU seconds used so far, by all processes of the session."""
        worker = self._worker
        return self._past_cpu_s + (0.0 if worker is None else worker.cpu_s)

    def open(self, run: Run) -> bool:
        """Start the process unless it is there, so that the first request need not wait for that.

        Parameters
        ----------
        run
            Its limits and its interruption end the wait.

        Returns
        -------
        bool
            Whether the process is ready.

        Raises
        ------
        BackendMissing
            If the back-end is not installed.
        BackendError
            If its process died.
        """
        with self._failing():
            return not _over(run) and self._start(run, time.monotonic() + run.remaining)

    def close(self) -> None:
        """End the process; a further request starts another."""
        with self._lock:
            worker, self._worker = self._worker, None
            self._ready = False
        if worker is not None:
            self._past_cpu_s += worker.cpu_s
            worker.kill()

    def inject(self, values: FloatArray) -> None:
        """Offer a solution found elsewhere to the request that is being solved.

        Without one, and by back-ends that cannot take it (CP-SAT), it is ignored.

        Parameters
        ----------
        values
            Shape (n,).
        """
        with self._lock:
            if self._worker is not None and self._busy:
                self._worker.send(Inject(self._number, np.array(values, dtype=np.float64)))

    def pause(self) -> None:
        """Stop the process where it is; its clock goes on. A signal: nothing is lost."""
        with self._lock:
            if self._worker is not None:
                self._worker.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        with self._lock:
            if self._worker is not None:
                self._worker.signal(signal.SIGCONT)

    def solve(
        self, request: Request, run: Run, on_news: Callable[[News], None] | None = None
    ) -> Answer:
        """Solve a variation of the program within the limits of a request and of a run.

        All solutions told or returned are feasible by ``MIP.check``, their integers whole numbers
        where that is possible, and their costs computed anew. Bounds are the back-end's: computed
        in floating-point numbers, they hold within its tolerances (about 1e-6), unlike cosolve's
        own. They never exceed the cutoff, so that they hold without it as well, nor the cost of the
        best solution told.

        Parameters
        ----------
        request
            What to solve.
        run
            Its time limit, targets and interruption end the work, too; its limit on iterations is
            the caller's to pass on. Nothing is reported to it.
        on_news
            Told better solutions, bounds and nodes as they come, in this thread.

        Returns
        -------
        Answer
            With the best solution told. If the worker had to be killed, its ending is ``LIMIT``.

        Raises
        ------
        ValueError
            If arrays have the wrong shape or bounds lie outside those of the program.
        BackendMissing
            If the back-end is not installed.
        BackendError
            If it failed or its process died; the next request starts another.
        """
        filled = self._filled(request)
        assert filled.lower is not None
        assert filled.upper is not None
        if (filled.lower > filled.upper).any() or self._impossible:
            return Answer(Ending.INFEASIBLE, None, None, request.cutoff, 0, 0.0)
        if self.problem.size == 0:
            return Answer(Ending.OPTIMAL, np.zeros(0), filled.offset, filled.offset, 0, 0.0)
        best = _Best(self.problem, filled, on_news)
        answer = self._solve(filled, run, best)
        if best.doubtful is not None and not request.relaxed:
            self._repair(filled, run, best)
        return best.answer(answer)

    def _filled(self, request: Request) -> Request:
        """Fill in what a request leaves to the program."""
        problem, n = self.problem, self.problem.size
        lower = _bounds(request.lower, problem.lower, "lower", n)
        upper = _bounds(request.upper, problem.upper, "upper", n)
        if (lower < problem.lower).any() or (upper > problem.upper).any():
            raise ValueError("the bounds of a request must lie within those of the program")
        if not request.relaxed:
            lower = np.where(problem.integer, np.ceil(lower - INTEGRALITY), lower)
            upper = np.where(problem.integer, np.floor(upper + INTEGRALITY), upper)
        objective, offset = request.objective, request.offset
        if objective is None:
            objective, offset = self._sign * problem.objective, self._sign * problem.offset
        lower, upper = _uncrossed(lower, upper)
        for name, array in (("objective", objective), ("start", request.start)):
            if array is not None and np.shape(array) != (n,):
                raise ValueError(f"{name} must have shape ({n},), got {np.shape(array)}")
        # Adding zero turns -0.0 into 0.0.
        return dataclasses.replace(
            request, lower=lower + 0.0, upper=upper + 0.0, objective=objective + 0.0, offset=offset
        )

    def _solve(self, request: Request, run: Run, best: _Best) -> Answer:
        """Have the worker solve a request with everything filled in."""
        end_s = time.monotonic() + run.remaining
        with self._failing():
            if _over(run) or not self._start(run, end_s):
                return _stopped(0.0)
            return self._converse(request, run, end_s, best)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """End the process whatever goes wrong, and name the back-end."""
        try:
            yield
        except BackendError as error:
            self.close()
            words = str(error).removeprefix(f"{_TARGET}: ")
            raise BackendError(f"{self._backend.title}: {words}") from None
        except BaseException:
            self.close()
            raise
        finally:
            self._busy = False

    def _start(self, run: Run, end_s: float) -> bool:
        """Start the worker unless there is one; return whether it is ready in time."""
        if self._worker is None:
            setup = self._setup
            order = Order(self._backend.name, tuple(backends.__path__), setup)
            package = self._backend.package
            self._worker = Worker(_TARGET, order, package=package, memory_mib=setup.memory_mib)
        while not self._ready:
            if _over(run) or time.monotonic() >= end_s:
                return False
            message = self._worker.receive(_POLL_S)
            self._ready = message is not None
        return True

    def _converse(self, request: Request, run: Run, end_s: float, best: _Best) -> Answer:
        worker = self._worker
        assert worker is not None
        used_s = worker.cpu_s
        began_s = time.monotonic()
        tree_s = min(end_s, began_s + request.seconds)
        until_s = max(tree_s, min(end_s, began_s + request.root_seconds))
        with self._lock:
            self._number += 1
            self._busy = True
            worker.send(Ask(self._number, request, until_s))
        last_s = end_s + max(_LAST_S, _LAST_SHARE * (run.stop.time_limit or 0.0))
        grace_s = _GRACE_S
        if math.isfinite(request.seconds):
            grace_s = max(grace_s, _GRACE_SHARE * request.seconds)
        kill_s = math.inf
        while True:
            now_s = time.monotonic()
            enough_s = tree_s if best.branched else until_s
            if kill_s == math.inf and (now_s >= enough_s or _over(run)):
                worker.send(Halt(self._number))
                kill_s = min(now_s + grace_s, last_s)
            wait_s = min(_POLL_S, (enough_s if kill_s == math.inf else kill_s) - now_s)
            told = worker.receive(wait_s)
            if told is not None:
                content = self._content(told[0])
                if isinstance(content, Answer):
                    return content
                if content is not None:
                    best.hear(content)
            elif now_s >= kill_s:
                used_s = worker.cpu_s - used_s
                self.close()
                return _stopped(used_s)

    def _content(self, told: Told) -> News | Answer | None:
        """Return what is told of the request at hand, or None if it is of another."""
        return told.content if told.number == self._number else None

    def _repair(self, request: Request, run: Run, best: _Best) -> None:
        """Fix the integers of the best solution that was not accepted, and solve for the others."""
        lower, upper = request.lower, request.upper
        assert lower is not None
        assert upper is not None
        whole = np.clip(best.whole(), lower, upper)
        fixed = self.problem.integer
        again = dataclasses.replace(
            request,
            lower=np.where(fixed, whole, lower),
            upper=np.where(fixed, whole, upper),
            relaxed=True,
            start=None,
            seconds=max(_GRACE_S, 0.1 * request.seconds),
        )
        answer = self._solve(again, run, _Best(self.problem, again, None))
        if answer.ending == Ending.OPTIMAL and answer.values is not None:
            best.hear(News(answer.values, answer.cost, None, 0))


class _Best:
    """The best solution of a request that the checker accepts."""

    def __init__(
        self, problem: MIP, request: Request, on_news: Callable[[News], None] | None
    ) -> None:
        self._problem = problem
        self._request = request
        self._on_news = on_news
        self._values: FloatArray | None = None
        self._cost = math.inf
        self._bound = -math.inf
        self._nodes = 0
        self.doubtful: FloatArray | None = None
        """The best solution that was not accepted, if it claims to be better than the best."""
        self._doubtful_cost = math.inf

    @property
    def branched(self) -> bool:
        """Whether the search tree has more than its root."""
        return self._nodes > 1

    def whole(self) -> FloatArray:
        """Round the doubtful solution."""
        assert self.doubtful is not None
        return np.where(self._problem.integer, np.rint(self.doubtful), self.doubtful)

    def hear(self, news: News) -> None:
        values, cost = None, None
        if news.values is not None:
            values = self._accepted(news.values)
            if values is not None:
                cost = self._price(values)
                if cost < self._cost:
                    self._values, self._cost = values, cost
                else:
                    values, cost = None, None
            elif self._price(news.values) < min(self._cost, self._doubtful_cost):
                self.doubtful, self._doubtful_cost = news.values, self._price(news.values)
        if self._doubtful_cost >= self._cost:
            self.doubtful, self._doubtful_cost = None, math.inf
        self._nodes += news.nodes
        if news.bound is not None:
            self._bound = max(self._bound, news.bound)
        if self._on_news is not None and (values is not None or news.values is None):
            self._on_news(News(values, cost, self._capped(), news.nodes))

    def answer(self, answer: Answer) -> Answer:
        """Complete the answer of the worker with what was accepted."""
        if answer.bound is not None:
            self._bound = max(self._bound, answer.bound)
        ending, cutoff = answer.ending, self._request.cutoff
        if self._request.relaxed:
            return answer._replace(bound=self._capped(answer.cost))
        if ending == Ending.INFEASIBLE and cutoff is not None and self._values is None:
            self._bound = cutoff
        if ending == Ending.INFEASIBLE and self._values is not None:
            # Nothing below what it was given to begin with.
            ending = Ending.OPTIMAL
        if ending == Ending.OPTIMAL and self._values is None:
            ending = Ending.LIMIT  # its solution was not accepted
        return answer._replace(
            ending=ending,
            values=self._values,
            cost=None if self._values is None else self._cost,
            bound=self._capped(),
            nodes=max(answer.nodes, self._nodes),
        )

    def _capped(self, cost: float | None = None) -> float | None:
        cutoff = self._request.cutoff
        limits = [self._cost, *(limit for limit in (cost, cutoff) if limit is not None)]
        return min(self._bound, *limits) if math.isfinite(self._bound) else None

    def _price(self, values: FloatArray) -> float:
        assert self._request.objective is not None
        return math.fsum(self._request.objective * values) + self._request.offset

    def _accepted(self, values: FloatArray) -> FloatArray | None:
        """Return the solution, rounded if that leaves it feasible; None if it is not."""
        problem = self._problem
        if values.shape != (problem.size,) or not np.isfinite(values).all():
            return None
        near = np.clip(values, self._request.lower, self._request.upper)
        for candidate in (np.where(problem.integer, np.rint(near), near), near, values):
            if not problem.check(Values(candidate)):
                return candidate + 0.0
        return None


def _able(name: str, problem: MIP) -> Backend:
    found = backend(name)
    reason = found.refuses(problem)
    if reason is not None:
        raise ValueError(f"{found.title} cannot solve {problem.name}: {reason}")
    return found


def _bounds(given: FloatArray | None, default: FloatArray, name: str, n: int) -> FloatArray:
    if given is None:
        return default
    bounds = np.asarray(given, dtype=np.float64)
    if bounds.shape != (n,) or np.isnan(bounds).any():
        raise ValueError(f"{name} must be {n} numbers, got shape {bounds.shape}")
    return bounds


def _rows_fail(problem: MIP) -> bool:
    """Whether sides of a row cross, or exclude 0 where a row is empty: no back-end need know."""
    filled = np.zeros(problem.row_count, dtype=bool)
    filled[np.repeat(np.arange(problem.row_count), np.diff(problem.indptr))[_used(problem)]] = True
    beside = (problem.row_lower > FEASIBILITY) | (problem.row_upper < -FEASIBILITY)
    low, high = _uncrossed(problem.row_lower, problem.row_upper)
    return bool((beside & ~filled).any() or (low > high).any())


def _uncrossed(lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Let limits meet that cross by no more than the checker forgives to both."""
    with np.errstate(invalid="ignore"):
        size = np.maximum(1.0, np.minimum(np.abs(lower), np.abs(upper)))
        near = (lower > upper) & (lower - upper <= 2 * FEASIBILITY * size)
        middle = lower + 0.5 * (upper - lower)
    return np.where(near, middle, lower), np.where(near, middle, upper)


def _used(problem: MIP) -> IndexArray:
    return np.flatnonzero(problem.coefficients)


def _over(run: Run) -> bool:
    """Whether the run wants no more; its iterations are counted by the back-end itself."""
    return run.limit() not in (None, Limit.ITERATIONS)


def _stopped(cpu_s: float) -> Answer:
    return Answer(Ending.LIMIT, None, None, None, 0, cpu_s)
