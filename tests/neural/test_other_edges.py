"""Training of the guidance of routes and of asymmetric tours."""

from __future__ import annotations

import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch_geometric")

from cosolve import Route, Routes, solve  # noqa: E402
from cosolve.core import Stop  # noqa: E402
from cosolve.guidance import GnnGuide  # noqa: E402
from cosolve.neural import tasks  # noqa: E402
from cosolve.neural.arc_edges import ArcEdgesConfig, arc_example  # noqa: E402
from cosolve.neural.loop import read_metrics  # noqa: E402
from cosolve.neural.route_edges import RouteEdgesConfig, route_example  # noqa: E402
from cosolve.problems.random_atsp import random_atsp  # noqa: E402
from cosolve.problems.random_vrp import random_vrp  # noqa: E402

SMALL = {
    "sizes": [24, 30],
    "width": 8,
    "layers": 2,
    "steps": 40,
    "batch": 2,
    "workers": 0,
    "held_out": 1,
    "held_out_size": 30,
    "learning_rate": 1e-2,
    "warmup": 5,
    "evaluate_every": 20,
}


@pytest.mark.parametrize(
    ("task", "own"), [("route-edges", {"effort": 2.0}), ("arc-edges", {"population": 4})]
)
def test_training_lowers_the_loss_and_the_model_guides(tmp_path, task, own) -> None:
    """Held-out entropy falls, and what is written is a guide for problems of the kind."""
    torch.set_num_threads(1)
    training = tasks.begin(
        task, tmp_path, {**SMALL, **own}, source="test", device=torch.device("cpu")
    )
    assert training.run(threading.Event())
    scores = [row["score"] for row in read_metrics(tmp_path) if "score" in row]
    assert scores[-1] < 0.6
    tasks.write_model(training, tmp_path / "model", "small")
    problem = random_vrp(40, 1) if task == "route-edges" else random_atsp(40, 1, "crane")
    guidance = GnnGuide(tmp_path / "model")(problem)
    assert guidance.size == (41 if task == "route-edges" else 40)
    assert guidance.weight.max() <= 1
    found = solve(problem, guide=guidance, stop=Stop(time_limit=0.5))
    assert problem.check(found.solution) == []


def test_routes_are_labelled() -> None:
    """Followers and companions are those of the routes, in whatever direction."""
    problem = random_vrp(12, 3)
    routes = Routes((Route(np.arange(1, 8)), Route(np.arange(8, 13))))
    example = route_example(problem, routes, 11)
    for client, row in enumerate(example.neighbors):
        for r, other in enumerate(row):
            same = (client < 7) == (other < 7)
            assert example.labels["together"][client, r] == same
            assert example.labels["edge"][client, r] == (same and abs(client - other) == 1)
    assert example.total == example.labels["edge"].sum() == 2 * (6 + 4)


def test_arcs_are_labelled() -> None:
    """In the symmetric form an arc leads from where it leaves to where it arrives."""
    problem = random_atsp(15, 2)
    tour = np.random.default_rng(0).permutation(15).astype(np.int32)
    example = arc_example(problem, tour, 11, 5)
    after = {int(a): int(b) for a, b in zip(tour, np.roll(tour, -1), strict=True)}
    for copy, row in enumerate(example.neighbors):
        for r, other in enumerate(row):
            leaves, arrives = min(copy, other), max(copy, other) - 15
            wanted = arrives in (leaves, after.get(leaves))
            assert example.labels["edge"][copy, r] == wanted


@pytest.mark.parametrize(
    ("config", "settings", "message"),
    [
        (RouteEdgesConfig, {"sizes": (9, 5)}, "sizes"),
        (RouteEdgesConfig, {"uniform": 2.0}, "uniform"),
        (RouteEdgesConfig, {"effort": 0.0}, "effort"),
        (ArcEdgesConfig, {"sizes": (5, 9)}, "sizes"),
        (ArcEdgesConfig, {"population": 1}, "population"),
    ],
)
def test_settings_out_of_range(config, settings, message) -> None:
    """Each is refused by name."""
    with pytest.raises(ValueError, match=message):
        config(**settings)
