"""``cosolve bench``: methods over suites of instances, against the best-known values."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from cosolve.bench import (
    Pivot,
    ResultStore,
    Task,
    answers,
    find_suite,
    load_references,
    make_tasks,
    parse_axes,
    per_instance,
    per_method,
    pivot,
    remaining,
    run_bench,
    split_method,
    summary,
)
from cosolve.bench.pivot import AXES, references
from cosolve.bench.store import Row
from cosolve.bench.tables import Line, cells, failures, headers
from cosolve.certify import DEFAULT_BOUND_SHARE
from cosolve.engine import LocalProcesses
from cosolve.io.atomic import atomic_write, check_writable

_INTERRUPTED = 130
_MAX_SEEDS = 100_000
_WIDE = 1000
_SHOWN_FAILURES = 10
_SEEDS = re.compile(r"(\d+)(?:-(\d+))?")
_SUMMARIES = (".csv", ".md")
_GIVEN = click.core.ParameterSource.COMMANDLINE
_ANY_SIZE = 1000  # to see whether a preset exists


def _names(_ctx: click.Context, _option: click.Parameter, text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",")]
    return list(dict.fromkeys(name for name in names if name))


def _seeds(_ctx: click.Context, _option: click.Parameter, text: str) -> list[int]:
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = _SEEDS.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if not first <= last < first + _MAX_SEEDS:
            raise click.BadParameter(f"{text!r} is not a list of seeds such as 0,1,2 or 0-4")
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return list(seeds)


def _parameters(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> list[tuple[str | None, str, str]]:
    """Split ``[METHOD.]NAME=VALUE`` into its three parts."""
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        method, _, parameter = name.rpartition(".")
        if not equals or not parameter:
            raise click.BadParameter(f"{text!r} is not of the form [METHOD.]NAME=VALUE")
        found.append((method or None, parameter.replace("-", "_"), value))
    return found


def _axes(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> list[tuple[str, str]]:
    try:
        return [parse_axes(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("suites", nargs=-1, required=True, metavar="SUITE...")
@click.option(
    "-m",
    "--methods",
    default="auto",
    show_default=True,
    callback=_names,
    metavar="NAMES",
    help="Methods, separated by commas, each NAME or NAME:PRESET (a preset, or a .json file of "
    "`cosolve tune`); see `cosolve methods`.",
)
@click.option(
    "-t",
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Wall seconds of every run.",
)
@click.option(
    "--time-per-node",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Wall seconds per node instead: the limit grows with the instance.",
)
@click.option(
    "-s",
    "--seeds",
    default="0",
    show_default=True,
    callback=_seeds,
    metavar="LIST",
    help="Seeds, such as 0,1,2 or 0-4.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Runs at a time, each in a process of its own.",
)
@click.option(
    "-j",
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Threads of every run.",
)
@click.option(
    "--guide",
    "guides",
    callback=_names,
    metavar="NAMES",
    help="Guidance to compare, separated by commas: knn[:K], alpha[:K], gt-prior[:K], ...",
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    callback=_parameters,
    metavar="[METHOD.]NAME=VALUE",
    help="Parameter of the methods, or of one of them; may be repeated.",
)
@click.option("--no-bound", is_flag=True, help="Compute no lower bounds beside the searches.")
@click.option(
    "--round",
    "rounding",
    type=click.Choice(["nint", "trunc1", "none"]),
    help="Round Euclidean distances of files to the nearest integer, cut them to one decimal, or "
    "neither, and compare with values found so.  [default: the convention of the format]",
)
@click.option("--min-size", type=int, metavar="N", help="Leave out smaller instances.")
@click.option("--max-size", type=int, metavar="N", help="Leave out larger instances.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.jsonl",
    help="File to add a line to after every run; runs it holds already are not made again.",
)
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with these values instead of the best known: a .jsonl file of an earlier -o, or "
    "a .json object of values by name.",
)
@click.option(
    "--pivot",
    "pivots",
    multiple=True,
    callback=_axes,
    metavar="ROWS:COLUMNS",
    help=f"Also print mean gaps in a table; each is one of {', '.join(AXES)}.",
)
@click.option(
    "--summary",
    "summary_path",
    type=click.Path(path_type=Path),
    metavar="OUT.md|OUT.csv",
    help="File to write the tables to.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def bench(
    suites: tuple[str, ...],
    methods: list[str],
    time_limit: float,
    time_per_node: float | None,
    seeds: list[int],
    jobs: int,
    threads: int,
    guides: list[str],
    params: list[tuple[str | None, str, str]],
    no_bound: bool,
    rounding: str | None,
    min_size: int | None,
    max_size: int | None,
    output: Path | None,
    reference: Path | None,
    pivots: list[tuple[str, str]],
    summary_path: Path | None,
    quiet: bool,
) -> int:
    """Run methods over suites of instances and compare with the best-known values.

    A SUITE is a folder, a file, the name of a folder under $COSOLVE_DATA, ../shared/instances or
    the instances of a checkout, uniform:N[xCOUNT][:SEED] for random points in the unit square, or
    FOLDER:N[xCOUNT][:FIRST] for instances in a file of many, such as tsp-uniform:500x16.

    Ctrl-C keeps the runs that are finished; with -o the same command then makes the others.
    """  # fmt: skip
    context = click.get_current_context()
    if time_per_node is not None and context.get_parameter_source("time_limit") == _GIVEN:
        raise click.UsageError("--time-limit and --time-per-node both limit the time")
    if summary_path is not None:
        _check_summary(summary_path, output)
    methods, from_files = _read_files(methods)
    by_method = _params_by_method(methods, from_files, params)
    _check_guides(guides)
    instances = [
        instance
        for suite in suites
        for instance in find_suite(suite, min_size=min_size, max_size=max_size, rounding=rounding)
    ]
    if reference is not None:
        instances = load_references(reference).apply(instances)
    tasks = make_tasks(
        dict.fromkeys(instances), methods, seeds, params=by_method, guides=guides or [None],
        threads=threads, time_limit_s=time_limit, time_per_node_s=time_per_node,
        bound_share=0.0 if no_bound else DEFAULT_BOUND_SHARE,
    )  # fmt: skip
    rows: list[Row] = []
    with ExitStack() as stack:
        store = None if output is None else stack.enter_context(ResultStore(output))
        rows = [] if store is None else store.rows
        interrupted = _run(tasks, rows, (store or rows).append, jobs, quiet)
    found = answers(tasks, rows)
    tables = [pivot(found, axes) for axes in pivots]
    if summary_path is not None:
        more = [table.markdown() for table in tables]
        atomic_write(summary_path, summary(found, summary_path.suffix, more))
    if not quiet:
        _print_tables(per_instance(found))
        if reference is not None:
            click.echo(f"\nbest known: {references(found)}")
        _print_pivots(tables)
    _report_failures(failures(found))
    if interrupted:
        click.echo(f"interrupted: {len(found)} of {len(tasks)} runs are finished", err=True)
    return _INTERRUPTED if interrupted else 0


def _check_summary(path: Path, output: Path | None) -> None:
    if path.suffix not in _SUMMARIES:
        raise click.UsageError(f"{path}: a summary ends in {' or '.join(_SUMMARIES)}")
    if output is not None and path.resolve() == output.resolve():
        raise click.UsageError(f"{path} cannot hold both the results and the summary")
    check_writable(path)


def _read_files(methods: Sequence[str]) -> tuple[list[str], dict[str, dict[str, object]]]:
    """Replace ``NAME:FILE.json`` by ``NAME``; return the parameters in the files by name.

    They become part of what a run is known by, which the name of a file is not.
    """
    from cosolve.solvers import presets

    found: dict[str, dict[str, object]] = {}
    for spec in methods:
        name, preset = split_method(spec)
        from_file = preset is not None and preset.endswith(".json")
        key = name if from_file else spec
        if key in found:
            raise click.UsageError(f"--methods names {key} twice")
        found[key] = presets.preset(name, preset, 0) if preset and from_file else {}
    return list(found), found


def _params_by_method(
    methods: Sequence[str],
    from_files: Mapping[str, Mapping[str, object]],
    params: Sequence[tuple[str | None, str, str]],
) -> dict[str, dict[str, object]]:
    """Sort parameters by method and check them and the names of the methods."""
    from cosolve.solvers import presets, registry

    if not methods:
        raise click.UsageError(f"--methods names none of {', '.join(registry.names())}")
    known = {None, *methods, *(split_method(method)[0] for method in methods)}
    for method, name, _ in params:
        if method not in known:
            raise click.UsageError(f"--param {method}.{name}: {method} is not one of the methods")
    found: dict[str, dict[str, object]] = {}
    for spec in methods:
        method, preset = split_method(spec)
        own = {name: value for m, name, value in params if m in (None, spec, method)}
        found[spec] = {**from_files[spec], **own}
        named = {} if preset is None else presets.preset(method, preset, _ANY_SIZE)
        registry.get(method, {**named, **found[spec]})
    return found


def _check_guides(guides: Sequence[str]) -> None:
    for guide in guides:
        from cosolve.guidance import make_guide

        make_guide(guide)


def _run(
    tasks: Sequence[Task],
    rows: Sequence[Row],
    keep: Callable[[Row], object],
    jobs: int,
    quiet: bool,
) -> bool:
    """Make the runs that are missing; return whether they were cut short by a signal."""
    todo = remaining(tasks, rows)
    # SIGTERM, too, must end the workers and print what there is.
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _progress(len(tasks), len(tasks) - len(todo), quiet) as advance:

            def on_row(row: Row) -> None:
                keep(row)
                advance(row)

            run_bench(todo, LocalProcesses(jobs), on_row)
    except KeyboardInterrupt:
        return True
    finally:
        signal.signal(signal.SIGTERM, previous)
    return False


@contextmanager
def _progress(total: int, done: int, quiet: bool) -> Iterator[Callable[[Row], None]]:
    """Show a bar on stderr if that is a terminal; yield what to call after every run."""
    if quiet or not sys.stderr.isatty():
        yield lambda _row: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda row: bar.update(task, advance=1, description=_describe(row))


def _describe(row: Row) -> str:
    cost = row.get("cost")
    outcome = "failed" if cost is None else f"{cost:.10g}"
    return f"{row['instance']} {row['method']} {outcome}"


def _print_tables(lines: list[Line]) -> None:
    from rich.console import Console

    # A file or a pipe has no width: nothing must be cut off there.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    console.print(_rich(lines), "", _rich(per_method(lines)), sep="\n")


def _print_pivots(tables: Sequence[Pivot]) -> None:
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    for table in tables:
        console.print("", table.title, _grid(table.headers, table.body), sep="\n", markup=False)


def _rich(lines: Sequence[Line]) -> Any:
    texts = [cells(line) for line in lines]
    shown = [k for k in range(len(headers())) if any(row[k] for row in texts)]
    titles = [headers()[k] for k in shown]
    return _grid(titles, [[row[k] for k in shown] for row in texts])


def _grid(titles: Sequence[str], body: Sequence[Sequence[str]]) -> Any:
    """Lay out a table whose numbers stand to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in titles:
        left = title in ("instance", "method") or title == titles[0]
        table.add_column(title, justify="left" if left else "right", overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))
    return table


def _report_failures(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN_FAILURES]:
        click.echo(f"failed: {line}", err=True)
    if len(lines) > _SHOWN_FAILURES:
        click.echo(f"failed: and {len(lines) - _SHOWN_FAILURES} more runs", err=True)
