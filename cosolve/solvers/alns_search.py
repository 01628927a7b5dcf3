"""The loop of adaptive large neighborhood search for mixed-integer programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from cosolve.exact.mip_request import Answer, Ending, News, Request, Row
from cosolve.search.bandits import Bandit
from cosolve.search.mip_graph import ColumnGraph
from cosolve.search.mip_jump import JumpSearch
from cosolve.search.mip_neighborhoods import FAMILIES
from cosolve.search.mip_pool import SolutionPool
from cosolve.search.mip_view import Neighborhood, Relaxation, Side, View
from cosolve.solvers.alns_settings import JUMP, Settings, Success

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.core import Run
    from cosolve.problems.metrics import FloatArray
    from cosolve.problems.mip import MIP

_SETTLED = (Ending.OPTIMAL, Ending.INFEASIBLE)
_STEP = 1e-6  # relative; a better solution is better by at least this
_STEPS = 1000  # of local search, for a node of a back-end where nothing may depend on the clock
_LEAPS = 8  # times local search goes on at first, at most
_LEAP_S = 0.25  # for each, at most: easy programs shall not wait for it
_PAYS = 1e-3  # relative; if costs fall by more, it does
_LEAST_S = 0.05  # a neighborhood that has less is not begun
_RELAX_SHARE = 0.15  # of the time, for the linear relaxation
_CHEAP = (
    0.2  # of the time of a neighborhood: a relaxation that takes less is solved again and again
)
_NOISE = 0.5  # relative change of the costs in such relaxations, at most
_GROW, _SHRINK = 1.4, 0.7  # sizes of neighborhoods that were too small and too large
_LEAP = 2.0  # instead of the first
_AT_ONCE = 0.05  # where so little of the limit was used
_SMALLEST = 8  # columns of the smallest neighborhoods
_PATIENCE = 2.0  # fruitless iterations per arm, after which neighborhoods get more time
_LONGER = 1.5  # how much more
_MOST_SLICES = 4  # at least so many must be left for that


class Backend(Protocol):
    """What the search needs of a session."""

    def solve(self, request: Request, run: Run, on_news: Callable[[News], None]) -> Answer:
        """Work on a request."""


class Step(NamedTuple):
    """A neighborhood that was searched.

    Parameters
    ----------
    family, size
        Which, and of what size.
    free
        Columns that were free to be decided.
    answer
        How it ended.
    success
        What it has brought.
    """

    family: str
    size: float
    free: int
    answer: Answer
    success: Success


class AlnsSearch:
    """Adaptive large neighborhood search [1]_ whose neighborhoods are mixed-integer programs [2]_.

    Parameters
    ----------
    problem
        The program.
    backend
        Solves it and parts of it.
    run
        Clock, limits and seed; told of every better solution.
    settings
        How to search.

    References
    ----------
    .. [1] S. Ropke, D. Pisinger, "An adaptive large neighborhood search heuristic for the pickup
       and delivery problem with time windows", Transportation Science 40 (2006).
    .. [2] G. Hendel, "Adaptive large neighborhood search for mixed integer programming",
       Mathematical Programming Computation 14 (2022): a bandit over neighborhoods whose sizes
       adapt.
    """

    def __init__(self, problem: MIP, backend: Backend, run: Run, settings: Settings) -> None:
        self.problem = problem
        self.best: FloatArray | None = None
        """The best solution, shape (n,), or None."""
        self.cost = math.inf
        """Its objective, to be minimized."""
        self.exhausted = False
        """Whether the whole program was searched: nothing is better."""
        self._backend = backend
        self._run = run
        self._settings = settings
        self._sign = -1.0 if problem.maximize else 1.0
        self._costs = self._sign * problem.objective
        self._graph = ColumnGraph(problem)
        self._deciding = np.flatnonzero(self._graph.deciding())
        self._pool = SolutionPool(self._deciding)
        self._rng = np.random.default_rng(run.seed)
        self._current: FloatArray | None = None
        self._current_cost = math.inf
        self._jump: JumpSearch | None = None  # it copies the program: not before it is needed
        self._relaxation: Relaxation | None = None
        self._relaxing_s = math.inf
        self._arms = list(settings.arms)
        self._sizes = [arm.size for arm in settings.arms]
        self._tried = [False] * len(self._arms)
        hope = 0.0 if settings.steady else settings.rewards.best
        self._bandit = Bandit(settings.policy, len(self._arms), settings.memory, hope)
        self._fruitless = 0
        self._slice_s = self._first_slice_s()
        self._nodes = settings.nodes
        self.on_step: Callable[[Step], None] | None = None
        """Told of every neighborhood that was searched."""

    @property
    def timeless(self) -> bool:
        """Whether nothing may depend on the clock."""
        return self._run.stop.iterations is not None

    def offer(self, values: FloatArray) -> bool:
        """Take a feasible solution, wherever it is from.

        Parameters
        ----------
        values
            Shape (n,).

        Returns
        -------
        bool
            Whether it is better than all before.
        """
        cost = self._cost_of(values)
        self._pool.add(values, cost)
        if cost >= self.cost:
            return False
        self.best, self.cost = values, cost
        if cost < self._current_cost:
            self._current, self._current_cost = values, cost
        self._run.report(cost, phase="alns")
        return True

    def look(self, seconds: float) -> Answer:
        """Solve the program itself for a while.

        Parameters
        ----------
        seconds
            For how long; twice as long if the root of the tree takes more.

        Returns
        -------
        Answer
            How it ended; solutions have been heard.
        """
        request = Request(start=self.best, seconds=seconds, root_seconds=2.0 * seconds)
        answer = self._backend.solve(request, self._run, self._hear)
        if answer.bound is not None:
            self._run.report(bound=min(answer.bound, self.cost), phase="alns")
        if answer.ending is Ending.OPTIMAL and answer.values is not None:
            self.exhausted = self._cost_of(answer.values) <= self.cost
        return answer

    def jump(self, seconds: float) -> None:
        """Search the program itself locally, as long as that goes well.

        Parameters
        ----------
        seconds
            For how long at first, but not beyond a quarter of a second; then as long again, as
            costs fall, up to seven times.
        """
        for _ in range(_LEAPS):
            before = self.cost
            self.leap(min(seconds, _LEAP_S))
            least = _PAYS * abs(self.cost) if math.isfinite(self.cost) else 0.0
            if math.isfinite(before) and before - self.cost <= least:
                return

    def polish(self) -> None:
        """Let the columns that decide nothing be as good as they can in the best solution."""
        if self.best is not None and self._deciding.size < self.problem.size:
            self._polish(self.best)

    def step(self) -> bool:
        """Choose a neighborhood and search it.

        Returns
        -------
        bool
            Whether there was anything to search; if not, there never will be.
        """
        if self.exhausted or self._current is None or not self._deciding.size:
            return False
        if self._relaxation is None and math.isinf(self._relaxing_s):
            self._relax()
        arm = self._bandit.choose(self._rng)
        family, size = self._arms[arm].family, self._sizes[arm]
        if family == JUMP:
            self._learn_jump(arm)
            return True
        if family in ("rins", "dins", "rens") and self._tried[arm]:
            self._refresh()
        view = self._view()
        found = FAMILIES[family](view, size)
        if found is None:
            self._bandit.learn(arm, self._settings.rewards.rejected)
            self._run.report(iterations=1, phase="alns")
            return True
        ceiling = self._settings.acceptance.ceiling(
            self._current_cost, self._run.iterations, self._rng
        )
        before, current = self.cost, self._current_cost
        answer = self._search(found, ceiling)
        success = self._judge(answer, before, current, ceiling)
        if answer.ending in _SETTLED and self._whole(found):
            self.exhausted = True
            bound = self.cost if self.problem.integral else min(self.cost, self._cutoff(ceiling))
            self._run.report(bound=bound, phase="alns")
        self._bandit.learn(arm, self._settings.rewards.of(success))
        if self.on_step is not None:
            self.on_step(Step(family, size, found.free, answer, success))
        self._adapt(arm, answer, success)
        self._run.report(iterations=1, phase="alns")
        return True

    def leap(self, seconds: float) -> int:
        """Search the program itself locally once.

        Parameters
        ----------
        seconds
            For how long; where the clock must not matter, for a number of steps instead.

        Returns
        -------
        int
            Steps done.
        """
        steps = None
        if self.timeless:
            seconds, steps = math.inf, _STEPS * self._nodes
        if self._jump is None:
            self._jump = JumpSearch(self.problem, self._run.seed)
        self._jump.begin(self.best, self.cost)
        return self._jump.run(self._run, seconds, steps, self.offer)

    def _learn_jump(self, arm: int) -> None:
        """Search locally as long as a neighborhood would be searched."""
        before = self.cost
        began_s = self._run.elapsed
        done = self.leap(self._slice_s)
        success = Success.BEST if self.cost < before else Success.REJECTED
        self._bandit.learn(arm, self._settings.rewards.of(success))
        values = self.best if success is Success.BEST else None
        spent_s = self._run.elapsed - began_s
        answer = Answer(Ending.LIMIT, values, self.cost, None, done, spent_s)
        if self.on_step is not None:
            self.on_step(Step(JUMP, 1.0, len(self._deciding), answer, success))
        self._adapt(arm, answer, success)
        self._run.report(iterations=1, phase="alns")

    def _first_slice_s(self) -> float:
        if self._settings.seconds is not None:
            return self._settings.seconds
        left_s = self._run.remaining
        return 2.0 if math.isinf(left_s) else min(10.0, max(0.2, left_s / 40))

    def _cost_of(self, values: FloatArray) -> float:
        return math.fsum(self._costs * values) + self._sign * self.problem.offset

    def _view(self) -> View:
        assert self._current is not None
        return View(
            self.problem,
            self._costs,
            self._graph,
            self._deciding,
            self._current,
            self._current_cost,
            self._pool.solutions,
            self._relaxation,
            self._rng,
        )

    def _cutoff(self, ceiling: float) -> float:
        """Cost that a solution has to have at most to be worth finding."""
        if ceiling > self._current_cost:
            return ceiling
        if self.problem.integral:
            return math.ceil(ceiling - _STEP) - 1.0 + _STEP
        return ceiling - _STEP * max(1.0, abs(ceiling))

    def _limits(self, share: float = 1.0) -> dict[str, float | int | None]:
        if self.timeless:
            return {"nodes": max(1, round(share * self._nodes))}
        left_s = self._run.remaining
        return {"seconds": max(_LEAST_S, min(share * self._slice_s, left_s))}

    def _search(self, found: Neighborhood, ceiling: float) -> Answer:
        """Solve a neighborhood."""
        rows = tuple(_row(side) for side in found.rows)
        other = found.objective is not None
        request = Request(
            found.lower,
            found.upper,
            found.objective,
            found.offset,
            rows,
            cutoff=None if other else self._cutoff(ceiling),
            solutions=1 if other else None,
            **self._limits(),  # type: ignore[arg-type]
        )
        answer = self._backend.solve(request, self._run, self._hear)
        if other and answer.values is not None:
            self._polish(answer.values)
        return answer

    def _whole(self, found: Neighborhood) -> bool:
        """Whether a neighborhood is the program itself."""
        other = found.objective is not None or bool(found.rows) or not found.inside
        return found.free == len(self._deciding) and not other

    def _hear(self, news: News) -> None:
        if news.values is not None:
            self.offer(news.values)

    def _polish(self, values: FloatArray) -> None:
        """Let the columns that follow be as good as they can."""
        lower, upper = self.problem.lower.copy(), self.problem.upper.copy()
        fixed = self._deciding
        lower[fixed] = upper[fixed] = np.round(values[fixed])
        if self._run.limit() is None:
            request = Request(lower, upper, start=values, **self._limits(0.5))  # type: ignore[arg-type]
            self._backend.solve(request, self._run, self._hear)

    def _judge(self, answer: Answer, before: float, current: float, ceiling: float) -> Success:
        """Go on from what was found, or not."""
        if self.cost < before:
            return Success.BEST
        if answer.values is None:
            return Success.REJECTED
        cost = self._cost_of(answer.values)
        assert self._current is not None
        if cost > ceiling or np.array_equal(answer.values, self._current):
            return Success.REJECTED
        self._current, self._current_cost = answer.values, cost
        return Success.BETTER if cost < current else Success.ACCEPTED

    def _adapt(self, arm: int, answer: Answer, success: Success) -> None:
        """Change the size of a neighborhood, and how long to search one [2]_."""
        improved = success == Success.BEST
        self._fruitless = 0 if improved else self._fruitless + 1
        if self._fruitless > _PATIENCE * len(self._arms) and not self._settings.steady:
            self._fruitless = 0
            if self.timeless:
                self._nodes = round(_LONGER * self._nodes)
            elif self._slice_s * _MOST_SLICES < self._run.remaining:
                self._slice_s *= _LONGER
        self._tried[arm] = True
        if not self._arms[arm].adapts:
            return
        size = self._sizes[arm]
        if answer.ending not in _SETTLED:
            if not improved and answer.values is None:
                size *= _SHRINK
        else:
            limit = self._nodes if self.timeless else self._slice_s
            used = min(1.0, (answer.nodes if self.timeless else answer.cpu_s) / limit)
            grow = _LEAP if used < _AT_ONCE else _GROW
            size *= 1.0 + (grow - 1.0) * (1.0 - used)
        smallest = min(self._sizes[arm], _SMALLEST / len(self._deciding))
        self._sizes[arm] = min(1.0, max(smallest, size))

    def _relax(self) -> None:
        """Solve the linear relaxation."""
        seconds = math.inf if self.timeless else _RELAX_SHARE * self._run.remaining
        request = Request(relaxed=True, seconds=seconds)
        answer = self._backend.solve(request, self._run, lambda _: None)
        self._relaxing_s = answer.cpu_s
        if answer.ending is Ending.OPTIMAL and answer.values is not None:
            cost = self._cost_of(answer.values)
            self._relaxation = Relaxation(answer.values, cost, answer.reduced_costs)

    def _refresh(self) -> None:
        """Solve the relaxation with other costs, below the best cost known: another corner."""
        known = self._relaxation
        if known is None or (not self.timeless and self._relaxing_s > _CHEAP * self._slice_s):
            return
        noise = 1.0 + _NOISE * self._rng.uniform(-1.0, 1.0, self.problem.size)
        paid = np.flatnonzero(self._costs)
        side = self._cutoff(self.cost) - self._sign * self.problem.offset
        request = Request(
            objective=self._costs * noise,
            rows=(Row(paid, self._costs[paid], -math.inf, side),) if paid.size else (),
            relaxed=True,
            seconds=math.inf if self.timeless else self._slice_s,
        )
        answer = self._backend.solve(request, self._run, lambda _: None)
        if answer.ending is Ending.OPTIMAL and answer.values is not None:
            self._relaxation = Relaxation(answer.values, known.cost, answer.reduced_costs)


def _row(side: Side) -> Row:
    return Row(side.columns, side.coefficients, -math.inf, side.upper)
