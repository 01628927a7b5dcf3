"""What all supervised trainings have: a schedule, an optimizer, and a stream to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from cosolve.neural.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
N = TypeVar("N", bound=nn.Module)

_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class DescentConfig:
    """Settings that all such trainings have.

    Parameters
    ----------
    width, layers
        Of the network.
    steps
        Steps of the optimizer.
    learning_rate, weight_decay
        Of AdamW.
    warmup
        Steps over which the learning rate rises.
    decay
        Share of the steps, at the end, over which it falls to 0.
    workers
        Processes that make examples.
    held_out
        Instances of each held-out kind.
    seed
        Of everything.

    Raises
    ------
    ValueError
        If a setting is out of range.
    """

    width: int = 48
    layers: int = 6
    steps: int = 20_000
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warmup: int = 200
    decay: float = 0.3
    workers: int = 1
    held_out: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate."""
        self.require_positive("width", "layers", "steps", "held_out")
        if not 0 <= self.decay <= 1:
            raise ValueError(f"decay must be between 0 and 1, got {self.decay}")

    def require_positive(self, *names: str) -> None:
        """Raise ``ValueError`` for the first of these settings that is below 1."""
        for name in names:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")


def rate(config: DescentConfig, step: int) -> float:
    """Share of the learning rate at a step: up, level, down."""
    rise = min(1.0, (step + 1) / max(1, config.warmup))
    fall = (config.steps - step) / max(1.0, config.decay * config.steps)
    return max(0.0, min(rise, fall))


class Descent(Generic[N, T]):
    """A network on its way down, with what is needed to go on after a kill.

    Parameters
    ----------
    network
        What is trained.
    config
        How.
    make
        Example of a number; picklable.
    per_step
        Examples a step takes.
    """

    def __init__(
        self, network: N, config: DescentConfig, make: Callable[[int], T], per_step: int = 1
    ) -> None:
        self.network = network
        self.step_number = 0
        self._settings = config
        self._make = make
        self._per_step = per_step
        self._stream: Stream[T] | None = None
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )

    @property
    def steps(self) -> int:
        """Steps there are to do."""
        return self._settings.steps

    def examples(self) -> list[T]:
        """Examples of the next step."""
        if self._stream is None:
            first = self.step_number * self._per_step
            self._stream = Stream(self._make, self._settings.workers, first)
        return [next(self._stream) for _ in range(self._per_step)]

    def descend(self, loss: Tensor) -> dict[str, float]:
        """Do one step down a loss; return it."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * rate(self._settings, self.step_number)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _LARGEST_GRADIENT)
        self._optimizer.step()
        self.step_number += 1
        return {"loss": float(loss.detach())}

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step_number,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        self.close()
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step_number = int(state["step"])

    def close(self) -> None:
        """End the workers."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
