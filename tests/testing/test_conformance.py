"""The conformance suite passes what is right and catches what is wrong."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from fakes import Scripted, Swapper, identity

from cosolve.core import Limit, Outcome, Run, Stop
from cosolve.problems import TSP, Tour
from cosolve.testing import check_solver, conformance, tsp_samples

Script = Callable[..., Outcome[Tour]]
SWAPPER = Swapper()


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Put back the signal handlers that a solver takes away."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def problems() -> list[TSP]:
    """Make a problem large enough for random swaps not to end, and small ones."""
    rng = np.random.default_rng(4)
    return [TSP(coords=rng.random((n, 2)), name=f"random-{n}") for n in (60, 12, 1, 2)]


def test_correct_solver_passes(problems: list[TSP]) -> None:
    """A solver that does everything right passes, also outside the main thread."""
    check_solver(SWAPPER, problems, seconds=0.2)
    errors: list[BaseException] = []

    def check() -> None:
        try:
            check_solver(SWAPPER, problems, seconds=0.2)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=check)
    thread.start()
    thread.join()
    assert errors == []


def test_samples_are_valid() -> None:
    """The samples have the sizes 1 to 3, all shapes, and the largest first."""
    samples = tsp_samples()
    assert {1, 2, 3} <= {p.size for p in samples}
    assert samples[0].size == max(p.size for p in samples)
    assert {p.symmetric for p in samples} == {p.path for p in samples} == {True, False}
    assert len({p.name for p in samples}) == len(samples)


def altered(**changes: Callable[[Outcome[Tour], TSP, Run], object]) -> Script:
    """Run the correct solver and change the outcome."""

    def script(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
        outcome = SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]
        fields = {"solution": outcome.solution, "bound": outcome.bound}
        for name, change in changes.items():
            fields[name] = change(outcome, problem, run)  # type: ignore[assignment]
        return Outcome(**fields)  # type: ignore[arg-type]

    return script


def sleeper(problem: TSP, run: Run, *, start: Tour | None = None, **_: object) -> Outcome[Tour]:
    """Return what was given, or the identity, when a limit is met."""
    tour = identity(problem) if start is None else start
    run.report(problem.cost(tour))
    while run.limit() is None:
        time.sleep(0.005)
        run.report(iterations=1)
    return Outcome(tour)


def deaf_to(*limits: str) -> Script:
    """Sleep on when one of the limits is met, for at most a second and a half."""

    def script(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
        stop = {name: getattr(run.stop, name) for name in Stop.__dataclass_fields__}
        stop["time_limit"] = min(1.5, stop["time_limit"] or 1.5)
        if "time_limit" in limits:
            stop["time_limit"] += 0.5
        stop.update({name: None for name in limits if name in stop and name != "time_limit"})
        inner = Run(Stop(**stop), run.seed)
        if "interrupted" not in limits:
            inner.interrupted = run.interrupted
        outcome = sleeper(problem, inner, **inputs)  # type: ignore[arg-type]
        run.report(inner.cost, iterations=inner.iterations)
        return outcome

    return script


def missing_node(outcome: Outcome[Tour], problem: TSP, _run: Run) -> Tour:
    """Visit the first node twice instead of the last."""
    assert outcome.solution is not None
    nodes = outcome.solution.nodes.copy()
    nodes[-1] = nodes[0]
    return Tour(nodes)


def wrong_report(problem: TSP, run: Run, **_: object) -> Outcome[Tour]:
    """Report less than the tour costs."""
    run.report(problem.cost(identity(problem)) * 0.9 - 1.0)
    return Outcome(identity(problem))


def silent(problem: TSP, _run: Run, **_: object) -> Outcome[Tour]:
    """Report nothing."""
    return Outcome(identity(problem))


def writer(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
    """Write into the coordinates."""
    outcome = SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]
    problem.coords.setflags(write=True)  # type: ignore[union-attr]
    problem.coords[0, 0] += 1e-9  # type: ignore[index]
    problem.coords.setflags(write=False)  # type: ignore[union-attr]
    run.cost = problem.cost(outcome.solution)  # type: ignore[arg-type]
    return outcome


def forgets_start(problem: TSP, run: Run, *, start: object = None, **_: object) -> Outcome[Tour]:
    """Begin anew whatever is given."""
    return SWAPPER.run(problem, run)


def unseeded(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
    """Take the seed from the clock."""
    run.seed = time.perf_counter_ns()
    return SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]


def empty_handed(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
    """Return nothing if there is no time."""
    if run.limit() in (Limit.TIME, Limit.ITERATIONS):
        return Outcome(None)
    return SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]


def needs_guidance(
    problem: TSP, run: Run, *, guide: object = None, **inputs: object
) -> Outcome[Tour]:
    """Fail to visit nodes that the guidance does not name."""
    outcome = SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]
    if guide is not None and problem.size > 1:
        return Outcome(missing_node(outcome, problem, run))
    return outcome


def takes_the_handlers(problem: TSP, run: Run, **inputs: object) -> Outcome[Tour]:
    """Take SIGTERM away."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return SWAPPER.run(problem, run, **inputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("script", "promise"),
    [
        (altered(solution=missing_node), "visited"),
        (altered(solution=lambda *_: None), "returned no solution"),
        (altered(bound=lambda o, p, r: p.cost(o.solution) + 0.1), "the bound .* is above"),
        (wrong_report, "reported a cost of"),
        (silent, "never told a cost"),
        (writer, "arrays of the problem were changed"),
        (forgets_start, "worsened a start"),
        (unseeded, "the same seed"),
        (deaf_to("iterations"), "did [0-9]+ iterations, not 1"),
        (deaf_to("time_limit"), "took .* s of 0.2 s allowed"),
        (empty_handed, "returned no solution"),
        (deaf_to("target_cost"), "for a target it stopped after"),
        (deaf_to("stall"), "without an improvement"),
        (deaf_to("interrupted"), "went on for"),
        (needs_guidance, "visited"),
        (takes_the_handlers, "SIGTERM at .*limit TIME"),
    ],
    ids=[
        "infeasible", "nothing", "bound", "report", "silent", "writer", "start", "seed",
        "iterations", "time", "zero", "target", "stall", "interruption", "guidance", "handlers",
    ],
)  # fmt: skip
def test_broken_promise_is_caught(
    problems: list[TSP], script: Script, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each promise, broken by an otherwise correct solver, is an AssertionError about it."""
    monkeypatch.setattr(conformance, "_LONG_S", 3.0)
    with pytest.raises(AssertionError, match=promise):
        check_solver(Scripted(script), problems, seconds=0.2)


def test_solver_that_supports_nothing_fails() -> None:
    """A suite that tests nothing does not pass."""
    paths = [TSP(coords=np.eye(3), path=True)]
    with pytest.raises(AssertionError, match="supports none of the problems"):
        check_solver(SWAPPER, paths)
