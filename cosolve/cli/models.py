"""``cosolve models``: the trained networks that can guide a search."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from cosolve.guidance.models import ModelFolder

_WIDE = 200  # columns where there is no terminal to ask
_NODES = 200  # of the instance `verify` tries
_TITLES = ("problem", "features", "network", "predicts", "from", "broken")
_NONE = "no models are installed; set COSOLVE_MODEL_DIR to a folder of models"


@click.group()
def models() -> None:
    """List, show and verify trained models, for ``--guide gnn:MODEL``."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_command(as_json: bool) -> None:
    """List the models that can be used by name."""
    rows = {folder.name: _facts(folder) for folder in _all()}
    if as_json:
        common.echo_json(rows)
    elif not rows:
        click.echo(_NONE)
    else:
        _print_table(rows)


@models.command("show")
@click.argument("model")
def show_command(model: str) -> None:
    """Print the model card of MODEL, a name or a folder."""
    from cosolve.guidance import find_model
    from cosolve.guidance.models import CARD

    folder = find_model(model)
    for key, value in _facts(folder).items():
        click.echo(f"{key:<11}{value}")
    card = folder.path / CARD
    if card.is_file():
        click.echo("\n" + card.read_text(encoding="utf-8").rstrip())


@models.command("verify")
@click.argument("model", required=False)
def verify_command(model: str | None) -> None:
    """Check the files of MODEL, or of all models, load them and run them on a small instance."""
    from cosolve.guidance import find_model

    folders = _all() if model is None else [find_model(model)]
    if not folders:
        click.echo(_NONE)
    broken: list[ValueError | OSError] = []
    for folder in folders:
        try:
            click.echo(f"{folder.name}: {_verified(folder)}")
        except (ValueError, OSError) as error:
            click.echo(f"{folder.name}: failed")
            broken.append(error)
    for further in broken[1:]:
        click.echo(f"cosolve: error: {further}", err=True)
    if broken:
        raise broken[0]


def _all() -> list[ModelFolder]:
    from cosolve.guidance import list_models

    return list_models()


def _facts(folder: ModelFolder) -> dict[str, str]:
    """Return what the table says of a model; of a broken one, why."""
    from cosolve.guidance.model_config import read_config
    from cosolve.guidance.models import CONFIG, SHIPPED

    parent = folder.path.resolve().parent
    source = "cosolve" if parent == SHIPPED else str(folder.path)
    try:
        config = read_config(folder.path / CONFIG)
    except (ValueError, OSError) as error:
        return {"problem": "?", "from": source, "broken": str(error)}
    return {
        "problem": config.problem,
        "features": config.features,
        "network": f"{config.layers} layers of {config.width}, {config.neighbors} neighbors",
        "predicts": ", ".join(config.heads),
        "from": source,
    }


def _print_table(rows: dict[str, dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    used = {key for facts in rows.values() for key in facts}
    titles = [title for title in _TITLES if title in used]
    table = Table(box=None, pad_edge=False)
    for title in ("model", *titles):
        table.add_column(title, overflow="fold")
    for name, facts in rows.items():
        table.add_row(Text(name), *(Text(facts.get(title, "")) for title in titles))
    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    console.print(table)


def _verified(folder: ModelFolder) -> str:
    """Return what was done with a model that works; raise if it does not."""
    import numpy as np

    from cosolve.guidance import load_model
    from cosolve.guidance.gnn import score_tour_edges
    from cosolve.problems import TSP

    model = load_model(folder.path)
    model.require("tsp")
    instance = TSP(coords=np.random.default_rng(0).random((_NODES, 2)))
    heads = score_tour_edges(model, instance).heads
    checked = "checksums, " if folder.shipped else ""
    return f"ok ({checked}{model.parameters} weights, {', '.join(heads)} of {_NODES} random points)"
