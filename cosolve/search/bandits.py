"""Multi-armed bandits: which of several arms to play next, given what they have brought so far.

The four policies follow the textbook [1]_; a `Bandit` keeps what they need to know. Rewards are any
numbers, of which more is better.

References
----------
.. [1] T. Lattimore, C. Szepesvári, "Bandit Algorithms", Cambridge University Press (2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cosolve.problems.metrics import FloatArray


@dataclass(slots=True)
class Record:
    """What the arms have brought so far; older plays may count less.

    Parameters
    ----------
    plays
        How often each arm was played, shape (arms,).
    rewards
        Sum of its rewards, shape (arms,).
    wins
        How many of its rewards were a success, shape (arms,).
    optimism
        What is expected of an arm that was never played.
    """

    plays: FloatArray
    rewards: FloatArray
    wins: FloatArray
    optimism: float = 0.0

    @property
    def means(self) -> FloatArray:
        """Mean reward of each arm, shape (arms,)."""
        unknown = np.full_like(self.rewards, self.optimism)
        return np.divide(self.rewards, self.plays, out=unknown, where=self.plays > 0)


class Policy(Protocol):
    """How to choose an arm; a frozen dataclass of its settings."""

    @property
    def threshold(self) -> float:
        """Rewards of at least this are a success."""

    def choose(self, record: Record, rng: np.random.Generator) -> int:
        """Return the arm to play next."""


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    """The arm of the best mean, but any arm with a small probability.

    Parameters
    ----------
    epsilon
        That probability, 0 to 1.
    threshold
        Rewards of at least this are a success (not used here).

    Raises
    ------
    ValueError
        If `epsilon` is not a probability.
    """

    epsilon: float = 0.1
    threshold: float = 1.0

    def __post_init__(self) -> None:
        """Validate the settings."""
        if not 0 <= self.epsilon <= 1:
            raise ValueError(f"epsilon must be from 0 to 1, got {self.epsilon}")

    def choose(self, record: Record, rng: np.random.Generator) -> int:
        """Explore or exploit; of equal means the first."""
        if rng.random() < self.epsilon:
            return int(rng.integers(len(record.plays)))
        return int(np.argmax(record.means))


@dataclass(frozen=True, slots=True)
class Softmax:
    """Any arm, with a probability that grows exponentially with its mean (Boltzmann exploration).

    Parameters
    ----------
    tau
        Temperature: the larger, the more alike are the arms.
    threshold
        Rewards of at least this are a success (not used here).

    Raises
    ------
    ValueError
        If `tau` is not positive.
    """

    tau: float = 1.0
    threshold: float = 1.0

    def __post_init__(self) -> None:
        """Validate the settings."""
        if not self.tau > 0:
            raise ValueError(f"tau must be positive, got {self.tau}")

    def probabilities(self, record: Record) -> FloatArray:
        """Probability of each arm, shape (arms,)."""
        means = record.means
        weights: FloatArray = np.exp((means - means.max()) / self.tau)
        shares: FloatArray = weights / weights.sum()
        return shares

    def choose(self, record: Record, rng: np.random.Generator) -> int:
        """Draw an arm."""
        return int(rng.choice(len(record.plays), p=self.probabilities(record)))


@dataclass(frozen=True, slots=True)
class Ucb1:
    """The arm with the highest upper confidence bound of its mean [1]_.

    Parameters
    ----------
    alpha
        Width of the confidence interval; 1 for rewards from 0 to 1.
    threshold
        Rewards of at least this are a success (not used here).

    Raises
    ------
    ValueError
        If `alpha` is negative.

    References
    ----------
    .. [1] P. Auer, N. Cesa-Bianchi, P. Fischer, "Finite-time analysis of the multiarmed bandit
       problem", Machine Learning 47 (2002), figure 1.
    """

    alpha: float = 1.0
    threshold: float = 1.0

    def __post_init__(self) -> None:
        """Validate the settings."""
        if not self.alpha >= 0:
            raise ValueError(f"alpha must not be negative, got {self.alpha}")

    def bounds(self, record: Record) -> FloatArray:
        """Upper confidence bound of each arm, shape (arms,); infinite for one never played."""
        total = max(float(record.plays.sum()), 1.0)
        played = record.plays > 0
        width = np.full(len(record.plays), np.inf)
        width[played] = self.alpha * np.sqrt(2.0 * math.log(total) / record.plays[played])
        bounds: FloatArray = record.means + width
        return bounds

    def choose(self, record: Record, rng: np.random.Generator) -> int:
        """Return the arm with the highest bound; of equal ones any."""
        bounds = self.bounds(record)
        best = np.flatnonzero(bounds == bounds.max())
        return int(best[rng.integers(len(best))])


@dataclass(frozen=True, slots=True)
class Thompson:
    """The arm with the highest probability of success, drawn from what is believed of it [1]_.

    Parameters
    ----------
    threshold
        Rewards of at least this are a success, others a failure.

    References
    ----------
    .. [1] S. Agrawal, N. Goyal, "Analysis of Thompson sampling for the multi-armed bandit problem",
       COLT (2012), algorithm 1.
    """

    threshold: float = 1.0

    def choose(self, record: Record, rng: np.random.Generator) -> int:
        """Draw a probability for each arm from its beta distribution."""
        failures = np.maximum(record.plays - record.wins, 0.0)
        return int(np.argmax(rng.beta(record.wins + 1.0, failures + 1.0)))


class Bandit:
    """Arms and what they have brought.

    Parameters
    ----------
    policy
        How to choose.
    arms
        How many there are, at least 1.
    memory
        What an earlier play still counts with each later one; 1 to forget nothing. Less suits arms
        that become better or worse with time.
    optimism
        What is expected of an arm that was never played: the highest reward has each played soon.

    Raises
    ------
    ValueError
        If there are no arms or `memory` is not in (0, 1].
    """

    def __init__(
        self, policy: Policy, arms: int, memory: float = 1.0, optimism: float = 0.0
    ) -> None:
        if arms < 1:
            raise ValueError(f"a bandit needs an arm, got {arms}")
        if not 0 < memory <= 1:
            raise ValueError(f"memory must be above 0 and at most 1, got {memory}")
        self.record = Record(np.zeros(arms), np.zeros(arms), np.zeros(arms), optimism)
        self._policy = policy
        self._memory = memory

    def choose(self, rng: np.random.Generator) -> int:
        """Return the arm to play next.

        Parameters
        ----------
        rng
            Source of chance.
        """
        return self._policy.choose(self.record, rng)

    def learn(self, arm: int, reward: float) -> None:
        """Take note of a play.

        Parameters
        ----------
        arm
            Which was played.
        reward
            What it brought.
        """
        record = self.record
        for counted in (record.plays, record.rewards, record.wins):
            counted *= self._memory
        record.plays[arm] += 1.0
        record.rewards[arm] += reward
        record.wins[arm] += float(reward >= self._policy.threshold)


POLICIES = {
    "epsilon-greedy": EpsilonGreedy,
    "softmax": Softmax,
    "ucb": Ucb1,
    "thompson": Thompson,
}
"""The policies by name."""
