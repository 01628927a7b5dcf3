"""A training as it runs: steps, measurements, checkpoints, and going on after a kill."""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch

from cosolve.io.atomic import atomic_write

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

CHECKPOINT = "checkpoint.pt"
METRICS = "metrics.jsonl"


class Trainer(Protocol):
    """What is trained: one step at a time, measured now and then, saved and restored."""

    step_number: int

    @property
    def steps(self) -> int:
        """Steps there are to do."""

    def step(self) -> Mapping[str, float]:
        """Do one step; return what it measured."""

    def evaluate(self) -> Mapping[str, float]:
        """Measure on held-out data; ``score`` is to be small."""

    def baselines(self) -> Mapping[str, float]:
        """Measure what needs no training, on the same data."""

    def weights(self) -> Mapping[str, torch.Tensor]:
        """Weights to be released."""

    def description(self) -> Mapping[str, Any]:
        """Return what a released model says of itself in its configuration."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs, of tensors and plain values."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""

    def close(self) -> None:
        """Let go of processes."""


class TrainingProgress(NamedTuple):
    """What ``on_progress`` is told after every step."""

    step: int
    steps: int
    seconds: float
    """Wall seconds of this call."""
    values: Mapping[str, float]
    """What the step measured."""
    score: float | None
    """Best score on held-out data."""


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """When to measure and to save.

    Parameters
    ----------
    evaluate_every
        Steps between two measurements on held-out data.
    checkpoint_s
        Wall seconds between two checkpoints.
    patience
        Measurements without a better score after which the training ends; 0: never.
    """

    evaluate_every: int = 500
    checkpoint_s: float = 120.0
    patience: int = 0


@dataclass
class Training:
    """A folder in which a training runs.

    Parameters
    ----------
    trainer
        What is trained.
    folder
        Where checkpoints and measurements go.
    settings
        When.
    on_progress
        Called after every step.
    """

    trainer: Trainer
    folder: Path
    settings: LoopSettings = field(default_factory=LoopSettings)
    on_progress: Callable[[TrainingProgress], None] | None = None
    best: float | None = None
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    stale: int = 0

    def resume(self) -> None:
        """Go on from the checkpoint in the folder.

        Raises
        ------
        ValueError
            If there is none that can be read.
        """
        path = self.folder / CHECKPOINT
        if not path.exists():
            raise ValueError(f"{path}: there is no checkpoint to resume from")
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            self.trainer.load_state_dict(state["trainer"])
            self.best, self.stale = state["best"], state["stale"]
            self.best_weights = state["best_weights"]
        except Exception as error:  # whatever torch makes of a damaged file
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ValueError(f"{path}: cannot resume from this checkpoint: {text}") from None
        self._forget_after(self.trainer.step_number)

    def run(self, interrupted: threading.Event, time_limit_s: float = math.inf) -> bool:
        """Train until the steps are done, nothing improves or time is up.

        Parameters
        ----------
        interrupted
            Ends the training after the present step, with a checkpoint.
        time_limit_s
            Wall seconds after which it ends like that by itself.

        Returns
        -------
        bool
            Whether the training is complete.
        """
        trainer, settings = self.trainer, self.settings
        begin = saved = time.monotonic()
        if trainer.step_number == 0:
            self._note({"step": 0, **trainer.baselines()})
        try:
            while trainer.step_number < trainer.steps and not self._exhausted:
                now = time.monotonic()
                if interrupted.is_set() or now - begin > time_limit_s:
                    self.save()
                    return False
                if now - saved > settings.checkpoint_s:
                    self.save()
                    saved = now
                values = trainer.step()
                self._report(values, time.monotonic() - begin)
                last = trainer.step_number == trainer.steps
                if last or trainer.step_number % settings.evaluate_every == 0:
                    self._measure(values)
        finally:
            trainer.close()
        self.save()
        return True

    @property
    def _exhausted(self) -> bool:
        return 0 < self.settings.patience <= self.stale

    def _report(self, values: Mapping[str, float], seconds: float) -> None:
        if self.on_progress is not None:
            done, steps = self.trainer.step_number, self.trainer.steps
            self.on_progress(TrainingProgress(done, steps, seconds, values, self.best))

    def _measure(self, values: Mapping[str, float]) -> None:
        measured = self.trainer.evaluate()
        self._note({"step": self.trainer.step_number, **values, **measured})
        score = measured["score"]
        if self.best is None or score < self.best:
            self.best, self.stale = score, 0
            self.best_weights = {n: w.clone() for n, w in self.trainer.weights().items()}
        else:
            self.stale += 1

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "trainer": self.trainer.state_dict(),
            "best": self.best,
            "stale": self.stale,
            "best_weights": self.best_weights,
        }
        path = self.folder / CHECKPOINT
        temporary = path.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, path)  # noqa: PTH105

    def _note(self, row: Mapping[str, float]) -> None:
        with (self.folder / METRICS).open("a") as stream:
            stream.write(json.dumps(row) + "\n")

    def _forget_after(self, step: int) -> None:
        """Drop measurements that the steps to come will make again."""
        rows = [row for row in read_metrics(self.folder) if row["step"] <= step]
        atomic_write(self.folder / METRICS, "".join(json.dumps(row) + "\n" for row in rows))


def read_metrics(folder: Path) -> list[dict[str, float]]:
    """Measurements of a training, oldest first; a half-written last line is left out.

    Parameters
    ----------
    folder
        Where it runs or ran.
    """
    rows = []
    with suppress(FileNotFoundError):
        for line in (folder / METRICS).read_text().splitlines():
            with suppress(json.JSONDecodeError):
                rows.append(json.loads(line))
    return rows
