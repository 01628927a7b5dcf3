"""What importing cosolve costs and offers."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cosolve

HEAVY = ("matplotlib", "torch", "ortools", "scipy", "rich", "pandas")


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after some code."""
    script = f"{code}\nimport sys; print(*(m for m in sys.modules if '.' not in m))"
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    return set(run.stdout.splitlines()[-1].split())


def test_import_loads_nothing_heavy() -> None:
    """``import cosolve`` loads neither NumPy nor anything optional."""
    assert not loaded_by("import cosolve") & {*HEAVY, "numpy", "click"}


def test_public_names_load_nothing_optional() -> None:
    """Using every public name loads no optional package."""
    assert not loaded_by("from cosolve import *") & set(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    """``cosolve --help`` loads neither NumPy nor the modules of the commands."""
    modules = loaded_by("from cosolve.cli.main import run; run(['--help'])")
    assert not modules & {*HEAVY, "numpy"}


@pytest.mark.timing
@pytest.mark.parametrize("arguments", [["--help"], ["solve", "--help"]], ids=" ".join)
def test_help_is_quick(arguments: list[str]) -> None:
    """Help takes less than a quarter of a second, of which other programs take no part."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "cosolve", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < 0.25


@pytest.mark.parametrize("name", cosolve.__all__)
def test_public_name_exists(name: str) -> None:
    """Every name in ``__all__`` can be reached and is listed."""
    assert getattr(cosolve, name) is not None
    assert name in dir(cosolve)


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that does not exist fails as it does in any module."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = cosolve.no_such_name


def test_solve_is_the_function_whatever_was_imported() -> None:
    """The module of the same name never hides ``cosolve.solve``."""
    code = (
        "import cosolve.solve, cosolve; from cosolve.solve import solve\n"
        "assert cosolve.solve is solve and callable(solve)"
    )
    loaded_by(code)


def test_missing_kernels_are_explained(tmp_path: Path) -> None:
    """A source tree that was not built says how to build it."""
    (tmp_path / "cosolve").mkdir()
    shutil.copy(cosolve.__file__, tmp_path / "cosolve")
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n"
         "import cosolve"],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 1
    assert "ImportError: cosolve is not built" in run.stderr
    assert "pip install -e ." in run.stderr


def test_script_in_the_checkout_is_the_command(root: Path) -> None:
    """``python cli.py`` is the ``cosolve`` command."""
    run = subprocess.run(
        [sys.executable, "cli.py", "--version"],
        check=True, capture_output=True, text=True, cwd=root, timeout=60,
    )  # fmt: skip
    assert run.stdout == f"cosolve {cosolve.__version__}\n"
