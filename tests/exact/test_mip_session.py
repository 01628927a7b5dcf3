"""Sessions: every back-end solves a program and its variations, and what it says is checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from mip_toys import enumerated, knapsack, market_split, mixed, program

from cosolve.core import Run, Stop
from cosolve.core.errors import BackendError
from cosolve.exact.mip_backend import backend, backend_names
from cosolve.exact.mip_session import Ending, News, Request, Row, Session
from cosolve.problems.mip import MIP, Values

TOLERANCE = 1e-6
KNAPSACK = knapsack()
BEST, SOLUTION = enumerated(KNAPSACK)


@pytest.fixture(scope="module", params=backend_names())
def name(request: pytest.FixtureRequest) -> str:
    """Name of a back-end that is installed."""
    found: str = request.param
    if not backend(found).installed:
        pytest.skip(f"{backend(found).package} is not installed")
    return found


@pytest.fixture(scope="module", params=["scip", "highs"])
def mixing(request: pytest.FixtureRequest) -> str:
    """Name of a back-end for continuous columns."""
    found: str = request.param
    if not backend(found).installed:
        pytest.skip(f"{backend(found).package} is not installed")
    return found


@pytest.fixture(scope="module")
def session(name: str) -> Iterator[Session]:
    """Share a session between all requests on the knapsack."""
    with Session(KNAPSACK, name) as opened:
        yield opened


@pytest.fixture(scope="module")
def mixed_session(mixing: str) -> Iterator[Session]:
    """Open a session with continuous columns."""
    with Session(mixed(), mixing) as opened:
        yield opened


def ask(session: Session, **fields: object) -> object:
    """Solve a request without any limit."""
    return session.solve(Request(**fields), Run(Stop()))


def solved(problem: MIP, name: str, **fields: object):
    """Solve a request in a session of its own."""
    with Session(problem, name) as opened:
        return ask(opened, **fields)


def test_program_is_solved_to_optimality(session: Session) -> None:
    """Costs are minimized, so a maximized program has the opposite objective."""
    answer = ask(session)
    assert answer.ending == Ending.OPTIMAL
    assert answer.cost == BEST
    assert answer.bound == pytest.approx(BEST, abs=TOLERANCE)
    assert KNAPSACK.check(Values(answer.values)) == []


def test_bounds_of_a_request_hold_for_it_alone(session: Session) -> None:
    """Fixed columns stay fixed, and the next request knows nothing of them."""
    flipped = 1.0 - SOLUTION[:3]
    lower, upper = np.zeros(KNAPSACK.size), np.ones(KNAPSACK.size)
    lower[:3] = upper[:3] = flipped
    fixed = ask(session, lower=lower, upper=upper)
    assert fixed.ending == Ending.OPTIMAL
    assert fixed.values[:3].tolist() == flipped.tolist()
    assert fixed.cost > BEST
    assert ask(session).cost == BEST


def test_objective_of_a_request_holds_for_it_alone(session: Session) -> None:
    """Costs and bounds are told in it, offset included."""
    answer = ask(session, objective=np.ones(KNAPSACK.size), offset=2.5)
    assert (answer.ending, answer.cost) == (Ending.OPTIMAL, 2.5)
    assert answer.bound == pytest.approx(2.5, abs=TOLERANCE)
    assert ask(session).cost == BEST


def test_rows_of_a_request_hold_for_it_alone(session: Session) -> None:
    """A cut that excludes the best solution costs something, and is gone afterwards."""
    ones = np.flatnonzero(SOLUTION)
    cut = Row(ones, np.ones(ones.size), -np.inf, ones.size - 2.0)
    answer = ask(session, rows=(cut,))
    assert answer.ending == Ending.OPTIMAL
    assert answer.values[ones].sum() <= ones.size - 2
    assert answer.cost > BEST
    assert ask(session).cost == BEST


def test_cutoff_admits_solutions_that_reach_it(session: Session) -> None:
    """A cutoff at the optimum leaves the optimum."""
    answer = ask(session, cutoff=BEST)
    assert (answer.ending, answer.cost) == (Ending.OPTIMAL, BEST)


def test_nothing_below_the_cutoff_is_infeasible_and_bounds_it(session: Session) -> None:
    """That there is nothing better is a bound for the program without the cutoff."""
    answer = ask(session, cutoff=BEST - 1.0)
    assert (answer.ending, answer.values) == (Ending.INFEASIBLE, None)
    assert answer.bound == BEST - 1.0
    assert ask(session).cost == BEST


def test_start_is_told_before_anything_better(session: Session) -> None:
    """A session never ends with less than what it was given."""
    start = np.zeros(KNAPSACK.size)
    start[0] = 1.0
    heard: list[News] = []
    session.solve(Request(start=start, nodes=1), Run(Stop()), heard.append)
    costs = [news.cost for news in heard if news.cost is not None]
    assert costs
    assert costs[-1] <= -KNAPSACK.cost(Values(start))
    assert costs == sorted(costs, reverse=True)


def test_partial_start_is_completed(session: Session) -> None:
    """Columns that are NaN are for the back-end to choose."""
    start = SOLUTION.copy()
    start[4:] = np.nan
    assert ask(session, start=start).cost == BEST


def test_relaxation_has_values_and_bounds_the_program(session: Session) -> None:
    """The linear relaxation is no dearer than the program and has its duals."""
    answer = ask(session, relaxed=True)
    assert answer.ending == Ending.OPTIMAL
    assert answer.cost <= BEST + TOLERANCE
    assert ((answer.values >= -TOLERANCE) & (answer.values <= 1 + TOLERANCE)).all()
    # Columns that are basic, strictly between their bounds, have no reduced cost.
    inside = (answer.values > TOLERANCE) & (answer.values < 1 - TOLERANCE)
    assert np.abs(answer.reduced_costs[inside]).max(initial=0.0) <= TOLERANCE
    assert np.abs(answer.reduced_costs).max() > TOLERANCE
    assert ask(session).cost == BEST


def test_relaxation_within_bounds_and_rows(session: Session) -> None:
    """Variations hold for relaxations, too."""
    upper = np.ones(KNAPSACK.size)
    upper[0] = 0.0
    row = Row(np.array([1, 2]), np.ones(2), -np.inf, 0.5)
    answer = ask(session, relaxed=True, upper=upper, rows=(row,))
    assert answer.values[0] == pytest.approx(0.0, abs=TOLERANCE)
    assert answer.values[1] + answer.values[2] <= 0.5 + TOLERANCE


def test_empty_domain_is_infeasible_without_a_back_end(session: Session) -> None:
    """Bounds with no whole number between them leave nothing."""
    lower, upper = np.zeros(KNAPSACK.size), np.ones(KNAPSACK.size)
    lower[2], upper[2] = 0.25, 0.75
    assert ask(session, lower=lower, upper=upper).ending == Ending.INFEASIBLE


def test_first_solution_may_be_enough(session: Session) -> None:
    """A limit on solutions ends with one of them."""
    answer = ask(session, solutions=1)
    assert answer.values is not None
    assert answer.cost >= BEST


@pytest.mark.parametrize("emphasis", ["feasibility", "bound"])
def test_emphasis_changes_no_optimum(session: Session, emphasis: str) -> None:
    """It only moves the effort."""
    assert ask(session, emphasis=emphasis).cost == BEST


def test_same_requests_have_the_same_answers(session: Session) -> None:
    """With a limit on nodes, nothing depends on the clock or on what was solved before."""
    first, second = (ask(session, nodes=2) for _ in range(2))
    assert first.values.tolist() == second.values.tolist()
    assert (first.bound, first.nodes) == (second.bound, second.nodes)


def test_wrong_shapes_are_refused(session: Session) -> None:
    """They never reach a back-end."""
    with pytest.raises(ValueError, match="start must have shape"):
        ask(session, start=np.zeros(3))
    with pytest.raises(ValueError, match="lower must be 8 numbers"):
        ask(session, lower=np.zeros(3))
    with pytest.raises(ValueError, match="within those of the program"):
        ask(session, upper=np.full(KNAPSACK.size, 2.0))


def test_run_that_is_over_ends_at_once(session: Session) -> None:
    """An interrupted run gets no work done."""
    run = Run(Stop())
    run.interrupted.set()
    assert session.solve(Request(), run).ending == Ending.LIMIT


def test_continuous_columns(mixed_session: Session) -> None:
    """Integers are whole numbers, the rest is not."""
    answer = ask(mixed_session)
    assert answer.ending == Ending.OPTIMAL
    assert answer.cost == pytest.approx(19.5, abs=TOLERANCE)
    assert answer.values[:2].tolist() == [1.0, 1.0]


def test_continuous_columns_with_integers_fixed(mixed_session: Session) -> None:
    """The rest is a linear program."""
    lower = np.array([0.0, 1.0, 0.0, 0.0])
    upper = np.array([0.0, 1.0, np.inf, np.inf])
    assert ask(mixed_session, lower=lower, upper=upper).ending == Ending.INFEASIBLE
    answer = ask(mixed_session, lower=np.array([1.0, 1.0, 4.0, 0.0]))
    assert answer.cost == pytest.approx(19.5, abs=TOLERANCE)


def test_infeasible_program(name: str) -> None:
    """x1 + x2 = 3 has no binary solution."""
    problem = program([1, 1], [[1, 1]], [(3, 3)], upper=[1, 1])
    assert solved(problem, name).ending == Ending.INFEASIBLE


def test_infeasible_without_its_integers_alone(name: str) -> None:
    """2 x1 + 2 x2 = 3 has a relaxation, but no solution."""
    problem = program([1, 1], [[2, 2]], [(3, 3)], upper=[9, 9])
    assert solved(problem, name).ending == Ending.INFEASIBLE
    assert solved(problem, name, relaxed=True).ending == Ending.OPTIMAL


def test_unbounded_program(mixing: str) -> None:
    """An objective without limit is told apart from having no solution."""
    free = program([-1, -1], [[1, -1]], [(-np.inf, 0.0)])
    assert solved(free, mixing).ending == Ending.UNBOUNDED
    assert solved(free, mixing, relaxed=True).ending == Ending.UNBOUNDED


def test_unbounded_relaxation_of_an_infeasible_program(mixing: str) -> None:
    """What has no solution is infeasible, whatever its relaxation is."""
    problem = program(
        [-1, -1, 0], [[1, -1, 0], [0, 0, 2]], [(-np.inf, 0.0), (1.0, 1.0)], upper=[np.inf] * 2 + [9]
    )
    assert solved(problem, mixing).ending == Ending.INFEASIBLE


def test_program_without_rows(name: str) -> None:
    """Every column goes to its better bound."""
    problem = program([1, -2], np.zeros((0, 2)), [], lower=[-3, 0], upper=[5, 4])
    answer = solved(problem, name)
    assert (answer.ending, answer.cost) == (Ending.OPTIMAL, -11.0)


def test_program_without_columns(name: str) -> None:
    """Its only solution is empty, unless a row wants more than 0."""
    answer = solved(program([], np.zeros((1, 0)), [(-1, 1)], offset=4.0), name)
    assert (answer.ending, answer.cost, len(answer.values)) == (Ending.OPTIMAL, 4.0, 0)
    assert solved(program([], np.zeros((1, 0)), [(1, 1)]), name).ending == Ending.INFEASIBLE


def test_program_without_objective(name: str) -> None:
    """Any solution is optimal."""
    answer = solved(program([0, 0], [[1, 1]], [(2, np.inf)], upper=[3, 3]), name)
    assert (answer.ending, answer.cost) == (Ending.OPTIMAL, 0.0)


def test_empty_rows_and_fixed_columns(name: str) -> None:
    """They are no trouble, and an empty row that cannot hold makes it infeasible."""
    sides = [(0.0, 1.0), (2.0, 9.0)]
    problem = program([1, 1], [[0, 0], [1, 1]], sides, lower=[1, 0], upper=[1, 5])
    assert solved(problem, name).cost == 2.0
    wrong = program([1, 1], [[0, 0], [1, 1]], [(1.0, 1.0), (2.0, 9.0)], upper=[5, 5])
    assert solved(wrong, name).ending == Ending.INFEASIBLE


def test_sides_that_cross(name: str) -> None:
    """No solution, unless they cross by less than the checker forgives."""
    assert solved(program([1], [[1]], [(3, 2)], upper=[9]), name).ending == Ending.INFEASIBLE
    near = program([1], [[1]], [(2 + 1e-9, 2)], upper=[9])
    if backend(name).refuses(near) is None:
        assert solved(near, name).cost == 2.0


def test_huge_limits_are_none(mixing: str) -> None:
    """1e20 and beyond mean infinity, as in files."""
    problem = program(
        [2, 1], [[1, 1]], [(2.5, 1e21)], lower=[-1e30, 0], upper=[1e25, 1e20], integer=[False, True]
    )
    assert solved(problem, mixing).ending == Ending.UNBOUNDED
    assert solved(problem, mixing, objective=np.array([0.0, 1.0])).cost == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_small_programs_against_enumeration(name: str, seed: int) -> None:
    """General integers, negative bounds and coefficients, equations, either sense."""
    rng = np.random.default_rng(seed)
    n, m = 4, 3
    lower = rng.integers(-3, 1, n)
    rows = rng.integers(-4, 5, (m, n))
    inner = lower + rng.integers(0, 3, n)
    level = rows @ inner
    sides = [(level[0], level[0]), (-np.inf, level[1] + 2), (level[2] - 2, level[2] + 2)]
    problem = program(
        rng.integers(-5, 6, n),
        rows,
        sides,
        lower=lower,
        upper=lower + 4,
        offset=1.5,
        maximize=bool(seed % 2),
    )
    best, _ = enumerated(problem)
    answer = solved(problem, name)
    assert answer.ending == Ending.OPTIMAL
    assert answer.cost == pytest.approx(best, abs=TOLERANCE)


def test_injected_solution_is_taken(mixing: str) -> None:
    """A running back-end takes a solution that it would not find by itself."""
    problem, planted = market_split()
    best = problem.cost(Values(planted))
    with Session(problem, mixing) as session:
        session.inject(planted)  # nobody is working: ignored
        alone = session.solve(Request(nodes=60), Run(Stop()))
        helped = session.solve(Request(nodes=60), Run(Stop()), lambda news: session.inject(planted))
    assert alone.cost > -best
    assert helped.cost == -best


def test_interruption_returns_the_incumbent(name: str) -> None:
    """What was found until then is the answer."""
    problem = knapsack(60, seed=5)
    run = Run(Stop())
    with Session(problem, name) as session:
        answer = session.solve(
            Request(), run, lambda news: run.interrupted.set() if news.cost else None
        )
    assert answer.values is not None
    assert answer.ending in (Ending.LIMIT, Ending.OPTIMAL)
    assert problem.check(Values(answer.values)) == []


def test_request_after_an_interruption_is_not_interrupted(mixing: str) -> None:
    """What ended the one before is forgotten."""
    rng = np.random.default_rng(3)
    weights = rng.integers(0, 100, (5, 40)).astype(float)
    dense = np.hstack([weights, np.eye(5), -np.eye(5)])
    sides = [(half, half) for half in (weights.sum(axis=1) // 2).tolist()]
    hard = program(
        [0.0] * 40 + [1.0] * 10, dense, sides, upper=[1.0] * 40 + [np.inf] * 10,
        integer=[True] * 40 + [False] * 10,
    )  # fmt: skip
    with Session(hard, mixing) as session:
        first = Run(Stop())
        answer = session.solve(Request(), first, lambda news: first.interrupted.set())
        assert answer.ending == Ending.LIMIT
        lower, upper = hard.lower.copy(), hard.upper.copy()
        upper[20:40] = 0.0
        answer = session.solve(Request(lower, upper), Run(Stop()))
        assert answer.ending == Ending.OPTIMAL


def test_process_is_started_before_it_is_asked(name: str) -> None:
    """Once, within the limits of the run; requests find it there."""
    over = Run(Stop())
    over.interrupted.set()
    with Session(KNAPSACK, name) as opened:
        assert not opened.open(over)
        assert opened._worker is None
        assert opened.open(Run(Stop()))
        worker = opened._worker
        assert opened.open(Run(Stop()))
        assert ask(opened).cost == BEST
        assert opened._worker is worker


@pytest.mark.parametrize("seconds", [(0.2, 600.0), (0.2, 0.0)])
def test_time_for_the_root_does_not_hold_for_the_tree(
    mixing: str, seconds: tuple[float, float]
) -> None:
    """A program that is branched on at once ends after the seconds of a request."""
    problem, _ = market_split()
    with Session(problem, mixing) as opened:
        run = Run(Stop(time_limit=300.0))
        assert opened.open(run)
        began_s = run.elapsed
        request = Request(seconds=seconds[0], root_seconds=seconds[1])
        assert opened.solve(request, run).ending == Ending.LIMIT
        assert run.elapsed - began_s < 60.0


def test_dead_worker_is_an_error_and_replaced(session: Session) -> None:
    """The error names the back-end; the next request starts another process."""
    ask(session)
    session._worker._process.kill()
    with pytest.raises(BackendError, match="ended by SIGKILL"):
        ask(session)
    assert ask(session).cost == BEST


def test_paused_worker_goes_on_where_it_was(session: Session) -> None:
    """A signal stops it, another one lets it go on."""
    ask(session)
    session.pause()
    threading.Timer(0.3, session.resume).start()
    assert ask(session).cost == BEST


def test_unknown_back_end_is_refused() -> None:
    """The message lists those there are."""
    with pytest.raises(ValueError, match=r"the back-ends are .*highs, scip"):
        Session(KNAPSACK, "nothing")


def test_constraint_programming_refuses_what_it_cannot_scale() -> None:
    """Continuous or unbounded columns, and coefficients that fit no integers."""
    refuses = backend("cpsat").refuses
    assert refuses(KNAPSACK) is None
    assert "continuous" in refuses(mixed())
    assert "bound" in refuses(program([1], [[1]], [(1, 5)]))
    tiny = program([1, 1], [[1e-17, 3.0]], [(1, 5)], upper=[9, 9])
    assert "row c1" in refuses(tiny)
    assert refuses(program([0.5, 0.25], [[0.1, 1.3]], [(1.25, 5)], upper=[9, 9])) is None
