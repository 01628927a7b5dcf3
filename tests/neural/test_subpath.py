"""Tests of the method ``subpath`` and of the models it loads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from safetensors.torch import save  # noqa: E402

from cosolve.core import BackendMissing, FormatError, Run, Stop  # noqa: E402
from cosolve.neural import subpath, subpath_model  # noqa: E402
from cosolve.neural.subpath import Subpath  # noqa: E402
from cosolve.neural.subpath_net import SubpathNet  # noqa: E402
from cosolve.neural.subpath_train import describe  # noqa: E402
from cosolve.problems import TSP, Metric, Tour  # noqa: E402
from cosolve.problems.random_tsp import random_tsp  # noqa: E402
from cosolve.solve import solve  # noqa: E402
from cosolve.solvers import registry  # noqa: E402
from cosolve.solvers.divide import Divide  # noqa: E402
from cosolve.testing import check_solver, vrp_samples  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model with random weights."""
    torch.manual_seed(3)
    return _write(tmp_path_factory.mktemp("model"), SubpathNet(8, 2))


def _write(folder: Path, net: SubpathNet, **changes: object) -> Path:
    (folder / "weights.safetensors").write_bytes(save(net.state_dict()))
    (folder / "config.json").write_text(
        json.dumps({"schema": 1, "name": "own", **describe(net), **changes})
    )
    return folder


def test_promises_are_kept(model: Path) -> None:
    """The method passes the conformance suite, on the problems it supports."""
    points = np.random.default_rng(1).random((40, 2))
    chain = np.array([[3, 17], [17, 4], [8, 9]], np.int32)
    samples = [
        random_tsp(60, seed=1),
        TSP(coords=np.repeat(points[:12], 2, axis=0), name="duplicates"),
        TSP(coords=np.full((20, 2), 7.0), path=True, ends=(4, 0), name="path-all-equal"),
        TSP(coords=np.rint(points * 1e6), metric=Metric.EUC, name="rounded"),
        TSP(coords=points, path=True, ends=(39, 2), name="path-from-to"),
        TSP(coords=points, fixed_edges=chain, name="fixed-edges"),
        TSP(coords=points, path=True, ends=(3, 20), fixed_edges=chain, name="path-fixed-edges"),
        *(TSP(coords=points[:n], name=f"size-{n}") for n in (1, 2, 3, 12, 13)),
    ]
    check_solver(Subpath(model=str(model), tries=3), samples, seconds=0.5)


def test_it_is_found_by_its_name() -> None:
    """The entry point makes it a method like any other."""
    assert registry.solver_class("subpath") is Subpath


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (TSP(matrix=np.ones((13, 13))), "points in the plane"),
        (TSP(coords=np.zeros((13, 3))), "points in the plane"),
        (TSP(coords=np.zeros((13, 2)), path=True, ends=(0, None)), "free end"),
        (TSP(coords=np.zeros((1001, 2))), "at most 1000"),
    ],
)
def test_what_is_not_supported_is_said(problem: TSP, reason: str) -> None:
    """The reason names what the network cannot see."""
    assert reason in str(Subpath().supports(problem))


def test_other_kinds_are_not_supported() -> None:
    """It is no method for vehicles."""
    assert Subpath().supports(vrp_samples()[0]) == "it solves TSPs, not vrp problems"


def test_a_batch_is_solved_at_once(model: Path) -> None:
    """Every problem of a batch gets a feasible path that is no longer than its start."""
    rng = np.random.default_rng(5)
    problems = [TSP(coords=rng.random((30, 2)), path=True, ends=(i, 29 - i)) for i in range(4)]
    starts = [
        Tour(
            np.array([i, *rng.permutation([k for k in range(30) if k not in (i, 29 - i)]), 29 - i])
        )
        for i in range(4)
    ]
    solver = Subpath(model=str(model), tries=8)
    found = solver.solve_batch(problems, Run(Stop()), starts=starts)
    saved = []
    for problem, tour, start in zip(problems, found, starts, strict=True):
        assert problem.check(tour) == []
        saved.append(problem.cost(start) - problem.cost(tour))
    assert min(saved) >= 0 < max(saved)  # the network is not trained


@pytest.mark.parametrize("cut", ["segments", "regions"])
def test_it_conquers_what_divide_cuts(model: Path, cut: str) -> None:
    """Parts of either cut are handled, and a bad tour becomes shorter."""
    problem = random_tsp(60, seed=4)
    params = f"model={model};tries=4"
    divide = Divide(conqueror="subpath", conqueror_params=params, part=30, cut=cut)
    result = solve(problem, divide, start=Tour(np.arange(60)), stop=Stop(iterations=6))
    assert result.cost < problem.cost(Tour(np.arange(60)))


def test_a_mixed_batch_is_refused(model: Path) -> None:
    """Sizes must agree."""
    problems = [random_tsp(20), random_tsp(21)]
    starts = [Tour(np.arange(20)), Tour(np.arange(21))]
    with pytest.raises(ValueError, match="same size and kind"):
        Subpath(model=str(model)).solve_batch(problems, Run(Stop()), starts=starts)


def test_trying_again_helps(model: Path) -> None:
    """Parts built anew make a path of an untrained network shorter, never longer."""
    problem = random_tsp(50, seed=2)
    once = solve(problem, Subpath(model=str(model), frames=1, tries=0), start=Tour(np.arange(50)))
    often = solve(problem, Subpath(model=str(model), frames=1, tries=15), start=Tour(np.arange(50)))
    assert once.iterations == 1
    assert often.iterations == 16
    assert often.cost < once.cost


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share": 0.0}, "share"),
        ({"frames": 0}, "frames"),
        ({"tries": -1}, "tries"),
        ({"around": 2}, "around"),
    ],
)
def test_wrong_parameters_are_explained(values: dict[str, float], message: str) -> None:
    """The message names the parameter."""
    with pytest.raises(ValueError, match=message):
        Subpath(**values)


def test_without_pytorch_the_message_helps(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    """The line says what to install."""
    subpath._network.cache_clear()
    monkeypatch.delitem(sys.modules, "cosolve.neural.subpath_model")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendMissing, match=r"pip install 'cosolve\[neural\]'"):
        solve(random_tsp(20), Subpath(model=str(model)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": "subpath-9"}, "for features 'subpath-9'"),
        ({"layers": 3}, "not those that config.json promises"),
        ({"width": "wide"}, "expected a whole number"),
    ],
)
def test_models_that_do_not_fit_are_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    """Weights and configuration must belong together and to this version."""
    folder = _write(tmp_path, SubpathNet(8, 2), **changes)
    with pytest.raises(FormatError, match=message):
        subpath_model.load_subpath_net(str(folder))


def test_models_for_guides_are_refused() -> None:
    """A network that guides tours is none for sub-paths."""
    with pytest.raises(ValueError, match="not for sub-paths"):
        subpath_model.load_subpath_net("tsp")


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    """Half a file is not used."""
    folder = _write(tmp_path, SubpathNet(8, 2))
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(FormatError, match=r"weights\.safetensors"):
        subpath_model.load_subpath_net(str(folder))


def test_the_released_model_is_intact() -> None:
    """What comes with cosolve loads, and has learned what a short tour is."""
    problem = random_tsp(60, seed=9)
    found = solve(problem, Subpath(frames=1, tries=0), start=Tour(np.arange(60)))
    assert found.cost < 1.4 * solve(problem, "greedy").cost
