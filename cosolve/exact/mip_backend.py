"""What a back-end for mixed-integer programs is to the rest of cosolve, and where they are found.

A back-end is one module of the package ``cosolve.exact.backends``, which holds a ``BACKEND``. None
imports its solver: the engine does, in a worker, when it is made.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from cosolve.exact import backends
from cosolve.exact.mip_request import Ending, News, Request
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP

INFINITE = 1e20
"""Where files and back-ends begin to mean infinity."""

SLACK = 1e-9
"""Relative difference that rounding errors make."""

QUIET_S = 0.1
"""Seconds between two tellings of bounds and nodes; solutions are told at once."""


class Ended(NamedTuple):
    """How an engine ended.

    Parameters
    ----------
    ending
        Why.
    bound
        A bound of the request's objective, or None.
    nodes
        Nodes in all.
    values
        Of the relaxation, if that was asked for; solutions are told while it works.
    reduced_costs
        Likewise.
    """

    ending: Ending
    bound: float | None = None
    nodes: int = 0
    values: FloatArray | None = None
    reduced_costs: FloatArray | None = None


class Work:
    """One request in the worker: the clock, what stops it, and where news go.

    Parameters
    ----------
    request
        What is asked; its bounds and its objective are there, the latter to be minimized.
    until
        ``time.monotonic()`` at which it is to end.
    tell
        Called with news.
    """

    def __init__(self, request: Request, until: float, tell: Callable[[News], None]) -> None:
        assert request.lower is not None
        assert request.upper is not None
        assert request.objective is not None
        self.request = request
        self.lower: FloatArray = request.lower
        self.upper: FloatArray = request.upper
        self.objective: FloatArray = request.objective
        self.halted = threading.Event()
        """Set when the engine is to return what it has."""
        cutoff = request.cutoff
        self.cutoff = float("inf") if cutoff is None else cutoff + SLACK * max(1.0, abs(cutoff))
        """Objective up to which solutions are of interest, rounding errors included."""
        self.best = float("inf")
        """Objective of the best solution told."""
        self.bound = -float("inf")
        """The best bound told."""
        self._until = until
        self._tell = tell
        self._lock = threading.Lock()  # some back-ends call from several threads
        self._told_nodes = 0
        self._told_s = -float("inf")

    @property
    def left_s(self) -> float:
        """Seconds left; infinite for no limit."""
        return max(0.0, self._until - time.monotonic())

    def cost(self, values: FloatArray) -> float:
        """Objective of a solution."""
        return float(self.objective @ values) + self.request.offset

    def solution(self, values: FloatArray, bound: float | None, nodes: int) -> None:
        """Tell a solution, unless one as good is known.

        Parameters
        ----------
        values
            Of the columns, shape (n,).
        bound
            As in ``progress``.
        nodes
            Nodes so far.
        """
        values = np.array(values, dtype=np.float64)
        cost = self.cost(values)
        with self._lock:
            if not cost < self.best or cost > self.cutoff or np.abs(values).max() >= INFINITE:
                return
            self.best = cost
            self._send(values, cost, bound, nodes)

    def progress(self, bound: float | None, nodes: int) -> None:
        """Tell a bound and how many nodes there were, unless that was just told.

        Parameters
        ----------
        bound
            Of the objective; None or infinite for none.
        nodes
            Nodes so far.
        """
        with self._lock:
            if time.monotonic() - self._told_s >= QUIET_S:
                self._send(None, None, bound, nodes)

    def _send(
        self, values: FloatArray | None, cost: float | None, bound: float | None, nodes: int
    ) -> None:
        if bound is not None and self.bound < bound < float("inf"):
            self.bound = bound
        bound = self.bound if np.isfinite(self.bound) else None
        new, self._told_nodes = max(0, nodes - self._told_nodes), max(nodes, self._told_nodes)
        self._told_s = time.monotonic()
        self._tell(News(values, cost, bound, new))


class Engine(Protocol):
    """A solver that holds a program and solves variations of it; it lives in a worker."""

    def solve(self, work: Work) -> Ended:
        """Solve a request.

        Parameters
        ----------
        work
            The request; solutions and bounds are told to it. When it is `halted` or its time is
            up, return what is known.
        """

    def interrupt(self) -> None:
        """Make ``solve`` return soon; called from another thread, again and again."""

    def inject(self, values: FloatArray) -> bool:
        """Take a solution while ``solve`` runs; called from another thread.

        Parameters
        ----------
        values
            Shape (n,).

        Returns
        -------
        bool
            Whether it is made use of.
        """


class Setup(NamedTuple):
    """What an engine is made of.

    Parameters
    ----------
    problem
        The program. Requests bring the objective, to be minimized.
    threads, seed
        As in ``Session``.
    memory_mib
        Memory it is to keep to; None for any amount.
    """

    problem: MIP
    threads: int
    seed: int
    memory_mib: int | None


class ConflictTask(NamedTuple):
    """What a back-end is asked for that finds conflicts itself.

    Parameters
    ----------
    problem
        A program without a solution.
    seconds
        Wall seconds it may take.
    seed
        Of its random choices.
    """

    problem: MIP
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Backend:
    """Describes a back-end, without importing it.

    Parameters
    ----------
    name
        As users write it; the name of its module.
    title
        As its authors write it.
    summary
        One line for ``cosolve methods``.
    package
        What has to be importable.
    distribution
        What has to be installed.
    engine
        Makes an engine; called in a worker only, and imports the package there.
    refuses
        Why it does not handle a program; None if it does.
    conflicts
        The function that finds an irreducible set of rows that have no common solution within
        the bounds, of a ``ConflictTask`` and the channel of a worker, as ``"module:name"``: their
        numbers, or None. None if it has none of its own.
    """

    name: str
    title: str
    summary: str
    package: str
    distribution: str
    engine: Callable[[Setup], Engine]
    refuses: Callable[[MIP], str | None] = lambda _: None
    conflicts: str | None = None

    @property
    def installed(self) -> bool:
        """Whether its package is there."""
        return importlib.util.find_spec(self.package) is not None

    @property
    def version(self) -> str | None:
        """Its version, or None if it is not installed."""
        from importlib import metadata  # it takes a while, which no search should wait for

        try:
            return metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return None


def backend_names() -> tuple[str, ...]:
    """Names of all back-ends."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(backends.__path__)))


def backend(name: str) -> Backend:
    """Find a back-end.

    Parameters
    ----------
    name
        As in ``backend_names()``.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists those there are.
    """
    if name not in backend_names():
        raise ValueError(
            f"there is no back-end {name!r}; the back-ends are {', '.join(backend_names())}"
        )
    found: Backend = importlib.import_module(f"{backends.__name__}.{name}").BACKEND
    return found


def first_installed(names: tuple[str, ...], problem: MIP) -> str:
    """Return the first back-end that is installed, of those that handle a program.

    Parameters
    ----------
    names
        Of back-ends, the best first; one of them handles any program.
    problem
        The program.

    Returns
    -------
    str
        The first that handles it if none is installed.
    """
    able = [name for name in names if backend(name).refuses(problem) is None]
    return next((name for name in able if backend(name).installed), able[0])
