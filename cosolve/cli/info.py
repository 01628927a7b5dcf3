"""``cosolve info``: what an instance file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve import TSP


@click.command()
@click.argument("file", type=common.INSTANCE)
@common.instance_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(
    file: Path,
    metric: str | None,
    open_path: bool,
    first: int | None,
    last: int | None,
    as_json: bool,
) -> None:
    """Describe an instance: size, metric, extent, duplicates, best known value."""
    problem = common.read_instance(file, metric, open_path, first, last)
    facts = _facts(problem)
    facts["best_known"] = common.plain(common.best_known(file), problem.integral)
    if as_json:
        common.echo_json(facts)
        return
    for name, value in facts.items():
        if value == "":
            continue
        click.echo(f"{name.replace('_', ' '):<13}{_text(value)}")


def _facts(problem: TSP) -> dict[str, object]:
    return {
        "instance": problem.name,
        "comment": problem.comment,
        "problem": problem.kind,
        "nodes": problem.size,
        "metric": str(problem.metric),
        "symmetric": problem.symmetric,
        "integral": problem.integral,
        "path": problem.path,
        "ends": [None if end is None else _label(problem, end) for end in problem.ends],
        "fixed_edges": len(problem.fixed_edges),
        "bounding_box": _bounding_box(problem),
        "duplicates": _duplicates(problem),
    }


def _label(problem: TSP, node: int) -> int:
    """Return the number that files use for a node."""
    return node + 1 if problem.labels is None else int(problem.labels[node])


def _bounding_box(problem: TSP) -> list[list[float]] | None:
    if problem.coords is None:
        return None
    return [problem.coords.min(axis=0).tolist(), problem.coords.max(axis=0).tolist()]


def _duplicates(problem: TSP) -> int | None:
    """Count the nodes that lie where another one lies already."""
    import numpy as np

    if problem.coords is None:
        return None
    ordered = problem.coords[np.lexsort(problem.coords.T)]
    return int((ordered[1:] == ordered[:-1]).all(axis=1).sum())


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " to ".join("free" if v is None else str(v) for v in value)
    return str(value)
