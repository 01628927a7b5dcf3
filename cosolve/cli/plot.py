"""``cosolve plot``: draw a solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("file", type=common.INSTANCE)
@click.argument("solution", type=common.INSTANCE)
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="OUT",
    help="Picture: .svg, .png or .pdf.",
)
@common.instance_options
def plot(
    file: Path,
    solution: Path,
    output: Path,
    metric: str | None,
    open_path: bool,
    first: int | None,
    last: int | None,
) -> None:
    """Draw a solution of an instance."""  # fmt: skip
    from cosolve import read_solution
    from cosolve.plot import plot_tour, require_drawable, save_picture

    common.check_picture(output, file)
    problem = common.read_instance(file, metric, open_path, first, last)
    require_drawable(problem)
    tour = read_solution(solution, problem)
    violations = problem.check(tour)
    if violations:
        raise ValueError(f"{solution}: {violations[0].message}")
    save_picture(plot_tour(problem, tour), output)
