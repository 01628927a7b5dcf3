"""Rounds: cut, conquer the parts in parallel, merge what became better, and cut elsewhere."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.core import Limit, Progress, Run, Stop
from cosolve.core.run import SLICE_S
from cosolve.core.sense import Sense
from cosolve.divide.base import Part, SolvesBatches

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from cosolve.core import Problem, Solver
    from cosolve.divide.base import Cutter, Merger
    from cosolve.guidance import EdgeGuidance

_ROUNDING = 1e-9  # relative; a smaller gain is none
_STREAM = 0x9E3779B97F4A7C15  # spreads the seeds of parts over 64 bits
_MASK = (1 << 64) - 1
_LEAST_ROUNDS = 2  # a border is only repaired by a cut elsewhere
_IDLE = 4  # rounds in a row without a gain that end a search
_SHORTEST_S = 1e-3  # less time for a part is not worth a search
_AT_ONCE = 16  # parts of a batch, whatever the threads: the result is not to depend on them


@dataclass(frozen=True, slots=True)
class Division:
    """How a problem is divided and what conquers its parts.

    Parameters
    ----------
    cut
        Cuts a solution.
    merge
        Puts better parts back.
    conqueror
        Any solver; it starts from the present solution of a part. Parts that it does not support
        stay as they are. If it solves batches, it is given up to sixteen parts at a time.
    seconds_per_node
        Seconds of one thread that a round may take for a node, where time is limited. Rounds are as
        many as the time allows then, at least two.
    rounds
        How often every node is to be in a part. None: until a limit is met.
    iterations
        Limit on the iterations of the conqueror in a part, as a function of its size; where no time
        is limited the only one. None: unlimited with a time limit, which must then be given.
    fresh
        In so many rounds the conqueror does not know the present solution: what it starts with
        itself may lead further. Worse parts are not put back in any case.
    fresh_share
        Share of the time for these rounds.
    """

    cut: Cutter
    merge: Merger
    conqueror: Solver
    seconds_per_node: float
    rounds: int | None = None
    iterations: Callable[[int], int] | None = None
    fresh: int = 0
    fresh_share: float = 0.5


def conquer(
    problem: Problem[Any],
    solution: Any,
    division: Division,
    run: Run,
    guide: EdgeGuidance | None = None,
) -> Any:
    """Improve a solution part by part, in rounds with other cuts, until `run` says stop.

    The same seed and limit on the iterations give the same solution with any number of threads,
    if the conqueror keeps the promise that they do.

    Parameters
    ----------
    problem
        The whole.
    solution
        A feasible solution.
    division
        How to divide it and what to conquer the parts with.
    run
        Clock, limits, seed and threads; an iteration is a part.
    guide
        Guidance for the whole, of which every part gets its share.

    Returns
    -------
    solution
        One that costs no more. The search ends by itself after some rounds without a gain in which
        the conqueror did not use up its time.
    """
    search = _Search(problem, solution, division, run, guide)
    while search.goes_on():
        search.round()
    return search.solution


class ShareOfRun(Run):
    """The run of a solver that works on a part: limits of its own, and those of the whole.

    It has run out of time as soon as the whole is to stop, for whatever reason.

    Parameters
    ----------
    whole
        The run of the whole.
    stop
        The limits of the part, its time counted from now.
    seed, threads
        Of the part.
    on_progress
        As of any run.
    """

    def __init__(
        self,
        whole: Run,
        stop: Stop,
        seed: int,
        threads: int,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        super().__init__(stop, seed, threads, on_progress, interrupted=whole.interrupted)
        self._whole = whole

    @property
    def remaining(self) -> float:
        """Seconds left; 0 if the whole is to stop."""
        return 0.0 if self._whole.limit() is not None else super().remaining


@dataclass(slots=True)
class _Task:
    """A part at work."""

    part: Part
    seed: int
    cost: float
    share: ShareOfRun | None = None
    found: Any | None = None

    @property
    def gain(self) -> float:
        """What the conqueror has gained so far, or 0 where that cannot be known."""
        if not self.part.exact or self.share is None or self.share.cost is None:
            return 0.0
        return max(0.0, self.cost - self.share.cost)


def _even_cuts(count: int) -> list[int]:
    """Where to cut a list into batches of about equal length."""
    batches = -(-count // _AT_ONCE)
    return [count * number // batches for number in range(batches + 1)]


def _minimized(problem: Problem[Any], solution: Any) -> float:
    """Return the cost as solvers see it, which minimize in any case."""
    return Sense.of(problem).flip(problem.cost(solution))


class _Search:
    """The solution, and the rounds over it."""

    def __init__(
        self,
        problem: Problem[Any],
        solution: Any,
        division: Division,
        run: Run,
        guide: EdgeGuidance | None,
    ) -> None:
        self.solution = solution
        self.cost = _minimized(problem, solution)
        self._problem = problem
        self._division = division
        self._run = run
        self._guide = guide
        self._cuts = 0
        self._parts = 0
        self._covered = 0  # nodes of all parts so far
        self._idle = 0  # those since something was gained, or more might have been with more time
        # Nodes, and seconds for them: fresh rounds first, which make a first solution of their own.
        share = division.fresh_share if division.fresh else 0.0
        self._fresh = division.fresh * problem.size
        self._fresh_until_s = run.elapsed + share * run.remaining
        self._planned = self._fresh + self._rounds(run.remaining * (1 - share)) * problem.size
        run.report(self.cost, phase="divide")

    def _rounds(self, seconds: float) -> int:
        """Plan the rounds that are not fresh."""
        if self._division.rounds is not None:
            return max(0, self._division.rounds - self._division.fresh)
        if not np.isfinite(seconds):
            return 0
        round_s = self._division.seconds_per_node * self._problem.size / self._run.threads
        return max(_LEAST_ROUNDS, round(seconds / round_s))

    def goes_on(self) -> bool:
        """Whether there is to be another round."""
        rounds, n = self._division.rounds, self._problem.size
        over = self._idle >= _IDLE * n or (rounds is not None and self._covered >= rounds * n)
        return not over and self._run.limit() is None

    def round(self) -> None:
        """Cut, conquer and merge once."""
        rng = np.random.default_rng([self._run.seed, self._cuts])
        parts = list(self._division.cut(self._problem, self.solution, self._cuts, rng))
        self._cuts += 1
        left = self._run.remaining_iterations
        tasks = [self._task(part) for part in (parts if left is None else parts[:left])]
        # Some cuts give one part at a time; else they are of the whole, though nodes at borders may
        # be in no part.
        nodes = parts[0].size if len(parts) == 1 else self._problem.size
        before = self.cost
        better, exhausted = self._conquer(tasks, self._seconds(nodes))
        self._merge(better)
        self._covered += nodes
        gained = before - self.cost > _ROUNDING * abs(before)
        self._idle = self._idle + nodes if exhausted and not gained else 0

    def _task(self, part: Part) -> _Task:
        self._parts += 1
        seed = (self._run.seed + self._parts * _STREAM) & _MASK
        return _Task(part, seed, _minimized(part.problem, part.solution))

    def _seconds(self, nodes: int) -> float:
        """Time for parts with so many nodes together."""
        left, nodes_left = self._run.remaining, self._planned - self._covered
        if self._covered < self._fresh:
            left = min(left, max(0.0, self._fresh_until_s - self._run.elapsed))
            nodes_left = self._fresh - self._covered
        # Beyond the plan, where conquerors ended early, a round may take what is left.
        return left if not np.isfinite(left) else left * nodes / max(nodes_left, nodes, 1)

    def _conquer(self, tasks: list[_Task], seconds: float) -> tuple[list[tuple[Part, Any]], bool]:
        """Search all parts; return better ones, and whether more time would have been no use."""
        waiting = deque(self._batches(tasks))
        end_s = self._run.elapsed + seconds
        at_once = max(1, min(self._run.threads, len(waiting)))
        exhausted = True
        at_work: dict[Future[bool], list[_Task]] = {}
        with ThreadPoolExecutor(at_once) as pool:
            while True:
                while waiting and len(at_work) < at_once and self._run.limit() is None:
                    batch = waiting.popleft()
                    batch[0].share = self._share(batch, len(waiting) + 1, at_once, end_s)
                    at_work[pool.submit(self._search, batch)] = batch
                if not at_work:
                    break
                done, _ = wait(at_work, timeout=SLICE_S, return_when=FIRST_COMPLETED)
                parts = 0
                for future in done:
                    parts += len(at_work.pop(future))
                    exhausted &= future.result()
                self._report(tasks, parts)
        return [(task.part, task.found) for task in tasks if task.found is not None], exhausted

    def _batches(self, tasks: list[_Task]) -> list[list[_Task]]:
        """Group what the conqueror can search at once."""
        solver = self._division.conqueror
        if not isinstance(solver, SolvesBatches) or self._covered < self._fresh:
            return [[task] for task in tasks]
        alike: dict[Hashable, list[_Task]] = {}
        for number, task in enumerate(tasks):
            key = solver.batch_key(task.part.problem)
            alike.setdefault(("alone", number) if key is None else key, []).append(task)
        return [
            group[begin:end]
            for group in alike.values()
            for begin, end in pairwise(_even_cuts(len(group)))
        ]

    def _share(self, batch: list[_Task], waiting: int, at_once: int, end_s: float) -> ShareOfRun:
        """Make the run of a batch: its share of the time, and of the threads that are there."""
        task = batch[0]
        run, limit = self._run, self._division.iterations
        timed = run.stop.time_limit is not None
        seconds = None
        if timed:
            turns = -(-waiting // at_once)
            seconds = max(0.0, min(end_s - run.elapsed, run.remaining) / turns)
        target = run.stop.target_cost
        stop = Stop(
            time_limit=seconds,
            iterations=None if limit is None else limit(task.part.size),
            target_cost=None if target is None or not task.part.exact or batch[1:]
            else task.cost - (self.cost - target),
        )  # fmt: skip
        # The result of some solvers depends on their threads, and then on those of the whole.
        return ShareOfRun(run, stop, task.seed, run.threads // at_once if timed else 1)

    def _search(self, batch: list[_Task]) -> bool:
        """Search the parts of a batch; return whether more time would have been no use."""
        share, part, solver = batch[0].share, batch[0].part, self._division.conqueror
        assert share is not None
        if solver.supports(part.problem) is not None:
            return True
        if share.remaining < _SHORTEST_S:
            return False
        if batch[1:]:
            assert isinstance(solver, SolvesBatches)
            problems = [task.part.problem for task in batch]
            starts = [task.part.solution for task in batch]
            solutions = solver.solve_batch(problems, share, starts=starts)
        else:
            guide = None if self._guide is None else self._guide.among(part.nodes)
            start = None if self._covered < self._fresh else part.solution
            solutions = [solver.run(part.problem, share, start=start, guide=guide).solution]
        for task, found in zip(batch, solutions, strict=True):
            if found is not None and _minimized(task.part.problem, found) < task.cost:
                task.found = found
        return share.limit() in (None, Limit.ITERATIONS)

    def _report(self, tasks: list[_Task], iterations: int) -> None:
        """Tell the whole what the parts have gained so far, all of which can be put back."""
        gain = sum(task.gain for task in tasks)
        self._run.report(self.cost - gain, iterations=iterations, phase="conquer")

    def _merge(self, better: Sequence[tuple[Part, Any]]) -> None:
        """Put parts back, all at once, or one by one where only some of them make it better."""
        if not better:
            return
        if not self._keep(better) and len(better) > 1:
            for one in better:
                self._keep([one])
        self._run.report(self.cost, phase="merge")

    def _keep(self, better: Sequence[tuple[Part, Any]]) -> bool:
        merged = self._division.merge(self._problem, self.solution, better)
        cost = _minimized(self._problem, merged)
        if cost >= self.cost:
            return False
        self.solution, self.cost = merged, cost
        return True
