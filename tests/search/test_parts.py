"""Parts of a tour: cutting them out, improving them, putting them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.core import Run, Stop
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp
from cosolve.search.parts import SMALLEST, Region, WholeTour, split, stretches
from cosolve.search.popmusic import (
    Pass,
    improve_in_parallel,
    improve_parts,
    recombine,
    settle,
)
from cosolve.search.tsp_model import TspModel

FOREVER = float("inf")


def whole_of(problem: TSP, seed: int = 0) -> tuple[TspModel, WholeTour]:
    """Make a greedy tour of a problem."""
    model = TspModel(problem)
    return model, WholeTour(Region.whole(model), model.greedy(seed, 0.5))


def problems() -> dict[str, TSP]:
    """Everything a problem with coordinates may have."""
    rng = np.random.default_rng(3)
    points = rng.random((120, 2))
    fixed = np.array([[3, 17], [17, 40], [80, 90]], np.int32)
    return {
        "tour": TSP(coords=points),
        "fixed": TSP(coords=points, fixed_edges=fixed),
        "path": TSP(coords=points, path=True),
        "path-from": TSP(coords=points, path=True, ends=(5, None)),
        "path-from-to": TSP(coords=points, path=True, ends=(5, 77), fixed_edges=fixed),
        "space": TSP(coords=rng.random((90, 3))),
        "equal": TSP(coords=np.zeros((60, 2))),
    }


@pytest.mark.parametrize("name", problems())
@given(data=st.data())
@settings(max_examples=25)
def test_a_part_stands_for_the_whole(name: str, data: st.DataObject) -> None:
    """What a search saves on a part is saved on the whole, which stays feasible."""
    problem = problems()[name]
    model, whole = whole_of(problem, data.draw(st.integers(0, 5)))
    before = model.length(whole.order)
    chosen = data.draw(st.sets(st.integers(0, model.size - 1), min_size=1))
    part = whole.cut_out(np.array(sorted(chosen), np.int32))
    if part is None:
        return
    better = settle(part.region, part.tour, Run(Stop(), seed=1))
    saved = part.region.length(part.tour) - part.region.length(better)
    whole.put_back(part, better)
    assert problem.check(model.decode(whole.order)) == []
    assert before - model.length(whole.order) == pytest.approx(saved, abs=1e-9)
    assert saved >= -1e-9


@given(seed=st.integers(0, 1000), m=st.integers(SMALLEST, 100))
def test_putting_back_the_same_tour_changes_nothing(seed: int, m: int) -> None:
    """Backwards or not, it is the tour that was cut out."""
    _, whole = whole_of(random_tsp(100, seed=seed % 7))
    rng = np.random.default_rng(seed)
    before = whole.order
    part = whole.cut_out(rng.choice(100, m, replace=False).astype(np.int32))
    if part is None:
        return
    for tour in (part.tour, part.tour[::-1], np.roll(part.tour, seed)):
        whole.put_back(part, np.ascontiguousarray(tour))
        start = int(np.flatnonzero(whole.order == before[0])[0])
        rolled = np.roll(whole.order, -start)
        backwards = np.roll(rolled[::-1], 1)
        assert np.array_equal(rolled, before) or np.array_equal(backwards, before)


def test_a_node_between_two_detours_belongs_to_them() -> None:
    """Nodes whose tour neighbors are all outside leave nothing to search."""
    _, whole = whole_of(random_tsp(100, seed=1))
    assert whole.cut_out(whole.order[::2]) is None


@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize("name", ["tour", "path", "equal"])
def test_split_makes_parts_of_every_node_once(name: str, random: bool) -> None:
    """Only the hub of a path is in every part."""
    model, whole = whole_of(problems()[name])
    rng = np.random.default_rng(1) if random else None
    parts = list(split(whole.region, 25, rng))
    nodes = np.concatenate([p[p != model.hub] for p in parts])
    assert sorted(nodes.tolist()) == [i for i in range(model.size) if i != model.hub]
    assert max(p.size for p in parts) <= 25 + (model.hub is not None)
    assert all((np.diff(p) > 0).all() for p in parts)
    if model.hub is not None:
        assert all(p[-1] == model.hub for p in parts)


def test_stretches_of_a_tour_do_not_disturb_one_another() -> None:
    """Cut out together, improved one by one and put back in turn, they make one better tour."""
    problem = random_tsp(400, seed=4)
    model, whole = whole_of(problem)
    before, saved = model.length(whole.order), 0.0
    parts = [whole.cut_out(nodes) for nodes in stretches(whole.order, 3, 57)]
    for part in parts:
        assert part is not None
        better = settle(part.region, part.tour, Run(Stop(), seed=1))
        saved += part.region.length(part.tour) - part.region.length(better)
        whole.put_back(part, better)
    assert saved > 0
    assert problem.check(model.decode(whole.order)) == []
    assert before - model.length(whole.order) == pytest.approx(saved)


@pytest.mark.parametrize("name", ["fixed", "path", "path-from-to", "space"])
def test_passes_shorten_the_tour(name: str) -> None:
    """With one thread, and further with two."""
    problem = problems()[name]
    model, whole = whole_of(problem)
    work = Pass("recombine", recombine, 40)
    run = Run(Stop(), threads=2)
    costs = [model.length(whole.order)]
    improve_parts(whole, work, run, seconds=FOREVER, seed=1, on_gain=lambda _: None)
    costs.append(model.length(whole.order))
    improve_in_parallel(whole, work, run, seconds=FOREVER, seed=2)
    costs.append(model.length(whole.order))
    assert costs[0] > costs[1] >= costs[2] - 1e-9
    assert problem.check(model.decode(whole.order)) == []
