"""What the solvers of vehicle routing do with a guide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosolve import solve
from cosolve.core import FormatError, Stop
from cosolve.guidance import EdgeGuidance, KnnGuide, SavingsGuide, save_guidance
from cosolve.problems import VRP, Route, Routes, VehicleType
from cosolve.search.hgs import GeneticSearch, HgsOptions, model_of
from cosolve.search.route_clusters import ClusterOptions, RouteClusters, disagreement

SMALL = HgsOptions(min_population=8, generation_size=8, first=20)


def problem(clients: int = 36, windows: bool = False) -> VRP:
    """Places without ties, nine clients or so to a vehicle."""
    rng = np.random.default_rng(1)
    n = clients + 1
    begin = 3.0 * rng.random(n)
    begin[0] = 0.0
    ends = np.where(np.arange(n) == 0, np.inf, begin + 2.0)
    return VRP(
        coords=rng.random((n, 2)),
        demands=np.r_[0.0, rng.integers(1, 10, clients)],
        vehicles=(VehicleType(capacity=45),),
        windows=np.column_stack([begin, ends]) if windows else None,
    )


def guidance_of(size: int, edges: Sequence[tuple[int, int]]) -> EdgeGuidance:
    """Guidance of some edges of weight 1, both ways."""
    rows: list[list[int]] = [[] for _ in range(size)]
    for a, b in edges:
        rows[a].append(b)
        rows[b].append(a)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    indices = np.array([j for row in rows for j in row], dtype=np.int32)
    return EdgeGuidance(indptr, indices, np.ones(indices.size, np.float32))


def singles(clients: int) -> Routes:
    """Return a route for every client."""
    return Routes(tuple(Route(np.array([c])) for c in range(1, clients + 1)))


@pytest.mark.parametrize("windows", [False, True])
def test_the_genetic_search_looks_at_proximity_by_itself(windows: bool) -> None:
    """Guided by ``knn`` it does just what it does without a guide, with as many neighbors."""
    vrp, stop = problem(60, windows), Stop(iterations=30)
    width = 40 if windows else 20
    own: Any = solve(vrp, "hgs", stop=stop, seed=4)
    again: Any = solve(vrp, "hgs", stop=stop, seed=4, guide=f"knn:{width}")
    assert again.solution == own.solution


def test_moves_join_only_clients_of_the_guide() -> None:
    """From a route for each client, those with an edge come together; a forbidden edge stays."""
    vrp = problem()
    near = int(KnnGuide(1)(vrp).indices[7])
    edges = [(8, near), (20, int(KnnGuide(1)(vrp).indices[19]))]
    one, both = (
        GeneticSearch(model_of(vrp, guidance_of(37, kept)), 1, SMALL).descend(singles(36))[0]
        for kept in (edges[1:], edges)
    )
    assert sorted(len(route) for route in one.routes)[-2:] == [1, 2]
    assert {8, near} in [set(route.visits.tolist()) for route in both.routes]
    assert {8, near} not in [set(route.visits.tolist()) for route in one.routes]


def test_granular_cuts_the_rows_of_a_guide() -> None:
    """The strongest edges of every row stay."""
    vrp, stop = problem(), Stop(iterations=40)
    cut: Any = solve(vrp, "hgs", stop=stop, guide="knn:30", params={"granular": 6})
    few: Any = solve(vrp, "hgs", stop=stop, guide="knn:6")
    assert cut.solution == few.solution


@pytest.mark.parametrize("windows", [False, True])
def test_ruin_and_recreate_with_all_clients_is_as_without_a_guide(windows: bool) -> None:
    """If rows name everyone in order of distance, places and ruins are what they are anyway."""
    vrp, stop = problem(windows=windows), Stop(iterations=300)
    own: Any = solve(vrp, "ils", stop=stop, seed=2)
    # The table of the guide, not of its proximity in time, has the order of distance.
    order = KnnGuide(35)(problem())
    guided: Any = solve(vrp, "ils", stop=stop, seed=2, guide=order)
    assert guided.solution == own.solution


@pytest.mark.parametrize("windows", [False, True])
def test_ruin_and_recreate_uses_its_guide(windows: bool) -> None:
    """Another guide leads elsewhere, the same one and seed to the same place, feasible anyway."""
    vrp, stop = problem(windows=windows), Stop(iterations=300)
    plain, one, two = (
        solve(vrp, "ils", stop=stop, seed=2, guide=guide)
        for guide in (None, "savings:4", SavingsGuide(4)(vrp))
    )
    assert one.solution == two.solution
    assert one.solution != plain.solution


@pytest.mark.parametrize("windows", [False, True])
def test_ruin_and_recreate_can_leave_the_guide_alone(windows: bool) -> None:
    """With both parameters off it makes no difference."""
    vrp, stop = problem(windows=windows), Stop(iterations=300)
    off = {"guided_places": False, "guided_ruins": False}
    plain: Any = solve(vrp, "ils", stop=stop, seed=2)
    guided: Any = solve(vrp, "ils", stop=stop, seed=2, guide="savings:4", params=off)
    assert guided.solution == plain.solution


def test_places_and_ruins_are_guided_each_for_itself() -> None:
    """Each parameter alone leads somewhere else."""
    vrp, stop = problem(), Stop(iterations=300)
    found = [
        solve(vrp, "ils", stop=stop, seed=2, guide="savings:4", params=params).solution
        for params in ({}, {"guided_places": False}, {"guided_ruins": False})
    ]
    assert len({tuple(tuple(r.visits.tolist()) for r in s.routes) for s in found}) == 3


def test_disagreement_counts_what_legs_lack() -> None:
    """Of 1, 2, 3 in a row, client 2 has one of its two edges, 1 and 3 have theirs or not."""
    guidance = guidance_of(6, [(1, 2), (2, 4), (3, 5)])
    assert disagreement(guidance, np.array([1, 2, 3])) == pytest.approx(0.0 + 0.5 + 1.0)
    assert disagreement(guidance, np.array([1, 2, 4])) == 0.0
    assert disagreement(guidance, np.array([5])) == 0.0
    assert disagreement(guidance_of(6, []), np.array([1, 2, 3])) == 0.0


def test_the_routes_that_disagree_most_come_first() -> None:
    """Among those searched least; without a guide, or unless told so, any of them."""
    vrp = problem()
    legs = [tuple(range(first, first + 4)) for first in range(1, 37, 4)]
    routes = Routes(tuple(Route(np.array(leg)) for leg in legs))
    odd = 5
    guidance = guidance_of(
        37, [(a, b) for k, leg in enumerate(legs) for a, b in pairwise(leg) if k != odd]
        + [(legs[odd][0], legs[0][0]), (legs[odd][3], legs[1][0])],
    )  # fmt: skip

    def firsts(options: ClusterOptions) -> set[int]:
        found = set()
        for seed in range(10):
            part = RouteClusters(vrp, routes, seed, options, None, guidance).next_part()
            assert part is not None
            found.add(part.names[0])
        return found

    assert firsts(ClusterOptions(clients=8)) == {odd}
    assert len(firsts(ClusterOptions(clients=8, guided_choice=False))) > 2


@pytest.mark.timing
def test_clusters_are_searched_with_a_guide() -> None:
    """What they find is feasible, and no worse than the beginning."""
    vrp = problem(120)
    params = {"share": 0.2, "clients": 40, "seconds_per_client": 0.002}
    result: Any = solve(vrp, "clusters", stop=2.0, params=params, guide="savings:5")
    assert vrp.check(result.solution) == []


@pytest.mark.parametrize("method", ["hgs", "ils", "clusters"])
def test_guidance_for_other_locations_is_refused(method: str) -> None:
    """By solvers as by ``solve``: a row for every location."""
    from cosolve.core import Run
    from cosolve.solvers import registry

    vrp = problem()
    wrong = KnnGuide(3)(problem(35))
    with pytest.raises(ValueError, match="for 36 nodes, the problem has 37"):
        registry.get(method).run(vrp, Run(Stop(time_limit=2.0)), guide=wrong)
    with pytest.raises(ValueError, match="for 36 nodes, the problem has 37"):
        solve(vrp, method, guide=wrong)


def test_not_a_number_is_refused(tmp_path: Path) -> None:
    """In a file as in arrays."""
    vrp = problem()
    good = KnnGuide(3)(vrp)
    save_guidance(tmp_path / "guide.npz", good)
    arrays = dict(np.load(tmp_path / "guide.npz"))
    arrays["weight"][5] = np.nan
    np.savez(tmp_path / "guide.npz", **arrays)
    with pytest.raises(FormatError, match="weights must be finite"):
        solve(vrp, "hgs", guide=f"file:{tmp_path / 'guide.npz'}")
