"""``cosolve info``: what an instance file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cosolve.cli import common, kinds

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("file", type=common.INSTANCE)
@common.instance_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(
    file: Path,
    how: common.Reading,
    as_json: bool,
) -> None:
    """Describe an instance: its size, what it has, its best known value."""
    problem = common.read_instance(file, how)
    facts = kinds.facts(problem)
    facts["best_known"] = common.plain(common.best_known(file, problem, how), problem.integral)
    if as_json:
        common.echo_json(facts)
        return
    told = {
        name.replace("_", " "): _shown(name, value)
        for name, value in facts.items()
        if value not in ("", []) and not (name == "infeasible" and value is None)
    }
    width = max(_WIDTH, *map(len, told)) + 1
    for title, text in told.items():
        click.echo(f"{title:<{width}}{text}")


_WIDTH = 13  # of the titles, where none is longer
_OF_RANGES = ("bounding_box", "ends", "durations", "coefficients", "objective_coefficients")
_ABSENT = {"vehicles": "unlimited", "capacity": "unlimited"}


def _shown(name: str, value: object) -> str:
    """Return a fact as text."""
    if value is None:
        return _ABSENT.get(name, "none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and name in _OF_RANGES:
        return " to ".join(_limit(v) for v in value)
    if isinstance(value, list):
        return ", ".join(_shown(name, v) for v in value)
    return common.shown(value, value.is_integer()) if isinstance(value, float) else str(value)


def _limit(value: object) -> str:
    if value is None:
        return "free"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
