"""``cosolve train``: train a network that guides searches."""

from __future__ import annotations

import math
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cosolve.core import BackendMissing
from cosolve.core.interrupts import interrupts_set

if TYPE_CHECKING:
    from cosolve.neural.loop import Training, TrainingProgress

_INTERVAL_S = 0.5


@click.command()
@click.argument("task", required=False)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Settings that differ from the defaults.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Folder for checkpoints, measurements and the model.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Of the steps, on the processor; labels have processes of their own.",
)
@click.option("--resume", is_flag=True, help="Go on with the training in FOLDER.")
@click.option("--steps", type=click.IntRange(1), metavar="N", help="Steps of the optimizer.")
@click.option(
    "-t",
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Save and stop after so many wall seconds; go on later with --resume.",
)
@click.option("--name", metavar="NAME", help="Name of the model.  [default: that of FOLDER]")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def train(
    task: str | None,
    config: Path | None,
    output: Path,
    device: str,
    threads: int,
    resume: bool,
    steps: int | None,
    time_limit: float | None,
    name: str | None,
    quiet: bool,
) -> int:
    """Train a network for TASK; without TASK, list the tasks.

    Labels are made while it trains, by cosolve's own searches, and never repeat. Ctrl-C saves a
    checkpoint and stops; a training that is killed goes on from its last one with --resume, as
    if nothing had happened. FOLDER/model is what --guide gnn:FOLDER/model takes, FOLDER/curve.svg
    shows FOLDER/metrics.jsonl.
    """
    tasks = _tasks()
    changes: dict[str, Any] = {} if steps is None else {"steps": steps}
    tell = None if quiet or not sys.stderr.isatty() else _Line()
    place = tasks.pick_device(device, threads)
    if resume:
        if task is not None or config is not None:
            raise click.UsageError("--resume goes on with the task and the settings of FOLDER")
        training = tasks.go_on(output, device=place, changes=changes, on_progress=tell)
    else:
        if task is None:
            listed = ", ".join(f"{key} ({value.summary})" for key, value in tasks.TASKS.items())
            raise click.UsageError(f"which task? There are: {listed}")
        settings = {} if config is None else _read(config)
        source = "command line" if config is None else str(config)
        training = tasks.begin(
            task, output, {**settings, **changes}, source=source, device=place, on_progress=tell
        )
    interrupted = threading.Event()
    with interrupts_set(interrupted):
        complete = training.run(interrupted, time_limit or math.inf)
    _finish(training, tasks, output, name or output.resolve().name)
    if not quiet:
        _summarize(training, output, complete)
    return 0


def _tasks() -> Any:
    try:
        from cosolve.neural import tasks
    except ModuleNotFoundError as error:
        raise BackendMissing(
            f"training needs the package {error.name}: pip install 'cosolve[neural]'"
        ) from None
    return tasks


def _read(path: Path) -> dict[str, Any]:
    from cosolve.neural.config import read_settings

    return read_settings(path)


def _finish(training: Training, tasks: Any, output: Path, name: str) -> None:
    if training.best_weights:
        tasks.write_model(training, output / "model", name)
    with suppress(BackendMissing):  # without matplotlib there is no picture, but all else
        tasks.draw(output)


def _summarize(training: Training, output: Path, complete: bool) -> None:
    done, steps = training.trainer.step_number, training.trainer.steps
    score = "not measured yet" if training.best is None else f"best score {training.best:.4f}"
    click.echo(f"{done} of {steps} steps, {score}")
    if training.best_weights:
        click.echo(f"model: {output / 'model'}")
    if not complete:
        click.echo(f"go on with: cosolve train --resume -o {output}")


class _Line:
    """Rewrites one line of the terminal."""

    def __init__(self) -> None:
        self._next = 0.0
        self._first: int | None = None

    def __call__(self, progress: TrainingProgress) -> None:
        if self._first is None:
            self._first = progress.step - 1
        if progress.seconds < self._next and progress.step < progress.steps:
            return
        self._next = progress.seconds + _INTERVAL_S
        "  ".join(f"{key} {value:.4f}" for key, value in progress.values.items())
        (progress.step - self._first) / max(progress.seconds, 1e-9)
