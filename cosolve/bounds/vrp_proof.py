"""Column generation, route enumeration and SCIP: the proof of short routes; in a worker process."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cosolve.bounds.vrp_edges import CutSet
from cosolve.bounds.vrp_model import RouteModel
from cosolve.bounds.vrp_subset_rows import SubsetMaster
from cosolve.exact import Channel
from cosolve.exact.vrp_partition import choose
from cosolve.exact.vrp_pool import Pool, PoolProgram, Rows

FloatArray = npt.NDArray[np.float64]

MOST_CLIENTS = 127
"""Of whom sets of routes can be kept."""

_LABELS = 4e6  # of the completions that enumeration looks up
_PATHS, _ROUTES = 4e6, 1e6  # of an enumeration that may be followed by more cuts
# Of one that may not be, which then needs some GiB.
_LAST_LABELS, _LAST_PATHS, _LAST_ROUTES = 1.2e7, 2e7, 3e6
_TRY_S, _TRY_SHARE = 2.0, 0.5  # a first enumeration takes that long, or a share of all before
_GAP_SHARE = 0.9  # of the gap at the last try, for another to be worth it
_TAIL, _TAIL_GAIN = 3, 0.01  # rounds of cuts that must close such a share of the gap
_MARGIN = 1e-6  # relative, of the cutoff, where costs are any numbers
_ROUNDING = 1e-7


class Task(NamedTuple):
    """What to prove.

    Parameters
    ----------
    model
        The routes, exactly those of the problem.
    upper
        Cost of a known solution; infinite without one.
    unit
        All costs are multiples of it; None if there is no such number.
    until
        Unix time at which it must have returned.
    """

    model: RouteModel
    upper: float
    unit: float | None
    until: float


class Step(NamedTuple):
    """What is sent.

    Parameters
    ----------
    phase
        What is being done.
    bound
        A valid lower bound, if there is a better one.
    routes
        A better solution, if there is one: clients of every route in order.
    """

    phase: str
    bound: float | None = None
    routes: list[list[int]] | None = None


class Verdict(NamedTuple):
    """What is known in the end.

    Parameters
    ----------
    proven
        Whether no solution is better than the best one sent, or the known one.
    words
        How far it came.
    """

    proven: bool
    words: str


def common_unit(costs: FloatArray, integral: bool) -> float | None:
    """Return a number of which all costs are multiples, None if there seems to be none.

    Parameters
    ----------
    costs
        Of arcs; infinite ones do not count.
    integral
        Whether they are known to be whole numbers.
    """
    if integral:
        return 1.0
    finite = costs[np.isfinite(costs)]
    for parts in (1, 10, 100):
        scaled = finite * parts
        # Nearest floats to decimal fractions: nothing else is as near to whole numbers.
        if np.all(np.abs(scaled - np.rint(scaled)) <= 4e-16 * (1.0 + np.abs(scaled))):
            return 1.0 / parts
    return None


def cutoff_below(upper: float, unit: float | None) -> float:
    """Return what solutions that are better than a known one cost at most.

    Parameters
    ----------
    upper
        Cost of the known solution.
    unit
        All costs are multiples of it, or None.
    """
    if not math.isfinite(upper):
        return math.inf
    if unit is None:
        return upper - _MARGIN * max(1.0, abs(upper))
    return upper - unit + _ROUNDING * unit * max(1.0, abs(upper) / 1e6)


def prove(task: Task, channel: Channel) -> Verdict:
    """Prove that nothing is better than the known solution, or find what is, and prove that.

    Parameters
    ----------
    task
        What to prove.
    channel
        Sent every step.
    """
    return _Proof(task, channel).run()


class _Proof:
    def __init__(self, task: Task, channel: Channel) -> None:
        self._task = task
        self._channel = channel
        self._cutoff = cutoff_below(task.upper, task.unit)
        self._bound = -math.inf
        self._deadline_s = time.perf_counter() + min(task.until - time.time(), 1e9)
        self._started_s = time.perf_counter()
        self._cuts = CutSet(task.model.nodes)
        self._master = SubsetMaster(task.model, self._cuts)

    def run(self) -> Verdict:
        self._master.run(self._tell, self._deadline_s)
        last_gap = math.inf
        values: list[float] = []
        while True:
            gap = self._gap()
            if gap < 0:
                return Verdict(True, "the bound of the routes is enough")
            if not math.isfinite(self._cutoff):
                return Verdict(False, "no solution is known that routes could be compared with")
            if self._task.model.nodes - 1 > MOST_CLIENTS:
                return Verdict(False, f"routes of more than {MOST_CLIENTS} clients are not listed")
            if self._over() or not math.isfinite(gap):
                return Verdict(False, "the routes could not be priced in time")
            if gap <= _GAP_SHARE * last_gap:
                pool = self._enumerate(gap, (_LABELS, _PATHS, _ROUTES), _TRY_SHARE)
                if pool is not None:
                    return self._finish(*pool)
                last_gap = gap
            values.append(gap)
            slow = len(values) > _TAIL and values[-1] > values[-1 - _TAIL] * (1 - _TAIL_GAIN)
            if slow or not self._master.tighten(self._tell, self._deadline_s):
                break
        pool = self._enumerate(self._gap(), (_LAST_LABELS, _LAST_PATHS, _LAST_ROUTES), math.inf)
        if pool is None:
            return Verdict(False, "there are too many routes within the gap")
        return self._finish(*pool)

    def _left_s(self) -> float:
        return max(0.0, self._deadline_s - time.perf_counter())

    def _over(self) -> bool:
        return self._channel.interrupted.is_set() or self._left_s() <= 0

    def _gap(self) -> float:
        if self._master.proof is None:
            return math.inf
        return self._cutoff - self._master.proof[0]

    def _tell(self, bound: float, programs: int) -> None:
        del programs
        self._raise(bound, "routes")

    def _raise(self, bound: float, phase: str) -> None:
        if bound > self._bound and math.isfinite(bound):
            self._bound = bound
            self._channel.send(Step(phase, bound))

    def _enumerate(
        self, gap: float, limits: tuple[float, float, float], share: float
    ) -> tuple[Pool, FloatArray] | None:
        spent_s = time.perf_counter() - self._started_s
        seconds = min(self._left_s(), max(_TRY_S, share * spent_s))
        self._channel.send(Step("enumeration"))
        end, routes = self._master.enumerate(gap, limits, seconds)
        if end != "complete":
            return None
        first, visits, costs, reduced = routes
        return Pool(self._task.model.nodes, first, visits, costs), reduced

    def _finish(self, pool: Pool, reduced: FloatArray) -> Verdict:
        """Choose from a pool of all routes that a better solution could have."""
        size = len(pool)
        if not size:
            return Verdict(True, "no other route is within the gap")
        model = self._task.model
        rows = Rows(
            [members.tolist() for members in self._cuts.members],
            list(self._cuts.vehicles),
            self._master.subset_rows(),
        )
        program = PoolProgram(pool, rows, model.fewest, model.most, self._cutoff)

        def report(bound: float, phase: str = "pool") -> None:
            # Beyond the cutoff the pool says nothing about solutions with other routes.
            self._raise(min(bound, self._cutoff), phase)

        solved = program.strengthen(report, self._left_s, reduced)
        left = len(program.pool)
        if not left or program.bound > self._cutoff:
            return Verdict(True, f"linear programs over {size} routes")
        if not solved or self._over():
            return Verdict(False, f"no time was left for {left} of {size} routes")
        chosen = choose(
            program.pool,
            program.active(),
            (model.fewest, model.most),
            self._cutoff,
            self._task.unit,
            self._left_s(),
            on_bound=lambda bound: report(bound, "scip"),
            on_routes=lambda routes: self._channel.send(Step("scip", None, routes)),
            interrupted=self._over,
        )
        return Verdict(chosen.proven, f"SCIP over {left} of {size} routes")
