"""Monte Carlo tree search as published, written plainly: dense arrays, copies, no increments."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from references import FloatArray

_MASK = (1 << 64) - 1


class Xoshiro:
    """The generator of the kernels: xoshiro256**, seeded by splitmix64."""

    def __init__(self, seed: int) -> None:
        self._state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & _MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
            self._state.append(z ^ (z >> 31))

    def _next(self) -> int:
        def rotated(x: int, k: int) -> int:
            return ((x << k) | (x >> (64 - k))) & _MASK

        s = self._state
        result = (rotated((s[1] * 5) & _MASK, 7) * 9) & _MASK
        t = (s[1] << 17) & _MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 45)
        return result

    def below(self, bound: int) -> int:
        """Draw a whole number from 0 to bound - 1."""
        return ((self._next() >> 32) * bound) >> 32

    def uniform(self) -> float:
        """Draw a number in [0, 1)."""
        return (self._next() >> 11) * 2.0**-53


@dataclass
class PublishedMcts:
    """The search of the paper on a distance matrix and a dense heatmap."""

    matrix: FloatArray
    heatmap: FloatArray
    rng: Xoshiro
    alpha: float
    beta: float
    depth: int
    actions: int
    candidates: int
    use_heatmap: bool
    best: list[int] = field(default_factory=list)
    best_cost: float = math.inf
    simulations: int = 0

    def __post_init__(self) -> None:
        self.n = len(self.matrix)
        self.weight = 100 * (self.heatmap + self.heatmap.T) / 2
        self.chosen = np.zeros((self.n, self.n), np.int64)
        self.rows = [self._row(i) for i in range(self.n)]

    def _row(self, i: int) -> list[int]:
        others = [j for j in range(self.n) if j != i]
        if self.use_heatmap:
            others = [j for j in others if self.weight[i, j] >= 1e-2]
            return sorted(others, key=lambda j: -self.weight[i, j])[: self.candidates]
        return sorted(others, key=lambda j: self.matrix[i, j])[: self.candidates]

    def run(self, actions: int) -> None:
        """Simulate actions, with random tours and 2-opt between them."""
        left = actions
        while left:
            tour = self._random_tour()
            self._note(tour)
            tour = self._two_opt(tour)
            self._note(tour)
            failures = 0
            while left and failures < self.actions * self.n:
                left -= 1
                better = self._simulate(tour)
                failures = failures + 1 if better is None else 0
                tour = better or tour
                self._note(tour)

    def _length(self, tour: list[int]) -> float:
        return float(sum(self.matrix[a, b] for a, b in zip(tour, tour[1:] + tour[:1], strict=True)))

    def _note(self, tour: list[int]) -> None:
        cost = self._length(tour)
        if cost < self.best_cost - 1e-12:
            self.best, self.best_cost = list(tour), cost

    def _random_tour(self) -> list[int]:
        tour = [0]
        while len(tour) < self.n:
            free = [j for j in range(self.n) if j not in tour]
            power = {j: 2.718 ** self.weight[tour[-1], j] for j in free}
            total = sum(power.values())
            left = self.rng.below(1000)
            for node in free:
                left -= int(1000 * power[node] / total)
                if left < 0:
                    break
            tour.append(node)
        return tour

    def _reward(self, edges: list[tuple[int, int]], gain: float, length: float) -> None:
        for a, b in edges:
            self.weight[a, b] += self.beta * (math.exp(gain / length) - 1)
            self.weight[b, a] = self.weight[a, b]

    def _count(self, a: int, b: int) -> None:
        self.chosen[a, b] += 1
        self.chosen[b, a] += 1

    def _two_opt(self, tour: list[int]) -> list[int]:
        improved = True
        while improved:
            improved = False
            for node in range(self.n):
                for other in self.rows[node]:
                    i, j = tour.index(node), tour.index(other)
                    after, other_after = tour[(i + 1) % self.n], tour[(j + 1) % self.n]
                    if node == other_after or other == after:
                        continue
                    self._count(node, other)
                    self._count(after, other_after)
                    self.simulations += 1
                    d = self.matrix
                    gain = d[node, after] + d[other, other_after]
                    gain -= d[node, other] + d[after, other_after]
                    if gain > 1e-9:
                        edges = [(node, other), (after, other_after)]
                        self._reward(edges, gain, self._length(tour))
                        turned = tour[i + 1 :] + tour[: i + 1]  # begins behind the node
                        k = turned.index(other) + 1
                        tour = turned[:k][::-1] + turned[k:]
                        improved = True
                        break
        return tour

    def _potential(self, i: int, j: int) -> float:
        omega = self.weight[i].sum() / (self.n - 1)
        explore = math.sqrt(math.log(self.simulations + 1) / (self.chosen[i, j] + 1))
        return float(self.weight[i, j] / omega + self.alpha * explore)

    def _simulate(self, tour: list[int]) -> list[int] | None:
        """Return a better tour, or None."""
        self.simulations += 1
        a1 = self.rng.below(self.n)
        k = tour.index(a1) + 1
        path = tour[k:] + tour[:k]  # from b1 to a1
        d, added = self.matrix, []
        length, open_gain = self._length(tour), float(d[a1, path[0]])
        for _ in range(self.depth):
            tail = path[0]
            z = {j: self._potential(tail, j) for j in self.rows[tail] if j not in (a1, path[1])}
            z = {j: value for j, value in z.items() if value >= 1}
            if not z:
                return None
            left = self.rng.uniform() * sum(z.values())
            for a in z:
                left -= z[a]
                if left < 0:
                    break
            self._count(tail, a)
            k = path.index(a)
            open_gain += d[path[k - 1], a] - d[tail, a]
            added.append((tail, a))
            path = path[:k][::-1] + path[k:]
            gain = open_gain - float(d[path[0], a1])
            if gain > 1e-9:
                self._reward([*added, (path[0], a1)], gain, length)
                return path
        return None
