"""Whether a search goes on from a solution that it has found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Acceptance(Protocol):
    """A rule; a frozen dataclass of its settings."""

    def ceiling(self, current: float, iteration: int, rng: np.random.Generator) -> float:
        """Highest cost of a solution to go on from instead of the current one.

        Parameters
        ----------
        current
            Cost of the current solution.
        iteration
            Iterations done.
        rng
            Source of chance.
        """


@dataclass(frozen=True, slots=True)
class HillClimbing:
    """Go on from solutions that cost no more than the current one."""

    def ceiling(self, current: float, iteration: int, rng: np.random.Generator) -> float:
        """Return the current cost."""
        del iteration, rng
        return current


@dataclass(frozen=True, slots=True)
class SimulatedAnnealing:
    """Go on from costlier solutions, too, with a probability that falls with time [1]_.

    Parameters
    ----------
    start, end
        First and last temperature, in units of the cost, with ``start >= end > 0``.
    step
        By how much it falls with an iteration.

    Raises
    ------
    ValueError
        If the temperatures are not positive, or rise.

    Notes
    -----
    Accepting with probability ``exp((current - cost) / temperature)`` is the same as accepting
    costs of at most ``current - temperature * log(u)`` for u uniform in (0, 1]. Drawn before the
    neighborhood is searched, this is a cutoff for whatever searches it.

    References
    ----------
    .. [1] S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, "Optimization by simulated annealing",
       Science 220 (1983).
    """

    start: float = 20.0
    end: float = 1.0
    step: float = 0.1

    def __post_init__(self) -> None:
        """Validate the settings."""
        if not self.start >= self.end > 0:
            raise ValueError(
                f"temperatures must be positive and fall, got {self.start} to {self.end}"
            )
        if not self.step >= 0:
            raise ValueError(f"step must not be negative, got {self.step}")

    def temperature(self, iteration: int) -> float:
        """Temperature after some iterations.

        Parameters
        ----------
        iteration
            Iterations done.
        """
        return max(self.end, self.start - self.step * iteration)

    def ceiling(self, current: float, iteration: int, rng: np.random.Generator) -> float:
        """Draw how much costlier a solution may be."""
        return current - self.temperature(iteration) * math.log(1.0 - rng.random())
