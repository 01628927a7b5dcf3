"""Guides for vehicle routing: rows over locations, about clients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from cosolve.core import FormatError
from cosolve.guidance import (
    AlphaGuide,
    EdgeGuidance,
    EdgeGuide,
    FileGuide,
    GtPriorGuide,
    KnnGuide,
    QuadrantGuide,
    SavingsGuide,
    make_guide,
    save_guidance,
)
from cosolve.guidance.clients import between_clients, near_clients
from cosolve.problems import TSP, VRP, Metric, VehicleType

FloatArray = npt.NDArray[np.float64]


def problem(clients: int = 40, depots: int = 1, seed: int = 3, **fields: object) -> VRP:
    """Places in the unit square, without ties."""
    coords = np.random.default_rng(seed).random((clients + depots, 2))
    return VRP(coords=coords, depots=depots, **fields)  # type: ignore[arg-type]


def asymmetric(clients: int = 12) -> VRP:
    """Distances that depend on the direction."""
    matrix = np.random.default_rng(5).random((clients + 2, clients + 2))
    np.fill_diagonal(matrix, 0.0)
    return VRP(matrix=matrix, depots=2)


def timed(clients: int = 40) -> VRP:
    """Windows, service times and travel times of their own."""
    base, rng = problem(clients), np.random.default_rng(6)
    n = base.locations
    begin = 10.0 * rng.random(n)
    windows = np.column_stack([begin, begin + 1.0])
    windows[0] = 0.0, np.inf
    durations = 2.0 * base.distance(np.arange(n)[:, None], np.arange(n)[None, :])
    return VRP(coords=base.coords, windows=windows, service=rng.random(n), durations=durations)


def rows_of(guidance: EdgeGuidance) -> list[list[int]]:
    """Return the neighbors of every location."""
    return [part.tolist() for part in np.split(guidance.indices, guidance.indptr[1:-1])]


def ranked(vrp: VRP, k: int, outward: float = 0.0) -> list[list[int]]:
    """Rank clients by the definition, one pair after the other."""

    def proximity(i: int, j: int) -> float:
        near = float(vrp.distance(i, j))
        if not vrp.timed:
            return near
        offset = vrp.service[i] + float(vrp.duration(i, j))
        wait = max(vrp.windows[j, 0] - offset - vrp.windows[i, 1], 0.0)
        late = max(vrp.windows[i, 0] + offset - vrp.windows[j, 1], 0.0)
        return near + 0.2 * float(wait) + float(late)

    depots = range(vrp.depots)
    away = [
        min(min(float(vrp.distance(d, i)), float(vrp.distance(i, d))) for d in depots)
        for i in range(vrp.locations)
    ]
    rows: list[list[int]] = [[] for _ in depots]
    clients = range(vrp.depots, vrp.locations)
    for i in clients:
        score = {
            j: min(proximity(i, j), proximity(j, i)) - outward * max(away[j] - away[i], 0.0)
            for j in clients
            if j != i
        }
        rows.append(sorted(score, key=score.__getitem__)[:k])
    return rows


@pytest.mark.parametrize("vrp", [problem(), problem(depots=3), asymmetric(), timed()], ids=str)
@pytest.mark.parametrize(
    ("guide", "outward"), [(KnnGuide(5), 0.0), (SavingsGuide(5), 0.65), (SavingsGuide(5, 0.3), 0.3)]
)
def test_rows_are_the_best_clients(vrp: VRP, guide: EdgeGuide, outward: float) -> None:
    """By distance, proximity in time and savings; depots have empty rows and are in none."""
    assert rows_of(guide(vrp)) == ranked(vrp, 5, outward)


def test_many_clients_are_ranked_among_those_near() -> None:
    """Beyond four thousand, what is left out does not matter."""
    vrp = problem(4300)
    rows = near_clients(vrp, 6, 0.5)
    at = vrp.coords
    assert at is not None
    away = np.linalg.norm(at - at[0], axis=1)
    for i in range(1, 4300, 430):
        score = np.linalg.norm(at - at[i], axis=1) - 0.5 * np.maximum(away - away[i], 0.0)
        score[[0, i]] = np.inf
        assert rows[i - 1].tolist() == np.argsort(score)[:6].tolist()


@pytest.mark.parametrize("guide", [QuadrantGuide(), AlphaGuide()])
@pytest.mark.parametrize("metric", [Metric.EUCLIDEAN, Metric.TRUNC1])
def test_guides_for_tours_judge_the_clients_alone(guide: EdgeGuide, metric: Metric) -> None:
    """They give what they give for the tour through all clients, under the numbers of locations."""
    vrp = problem(30, depots=2, metric=metric)
    assert vrp.coords is not None
    alone = guide(TSP(coords=vrp.coords[2:], metric=metric))
    found = guide(vrp)
    assert rows_of(found) == [[], [], *([j + 2 for j in row] for row in rows_of(alone))]
    assert (found.weight == alone.weight).all()


def test_gt_prior_ranks_near_clients() -> None:
    """The order is that of the nearest, the weights those of the table."""
    vrp = problem()
    found = GtPriorGuide(4)(vrp)
    assert rows_of(found) == ranked(vrp, 4)
    assert (found.weight.reshape(-1, 4) == found.weight[:4]).all()
    assert (np.diff(found.weight[:4]) < 0).all()


@pytest.mark.parametrize("name", ["knn", "quadrant", "savings", "gt-prior"])
@pytest.mark.parametrize("clients", [1, 2, 3])
def test_guides_serve_tiny_fleets(name: str, clients: int) -> None:
    """With fewer clients than neighbors wanted, all others are neighbors."""
    found = make_guide(name)(problem(clients))
    assert found.size == clients + 1
    assert found.indices.size == clients * (clients - 1)


@pytest.mark.parametrize(
    ("guide", "on", "message"),
    [
        (SavingsGuide(), TSP(coords=np.eye(3)), "savings are defined for vehicle routing"),
        (AlphaGuide(), asymmetric(), "symmetric distances only"),
    ],
)
def test_guides_say_what_they_are_not_defined_for(
    guide: EdgeGuide, on: TSP | VRP, message: str
) -> None:
    """Instead of giving something meaningless."""
    with pytest.raises(ValueError, match=message):
        guide(on)


@pytest.mark.parametrize(
    "make", [lambda: SavingsGuide(0), lambda: SavingsGuide(5, 1.0), lambda: SavingsGuide(5, -0.1)]
)
def test_savings_validate_their_parameters(make: Callable[[], SavingsGuide]) -> None:
    """There must be neighbors, and distance must count."""
    with pytest.raises(ValueError, match="must be"):
        make()


def test_savings_are_made_by_name() -> None:
    """As the other guides."""
    assert make_guide("savings") == SavingsGuide()
    assert make_guide("savings:7") == SavingsGuide(7)


def test_files_are_over_locations(tmp_path: object) -> None:
    """A row for the depot is needed, and a file for the clients alone is refused."""
    vrp = problem(10)
    path = f"{tmp_path}/guide.npz"
    save_guidance(path, KnnGuide(2)(vrp))
    assert rows_of(FileGuide(path)(vrp)) == ranked(vrp, 2)
    assert vrp.coords is not None
    save_guidance(path, KnnGuide(2)(TSP(coords=vrp.coords[1:])))
    with pytest.raises(FormatError, match="for 10 nodes, the problem has 11"):
        FileGuide(path)(vrp)


def test_edges_among_nodes_are_renumbered() -> None:
    """Only edges with both ends among the nodes stay, with their weights."""
    guidance = EdgeGuidance(
        np.array([0, 2, 3, 5, 5]), np.array([1, 2, 3, 0, 3]), np.array([0.5, 0.9, 0.1, 0.2, 0.3])
    )
    part = guidance.among([3, 2, 0])
    assert rows_of(part) == [[], [0, 2], [1]]
    np.testing.assert_allclose(part.weight, [0.3, 0.2, 0.9])
    assert guidance.among([]).size == 0


def test_edges_of_depots_are_left_out() -> None:
    """A file may name depots; searches want clients."""
    vrp = VRP(coords=np.eye(4)[:, :2], depots=1, vehicles=(VehicleType(),))
    guidance = EdgeGuidance(
        np.array([0, 2, 4, 5, 6]), np.array([1, 2, 0, 3, 0, 1]), np.linspace(1.0, 0.5, 6)
    )
    assert rows_of(between_clients(vrp, guidance)) == [[], [3], [], [1]]
    plain = KnnGuide(2)(vrp)
    assert between_clients(vrp, plain) is plain
    with pytest.raises(ValueError, match="for 3 nodes, the problem has 4"):
        between_clients(vrp, guidance.among([0, 1, 2]))
