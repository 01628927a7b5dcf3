"""``cosolve methods``: what can be given to ``--method`` and ``--param``."""

from __future__ import annotations

import click

from cosolve.cli import common


@click.command()
@click.argument("problem", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def methods(problem: str | None, as_json: bool) -> None:
    """List the methods for a PROBLEM (such as tsp), with parameters, defaults and presets."""
    from cosolve.solvers import presets, registry

    names = registry.names() if problem is None else registry.for_kind(problem)
    if as_json:
        common.echo_json(
            {
                name: {
                    "summary": registry.solver_class(name).summary,
                    "parameters": {k: _plain(v) for k, v in registry.parameters(name).items()},
                    "presets": list(presets.names(name)),
                }
                for name in names
            }
        )
        return
    width = max(map(len, names), default=0) + 2
    for name in names:
        click.echo(f"{name:<{width}}{registry.solver_class(name).summary}")
        for key, default in registry.parameters(name).items():
            click.echo(f"{'':<{width}}  {key}={common.text(default)}")
        for preset in presets.names(name):
            click.echo(f"{'':<{width}}  --params {preset}")


def _plain(value: object) -> object:
    """Return a default as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
