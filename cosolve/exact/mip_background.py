"""An exact back-end at work in the background, while its caller does something else."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from cosolve.core import Run
from cosolve.exact.mip_request import Answer, Ending, News, Request
from cosolve.exact.mip_session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP


class Background:
    """A back-end that solves the whole program in a thread of its own.

    What it finds waits until the thread of the caller takes it: only that one reports.

    Parameters
    ----------
    problem
        The program.
    name
        Of the back-end.
    run
        Whose clock, limits and seed hold for it; its targets do not.

    Raises
    ------
    ValueError
        If there is no such back-end, or it does not handle the program.
    """

    def __init__(self, problem: MIP, name: str, run: Run) -> None:
        self.on_values: Callable[[FloatArray], object] = lambda _: None
        """Told better solutions, in the thread that calls ``deliver``."""
        self._session = Session(problem, name, seed=run.seed)
        # Of the same clock, but with targets of its own: none.
        self._own = Run(replace(run.stop, target_cost=None, target_gap=None, stall=None))
        self._own.started, self._own.reserve = run.started, run.reserve
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._opened = threading.Event()
        self._begun = threading.Event()
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._values: FloatArray | None = None
        self._bound: float | None = None
        self._start: FloatArray | None = None
        self.answer: Answer | None = None
        """How it ended."""
        self.error: Exception | None = None
        """Why it failed."""
        self._paused = False
        self._offered: FloatArray | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    @property
    def opened(self) -> bool:
        """Whether its process is there, or has ended already."""
        return self._opened.is_set()

    @property
    def solved(self) -> bool:
        """Whether it has ended because nothing is left to be found out."""
        return self.over and self.answer is not None and self.answer.ending is not Ending.LIMIT

    def open(self) -> None:
        """Start its process."""
        self._thread.start()

    def begin(self, start: FloatArray | None) -> None:
        """Begin to work, as soon as the process is there.

        Parameters
        ----------
        start
            A solution to begin with.
        """
        self._start = start
        self._begun.set()

    def wait(self, seconds: float) -> None:
        """Wait until there is something new about it, for some time at most."""
        self._news.wait(seconds)
        self._news.clear()

    def pause(self) -> None:
        """Stop its process where it is."""
        if not self._paused:
            self._paused = True
            self._session.pause()

    def resume(self) -> None:
        """Let its process go on."""
        if self._paused:
            self._paused = False
            self._session.resume()
            if self._offered is not None:
                self.inject(self._offered)

    def inject(self, values: FloatArray) -> None:
        """Offer it a solution.

        Parameters
        ----------
        values
            Shape (n,).
        """
        # A process that is stopped hears nothing, and would block who tells it much.
        self._offered = values if self._paused else None
        if not (self._paused or self.over):
            self._session.inject(values)

    def deliver(self, run: Run) -> None:
        """Hand on what has come; in the thread of the caller.

        Parameters
        ----------
        run
            Told the bound.
        """
        with self._lock:
            values, self._values = self._values, None
        if values is not None:
            self.on_values(values)
        self.tell_bound(run)

    def tell_bound(self, run: Run) -> None:
        """Tell a run the bound, which is never above the cost of what it knows.

        Parameters
        ----------
        run
            Whose bound may be raised.
        """
        with self._lock:
            bound = self._bound
        if bound is None:
            return
        if run.cost is not None:
            bound = min(bound, run.cost)
        if run.bound is None or bound > run.bound:
            run.report(bound=bound, phase="exact")

    def end(self) -> None:
        """End the work and the process: what it has found out has been told."""
        self._own.interrupted.set()
        self._begun.set()
        self._session.close()
        self._thread.join()
        self._session.close()  # it may have been about to start

    def _work(self) -> None:
        try:
            self._session.open(self._own)
            self._opened.set()
            self._news.set()
            self._begun.wait()
            self.answer = self._session.solve(Request(start=self._start), self._own, self._hear)
            self._hear(News(self.answer.values, None, self.answer.bound, 0))
        except Exception as error:
            if not self._own.interrupted.is_set():
                self.error = error
        finally:
            self._opened.set()
            self._over.set()
            self._news.set()

    def _hear(self, news: News) -> None:
        with self._lock:
            if news.values is not None:
                self._values = news.values
            if news.bound is not None and (self._bound is None or news.bound > self._bound):
                self._bound = news.bound
        self._news.set()
