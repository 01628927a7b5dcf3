"""What can be trained, by name."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save as to_safetensors

from cosolve.io.atomic import atomic_write
from cosolve.neural.config import make_config
from cosolve.neural.loop import LoopSettings, Training, read_metrics
from cosolve.neural.route_edges import RouteEdgesConfig, route_edges_trainer
from cosolve.neural.tour_edges import TourEdgesConfig, tour_edges_trainer
from cosolve.plot import plot_training, save_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cosolve.neural.loop import TrainingProgress

CONFIG = "training.json"
_LOOP = {field.name for field in dataclasses.fields(LoopSettings)}


@dataclass(frozen=True, slots=True)
class Task:
    """Something that can be trained.

    Parameters
    ----------
    summary
        One line about it.
    config
        Dataclass of its settings.
    trainer
        Made of settings and a device.
    """

    summary: str
    config: type
    trainer: Callable[[Any, torch.device], Any]


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "tour-edges": Task(
            "which edges are in a nearly optimal tour", TourEdgesConfig, tour_edges_trainer
        ),
        "route-edges": Task(
            "which clients follow each other, and which share a route",
            RouteEdgesConfig,
            route_edges_trainer,
        ),
    }
)
"""Tasks by name."""


def pick_device(name: str, threads: int = 1) -> torch.device:
    """Return the device to train on.

    Parameters
    ----------
    name
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    threads
        Of the processor.

    Raises
    ------
    ValueError
        If there is no such device here.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"the device must be auto, cpu or cuda, got {name!r}")
    torch.set_num_threads(threads)
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise ValueError("PyTorch finds no CUDA device here; train with --device cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def begin(
    task: str,
    folder: Path,
    settings: Mapping[str, Any],
    *,
    source: str,
    device: torch.device,
    on_progress: Callable[[TrainingProgress], None] | None = None,
) -> Training:
    """Prepare a training in a new folder.

    Parameters
    ----------
    task
        One of ``TASKS``.
    folder
        Where it runs; must hold no other training.
    settings
        Of the task and of the loop, by name.
    source
        Where the settings come from, for messages.
    device
        Where to train.
    on_progress
        Called after every step.

    Raises
    ------
    ValueError
        If the task, a setting or the folder is wrong.
    """
    if (folder / CONFIG).exists():
        raise ValueError(f"{folder} holds a training already; go on with it with --resume")
    training = _make(task, folder, settings, source, device, on_progress)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"task": task, "settings": dict(settings)}, indent=1) + "\n"
    atomic_write(folder / CONFIG, text)
    return training


def go_on(
    folder: Path,
    *,
    device: torch.device,
    changes: Mapping[str, Any] | None = None,
    on_progress: Callable[[TrainingProgress], None] | None = None,
) -> Training:
    """Prepare to go on with the training in a folder.

    Parameters
    ----------
    folder
        Where it ran.
    device, on_progress
        See :func:`begin`.
    changes
        Settings that are to differ from those it began with.

    Raises
    ------
    ValueError
        If there is nothing to resume.
    """
    try:
        kept = json.loads((folder / CONFIG).read_text())
        task, settings = kept["task"], {**kept["settings"], **(changes or {})}
    except (OSError, KeyError, TypeError, json.JSONDecodeError):
        raise ValueError(f"{folder} holds no training to resume") from None
    training = _make(task, folder, settings, str(folder / CONFIG), device, on_progress)
    training.resume()
    if changes:
        text = json.dumps({"task": task, "settings": settings}, indent=1) + "\n"
        atomic_write(folder / CONFIG, text)
    return training


def _make(
    task: str,
    folder: Path,
    settings: Mapping[str, Any],
    source: str,
    device: torch.device,
    on_progress: Callable[[TrainingProgress], None] | None,
) -> Training:
    if task not in TASKS:
        raise ValueError(f"there is no task {task!r}; the tasks are {', '.join(TASKS)}")
    loop = make_config(LoopSettings, {k: v for k, v in settings.items() if k in _LOOP}, source)
    own = {name: value for name, value in settings.items() if name not in _LOOP}
    config: Any = make_config(TASKS[task].config, own, source)
    trainer = TASKS[task].trainer(config, device)
    return Training(trainer, folder, loop, on_progress)


def write_model(training: Training, folder: Path, name: str) -> None:
    """Write the best weights of a training as a model that needs no PyTorch.

    Parameters
    ----------
    training
        Measured at least once.
    folder
        Where ``weights.safetensors`` and ``config.json`` go.
    name
        Of the model.

    Raises
    ------
    ValueError
        If there are no weights yet.
    """
    if not training.best_weights:
        raise ValueError("the training has not measured anything yet: there is no model to write")
    folder.mkdir(parents=True, exist_ok=True)
    description = {"schema": 1, "name": name, **training.trainer.description()}
    atomic_write(folder / "weights.safetensors", to_safetensors(training.best_weights))
    atomic_write(folder / "config.json", json.dumps(description, indent=1) + "\n")


def draw(folder: Path) -> None:
    """Draw the measurements of the training in a folder into ``curve.svg`` there.

    Raises
    ------
    BackendMissing
        If matplotlib is not installed.
    """
    save_picture(plot_training(read_metrics(folder)), folder / "curve.svg")
