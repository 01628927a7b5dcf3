"""What the documentation shows is what the program does.

Every fenced block of README.md and docs/ in one of these languages is run, page by page and from
top to bottom, in an empty folder that has the project's ``instances``:

``console``
    Lines that begin with ``$`` are commands (``>`` continues one) and must exit 0, or with N where
    they end in ``# exits N``. The lines below a command are its output, standard error included;
    ``...`` stands for anything.
``python``
    Must run. The blocks of a page share their names. Where a comment before the block reads
    ``<!-- file: NAME -->`` the block is also written to that file first.
``pycon``
    A session with the prompt, compared in the same way.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(
    r"^(?:<!-- file: (?P<file>[\w./-]+) -->\n+)?```(?P<language>console|python|pycon)\n"
    r"(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str
    line: int
    file: str | None


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page that are to be run."""
    text = page.read_text()
    return [
        Block(
            match["language"],
            match["text"],
            text.count("\n", 0, match.start("text")) + 1,
            match["file"],
        )
        for match in BLOCK.finditer(text)
    ]


def commands(text: str) -> list[tuple[str, int, str]]:
    """Split a console block into commands, exit codes and expected outputs."""
    found: list[tuple[str, int, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            command = line[2:]
            code = re.search(r"# exits (\d+)\s*$", command)
            found.append((command, int(code[1]) if code else 0, ""))
        elif found and line.startswith("> "):
            found[-1] = (found[-1][0] + line[2:], *found[-1][1:])
        elif found:
            found[-1] = (*found[-1][:2], found[-1][2] + line)
    return found


def compare(expected: str, actual: str, where: str) -> None:
    """Fail unless the output is as shown; a command without shown output may print anything."""
    if not expected.strip():
        return
    assert doctest.OutputChecker().check_output(expected, actual, FLAGS), (
        f"{where} shows\n{expected}\nbut the output is\n{actual}"
    )


def run_console(text: str, where: str, folder: Path) -> None:
    """Run the commands of a console block."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    for command, code, expected in commands(text):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{where}: {command}exits {done.returncode}\n{done.stdout}"
        compare(expected, done.stdout, f"{where}: {command}")


def run_session(text: str, where: str, names: dict[str, Any]) -> None:
    """Run a block written as an interactive session."""
    test = doctest.DocTestParser().get_doctest(text, names, where, where, 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not report, "".join(report)


PAGES = sorted(page for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")] if blocks(page))


# What these pages show is proven within the time limit, at the speed of an ordinary build.
TIMED = {"bounds.md", "quickstart.md"}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page,
            id=str(page.relative_to(ROOT)),
            marks=[pytest.mark.timing] if page.name in TIMED else [],
        )
        for page in PAGES
    ],
)
def test_page_runs_as_shown(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command and every example of the page works and prints what the page shows."""
    (tmp_path / "instances").symlink_to(ROOT / "instances")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    # A module of its own: dataclasses look theirs up to resolve annotations.
    module = ModuleType("page_" + page.stem.replace("-", "_"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names = module.__dict__
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.file is not None:
            Path(block.file).write_text(block.text)
        if block.language == "console":
            run_console(block.text, where, tmp_path)
        elif block.language == "pycon":
            run_session(block.text, where, names)
        else:
            exec(compile(block.text, where, "exec"), names)  # what a reader would type
