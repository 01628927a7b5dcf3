"""The method ``tabu``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import _kernels, solve
from cosolve.core import Result, Run, Status, Stop
from cosolve.problems import TSP, Schedule, Scheduling
from cosolve.search.scheduling_model import SchedulingModel
from cosolve.solvers.tabu import Tabu


def random_problem(
    seed: int, jobs: int, machines: int, length: int, most: int = 9, **others: Any
) -> Scheduling:
    """Operations with one to all machines, among them some without duration."""
    rng = np.random.default_rng(seed)

    def operation() -> dict[int, int]:
        eligible = rng.choice(machines, rng.integers(1, machines + 1), replace=False)
        return {int(k): int(rng.integers(0, most + 1)) for k in eligible}

    listed = [[operation() for _ in range(length)] for _ in range(jobs)]
    return Scheduling.from_jobs(listed, machines=machines, **others)


def job_shop(path: Path) -> Scheduling:
    """Read pairs of machine and duration, a line for each job."""
    rows = [list(map(int, line.split())) for line in path.read_text().splitlines()[1:]]
    jobs = [[{r[i]: r[i + 1]} for i in range(0, len(r), 2)] for r in rows if r]
    return Scheduling.from_jobs(jobs)


def cost(result: Result[Any]) -> float:
    """Cost of what was found."""
    assert result.cost is not None
    return result.cost


def least_makespan(problem: Scheduling) -> int:
    """Try every order of the operations on all of their machines."""
    n = problem.operations
    choices = [range(problem.first[i], problem.first[i + 1]) for i in range(n)]
    orders = [
        order
        for order in itertools.permutations(range(n))
        if all(order.index(i) < order.index(i + 1)
               for i in range(n - 1) if problem.jobs[i] == problem.jobs[i + 1])
    ]  # fmt: skip
    best = 2**60
    for chosen in itertools.product(*choices):
        for order in orders:
            job_free = problem.release.tolist()
            machine_free = problem.available.tolist()
            latest = 0
            for i in order:
                k, j = problem.machine[chosen[i]], problem.jobs[i]
                end = max(job_free[j], machine_free[k]) + int(problem.duration[chosen[i]])
                job_free[j] = machine_free[k] = end
                latest = max(latest, end)
            best = min(best, latest)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_small_problems_are_solved_to_optimality(seed: int) -> None:
    """The makespan is the least of all schedules, with releases and late machines, too."""
    late: dict[str, Any] = (
        {"release": [seed % 4, 0, 3], "available": [0, seed % 5]} if seed % 2 else {}
    )
    problem = random_problem(seed, 3, 2, 2, **late)
    result = solve(problem, "tabu", stop=Stop(iterations=3000), seed=seed)
    assert result.cost == least_makespan(problem)


@pytest.mark.parametrize("outside", [0, 1, 10])
@pytest.mark.parametrize("seed", range(4))
def test_job_shops_are_solved_to_optimality(seed: int, outside: int) -> None:
    """However far operations may leave their blocks, and zero durations and all."""
    rng = np.random.default_rng(seed)
    jobs = [[{int(k): int(rng.integers(0, 6))} for k in rng.permutation(2)] for _ in range(3)]
    problem = Scheduling.from_jobs(jobs)
    params = {"outside": outside}
    result = solve(problem, "tabu", stop=Stop(iterations=3000), seed=seed, params=params)
    assert result.cost == least_makespan(problem)


@pytest.mark.parametrize("seed", range(4))
def test_same_seed_gives_the_same_schedule(seed: int) -> None:
    """Iterations only limit the search, so that nothing depends on the clock."""
    problem = random_problem(seed, 8, 5, 6)
    one, two = (solve(problem, "tabu", stop=Stop(iterations=2000), seed=seed) for _ in range(2))
    assert one.solution == two.solution
    assert one.iterations <= 2000


def test_start_is_improved_and_never_worsened() -> None:
    """Without any iteration the makespan is at most that of the start."""
    problem = random_problem(5, 10, 4, 8)
    good = solve(problem, "tabu", stop=Stop(iterations=20_000), seed=1)
    again = solve(problem, "tabu", stop=Stop(iterations=0), start=good.solution, seed=2)
    fresh = solve(problem, "tabu", stop=Stop(iterations=0), seed=2)
    assert cost(again) <= cost(good) < cost(fresh)


@pytest.mark.parametrize("seed", range(6))
def test_kernel_keeps_the_order_of_a_schedule(seed: int) -> None:
    """Encoded and decoded a schedule is feasible, as it was or earlier, zero durations and all."""
    problem = random_problem(seed, 6, 3, 5, most=2, release=[0, 1, 0, 2, 0, 3])
    found = solve(problem, "tabu", stop=Stop(iterations=50), seed=seed).solution
    assert found is not None
    later = Schedule(found.machine, found.start + 7)
    run = Run(Stop(iterations=0))
    outcome = Tabu().run(problem, run, start=later)
    assert outcome.solution is not None
    assert not problem.check(outcome.solution)
    assert (outcome.solution.start <= later.start).all()
    assert np.array_equal(outcome.solution.machine, later.machine)


def test_machines_visited_again_make_no_cycle() -> None:
    """Jobs may come back to a machine, also at once."""
    rng = np.random.default_rng(3)
    jobs = [[{int(k): int(rng.integers(1, 9))} for k in (0, 0, 1, 0, 1, 1)] for _ in range(6)]
    problem = Scheduling.from_jobs(jobs)
    result = solve(problem, "tabu", stop=Stop(iterations=20_000), seed=1)
    load = max(sum(d for o in (o for j in jobs for o in j) for m, d in o.items() if m == k)
               for k in (0, 1))  # fmt: skip
    assert load <= cost(result) <= load + 10


def test_search_ends_when_the_bound_is_met() -> None:
    """A single machine is never idle, and the search knows."""
    problem = Scheduling.from_jobs([[{0: 4}], [{0: 5}], []])
    result = solve(problem, "tabu", stop=Stop(time_limit=60))
    assert (result.cost, result.status) == (9, Status.OPTIMAL)
    assert result.runtime < 5


@pytest.mark.parametrize("jobs", [[], [[]], [[{0: 0}]], [[{1: 3}]]])
def test_next_to_nothing_to_do(jobs: list[list[dict[int, int]]]) -> None:
    """No job, an empty one, an operation without duration and a single one are no trouble."""
    problem = Scheduling.from_jobs(jobs)
    result = solve(problem, "tabu", stop=Stop(iterations=10, time_limit=10))
    assert result.cost == sum(d for job in jobs for o in job for d in o.values())
    assert result.status is Status.OPTIMAL


def test_two_threads_share_a_pool() -> None:
    """The result of two threads is feasible and counts the moves of both."""
    problem = random_problem(1, 10, 5, 10)
    result = solve(problem, "tabu", stop=Stop(iterations=30_000), threads=2)
    assert result.solution is not None
    assert not problem.check(result.solution)
    assert 0 < result.iterations <= 30_000


@pytest.mark.parametrize(
    ("others", "part"),
    [
        ({"objective": "flow-time"}, "makespan"),
        ({"ordered": False}, "open shop"),
        ({"precedence": [(0, 2)]}, "precedence"),
        ({"families": [0, 1, 0, 1], "setups": [[0, 1], [1, 0]]}, "setups"),
        ({"downtime": [(0, 3, 5)]}, "downtime"),
        ({"preferred": [0, 0, 1, 1], "change_cost": 1}, "changes"),
        ({"release": [2**29, 0]}, "2**29"),
    ],
)
def test_what_it_cannot_handle_is_declined(others: dict[str, Any], part: str) -> None:
    """The reason names the feature."""
    jobs = [[{0: 1, 1: 2}, {0: 2, 1: 2}], [{1: 4, 0: 3}, {0: 1, 1: 2}]]
    reason = Tabu().supports(Scheduling.from_jobs(jobs, **others))
    assert reason is not None
    assert part in reason


def test_other_problems_are_declined() -> None:
    """It schedules nothing but operations."""
    assert "tsp" in str(Tabu().supports(TSP(coords=np.eye(3))))


@pytest.mark.parametrize(
    "name", ["population", "depth", "tenure", "window", "reach", "reliefs", "outside"]
)
def test_parameters_are_checked(name: str) -> None:
    """Negative numbers are refused by name."""
    with pytest.raises(ValueError, match=name):
        Tabu(**{name: -1})


def test_kernel_refuses_what_is_no_schedule() -> None:
    """An order that breaks the order of a job is not searched from."""
    problem = random_problem(1, 2, 2, 2)
    model = SchedulingModel(problem)
    pool = _kernels.TabuPool(model.instance, 2)
    engine = _kernels.TabuSearch(model.instance, pool, 0, 10, 100, 0, 0, 0, 0)
    alternative = problem.first[:-1].astype(np.int32)
    with pytest.raises(ValueError, match="order of jobs"):
        engine.start(model.instance, alternative, np.array([1, 0, 2, 3], np.int32))


@pytest.mark.parametrize(
    ("name", "makespan"), [("FisherThompson1963/ft10", 930), ("Lawrence1984/la21", 1046)]
)
def test_job_shops_are_solved_nearly_to_optimality(data: Path, name: str, makespan: int) -> None:
    """So many moves lead within 2 % of the optimum."""
    problem = job_shop(data / "jsp" / f"{name}.txt")
    result = solve(problem, "tabu", stop=Stop(iterations=400_000), seed=1)
    assert makespan <= cost(result) <= 1.02 * makespan


def test_taillard_71_is_proven_at_once(data: Path) -> None:
    """Two thousand operations: the load of a machine is the makespan."""
    problem = job_shop(data / "jsp" / "Taillard1993" / "ta71js.txt")
    result = solve(problem, "tabu", stop=Stop(time_limit=30), seed=1)
    assert (result.cost, result.status) == (5464, Status.OPTIMAL)


def test_large_problems_get_a_schedule_in_time() -> None:
    """Twenty thousand operations: the time limit holds, and moves are done."""
    rng = np.random.default_rng(1)
    n, machines = 20_000, 20
    sizes = rng.integers(1, 6, n)
    first = np.zeros(n + 1, np.int32)
    np.cumsum(sizes, out=first[1:])
    machine = np.concatenate([rng.choice(machines, s, replace=False) for s in sizes])
    problem = Scheduling(
        jobs=(np.arange(n) // 50).astype(np.int32),
        first=first,
        machine=machine,
        duration=rng.integers(1, 100, machine.size),
    )
    result = solve(problem, "tabu", stop=1.0)
    assert result.iterations > 0
    assert result.runtime < 2.0
