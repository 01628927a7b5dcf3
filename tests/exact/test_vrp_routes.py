"""Enumeration, pools and cuts of routes, against plain enumeration."""

from __future__ import annotations

import importlib.util
import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest

from cosolve import _kernels
from cosolve.exact.vrp_pool import Pool, PoolProgram, Rows
from cosolve.exact.vrp_rank_one import RankOne, find_rank_one

FloatArray = npt.NDArray[np.float64]

needs_ortools = pytest.mark.skipif(
    importlib.util.find_spec("ortools") is None, reason="OR-tools is not installed"
)
FAR = (1e6, 1e6, 1e6, 1e6)  # limits of labels, paths, routes, and seconds


class Toy:
    """Six clients with loads and perhaps windows, and every elementary route of them."""

    def __init__(self, seed: int, windows: bool) -> None:
        rng = np.random.default_rng(seed)
        n = self.nodes = 7
        places = rng.integers(0, 30, (n, 2))
        self.cost = np.linalg.norm(places[:, None] - places[None, :], axis=2)
        np.fill_diagonal(self.cost, math.inf)
        self.load = np.concatenate([[0.0], rng.integers(1, 5, n - 1)])
        self.capacity = 9.0
        self.prices = rng.uniform(5, 40, n)
        self.prices[0] = 0.0
        self.windows = np.tile([0.0, 300.0], (n, 1))
        if windows:
            self.windows[1:, 0] = rng.integers(20, 100, n - 1)
            self.windows[1:, 1] = self.windows[1:, 0] + 40
        self.timed = windows

    def pricing(self) -> _kernels.RoutePricing:
        """Return a pricing of the routes."""
        n = self.nodes
        near = np.array([[-1] * 3] + [[j for j in range(1, n) if j != i][:3] for i in range(1, n)])
        neighbors = near.astype(np.int32)
        if self.timed:
            use = np.where(np.isfinite(self.cost), self.cost, 0.0)
            return _kernels.RoutePricing(
                use,
                np.ascontiguousarray(self.windows[:, 0]),
                np.ascontiguousarray(self.windows[:, 1]),
                300.0,
                self.load,
                self.capacity,
                neighbors,
                False,
            )
        latest = np.concatenate([[self.capacity], self.capacity - self.load[1:]])
        use = np.repeat(self.load[:, None], n, axis=1)
        rules = (use, np.zeros(n), latest, self.capacity, self.load, self.capacity, neighbors)
        return _kernels.RoutePricing(*rules, True)

    def reduced(self) -> FloatArray:
        """Costs of arcs, less half the prices of both ends."""
        half = self.prices / 2
        return np.asarray(self.cost - half[:, None] - half[None, :])

    def feasible(self, route: tuple[int, ...]) -> bool:
        """Whether loads and windows allow a route."""
        if self.load[list(route)].sum() > self.capacity:
            return False
        now, here = 0.0, 0
        for client in route:
            now = max(now + self.cost[here, client], self.windows[client, 0])
            if self.timed and now > self.windows[client, 1]:
                return False
            here = client
        return not self.timed or now + self.cost[here, 0] <= 300.0

    def best(self) -> dict[frozenset[int], float]:
        """Least cost of a route through each set of clients that has one."""
        found: dict[frozenset[int], float] = {}
        for size in range(1, self.nodes):
            for route in itertools.permutations(range(1, self.nodes), size):
                if self.feasible(route):
                    cost = self.length(route)
                    key = frozenset(route)
                    found[key] = min(cost, found.get(key, math.inf))
        return found

    def length(self, route: tuple[int, ...] | list[int]) -> float:
        """Cost of a route."""
        return float(self.cost[[0, *route], [*route, 0]].sum())


def enumerated(toy: Toy, gap: float, limits: tuple[float, ...] = FAR) -> tuple[str, Pool]:
    pricing = toy.pricing()
    end = pricing.enumerate(toy.reduced(), toy.cost, gap, *limits)
    first, visits, costs, _ = pricing.enumerated()
    return end, Pool(toy.nodes, first, visits, costs)


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_enumeration_finds_the_best_route_of_every_set_within_the_gap(
    seed: int, windows: bool
) -> None:
    """Arc prices of clients alone do not depend on the order: exactly those sets are found."""
    toy = Toy(seed, windows)
    best = toy.best()
    worth = {s: c - toy.prices[list(s)].sum() for s, c in best.items()}
    gap = float(np.median(list(worth.values()))) + 1e-7
    end, pool = enumerated(toy, gap)
    routes = [pool.route(k) for k in range(len(pool))]
    assert end == "complete"
    assert {frozenset(r) for r in routes} == {s for s, value in worth.items() if value < gap}
    for route, cost in zip(routes, pool.costs, strict=True):
        assert toy.feasible(tuple(route))
        assert cost == pytest.approx(toy.length(route))
        assert cost == pytest.approx(best[frozenset(route)])


def test_enumeration_says_which_limit_it_met() -> None:
    """Too few paths, routes or seconds are told apart."""
    toy = Toy(0, windows=False)
    assert enumerated(toy, 1e3, (1e6, 5, 1e6, 1e6))[0] == "paths"
    assert enumerated(toy, 1e3, (1e6, 1e6, 3, 1e6))[0] == "routes"


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_routes_pay_for_subset_rows(seed: int, windows: bool) -> None:
    """The least reduced cost with cuts is that of all elementary routes, or less."""
    toy = Toy(seed, windows)
    members, memory, price = [[1, 2, 3], [2, 4, 5]], [[1, 2, 3, 4], [2, 4, 5]], [7.0, 11.0]
    pricing = toy.pricing()
    pricing.set_cuts(members, memory, price)
    assert pricing.run(toy.reduced(), False, 10, 1e6, 1e6)
    least = math.inf
    for size in range(1, toy.nodes):
        for route in itertools.permutations(range(1, toy.nodes), size):
            if not toy.feasible(route):
                continue
            value = toy.length(route) - toy.prices[list(route)].sum()
            value += sum(
                p * counted(route, m, k) for m, k, p in zip(members, memory, price, strict=True)
            )
            least = min(least, value)
    assert pricing.least <= min(least, 0.0) + 1e-9
    # Whatever is found costs what it is said to: its own reduced cost is the least.
    costs = []
    for route in pricing.routes():
        value = toy.length(route) - toy.prices[route].sum()
        value += sum(
            p * counted(tuple(route), m, k) for m, k, p in zip(members, memory, price, strict=True)
        )
        costs.append(value)
    if costs:
        assert min(costs) == pytest.approx(pricing.least)


def counted(route: tuple[int, ...], members: list[int], memory: list[int]) -> int:
    """How often every second visit of members comes before the memory is left."""
    total = 0
    for _, stretch in itertools.groupby(route, lambda i: i in members or i in memory):
        total += sum(i in members for i in stretch) // 2
    return total


def test_counts_of_the_kernel_are_those_of_stretches_inside_the_memory() -> None:
    """Leaving the memory forgets a visit that was not yet counted."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        route = rng.permutation(np.arange(1, 9))[: rng.integers(1, 9)]
        members = sorted(rng.choice(np.arange(1, 9), 3, replace=False).tolist())
        memory = sorted({*members, *rng.choice(np.arange(1, 9), 2).tolist()})
        first = np.array([0, len(route)], np.int32)
        (count,) = _kernels.count_subset_row(first, route.astype(np.int32), 9, members, memory)
        assert count == counted(tuple(route.tolist()), members, memory)


def test_subset_rows_are_violated_as_they_say() -> None:
    """Three routes of two clients each, half of each, violate the cut of the three by a half."""
    first, visits = np.array([0, 2, 4, 6], np.int32), np.array([1, 2, 2, 3, 1, 3], np.int32)
    found = _kernels.find_subset_rows(5, first, visits, np.full(3, 0.5), 0.1, 10, 10)
    assert found == [([1, 2, 3], pytest.approx(0.5))]


@needs_ortools
@pytest.mark.parametrize("seed", range(4))
def test_pool_keeps_every_solution_within_the_cutoff(seed: int) -> None:
    """What linear programs leave of a pool still holds the best solution, above their bound."""
    toy = Toy(seed, windows=False)
    best = toy.best()
    optimum, chosen = cheapest(toy, best)
    _, pool = enumerated(toy, 1e9)
    cutoff = optimum * 1.02
    program = PoolProgram(pool, Rows([[1, 2, 3]], [1]), 1, None, cutoff)
    bounds: list[float] = []
    assert program.strengthen(bounds.append, lambda: 1e6)
    left = {frozenset(program.pool.route(k)) for k in range(len(program.pool))}
    assert max(bounds) <= optimum
    assert chosen <= left


@needs_ortools
def test_pool_below_the_optimum_is_proven_to_hold_nothing() -> None:
    """With a cutoff below the bound no route is left, or the bound is above the cutoff."""
    toy = Toy(1, windows=False)
    optimum, _ = cheapest(toy, toy.best())
    _, pool = enumerated(toy, 1e9)
    program = PoolProgram(pool, Rows(), 1, None, optimum * 0.5)
    program.strengthen(lambda _: None, lambda: 1e6)
    assert not len(program.pool) or program.bound > optimum * 0.5


@needs_ortools
def test_routes_that_make_no_solution_are_proven_to_make_none() -> None:
    """Where a set has to be visited more often than there are routes, no linear program fails."""
    pool = Pool(
        3,
        np.array([0, 1, 2], np.int32),
        np.array([1, 2], np.int32),
        np.array([5.0, 6.0]),
    )
    program = PoolProgram(pool, Rows([[1, 2]], [4]), 1, None, 100.0)
    assert program.strengthen(lambda _: None, lambda: 1e6)
    assert not len(program.pool) or program.bound > 100.0


def cheapest(toy: Toy, best: dict[frozenset[int], float]) -> tuple[float, set[frozenset[int]]]:
    """Cost and sets of the cheapest partition of all clients."""
    table: dict[frozenset[int], tuple[float, set[frozenset[int]]]] = {frozenset(): (0.0, set())}
    clients = range(1, toy.nodes)
    for size in range(1, toy.nodes):
        for subset in map(frozenset, itertools.combinations(clients, size)):
            options = [
                (cost + table[subset - part][0], table[subset - part][1] | {part})
                for part, cost in best.items()
                if min(subset) in part and part <= subset
            ]
            table[subset] = min(options, key=lambda option: option[0])
    return table[frozenset(clients)]


def test_cuts_of_more_rows_hold_for_every_solution() -> None:
    """A cut that a fractional solution violates is met by every partition of the clients."""
    toy = Toy(2, windows=False)
    sets = list(toy.best())
    visited = np.zeros((len(sets), toy.nodes), bool)
    for row, members in enumerate(sets):
        visited[row, list(members)] = True
    rng = np.random.default_rng(0)
    found: list[RankOne] = []
    for _ in range(5):
        found += find_rank_one(visited, rng.uniform(0, 0.2, len(sets)), 0.01, 20, rng)
    assert {len(cut.members) for cut in found} == {4, 5}
    for cut in found:
        assert len(set(cut.members)) == len(cut.members)
        counts = dict(zip(sets, cut.counts(visited).tolist(), strict=True))
        assert most_counted(toy, counts) <= cut.right


def most_counted(toy: Toy, counts: dict[frozenset[int], int]) -> int:
    """Greatest sum of counts of sets that together hold every client at most once."""
    table: dict[frozenset[int], int] = {frozenset(): 0}
    for size in range(1, toy.nodes):
        for subset in map(frozenset, itertools.combinations(range(1, toy.nodes), size)):
            fitting = [c + table[subset - part] for part, c in counts.items() if part <= subset]
            table[subset] = max(fitting, default=0)
    return table[frozenset(range(1, toy.nodes))]
