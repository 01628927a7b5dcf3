"""Pictures of routes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cosolve import TSP, VRP, Metric, Route, Routes, VehicleType
from cosolve.plot import plot_routes, plot_solution, plot_tour, require_drawable, save_picture
from cosolve.problems.random_vrp import random_vrp
from cosolve.testing import vrp_samples
from cosolve.testing.solutions import bad_start

matplotlib = pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
SAMPLES = {problem.name: problem for problem in vrp_samples()}


def tens(problem: VRP) -> Routes:
    """Return routes of ten clients each, in the order of their numbers, feasible or not."""
    clients = np.arange(problem.depots, problem.locations, dtype=np.int32)
    parts = np.split(clients, range(10, clients.size, 10))
    return Routes(tuple(Route(part) for part in parts))


def lines(axes: matplotlib.axes.Axes, gid: str) -> list[np.ndarray]:
    """Return the lines of a collection, by its name."""
    (collection,) = (c for c in axes.collections if c.get_gid() == gid)
    return [path.vertices for path in collection.get_paths()]


def test_small_routes_go_from_depot_to_depot() -> None:
    """Every route is a line that begins and ends at its depot, in a color of its own."""
    problem = random_vrp(50, 1)
    axes = plot_routes(problem, tens(problem))
    found = lines(axes, "routes")
    assert len(found) == 5
    for line in found:
        assert np.array_equal(line[0], problem.coords[0])
        assert np.array_equal(line[-1], problem.coords[0])
        assert len(line) == 12
    (collection,) = (c for c in axes.collections if c.get_gid() == "routes")
    assert len(np.unique(collection.get_colors(), axis=0)) == 5


def test_many_routes_leave_the_depot_faintly() -> None:
    """From 300 clients on, legs to and from depots are drawn apart from the others."""
    problem = random_vrp(300, 1)
    axes = plot_routes(problem, tens(problem))
    assert {len(line) for line in lines(axes, "routes")} == {10}
    assert len(lines(axes, "depot-legs")) == 60


def test_open_routes_do_not_return() -> None:
    """The line of an open route ends at its last client."""
    problem = dataclasses.replace(random_vrp(20, 1), vehicles=(VehicleType(open=True),))
    for line in lines(plot_routes(problem, tens(problem)), "routes"):
        assert np.array_equal(line[0], problem.coords[0])
        assert not np.array_equal(line[-1], problem.coords[0])


def test_svg_holds_depots_clients_routes_and_clients_left_out(tmp_path: Path) -> None:
    """The parts of the picture can be found in the file by their names."""
    problem = SAMPLES["all-optional"]
    routes = Routes((Route(np.array([1, 2, 3], np.int32)),))
    save_picture(plot_routes(problem, routes), tmp_path / "x.svg")
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    groups = {g.get("id"): g for g in root.iter(f"{SVG}g")}
    counts = {
        name: len(list(groups[name].iter(f"{SVG}use")))
        for name in ("depots", "clients", "left-out")
    }
    assert counts == {"depots": 1, "clients": 3, "left-out": problem.size - 3}
    assert len(list(groups["routes"].iter(f"{SVG}path"))) == 1


@pytest.mark.parametrize("name", [n for n, p in SAMPLES.items() if p.coords is not None])
def test_every_sample_can_be_drawn(name: str, tmp_path: Path) -> None:
    """Equal points, single clients and several depots are no difficulty."""
    problem = SAMPLES[name]
    start = bad_start(problem) or tens(problem)
    save_picture(plot_routes(problem, start), tmp_path / "x.svg")
    assert (tmp_path / "x.svg").stat().st_size > 0


def test_thirty_thousand_clients_are_pixels(tmp_path: Path) -> None:
    """A vector file of very many routes stays small and is drawn in seconds."""
    problem = random_vrp(30_000, 1)
    order = np.lexsort((problem.coords[:, 1], problem.coords[:, 0] // 10))
    parts = np.array_split(order[order > 0].astype(np.int32), 1500)
    save_picture(plot_routes(problem, Routes(tuple(map(Route, parts)))), tmp_path / "x.svg")
    text = (tmp_path / "x.svg").read_text()
    assert "<image" in text
    assert len(text) < 4_000_000


def test_wide_maps_are_wide_pictures() -> None:
    """The figure has about the shape of the map, within limits."""
    for width, height, shape in ((200.0, 100.0, 2.0), (100.0, 200.0, 0.5), (900.0, 1.0, 2.5)):
        problem = VRP(coords=np.array([[0.0, 0.0], [width, height]]))
        figure = plot_routes(problem).get_figure()
        assert figure.get_figwidth() / figure.get_figheight() == pytest.approx(shape)


def test_title_has_the_cost_and_the_number_of_routes() -> None:
    """Without decimals if integral; without routes, the number of clients."""
    coords = np.array([[0, 0], [1, 1], [3, 4]])
    problem = VRP(coords=coords, metric=Metric.EUC, name="two")
    routes = Routes((Route(np.array([1])), Route(np.array([2]))))
    assert plot_routes(problem, routes).get_title() == "two: 12 with 2 routes"
    exact = dataclasses.replace(problem, metric=Metric.EUCLIDEAN)
    one = Routes((Route(np.array([2, 1])),))
    assert plot_routes(exact, one).get_title() == "two: 10.01976484 with 1 route"
    assert plot_routes(problem).get_title() == "two: 2 clients"


def test_what_has_no_map_cannot_be_drawn() -> None:
    """A matrix alone does not say where the clients are, but a display does."""
    problem = SAMPLES["asymmetric"]
    with pytest.raises(ValueError, match="asymmetric has no coordinates"):
        plot_routes(problem, tens(problem))
    shown = dataclasses.replace(problem, display=np.random.default_rng(1).random((31, 2)))
    assert require_drawable(shown) is shown
    assert lines(plot_routes(shown, tens(shown)), "routes")


def test_each_picture_is_for_its_kind_of_problem() -> None:
    """Tours and routes are not mixed up; plot_solution tells them apart."""
    tsp, vrp = TSP(coords=np.eye(2), name="pair"), random_vrp(10, 1)
    with pytest.raises(ValueError, match="pair is no vehicle routing problem"):
        plot_routes(tsp)
    with pytest.raises(ValueError, match="is no TSP"):
        plot_tour(vrp)
    assert plot_solution(tsp).get_title() == "pair: 2 nodes"
    assert plot_solution(vrp).get_title() == f"{vrp.name}: 10 clients"
