"""``cosolve convert``: one instance format into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("source", type=common.INSTANCE, metavar="IN")
@click.argument("target", type=common.INSTANCE, metavar="OUT")
@common.instance_options
def convert(
    source: Path,
    target: Path,
    how: common.Reading,
) -> None:
    """Convert an instance; the suffixes name the formats.

    They are .tsp, .npy and .csv, .vrp, of scheduling .fjs, .jsp and .json, and of mixed-integer
    programs .mps and .lp, also with .gz. What the target format cannot hold is an error: nothing is
    rounded or dropped silently.
    """
    from cosolve import write_problem

    common.check_output(target, source)
    write_problem(common.read_instance(source, how), target)
