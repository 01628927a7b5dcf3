"""Pictures of tours."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cosolve import TSP, BackendMissing, Metric, Tour, solve
from cosolve.plot import plot_tour, save_picture
from cosolve.problems.random_tsp import random_tsp

matplotlib = pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"


def in_order(problem: TSP) -> Tour:
    """Return the tour 0, 1, ..., n - 1."""
    return Tour(np.arange(problem.size, dtype=np.int32))


def drawn(axes: matplotlib.axes.Axes, gid: str) -> list[np.ndarray]:
    """Return the lines of a collection, by its name."""
    (collection,) = (c for c in axes.collections if c.get_gid() == gid)
    return [path.vertices for path in collection.get_paths()]


@pytest.mark.parametrize("path", [False, True], ids=["closed", "path"])
def test_every_leg_is_drawn(path: bool) -> None:
    """The line visits the nodes in order, and returns only if the tour is closed."""
    problem = TSP(coords=np.random.default_rng(1).random((2500, 2)), path=path)
    order = Tour(np.random.default_rng(2).permutation(2500).astype(np.int32))
    pieces = drawn(plot_tour(problem, order), "tour")
    joined = np.concatenate([pieces[0][:1], *(piece[1:] for piece in pieces)])
    visited = order.nodes if path else np.append(order.nodes, order.nodes[0])
    assert np.array_equal(joined, problem.coords[visited])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_smallest_sizes(n: int, tmp_path: Path) -> None:
    """One, two and three nodes can be drawn, even in the same place."""
    problem = TSP(coords=np.zeros((n, 2)))
    save_picture(plot_tour(problem, in_order(problem)), tmp_path / "x.svg")
    assert (tmp_path / "x.svg").stat().st_size > 0


def test_svg_holds_nodes_tour_and_fixed_edges(tmp_path: Path) -> None:
    """The parts of the picture can be found in the file by their names."""
    problem = TSP(coords=np.random.default_rng(1).random((30, 2)), fixed_edges=np.array([[0, 1]]))
    save_picture(plot_tour(problem, in_order(problem)), tmp_path / "x.svg")
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    groups = {g.get("id"): g for g in root.iter(f"{SVG}g")}
    assert len(list(groups["nodes"].iter(f"{SVG}use"))) == 30
    assert len(list(groups["tour"].iter(f"{SVG}path"))) == 1
    assert len(list(groups["fixed"].iter(f"{SVG}path"))) == 1


def test_large_tours_are_pixels(tmp_path: Path) -> None:
    """A vector file of a large tour stays small and is drawn in seconds."""
    problem = random_tsp(50_000, seed=1, kind="grid")
    tour = solve(problem, "space-filling-curve").solution
    save_picture(plot_tour(problem, tour), tmp_path / "x.svg")
    text = (tmp_path / "x.svg").read_text()
    assert "<image" in text
    assert len(text) < 2_000_000


def test_title_has_the_cost() -> None:
    """The name and the cost stand above the tour: without decimals if integral."""
    corners = np.array([[0, 0], [10, 10], [10, 0], [0, 10]])
    exact, rounded = (TSP(coords=corners, metric=m, name="four") for m in (Metric.EUCLIDEAN, "EUC"))
    assert plot_tour(rounded, in_order(rounded)).get_title() == "four: 48"
    assert plot_tour(exact, in_order(exact)).get_title() == "four: 48.28427125"
    assert plot_tour(exact).get_title() == "four: 4 nodes"


def test_geographic_coordinates_are_a_map() -> None:
    """Longitude points right, latitude up, minutes become decimals."""
    problem = TSP(coords=np.array([[48.30, -2.15], [10.0, 20.0]]), metric=Metric.GEO)
    assert drawn(plot_tour(problem, in_order(problem)), "tour")[0][0] == pytest.approx(
        [-2.25, 48.5]
    )


def test_display_coordinates_are_used() -> None:
    """A matrix with a display of its own is drawn there."""
    display = np.array([[0.0, 0], [1, 0], [0, 1]])
    problem = TSP(matrix=np.ones((3, 3)), display=display)
    assert np.array_equal(drawn(plot_tour(problem, in_order(problem)), "tour")[0][:3], display)


def test_matrix_cannot_be_drawn() -> None:
    """A matrix alone is an error that says why."""
    with pytest.raises(ValueError, match="two has no coordinates"):
        plot_tour(TSP(matrix=np.ones((2, 2)), name="two"))


def test_own_axes_are_used() -> None:
    """With ``ax`` nothing else is drawn on."""
    axes = matplotlib.figure.Figure().add_subplot()
    problem = random_tsp(5)
    assert plot_tour(problem, in_order(problem), ax=axes) is axes


def test_same_picture_same_bytes(tmp_path: Path) -> None:
    """Files hold neither dates nor random names."""
    problem = random_tsp(20)
    for suffix in ("svg", "pdf", "png"):
        files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
        for file in files:
            save_picture(plot_tour(problem, in_order(problem)), file)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_missing_matplotlib_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib, drawing is a ``BackendMissing`` with the line to type."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BackendMissing, match=r"pip install 'cosolve\[plot\]'"):
        plot_tour(random_tsp(5))
