"""``cosolve solve``: read, solve, check, write, print."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import click

from cosolve.certify import DEFAULT_BOUND_SHARE
from cosolve.cli import common, kinds
from cosolve.cli.main import CHECK_FAILED, NO_SOLUTION, OK
from cosolve.cli.progress import live_progress
from cosolve.core import Status, Stop
from cosolve.core.interrupts import interrupts_set
from cosolve.core.report import result_to_dict
from cosolve.solve import DEFAULT_TIME_LIMIT, default_stop
from cosolve.solve import solve as solve_problem

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve import MIP, TSP, VRP, Scheduling
    from cosolve.core import Result


_SHOWN_VIOLATIONS = 20


class _JsonCommand(click.Command):
    """Lets ``--json`` stand alone: click would take the next argument for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        bare = ["--json=summary" if a == "--json" else a for a in args[:end]]
        return super().parse_args(ctx, bare + args[end:])


def _parameter(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r} is not of the form name=value")
        found[name.replace("-", "_")] = value
    return found


@click.command(cls=_JsonCommand, no_args_is_help=False)
@click.argument("file", type=common.INSTANCE)
@click.option("-m", "--method", default="auto", show_default=True, help="See `cosolve methods`.")
@click.option(
    "-t",
    "--time-limit",
    type=float,
    metavar="SECONDS",
    help="Wall seconds of the search.  "
    f"[default: the method's own, or {DEFAULT_TIME_LIMIT:g}; none with --iterations]",
)
@click.option("--iterations", type=int, metavar="N", help="Limit on the method's iterations.")
@click.option("--stall", type=float, metavar="SECONDS", help="Stop if nothing improves so long.")
@click.option("--target-cost", type=float, metavar="COST", help="Stop at this cost.")
@click.option("--target-gap", type=float, metavar="PERCENT", help="Stop at this gap to the bound.")
@click.option("-s", "--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("-j", "--threads", type=int, default=1, show_default=True, help="Threads to use.")
@click.option(
    "--guide",
    metavar="NAME",
    help="Guidance: knn[:K], quadrant[:K], savings[:K], alpha[:K], gt-prior[:K], gnn[:MODEL], "
    "file:PATH.",
)
@click.option("--start", type=common.INSTANCE, metavar="SOL", help="Solution file to start from.")
@click.option(
    "--frozen-until",
    type=int,
    metavar="TIME",
    help="Keep what the start schedule begins before this time; the rest need not be feasible.",
)
@click.option(
    "--change-cost",
    type=float,
    metavar="COST",
    help="Cost of each operation with another machine than in the start schedule.",
)
@click.option(
    "--bound-share",
    type=float,
    default=100 * DEFAULT_BOUND_SHARE,
    show_default=True,
    metavar="PERCENT",
    help="Share of the time limit to spend on a lower bound at most.",
)
@click.option("--no-bound", is_flag=True, help="Compute no lower bound beside the search.")
@click.option(
    "--params",
    "preset",
    metavar="NAME",
    help="Preset of the method, see `cosolve methods`, or a .json file of `cosolve tune`.",
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    callback=_parameter,
    metavar="NAME=VALUE",
    help="Parameter of the method, over those of --params; may be repeated.",
)
@common.instance_options
@click.option("-o", "--output", type=common.INSTANCE, metavar="OUT", help="Solution file to write.")
@click.option(
    "--plot", type=common.INSTANCE, metavar="OUT", help="Picture: .svg, .html, .png or .pdf."
)
@click.option(
    "--plot-convergence",
    type=common.INSTANCE,
    metavar="OUT",
    help="Picture of cost and bound over time.",
)
@click.option(
    "--json",
    "as_json",
    type=click.Choice(["summary", "full"]),
    metavar="[=full]",
    help="Print one JSON object; --json=full includes the solution.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def solve(
    file: Path,
    method: str,
    time_limit: float | None,
    iterations: int | None,
    stall: float | None,
    target_cost: float | None,
    target_gap: float | None,
    seed: int,
    threads: int,
    guide: str | None,
    start: Path | None,
    frozen_until: int | None,
    change_cost: float | None,
    bound_share: float,
    no_bound: bool,
    preset: str | None,
    params: dict[str, str],
    how: common.Reading,
    output: Path | None,
    plot: Path | None,
    plot_convergence: Path | None,
    as_json: str | None,
    quiet: bool,
) -> int:
    """Solve an instance: TSPLIB, .npy / .csv / .txt coordinates or matrix, or VRPLIB; .gz too.

    Files of Solomon, Gehring and Homberger, Li and Lim, Cordeau and Taillard are read as well; of
    scheduling those of job shops, flexible (FJS) or not (JSPLIB, Taillard), and JSON. Mixed-integer
    programs are MPS or LP files.

    Ctrl-C or SIGTERM ends the search early and keeps what was found; a second one aborts.
    """  # fmt: skip
    stop = Stop(
        time_limit=time_limit,
        iterations=iterations,
        target_cost=target_cost,
        target_gap=None if target_gap is None else target_gap / 100,
        stall=stall,
    )
    _check_outputs(file, output, plot, plot_convergence)
    problem = common.read_instance(file, how)
    if plot is not None:
        _check_drawable(problem)
    named = {} if preset is None else _preset(method, preset, problem)
    if time_limit is None and iterations is None:
        stop |= _default_stop(method, named | params, problem)
    initial = None if start is None else _read_start(start, problem)
    if change_cost is not None:
        problem = _preferring(problem, initial, change_cost)
    # From here on a first signal loses nothing: it ends the search, or comes too late to matter.
    with interrupts_set(threading.Event()):
        with live_progress(problem.integral, quiet) as listener:
            result = solve_problem(
                problem,
                method,
                stop=stop,
                seed=seed,
                threads=threads,
                start=initial,
                frozen_until=frozen_until,
                guide=guide,
                params=named | params,
                bound_share=0.0 if no_bound else bound_share / 100,
                on_progress=listener,
            )
        valid = result.solution is not None and not problem.check(result.solution)
        _write_outputs(problem, result, output, plot, plot_convergence)
        if as_json is not None:
            common.echo_json(_json(problem, result, valid, full=as_json == "full"))
        elif not quiet:
            click.echo(_summary(problem, result, valid, common.best_known(file, problem, how)))
        if not quiet:
            _print_remarks(result)
    return _exit_code(result, valid)


def _preset(method: str, name: str, problem: TSP | VRP | Scheduling | MIP) -> dict[str, object]:
    from cosolve.solvers import presets

    return presets.preset(method, name, problem.size)


def _default_stop(
    method: str, params: dict[str, object], problem: TSP | VRP | Scheduling | MIP
) -> Stop:
    from cosolve.solvers import registry

    return default_stop(registry.get(method, params), problem)


def _check_outputs(file: Path, output: Path | None, *pictures: Path | None) -> None:
    if output is not None:
        common.check_output(output, file)
    for picture in pictures:
        if picture is not None:
            common.check_picture(picture, file)


def _check_drawable(problem: TSP | VRP | Scheduling | MIP) -> None:
    from cosolve.plot import require_drawable

    require_drawable(problem)


def _read_start(path: Path, problem: TSP | VRP | Scheduling | MIP) -> object:
    from cosolve import read_solution

    return read_solution(path, problem)


def _preferring(problem: Any, initial: Any, change_cost: float) -> Any:
    from cosolve.problems import Schedule, preferring

    if not isinstance(initial, Schedule):
        raise ValueError("--change-cost needs a schedule to start from: --start")
    return preferring(problem, initial, change_cost)


def _write_outputs(
    problem: TSP | VRP | Scheduling | MIP,
    result: Result[Any],
    output: Path | None,
    picture: Path | None,
    convergence: Path | None,
) -> None:
    if convergence is not None:
        from cosolve.plot import plot_convergence, save_picture

        save_picture(plot_convergence(result), convergence)
    if result.solution is None:
        return
    if output is not None:
        from cosolve import write_solution

        write_solution(problem, result.solution, output)
    if picture is not None:
        from cosolve.plot import plot_solution, save_picture

        save_picture(plot_solution(problem, result.solution), picture)


def _print_remarks(result: Result[Any]) -> None:
    """Say on stderr what may explain the result."""
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    if result.attempt is not None:
        click.echo("no solution was found; what came closest violates:", err=True)
    for violation in result.violations[:_SHOWN_VIOLATIONS]:
        click.echo(f"violation: {violation.message}", err=True)
    if len(result.violations) > _SHOWN_VIOLATIONS:
        click.echo(f"and {len(result.violations) - _SHOWN_VIOLATIONS} more", err=True)


def _json(
    problem: TSP | VRP | Scheduling | MIP, result: Result[Any], valid: bool, full: bool
) -> dict[str, object]:
    report = result_to_dict(result, instance=problem.name, problem=problem.kind, valid=valid)
    report["cost"] = common.plain(result.cost, problem.integral)
    if full:
        report["solution"] = kinds.solution_json(problem, result.solution)
        if result.attempt is not None:
            report["attempt"] = kinds.solution_json(problem, result.attempt)
    return report


def _summary(
    problem: TSP | VRP | Scheduling | MIP, result: Result[Any], valid: bool, known: float | None
) -> str:
    """Return the lines for people."""
    stopped = "" if result.limit is None else f", stopped by {result.limit}"
    threads = f"{result.threads} thread{'s' if result.threads > 1 else ''}"
    rows = [
        ("instance", f"{problem.name} ({problem.kind}, {kinds.size_text(problem)})"),
        ("method", f"{result.solver}, seed {result.seed}, {threads}"),
        *kinds.solution_rows(problem, result.solution),
        ("cost", common.shown(result.cost, problem.integral)),
        ("bound", common.shown_bound(result.bound, False, result.maximize)),
        ("gap", common.shown_gap(result.gap)),
    ]
    if known is not None:
        rows.append(("best known", common.compared(result.cost, known, problem.integral)))
    rows += [
        ("status", f"{result.status}{stopped}"),
        ("time", f"{result.runtime:.2f} s, {result.iterations} iterations"),
        ("valid", "yes" if valid else "no"),
    ]
    return "\n".join(f"{name:<11}{value}" for name, value in rows)


def _exit_code(result: Result[Any], valid: bool) -> int:
    if result.solution is not None:
        return OK if valid else CHECK_FAILED
    return OK if result.status in (Status.INFEASIBLE, Status.UNBOUNDED) else NO_SOLUTION
