"""``cosolve models``: what it lists and shows, and what it finds wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from network_reference import random_tensors, write_model, write_safetensors

from cosolve.cli.main import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of one model the only one there is."""
    monkeypatch.setattr("cosolve.guidance.models.SHIPPED", tmp_path / "none")
    monkeypatch.setenv("COSOLVE_MODEL_DIR", str(tmp_path / "models"))
    (write_model(tmp_path / "models" / "mine") / "MODEL_CARD.md").write_text("# Mine\n\nGood.\n")
    return tmp_path / "models"


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run a command: its exit code and what it printed on both streams."""
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_models_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, broken ones with the reason, and the same as JSON."""
    write_model(folder / "old", features="tour-0")
    code, out, err = called(capsys, "models", "list")
    assert (code, err) == (0, "")
    assert "2 layers of 16, 10 neighbors" in out
    assert "features 'tour-0'" in out
    code, out, err = called(capsys, "models", "list", "--json")
    assert json.loads(out)["mine"]["predicts"] == "edge, penalty"


def test_no_models_are_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there are none, the line says how to have some."""
    monkeypatch.setattr("cosolve.guidance.models.SHIPPED", tmp_path / "none")
    monkeypatch.delenv("COSOLVE_MODEL_DIR", raising=False)
    assert called(capsys, "models", "list")[1].startswith("no models are installed; set COSOLVE")
    assert called(capsys, "models", "verify")[1].startswith("no models are installed")


@pytest.mark.parametrize("spec", ["mine", "path"])
def test_card_is_shown(folder: Path, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts of the config, then the card, for a name and for a folder."""
    code, out, err = called(capsys, "models", "show", folder / "mine" if spec == "path" else spec)
    assert (code, err) == (0, "")
    assert out.startswith("problem    tsp\n")
    assert out.endswith("\n\n# Mine\n\nGood.\n")


def test_model_without_card_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A card may be missing."""
    (folder / "mine" / "MODEL_CARD.md").unlink()
    code, out, _ = called(capsys, "models", "show", "mine")
    assert code == 0
    assert "layers" in out


def test_working_models_are_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are loaded and run."""
    count = sum(tensor.size for tensor in random_tensors(2, 16, 6, 18).values())
    code, out, err = called(capsys, "models", "verify")
    assert (code, err) == (0, "")
    assert out == f"mine: ok ({count} weights, edge, penalty of 200 random nodes)\n"
    assert called(capsys, "models", "verify", folder / "mine")[:2] == (code, out)


def test_broken_models_are_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each gets a line on stderr, the others are still verified, and the exit code is 2."""
    weights = write_model(folder / "cut") / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5])
    wild = random_tensors(2, 16, 6, 18)
    wild["head.edge.out.weight"] = np.full(16, 3e38, np.float32)
    write_safetensors(write_model(folder / "wild") / "weights.safetensors", wild)
    code, out, err = called(capsys, "models", "verify")
    assert code == 2
    assert out.splitlines()[0] == "cut: failed"
    assert out.splitlines()[1].startswith("mine: ok")
    assert out.splitlines()[2] == "wild: failed"
    lines = err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("cosolve: error: ") for line in lines)
    assert any(f"{weights}: " in line for line in lines)
    assert any("scores are not finite" in line for line in lines)


@pytest.mark.parametrize("command", ["show", "verify"])
def test_unknown_models_are_refused(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names what there is."""
    code, out, err = called(capsys, "models", command, "yours")
    assert (code, out) == (2, "")
    assert err.startswith("cosolve: error: there is no model 'yours' (installed: mine)")


def test_solving_with_a_model(
    folder: Path, instances: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--guide gnn:MODEL`` guides a search; an unknown model is one line."""
    berlin = instances / "berlin52.tsp"
    code, out, err = called(
        capsys, "solve", berlin, "--guide", "gnn:mine", "--time-limit", 1, "--method", "lk"
    )
    assert code == 0
    code, out, err = called(capsys, "solve", berlin, "--guide", "gnn:yours")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "no model 'yours'" in err


def test_networks_run_without_torch(folder: Path) -> None:
    """Guiding loads neither torch nor anything else of the extra packages."""
    code = (
        "import sys, numpy as np, cosolve\n"
        "from cosolve.guidance import make_guide\n"
        "make_guide('gnn:mine')(cosolve.TSP(coords=np.random.default_rng(0).random((50, 2))))\n"
        "assert not {'torch', 'torch_geometric', 'safetensors'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
