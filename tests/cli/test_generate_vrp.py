"""``cosolve generate vrp`` writes what the readers take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cosolve import read
from cosolve.cli.main import cli
from cosolve.problems.random_vrp import random_vrp


@pytest.mark.parametrize("kind", ["x", "uniform"])
@pytest.mark.parametrize("suffix", [".vrp", ".vrp.gz"])
def test_files_hold_the_instances(tmp_path: Path, kind: str, suffix: str) -> None:
    """What is read is what was made, one file for each seed."""
    arguments = ["generate", "vrp", "-n", "30", "-k", kind, "--seed", "4", "--count", "2"]
    CliRunner().invoke(
        cli, [*arguments, "-o", str(tmp_path / f"a{suffix}")], catch_exceptions=False
    )
    for seed in (4, 5):
        found = read(tmp_path / f"a-{seed}{suffix}")
        made = random_vrp(30, seed, kind)
        assert np.array_equal(found.coords, made.coords)
        assert np.array_equal(found.demands, made.demands)
        assert (found.metric, found.vehicles, found.name) == (made.metric, made.vehicles, made.name)


def test_options_reach_the_generator(tmp_path: Path) -> None:
    """Depot, clients, demands and route size are those asked for."""
    target = tmp_path / "a.vrp"
    options = ["--depot", "eccentric", "--clients", "clustered", "--demand", "unit"]
    CliRunner().invoke(
        cli,
        ["generate", "vrp", "-n", "40", *options, "--route-size", "7", "-o", str(target)],
        catch_exceptions=False,
    )
    found = read(target)
    assert found.coords[0].tolist() == [0, 0]
    assert set(found.demands[1:, 0]) == {1.0}
    assert found.vehicles[0].capacities == (7.0,)
