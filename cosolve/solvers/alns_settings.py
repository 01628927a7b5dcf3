"""How adaptive large neighborhood search works: its arms, rewards and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from cosolve.search.acceptance import Acceptance, HillClimbing
from cosolve.search.bandits import Policy, Softmax

JUMP = "jump"
"""The arm that is no neighborhood, but local search of the whole program."""


class Success(IntEnum):
    """What a neighborhood has brought, the best first."""

    BEST = 0
    """A new best solution."""
    BETTER = 1
    """One better than the current."""
    ACCEPTED = 2
    """One to go on from."""
    REJECTED = 3
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Rewards:
    """What a bandit is told of an arm.

    Parameters
    ----------
    best, better, accepted, rejected
        For a new best solution, one better than the current, one to go on from, and nothing.
    """

    best: float = 8.0
    better: float = 4.0
    accepted: float = 2.0
    rejected: float = 1.0

    def of(self, success: Success) -> float:
        """Return the reward of a success."""
        return (self.best, self.better, self.accepted, self.rejected)[success]


@dataclass(frozen=True, slots=True)
class Arm:
    """A neighborhood to choose.

    Parameters
    ----------
    family
        One of ``cosolve.search.mip_neighborhoods.FAMILIES``, or ``JUMP``.
    size
        Its size at first, a share; see the families.
    adapts
        Whether its size changes with success.
    """

    family: str
    size: float
    adapts: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """How the search works.

    Parameters
    ----------
    arms
        The neighborhoods.
    policy
        How they are chosen.
    memory
        See ``Bandit``.
    rewards
        What the policy is told.
    acceptance
        Whether to go on from a solution.
    seconds
        For one neighborhood at first, None for a share of the time.
    nodes
        For one neighborhood, instead, where the number of iterations is limited: then nothing may
        depend on the clock.
    steady
        Whether neighborhoods never get more than that, and arms are only as good as they were.
    """

    arms: tuple[Arm, ...]
    policy: Policy = field(default_factory=Softmax)
    memory: float = 1.0
    rewards: Rewards = field(default_factory=Rewards)
    acceptance: Acceptance = field(default_factory=HillClimbing)
    seconds: float | None = None
    nodes: int = 200
    steady: bool = False
