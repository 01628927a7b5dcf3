"""Adaptive large neighborhood search for mixed-integer programs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.exact.mip_backend import backend as find_backend
from cosolve.exact.mip_backend import backend_names
from cosolve.exact.mip_request import Ending, News, Request
from cosolve.exact.mip_session import Session
from cosolve.problems.mip import MIP, Values
from cosolve.search.acceptance import Acceptance, HillClimbing, SimulatedAnnealing
from cosolve.search.bandits import EpsilonGreedy, Policy, Softmax, Thompson, Ucb1
from cosolve.search.mip_neighborhoods import FAMILIES
from cosolve.solvers.alns_search import AlnsSearch
from cosolve.solvers.alns_settings import JUMP, Arm, Rewards, Settings
from cosolve.solvers.space import Domain, FloatRange

_POLICIES: Mapping[str, Callable[[float | None, float], Policy]] = MappingProxyType(
    {
        "epsilon-greedy": lambda x, win: EpsilonGreedy(0.1 if x is None else x, win),
        "softmax": lambda x, win: Softmax(1.36 if x is None else x, win),
        "ucb": lambda x, win: Ucb1(4.0 if x is None else x, win),
        "thompson": lambda x, win: Thompson(win if x is None else x),
    }
)
_MORE_NODES = 10  # times as many if so many find no solution
_FIRST_NODES = 1  # the root, where all heuristics of a back-end are tried

_PUBLISHED = {
    "arms": (
        "crossover",
        "mutation_50",
        "rins_40",
        "rens_40",
        "rens_50",
        "proximity_5",
        "local_branching_10",
        "local_branching_20",
        "local_branching_30",
        "local_branching_50",
    ),
    "bandit": "softmax",
    "exploration": 1.36,
    "memory": 1.0,
    "rewards": (8.0, 4.0, 2.0, 1.0),
    "accept": "hill-climbing",
    "adaptive": False,
    "seconds": 12.0,
    "first_share": 1 / 6,
    "jump_share": 0.0,
}


@dataclass(frozen=True, slots=True)
class Alns:
    """Adaptive large neighborhood search for mixed-integer programs [1]_ [2]_.

    Parameters
    ----------
    backend
        What solves the neighborhoods.
    arms
        The neighborhoods to choose from: names of ``FAMILIES`` in
        ``cosolve.search.mip_neighborhoods``, with a size in percent if it is not to be 20, such as
        ``mutation_50``; or ``jump``, local search of the whole program.
    bandit
        How they are chosen: ``epsilon-greedy``, ``softmax``, ``ucb`` or ``thompson``.
    exploration
        Its parameter: epsilon, tau, alpha, or the reward that counts as success. None: 0.1, 1.36,
        4, or the reward of a new best solution.
    memory
        What an earlier reward still counts with each later one, at most 1.
    rewards
        For a new best solution, one better than the current, one that is accepted, and nothing.
    accept
        ``hill-climbing``, or ``annealing``: then costlier solutions may be accepted.
    temperatures
        Of annealing, in units of the cost: the first, the last, and the step between two.
    adaptive
        Whether sizes and the time of neighborhoods follow success.
    seconds
        For a neighborhood, at first if `adaptive`. None: a fortieth of the time limit.
    nodes
        For a neighborhood, instead of that, where the number of iterations is limited.
    first_share
        Share of the time limit in which the back-end solves the program itself, for a first
        solution.
    jump_share
        Share of the time limit that local search gets before that, see the method ``jump``: a
        quarter of a second at most, and up to eight times as much while costs fall. 0 for none.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a neighborhood. Only integer columns are fixed, by their bounds; neighborhoods
    are searched below the cost of the best solution only. Nothing depends on the clock if the
    number of iterations is limited and the time is not.

    References
    ----------
    .. [1] J. Cai, S. Kadioglu, B. Dilkina, "Balans: multi-armed bandits-based adaptive large
       neighborhood search for mixed-integer programming problems", IJCAI (2025): its default is
       the preset ``published``.
    .. [2] G. Hendel, "Adaptive large neighborhood search for mixed integer programming",
       Mathematical Programming Computation 14 (2022).
    """

    name: ClassVar[str] = "alns"
    summary: ClassVar[str] = "adaptive large neighborhood search for mixed-integer programs"

    presets: ClassVar[Mapping[str, Callable[[int], Mapping[str, object]]]] = MappingProxyType(
        {"published": lambda _: _PUBLISHED}
    )
    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "exploration": FloatRange(0.2, 8.0, log=True),
            "memory": FloatRange(0.8, 1.0),
            "first_share": FloatRange(0.05, 0.4),
        }
    )

    backend: str = "highs"
    arms: tuple[str, ...] = (
        "ball",
        "balls",
        "kernel",
        "mutation",
        "costly",
        "rins",
        "crossover",
        "local_branching_10",
        "proximity_5",
    )
    bandit: str = "softmax"
    exploration: float | None = None
    memory: float = 0.95
    rewards: tuple[float, ...] = (8.0, 4.0, 2.0, 1.0)
    accept: str = "hill-climbing"
    temperatures: tuple[float, ...] = (20.0, 1.0, 0.1)
    adaptive: bool = True
    seconds: float | None = None
    nodes: int = 100
    first_share: float = 0.15
    jump_share: float = 0.02

    def __post_init__(self) -> None:
        """Validate the parameters."""
        _among("backend", self.backend, backend_names())
        _among("bandit", self.bandit, tuple(_POLICIES))
        _among("accept", self.accept, ("hill-climbing", "annealing"))
        if not self.arms:
            raise ValueError("alns needs an arm")
        if len(self.rewards) != 4 or len(self.temperatures) != 3:
            raise ValueError("there are 4 rewards and 3 numbers for temperatures")
        if not 0 < self.first_share < 1:
            raise ValueError(f"first_share must be between 0 and 1, got {self.first_share}")
        if not 0 <= self.jump_share <= 0.1:
            raise ValueError(f"jump_share must be between 0 and 0.1, got {self.jump_share}")
        if not 0 < self.memory <= 1:
            raise ValueError(f"memory must be above 0 and at most 1, got {self.memory}")
        if self.nodes < 1 or (self.seconds is not None and not self.seconds > 0):
            raise ValueError("a neighborhood needs a node and some time")
        self.settings()

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the back-end handles the problem, else why not."""
        if not isinstance(problem, MIP):
            return f"it solves mixed-integer programs, not {problem.kind} problems"
        return find_backend(self.backend).refuses(problem)

    def certifies(self, problem: MIP, run: Run) -> bool:
        """Return True: the first look at the whole program brings a bound."""
        del problem, run
        return True

    def settings(self) -> Settings:
        """Return how to search."""
        policy = _POLICIES[self.bandit](self.exploration, self.rewards[0])
        acceptance: Acceptance = HillClimbing()
        if self.accept == "annealing":
            acceptance = SimulatedAnnealing(*self.temperatures)
        return Settings(
            tuple(_arm(text, self.adaptive) for text in self.arms),
            policy,
            self.memory,
            Rewards(*self.rewards),
            acceptance,
            self.seconds,
            self.nodes,
            steady=not self.adaptive,
        )

    def run(
        self,
        problem: MIP,
        run: Run,
        *,
        start: Values | None = None,
        guide: Any | None = None,
    ) -> Outcome[Values]:
        """Search from what the back-end finds first, or from `start`, until `run` says stop."""
        del guide  # of other kinds of problems
        with Session(problem, self.backend, threads=run.threads, seed=run.seed) as session:
            search = AlnsSearch(problem, session, run, self.settings())
            if start is not None:
                search.offer(start.values)
            if self.jump_share > 0:
                search.jump(self.jump_share * run.remaining)
                search.polish()
            ended = self._begin(search, session, run)
            if ended is not None:
                return ended
            while run.limit() is None and search.step():
                pass
        if search.best is None:
            return Outcome(None, run.bound)
        # The bounds of back-ends hold within their tolerances only.
        bound = None if run.bound is None else min(run.bound, search.cost)
        return Outcome(Values(search.best), bound)

    def _begin(self, search: AlnsSearch, session: Session, run: Run) -> Outcome[Values] | None:
        """Solve the program itself for a while; return the outcome if that was enough."""
        nodes = _FIRST_NODES if search.timeless else None
        seconds = math.inf if search.timeless else self.first_share * run.remaining
        emphasis, solutions = "default", None

        def hear(news: News) -> None:
            if news.values is not None:
                search.offer(news.values)
            if news.bound is not None:
                run.report(bound=min(news.bound, search.cost), phase="first solution")

        while run.limit() is None:
            request = Request(
                start=search.best,
                seconds=seconds,
                nodes=nodes,
                solutions=solutions,
                emphasis=emphasis,
            )
            answer = session.solve(request, run, hear)
            if answer.values is not None:
                search.offer(answer.values)
            if answer.ending is Ending.UNBOUNDED:
                return Outcome(None, unbounded=True)
            if answer.ending is Ending.OPTIMAL and search.best is not None:
                return Outcome(Values(search.best), answer.bound, optimal=True)
            if search.best is not None:
                break
            if answer.ending is Ending.INFEASIBLE:
                return Outcome(None, infeasible=True)
            # Now any solution will do, however long it takes.
            nodes = None if nodes is None else nodes * _MORE_NODES
            seconds = math.inf
            emphasis, solutions = "feasibility", 1
        return None


def _among(name: str, value: str, valid: tuple[str, ...]) -> None:
    if value not in valid:
        raise ValueError(f"{name} must be one of {', '.join(valid)}, got {value!r}")


def _arm(text: str, adapts: bool) -> Arm:
    if text == JUMP:
        return Arm(JUMP, 1.0, adapts=False)
    match = re.fullmatch(r"([a-z_]+?)(?:_(\d+))?", text)
    if match is None or match[1] not in FAMILIES:
        raise ValueError(f"there is no arm {text!r}; the arms are {', '.join((*FAMILIES, JUMP))}")
    percent = 20 if match[2] is None else int(match[2])
    if not 0 < percent <= 100:
        raise ValueError(f"the size of arm {text} must be from 1 to 100")
    return Arm(match[1], percent / 100, adapts)
