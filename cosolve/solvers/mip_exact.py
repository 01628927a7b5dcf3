"""Exact back-ends as methods for mixed-integer programs: one for every file in their package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from cosolve.bounds.base import rounded_up
from cosolve.core import Outcome, Problem, Run
from cosolve.core.errors import BackendError
from cosolve.exact.mip_backend import backend, backend_names
from cosolve.exact.mip_session import Answer, Ending, News, Request, Session
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import MIP, Values

EMPHASES = ("default", "feasibility", "bound")
"""What a back-end may do with its effort."""


@dataclass(frozen=True, slots=True)
class MipExact:
    """Solves mixed-integer programs with one back-end, in a process of its own; proves optima.

    Parameters
    ----------
    emphasis
        What to do with effort: ``"default"``, ``"feasibility"`` (find solutions soon) or
        ``"bound"`` (prove).
    memory
        Memory of the process in MiB; unlimited unless given.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a node of the search tree; with one thread and a limit on them only, the same
    seed gives the same result. Bounds and proofs are computed in floating-point numbers and hold
    within the tolerances of the back-end, about 1e-6.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    emphasis: str = "default"
    memory: int | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.emphasis not in EMPHASES:
            raise ValueError(
                f"emphasis must be one of {', '.join(EMPHASES)}, got {self.emphasis!r}"
            )
        if self.memory is not None and self.memory < 1:
            raise ValueError(f"memory must be at least 1 MiB, got {self.memory}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None for programs that the back-end handles, else the reason why not."""
        if not isinstance(problem, MIP):
            return f"it solves mixed-integer programs, and this is a {problem.kind} problem"
        return backend(self.name).refuses(problem)

    def certifies(self, problem: MIP, run: Run) -> bool:
        """Return True: bounds are what the back-end is for."""
        del problem, run
        return True

    def run(
        self,
        problem: MIP,
        run: Run,
        *,
        start: Values | None = None,
        guide: Any | None = None,
    ) -> Outcome[Values]:
        """Solve until it is proven or `run` says stop."""
        del guide
        return solve_exactly(
            self.name, problem, run, start=start, emphasis=self.emphasis, memory_mib=self.memory
        )


def solve_exactly(
    name: str,
    problem: MIP,
    run: Run,
    *,
    start: Values | None = None,
    emphasis: str = "default",
    memory_mib: int | None = None,
) -> Outcome[Values]:
    """Solve a program with a back-end.

    Parameters
    ----------
    name
        Of the back-end.
    problem
        The program.
    run
        Limits, seed and threads.
    start
        A solution to begin with.
    emphasis, memory_mib
        See ``MipExact``.

    Raises
    ------
    BackendMissing
        If the back-end is not installed.
    BackendError
        If it failed.
    """
    incumbent = _Incumbent(problem, run, start, backend(name).title)
    if run.limit() is not None:
        return Outcome(start)
    request = Request(
        start=None if start is None else start.values,
        nodes=run.remaining_iterations,
        emphasis=emphasis,
    )
    with Session(
        problem, name, threads=run.threads, seed=run.seed, memory_mib=memory_mib
    ) as session:
        answer = session.solve(request, run, incumbent.hear)
    return incumbent.outcome(answer)


@cache
def method(name: str) -> type[MipExact]:
    """Return the method of a back-end.

    Parameters
    ----------
    name
        As in ``cosolve.exact.mip_backend.backend_names()``.
    """
    described = backend(name)
    members = {
        "__slots__": (),
        "__doc__": MipExact.__doc__,
        "__module__": __name__,
        "name": described.name,
        "summary": described.summary,
    }
    return type(name, (MipExact,), members)


def __getattr__(name: str) -> type[MipExact]:
    # The registry and pickles find the method of a back-end by the name of the back-end.
    if name in backend_names():
        return method(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Incumbent:
    """The best solution so far, and what is reported to the run."""

    def __init__(self, problem: MIP, run: Run, start: Values | None, phase: str) -> None:
        self._problem = problem
        self._run = run
        self._phase = phase
        self._values = start
        self._cost: float | None = None
        self._nodes = 0
        if start is not None:
            self._cost = problem.cost(start) * (-1.0 if problem.maximize else 1.0)
            run.report(self._cost)

    def hear(self, news: News) -> None:
        self._take(news.values, news.cost)
        self._report(news.bound, news.nodes)

    def _take(self, values: FloatArray | None, cost: float | None) -> None:
        if values is None or cost is None or (self._cost is not None and cost >= self._cost):
            return
        self._values, self._cost = Values(values), cost

    def _report(self, bound: float | None, nodes: int) -> None:
        left = self._run.remaining_iterations
        new = nodes if left is None else min(nodes, left)  # it may stop a little late
        self._nodes += nodes
        self._run.report(self._cost, bound=self._valid(bound), iterations=new, phase=self._phase)

    def _valid(self, bound: float | None) -> float | None:
        """Return a bound, rounded up where costs are whole, and never above the incumbent."""
        if bound is None:
            return None
        rounded = rounded_up(self._problem, bound)
        return rounded if self._cost is None else min(rounded, self._cost)

    def outcome(self, answer: Answer) -> Outcome[Values]:
        self._take(answer.values, answer.cost)
        self._report(answer.bound, max(0, answer.nodes - self._nodes))
        left = self._run.remaining_iterations
        if answer.ending == Ending.LIMIT and left and self._run.limit() is None:
            # Nodes are what ended it, however it counts them.
            self._run.report(iterations=left)
        if answer.ending == Ending.INFEASIBLE and self._values is not None:
            raise BackendError(f"{self._phase} finds no solution although one is known")
        notes: tuple[str, ...] = ()
        if answer.ending == Ending.INFEASIBLE_OR_UNBOUNDED:
            notes = (f"{self._phase}: infeasible or unbounded, and it cannot tell which",)
        return Outcome(
            self._values,
            self._valid(answer.bound),
            optimal=answer.ending == Ending.OPTIMAL and self._values is not None,
            infeasible=answer.ending == Ending.INFEASIBLE,
            unbounded=answer.ending == Ending.UNBOUNDED,
            notes=notes,
        )
