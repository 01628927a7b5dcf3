"""Adaptive large neighborhood search: with a back-end that enumerates, and with a real one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from mip_toys import enumerated, knapsack, mixed, program

import cosolve
from cosolve.core import Limit, Run, Status, Stop
from cosolve.exact.mip_request import Answer, Ending, News, Request
from cosolve.problems.mip import MIP, Values
from cosolve.search.mip_neighborhoods import FAMILIES
from cosolve.solvers.alns import Alns
from cosolve.solvers.alns_search import AlnsSearch, Step
from cosolve.solvers.alns_settings import JUMP, Arm, Settings
from cosolve.testing import check_solver, mip_samples

SLOW_S = 120.0  # to start a worker and solve a toy, on a busy machine


class Enumerating:
    """Solves requests of binary programs by enumeration, and remembers them."""

    def __init__(self, problem: MIP, ending: Ending | None = None) -> None:
        self.requests: list[Request] = []
        self._problem = problem
        self._ending = ending
        sign = -1.0 if problem.maximize else 1.0
        self._costs, self._offset = sign * problem.objective, sign * problem.offset
        free = problem.size if ending is None else 0
        points = itertools.product((0.0, 1.0), repeat=free)
        self._feasible = [
            p for p in map(np.array, points) if p.size and not problem.check(Values(p))
        ]

    def solve(self, request: Request, run: Run, on_news: Callable[[News], None]) -> Answer:
        """Enumerate, unless it is to hit its limit always."""
        del run
        if request.relaxed:
            half = np.full(self._problem.size, 0.5)
            return Answer(Ending.OPTIMAL, half, 0.0, None, 0, 0.01, np.ones(half.size))
        self.requests.append(request)
        if self._ending is not None:
            return Answer(self._ending, None, None, None, 5, 1.0)
        objective = self._costs if request.objective is None else request.objective
        offset = self._offset if request.objective is None else request.offset
        best, cost = None, np.inf if request.cutoff is None else request.cutoff
        for point in self._feasible:
            price = float(objective @ point) + offset
            if price <= cost and self._inside(point, request):
                best, cost = point, price
        if best is None:
            return Answer(Ending.INFEASIBLE, None, None, None, 1, 0.01)
        on_news(News(best, cost, None, 1))
        return Answer(Ending.OPTIMAL, best, cost, cost, 1, 0.01)

    @staticmethod
    def _inside(point: np.ndarray, request: Request) -> bool:
        low = request.lower is None or (point >= request.lower).all()
        high = request.upper is None or (point <= request.upper).all()
        rows = (
            row.lower <= float(row.coefficients @ point[row.columns]) <= row.upper + 1e-9
            for row in request.rows
        )
        return bool(low and high and all(rows))


def searching(
    problem: MIP,
    *arms: str,
    size: float = 0.4,
    backend: Enumerating | None = None,
    stop: Stop | None = None,
) -> tuple[AlnsSearch, Enumerating, Run]:
    """Return a search that begins at zero."""
    backend = Enumerating(problem) if backend is None else backend
    run = Run(Stop(time_limit=1000.0) if stop is None else stop, seed=3)
    settings = Settings(tuple(Arm(family, size) for family in arms or tuple(FAMILIES)))
    search = AlnsSearch(problem, backend, run, settings)
    search.offer(np.zeros(problem.size))
    return search, backend, run


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_neighborhood_alone_never_worsens(family: str) -> None:
    """Costs reported fall, and every solution is feasible."""
    problem = knapsack(9, seed=5)
    search, _, run = searching(problem, family)
    for _ in range(8):
        before = search.cost
        search.step()
        assert search.cost <= before
    assert search.best is not None
    assert problem.check(Values(search.best)) == []
    assert search.cost == run.cost == -problem.cost(Values(search.best))


@pytest.mark.parametrize("maximize", [True, False])
def test_the_optimum_is_found_and_proven(maximize: bool) -> None:
    """Neighborhoods grow until one is the whole program: then nothing is better."""
    problem = knapsack(9, seed=5, maximize=maximize)
    search, _, run = searching(problem, "mutation", "ball", "crossover")
    for _ in range(60):
        if not search.step():
            break
    assert search.exhausted
    assert search.cost == enumerated(problem)[0] == run.bound


def test_local_search_is_an_arm() -> None:
    """It asks no back-end, and what it finds counts."""
    problem = knapsack(9, seed=5)
    search, backend, run = searching(problem, JUMP)
    steps: list[Step] = []
    search.on_step = steps.append
    stop_s = run.elapsed + 20.0
    while search.cost > enumerated(problem)[0] and run.elapsed < stop_s:  # type: ignore[operator]
        search.step()
    assert search.cost == enumerated(problem)[0]
    assert not backend.requests
    assert {step.family for step in steps} == {JUMP}
    assert run.iterations == len(steps)


def test_local_search_begins_and_the_backend_polishes() -> None:
    """Without a start; columns that decide nothing are the back-end's."""
    problem = knapsack(9, seed=5)
    backend = Enumerating(problem)
    run = Run(Stop(time_limit=1000.0))
    search = AlnsSearch(problem, backend, run, Settings((Arm("mutation", 0.4),)))
    search.polish()
    assert not backend.requests
    search.jump(0.05)
    assert search.best is not None
    assert problem.check(Values(search.best)) == []
    assert search.cost == run.cost


def test_neighborhoods_are_searched_below_the_best_cost_only() -> None:
    """The cutoff is one less, where costs are whole numbers."""
    problem = knapsack(9, seed=5)
    search, backend, _ = searching(problem, "mutation", "ball")
    for _ in range(6):
        best, seen = search.cost, len(backend.requests)
        search.step()
        for request in backend.requests[seen:]:
            assert request.cutoff == pytest.approx(best - 1, abs=1e-3)


def test_a_cutoff_of_fractional_costs_is_a_small_step() -> None:
    """No better solution is cut off but one that is better by next to nothing."""
    problem = program([-1.5, -2.25], [[1, 1]], [(-np.inf, 2)], upper=[1, 1])
    search, backend, _ = searching(problem, "mutation")
    search.offer(np.array([1.0, 0.0]))
    search.step()
    assert backend.requests[-1].cutoff == pytest.approx(-1.5, rel=1e-5)
    assert backend.requests[-1].cutoff < -1.5


def test_arms_that_hit_their_limit_become_smaller() -> None:
    """And others larger: those that are searched at once."""
    problem = knapsack(14, seed=5)
    for ending, size, larger in ((Ending.LIMIT, 0.9, False), (Ending.INFEASIBLE, 0.4, True)):
        backend = Enumerating(problem, ending)
        search, _, _ = searching(problem, "mutation", size=size, backend=backend)
        steps: list[Step] = []
        search.on_step = steps.append
        for _ in range(3):
            search.step()
        sizes = [step.size for step in steps]
        assert sizes == sorted(sizes, reverse=not larger)
        assert (sizes[-1] > sizes[0]) == larger
        assert sizes[-1] != sizes[0]


def test_fruitless_iterations_give_neighborhoods_more_work() -> None:
    """The limit on nodes grows, and without a limit on iterations that on seconds."""
    problem = knapsack(14, seed=5)
    for stop in (Stop(time_limit=1000.0), Stop(iterations=100)):
        backend = Enumerating(problem, Ending.LIMIT)
        search, _, _ = searching(problem, "mutation", "ball", backend=backend, stop=stop)
        for _ in range(20):
            search.step()
        first, last = backend.requests[0], backend.requests[-1]
        if stop.iterations is None:
            assert first.nodes is None
            assert last.seconds > first.seconds
        else:
            assert first.seconds == last.seconds == np.inf
            assert first.nodes is not None
            assert last.nodes is not None
            assert last.nodes > first.nodes


def test_steps_without_a_solution_or_integers_do_nothing() -> None:
    """There is nothing to search."""
    problem = knapsack(6)
    run = Run(Stop())
    settings = Settings((Arm("mutation", 0.5),))
    assert not AlnsSearch(problem, Enumerating(problem), run, settings).step()
    linear = program([1.0], [[1.0]], [(0, 1)], upper=[1.0], integer=[False])
    search = AlnsSearch(linear, Enumerating(problem), run, settings)
    search.offer(np.zeros(1))
    assert not search.step()


def test_the_same_seed_gives_the_same_steps() -> None:
    """With a limit on the iterations nothing depends on the clock."""
    problem = knapsack(10, seed=7)
    logs: list[list[tuple[str, float, int]]] = []
    for _ in range(2):
        search, _, _ = searching(problem, stop=Stop(iterations=50))
        log: list[tuple[str, float, int]] = []
        search.on_step = lambda s, log=log: log.append((s.family, s.size, s.free))  # type: ignore[misc]
        for _ in range(15):
            search.step()
        logs.append(log)
    assert logs[0] == logs[1]


@pytest.mark.parametrize("backend", ["highs", "scip"])
def test_iterations_are_reproducible(backend: str) -> None:
    """With a real back-end, whose neighborhoods are limited by nodes."""
    problem = knapsack(25, seed=4)
    first, second = (
        cosolve.solve(problem, Alns(backend=backend), stop=Stop(iterations=4), seed=5)
        for _ in range(2)
    )
    assert first.solution == second.solution
    assert first.iterations == second.iterations <= 4


def test_conformance() -> None:
    """The promises every method keeps; time limits leave room to start a process."""
    samples = [p for p in mip_samples() if p.name in ("cover", "mixed-tiny", "empty-tiny")]
    check_solver("alns", samples, seconds=30.0)


def test_mixed_programs_are_solved() -> None:
    """Continuous columns stay free."""
    result = cosolve.solve(mixed(), "alns", stop=SLOW_S)
    assert result.status is Status.OPTIMAL
    assert result.cost == pytest.approx(19.5)


@pytest.mark.parametrize("maximize", [True, False])
def test_a_start_is_improved_from(maximize: bool) -> None:
    """The result is the optimum, in the sense of the problem."""
    problem = knapsack(10, seed=3, maximize=maximize)
    best, _ = enumerated(problem)
    result = cosolve.solve(problem, "alns", stop=SLOW_S, start=Values(np.zeros(10)))
    assert result.cost == (-best if maximize else best)  # type: ignore[operator]
    assert result.bound == result.cost


def test_infeasible_and_unbounded_are_statuses() -> None:
    """Both are found out at the beginning."""
    nothing = program([1, 1], [[2, 2]], [(3, 3)], upper=[9, 9])
    assert cosolve.solve(nothing, "alns", stop=SLOW_S).status is Status.INFEASIBLE
    endless = program([-1, -1], [[1, -1]], [(-9, 0)])
    assert cosolve.solve(endless, "alns", stop=SLOW_S).status is Status.UNBOUNDED


def test_a_target_ends_the_search() -> None:
    """As soon as it is reached."""
    problem = knapsack(25, seed=4, maximize=False)
    few = cosolve.solve(problem, "alns", stop=Stop(iterations=1))
    assert few.cost is not None
    stop = Stop(time_limit=SLOW_S, target_cost=few.cost)
    assert cosolve.solve(problem, "alns", stop=stop).limit in (Limit.TARGET, None)


def test_the_published_settings_are_a_preset() -> None:
    """Ten arms, softmax, hill climbing, and nothing adapts."""
    result = cosolve.solve(
        knapsack(40, seed=4), "alns", stop=Stop(iterations=3), params="published"
    )
    assert result.solution is not None
    settings = Alns(**Alns.presets["published"](0)).settings()  # type: ignore[arg-type]
    assert [(arm.family, arm.size) for arm in settings.arms][:3] == [
        ("crossover", 0.2),
        ("mutation", 0.5),
        ("rins", 0.4),
    ]
    assert len(settings.arms) == 10
    assert settings.steady
    assert not any(arm.adapts for arm in settings.arms)


@pytest.mark.parametrize("accept", ["hill-climbing", "annealing"])
@pytest.mark.parametrize("bandit", ["epsilon-greedy", "softmax", "ucb", "thompson"])
def test_every_bandit_and_rule_works(bandit: str, accept: str) -> None:
    """They lead to the optimum of a small program, whatever they accept on the way."""
    problem = knapsack(8, seed=2)
    arms = tuple(FAMILIES)
    settings = Alns(bandit=bandit, accept=accept, arms=arms).settings()
    run = Run(Stop(time_limit=1000.0), seed=1)
    search = AlnsSearch(problem, Enumerating(problem), run, settings)
    search.offer(np.zeros(8))
    for _ in range(40):
        search.step()
    assert search.cost == enumerated(problem)[0]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"backend": "none"}, "backend must be one of"),
        ({"bandit": "one-armed"}, "bandit must be one of"),
        ({"accept": "all"}, "accept must be one of"),
        ({"arms": ()}, "needs an arm"),
        ({"arms": ("rins", "rinse")}, "there is no arm 'rinse'"),
        ({"arms": ("rins_0",)}, "size of arm rins_0"),
        ({"rewards": (1.0, 2.0)}, "4 rewards"),
        ({"first_share": 0.0}, "first_share"),
        ({"jump_share": 0.5}, "jump_share"),
        ({"arms": ("jump_5",)}, "there is no arm 'jump_5'"),
        ({"memory": 0.0}, "memory"),
        ({"nodes": 0}, "a node"),
        ({"exploration": -1.0}, "tau must be positive"),
        ({"accept": "annealing", "temperatures": (1.0, 2.0, 0.1)}, "temperatures"),
    ],
)
def test_wrong_parameters_are_refused(params: dict[str, object], words: str) -> None:
    """One line that says what is wrong."""
    with pytest.raises(ValueError, match=words):
        Alns(**params)  # type: ignore[arg-type]


def test_other_problems_are_declined() -> None:
    """In words."""
    reason = Alns().supports(cosolve.TSP(coords=np.eye(3)))
    assert reason is not None
    assert "mixed-integer" in reason
