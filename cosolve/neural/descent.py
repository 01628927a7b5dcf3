"""What all supervised trainings have: a schedule, an optimizer, and a stream to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from cosolve.neural.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
N = TypeVar("N", bound=nn.Module)

_LARGEST_GRADIENT = 1.0


class Schedule(Protocol):
    """The settings of a training that say how it goes down.

    Attributes
    ----------
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
    """

    @property
    def steps(self) -> int: ...  # noqa: D102 - see the attributes
    @property
    def learning_rate(self) -> float: ...  # noqa: D102
    @property
    def weight_decay(self) -> float: ...  # noqa: D102
    @property
    def warmup(self) -> int: ...  # noqa: D102
    @property
    def decay(self) -> float: ...  # noqa: D102
    @property
    def workers(self) -> int: ...  # noqa: D102


def rate(schedule: Schedule, step: int) -> float:
    """Share of the learning rate at a step: up, level, down."""
    rise = min(1.0, (step + 1) / max(1, schedule.warmup))
    fall = (schedule.steps - step) / max(1.0, schedule.decay * schedule.steps)
    return max(0.0, min(rise, fall))


class Descent(Generic[N, T]):
    """A network on its way down, with what is needed to go on after a kill.

    Parameters
    ----------
    network
        What is trained.
    schedule
        How.
    make
        Example of a number; picklable.
    per_step
        Examples a step takes.
    """

    def __init__(
        self, network: N, schedule: Schedule, make: Callable[[int], T], per_step: int = 1
    ) -> None:
        self.network = network
        self.step_number = 0
        self._schedule = schedule
        self._make = make
        self._per_step = per_step
        self._stream: Stream[T] | None = None
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay
        )

    @property
    def steps(self) -> int:
        """Steps there are to do."""
        return self._schedule.steps

    def examples(self) -> list[T]:
        """Examples of the next step."""
        if self._stream is None:
            first = self.step_number * self._per_step
            self._stream = Stream(self._make, self._schedule.workers, first)
        return [next(self._stream) for _ in range(self._per_step)]

    def descend(self, loss: Tensor) -> dict[str, float]:
        """Do one step down a loss; return it."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.learning_rate * rate(self._schedule, self.step_number)
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
