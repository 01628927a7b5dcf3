"""Bandits, beside the values that MABWiser 2.7.4 gives for the same plays."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cosolve.search.bandits import (
    POLICIES,
    Bandit,
    EpsilonGreedy,
    Policy,
    Softmax,
    Thompson,
    Ucb1,
)

PLAYS = [0, 1, 2, 0, 1, 1, 2, 0]
REWARDS = [3.0, 1.0, 8.0, 2.0, 4.0, 1.0, 1.0, 8.0]


def played(policy: Policy, memory: float = 1.0) -> Bandit:
    """Return a bandit of three arms that has seen the plays."""
    bandit = Bandit(policy, 3, memory)
    for arm, reward in zip(PLAYS, REWARDS, strict=True):
        bandit.learn(arm, reward)
    return bandit


def shares(bandit: Bandit, draws: int = 4000) -> list[float]:
    """Return how often each of three arms is chosen."""
    rng = np.random.default_rng(3)
    counts = Counter(bandit.choose(rng) for _ in range(draws))
    return [counts[arm] / draws for arm in range(3)]


def test_softmax_has_the_probabilities_of_the_reference() -> None:
    """The probabilities of MABWiser's Softmax(1.36)."""
    policy = Softmax(1.36)
    expected = [0.43286018481085603, 0.07784568756026511, 0.4892941276288788]
    bandit = played(policy)
    assert policy.probabilities(bandit.record) == pytest.approx(expected, rel=1e-12)
    assert shares(bandit) == pytest.approx(expected, abs=0.03)


def test_ucb_has_the_bounds_of_the_reference() -> None:
    """The expectations of MABWiser's UCB1(1.25), of which the highest is chosen."""
    policy = Ucb1(1.25)
    expected = [5.805095861477676, 3.4717625281443434, 6.302533608251103]
    bandit = played(policy)
    assert policy.bounds(bandit.record) == pytest.approx(expected, rel=1e-12)
    assert shares(bandit, 10) == [0, 0, 1]


def test_ucb_plays_every_arm_before_any_twice() -> None:
    """An arm that was never played has an infinite bound."""
    bandit, rng = Bandit(Ucb1(), 5), np.random.default_rng(0)
    seen = []
    for _ in range(5):
        seen.append(bandit.choose(rng))
        bandit.learn(seen[-1], 100.0)
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_epsilon_greedy_explores_as_often_as_told() -> None:
    """The best arm in 1 - epsilon of the draws, and any arm in the others."""
    assert shares(played(EpsilonGreedy(0.3))) == pytest.approx([0.1, 0.1, 0.8], abs=0.03)
    assert shares(played(EpsilonGreedy(0.0)), 10) == [0, 0, 1]


def test_thompson_draws_from_the_beliefs_of_the_reference() -> None:
    """Successes 1, 1, 1 of 3, 3, 2: the shares that 10^6 draws of three beta variables have."""
    bandit = played(Thompson(4.0))
    assert bandit.record.wins.tolist() == [1, 1, 1]
    rng = np.random.default_rng(5)
    draws = np.argmax(rng.beta([2.0, 2.0, 2.0], [3.0, 3.0, 2.0], (200_000, 3)), axis=1)
    expected = np.bincount(draws, minlength=3) / len(draws)
    assert shares(bandit) == pytest.approx(expected, abs=0.03)


def test_memory_lets_old_rewards_fade() -> None:
    """With a memory of one half, the last reward weighs as much as all before together."""
    bandit = Bandit(Softmax(), 2, 0.5)
    for reward in (1.0, 1.0, 1.0, 5.0):
        bandit.learn(0, reward)
    record = bandit.record
    assert record.plays.tolist() == [1.875, 0]
    assert record.means[0] == pytest.approx((0.125 + 0.25 + 0.5 + 5.0) / 1.875)
    assert record.means[1] == 0


def test_optimism_has_every_arm_played_soon() -> None:
    """An arm that was never played is expected to bring what is hoped for."""
    bandit, rng = Bandit(EpsilonGreedy(0.0), 4, optimism=8.0), np.random.default_rng(0)
    seen = []
    for _ in range(4):
        seen.append(bandit.choose(rng))
        bandit.learn(seen[-1], 4.0)
    assert sorted(seen) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_finds_the_best_arm(name: str) -> None:
    """After a few hundred plays the best of four arms is played most."""
    bandit, rng = Bandit(POLICIES[name](), 4), np.random.default_rng(1)
    chosen = Counter[int]()
    for _ in range(600):
        arm = bandit.choose(rng)
        chosen[arm] += 1
        bandit.learn(arm, float(rng.random() < (0.1, 0.2, 0.9, 0.3)[arm]))
    assert chosen.most_common(1)[0][0] == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: EpsilonGreedy(1.5),
        lambda: Softmax(0.0),
        lambda: Ucb1(-1.0),
        lambda: Bandit(Softmax(), 0),
        lambda: Bandit(Softmax(), 2, 0.0),
    ],
)
def test_settings_out_of_range_are_refused(make: object) -> None:
    """One clear line for each."""
    with pytest.raises(ValueError, match="got"):
        make()  # type: ignore[operator]
