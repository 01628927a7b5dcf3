"""Tests of learning sub-paths: labels, supervised steps, and the joint training of a divider."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch_geometric")
pytest.importorskip("safetensors")

from cosolve import Stop, solve  # noqa: E402
from cosolve.neural import dcr  # noqa: E402
from cosolve.neural.dcr import DcrConfig, DcrTrainer  # noqa: E402
from cosolve.neural.edge_training import HELD_OUT  # noqa: E402
from cosolve.neural.loop import Training  # noqa: E402
from cosolve.neural.subpath_data import (  # noqa: E402
    SubpathExamples,
    best_path,
    held_out_paths,
    targets,
)
from cosolve.neural.subpath_graph import graph_of  # noqa: E402
from cosolve.neural.subpath_model import load_subpath_net  # noqa: E402
from cosolve.neural.subpath_state import Fragments, lengths  # noqa: E402
from cosolve.neural.subpath_train import (  # noqa: E402
    SubpathConfig,
    SubpathTrainer,
    edge_labels,
    gap,
    lesson_loss,
    nearest_neighbor_paths,
)
from cosolve.neural.tasks import write_model  # noqa: E402
from cosolve.problems import TSP  # noqa: E402
from cosolve.search.tiny import solve_tiny  # noqa: E402

CPU = torch.device("cpu")
SMALL = {"nodes": 20, "paths": 2, "width": 8, "layers": 2, "workers": 0, "held_out": 2}
JOINT = {
    "cities": 24, "segment": 12, "tours": 3, "rollouts": 3, "divider_width": 8,
    "divider_layers": 1, "width": 8, "layers": 1, "held_out": 2, "steps": 3,
}  # fmt: skip


def _equal(one: dict, two: dict) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_examples_are_paths_and_depend_on_their_number_only() -> None:
    """A batch has permutations between the ends, the same each time it is made, others else."""
    make = SubpathExamples(paths=3, largest=20, smaller=0.0, cities=(30, 40), population=4)
    one, again, other = make(5), make(5), make(6)
    assert np.array_equal(np.sort(one.orders, axis=1), np.tile(np.arange(20), (3, 1)))
    assert (one.orders[:, [0, -1]] == [0, 19]).all()
    assert np.array_equal(one.coords, again.coords)
    assert np.array_equal(one.orders, again.orders)
    assert not np.array_equal(one.coords, other.coords)


def test_paths_to_learn_from_are_short() -> None:
    """Labels are far shorter than going to the nearest node."""
    paths = held_out_paths(2, 20, greedy=True)
    assert gap(paths, nearest_neighbor_paths(paths.coords)) > 3.0


def test_best_path_is_the_exact_one() -> None:
    """On the fewest nodes the search takes, the label is optimal."""
    coords = np.random.default_rng(4).random((13, 2))
    found = best_path(coords, seed=1, population=10)
    # The best of 12 further problems, one for each second node, each small enough to be exact.
    best = min(np.hypot(*(coords[0] - coords[i])) + _exact(coords, i) for i in range(1, 12))
    assert lengths(coords[None], found[None])[0] == pytest.approx(best)


def _exact(coords: np.ndarray, second: int) -> float:
    rest = np.array([second, *(i for i in range(1, 13) if i != second)])
    problem = TSP(coords=coords[rest], path=True, ends=(0, 11))
    return problem.cost(solve_tiny(problem))


def test_labels_are_the_edges_of_the_path() -> None:
    """Every edge of a path between mutual neighbors is labeled from both ends, and no other."""
    coords = np.stack([np.arange(8.0), np.zeros(8)], axis=1)[None]
    graph = graph_of(Fragments.paths(coords), k=2)
    label = edge_labels(graph, targets(np.arange(8)[None]))
    far = (graph.node[:, None] - graph.node[graph.neighbors]).abs()
    assert torch.equal(label, (far == 1) & graph.valid)


def test_supervised_loss_falls() -> None:
    """A small network learns within a few steps."""
    torch.manual_seed(0)
    trainer = SubpathTrainer(SubpathConfig(**SMALL, steps=60, warmup=1, learning_rate=2e-2), CPU)
    paths = trainer._make(0)
    first = float(lesson_loss(trainer.network, paths, 0.5).detach())
    for _ in range(12):
        trainer.step()
    assert float(lesson_loss(trainer.network, paths, 0.5).detach()) < 0.8 * first


def test_measurements_have_gaps() -> None:
    """Held-out paths are measured; no path is shorter than the best."""
    trainer = SubpathTrainer(SubpathConfig(**SMALL), CPU)
    found = {**trainer.evaluate(), **trainer.baselines()}
    assert set(found) == {
        "score", "gap/good", "gap/greedy", "gap/nearest/good", "gap/nearest/greedy"
    }  # fmt: skip
    assert min(found.values()) >= 0
    assert found["score"] == pytest.approx((found["gap/good"] + found["gap/greedy"]) / 2)


@pytest.mark.parametrize("task", ["subpath", "dcr"])
def test_resumed_training_is_the_same(tmp_path: Path, task: str) -> None:
    """Two steps, a checkpoint and a third are three steps, bit by bit."""

    def make() -> SubpathTrainer | DcrTrainer:
        if task == "subpath":
            return SubpathTrainer(SubpathConfig(**SMALL, steps=3), CPU)
        return DcrTrainer(DcrConfig(**JOINT), CPU)

    whole, first, second = make(), make(), make()
    for _ in range(3):
        whole.step()
    for _ in range(2):
        first.step()
    Training(first, tmp_path).save()
    resumed = Training(second, tmp_path)
    resumed.resume()
    second.step()
    assert second.step_number == 3
    assert _equal(dict(whole.weights()), dict(second.weights()))
    if isinstance(whole, DcrTrainer):
        nets = whole.state_dict()["divider"], second.state_dict()["divider"]
        assert _equal(*nets)


def test_released_weights_are_loaded_again(tmp_path: Path) -> None:
    """What a training writes, the solver and further trainings read."""
    trainer = SubpathTrainer(SubpathConfig(**SMALL, steps=1), CPU)
    training = Training(trainer, tmp_path)
    training.best_weights = trainer.weights()
    write_model(training, tmp_path / "mine", "mine")
    net = load_subpath_net(str(tmp_path / "mine"))
    assert _equal(net.state_dict(), dict(trainer.weights()))
    joint = DcrTrainer(DcrConfig(**{**JOINT, "start": str(tmp_path / "mine")}), CPU)
    assert _equal(dict(joint.weights()), dict(trainer.weights()))


def test_conquering_keeps_improvements_only() -> None:
    """No tour becomes longer in any stage, and tours stay permutations."""
    config = DcrConfig(**JOINT)
    trainer = DcrTrainer(config, CPU)
    rng = np.random.default_rng(2)
    coords = rng.random((24, 2))
    tours = np.stack([rng.permutation(24) for _ in range(3)])
    before = dcr.tour_lengths(coords, tours)
    for shift in (0, 6, 0):
        stage = dcr.conquer(trainer._policy, coords, tours, shift, config, rng, learn=False)
        after = dcr.tour_lengths(coords, stage.orders)
        assert (after <= before + 1e-12).all()
        assert np.array_equal(np.sort(stage.orders, axis=1), np.tile(np.arange(24), (3, 1)))
        tours, before = stage.orders, after


def test_cuts_are_kept_in_place() -> None:
    """A stage changes the inside of stretches only: their ends stay where they are."""
    config = DcrConfig(**JOINT)
    trainer = DcrTrainer(config, CPU)
    rng = np.random.default_rng(3)
    coords, tours = rng.random((24, 2)), np.stack([rng.permutation(24) for _ in range(2)])
    stage = dcr.conquer(trainer._policy, coords, tours, 6, config, rng, learn=False)
    ends = [5, 6, 17, 18]
    assert np.array_equal(stage.orders[:, ends], tours[:, ends])
    assert not np.array_equal(stage.orders, tours)


def test_a_joint_step_changes_both_networks() -> None:
    """Divider and sub-path network learn from one step; without rates neither changes."""
    for rates, changed in (((1e-2, 1e-2), True), ((0.0, 0.0), False)):
        config = DcrConfig(**JOINT, divider_rate=rates[0], policy_rate=rates[1])
        trainer = DcrTrainer(config, CPU)
        before = {
            name: {key: w.clone() for key, w in trainer.state_dict()[name].items()}
            for name in ("divider", "policy")
        }
        values = trainer.step()
        assert values["reunited"] <= values["conquered"] <= values["divided"]
        for name, weights in before.items():
            assert _equal(trainer.state_dict()[name], weights) is not changed


def test_without_reunion_the_second_stage_teaches_nothing() -> None:
    """Then the sub-path network takes one step, not two."""
    counts = []
    for reunion in (True, False):
        trainer = DcrTrainer(DcrConfig(**JOINT, reunion=reunion), CPU)
        trainer.step()
        state = trainer.state_dict()["policy_optimizer"]["state"]
        counts.append(int(state[0]["step"]))
    assert counts == [2, 1]


def test_joint_training_is_measured_on_held_out_instances() -> None:
    """Gaps are to near-optimal tours; steps in between change no measurement of fixed networks."""
    trainer = DcrTrainer(DcrConfig(**JOINT, divider_rate=0.0, policy_rate=0.0), CPU)
    found = trainer.evaluate()
    assert found["held_out/gap"] > 0
    assert found["score"] == found["held_out/reunited"] <= found["held_out/divided"]
    best = []
    for number in range(JOINT["held_out"]):
        coords = np.random.default_rng([HELD_OUT, number]).random((JOINT["cities"], 2))
        best.append(solve(TSP(coords=coords), "eax", stop=Stop(iterations=50)).cost)
    assert np.mean(best) / JOINT["cities"] ** 0.5 <= found["score"]
    trainer.step()
    assert trainer.evaluate() == found


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cities": 25}, "multiple of segment"),
        ({"cities": 12}, "above 12"),
        ({"rollouts": 1}, "at least 2 tours and 2 rollouts"),
        ({"steps": 0}, "must be positive"),
    ],
)
def test_wrong_joint_settings_are_explained(values: dict[str, int], message: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(ValueError, match=message):
        DcrConfig(**{**JOINT, **values})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nodes": 5}, "at least 20, got 5"),
        ({"share": (0.5, 0.2)}, "two rising numbers"),
        ({"layers": 0}, "layers must be positive"),
    ],
)
def test_wrong_settings_are_explained(values: dict[str, object], message: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(ValueError, match=message):
        SubpathConfig(**{**SMALL, **values})
