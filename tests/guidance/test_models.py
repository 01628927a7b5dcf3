"""Finding, checking and loading trained models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from network_reference import random_tensors, write_model, write_safetensors

from cosolve import FormatError, _kernels
from cosolve.guidance import find_model, list_models, load_model, models
from cosolve.guidance.model_config import FEATURES, read_config


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a folder with one model in place of the one that comes with cosolve."""
    folder = tmp_path / "shipped"
    model = write_model(folder / "tsp")
    entry = {
        name: models.sha256_of(model / name) for name in ("config.json", "weights.safetensors")
    }
    (folder / "registry.json").write_text(json.dumps({"schema": 1, "models": {"tsp": entry}}))
    monkeypatch.setattr(models, "SHIPPED", folder)
    monkeypatch.delenv("COSOLVE_MODEL_DIR", raising=False)
    return folder


@pytest.mark.parametrize("folder", list_models(), ids=lambda folder: folder.name)
def test_models_that_come_with_cosolve_are_as_released(folder: models.ModelFolder) -> None:
    """Each has the registered checksums and is called what its folder is; those of guides load."""
    models.check_files(folder)
    config = read_config(folder.path / "config.json")
    assert config.name == folder.name
    if config.problem == "path":
        with pytest.raises(ValueError, match="for the method subpath"):
            load_model(folder.path)
    else:
        assert load_model(folder.path).config == config


def test_registry_lists_what_is_there(root: Path) -> None:
    """No model is missing and none is unknown."""
    folder = root / "cosolve" / "models"
    registry = json.loads((folder / "registry.json").read_text())
    assert set(registry["models"]) == {path.parent.name for path in folder.glob("*/config.json")}


def test_feature_sizes_are_those_of_the_kernel() -> None:
    """What the table of features says is what the kernel makes."""
    metric = _kernels.Metric(0, np.random.default_rng(0).random((20, 2)))
    _, nodes, edges, *_ = _kernels.tour_features(metric, 5, np.empty((0, 2), np.int32), 5)
    assert (nodes.shape[1], edges.shape[2]) == FEATURES["tour-1"][1:]


def test_models_are_found_by_folder_and_by_name(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder comes first, then what was shipped, then the folder of the environment."""
    own = tmp_path / "own"
    write_model(own / "tsp")
    write_model(own / "mine")
    assert find_model("tsp") == models.ModelFolder(shipped / "tsp", shipped=True)
    assert find_model(own / "tsp") == models.ModelFolder(own / "tsp", shipped=False)
    assert find_model(shipped / "tsp").shipped
    monkeypatch.setenv("COSOLVE_MODEL_DIR", str(own))
    assert find_model("tsp").path == shipped / "tsp"
    assert find_model("mine").path == own / "mine"
    assert [folder.name for folder in list_models()] == ["tsp", "mine"]
    monkeypatch.chdir(own)
    assert find_model("tsp").path == Path("tsp")


def test_unknown_models_are_refused(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what there is and which command lists it."""
    with pytest.raises(ValueError, match=r"no model 'cvrp' \(installed: tsp\).*models list"):
        find_model("cvrp")
    with pytest.raises(ValueError, match=r"is no model: there is no config.json"):
        find_model(tmp_path / "nowhere")
    monkeypatch.setenv("COSOLVE_MODEL_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"COSOLVE_MODEL_DIR is set to .* no folder"):
        find_model("cvrp")


def test_changed_files_are_refused(shipped: Path) -> None:
    """A shipped file with another checksum is named, with both checksums."""
    assert load_model("tsp").config.width == 16
    weights = shipped / "tsp" / "weights.safetensors"
    expected = models.sha256_of(weights)
    write_safetensors(weights, random_tensors(2, 16, 6, 18, seed=9))
    with pytest.raises(FormatError) as refused:
        load_model("tsp")
    message = str(refused.value)
    assert str(weights) in message
    assert expected in message
    assert models.sha256_of(weights) in message
    assert "pip install" in message


def test_unregistered_and_missing_files_are_refused(shipped: Path) -> None:
    """A shipped model must be registered and complete."""
    write_model(shipped / "other")
    with pytest.raises(FormatError, match="no model 'other' in it"):
        load_model("other")
    (shipped / "tsp" / "weights.safetensors").unlink()
    with pytest.raises(FormatError, match=r"weights.safetensors: this file .* is missing.*pip"):
        load_model("tsp")


def test_loaded_models_are_kept_until_they_change(tmp_path: Path) -> None:
    """The same files give the same object, other files another."""
    folder = write_model(tmp_path / "mine")
    model = load_model(folder)
    assert load_model(str(folder)) is model
    write_model(folder, layers=3)
    assert load_model(folder).config.layers == 3


def test_run_gives_every_head(tmp_path: Path) -> None:
    """A loaded model predicts with the weights in the file."""
    model = load_model(write_model(tmp_path / "mine"))
    metric = _kernels.Metric(0, np.random.default_rng(0).random((30, 2)))
    graph = _kernels.tour_features(metric, 10, np.empty((0, 2), np.int32), 5)[:3]
    direct = _kernels.EdgeNetwork(random_tensors(2, 16, 6, 18), 2, True).run(*graph)
    heads = model.run(*graph)
    assert heads.keys() == {"edge", "penalty"}
    assert (heads["edge"] == direct["edge"]).all()
    assert model.parameters == sum(t.size for t in random_tensors(2, 16, 6, 18).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema: expected 1"),
        ({"features": "tour-9"}, "features 'tour-9', this version of cosolve makes tour-1.*pip"),
        ({"problem": "cvrp"}, "problem: expected 'tsp'"),
        ({"node_features": 7}, "node_features: expected 6"),
        ({"edge_features": 7}, "edge_features: expected 18"),
        ({"neighbors": 1}, "neighbors: expected a number from 2 to 32"),
        ({"width": "16"}, "width: expected a whole number"),
        ({"symmetric": 1}, "symmetric: expected true or false"),
        ({"heads": []}, "heads: expected different heads"),
        ({"heads": ["edge", "edge"]}, "heads: expected different heads"),
        ({"heads": ["edges"]}, "heads: expected heads of edge, together, penalty"),
        ({"colour": 3}, 'unknown key "colour"'),
        ({"layers": None}, "layers: expected a whole number, found null"),
    ],
)  # fmt: skip
def test_bad_configs_are_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """One line names the file, the key and what is expected."""
    folder = write_model(tmp_path / "mine")
    config = folder / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), **change}))
    with pytest.raises(FormatError, match=message) as refused:
        load_model(folder)
    assert str(refused.value).startswith(str(config))


def test_missing_keys_are_named(tmp_path: Path) -> None:
    """Nothing has a default."""
    config = write_model(tmp_path / "mine") / "config.json"
    whole = json.loads(config.read_text())
    for key in whole:
        config.write_text(json.dumps({k: v for k, v in whole.items() if k != key}))
        with pytest.raises(FormatError, match=f'expected the key "{key}"'):
            read_config(config)


@pytest.mark.parametrize(
    ("layers", "width", "edge_features", "heads", "message"),
    [
        (3, 16, 18, ("edge", "penalty"), "unknown tensor layer.2"),
        (1, 16, 18, ("edge", "penalty"), "no tensor layer.1"),
        (2, 20, 18, ("edge", "penalty"), "width is 20, config.json says 16"),
        (2, 16, 17, ("edge", "penalty"), "edge_features is 17, config.json says 18"),
        (2, 16, 18, ("edge",), "has the heads edge, config.json says edge, penalty"),
    ],
)
def test_weights_of_another_network_are_refused(
    tmp_path: Path,
    layers: int,
    width: int,
    edge_features: int,
    heads: tuple[str, ...],
    message: str,
) -> None:
    """What the weights are must be what the config says."""
    weights = write_model(tmp_path / "mine") / "weights.safetensors"
    write_safetensors(weights, random_tensors(layers, width, 6, edge_features, heads))
    with pytest.raises(FormatError, match=message) as refused:
        load_model(weights.parent)
    assert str(refused.value).startswith(str(weights))
