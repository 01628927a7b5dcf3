"""``cosolve tune``: search for good parameters of a method."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from cosolve.bench.tune import TrialReport, Tuned


@click.command()
@click.argument("method")
@click.argument("suites", nargs=-1, required=True, metavar="SUITE...")
@click.option(
    "-n",
    "--trials",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    metavar="N",
    help="Sets of parameters to try, those in the file of trials included.",
)
@click.option(
    "-t",
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Wall seconds of every run.",
)
@click.option("--guide", metavar="NAME", help="Guidance: knn[:K], gt-prior[:K], file:PATH, ...")
@click.option(
    "--params",
    "preset",
    metavar="NAME",
    help="Preset to begin with, see `cosolve methods`; by default the defaults.",
)
@click.option("-s", "--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("--min-size", type=int, metavar="N", help="Leave out smaller instances.")
@click.option("--max-size", type=int, metavar="N", help="Leave out larger instances.")
@click.option(
    "--storage",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File of trials; the same command goes on with it.  [default: OUT.json.trials]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="OUT.json",
    help="File for the best parameters: `cosolve solve --params OUT.json` takes it.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def tune(
    method: str,
    suites: tuple[str, ...],
    trials: int,
    time_limit: float,
    guide: str | None,
    preset: str | None,
    seed: int,
    min_size: int | None,
    max_size: int | None,
    storage: Path | None,
    output: Path,
    quiet: bool,
) -> None:
    """Search for parameters of METHOD that do best on suites of instances.

    A SUITE is what `cosolve bench` takes. A trial solves all instances once, or fewer if it is
    worse than half of the others. Ctrl-C keeps the best so far; the same command goes on.
    """  # fmt: skip
    from cosolve.bench import find_suite
    from cosolve.bench.tune import Tuning
    from cosolve.bench.tune import tune as search
    from cosolve.guidance import make_guide
    from cosolve.io.atomic import atomic_write, check_writable

    if output.suffix != ".json":
        raise click.UsageError(f"{output}: the best parameters go to a .json file")
    storage = storage or output.with_name(f"{output.name}.trials")
    for path in (output, storage):
        check_writable(path)
    if guide is not None:
        make_guide(guide)
    instances = [i for s in suites for i in find_suite(s, min_size=min_size, max_size=max_size)]
    tuning = Tuning(method, list(dict.fromkeys(instances)), time_limit, guide, preset, seed)
    best = search(tuning, trials, storage=storage, on_trial=None if quiet else _show)
    content = {**best.to_dict(), "guide": guide, "suites": suites, "time_limit": time_limit}
    atomic_write(output, json.dumps(content, indent=1) + "\n")
    if not quiet:
        click.echo(_summary(best, output))


def _show(report: TrialReport) -> None:
    gap = "given up" if report.gap is None else f"gap {100 * report.gap:.4f} %"
    with suppress(OSError):  # a closed terminal must not end hours of work
        click.echo(
            f"trial {report.number}: {gap}, best {100 * report.best:.4f} %, {_text(report.params)}",
            err=True,
        )


def _text(params: object) -> str:
    assert isinstance(params, dict)
    return ", ".join(f"{name}={common.text(value)}" for name, value in params.items())


def _summary(best: Tuned, output: Path) -> str:
    rows = [
        ("method", best.method),
        ("gap", f"{100 * best.gap:.4f} % (defaults {100 * best.default_gap:.4f} %)"),
        ("trials", str(best.trials)),
        *(("params", _text({name: value})) for name, value in best.params.items()),
        *(("importance", f"{name} {share:.2f}") for name, share in best.importance.items()),
        ("written", str(output)),
    ]
    return "\n".join(f"{name:<11}{text}" for name, text in rows)
