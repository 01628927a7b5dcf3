"""Pictures as web pages."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cosolve.plot import plot_solution, save_picture
from cosolve.problems.random_scheduling import random_fjsp

pytest.importorskip("matplotlib")


def test_page_holds_the_drawing_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    """The drawing fills the window, and neither scripts nor styles are loaded."""
    path = tmp_path / "a<b.html"
    save_picture(plot_solution(random_fjsp(3, 3, 4)), path)
    text = path.read_text()
    drawing = re.search(r"<svg.*</svg>", text, re.DOTALL)
    assert drawing is not None
    root = ElementTree.fromstring(drawing[0])
    assert root.get("viewBox")
    assert root.get("width") is None
    assert root.get("height") is None
    assert "<title>a&lt;b</title>" in text
    assert not re.search(r"""<(script|link|img)[^>]*(src|href)=|url\(["']?http""", text)
    assert "<?xml" not in text


def test_same_picture_gives_the_same_page(tmp_path: Path) -> None:
    """No dates and no random identifiers."""
    pages = []
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        save_picture(plot_solution(random_fjsp(3, 3, 4)), tmp_path / name / "p.html")
        pages.append((tmp_path / name / "p.html").read_bytes())
    assert pages[0] == pages[1]
