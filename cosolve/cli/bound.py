"""``cosolve bound``: what is proven about an instance, without a search."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import click

from cosolve.cli import common, kinds
from cosolve.cli.main import NO_SOLUTION, OK
from cosolve.cli.progress import live_progress
from cosolve.core import Run, Status, Stop
from cosolve.core.interrupts import interrupts_set
from cosolve.core.result import relative_gap
from cosolve.core.sense import Sense

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve import MIP, TSP, VRP, Scheduling
    from cosolve.bounds import LowerBound


@click.command()
@click.argument("file", type=common.INSTANCE)
@click.option(
    "-t",
    "--time-limit",
    type=float,
    metavar="SECONDS",
    help="Wall seconds.  [default: until the bound has converged; of a MIP, the root of its tree]",
)
@click.option(
    "--iterations",
    type=int,
    metavar="N",
    help="Limit on the minimum trees, or on the bounds by cuts; of a MIP, its columns alone.",
)
@click.option(
    "--method",
    metavar="NAME",
    help="For symmetric tours: held-karp, or cuts, which is higher but takes longer.",
)
@click.option("--upper", type=float, metavar="COST", help="Cost of a known solution.")
@click.option("--tour", type=common.INSTANCE, metavar="SOL", help="A solution, for its cost.")
@common.instance_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def bound(
    file: Path,
    time_limit: float | None,
    iterations: int | None,
    method: str | None,
    upper: float | None,
    tour: Path | None,
    how: common.Reading,
    as_json: bool,
    quiet: bool,
) -> int:
    """Compute a lower bound on the cost of every solution of an instance.

    Ctrl-C or SIGTERM ends the computation and prints what is proven, if that takes no more than a
    few seconds; a second one aborts. The exit code is 1 if nothing could be proven.
    """
    stop = Stop(time_limit=time_limit, iterations=iterations)
    if upper is not None and tour is not None:
        raise click.UsageError("--upper and --tour both say what a known solution costs")
    problem = common.read_instance(file, how)
    if tour is not None:
        upper = _cost_of(tour, problem)
    with interrupts_set(threading.Event()), live_progress(problem.integral, quiet) as listener:
        run = Run(stop, on_progress=Sense.of(problem).listener(listener))
        if upper is not None:
            run.report(Sense.of(problem).flip(upper))
        with interrupts_set(run.interrupted):
            found = _compute(problem, run, upper, method)
        seconds = run.elapsed
    report = _report(problem, found, upper, seconds)
    if as_json:
        common.echo_json(report)
    elif not quiet:
        click.echo(_summary(problem, report, run))
    return OK if found is not None else NO_SOLUTION


def _cost_of(path: Path, problem: TSP | VRP | Scheduling | MIP) -> float:
    from cosolve import read_solution

    solution: Any = read_solution(path, problem)
    violations = problem.check(solution)
    if violations:
        raise ValueError(f"{path}: {violations[0].message}")
    return problem.cost(solution)


def _compute(problem: Any, run: Run, upper: float | None, method: str | None) -> LowerBound | None:
    from cosolve.bounds import lower_bound

    return lower_bound(problem, run, upper=Sense.of(problem).flip(upper), method=method)


def _report(
    problem: TSP | VRP | Scheduling | MIP,
    found: LowerBound | None,
    upper: float | None,
    seconds: float,
) -> dict[str, object]:
    """Return everything that is known, ready for JSON."""
    from cosolve.bounds import proves, rounded_up

    sense = Sense.of(problem)
    # Bounds are computed as if everything were minimized.
    upper = sense.flip(upper)
    value = None if found is None else rounded_up(problem, found.value)
    if upper is not None and value is not None and value > upper:
        slack = 1e-9 * max(1.0, abs(upper))
        if value - upper > slack:
            raise ValueError(
                f"no solution costs {common.shown(sense.flip(upper), problem.integral)}: "
                f"{common.shown(sense.flip(value), problem.integral)} is "
                f"{'an upper' if sense.maximize else 'a lower'} bound"
            )
        value = upper
    optimal = found is not None and proves(problem, found.value, upper)
    status = Status.OPTIMAL if optimal else Status.UNKNOWN if upper is None else Status.FEASIBLE
    return {
        "instance": problem.name,
        "problem": problem.kind,
        "method": None if found is None else found.method,
        "status": str(status),
        "cost": common.plain(sense.flip(upper), problem.integral),
        "bound": sense.flip(value),
        "gap": _finite(relative_gap(upper, value)),
        "converged": found is not None and found.converged,
        "runtime": seconds,
        "iterations": 0 if found is None else found.iterations,
    }


def _finite(gap: float | None) -> float | None:
    return None if gap is None or gap == float("inf") else gap


def _summary(problem: TSP | VRP | Scheduling | MIP, report: dict[str, object], run: Run) -> str:
    """Return the lines for people."""
    cost, value, gap = (report[key] for key in ("cost", "bound", "gap"))
    assert value is None or isinstance(value, float)
    ended = "converged" if report["converged"] else "stopped early"
    if run.interrupted.is_set():
        ended = "interrupted"
    rows = [
        ("instance", f"{problem.name} ({problem.kind}, {kinds.size_text(problem)})"),
        ("bound", common.shown_bound(value, problem.integral, Sense.of(problem).maximize)),
        ("method", f"{report['method'] or 'none'}, {report['iterations']} iterations, {ended}"),
    ]
    if isinstance(cost, int | float):
        assert gap is None or isinstance(gap, float)
        rows += [
            ("cost", common.shown(cost, problem.integral)),
            ("gap", common.shown_gap(gap)),
            ("status", str(report["status"])),
        ]
    rows.append(("time", f"{report['runtime']:.2f} s"))
    return "\n".join(f"{name:<11}{text}" for name, text in rows)
