"""Tabu search with path relinking for flexible job shops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cosolve.core import Outcome, Problem, Run
from cosolve.problems.scheduling import Schedule, Scheduling
from cosolve.search.scheduling_model import SchedulingModel, unsupported
from cosolve.search.tabu import TabuOptions, TabuSearch
from cosolve.solvers.space import Domain, IntRange

# Beyond so many operations a move looks at a part of the longest path only, and walks are longer;
# job shops without alternatives have few moves anyway.
_LARGE = 1500
_LARGE_JOB_SHOP = 5000

# Up to so many operations there is time for many short walks.
_SMALL = 200


@dataclass(frozen=True, slots=True)
class Tabu:
    """Tabu search for job shops and flexible job shops [1]_ [2]_ with path relinking [3]_.

    Parameters
    ----------
    population
        Good schedules that are kept and mixed. None: 20 of small problems, 10 of others.
    depth
        Moves without improvement after which a new walk begins. None: 5000 for small problems,
        50000 for large ones, 12500 for others.
    tenure
        Moves that what was changed may not be changed back; half as many to three times as many,
        by chance.
    window
        Operations of a longest path that a move looks at, 0 for all. None: 30 of large problems,
        all of others.
    reach
        Places on another machine that a move looks at, 0 for all. None: 10 of large problems, all
        of others.
    reliefs
        Operations that may go to a machine which needs less time for them after each move. None:
        10 of large problems, 3 of others.
    outside
        Places beyond its block of a longest path that an operation may go to on its machine
        [4]_. None: 1 of job shops; 0 where operations may go to other machines.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An iteration is a move. Jobs may have releases and machines may be available later; extra
    precedence, setups, downtime and open shops are declined, and so is every objective but the
    makespan. The search ends when the makespan meets a lower bound.

    References
    ----------
    .. [1] C. Y. Zhang, P. G. Li, Z. L. Guan, Y. Q. Rao, "A tabu search algorithm with a new
       neighborhood structure for the job shop scheduling problem", Computers & Operations Research
       34 (2007).
    .. [2] M. Mastrolilli, L. M. Gambardella, "Effective neighbourhood functions for the flexible
       job shop problem", Journal of Scheduling 3 (2000).
    .. [3] B. Peng, Z. Lü, T. C. E. Cheng, "A tabu search/path relinking algorithm to solve the job
       shop scheduling problem", Computers & Operations Research 53 (2015).
    .. [4] J. Xie, X. Li, L. Gao, L. Gui, "A new neighbourhood structure for job shop scheduling
       problems", International Journal of Production Research 61 (2023).
    """

    name: ClassVar[str] = "tabu"
    summary: ClassVar[str] = "tabu search with path relinking for (flexible) job shops"

    space: ClassVar[Mapping[str, Domain]] = MappingProxyType(
        {
            "population": IntRange(2, 60),
            "depth": IntRange(1000, 100_000, log=True),
            "tenure": IntRange(4, 40),
        }
    )

    population: int | None = None
    depth: int | None = None
    tenure: int = 10
    window: int | None = None
    reach: int | None = None
    reliefs: int | None = None
    outside: int | None = None

    def __post_init__(self) -> None:
        """Validate the parameters."""
        least = {"population": 2, "depth": 1, "tenure": 1}
        least |= {"window": 0, "reach": 0, "reliefs": 0, "outside": 0}
        for name, smallest in least.items():
            value = getattr(self, name)
            if value is not None and not smallest <= value < 2**30:
                raise ValueError(f"{name} must be at least {smallest}, got {value}")

    def supports(self, problem: Problem[Any]) -> str | None:
        """Return None if the kernel handles the problem, else why not."""
        return unsupported(problem)

    def options(self, operations: int, flexible: bool) -> TabuOptions:
        """Return the parameters of the kernel for some problems.

        Parameters
        ----------
        operations
            How many they have.
        flexible
            Whether there are alternatives.
        """
        small = operations <= _SMALL
        large = operations > (_LARGE if flexible else _LARGE_JOB_SHOP)

        def default(given: int | None, usual: int, for_large: int) -> int:
            return given if given is not None else for_large if large else usual

        return TabuOptions(
            population=(20 if small else 10) if self.population is None else self.population,
            depth=default(self.depth, 5_000 if small else 12_500, 50_000),
            tenure=self.tenure,
            window=default(self.window, 0, 30),
            reach=default(self.reach, 0, 10),
            reliefs=default(self.reliefs, 3, 10),
            outside=int(not flexible) if self.outside is None else self.outside,
        )

    def run(
        self,
        problem: Scheduling,
        run: Run,
        *,
        start: Schedule | None = None,
        guide: Any | None = None,
    ) -> Outcome[Schedule]:
        """Search from a list schedule, or from `start`, until `run` says stop."""
        del guide  # every operation of a longest path is looked at
        if problem.operations == 0:
            run.report(0.0)
            return Outcome(Schedule([], []), optimal=True)  # type: ignore[arg-type]
        model = SchedulingModel(problem)
        search = TabuSearch(model, run, self.options(problem.operations, problem.flexible))
        if start is not None:
            search.start(start)
        search.search(run)
        return Outcome(search.schedule(), bound=float(model.instance.bound))
