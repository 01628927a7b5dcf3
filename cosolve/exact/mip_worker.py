"""The worker of a session: holds one program and answers requests until it is ended."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from typing import NamedTuple

import numpy as np

from cosolve.exact import backends
from cosolve.exact.mip_backend import Ended, Engine, Setup, Work, backend
from cosolve.exact.mip_request import Answer, Ending, News, Request
from cosolve.exact.worker import Channel
from cosolve.problems.metrics import FloatArray

_NAG_S = 0.05  # between two interruptions of an engine that has not heard the first


class Order(NamedTuple):
    """What a session sends to its worker first.

    Parameters
    ----------
    name
        Of the back-end.
    search
        Folders in which back-ends are found.
    setup
        What its engine is made of.
    """

    name: str
    search: tuple[str, ...]
    setup: Setup


class Ask(NamedTuple):
    """A request.

    Parameters
    ----------
    number
        Of the request; what concerns it bears it.
    request
        With bounds and objective filled in.
    until
        ``time.monotonic()`` at which it is to end.
    """

    number: int
    request: Request
    until: float


class Halt(NamedTuple):
    """Return what you have."""

    number: int


class Inject(NamedTuple):
    """A solution found elsewhere."""

    number: int
    values: FloatArray


class Told(NamedTuple):
    """News or the answer to a request; `content` is None when the worker is ready for the first."""

    number: int
    content: News | Answer | None


def serve(order: Order, channel: Channel) -> None:
    """Answer requests until the caller ends the process; in a worker.

    Parameters
    ----------
    order
        The back-end and its program.
    channel
        Brings ``Ask``, ``Halt`` and ``Inject``; is sent ``Told``.
    """
    # The caller may know more folders than this process does.
    backends.__path__[:] = order.search
    desk = _Desk(backend(order.name).engine(order.setup), channel)
    channel.send(Told(-1, None))
    threading.Thread(target=desk.sort, daemon=True).start()
    while True:
        desk.answer(desk.asked.get())


class _Desk:
    """Sorts what comes in: requests wait, the rest concerns the one that is worked on."""

    def __init__(self, engine: Engine, channel: Channel) -> None:
        self.asked: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        self._engine = engine
        self._channel = channel
        self._current: tuple[int, Work] | None = None
        self._halted = -1  # newest request that was halted, perhaps before it was begun
        self._lock = threading.Lock()

    def sort(self) -> None:
        while True:
            message = self._channel.inbox.get()
            if isinstance(message, Ask):
                self.asked.put(message)
                continue
            with self._lock:
                if isinstance(message, Halt):
                    self._halted = message.number
                if self._current is None or self._current[0] != message.number:
                    continue
                if isinstance(message, Inject):
                    self._engine.inject(message.values)
                else:
                    self._current[1].halted.set()

    def answer(self, ask: Ask) -> None:
        number = ask.number
        began_s = time.process_time()
        work = Work(ask.request, ask.until, lambda news: self._channel.send(Told(number, news)))
        with self._lock:
            self._current = number, work
            if self._halted >= number:
                work.halted.set()
        over = threading.Event()
        threading.Thread(target=self._nag, args=(work, over), daemon=True).start()
        try:
            ended = _settled(self._engine, work)
        finally:
            with self._lock:
                self._current = None
                over.set()
        answer = Answer(
            ended.ending,
            ended.values,
            None if ended.values is None else work.cost(ended.values),
            ended.bound,
            ended.nodes,
            time.process_time() - began_s,
            ended.reduced_costs,
        )
        self._channel.send(Told(number, answer))

    def _nag(self, work: Work, over: threading.Event) -> None:
        """Interrupt the engine as soon as the work is halted, until it has heard."""
        while not over.is_set():
            if not work.halted.wait(_NAG_S if work.halted.is_set() else 1.0):
                continue
            with self._lock:
                if not over.is_set():
                    self._engine.interrupt()
            over.wait(_NAG_S)


def _settled(engine: Engine, work: Work) -> Ended:
    """Solve, and where there may be no finite optimum, find out whether there is a solution.

    If the relaxation is unbounded, the program is unbounded or infeasible, and which of the two
    does not depend on its objective (Meyer, "On the existence of optimal solutions to integer and
    mixed-integer programming problems", Mathematical Programming 7, 1974, for rational data).
    """
    ended = engine.solve(work)
    nothing = work.best == float("inf") and not work.request.relaxed
    if ended.ending == Ending.OPTIMAL and work.request.cutoff is not None and nothing:
        # The best of what was not cut off is of no interest.
        return ended._replace(ending=Ending.INFEASIBLE)
    if ended.ending not in (Ending.UNBOUNDED, Ending.INFEASIBLE_OR_UNBOUNDED):
        return ended
    request = dataclasses.replace(
        work.request, objective=np.zeros_like(work.objective), offset=0.0, cutoff=None, start=None
    )
    found: list[FloatArray] = []

    def hear(news: News) -> None:
        if news.values is not None:
            found.append(news.values)

    feasibility = Work(request, time.monotonic() + work.left_s, hear)
    feasibility.halted = work.halted
    second = engine.solve(feasibility)
    nodes = ended.nodes + second.nodes
    if found or second.values is not None:
        point = second.values if second.values is not None else found[-1]
        if not request.relaxed:
            work.solution(point, None, nodes)
        return Ended(Ending.UNBOUNDED, None, nodes, point if request.relaxed else None)
    if second.ending == Ending.INFEASIBLE:
        return Ended(Ending.INFEASIBLE, None, nodes)
    if second.ending == Ending.LIMIT:
        return Ended(Ending.LIMIT, None, nodes)
    return Ended(Ending.INFEASIBLE_OR_UNBOUNDED, None, nodes)
