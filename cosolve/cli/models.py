"""``cosolve models``: the trained networks that can guide a search."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve.guidance.models import ModelFolder
    from cosolve.problems import TSP, VRP

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
    from cosolve.guidance import load_model
    from cosolve.guidance.gnn import scores_of
    from cosolve.guidance.model_config import read_config
    from cosolve.guidance.models import CONFIG, WEIGHTS, check_files
    from cosolve.guidance.safetensors import read_safetensors
    from cosolve.problems.random_atsp import random_atsp
    from cosolve.problems.random_tsp import random_tsp
    from cosolve.problems.random_vrp import random_vrp

    checked = "checksums, " if folder.shipped else ""
    check_files(folder)
    if read_config(folder.path / CONFIG).problem == "path":  # run by PyTorch, not tried here
        weights = sum(tensor.size for tensor in read_safetensors(folder.path / WEIGHTS).values())
        return f"ok ({checked}{weights} weights; for the method subpath)"
    model = load_model(folder.path)
    makers: dict[str, Callable[[int], TSP | VRP]] = {
        "tsp": random_tsp,
        "atsp": random_atsp,
        "cvrp": random_vrp,
    }
    heads = scores_of(model, makers[model.config.problem](_NODES)).heads
    return f"ok ({checked}{model.parameters} weights, {', '.join(heads)} of {_NODES} random nodes)"
